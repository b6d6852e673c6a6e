"""Correcting what is held: earlier versions of a record, and what the person says is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.interview.answers import clean
from bot.interview.record import PersonRecord, read_record
from bot.store import models
from bot.store.audit import AuditTrail
from bot.store.errors import BadInput, NotFound
from bot.store.keeping_models import Dispute, RecordChange
from bot.store.plan_models import Plan

PUT_RIGHT, LEFT_AS_IT_IS = OUTCOMES = ("put_right", "left_as_it_is")
LONGEST = 2000
LONGEST_ABOUT = 200
# So few that nobody waits for the write lock meanwhile.
PLANS_BATCH = 100


@dataclass(frozen=True, slots=True)
class RecordBefore:
    """A record as it was until ``at``, when ``by`` changed it; ``reason`` is why, in their own words ("" where none was given)."""

    at: datetime
    by: str
    before: PersonRecord
    reason: str


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """Something the person says is wrong. ``about`` is ``record:<field>``, ``answer:<interview id>:<question>`` or ``other``.

    ``words`` is what is wrong; ``outcome`` is one of ``OUTCOMES`` and ``why`` the worker's words once it is settled, else "".
    """

    id: str
    person_id: str
    raised_at: datetime
    raised_by: str
    about: str
    words: str
    settled_at: datetime | None = None
    settled_by: str | None = None
    outcome: str = ""
    why: str = ""

    @property
    def question(self) -> str | None:
        """The question it is about, if it is about an answer."""
        return self.about.split(":", 2)[2] if self.about.startswith("answer:") else None


class Corrections(AuditTrail):
    """The part of the store that keeps corrections."""

    def record_changes(self, person_id: str) -> list[RecordBefore]:
        """Every earlier version of a person's record, the oldest first."""
        query = select(RecordChange).where(RecordChange.person_id == person_id).order_by(RecordChange.id)
        found = []
        with self.read() as session:
            for row in session.scalars(query):
                data = self.cipher.unseal(row.payload)
                found.append(RecordBefore(row.at, row.by, read_record(data["before"], kept=True), data["reason"]))
        return found

    def fill_plan_prisons(self) -> None:
        """Write where plans were made from before there was a column for it: the prison of the record as it was then."""
        waiting = select(Plan).where(Plan.prison.is_(None)).limit(PLANS_BATCH)
        with self.read() as session:
            missing = session.scalar(select(Plan.id).where(Plan.prison.is_(None)).limit(1)) is not None
        while missing:
            with self.write() as session:
                rows = session.scalars(waiting).all()
                for row in rows:
                    row.prison = self._prison_then(session, row)
                missing = len(rows) == PLANS_BATCH

    def _prison_then(self, session: Session, plan: Plan) -> str:
        changes = select(RecordChange.payload).where(RecordChange.person_id == plan.person_id, RecordChange.at > plan.made_at)
        changed = session.scalar(changes.order_by(RecordChange.id).limit(1))
        if changed is None:
            return session.get_one(models.Person, plan.person_id).prison
        return read_record(self.cipher.unseal(changed)["before"], kept=True).prison

    def dispute(self, person_id: str, about: str, words: str, by: str) -> DisputeRow:
        """Note that the person says something is wrong.

        Raises:
            NotFound: there is no such person.
            BadInput: nothing is said, or too much.
        """
        words = _words("words", words)
        if not about or len(about) > LONGEST_ABOUT:
            raise BadInput("about: say what is wrong: a part of the record, or an answer")
        with self.write() as session:
            if session.get(models.Person, person_id) is None:
                raise NotFound("person")
            payload = self.cipher.seal({"about": about, "words": words})
            row = Dispute(id=uuid4().hex, person_id=person_id, raised_at=self.clock(), raised_by=by, payload=payload)
            session.add(row)
            session.flush()
            self.note(session, by, "dispute noted", row.id, person_id)
            return self._dispute(row)

    def settle_dispute(self, dispute_id: str, person_id: str, outcome: str, why: str, by: str) -> DisputeRow:
        """Note what came of it: put right, or left as it is, and why. The first one counts.

        Raises:
            NotFound: this person has no such dispute.
            BadInput: the outcome is not one of ``OUTCOMES``, or the reason is missing or too long.
        """
        if outcome not in OUTCOMES:
            raise BadInput("outcome: choose whether it was put right or left as it is")
        why = _words("why", why)
        with self.write() as session:
            row = session.get(Dispute, dispute_id, with_for_update=True)
            if row is None or row.person_id != person_id:
                raise NotFound("dispute")
            if row.settled_at is None:
                row.settled_at, row.settled_by = self.clock(), by
                row.note = self.cipher.seal({"outcome": outcome, "why": why})
                self.note(session, by, "dispute settled", row.id, person_id)
            return self._dispute(row)

    def disputes_of(self, person_id: str) -> list[DisputeRow]:
        """Everything a person has said is wrong, the oldest first."""
        query = select(Dispute).where(Dispute.person_id == person_id).order_by(Dispute.raised_at, Dispute.id)
        with self.read() as session:
            return [self._dispute(row) for row in session.scalars(query)]

    def _dispute(self, row: Dispute) -> DisputeRow:
        data = self.cipher.unseal(row.payload)
        end = {"outcome": "", "why": ""} if row.note is None else self.cipher.unseal(row.note)
        return DisputeRow(
            id=row.id, person_id=row.person_id, raised_at=row.raised_at, raised_by=row.raised_by, about=data["about"],
            words=data["words"], settled_at=row.settled_at, settled_by=row.settled_by, outcome=end["outcome"], why=end["why"],
        )  # fmt: skip


def _words(name: str, text: str) -> str:
    text = clean(text)
    if not text:
        raise BadInput(f"{name}: there is nothing in it; write something")
    if len(text) > LONGEST:
        raise BadInput(f"{name}: it is longer than {LONGEST} characters; shorten it")
    return text
