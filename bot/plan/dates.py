"""Every date of the plan, from the record and the numbers of ``dates.yml``. Nothing is guessed: an unknown date is None, with why.

Dates are of the prison's own calendar; the one moment (part 1) has its zone, Europe/London, so that 72 hours are 72 hours
also across a change to or from summer time. Working days leave out Saturday, Sunday and the bank holidays of England and Wales.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from bot.interview.record import PersonRecord
from bot.interview.rules import NOTHING, Value
from bot.plan.definitions import Deadlines, PlanData

LONDON = ZoneInfo("Europe/London")
LIFE = ("life", "ipp")
FIXED, STANDARD = "recall_fixed", "recall_standard"
OVERDUE, THIS_WEEK, COMING = "overdue", "this_week", "coming"
NO_RELEASE = "release date not known"
NO_PART1 = "part 1 is not completed yet"
OVER_4_YEARS = "part 2 is not needed: serving over 4 years on reception"
NOT_RECALLED = "not a recall of this kind"
RECALL_LENGTH = "the length depends on the kind of recall: the day of release is that of the record"
NOT_THIS_ROUTE = "the route is not for this person"
_SATURDAY = 5


@cache
def bank_holidays() -> Container[date]:
    """The bank holidays of England; those of Wales are the same. The library fills in each year when it is first asked for.

    The first call takes most of a second, as the library reads in every country: a server calls it when it starts.
    """
    import holidays

    return holidays.country_holidays("GB", subdiv="ENG")


def is_working_day(day: date) -> bool:
    """Whether a day is Monday to Friday and no bank holiday in England and Wales."""
    return day.weekday() < _SATURDAY and day not in bank_holidays()


@lru_cache(maxsize=4096)
def add_working_days(day: date, count: int) -> date:
    """The working day ``count`` working days after ``day``, which itself is not counted. Raises ValueError for a count below 1."""
    if count < 1:
        raise ValueError("count working days from 1")
    while count and day < date.max:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def add_days(day: date, days: int) -> date:
    """A day so many days later (or earlier), no later or earlier than the calendar reaches."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later, or that month's last day."""
    year, month = divmod(day.month - 1 + months, 12)
    year += day.year
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def in_london(moment: datetime) -> datetime:
    """A moment of the prison's wall clock, with its zone. An hour that comes twice is the first; one left out is moved on."""
    return (moment.replace(tzinfo=LONDON) if moment.tzinfo is None else moment).astimezone(UTC).astimezone(LONDON)


def of_stay(reception: datetime, moment: datetime) -> bool:
    """Whether a moment is of the stay in prison that began with this reception: on the day the person came in, or after it."""
    return in_london(moment).date() >= reception.date()


def part1_due(reception: datetime, deadlines: Deadlines) -> datetime:
    """When part 1 is due: 72 hours after reception by the real clock (2.1). ``reception`` is wall-clock time or has a zone."""
    start = in_london(reception).astimezone(UTC)
    return (start + timedelta(hours=deadlines.part1_hours)).astimezone(LONDON)


def needs_part2(record: PersonRecord, deadlines: Deadlines) -> bool:
    """Whether part 2 is done: for everyone serving 4 years or less on reception (2.1, 2.4), and where the length is not known."""
    if record.sentence_type in LIFE:
        return False
    return record.sentence_months is None or record.sentence_months <= deadlines.part2_most_months


def recall_reviews(reception: date, deadlines: Deadlines, count: int = 4) -> tuple[date, ...]:
    """The formal reviews of a standard recall: at 28 days, then every year from there."""
    first = add_days(reception, deadlines.recall_review_days)
    return tuple(add_months(first, deadlines.recall_review_months * number) for number in range(count))


def contact_points(release: date, deadlines: Deadlines, high_need: bool = False) -> tuple[date, ...]:
    """The days of contact after release: 1, 7, 30, 60 and 90, and where need is high further ones."""
    days = list(deadlines.contact_days)
    if high_need and days:
        days += [days[-1] + deadlines.contact_then_every * (number + 1) for number in range(deadlines.contact_then_times)]
    return tuple(add_days(release, day) for day in days)


def follow_up_by(day: date, deadlines: Deadlines) -> date:
    """When a signposting of that day is followed up at the latest, unless somebody says another date (2.5)."""
    return add_working_days(day, deadlines.follow_up_working_days)


@dataclass(frozen=True, slots=True)
class Dates:
    """A person's dates. ``why`` says of each date that is None why it is. ``reviews`` are those of a standard recall."""

    part1_due: datetime
    part2_due: date | None
    prerelease_from: date | None
    release: date | None
    tenancy_until: date
    before_release: dict[str, date | None]
    recall_release_by: date | None
    reviews: tuple[date, ...] = ()
    contacts: tuple[date, ...] = ()
    both_at_once: bool = False
    why: dict[str, str] = field(default_factory=dict)

    @property
    def duty_to_refer_by(self) -> date | None:
        return self.before_release.get("duty_to_refer_by")

    def next_review(self, today: date) -> date | None:
        """The next formal review of a standard recall."""
        return next((day for day in self.reviews if day >= today), None)

    def to_json(self, today: date) -> dict[str, Any]:
        """ISO dates or null by name, and ``why`` for those that are null."""
        named: dict[str, date | datetime | None] = {
            "part1_due": self.part1_due,
            "part2_due": self.part2_due,
            "prerelease_from": self.prerelease_from,
            "release": self.release,
            **self.before_release,
            "tenancy_until": self.tenancy_until,
            "recall_release_by": self.recall_release_by,
            "recall_review": self.next_review(today),
        }
        return {
            **{name: None if value is None else value.isoformat() for name, value in named.items()},
            "contact_points": [day.isoformat() for day in self.contacts],
            "both_at_once": self.both_at_once,
            "why": dict(self.why),
        }


