"""What the store keeps of plans, alerts, consents and services: plain frozen objects, without a database behind them.

Times are aware and in UTC. Ids of alerts, plans and items are 32 hexadecimal digits and may stand in an address; the key of an item
(``ItemState.key``) may not, where the item is sensitive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.interview.answers import Answer
from bot.interview.record import PersonRecord
from bot.plan.consents import ConsentEvent
from bot.plan.definitions import Deadlines
from bot.plan.items import PROPOSED
from bot.plan.life import AGREED, FOLLOWED_UP, IN_PROGRESS, SIGNPOSTED, Event, History, ItemState, current
from bot.store.types import InterviewRow, Prisons

ACTIVE, CLOSED = PLAN_STATES = ("active", "closed")
# The states of an item that is still to be worked on.
LIVE = (PROPOSED, AGREED, IN_PROGRESS, SIGNPOSTED, FOLLOWED_UP)
ROUTE, CONTACT, COHORT = ABOUT_KINDS = ("route", "contact", "cohort")
# What a plan is closed for by hand; a plan that another takes the place of is closed without any of them.
CLOSE_REASONS = RELEASED, TRANSFERRED, RECALLED, DIED, OTHER = ("released", "transferred", "recalled", "died", "other")
# A stay in prison ends with these: what comes after is another.
ENDS_STAY = (RELEASED, RECALLED, DIED)
CLOSING, REOPENING = ("closed", "reopened")
# ``CaseQuery.worker``: the plans that nobody is responsible for.
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class NewAlert:
    """An immediate need to be written with the turn that raised it.

    ``rule`` is an id of ``alerts.yml``, or None for one that rests on a remark or on the wish to talk to somebody; ``who`` are the
    roles that must act. ``words`` may be shown to any worker; ``detail``, ``because`` (``Cause.to_json``) and ``said`` (the
    person's own words) only to the safeguarding role where the alert is ``sensitive``. ``daily``: not raised again within a day,
    acknowledged or not.
    """

    kind: str
    who: tuple[str, ...]
    words: str
    rule: str | None = None
    detail: str = ""
    because: tuple[Mapping[str, Any], ...] = ()
    said: str = ""
    source: str = ""
    sensitive: bool = True
    daily: bool = False


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert as it is kept. ``acknowledged_by`` is a user id, ``note`` what they wrote; both None and "" while it is open."""

    id: str
    person_id: str
    interview_id: str
    prison: str
    raised_at: datetime
    sensitive: bool
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    kind: str
    who: tuple[str, ...]
    words: str
    rule: str | None = None
    detail: str = ""
    because: tuple[Mapping[str, Any], ...] = ()
    said: str = ""
    source: str = ""
    note: str = ""

    @property
    def open(self) -> bool:
        return self.acknowledged_at is None


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One plan: of which interview, since when, and who is responsible (``worker``, a user id or None).

    ``earlier`` is the id of the plan before it, if there was one; ``carried`` says that its items went on in this plan, which they
    do within one stay in prison and not on a return.
    """

    id: str
    interview_id: str
    person_id: str
    kind: str
    made_at: datetime
    state: str
    worker: str | None
    earlier: str | None
    carried: bool


@dataclass(frozen=True, slots=True)
class Closing:
    """A plan closed by hand (``kind`` is ``closed``, with one of ``CLOSE_REASONS``), or opened again (``reopened``)."""

    plan_id: str
    kind: str
    at: datetime
    by: str
    reason: str = ""
    note: str = ""

    @property
    def ends_stay(self) -> bool:
        return self.reason in ENDS_STAY


@dataclass(frozen=True, slots=True)
class StoredItem:
    """One item of a plan: its address, its plan and its events."""

    id: str
    plan_id: str
    history: History

    @property
    def state(self) -> ItemState:
        """What the events add up to."""
        return current(self.history)


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """Something recorded beside the items: ``about`` is ``route:<id>``, ``contact:<day in ISO>`` or ``cohort:<id>``.

    ``data`` is plain JSON. For a route: fields of its ``keeps`` and ``step``; for a contact ``{held, how?, note?}``; for a cohort
    ``{in_group, reason}``. ``plan_id`` is the plan it was recorded on.
    """

    about: str
    at: datetime
    by: str
    data: Mapping[str, Any] = field(default_factory=dict)
    plan_id: str | None = None
    id: int = 0

    @property
    def kind(self) -> str:
        return self.about.partition(":")[0]

    @property
    def subject(self) -> str:
        return self.about.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Summary:
    """What lists and reports need of a plan beside its items. Kept encrypted, but for the ``needs`` that are not ``private``.

    ``needs`` are (need, pathway, wanted) of every need found; ``private`` the ids of those that are for the safeguarding role only.
    ``more`` is plain JSON for reports (groups, language, dates).
    """

    needs: tuple[tuple[str, str, str], ...] = ()
    private: frozenset[str] = frozenset()
    more: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"needs": [list(need) for need in self.needs], "private": sorted(self.private), "more": dict(self.more)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Summary:
        """The summary that ``to_json`` wrote."""
        needs = tuple((need, pathway, wanted) for need, pathway, wanted in data["needs"])
        return cls(needs, frozenset(data["private"]), data["more"])


@dataclass(frozen=True)
class CaseFile:
    """Everything of one person that a step on their plan is decided on, as one picture of the database.

    ``answers`` holds the current answers of every interview, by its id; ``answered`` the moment of each, without those carried over
    from an earlier interview; ``modes`` in which modes each question was answered. ``plans`` and ``interviews`` are the newest
    first; ``items``, ``summaries``, ``contacts`` and ``routes`` (days on which something is still to be done, as lists know them)
    are by plan id; ``closings`` are the oldest first. ``handed`` says to which user an interview was handed over last.
    """

    person_id: str
    record: PersonRecord
    interviews: tuple[InterviewRow, ...]
    answers: Mapping[str, Mapping[str, Answer]]
    answered: Mapping[str, Mapping[str, datetime]]
    plans: tuple[PlanRow, ...]
    items: Mapping[str, tuple[StoredItem, ...]]
    summaries: Mapping[str, Summary]
    consents: tuple[ConsentEvent, ...]
    events: tuple[CaseEvent, ...]
    alerts: tuple[AlertRow, ...]
    contacts: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    routes: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    closings: tuple[Closing, ...] = ()
    handed: Mapping[str, str] = field(default_factory=dict)
    modes: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)

    def plan_of(self, interview_id: str) -> PlanRow | None:
        """The plan of an interview, if it has one."""
        return next((plan for plan in self.plans if plan.interview_id == interview_id), None)

    def not_before(self, now: datetime) -> datetime:
        """The time now, or that of the newest event where clocks disagree."""
        return max([now, *(item.history[-1].at for items in self.items.values() for item in items)])

    def interview(self, interview_id: str) -> InterviewRow:
        """Raises KeyError if it is not one of this person's."""
        found = next((row for row in self.interviews if row.id == interview_id), None)
        if found is None:
            raise KeyError(interview_id)
        return found


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A plan to be made, with the histories of its items in order."""

    interview_id: str
    earlier: str | None
    carried: bool
    worker: str | None
    items: tuple[History, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """What one step writes, all of it or nothing. ``what`` are a few plain words for the audit; "" where there is nothing to note.

    ``events`` are to be added to items by their id, ``items`` are new items of the plan ``plan_id``; ``new_plan`` makes one,
    closing those named in ``closes`` (its id is ``plan_id``, where that is given). ``alerts`` are (interview, alert) not raised
    before. ``worker`` is (user id or None,) where it changes. ``closings`` close plans by hand or open them again; ``contacts`` are
    the days of contact of the plan that are still to be held, and ``routes`` those of its routes, where they change. ``subjects``
    are more ids for the audit.
    """

    what: str = ""
    plan_id: str | None = None
    new_plan: NewPlan | None = None
    closes: tuple[str, ...] = ()
    items: tuple[History, ...] = ()
    events: Mapping[str, Sequence[Event]] = field(default_factory=dict)
    consents: tuple[ConsentEvent, ...] = ()
    case_events: tuple[CaseEvent, ...] = ()
    alerts: tuple[tuple[str, NewAlert], ...] = ()
    summary: Summary | None = None
    worker: tuple[str | None] | None = None
    closings: tuple[Closing, ...] = ()
    contacts: tuple[date, ...] | None = None
    routes: tuple[date, ...] | None = None
    subjects: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        parts = (self.new_plan, self.closes, self.items, self.events, self.consents, self.case_events, self.alerts, self.summary)
        days = (self.contacts, self.routes)
        return not any((*parts, self.closings)) and self.worker is None and all(one is None for one in days)


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """Which active plans are wanted. ``worker`` is a user id or ``NOBODY``; ``due`` overdue, this_week or coming.

    ``need`` is the id of a need that is not sensitive, ``pathway`` and ``state`` those of an item that is not sensitive; ``search``
    is up to ten words of the name or the prison number. ``today`` is the prison's own day, ``deadlines`` the numbers behind its
    dates.
    """

    today: date
    prison: Prisons = None
    worker: str | None = None
    due: str | None = None
    need: str | None = None
    pathway: str | None = None
    state: str | None = None
    search: str = ""
    deadlines: Deadlines = field(default_factory=Deadlines)


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One plan in a list. Counts are of items that are open (sensitive ones too: how many, never which).

    ``overdue``, ``this_week`` and ``coming`` count items by the day they are due, follow-ups included; ``next_due`` is the
    earliest.
    """

    person_id: str
    name: str
    prison_number: str
    prison: str
    release: date | None
    plan_id: str
    interview_id: str
    kind: str
    made_at: datetime
    worker: str | None
    open_items: int
    overdue: int
    this_week: int
    coming: int
    overdue_follow_ups: int
    next_due: date | None
    open_alerts: int


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """How many plans there are for a query, and how many have something overdue, due this week or still to come.

    ``overdue_assessments`` are assessments and not plans: most of them are of people who have no plan yet.
    """

    plans: int
    overdue: int
    this_week: int
    coming: int
    overdue_follow_ups: int
    open_alerts: int
    overdue_assessments: int = 0


@dataclass(frozen=True, slots=True)
class DueLine:
    """One thing that is due: an item (``what`` is ``item``), the follow-up of a signposting (``follow_up``), a contact after
    release (``contact``, with the ``number`` of days after it), a referral route (``route``; which one, the case page shows) or an
    assessment (``part1``, ``part2``, ``prerelease``).

    An assessment, a contact or a route has no item; an assessment of somebody without a plan has no plan either.

    ``activity``, ``pathway`` and ``service`` are None where the item is sensitive: which one it is, the case page shows to those
    who may see it. ``status`` is overdue, this_week or coming.
    """

    what: str
    on: date
    status: str
    item_id: str | None
    plan_id: str | None
    person_id: str
    name: str
    prison_number: str
    prison: str
    worker: str | None
    activity: str | None
    pathway: str | None
    state: str
    service: str | None
    sensitive: bool
    number: int | None = None
