"""Plans, their items and all that is recorded beside them: read as one picture, changed by one step at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, false, select, update
from sqlalchemy.orm import Session, aliased

from bot.interview.answers import Answer
from bot.plan.consents import ConsentEvent
from bot.plan.dates import of_stay
from bot.plan.life import Event, History
from bot.store import models, plan_models
from bot.store.cache import Known
from bot.store.columns import columns_of
from bot.store.errors import NotFound
from bot.store.interviews import Interviews
from bot.store.interviews import row_of as interview_row
from bot.store.note_models import InterviewNote
from bot.store.notes import HANDED_OVER
from bot.store.people import record_from
from bot.store.plan_types import (
    ACTIVE,
    CLOSED,
    CLOSING,
    ENDS_STAY,
    LIVE,
    CaseEvent,
    CaseFile,
    Closing,
    NewPlan,
    PlanRow,
    StoredItem,
    Summary,
    Work,
)
from bot.store.types import CARRIED, COMPLETE, InterviewRow

Days = plan_models.PlanContact | plan_models.PlanRoute
Decide = Callable[[CaseFile, datetime], Work]


@dataclass(frozen=True, slots=True)
class Done:
    """What a step has written: the plan it made or worked on, and the addresses of new items in the order they were given."""

    plan_id: str | None
    items: tuple[str, ...]
    written: bool


class Cases(Interviews):
    """The part of the store that keeps plans."""

    # -- reading

    def case_file(self, person_id: str) -> CaseFile:
        """Everything of a person's case, as one picture. Raises NotFound."""
        known = self._known_of(person_id)
        with self.read() as session:
            file, fresh = self._case_file(session, person_id, known)
        self._remember(fresh)
        return file

    def plan(self, plan_id: str) -> PlanRow:
        """The plan of that id. Raises NotFound."""
        with self.read() as session:
            row = session.get(plan_models.Plan, plan_id)
            if row is None:
                raise NotFound("plan")
            return _plan(row)

    def plan_of(self, interview_id: str) -> PlanRow | None:
        """The plan of an interview, or None if it has none."""
        with self.read() as session:
            row = session.scalar(select(plan_models.Plan).where(plan_models.Plan.interview_id == interview_id))
            return None if row is None else _plan(row)

    def plans_of(self, person_id: str) -> list[PlanRow]:
        """A person's plans, the newest first."""
        with self.read() as session:
            return plans_in(session, person_id)

    def fill_closings(self) -> None:
        """Write what lists need of closings from before there was a column for it."""
        waiting = plan_models.PlanClosing.ends_stay.is_(None)
        with self.read() as session:
            if session.scalar(select(plan_models.PlanClosing.id).where(waiting).limit(1)) is None:
                return
        with self.write() as session:
            for row in session.scalars(select(plan_models.PlanClosing).where(waiting)):
                row.ends_stay = self.cipher.unseal(row.payload)["reason"] in ENDS_STAY

    def without_plan(self, limit: int = 100) -> list[InterviewRow]:
        """Complete interviews that lack their plan, the oldest first: a process ended in between, or they are from before plans.
        Those of an earlier stay in prison get none any more."""
        row, planned = models.Interview, aliased(models.Interview)
        # One that has a plan itself, or begun before another that has one, gets none.
        later = select(plan_models.Plan.id).join(planned, planned.id == plan_models.Plan.interview_id)
        later = later.where(planned.person_id == row.person_id, planned.started_at >= row.started_at)
        query = select(row, models.Person.reception).join(models.Person, models.Person.id == row.person_id)
        query = query.where(row.state == COMPLETE, ~later.exists()).order_by(row.started_at, row.id)
        with self.read() as session:
            found = (one for one, reception in session.execute(query) if of_stay(reception, one.started_at))
            return [interview_row(one) for one in islice(found, limit)]

    # -- writing

    def work(self, person_id: str, by: str, decide: Decide) -> Done:
        """Take one step in one transaction. ``decide`` gets the case as it is at that moment and the time of the step.

        ``decide`` must be pure and must not use the store; what it raises undoes the step and comes out as it is. The time is never
        before that of the newest event.

        Raises:
            NotFound: there is no such person, or the step names an item, plan or user that is none of theirs.
        """
        known = self._known_of(person_id)
        with self.write() as session:
            # Steps on one case wait for each other; a turn of the interview does not wait for them.
            lock = select(models.Person.id).where(models.Person.id == person_id).with_for_update(key_share=True)
            if session.scalar(lock) is None:
                raise NotFound("person")
            file, fresh = self._case_file(session, person_id, known)
            now = file.not_before(self.clock())
            work = decide(file, now)
            done = Done(work.plan_id, (), False) if work.empty else self._write_work(session, file, work, by, now)
        self._remember(fresh)
        return done

    def _write_work(self, session: Session, file: CaseFile, work: Work, by: str, now: datetime) -> Done:
        plan_id, new = work.plan_id, list[str]()
        for closed in work.closes:
            _own_plan(session, file, closed).state = CLOSED
        if work.new_plan is not None:
            plan_id = self._make_plan(session, file, work.new_plan, work.plan_id or uuid4().hex, now)
            new += self._add_items(session, plan_id, work.new_plan.items)
        if work.items:
            new += self._add_items(session, _own_plan(session, file, plan_id).id, work.items)
        self._add_events(session, file, work.events)
        for consent in work.consents:
            payload = self.cipher.seal(consent.to_json())
            session.add(plan_models.ConsentEvent(person_id=file.person_id, at=consent.at, by=consent.by, payload=payload))
        for event in work.case_events:
            session.add(self._case_event_row(file.person_id, event))
        for interview_id, alert in work.alerts:
            interview = session.get(models.Interview, interview_id)
            if interview is None:
                raise NotFound("interview")
            self._raise_alerts(session, interview, [alert], now, ())
        if work.summary is not None and plan_id is not None:
            self._write_summary(session, plan_id, work.summary)
        for closing in work.closings:
            self._close(session, file, closing)
        if work.contacts is not None and plan_id is not None:
            _write_days(session, plan_models.PlanContact, plan_id, work.contacts)
        if work.routes is not None and plan_id is not None:
            _write_days(session, plan_models.PlanRoute, plan_id, work.routes)
        if work.worker is not None:
            self._set_worker(session, _own_plan(session, file, plan_id), work.worker[0])
        session.flush()
        touched = {plan_id, *work.closes, *(closing.plan_id for closing in work.closings)} | {
            _item_plan(file, item_id) for item_id in work.events
        }
        for one in touched - {None}:
            _write_totals(session, str(one))
        if work.what:
            subjects = dict.fromkeys([*([plan_id] if plan_id else []), file.person_id, *work.subjects])
            self.note(session, by, work.what, *subjects)
        return Done(plan_id, tuple(new), True)

    def _make_plan(self, session: Session, file: CaseFile, new: NewPlan, plan_id: str, now: datetime) -> str:
        row = plan_models.Plan(
            id=plan_id, interview_id=new.interview_id, person_id=file.person_id, kind=file.interview(new.interview_id).kind,
            made_at=now, prison=file.record.prison, earlier=new.earlier, carried=new.carried, state=ACTIVE, worker=None,
            open_items=0, next_due=None, last_due=None, next_follow_up=None, payload=self.cipher.seal(Summary().to_json()),
        )  # fmt: skip
        session.add(row)
        session.flush()
        if new.worker is not None and session.get(models.User, new.worker) is not None:
            row.worker = new.worker
        return plan_id

    def _close(self, session: Session, file: CaseFile, closing: Closing) -> None:
        _own_plan(session, file, closing.plan_id).state = CLOSED if closing.kind == CLOSING else ACTIVE
        payload = self.cipher.seal({"kind": closing.kind, "reason": closing.reason, "note": closing.note})
        row = plan_models.PlanClosing(plan_id=closing.plan_id, at=closing.at, by=closing.by, payload=payload)
        row.ends_stay = closing.ends_stay
        session.add(row)

    def _set_worker(self, session: Session, plan: plan_models.Plan, worker: str | None) -> None:
        if worker is not None and session.get(models.User, worker) is None:
            raise NotFound("user")
        plan.worker = worker

    def _add_items(self, session: Session, plan_id: str, histories: Sequence[History]) -> list[str]:
        made = []
        for history in histories:
            item = StoredItem(uuid4().hex, plan_id, history)
            session.add(plan_models.PlanItem(id=item.id, plan_id=plan_id, **self._columns(item)))
            made.append(item)
        session.flush()
        for item in made:
            self._append(session, item.id, 0, item.history)
        return [item.id for item in made]

    def _add_events(self, session: Session, file: CaseFile, events: Mapping[str, Sequence[Event]]) -> None:
        by_id = {item.id: item for items in file.items.values() for item in items}
        for item_id, added in events.items():
            before = by_id.get(item_id)
            row = session.get(plan_models.PlanItem, item_id)
            if before is None or row is None:
                raise NotFound("item")
            after = StoredItem(item_id, before.plan_id, (*before.history, *added))
            for name, value in self._columns(after).items():
                setattr(row, name, value)
            self._append(session, item_id, len(before.history), added)

    def _append(self, session: Session, item_id: str, count: int, events: Iterable[Event]) -> None:
        for number, event in enumerate(events, count + 1):
            payload = self.cipher.seal(event.to_json())
            session.add(plan_models.ItemEvent(item_id=item_id, number=number, at=event.at, by=event.by, payload=payload))

    def _columns(self, item: StoredItem) -> dict[str, Any]:
        columns = columns_of(item.state)
        hidden = columns.hidden
        return columns.plain | {"open": columns.live, "payload": self.cipher.seal(hidden) if hidden else None}

    def _case_event_row(self, person_id: str, event: CaseEvent) -> plan_models.CaseEvent:
        payload = self.cipher.seal({"about": event.about, "data": dict(event.data)})
        return plan_models.CaseEvent(
            person_id=person_id, plan_id=event.plan_id, kind=event.kind, at=event.at, by=event.by, payload=payload
        )

    def _write_summary(self, session: Session, plan_id: str, summary: Summary) -> None:
        row = session.get(plan_models.Plan, plan_id)
        if row is None:
            raise NotFound("plan")
        row.payload = self.cipher.seal(summary.to_json())
        session.execute(delete(plan_models.PlanNeed).where(plan_models.PlanNeed.plan_id == plan_id))
        for need in dict.fromkeys(need for need, _, _ in summary.needs if need not in summary.private):
            session.add(plan_models.PlanNeed(plan_id=plan_id, need=need))

    # -- one picture

    def _known_of(self, person_id: str) -> dict[str, Known | None]:
        """What this process knows of a person's answers, taken before a transaction begins (see ``Interviews.state``)."""
        with self.read() as session:
            ids = session.scalars(select(models.Interview.id).where(models.Interview.person_id == person_id)).all()
            return {interview_id: self._cache.get(interview_id) for interview_id in ids}

    def _remember(self, fresh: Mapping[str, Known]) -> None:
        for interview_id, known in fresh.items():
            self._cache.put(interview_id, known)

    def _case_file(self, session: Session, person_id: str, before: Mapping[str, Known | None]) -> tuple[CaseFile, dict[str, Known]]:
        details = session.scalar(select(models.Person.details).where(models.Person.id == person_id))
        if details is None:
            raise NotFound("person")
        query = select(models.Interview).where(models.Interview.person_id == person_id)
        newest_first = query.order_by(models.Interview.started_at.desc(), models.Interview.id)
        interviews = tuple(interview_row(row) for row in session.scalars(newest_first))
        plans = plans_in(session, person_id)
        # All of them: what the person agrees to is their latest word, in whichever it was said.
        fresh = {row.id: self._catch_up(session, row.id, before.get(row.id)) for row in interviews}
        answers: dict[str, Mapping[str, Answer]] = {interview_id: dict(known.answers) for interview_id, known in fresh.items()}
        file = CaseFile(
            person_id=person_id,
            record=record_from(self.cipher, details),
            interviews=interviews,
            answers=answers,
            answered={row.id: _answered(session, row.id) for row in interviews},
            plans=tuple(plans),
            items=self._items(session, plans),
            summaries=self._summaries(session, person_id),
            consents=tuple(self._consents(session, person_id)),
            events=tuple(self._case_events(session, person_id)),
            alerts=tuple(self._alerts_of(session, person_id)),
            contacts=_days(session, plan_models.PlanContact, plans),
            routes=_days(session, plan_models.PlanRoute, plans),
            closings=tuple(self._closings(session, plans)),
            handed=_handed(session, [row.id for row in interviews]),
            modes={interview_id: dict(known.modes) for interview_id, known in fresh.items()},
        )
        return file, fresh

    def _items(self, session: Session, plans: Sequence[PlanRow]) -> dict[str, tuple[StoredItem, ...]]:
        item, event = plan_models.PlanItem, plan_models.ItemEvent
        query = select(item.plan_id, item.id, event.payload).join(event, event.item_id == item.id)
        query = query.where(item.plan_id.in_([plan.id for plan in plans])).order_by(item.id, event.number)
        histories: dict[tuple[str, str], list[Event]] = {}
        for plan_id, item_id, payload in session.execute(query):
            histories.setdefault((plan_id, item_id), []).append(Event.from_json(self.cipher.unseal(payload)))
        found: dict[str, list[StoredItem]] = {plan.id: [] for plan in plans}
        for (plan_id, item_id), history in histories.items():
            found[plan_id].append(StoredItem(item_id, plan_id, tuple(history)))
        return {plan_id: tuple(items) for plan_id, items in found.items()}

    def _summaries(self, session: Session, person_id: str) -> dict[str, Summary]:
        row = plan_models.Plan
        found = session.execute(select(row.id, row.payload).where(row.person_id == person_id))
        return {plan_id: Summary.from_json(self.cipher.unseal(payload)) for plan_id, payload in found}

    def _closings(self, session: Session, plans: Sequence[PlanRow]) -> Iterable[Closing]:
        row = plan_models.PlanClosing
        for found in session.scalars(select(row).where(row.plan_id.in_([plan.id for plan in plans])).order_by(row.id)):
            data = self.cipher.unseal(found.payload)
            yield Closing(found.plan_id, data["kind"], found.at, found.by, data["reason"], data["note"])

    def _consents(self, session: Session, person_id: str) -> Iterable[ConsentEvent]:
        row = plan_models.ConsentEvent
        for payload in session.scalars(select(row.payload).where(row.person_id == person_id).order_by(row.id)):
            yield ConsentEvent.from_json(self.cipher.unseal(payload))

    def _case_events(self, session: Session, person_id: str) -> Iterable[CaseEvent]:
        query = select(plan_models.CaseEvent).where(plan_models.CaseEvent.person_id == person_id)
        for row in session.scalars(query.order_by(plan_models.CaseEvent.id)):
            data = self.cipher.unseal(row.payload)
            yield CaseEvent(data["about"], row.at, row.by, data["data"], row.plan_id, row.id)


