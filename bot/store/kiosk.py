"""Kiosk codes, PINs, sessions that lock, and tablets that are handed over and taken back.

A code opens one interview once; the person then chooses a PIN and comes back with it and with their number. Nothing that opens
anything is kept as it is: codes and PINs are hashed with argon2, and the hash of a PIN, which is short, is encrypted as well.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret_raw
from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session as Db

from bot.plan.dates import of_stay
from bot.store import models
from bot.store.errors import NotFound, StoreBusy, StoreFull
from bot.store.kiosk_models import KioskAccess
from bot.store.kiosk_requests import KIOSK, KioskRequests, access_row
from bot.store.kiosk_types import (
    CODE,
    HANDED,
    NUMBER_LENGTH,
    Access,
    CodeRefused,
    PinLocked,
    PinOld,
    PinRefused,
    PinWrong,
    checked_pin,
    new_code,
    new_number,
    read_code,
    read_figures,
)
from bot.store.passwords import LIGHT, NO_PIN, NOBODY
from bot.store.sessions import Sessions
from bot.store.types import Session
from bot.store.users import KIOSK_NAME, Users

CODE_HOURS = 24
WRONG_PINS = 5
SEEN_EVERY = timedelta(seconds=10)
# A page may lock itself later than the limit says: it tells of somebody who types every 30 seconds (kiosk.js), that is noted every
# 10, and the way to the server takes time.
GRACE = timedelta(seconds=45)
LATELY = timedelta(minutes=15)


class Kiosk(KioskRequests, Sessions, Users):
    """The part of the store that keeps who may come in at a kiosk."""

    # -- codes, for the worker

    def issue_code(self, interview_id: str, by: str, hours: float = CODE_HOURS) -> tuple[Access, str]:
        """A new code for an interview, to be shown once. Codes of that person that nobody has used yet stop at once.

        Raises:
            NotFound: there is no such interview or user.
        """
        code, now = new_code(), self.clock()
        hashed = _hash_code(code)
        with self.write() as session:
            self._known(session, interview_id, by)
            self._revoke(session, by, _of_person(interview_id), KioskAccess.used_at.is_(None))
            row = KioskAccess(
                id=uuid4().hex, interview_id=interview_id, kind=CODE, code=hashed, number=_free_number(session), pin=None, wrong=0,
                issued_at=now, issued_by=by, expires_at=now + timedelta(hours=hours), adjust=_adjust_before(session, interview_id),
            )  # fmt: skip
            session.add(row)
            self.note(session, by, "kiosk code issued", row.id, interview_id)
            return _access(row), code

    def accesses(self, interview_ids: Sequence[str]) -> list[Access]:
        """Every way in to these interviews, the newest first."""
        query = select(KioskAccess).where(KioskAccess.interview_id.in_(interview_ids)).order_by(KioskAccess.issued_at.desc())
        with self.read() as session:
            return [_access(row) for row in session.scalars(query)]

    def access(self, access_id: str) -> Access:
        """One way in. Raises NotFound."""
        with self.read() as session:
            return _access(access_row(session, access_id))

    def revoke_all(self, person_id: str, by: str) -> None:
        """Stop every code, PIN and hand-over of a person, of whichever interview, and end the sessions that came by them."""
        with self.write() as session:
            mine = select(models.Interview.id).where(models.Interview.person_id == person_id)
            self._revoke(session, by, KioskAccess.interview_id.in_(mine))

    def close_all(self, by: str, stopped: Collection[str]) -> None:
        """After a restore: end every session; stop codes that nobody has used, hand-overs, and these that had been stopped."""
        with self.write() as session:
            session.execute(delete(models.Session))
            unused, handed = KioskAccess.used_at.is_(None), KioskAccess.kind == HANDED
            self._revoke(session, by, or_(unused, handed, KioskAccess.id.in_(stopped)))

    def _revoke(self, session: Db, by: str, *which: ColumnElement[bool]) -> None:
        found = session.scalars(select(KioskAccess).where(KioskAccess.revoked_at.is_(None), *which).with_for_update())
        for row in found.all():
            row.revoked_at, row.revoked_by = self.clock(), by
            session.execute(delete(models.Session).where(models.Session.access_id == row.id))
            self.note(session, by, "kiosk code revoked", row.id, row.interview_id)

    # -- coming in, for the person

    def check_code(self, typed: str) -> Access:
        """What a code opens. It is not used up before a PIN is chosen. Takes as long for a code that there is not.

        Raises:
            CodeRefused: it is wrong, expired, used or revoked.
            PinLocked: its PIN was wrong five times.
        """
        hashed = _hash_code(read_code(typed))
        with self.read() as session:
            row = session.scalar(select(KioskAccess).where(KioskAccess.code == hashed, KioskAccess.kind == CODE))
            if row is None:
                raise CodeRefused("wrong")
            return self._usable(session, row)

    def _usable(self, session: Db, row: KioskAccess) -> Access:
        access = _access(row)
        state = access.state(self.clock())
        if state == "locked":
            raise PinLocked
        if state != "waiting":
            raise CodeRefused(state)
        if _over(session, row):
            raise CodeRefused("expired")
        return access

    def choose_pin(self, access_id: str, typed: str) -> str:
        """Use a code up: its PIN from now on, and the token of a session bound to its interview.

        Every other way in of the same person stops, and their sessions end: nobody has two PINs.

        Raises:
            PinRefused: the PIN is not 4 to 6 figures, or easy to guess.
            CodeRefused, PinLocked: as ``check_code`` has it; somebody else may have been faster.
            NotFound: there is no such code.
        """
        sealed = self.cipher.seal({"pin": LIGHT.hash(checked_pin(typed))})
        with self.write() as session:
            row = access_row(session, access_id, lock=True)
            self._usable(session, row)
            row.used_at, row.pin = self.clock(), sealed
            self._revoke(session, KIOSK, _of_person(row.interview_id), KioskAccess.id != row.id)
            self.note(session, KIOSK, "kiosk code used", row.id, row.interview_id)
            user = _kiosk_user(session, self)
        return self._come_in(user, row)

    def come_back(self, who: str, pin: str) -> str:
        """The token of a new session for a person who has a PIN; the sessions they had end. ``who`` is their number or their code.

        Raises:
            PinWrong: the number or the PIN is wrong. It takes as long for a number that nobody has.
            PinLocked: the PIN was wrong five times.
            PinOld: both are right, but of an earlier stay in prison; what was begun then is not carried on.
        """
        figures = read_figures(who)
        by_number = figures.isascii() and figures.isdigit() and len(figures) == NUMBER_LENGTH
        key = KioskAccess.number == figures if by_number else KioskAccess.code == _hash_code(read_code(who))
        with self.read() as session:
            row = session.scalar(select(KioskAccess).where(key, KioskAccess.kind == CODE))
        if row is None or row.pin is None or row.revoked_at is not None:
            _fits(NO_PIN, pin)
            raise PinWrong
        self._check_pin(row.id, pin)
        with self.write() as session:
            if _over(session, row):
                raise PinOld
            session.execute(delete(models.Session).where(models.Session.access_id == row.id))
            self.note(session, KIOSK, "kiosk resumed", row.id, row.interview_id)
            user = _kiosk_user(session, self)
        return self._come_in(user, row)

    def _come_in(self, user_id: str, row: KioskAccess) -> str:
        token = self.start_session(user_id, row.interview_id, row.kind)
        self._set_session(token, access_id=row.id, at_interview=row.interview_id)
        return token

    def _check_pin(self, access_id: str, typed: str) -> None:
        """Whether a PIN fits; five wrong ones in a row lock it and end its sessions. Raises PinWrong, PinLocked."""
        with self.read() as session:
            sealed = access_row(session, access_id).pin
        # Outside any transaction: it takes long, on purpose.
        right = _fits(NO_PIN if sealed is None else self.cipher.unseal(sealed)["pin"], typed)
        with self.write() as session:
            row = access_row(session, access_id, lock=True)
            if row.revoked_at is not None:
                raise PinWrong
            locked = row.locked_at is not None
            if right and not locked:
                row.wrong = 0
                return
            if not locked:
                row.wrong += 1
            if row.wrong >= WRONG_PINS and not locked:
                row.locked_at, locked = self.clock(), True
                session.execute(delete(models.Session).where(models.Session.access_id == row.id))
                self.note(session, KIOSK, "kiosk PIN locked", row.id, row.interview_id)
        raise PinLocked if locked else PinWrong

    def kiosk_user(self) -> str:
        """The id that answers given at a kiosk are kept under: a user nobody can sign in as."""
        with self.write() as session:
            return _kiosk_user(session, self)

    # -- a tablet handed over and taken back

    def hand_over(self, token: str, interview_id: str, typed: str, by: str) -> str:
        """End a worker's session, and give the token of one for the person, which only the worker's PIN or password turns back.

        Raises:
            PinRefused: the PIN is not 4 to 6 figures, or easy to guess.
            NotFound: there is no such interview or user.
        """
        sealed, now = self.cipher.seal({"pin": LIGHT.hash(checked_pin(typed))}), self.clock()
        with self.write() as session:
            self._known(session, interview_id, by)
            self._revoke(session, by, KioskAccess.interview_id == interview_id, KioskAccess.kind == HANDED)
            row = KioskAccess(
                id=uuid4().hex, interview_id=interview_id, kind=HANDED, pin=sealed, wrong=0, issued_at=now, issued_by=by,
                expires_at=now, used_at=now, adjust=_adjust_before(session, interview_id),
            )  # fmt: skip
            session.add(row)
            self.note(session, by, "tablet handed over", row.id, interview_id)
            user = _kiosk_user(session, self)
        self.end_session(token)
        return self._come_in(user, row)

    def take_back(self, token: str, secret: str) -> str:
        """The token of a session for the worker who handed the tablet over; the person's session ends.

        Raises:
            PinWrong, SignInFailed: it is neither the PIN nor the worker's password.
            PinLocked, SignInLocked: it was wrong five times; the worker signs in again.
            NotFound: this session was not handed over.
        """
        access = self._access_of(token)
        if access is None or access.kind != HANDED:
            raise NotFound("hand-over")
        self._check_secret(access, secret)
        with self.write() as session:
            self._revoke(session, access.issued_by, KioskAccess.id == access.id)
            self.note(session, access.issued_by, "tablet taken back", access.id, access.interview_id)
        self.end_session(token)
        return self.start_session(access.issued_by)

    def _check_secret(self, access: Access, secret: str) -> None:
        """The PIN of a code, or of a hand-over the worker's PIN or password, if there is one. A password is longer than a PIN."""
        try:
            pin = checked_pin(secret)
        except PinRefused as error:
            worker = self.user(access.issued_by)
            if access.kind == HANDED and error.why == "form" and not worker.sign_on:
                self.check_password(worker.username, secret)
                return
            pin = secret
        self._check_pin(access.id, pin)

    # -- sessions that lock

    def session(self, token: str, touched: bool = True) -> Session | None:
        """As ``Sessions.session``, with what the kiosk keeps of it. One that has rested for too long is locked, not ended.

        ``touched``: somebody did something; what a page asks by itself keeps no screen open.
        """
        now, key = self.clock(), self.session_id(token)
        with self.read() as db:
            row = db.get(models.Session, key)
        rests = row is not None and row.idle_seconds is not None and row.locked_at is None
        if row is not None and rests:
            touched_at = row.touched_at or row.last_seen
            if now >= touched_at + timedelta(seconds=row.idle_seconds or 0) + GRACE:
                self._set_session(token, locked_at=now, opened=False)
                row.locked_at, row.opened = now, False
            elif touched and now >= touched_at + SEEN_EVERY:
                # If it cannot be written the page can still be shown; the next one tries again.
                with suppress(StoreBusy, StoreFull):
                    self._set_session(token, touched_at=now)
        found = super().session(token)
        if found is None or row is None:
            return found
        return replace(
            found, access_id=row.access_id, at_interview=row.at_interview, opened=bool(row.opened), idle_seconds=row.idle_seconds,
            locked=row.locked_at is not None,
        )  # fmt: skip

    def rests_at(self, token: str, interview_id: str, idle_seconds: int | None, opened: bool) -> None:
        """What a session shows: of which interview, how long it may rest there (None: as any), whether the private part is open."""
        self._set_session(token, at_interview=interview_id, idle_seconds=idle_seconds, opened=opened, touched_at=self.clock())

    def somebody_alone(self, interview_id: str) -> bool:
        """Whether somebody is at an interview alone just now: a session of theirs has been seen in the last quarter of an hour."""
        query = select(models.Session.id).where(
            models.Session.interview_id == interview_id,
            models.Session.locked_at.is_(None),
            models.Session.last_seen > self.clock() - LATELY,
        )
        with self.read() as session:
            return session.scalar(query.limit(1)) is not None

    def lock_session(self, token: str) -> None:
        """Let a session show nothing until its PIN or password is typed. Does nothing if it has ended."""
        self._set_session(token, locked_at=self.clock(), opened=False)

    def unlock_session(self, token: str, secret: str) -> None:
        """Open a locked session again: by the PIN, or in a worker's own session by their password.

        Raises:
            PinWrong, SignInFailed: it is not right.
            PinLocked, SignInLocked: it was wrong five times.
            NotFound: the session has ended.
        """
        found, access = self.session(token), self._access_of(token)
        if found is None:
            raise NotFound("session")
        if access is not None:
            self._check_secret(access, secret)
        else:
            self.check_password(found.user.username, secret)
        self._set_session(token, locked_at=None, touched_at=self.clock())

    def _access_of(self, token: str) -> Access | None:
        query = select(KioskAccess).join(models.Session, models.Session.access_id == KioskAccess.id)
        with self.read() as session:
            row = session.scalar(query.where(models.Session.id == self.session_id(token), KioskAccess.revoked_at.is_(None)))
            return None if row is None else _access(row)

    def _set_session(self, token: str, **values: object) -> None:
        with self.write() as session:
            session.execute(update(models.Session).where(models.Session.id == self.session_id(token)).values(**values))


