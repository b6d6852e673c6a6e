"""Signed-in sessions: how they start, how long they last, how they are bound to an interview and ended."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from bot.store import models, roles
from bot.store.audit import AuditTrail
from bot.store.errors import NotFound, StoreBusy, StoreFull
from bot.store.types import Session, SessionRow
from bot.store.users import user_of

PASSWORD, SIGN_ON = "password", "sign_on"
# Writing "last seen" at each click would cost a write for each page.
SEEN_EVERY = timedelta(minutes=1)


class Sessions(AuditTrail):
    """The part of the store that keeps sessions."""

    def start_session(self, user_id: str, interview_id: str | None = None, how: str = PASSWORD) -> str:
        """Start a session and give its token, for the browser only. Sessions that have ended are cleared away.

        ``interview_id``: it is bound to that interview; ``how``: what was signed in with (password, sign_on, or what a kiosk says).

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
            most = roles.longest()
            gone = or_(models.Session.created <= now - most.whole, models.Session.last_seen <= now - most.idle)
            session.execute(delete(models.Session).where(gone))
            row = models.Session(
                id=_digest(token), user_id=user_id, created=now, last_seen=now, interview_id=interview_id, how=how
            )  # fmt: skip
            session.add(row)
            if interview_id is None:
                self.note(session, user_id, "signed in" if how == PASSWORD else f"signed in: {how.replace('_', '-')}", user_id)
            else:
                self.note(session, user_id, "kiosk session started", interview_id)
        return token

    def session(self, token: str) -> Session | None:
        """The session of a token, marked as seen; None when there is none, or it is older or has rested longer than the roles of
        its user allow (``bot.store.roles``)."""
        now, key = self.clock(), _digest(token)
        with self.read() as session:
            query = select(models.Session, models.User).join(models.User, models.User.id == models.Session.user_id)
            found = session.execute(query.where(models.Session.id == key)).first()
        if found is None:
            return None
        row, user = found
        limits = roles.limits_of(user.roles, bound=row.interview_id is not None)
        if user.disabled or now >= row.created + limits.whole or now >= row.last_seen + limits.idle:
            return None
        if now >= row.last_seen + SEEN_EVERY:
            self._seen(key, now)
        return Session(user_of(user), row.created, now, row.interview_id, row.how)

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
            row = session.get(models.Session, _digest(token))
            if row is not None:
                session.delete(row)
                self.note(session, row.user_id, "signed out" if row.interview_id is None else "kiosk session ended", row.user_id)

    def sessions_of(self, user_id: str) -> list[SessionRow]:
        """The sessions of a user that have not ended, the newest first."""
        now = self.clock()
        query = select(models.Session).where(models.Session.user_id == user_id).order_by(models.Session.created.desc())
        with self.read() as session:
            user = session.get(models.User, user_id)
            found = list(session.scalars(query))
        held = user.roles if user is not None else []
        limits = {row.id: roles.limits_of(held, bound=row.interview_id is not None) for row in found}
        return [
            SessionRow(row.id, row.created, row.last_seen, row.how, row.interview_id)
            for row in found
            if now < row.created + limits[row.id].whole and now < row.last_seen + limits[row.id].idle
        ]

    def end_sessions(self, user_id: str, by: str, but: str | None = None, only: str | None = None) -> int:
        """End the sessions of a user: all, all but the one of a token, or only one by its id. How many there were."""
        query = delete(models.Session).where(models.Session.user_id == user_id)
        if but is not None:
            query = query.where(models.Session.id != _digest(but))
        if only is not None:
            query = query.where(models.Session.id == only)
        with self.write() as session:
            ended = len(session.scalars(query.returning(models.Session.id)).all())
            if ended:
                self.note(session, by, "sessions ended", user_id)
        return ended

    @staticmethod
    def session_id(token: str) -> str:
        """The id of the session of a token, as ``sessions_of`` has it."""
        return _digest(token)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
