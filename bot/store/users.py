"""Who may sign in, and their sessions."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.store import models
from bot.store.audit import AuditTrail
from bot.store.errors import AlreadyThere, BadInput, NotFound, SignInFailed, SignInLocked, StoreBusy, StoreFull
from bot.store.types import Session, User

WRONG_IN_A_ROW = 5
LOCKED_FOR = timedelta(minutes=5)
LONGEST_SESSION = timedelta(hours=12)
LONGEST_IDLE = timedelta(minutes=30)
# Writing "last seen" at each click would cost a write for each page.
SEEN_EVERY = timedelta(minutes=1)
PASSWORD_LENGTHS = (8, 1024)
USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")

# The parameters are written out so that the hash below costs as much to check as a real one.
_hasher = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4, hash_len=32, salt_len=16)
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


class Users(AuditTrail):
    """The part of the store that keeps users and sessions."""

    def add_user(self, username: str, display_name: str, roles: Sequence[str], password: str, by: str) -> User:
        """Add a user. ``username``: letters, digits and ``._@-``, in either case.

        Raises:
            AlreadyThere: the user name is taken.
            BadInput: the user name or the password is not of that form or length.
        """
        name = _username(username)
        if not USERNAME.fullmatch(name):
            raise BadInput("username: use letters, digits, dots, hyphens and underscores, at most 64")
        row = models.User(
            id=uuid4().hex, username=name, display_name=display_name.strip() or name, roles=list(roles), password=_hash(password),
            disabled=False, created_at=self.clock(), failed_attempts=0, locked_until=None,
        )  # fmt: skip
        taken = "username: it is taken; choose another"
        with self.write() as session:
            # Asked before the constraint is: PostgreSQL writes the name into its log when the constraint refuses it.
            if session.scalar(select(models.User.id).where(models.User.username == name)):
                raise AlreadyThere(taken)
            session.add(row)
            try:
                session.flush()
            except IntegrityError:
                raise AlreadyThere(taken) from None
            self.note(session, by, "user added", row.id)
            return _user(row)

    def user(self, user_id: str) -> User:
        """The user of that id. Raises NotFound."""
        with self.read() as session:
            row = session.get(models.User, user_id)
            if row is None:
                raise NotFound("user")
            return _user(row)

    def users(self) -> list[User]:
        """Every user, by user name."""
        with self.read() as session:
            return [_user(row) for row in session.scalars(select(models.User).order_by(models.User.username))]

    def set_password(self, username: str, password: str, by: str) -> None:
        """Give a user a new password, unlock them and end their sessions.

        Raises:
            NotFound: there is no such user.
            BadInput: the password is too short or too long.
        """
        self._change_user(username, by, "password set", password=_hash(password), failed_attempts=0, locked_until=None)

    def disable_user(self, username: str, disabled: bool, by: str) -> None:
        """Keep a user from signing in and end their sessions, or let them in again. Raises NotFound."""
        self._change_user(username, by, "user disabled" if disabled else "user enabled", disabled=disabled)

    def _change_user(self, username: str, by: str, what: str, **values: object) -> None:
        with self.write() as session:
            row = session.scalar(select(models.User).where(models.User.username == _username(username)).with_for_update())
            if row is None:
                raise NotFound("user")
            for name, value in values.items():
                setattr(row, name, value)
            session.execute(delete(models.Session).where(models.Session.user_id == row.id))
            self.note(session, by, what, row.id)

    def check_password(self, username: str, password: str) -> User:
        """The user, if the password is theirs. Takes as long for a user name that nobody has.

        Raises:
            SignInFailed: the user name or the password is wrong, or the user is disabled.
            SignInLocked: there were five wrong passwords in a row less than five minutes ago; even the right one is refused.
        """
        find = select(models.User).where(models.User.username == _username(username))
        with self.read() as session:
            row = session.scalar(find)
            digest = _NOBODY if row is None else row.password
        # Outside any transaction: it takes long, on purpose.
        right = _verify(digest, password)
        if row is None:
            raise SignInFailed
        now = self.clock()
        with self.write() as session:
            row = session.scalar(find.with_for_update())
            if row is None or row.password != digest:
                raise SignInFailed
            if row.locked_until is not None and now < row.locked_until:
                raise SignInLocked(row.locked_until)
            failed = not right or row.disabled
            if right and not row.disabled:
                row.failed_attempts, row.locked_until = 0, None
                if _hasher.check_needs_rehash(digest):
                    row.password = _hasher.hash(password)
            elif not right:
                row.failed_attempts += 1
                if row.failed_attempts >= WRONG_IN_A_ROW:
                    row.failed_attempts, row.locked_until = 0, now + LOCKED_FOR
                    self.note(session, "system", "user locked", row.id)
            user = _user(row)
        if failed:
            raise SignInFailed
        return user

    def start_session(self, user_id: str, interview_id: str | None = None) -> str:
        """Start a session and give its token, for the browser only. Sessions that have ended are cleared away.

        Raises:
            NotFound: there is no such user or interview.
        """
        token = secrets.token_urlsafe(32)
        now = self.clock()
        with self.write() as session:
            if session.get(models.User, user_id) is None:
                raise NotFound("user")
            if interview_id is not None and session.get(models.Interview, interview_id) is None:
                raise NotFound("interview")
            gone = or_(models.Session.created <= now - LONGEST_SESSION, models.Session.last_seen <= now - LONGEST_IDLE)
            session.execute(delete(models.Session).where(gone))
            session.add(models.Session(id=_digest(token), user_id=user_id, created=now, last_seen=now, interview_id=interview_id))
        return token

    def session(self, token: str) -> Session | None:
        """The session of a token, marked as seen; None when there is none, 12 hours after its start or after 30 idle minutes."""
        now, key = self.clock(), _digest(token)
        with self.read() as session:
            query = select(models.Session, models.User).join(models.User, models.User.id == models.Session.user_id)
            found = session.execute(query.where(models.Session.id == key)).first()
        if found is None:
            return None
        row, user = found
        if user.disabled or now >= row.created + LONGEST_SESSION or now >= row.last_seen + LONGEST_IDLE:
            return None
        if now >= row.last_seen + SEEN_EVERY:
            self._seen(key, now)
        return Session(_user(user), row.created, now, row.interview_id)

    def _seen(self, key: str, now: datetime) -> None:
        try:
            with self.write() as session:
                session.execute(update(models.Session).where(models.Session.id == key).values(last_seen=now))
        except (StoreBusy, StoreFull):
            # The page can still be shown; the next one tries again.
            return

    def bind_session(self, token: str, interview_id: str | None) -> None:
        """Bind a session to one interview, for handing a kiosk over, or (None) free it again. Raises NotFound."""
        with self.write() as session:
            row = session.get(models.Session, _digest(token), with_for_update=True)
            if row is None:
                raise NotFound("session")
            if interview_id is not None and session.get(models.Interview, interview_id) is None:
                raise NotFound("interview")
            row.interview_id = interview_id

    def end_session(self, token: str) -> None:
        """End a session. Does nothing if it has ended already."""
        with self.write() as session:
            session.execute(delete(models.Session).where(models.Session.id == _digest(token)))


def _username(text: str) -> str:
    return text.strip().lower()


def _hash(password: str) -> str:
    least, most = PASSWORD_LENGTHS
    if not least <= len(password) <= most:
        raise BadInput(f"password: use {least} to {most} characters")
    try:
        return _hasher.hash(password)
    except UnicodeEncodeError:
        raise BadInput("password: it holds a character that cannot be typed; choose another") from None


def _verify(digest: str, password: str) -> bool:
    try:
        return _hasher.verify(digest, password[: PASSWORD_LENGTHS[1] + 1])
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _user(row: models.User) -> User:
    return User(row.id, row.username, row.display_name, tuple(row.roles), row.disabled, row.created_at, row.locked_until)
