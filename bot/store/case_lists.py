"""Lists of plans and of what is due, from the plain columns alone: nothing is decrypted for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Row, and_, case, func, select
from sqlalchemy.orm import Session

from bot.plan.dates import COMING, OVERDUE, THIS_WEEK, add_days, in_london
from bot.plan.life import Event, current
from bot.store.audit import AuditTrail
from bot.store.due_lists import Week, assessments_missed, assessments_of, assessments_overdue, day_counts, days_of, plans_due
from bot.store.models import Interview, Person
from bot.store.people import wanted_people
from bot.store.plan_models import Alert, ItemEvent, Plan, PlanClosing, PlanItem, PlanNeed
from bot.store.plan_types import ACTIVE, LIVE, NOBODY, CaseCounts, CaseLine, CaseQuery, DueLine, Summary
from bot.store.report_types import BegunFigures, ItemFigures, PlanFigures, PrisonFigures

MOST = 1000
# What lists show of a plan and of its person, under the names of ``CaseLine`` and ``DueLine``.
_PERSON = (Person.id.label("person_id"), Person.name, Person.prison_number, Person.prison)
_LINE = (
    *_PERSON, Person.release, Plan.id.label("plan_id"), Plan.interview_id, Plan.kind, Plan.made_at, Plan.worker, Plan.open_items,
    Plan.next_due,
)  # fmt: skip
_DUE = (
    *_PERSON, PlanItem.id.label("item_id"), PlanItem.plan_id, Plan.worker, PlanItem.activity, PlanItem.pathway, PlanItem.state,
    PlanItem.service, PlanItem.sensitive,
)  # fmt: skip
_COUNTS = ("overdue", "this_week", "coming", "overdue_follow_ups")


class CaseLists(AuditTrail):
    """The part of the store that lists plans."""

    def case_lines(self, query: CaseQuery, limit: int = 50, offset: int = 0) -> list[CaseLine]:
        """Active plans, the earliest due date first, those without one last. Raises BadInput for an unknown bucket."""
        week = Week(query.today)
        # Sorted without the wide columns: with them, sorting would cost more than all the rest.
        ids = select(Plan.id).join(Person, Person.id == Plan.person_id).where(*_conditions(query, week))
        ids = ids.order_by(Plan.next_due.is_(None), Plan.next_due, Person.name, Plan.id).limit(min(limit, MOST)).offset(offset)
        with self.read() as session:
            wanted = list(session.scalars(ids))
            rows = select(*_LINE).join(Person, Person.id == Plan.person_id).where(Plan.id.in_(wanted))
            found = {row.plan_id: row for row in session.execute(rows)}
            items = _item_counts(session, wanted, week)
            days = day_counts(session, wanted, week)
            alerts = _alert_counts(session, [row.person_id for row in found.values()])
        return [
            CaseLine(
                **line._mapping,
                **_together(items.get(line.plan_id, {}), days.get(line.plan_id, {})),
                open_alerts=alerts.get(line.person_id, 0),
            )
            for line in map(found.__getitem__, wanted)
        ]

    def case_counts(self, query: CaseQuery) -> CaseCounts:
        """How many plans ``case_lines`` would give, and how many of them have something overdue and so on."""
        week = Week(query.today)
        this_week = Plan.id.in_(_plans_due(week, THIS_WEEK))
        open_alerts = Plan.person_id.in_(select(Alert.person_id).where(Alert.acknowledged_at.is_(None)))

        def many(condition: ColumnElement[bool]) -> Any:
            return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

        figures = select(
            func.count(),
            many(Plan.next_due < query.today),
            many(this_week),
            many(Plan.last_due > week.sunday),
            many(Plan.next_follow_up < query.today),
            many(open_alerts),
        )
        with self.read() as session:
            found = session.execute(figures.select_from(Plan).join(Person).where(*_conditions(query, week))).one()
            late = assessments_overdue(session, replace(query, due=None), week)
        return replace(CaseCounts(*(int(number) for number in found)), overdue_assessments=late)

    def due_lines(self, query: CaseQuery, limit: int = 200, offset: int = 0) -> list[DueLine]:
        """What is due, the earliest first: items, follow-ups, contacts after release, routes, and assessments, also without a plan.

        Raises BadInput for an unknown bucket.
        """
        week = Week(query.today)
        found = [*self._due(query, week, PlanItem.due, "item", limit + offset)]
        found += self._due(query, week, PlanItem.follow_up_by, "follow_up", limit + offset)
        with self.read() as session:
            found += days_of(session, query, week, limit + offset)
            found += assessments_of(session, query, week, limit + offset)
        found.sort(key=lambda line: (line.on, line.name, line.person_id, line.item_id or "", line.what))
        return found[offset : offset + limit]

    def _due(self, query: CaseQuery, week: Week, column: Any, what: str, most: int) -> Iterable[DueLine]:
        rows = select(*_DUE, column.label("on")).join(Plan, Plan.id == PlanItem.plan_id).join(Person, Person.id == Plan.person_id)
        rows = rows.where(column.is_not(None), PlanItem.open, *_plan_conditions(query), *_item_conditions(query))
        if query.due is not None:
            rows = rows.where(week.holds(column, query.due))
        with self.read() as session:
            found = session.execute(rows.order_by(column, Person.name, Person.id, PlanItem.id).limit(most)).all()
        return (DueLine(what=what, status=week.status(row.on), **row._mapping) for row in found)

    def prison_figures(self, query: CaseQuery, prison: str, start: date, end: date) -> PrisonFigures:
        """What a report needs of a prison from ``start`` to ``end``, both included.

        ``query`` says which day it is today, and the numbers behind the dates. A plan belongs to the prison it was made in; an
        interview without one, and an assessment that is not done, to the one the person is in now.
        """
        first, after = in_london(datetime.combine(start, time())), in_london(datetime.combine(add_days(end, 1), time()))
        begun = select(Interview.person_id, Interview.mode, Interview.completed_at).join(Person, Person.id == Interview.person_id)
        begun = begun.outerjoin(Plan, Plan.interview_id == Interview.id).where(func.coalesce(Plan.prison, Person.prison) == prison)
        begun = begun.where(Interview.started_at >= first, Interview.started_at < after).order_by(
            Interview.started_at, Interview.id
        )
        plans = self.plan_figures(prison, first, after)
        with self.read() as session:
            interviews = [BegunFigures(person, mode, done is not None) for person, mode, done in session.execute(begun)]
            missed = assessments_missed(session, replace(query, prison=(prison,)), start, end)
            return PrisonFigures(tuple(plans), tuple(interviews), tuple(missed))

    def plan_figures(self, prison: str, start: datetime, end: datetime) -> list[PlanFigures]:
        """What a report needs of every plan made in a prison from ``start`` to before ``end``, closed ones too, wherever the people
        are now.

        Decrypts one row a plan, and the history of each item for the needs it answers; of a sensitive item nothing, as no report
        holds any.
        """
        made = (Plan.prison == prison, Plan.made_at >= start, Plan.made_at < end)
        rows = select(Plan, Person, Interview).join(Person, Person.id == Plan.person_id)
        rows = rows.join(Interview, Interview.id == Plan.interview_id).where(*made).order_by(Plan.made_at, Plan.id)
        columns = (PlanItem.pathway, PlanItem.level, PlanItem.state, PlanItem.due, PlanItem.follow_up_by)
        of_items = select(PlanItem.plan_id, PlanItem.id, *columns, PlanItem.sensitive)
        of_items = of_items.join(Plan, Plan.id == PlanItem.plan_id).where(*made)
        steps = select(ItemEvent.item_id, ItemEvent.payload).join(PlanItem, PlanItem.id == ItemEvent.item_id)
        steps = steps.join(Plan, Plan.id == PlanItem.plan_id).where(*made).order_by(ItemEvent.item_id, ItemEvent.number)
        steps = steps.where(PlanItem.sensitive.is_(False))
        items: dict[str, list[ItemFigures]] = {}
        closings = select(PlanClosing.plan_id, PlanClosing.payload).join(Plan, Plan.id == PlanClosing.plan_id)
        closings = closings.where(*made).order_by(PlanClosing.id)
        with self.read() as session:
            # The newest one counts; of one opened again the reason is "".
            closed = {plan_id: str(self.cipher.unseal(payload)["reason"]) for plan_id, payload in session.execute(closings)}
            needs = {item_id: self._needs(rows) for item_id, rows in groupby(session.execute(steps), itemgetter(0))}
            for plan_id, item_id, pathway, level, state, due, by, sensitive in session.execute(of_items):
                one = ItemFigures(pathway or "", level or "", state, due, by, needs.get(item_id, frozenset()), sensitive)
                items.setdefault(plan_id, []).append(one)
            return [
                PlanFigures(
                    plan_id=plan.id, person_id=person.id, kind=plan.kind, state=plan.state, made_at=plan.made_at,
                    mode=interview.mode, language=interview.language, started_at=interview.started_at,
                    completed_at=interview.completed_at, no_part2=person.part2 is False, release=person.release,
                    summary=Summary.from_json(self.cipher.unseal(plan.payload)), items=tuple(items.get(plan.id, ())),
                    closed_for=closed.get(plan.id) or None,
                )
                for plan, person, interview in session.execute(rows)
            ]  # fmt: skip

    def _needs(self, steps: Iterable[Row[str, str]]) -> frozenset[str]:
        """The needs that an item with these events answers."""
        state = current([Event.from_json(self.cipher.unseal(payload)) for _, payload in steps])
        return frozenset(reason["need"] for reason in state.snapshot["because"] if reason.get("need"))


def _conditions(query: CaseQuery, week: Week) -> list[ColumnElement[bool]]:
    found = [Plan.state == ACTIVE, *_plan_conditions(query)]
    if query.pathway is not None or query.state is not None:
        states = LIVE if query.state is None else (query.state,)
        items = select(PlanItem.plan_id).where(PlanItem.state.in_(states))
        found.append(Plan.id.in_(items if query.pathway is None else items.where(PlanItem.pathway == query.pathway)))
    if query.due == OVERDUE:
        found.append(Plan.next_due < query.today)
    elif query.due == COMING:
        found.append(Plan.last_due > week.sunday)
    elif query.due is not None:
        found.append(Plan.id.in_(_plans_due(week, query.due)))
    return found


def _plan_conditions(query: CaseQuery) -> list[ColumnElement[bool]]:
    found = wanted_people(query.prison, query.search)
    if query.worker is not None:
        found.append(Plan.worker.is_(None) if query.worker == NOBODY else Plan.worker == query.worker)
    if query.need is not None:
        found.append(Plan.id.in_(select(PlanNeed.plan_id).where(PlanNeed.need == query.need)))
    return found


def _item_conditions(query: CaseQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.pathway is not None:
        found.append(PlanItem.pathway == query.pathway)
    if query.state is not None:
        found.append(PlanItem.state == query.state)
    return found


def _plans_due(week: Week, bucket: str) -> CompoundSelect[str]:
    """The plans with an open item, follow-up, day of contact or of a route in a bucket."""
    due, follow_up = week.holds(PlanItem.due, bucket), week.holds(PlanItem.follow_up_by, bucket)
    items = select(PlanItem.plan_id).where(PlanItem.open, due)
    return items.union(select(PlanItem.plan_id).where(PlanItem.open, follow_up), *plans_due(week, bucket))


def _together(items: dict[str, Any], days: dict[str, int]) -> dict[str, Any]:
    """The ``_COUNTS`` of a plan, contacts and routes included."""
    return {name: items.get(name, 0) + days.get(name, 0) for name in _COUNTS}


def _item_counts(session: Session, plans: list[str], week: Week) -> dict[str, dict[str, Any]]:
    """The ``_COUNTS`` of each plan. A follow-up counts by its own day, beside its item."""

    def many(condition: ColumnElement[bool]) -> Any:
        # Not in the WHERE: it would lead the database to an index over all plans.
        return func.sum(case((and_(PlanItem.open, condition), 1), else_=0))

    buckets = [
        many(week.holds(PlanItem.due, bucket)) + many(week.holds(PlanItem.follow_up_by, bucket))
        for bucket in (OVERDUE, THIS_WEEK, COMING)
    ]
    rows = select(PlanItem.plan_id, *buckets, many(PlanItem.follow_up_by < week.today)).where(PlanItem.plan_id.in_(plans))
    found = session.execute(rows.group_by(PlanItem.plan_id)).all()
    return {plan: dict(zip(_COUNTS, counts, strict=True)) for plan, *counts in found}


def _alert_counts(session: Session, people: list[str]) -> dict[str, int]:
    rows = select(Alert.person_id, func.count()).where(Alert.person_id.in_(people), Alert.acknowledged_at.is_(None))
    return {person: count for person, count in session.execute(rows.group_by(Alert.person_id))}  # noqa: C416
