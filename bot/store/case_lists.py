"""Lists of plans and of what is due, from the plain columns alone: nothing is decrypted for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, case, func, select
from sqlalchemy.orm import Session

from bot.plan.dates import COMING, OVERDUE, THIS_WEEK
from bot.store.audit import AuditTrail
from bot.store.errors import BadInput
from bot.store.models import Interview, Person
from bot.store.people import wanted_people
from bot.store.plan_models import Alert, Plan, PlanItem, PlanNeed
from bot.store.plan_types import ACTIVE, LIVE, NOBODY, CaseCounts, CaseLine, CaseQuery, DueLine, PlanFigures, Summary

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


@dataclass(frozen=True, slots=True)
class _Week:
    """The days that part what is overdue, due this week and still to come (``bot.plan.dates.status``)."""

    today: date

    @property
    def sunday(self) -> date:
        return self.today + timedelta(days=6 - self.today.weekday())

    def holds(self, column: Any, bucket: str) -> ColumnElement[bool]:
        """Whether a day is in a bucket."""
        if bucket == OVERDUE:
            found: ColumnElement[bool] = column < self.today
        elif bucket == THIS_WEEK:
            found = and_(column >= self.today, column <= self.sunday)
        elif bucket == COMING:
            found = column > self.sunday
        else:
            raise BadInput("due: is not one of overdue, this_week, coming; choose again")
        return found

    def status(self, day: date) -> str:
        return OVERDUE if day < self.today else THIS_WEEK if day <= self.sunday else COMING


class CaseLists(AuditTrail):
    """The part of the store that lists plans."""

    def case_lines(self, query: CaseQuery, limit: int = 50, offset: int = 0) -> list[CaseLine]:
        """Active plans, the earliest due date first, those without one last. Raises BadInput for an unknown bucket."""
        week = _Week(query.today)
        # Sorted without the wide columns: with them, sorting would cost more than all the rest.
        ids = select(Plan.id).join(Person, Person.id == Plan.person_id).where(*_conditions(query, week))
        ids = ids.order_by(Plan.next_due.is_(None), Plan.next_due, Person.name, Plan.id).limit(min(limit, MOST)).offset(offset)
        with self.read() as session:
            wanted = list(session.scalars(ids))
            rows = select(*_LINE).join(Person, Person.id == Plan.person_id).where(Plan.id.in_(wanted))
            found = {row.plan_id: row for row in session.execute(rows)}
            items = _item_counts(session, wanted, week)
            alerts = _alert_counts(session, [row.person_id for row in found.values()])
        none: dict[str, Any] = dict.fromkeys(_COUNTS, 0)
        return [
            CaseLine(**line._mapping, **items.get(line.plan_id, none), open_alerts=alerts.get(line.person_id, 0))
            for line in map(found.__getitem__, wanted)
        ]

    def case_counts(self, query: CaseQuery) -> CaseCounts:
        """How many plans ``case_lines`` would give, and how many of them have something overdue and so on."""
        week = _Week(query.today)
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
        return CaseCounts(*(int(number) for number in found))

    def due_lines(self, query: CaseQuery, limit: int = 200, offset: int = 0) -> list[DueLine]:
        """What is due on active plans, the earliest first. Raises BadInput for an unknown bucket."""
        week = _Week(query.today)
        found = [*self._due(query, week, PlanItem.due, "item", limit + offset)]
        found += self._due(query, week, PlanItem.follow_up_by, "follow_up", limit + offset)
        found.sort(key=lambda line: (line.on, line.name, line.item_id, line.what))
        return found[offset : offset + limit]

    def _due(self, query: CaseQuery, week: _Week, column: Any, what: str, most: int) -> Iterable[DueLine]:
        rows = select(*_DUE, column.label("on")).join(Plan, Plan.id == PlanItem.plan_id).join(Person, Person.id == Plan.person_id)
        rows = rows.where(column.is_not(None), PlanItem.open, *_plan_conditions(query), *_item_conditions(query))
        if query.due is not None:
            rows = rows.where(week.holds(column, query.due))
        with self.read() as session:
            found = session.execute(rows.order_by(column, Person.name, PlanItem.id).limit(most)).all()
        return (DueLine(what=what, status=week.status(row.on), **row._mapping) for row in found)

    def plan_figures(self, prison: str, start: datetime, end: datetime) -> list[PlanFigures]:
        """What a report needs of every plan of a prison made from ``start`` to before ``end``, closed ones too.

        Decrypts one row a plan, and what is hidden of its sensitive items.
        """
        made = (Person.prison == prison, Plan.made_at >= start, Plan.made_at < end)
        rows = select(Plan, Person, Interview).join(Person, Person.id == Plan.person_id)
        rows = rows.join(Interview, Interview.id == Plan.interview_id).where(*made).order_by(Plan.made_at, Plan.id)
        columns = (PlanItem.pathway, PlanItem.level, PlanItem.state, PlanItem.due, PlanItem.follow_up_by)
        of_items = select(PlanItem.plan_id, *columns, PlanItem.sensitive, PlanItem.payload).join(Plan, Plan.id == PlanItem.plan_id)
        of_items = of_items.join(Person, Person.id == Plan.person_id).where(*made)
        items: dict[str, list[tuple[str, str, str, date | None, date | None]]] = {}
        with self.read() as session:
            for plan_id, pathway, level, state, due, by, sensitive, payload in session.execute(of_items):
                hidden = self.cipher.unseal(payload) if sensitive and payload is not None else {}
                kind = (str(hidden.get("pathway", pathway)), str(hidden.get("level", level)))
                items.setdefault(plan_id, []).append((*kind, state, due, by))
            return [
                PlanFigures(
                    plan_id=plan.id, person_id=person.id, kind=plan.kind, state=plan.state, made_at=plan.made_at,
                    mode=interview.mode, language=interview.language, started_at=interview.started_at,
                    completed_at=interview.completed_at, part1_completed=person.part1_completed, release=person.release,
                    summary=Summary.from_json(self.cipher.unseal(plan.payload)), items=tuple(items.get(plan.id, ())),
                )
                for plan, person, interview in session.execute(rows)
            ]  # fmt: skip


def _conditions(query: CaseQuery, week: _Week) -> list[ColumnElement[bool]]:
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


def _plans_due(week: _Week, bucket: str) -> CompoundSelect[str]:
    """The plans with an open item or follow-up in a bucket."""
    due, follow_up = week.holds(PlanItem.due, bucket), week.holds(PlanItem.follow_up_by, bucket)
    return select(PlanItem.plan_id).where(PlanItem.open, due).union(select(PlanItem.plan_id).where(PlanItem.open, follow_up))


def _item_counts(session: Session, plans: list[str], week: _Week) -> dict[str, dict[str, Any]]:
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