def _answered(session: Session, interview_id: str) -> dict[str, datetime]:
    """When each current answer was given; one carried from an earlier interview was not given in this one."""
    row = models.Answer
    query = select(row.question_id, row.at, row.how).where(row.interview_id == interview_id).order_by(row.id)
    newest = {question: None if how == CARRIED else at for question, at, how in session.execute(query)}
    return {question: at for question, at in newest.items() if at is not None}


def _handed(session: Session, interviews: Sequence[str]) -> dict[str, str]:
    row = InterviewNote
    query = select(row.interview_id, row.to_user).where(row.interview_id.in_(interviews), row.kind == HANDED_OVER)
    return {interview: user for interview, user in session.execute(query.order_by(row.id)) if user is not None}


def _days(session: Session, row: type[Days], plans: Sequence[PlanRow]) -> dict[str, tuple[date, ...]]:
    found: dict[str, list[date]] = {plan.id: [] for plan in plans}
    for plan_id, day in session.execute(select(row.plan_id, row.day).where(row.plan_id.in_(list(found))).order_by(row.day)):
        found[plan_id].append(day)
    return {plan_id: tuple(days) for plan_id, days in found.items()}


def _write_days(session: Session, row: type[Days], plan_id: str, days: Iterable[date]) -> None:
    session.execute(delete(row).where(row.plan_id == plan_id))
    session.add_all(row(plan_id=plan_id, day=day) for day in dict.fromkeys(days))


