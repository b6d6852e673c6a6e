"""What helps a person at the kiosk, and what they ask a worker for there."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Db

from bot.store import models
from bot.store.audit import AuditTrail
from bot.store.errors import NotFound
from bot.store.kiosk_models import KioskAccess, KioskRequest
from bot.store.kiosk_types import PAPER, PaperWait, Request, checked_adjust
from bot.store.people import in_prisons
from bot.store.types import Prisons

# Who does what a person does alone, in the audit.
KIOSK = "kiosk"


class KioskRequests(AuditTrail):
    """The part of the store that keeps adjustments and requests."""

    def adjust(self, access_id: str, wanted: frozenset[str]) -> None:
        """Keep what helps a person, of ``ADJUSTMENTS``. Raises NotFound, BadInput."""
        names = checked_adjust(wanted)
        with self.write() as session:
            access_row(session, access_id).adjust = {"chosen": names}

    def ask_for_paper(self, interview_id: str) -> None:
        """Note that a person wants a paper copy; once, until a worker has seen to it. Raises NotFound."""
        with self.write() as session:
            self._known(session, interview_id)
            waiting = select(KioskRequest.id).where(KioskRequest.interview_id == interview_id, KioskRequest.done_at.is_(None))
            if session.scalar(waiting) is None:
                session.add(KioskRequest(id=uuid4().hex, interview_id=interview_id, kind=PAPER, at=self.clock()))
                self.note(session, KIOSK, "paper asked for", interview_id)

    def requests(self, interview_ids: Sequence[str]) -> list[Request]:
        """What was asked for at these interviews, the oldest first."""
        query = select(KioskRequest).where(KioskRequest.interview_id.in_(interview_ids)).order_by(KioskRequest.at)
        with self.read() as session:
            return [Request(row.id, row.interview_id, row.kind, row.at, row.done_at, row.done_by) for row in session.scalars(query)]

    def paper_asked_for(self, prison: Prisons = None, limit: int = 20) -> tuple[list[PaperWait], int]:
        """Who waits for paper, the longest wait first, and how many wait in all. Decrypts nothing."""
        interview, person = models.Interview, models.Person
        asked = func.min(KioskRequest.at)
        query = select(person.id, person.name, asked).select_from(KioskRequest)
        query = query.join(interview, interview.id == KioskRequest.interview_id).join(person, person.id == interview.person_id)
        query = query.where(KioskRequest.kind == PAPER, KioskRequest.done_at.is_(None), *in_prisons(person.prison, prison))
        query = query.group_by(person.id, person.name)
        with self.read() as session:
            many = session.scalar(select(func.count()).select_from(query.subquery())) or 0
            return [PaperWait(*row) for row in session.execute(query.order_by(asked, person.id).limit(limit))], many

    def request_done(self, request_id: str, by: str) -> None:
        """Note that a worker has seen to it. The first one counts. Raises NotFound."""
        with self.write() as session:
            row = session.get(KioskRequest, request_id, with_for_update=True)
            if row is None:
                raise NotFound("request")
            if row.done_at is None:
                row.done_at, row.done_by = self.clock(), by
                self.note(session, by, "paper request done", row.interview_id)

    def _known(self, session: Db, interview_id: str, user_id: str | None = None) -> None:
        if session.get(models.Interview, interview_id) is None:
            raise NotFound("interview")
        if user_id is not None and session.get(models.User, user_id) is None:
            raise NotFound("user")


def access_row(session: Db, access_id: str, lock: bool = False) -> KioskAccess:
    """One way in. Raises NotFound."""
    row = session.get(KioskAccess, access_id, with_for_update=lock or None)
    if row is None:
        raise NotFound("code")
    return row
