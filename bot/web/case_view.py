"""What the pages of a case show, put in order: items by pathway, what is due, what waits for a worker. No Flask here."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import date

from bot.casework.case import Case, ItemView
from bot.casework.viewing import assessments_done
from bot.plan.compare import Change
from bot.plan.dates import COMING, OVERDUE, THIS_WEEK, assessments_due, find_dates, status
from bot.plan.definitions import EVERYBODY, Cohort, Duty, PlanData
from bot.plan.items import FOR_EVERYBODY, PROPOSED, RAISED
from bot.plan.life import FOLLOWED_UP, SIGNPOSTED
from bot.store.plan_types import DueLine
from bot.store.types import InterviewRow, Person
from bot.web.case_words import ASSESSMENTS
from bot.web.case_words import changed as what_changed

EVERYTHING, DUE, TO_AGREE, FOLLOW_UPS = SHOWS = ("all", "due", "agree", "follow_up")
_STATUS_ORDER = {OVERDUE: 0, THIS_WEEK: 1, COMING: 2, None: 3}
# Steps with a button of their own beside each item: they need nothing to be written.
AT_ONCE = ("agree", "start")
# Steps that only the program takes, or that have a page of their own.
NOT_BUTTONS = ("carry_over", "look")
_BY_HAND = ("signpost", "deliver", "follow_up", "reopen")


@dataclass(frozen=True, slots=True)
class PathwayView:
    """The items of one pathway: those that meet a need, what everybody has, and those that are finished one way or another."""

    id: str
    label: str
    needs: tuple[ItemView, ...]
    everybody: tuple[ItemView, ...]
    closed: tuple[ItemView, ...]

    @property
    def shown(self) -> int:
        return len(self.needs) + len(self.everybody) + len(self.closed)

    @property
    def to_do(self) -> int:
        """How many of what everybody has is still to be done."""
        return sum(item.state.live for item in self.everybody)

    @property
    def late(self) -> int:
        """How many of what everybody has is overdue."""
        return sum(item.overdue for item in self.everybody)

    @property
    def deliverable(self) -> tuple[ItemView, ...]:
        """What everybody has and can be marked as delivered together."""
        return tuple(item for item in self.everybody if "deliver" in item.steps)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items of a plan ask for something; ``changed`` says in words what has changed."""

    overdue: int
    this_week: int
    coming: int
    to_agree: int
    follow_ups: int
    changes: int
    changed: str


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change of the answers to look at, beside the item it is about (None: not on the plan yet)."""

    item: ItemView
    change: Change


def tally(case: Case) -> Tally:
    """The figures at the top of the plan page; a follow-up counts by its own day."""
    items = [item for item in case.shown() if item.state.live]
    statuses = [each for item in items for each in (item.due_status, item.follow_up_status)]
    return Tally(
        overdue=statuses.count(OVERDUE),
        this_week=statuses.count(THIS_WEEK),
        coming=statuses.count(COMING),
        to_agree=sum(item.state.state == PROPOSED and not for_everybody(item) for item in items),
        follow_ups=sum(item.follow_up_by is not None for item in items),
        changes=len(changed(case)),
        changed=what_changed(view.change for view in changed(case)),
    )


def changed(case: Case) -> tuple[ChangeView, ...]:
    """The items that changed answers say something to, in the order of the plan."""
    return tuple(ChangeView(item, item.change) for item in case.items if item.change is not None)


def for_everybody(item: ItemView) -> bool:
    """Whether an item is there because everybody has it, and for no need of this person's own."""
    return item.level == EVERYBODY and all(reason.get("kind") in (FOR_EVERYBODY, RAISED) for reason in item.because)


def _urgency(item: ItemView) -> tuple[int, date]:
    statuses = [each for each in (item.due_status, item.follow_up_status) if each is not None]
    days = [day for day in (item.due_by, item.follow_up_by) if day is not None]
    return min((_STATUS_ORDER[each] for each in statuses), default=3), min(days, default=date.max)


def _wanted(show: str) -> Callable[[ItemView], bool]:
    if show == DUE:
        return lambda item: item.state.live and bool({OVERDUE, THIS_WEEK} & {item.due_status, item.follow_up_status})
    if show == TO_AGREE:
        return lambda item: item.state.state == PROPOSED and not for_everybody(item)
    if show == FOLLOW_UPS:
        return lambda item: item.follow_up_by is not None or item.state.state in (SIGNPOSTED, FOLLOWED_UP)
    return lambda item: True