def plans_in(session: Session, person_id: str) -> list[PlanRow]:
    """A person's plans, the newest first."""
    row = plan_models.Plan
    query = select(row).where(row.person_id == person_id).order_by(row.made_at.desc(), row.state, row.id)
    return [_plan(found) for found in session.scalars(query)]


def _plan(row: plan_models.Plan) -> PlanRow:
    return PlanRow(
        id=row.id, interview_id=row.interview_id, person_id=row.person_id, kind=row.kind, made_at=row.made_at, state=row.state,
        worker=row.worker, earlier=row.earlier, carried=row.carried,
    )  # fmt: skip


def _own_plan(session: Session, file: CaseFile, plan_id: str | None) -> plan_models.Plan:
    row = session.get(plan_models.Plan, plan_id) if plan_id is not None else None
    if row is None or row.person_id != file.person_id:
        raise NotFound("plan")
    return row


def _item_plan(file: CaseFile, item_id: str) -> str | None:
    return next((plan for plan, items in file.items.items() if any(item.id == item_id for item in items)), None)


def _write_totals(session: Session, plan_id: str) -> None:
    """Which items are open, and what lists need of them. Of a closed plan none is."""
    item, row = plan_models.PlanItem, session.get(plan_models.Plan, plan_id)
    if row is not None:
        is_open = item.state.in_(LIVE) if row.state == ACTIVE else false()
        session.execute(update(item).where(item.plan_id == plan_id, item.open != is_open).values(open=is_open))
        rows = session.execute(select(item.due, item.follow_up_by).where(item.plan_id == plan_id, item.open)).all()
        days = [day for pair in rows for day in pair if day is not None]
        for more in (plan_models.PlanContact, plan_models.PlanRoute) if row.state == ACTIVE else ():
            days += session.scalars(select(more.day).where(more.plan_id == plan_id)).all()
        row.open_items, row.next_due, row.last_due = len(rows), min(days, default=None), max(days, default=None)
        row.next_follow_up = min((by for _, by in rows if by is not None), default=None)