def _access(row: KioskAccess) -> Access:
    return Access(
        id=row.id, interview_id=row.interview_id, kind=row.kind, number=row.number or "", issued_at=row.issued_at,
        issued_by=row.issued_by, expires_at=row.expires_at, used_at=row.used_at, revoked_at=row.revoked_at, locked_at=row.locked_at,
        adjust=frozenset(row.adjust.get("chosen", ())),
    )  # fmt: skip


def _over(session: Db, row: KioskAccess) -> bool:
    """Whether the stay in prison that a way in belongs to is over: the person has been received again since its interview began."""
    query = select(models.Interview.started_at, models.Person.reception).join(models.Person)
    started_at, reception = session.execute(query.where(models.Interview.id == row.interview_id)).one()
    return not of_stay(reception, started_at)


def _of_person(interview_id: str) -> ColumnElement[bool]:
    """The condition that a way in is to this interview, or to another of the same person."""
    whose = select(models.Interview.person_id).where(models.Interview.id == interview_id).scalar_subquery()
    return KioskAccess.interview_id.in_(select(models.Interview.id).where(models.Interview.person_id == whose))


def _adjust_before(session: Db, interview_id: str) -> dict[str, object]:
    """What helped at the last way in to the same interview."""
    query = select(KioskAccess.adjust).where(KioskAccess.interview_id == interview_id).order_by(KioskAccess.issued_at.desc())
    return dict(session.scalar(query.limit(1)) or {})


def _free_number(session: Db) -> str:
    while session.scalar(select(KioskAccess.id).where(KioskAccess.number == (number := new_number()))) is not None:
        pass
    return number


def _kiosk_user(session: Db, store: Kiosk) -> str:
    found = session.scalar(select(models.User.id).where(models.User.username == KIOSK_NAME))
    if found is not None:
        return found
    row = models.User(
        id=uuid4().hex, username=KIOSK_NAME, display_name="The person, alone", roles=[KIOSK], password=NOBODY, disabled=False,
        created_at=store.clock(), failed_attempts=0, locked_until=None, prisons=[], sign_on=None, temporary=False,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def _hash_code(code: str) -> str:
    """The hash that a code is kept and found by: one salt for all, for there is nothing else to find it by."""
    cost = {"time_cost": LIGHT.time_cost, "memory_cost": LIGHT.memory_cost, "parallelism": LIGHT.parallelism}
    return hash_secret_raw(code.encode(), b"bcst2 kiosk code", hash_len=32, type=Type.ID, **cost).hex()


def _fits(digest: str, typed: str) -> bool:
    try:
        return LIGHT.verify(digest, read_figures(typed))
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
