"""Assessments and contacts that are due, from plain columns and dates alone: nothing is decrypted for them.

The rules are those of ``bot.plan.dates``. As a due date grows with the day it is counted from, "due before a day" is said of the
column it is counted from, so that the database finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from bot.plan.dates import COMING, LONDON, OVERDUE, THIS_WEEK, add_days, add_working_days, in_london, part1_due
from bot.plan.definitions import Deadlines
from bot.store.errors import BadInput
from bot.store.models import Interview, Person
from bot.store.people import wanted_people
from bot.store.plan_models import Plan, PlanClosing, PlanContact, PlanNeed, PlanRoute
from bot.store.plan_types import ACTIVE, CLOSED, CONTACT, NOBODY, ROUTE, CaseQuery, DueLine
from bot.store.report_types import MissedFigures
from bot.store.types import COMPLETE, FIRST, PRERELEASE

PART1, PART2 = "part1", "part2"
# What is due on plans and is no item.
_DAYS: dict[str, type[PlanContact | PlanRoute]] = {CONTACT: PlanContact, ROUTE: PlanRoute}
# An assessment that is not done by the day of release is shown for so many days more; that number is this program's own.
AFTER_RELEASE_DAYS = 7
_PERSON = (Person.id.label("person_id"), Person.name, Person.prison_number, Person.prison)


@dataclass(frozen=True, slots=True)
class Week:
    """The days that part what is overdue, due this week and still to come (``bot.plan.dates.status``)."""

    today: date

    @property
    def sunday(self) -> date:
        return add_days(self.today, 6 - self.today.weekday())

    def holds(self, column: Any, bucket: str, before: Callable[[date], Any] = lambda day: day) -> ColumnElement[bool]:
        """Whether a due date is in a bucket. ``before`` gives, for a day, what the column is below where the date is before it.

        Raises BadInput for an unknown bucket.
        """
        today, monday = before(self.today), before(add_days(self.sunday, 1))
        if bucket == OVERDUE:
            found: ColumnElement[bool] = column < today
        elif bucket == THIS_WEEK:
            found = and_(column >= today, column < monday)
        elif bucket == COMING:
            found = column >= monday
        else:
            raise BadInput("due: is not one of overdue, this_week, coming; choose again")
        return found

    def status(self, day: date) -> str:
        return OVERDUE if day < self.today else THIS_WEEK if day <= self.sunday else COMING


def part1_before(day: date, deadlines: Deadlines) -> datetime:
    """Who came in before this moment of the wall clock has part 1 due before that day."""
    midnight = datetime.combine(day, time(), LONDON).astimezone(UTC)
    return (midnight - timedelta(hours=deadlines.part1_hours)).astimezone(LONDON).replace(tzinfo=None)


def part2_before(day: date, deadlines: Deadlines) -> date:
    """Whose part 1 was completed before this day has part 2 due before that day."""
    first = day
    while add_working_days(add_days(first, -1), deadlines.part2_working_days) >= day:
        first = add_days(first, -1)
    return first


@dataclass(frozen=True, slots=True)
class _Assessment:
    """One kind: the column its date is counted from, who still needs it, and how its date follows."""

    what: str
    column: Any
    needed: ColumnElement[bool]
    before: Callable[[date], Any]
    day: Callable[[Any], date]


def _kinds(query: CaseQuery, sqlite: bool) -> tuple[_Assessment, ...]:
    deadlines = query.deadlines
    # A sentence shorter than the window: both are one, and due with part 2.
    days = deadlines.prerelease_days
    at_once = and_(
        Person.part2.is_(True), Person.part1_completed.is_not(None), Person.release < _moved(Person.reception, days, sqlite)
    )
    # A review from before the window does not stand for the one before release, and within it a first interview does where there is
    # no part 2 (``bot.casework.viewing.assessments_done``).
    within = [_done(kind, lambda person: _moved(person.release, -days, sqlite)) for kind in (PRERELEASE, FIRST)]
    reviewed = or_(within[0], and_(Person.part2.is_(False), within[1]))
    return (
        _Assessment(
            PART1,
            Person.reception,
            Person.part1_completed.is_(None),
            lambda day: part1_before(day, deadlines),
            lambda reception: part1_due(reception, deadlines).date(),
        ),
        _Assessment(
            PART2,
            Person.part1_completed,
            and_(Person.part1_completed.is_not(None), Person.part2.is_(True), not_(_done(FIRST))),
            lambda day: part2_before(day, deadlines),
            lambda completed: add_working_days(completed, deadlines.part2_working_days),
        ),
        _Assessment(
            PRERELEASE,
            Person.release,
            and_(Person.release.is_not(None), not_(at_once), not_(reviewed)),
            lambda day: day,
            lambda release: release,
        ),
    )


def _moved(column: Any, days: int, sqlite: bool) -> ColumnElement[Any]:
    """The day so many days after that of a column, or before it, as each database reckons it."""
    return func.date(column, f"{days:+} days") if sqlite else func.date(column) + days


def _done(kind: str, opens: Callable[[Any], ColumnElement[Any]] | None = None) -> ColumnElement[bool]:
    """Whether an interview of that kind was begun and completed in this stay, not before the day that ``opens`` finds for a person.

    Found for all at once: person by person it costs far more.
    """
    person, on = aliased(Person), func.date(Interview.completed_at)
    done = select(Interview.person_id).join(person, person.id == Interview.person_id)
    done = done.where(Interview.kind == kind, Interview.state == COMPLETE)
    done = done.where(func.date(Interview.started_at) >= func.date(person.reception))
    return Person.id.in_(done if opens is None else done.where(on >= opens(person)))


def _ended() -> Select[str, datetime]:
    """(person, when) of who has a plan of this stay that was closed because the stay ended.

    A later plan shows that it did not; one closed for a transfer leaves the person to be assessed where they are now.
    """
    person, closed, after, later = aliased(Person), aliased(Plan), aliased(Plan), aliased(PlanClosing)
    by_hand = select(closed.person_id, PlanClosing.at).join(PlanClosing, PlanClosing.plan_id == closed.id)
    by_hand = by_hand.join(person, person.id == closed.person_id)
    by_hand = by_hand.where(closed.state == CLOSED, func.date(closed.made_at) >= func.date(person.reception))
    # Of a plan that was closed more than once the last closing counts.
    by_hand = by_hand.where(PlanClosing.ends_stay.is_(True))
    by_hand = by_hand.where(~exists().where(later.plan_id == PlanClosing.plan_id, later.id > PlanClosing.id))
    return by_hand.where(~exists().where(after.person_id == closed.person_id, after.state != CLOSED))


def _here(query: CaseQuery) -> list[ColumnElement[bool]]:
    """Who is still to be assessed: not long released, and without a plan of this stay that was closed because the stay ended."""
    last = add_days(query.today, -AFTER_RELEASE_DAYS)
    ended = _ended().subquery()
    return [or_(Person.release.is_(None), Person.release >= last), Person.id.not_in(select(ended.c.person_id))]


def _assessment(query: CaseQuery, week: Week, kind: _Assessment) -> list[ColumnElement[bool]]:
    """Who needs one kind of assessment, of the people of a query."""
    found = [kind.needed, *_here(query), *wanted_people(query.prison, query.search)]
    plans = select(Plan.person_id).where(Plan.state == ACTIVE)
    if query.worker == NOBODY:
        found.append(Person.id.not_in(plans.where(Plan.worker.is_not(None))))
    elif query.worker is not None:
        found.append(Person.id.in_(plans.where(Plan.worker == query.worker)))
    if query.need is not None:
        having = plans.join(PlanNeed, PlanNeed.plan_id == Plan.id).where(PlanNeed.need == query.need)
        # Not the bare column: it would lead the database through everybody with that need.
        found.append(func.coalesce(Person.id, "").in_(having))
    return found if query.due is None else [*found, week.holds(kind.column, query.due, kind.before)]


def _of_plan(query: CaseQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.worker is not None:
        found.append(Plan.worker.is_(None) if query.worker == NOBODY else Plan.worker == query.worker)
    if query.need is not None:
        found.append(func.coalesce(Plan.id, "").in_(select(PlanNeed.plan_id).where(PlanNeed.need == query.need)))
    return found


def assessments_of(session: Session, query: CaseQuery, week: Week, most: int) -> Iterable[DueLine]:
    """The assessments that are due, the earliest first. None where the query is about items."""
    if query.pathway is not None or query.state is not None:
        return
    for kind in _kinds(query, session.get_bind().dialect.name == "sqlite"):
        ids = select(Person.id).where(*_assessment(query, week, kind)).order_by(kind.column, Person.name, Person.id).limit(most)
        columns = (*_PERSON, Plan.id.label("plan_id"), Plan.worker, kind.column.label("since"))
        rows = select(*columns).outerjoin(Plan, and_(Plan.person_id == Person.id, Plan.state != CLOSED))
        for row in session.execute(rows.where(Person.id.in_(session.scalars(ids).all()))):
            facts = {name: value for name, value in row._mapping.items() if name != "since"}
            yield _line(kind.what, kind.day(row.since), week, **facts)


def assessments_overdue(session: Session, query: CaseQuery, week: Week) -> int:
    """How many assessments of the people of a query are overdue."""
    if query.pathway is not None or query.state is not None:
        return 0
    late = 0
    for kind in _kinds(query, session.get_bind().dialect.name == "sqlite"):
        overdue = week.holds(kind.column, OVERDUE, kind.before)
        late += session.scalar(select(func.count()).select_from(Person).where(overdue, *_assessment(query, week, kind))) or 0
    return late


def assessments_missed(session: Session, query: CaseQuery, start: date, end: date) -> Iterable[MissedFigures]:
    """Part 2 and assessments before release that were due from ``start`` to ``end``, and before today, and are not done.

    Unlike the list of what is due, also those of people who were released since; not those of a stay that ended before the day.
    """
    ended = {person: in_london(at).date() for person, at in session.execute(_ended())}
    for kind in _kinds(query, session.get_bind().dialect.name == "sqlite"):
        if kind.what == PART1:
            continue
        due = (kind.column >= kind.before(start), kind.column < kind.before(min(add_days(end, 1), query.today)))
        rows = select(Person.id, kind.column).where(kind.needed, *due, *wanted_people(query.prison, query.search))
        for person, since in session.execute(rows.order_by(Person.id)):
            if person not in ended or ended[person] >= kind.day(since):
                yield MissedFigures(person, kind.what)


def days_of(session: Session, query: CaseQuery, week: Week, most: int) -> Iterable[DueLine]:
    """The days of contact after release still to be held on active plans, and those of routes; of each the earliest first."""
    if query.pathway is not None or query.state is not None:
        return
    for what, model in _DAYS.items():
        yield from _days_of(session, query, week, most, what, model)


def _days_of(session: Session, query: CaseQuery, week: Week, most: int, what: str, model: Any) -> Iterable[DueLine]:
    columns = (*_PERSON, Plan.id.label("plan_id"), Plan.worker, model.day, Person.release)
    rows = select(*columns).select_from(model).join(Plan, Plan.id == model.plan_id).join(Person, Person.id == Plan.person_id)
    # Not ``state ==``: it would lead the database to an index over all plans.
    rows = rows.where(Plan.state != CLOSED, *wanted_people(query.prison, query.search), *_of_plan(query))
    if query.due is not None:
        rows = rows.where(week.holds(model.day, query.due))
    for row in session.execute(rows.order_by(model.day, Person.name, Person.id).limit(most)):
        facts = {name: value for name, value in row._mapping.items() if name not in ("day", "release")}
        number = None if row.release is None or what != CONTACT else (row.day - row.release).days
        yield _line(what, row.day, week, number=number, **facts)


def _line(what: str, on: date, week: Week, number: int | None = None, **facts: Any) -> DueLine:
    return DueLine(
        what=what, on=on, status=week.status(on), item_id=None, activity=None, pathway=None, state="", service=None,
        sensitive=False, number=number, **facts,
    )  # fmt: skip


def plans_due(week: Week, bucket: str) -> Iterable[Select[Any]]:
    """The plans with a day of contact, or of a route, in a bucket."""
    return [select(model.plan_id).where(week.holds(model.day, bucket)) for model in _DAYS.values()]


def day_counts(session: Session, plans: list[str], week: Week) -> dict[str, dict[str, int]]:
    """How many days of contact and of routes of each plan are overdue, this week and coming."""
    found: dict[str, dict[str, int]] = {}
    for model in _DAYS.values():
        for plan_id, day in session.execute(select(model.plan_id, model.day).where(model.plan_id.in_(plans))):
            counts = found.setdefault(plan_id, dict.fromkeys((OVERDUE, THIS_WEEK, COMING), 0))
            counts[week.status(day)] += 1
    return found