class _OnRecord:
    """The record as rules see it, without any answer."""

    def __init__(self, facts: Mapping[str, Value]) -> None:
        self._facts = facts

    def value(self, source: str) -> Value:
        return self._facts.get(source, NOTHING)


def find_dates(plan: PlanData, record: PersonRecord, today: date, high_need: bool = False) -> Dates:
    """Every date that follows from the record. ``today`` is the prison's own day; no date but the next review depends on it."""
    deadlines, reception, why = plan.deadlines, record.reception.date(), dict[str, str]()
    part2 = None
    if not needs_part2(record, deadlines):
        why["part2_due"] = OVER_4_YEARS
    elif record.part1_completed is None:
        why["part2_due"] = NO_PART1
    else:
        part2 = add_working_days(record.part1_completed, deadlines.part2_working_days)
    window = None if record.release is None else add_days(record.release, -deadlines.prerelease_days)
    # A sentence shorter than the window is all window: both assessments are done at once.
    at_once = window is not None and window < reception
    before = {name: _before_release(plan, route, record, today, why, name) for name, route in deadlines.before_release.items()}
    # How long a fixed-term recall lasts is a matter of law, which changes: no last day is worked out here.
    why["recall_release_by"] = RECALL_LENGTH if record.sentence_type == FIXED else NOT_RECALLED
    reviews: tuple[date, ...] = ()
    if record.sentence_type == STANDARD:
        # Reviews go on for as long as the recall does; the next one and those around it are enough.
        reviews = recall_reviews(reception, deadlines, max(4, today.year - reception.year + 3))
    else:
        why["recall_review"] = NOT_RECALLED
    if record.release is None:
        why.update(dict.fromkeys(("release", "prerelease_from", "contact_points"), NO_RELEASE))
    return Dates(
        part1_due=part1_due(record.reception, deadlines),
        part2_due=part2,
        prerelease_from=reception if at_once else window,
        release=record.release,
        tenancy_until=add_days(reception, deadlines.tenancy_days),
        before_release=before,
        recall_release_by=None,
        reviews=reviews,
        contacts=() if record.release is None else contact_points(record.release, deadlines, high_need),
        both_at_once=at_once,
        why=why,
    )


def _before_release(
    plan: PlanData, route_id: str, record: PersonRecord, today: date, why: dict[str, str], name: str
) -> date | None:
    """The latest day of a route, not before reception; None if the record shows that it is for others. Sees no answers."""
    route = plan.routes.get(route_id)
    days = route.timing.before_release_days if route else None
    if route is None or days is None:
        why[name] = NOT_THIS_ROUTE
        return None
    on_record = all(source.startswith("record.") for source in route.when.sources)
    if on_record and route.when.holds(_OnRecord(record.facts(today))) is not True:
        why[name] = NOT_THIS_ROUTE
        return None
    if record.release is None:
        why[name] = NO_RELEASE
        return None
    return max(add_days(record.release, -days), record.reception.date())


def status(due: date | datetime | None, now: date | datetime) -> str | None:
    """``overdue``, ``this_week`` (until Sunday) or ``coming``; None without a date. A day is overdue once it is over."""
    if due is None:
        return None
    today = in_london(now).date() if isinstance(now, datetime) else now
    if isinstance(due, datetime) and isinstance(now, datetime):
        late = in_london(due) < in_london(now)
    else:
        late = _day(due) < today
    if late:
        return OVERDUE
    return THIS_WEEK if _day(due) <= add_days(today, 6 - today.weekday()) else COMING


def _day(due: date | datetime) -> date:
    return in_london(due).date() if isinstance(due, datetime) else due


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is due: what, when (ISO), and its ``status``. ``reason`` says why there is no date."""

    what: str
    on: str | None
    status: str | None
    reason: str = ""


def assessments_due(dates: Dates, record: PersonRecord, now: date | datetime, done: Collection[str] = ()) -> tuple[Due, ...]:
    """What a person's case list shows: the assessments that are still to be done, in their order.

    ``done`` names those that are: ``part2``, ``prerelease``. Part 1 is done when the record has its date. With a sentence shorter
    than the pre-release window both are one and due with part 2.
    """
    found: list[Due] = []

    def add(what: str, on: date | datetime | None, reason: str) -> None:
        found.append(Due(what, None if on is None else on.isoformat(), status(on, now), "" if on is not None else reason))

    if record.part1_completed is None:
        add("part1", dates.part1_due, "")
    if "part2" not in done:
        add("part2", dates.part2_due, dates.why.get("part2_due", ""))
    if "prerelease" not in done and not (dates.both_at_once and dates.part2_due is not None):
        add("prerelease", dates.release, dates.why.get("release", ""))
    return tuple(found)
