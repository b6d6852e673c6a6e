"""Which rows of a person go, kind by kind: the same list is counted in a rehearsal and deleted when it is meant.

The order is that of the foreign keys and of the triggers, which ask a row's parents whose it is: children first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from bot.store.keeping_models import Dispute, RecordChange
from bot.store.keys import Cipher
from bot.store.kiosk_models import KioskAccess, KioskRequest
from bot.store.models import Answer, Base, Interview, Person, Turn
from bot.store.models import Session as SignedIn
from bot.store.note_models import InterviewNote
from bot.store.plan_models import (
    Alert,
    CaseEvent,
    ConsentEvent,
    ItemEvent,
    Plan,
    PlanClosing,
    PlanContact,
    PlanItem,
    PlanNeed,
    PlanRoute,
)
from bot.store.private import OpenParts
from bot.store.retention import ALERTS, INTERVIEWS, PRIVATE_ANSWERS, RECORDS


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of one table."""

    model: type[Base]
    which: ColumnElement[bool]

    def count(self, session: Session) -> int:
        """How many there are."""
        return session.scalar(select(func.count()).select_from(self.model).where(self.which)) or 0

    def delete(self, session: Session) -> int:
        """Delete them; how many there were."""
        gone: Any = session.execute(delete(self.model).where(self.which).execution_options(synchronize_session=False))
        return int(gone.rowcount)


class Mine:
    """The rows of one person. Decrypts only where the plain columns do not tell what a row is about."""

    def __init__(self, session: Session, cipher: Cipher, person_id: str, opened: OpenParts) -> None:
        self.session, self.cipher, self.person_id, self.opened = session, cipher, person_id, opened
        self.interviews: Select[Any] = select(Interview.id).where(Interview.person_id == person_id)
        self.plans: Select[Any] = select(Plan.id).where(Plan.person_id == person_id)

    def rows(self, kind: str) -> Iterator[Rows]:
        """What goes with a kind of data (one of ``retention.CASE_KINDS``)."""
        if kind == PRIVATE_ANSWERS:
            yield from self._private()
        elif kind == ALERTS:
            yield Rows(Alert, Alert.person_id == self.person_id)
        elif kind == INTERVIEWS:
            yield Rows(Dispute, Dispute.id.in_(self._disputes(lambda _: True)))
            yield from self._interviews()
        elif kind == RECORDS:
            yield from self._interviews()
            yield Rows(RecordChange, RecordChange.person_id == self.person_id)
            yield Rows(Dispute, Dispute.person_id == self.person_id)
            yield Rows(Person, Person.id == self.person_id)

    def _private(self) -> Iterator[Rows]:
        known = self.opened.questions
        yield Rows(Answer, Answer.interview_id.in_(self.interviews) & Answer.question_id.not_in(known))
        open_answer, it = aliased(Answer), Turn
        has_open = exists().where(
            open_answer.interview_id == it.interview_id, open_answer.turn_id == it.turn_id, open_answer.question_id.in_(known)
        )
        yield Rows(
            Turn, it.interview_id.in_(self.interviews) & it.question_id.is_not(None) & it.question_id.not_in(known) & ~has_open
        )
        items = select(PlanItem.id).where(PlanItem.plan_id.in_(self.plans), PlanItem.sensitive)
        yield Rows(ItemEvent, ItemEvent.item_id.in_(items))
        yield Rows(PlanItem, PlanItem.plan_id.in_(self.plans) & PlanItem.sensitive)
        consents = self._told(ConsentEvent, lambda data: data["consent"] in self.opened.consents)
        yield Rows(ConsentEvent, ConsentEvent.id.in_(consents))
        yield Rows(CaseEvent, CaseEvent.id.in_(self._told(CaseEvent, lambda data: self.opened.beside(data["about"]))))
        yield Rows(Dispute, Dispute.id.in_(self._disputes(lambda question: not self.opened.question(question))))

    def _interviews(self) -> Iterator[Rows]:
        mine, plans, items = self.interviews, self.plans, select(PlanItem.id).where(PlanItem.plan_id.in_(self.plans))
        accesses = select(KioskAccess.id).where(KioskAccess.interview_id.in_(mine))
        yield Rows(Answer, Answer.interview_id.in_(mine))
        yield Rows(Turn, Turn.interview_id.in_(mine))
        yield Rows(InterviewNote, InterviewNote.interview_id.in_(mine))
        yield Rows(SignedIn, or_(SignedIn.interview_id.in_(mine), SignedIn.access_id.in_(accesses)))
        yield Rows(KioskRequest, KioskRequest.interview_id.in_(mine))
        yield Rows(KioskAccess, KioskAccess.interview_id.in_(mine))
        yield Rows(Alert, Alert.person_id == self.person_id)
        yield Rows(ItemEvent, ItemEvent.item_id.in_(items))
        yield Rows(PlanItem, PlanItem.plan_id.in_(plans))
        for model in (PlanNeed, PlanContact, PlanRoute, PlanClosing):
            yield Rows(model, model.plan_id.in_(plans))
        yield Rows(CaseEvent, CaseEvent.person_id == self.person_id)
        yield Rows(ConsentEvent, ConsentEvent.person_id == self.person_id)
        yield Rows(Plan, Plan.person_id == self.person_id)
        yield Rows(Interview, Interview.person_id == self.person_id)

    def _told(self, model: Any, may_stay: Any) -> Sequence[int]:
        """The ids of encrypted rows of the person that may not stay."""
        found = self.session.execute(select(model.id, model.payload).where(model.person_id == self.person_id))
        return [row_id for row_id, payload in found if not may_stay(self.cipher.unseal(payload))]

    def _disputes(self, wanted: Any) -> Sequence[str]:
        """The ids of disputes about answers of questions that are wanted."""
        found = self.session.execute(select(Dispute.id, Dispute.payload).where(Dispute.person_id == self.person_id))
        abouts = {row_id: str(self.cipher.unseal(payload)["about"]) for row_id, payload in found}
        answers = {row_id: about.split(":", 2)[2] for row_id, about in abouts.items() if about.startswith("answer:")}
        return [row_id for row_id, question in answers.items() if wanted(question)]