def by_pathway(case: Case, labels: dict[str, str], show: str = EVERYTHING) -> tuple[PathwayView, ...]:
    """The items to be shown, by pathway in the order of the instruction; needs first, what is most urgent first among them."""
    wanted = _wanted(show)
    shown = [item for item in case.shown() if wanted(item)]
    views = (_pathway(pathway, label, [item for item in shown if item.pathway == pathway]) for pathway, label in labels.items())
    return tuple(view for view in views if view.shown)


def _pathway(pathway: str, label: str, items: list[ItemView]) -> PathwayView:
    everybody = tuple(item for item in items if for_everybody(item))
    own = [item for item in items if item not in everybody]
    return PathwayView(
        id=pathway,
        label=label,
        needs=tuple(sorted((item for item in own if item.state.live), key=_urgency)),
        everybody=everybody,
        closed=tuple(item for item in own if not item.state.live),
    )


def buttons(item: ItemView) -> tuple[str, ...]:
    """The steps that can be taken by hand from where an item stands, those that lead on first."""
    can = [step for step in item.steps if step not in NOT_BUTTONS]
    first = [step for step in (*AT_ONCE, *_BY_HAND) if step in can]
    if item.follow_up_by is not None and "follow_up" in first:
        first = ["follow_up", *(step for step in first if step != "follow_up")]
    return (*first, *(step for step in can if step not in first))


def next_steps(item: ItemView) -> tuple[str, ...]:
    """The few steps that come next, for the buttons in the list."""
    lead = {"agree", "start", "deliver", "signpost", "follow_up", "decline", "reopen"}
    found = [step for step in buttons(item) if step in lead]
    if item.state.state == PROPOSED and "agree" in found:
        return (*(("follow_up",) if item.follow_up_by is not None else ()), "agree", "decline")
    return tuple(found[:3])


@dataclass(frozen=True, slots=True)
class DateLine:
    """A date of the person's: what, when, how it stands (overdue, this_week, coming or None), and why there is none."""

    label: str
    on: date | None
    status: str | None
    reason: str = ""


def next_assessment(plan: PlanData, person: Person, interviews: Iterable[InterviewRow], today: date) -> DateLine | None:
    """The assessment that is due next for somebody in the list of people; None where all are done or have no date."""
    record = person.record
    done = {what for row in interviews for what in assessments_done(row, record, plan.deadlines)}
    for due in assessments_due(find_dates(plan, record, today), record, today, done):
        if due.on is not None and due.what != "part1":
            return DateLine(ASSESSMENTS[due.what], date.fromisoformat(due.on[:10]), due.status)
    return None


def dates_of(case: Case) -> tuple[DateLine, ...]:
    """The dates that are to come or to be found out: assessments, referrals, recall, the tenancy; the most urgent first."""
    found = [
        DateLine(ASSESSMENTS.get(due.what, due.what), date.fromisoformat(due.on[:10]) if due.on else None, due.status, due.reason)
        for due in case.assessments
    ]
    found += [DateLine(view.label, view.found.due, view.status) for view in case.routes if view.found is not None and view.status]
    dates = case.dates
    for label, on in (
        ("Next review of the recall", dates.next_review(case.today)),
        ("Contact after release", next((view.day for view in case.contacts if view.status is not None), None)),
    ):
        if on is not None:
            found.append(DateLine(label, on, status(on, case.today)))
    return tuple(sorted(found, key=lambda line: (line.on is None, line.on or date.max)))


@dataclass(frozen=True, slots=True)
class DueGroup:
    """What is due for one person on one day: items and follow-ups, and how many that everybody has or that are private."""

    first: DueLine
    lines: tuple[DueLine, ...]
    everybody: int
    private: int


def by_day(lines: Iterable[DueLine], general: Container[str]) -> tuple[DueGroup, ...]:
    """Lines put together by day and person. ``general`` are the activities that everybody has."""
    groups: dict[tuple[date, str], list[DueLine]] = {}
    for line in lines:
        groups.setdefault((line.on, line.person_id), []).append(line)
    found = []
    for together in groups.values():
        own = [line for line in together if not line.sensitive and (line.activity not in general or line.what != "item")]
        private = sum(line.sensitive for line in together)
        found.append(DueGroup(together[0], tuple(own), len(together) - len(own) - private, private))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Prompts:
    """The duties and the guidance that come with one group."""

    cohort: Cohort
    duties: tuple[Duty, ...]


def prompts_by_group(case: Case) -> tuple[Prompts, ...]:
    """What the worker is to think of, by the groups that bring it."""
    groups = [view.cohort for view in case.cohorts]
    found = (Prompts(group, tuple(one.duty for one in case.prompts if one.cohort == group.id)) for group in groups)
    return tuple(each for each in found if each.duties)
