"""From answers and record to the proposed plan: which activities, at which level, for which reasons (2.9 and ``rules.yml``)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import count

from bot.interview.definitions import Interview
from bot.interview.path import Context, Path
from bot.interview.record import PersonRecord
from bot.interview.rules import ALWAYS
from bot.plan.dates import FIXED, STANDARD, Dates, find_dates, needs_part2
from bot.plan.definitions import ANY, Activity, Notice, PlanData
from bot.plan.filling import Filling
from bot.plan.items import (
    BY_WORKER,
    FOR_ANSWER,
    FOR_COHORT,
    FOR_EVERYBODY,
    FOR_NEED,
    RAISED,
    Because,
    FoundCohort,
    Item,
    Offer,
    Prompt,
    ProposedPlan,
    item_key,
    reasons_of,
)
from bot.plan.needs import FoundNeed, Known, causes, needs_in
from bot.plan.profile import is_high_need
from bot.plan.routes import NOTHING_TOLD, find_routes

_FIRST = (FOR_NEED, FOR_ANSWER, FOR_COHORT, FOR_EVERYBODY, RAISED)


@dataclass(slots=True)
class Draft:
    """An item in the making: the reasons gathered for one activity, and the needs it answers."""

    activity: Activity
    key: str
    reasons: list[Because] = field(default_factory=list)
    needs: list[FoundNeed] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    def add(self, reason: Because, need: FoundNeed | None = None, source: str = "") -> None:
        """One more reason; the same one is kept once."""
        if reason not in self.reasons:
            self.reasons.append(reason)
        if need is not None and need not in self.needs:
            self.needs.append(need)
        if source and source not in self.sources:
            self.sources.append(source)

    def in_order(self) -> list[Because]:
        """The reasons, what was said first and the level's last."""
        return sorted(self.reasons, key=lambda reason: _FIRST.index(reason.kind))


class _Drafts:
    """The drafts of one plan by key, in the order they come up."""

    def __init__(self, plan: PlanData) -> None:
        self._plan = plan
        self.by_key: dict[str, Draft] = {}

    def of(self, activity_id: str, found: FoundNeed | None = None) -> Draft:
        """The draft for an activity; where the activity is one item for each need, the draft of that need."""
        activity = self._plan.activities[activity_id]
        by_need = activity.by_need and found is not None
        key = item_key(activity_id, found.id, found.need.sensitive) if by_need and found is not None else item_key(activity_id)
        return self.by_key.setdefault(key, Draft(activity, key))

    def replace(self) -> None:
        """Where both stand on the plan, the first of ``replaces`` takes over the reasons of the second."""
        for pair in self._plan.replaces:
            first, second = self.by_key.get(pair.first), self.by_key.get(pair.second)
            if first is None or second is None:
                continue
            del self.by_key[pair.second]
            for reason in second.reasons:
                first.add(reason)
            first.needs += [found for found in second.needs if found not in first.needs]

    def ordered(self, needs: Mapping[str, int]) -> list[Draft]:
        """In the order of the instruction; items of one activity in the order of the needs they answer."""
        place = {name: number for number, name in enumerate(self._plan.activities)}
        return sorted(
            self.by_key.values(),
            key=lambda draft: (place[draft.activity.id], min((needs[found.id] for found in draft.needs), default=-1), draft.key),
        )


def find_cohorts(plan: PlanData, known: Known, marks: Mapping[str, bool] | None = None) -> tuple[FoundCohort, ...]:
    """The groups the person is in. ``marks`` are a worker's decisions: a group put on (True) or taken off (False)."""
    decided = marks or {}
    return tuple(
        FoundCohort(cohort, causes(cohort.when, known) if cohort.when.holds(known) is True else ())
        for cohort in plan.cohorts.values()
        if decided.get(cohort.id, cohort.when.holds(known) is True)
    )


def make_plan(
    plan: PlanData,
    interview: Interview,
    path: Path,
    context: Context,
    record: PersonRecord,
    today: date,
    marks: Mapping[str, bool] | None = None,
    told: Mapping[str, str] = NOTHING_TOLD,
) -> ProposedPlan:
    """The plan that the answers on a path and the record call for on a day.

    Level 1 of every pathway always; what a need calls for where it is found, also where help with it is not wanted (the item is
    then declined); level 3 as well where the person is vulnerable or the case complex. ``context`` holds the facts the path was
    computed with, ``told`` the consents told to a worker since (see ``routes.answered_consent``). Pure: the same in, the same out.
    """
    known = Known(context, path)
    needs = needs_in(interview, path, known)
    cohorts = find_cohorts(plan, known, marks)
    high_need = is_high_need(plan, needs)
    dates = find_dates(plan, record, today, high_need)
    drafts = _Drafts(plan)
    offers: list[Offer] = []
    _for_everybody(plan, drafts)
    raising = [_raised(found) for found in cohorts if found.cohort.raises]
    for found in needs:
        offers += _for_need(plan, drafts, known, found, raising)
    _for_cohorts(plan, drafts, known, needs, cohorts)
    _for_answers(plan, drafts, known)
    drafts.replace()
    filling = Filling(plan, path, known, record, dates, today, cohorts, told)
    ordered = drafts.ordered({found.id: number for number, found in enumerate(needs)})
    items = tuple(filling.item(draft.activity, draft.key, draft.in_order(), draft.needs, draft.sources) for draft in ordered)
    return ProposedPlan(
        items=items,
        needs=needs,
        cohorts=cohorts,
        prompts=_prompts(cohorts, known),
        offers=_not_on(offers, items),
        routes=find_routes(plan, path, known, record, dates.contacts),
        notices=tuple(_notices(plan, known, record, dates)),
        dates=dates,
        funding=_funding(plan, record)[0],
        funding_source=_funding(plan, record)[1],
        made_on=today,
        high_need=high_need,
        private=frozenset(question.id for question in interview.questions if question.sensitive),
        by_key={item.key: item for item in items},
    )


def _for_everybody(plan: PlanData, drafts: _Drafts) -> None:
    reason = Because(FOR_EVERYBODY, *plan.everybody)
    for activity in plan.level1():
        drafts.of(activity.id).add(reason)


def _for_need(plan: PlanData, drafts: _Drafts, known: Known, found: FoundNeed, raising: list[Because]) -> list[Offer]:
    """Put on what one need calls for; what it asks for by name and does not get is offered to the worker."""
    rule = plan.needs.get(found.id)
    if rule is None or rule.when.holds(known) is not True:
        return []
    (reason,) = reasons_of([found])
    for use in rule.uses:
        if use.when.holds(known) is True:
            drafts.of(use.activity, found).add(reason, found, use.because)
    if not raising:
        return [] if found.declined else [Offer(activity, found.id, reason) for activity in rule.asks_for]
    for activity in rule.level3:
        draft = drafts.of(activity, found)
        draft.add(reason, found)
        for raised in raising:
            draft.add(raised)
    return []


def _raised(found: FoundCohort) -> Because:
    """That a need is met at level 3 for somebody in this group."""
    cohort = found.cohort
    source = "; ".join(cohort.source)
    return Because(RAISED, cohort.label, source, found.because, cohort=cohort.id, sensitive=cohort.sensitive)


def _for_cohorts(plan: PlanData, drafts: _Drafts, known: Known, needs: Iterable[FoundNeed], cohorts: Iterable[FoundCohort]) -> None:
    """Put on what a group brings by itself once a need is found, in any pathway or in those named."""
    for group in cohorts:
        for use in plan.cohort_uses.get(group.cohort.id, ()):
            within = [found for found in needs if use.with_need_in == (ANY,) or found.need.pathway in use.with_need_in]
            if not within or use.when.holds(known) is not True:
                continue
            # Somebody who turned down all help there is is not pressed.
            wanted = "no" if all(found.declined for found in within) else ""
            reason = Because(
                FOR_COHORT, use.because, use.source, group.because, None, group.cohort.id, wanted, group.cohort.sensitive
            )
            drafts.of(use.activity).add(reason, source=use.source)


def _for_answers(plan: PlanData, drafts: _Drafts, known: Known) -> None:
    for rule, activities, because, source in plan.answer_uses:
        if rule.holds(known) is True:
            for activity in activities:
                drafts.of(activity).add(Because(FOR_ANSWER, because, source, causes(rule, known)), source=source)


def _prompts(cohorts: Iterable[FoundCohort], known: Known) -> tuple[Prompt, ...]:
    return tuple(
        Prompt(found.cohort.id, duty, found.cohort.sensitive)
        for found in cohorts
        for duty in found.cohort.duties
        if duty.when.holds(known) is True
    )


def _not_on(offers: Iterable[Offer], items: tuple[Item, ...]) -> tuple[Offer, ...]:
    on = {item.activity.id for item in items}
    return tuple(offer for offer in offers if offer.activity not in on)


def _funding(plan: PlanData, record: PersonRecord) -> tuple[str, str]:
    return plan.funding["resettlement_prison" if record.resettlement_prison else "other_prison"]


def _notices(plan: PlanData, known: Known, record: PersonRecord, dates: Dates) -> Iterable[Notice]:
    """What the worker should know of the whole plan; the words are those of ``rules.yml``."""
    part2 = needs_part2(record, plan.deadlines)
    holds = {
        "no_release": record.release is None,
        "no_part1": part2 and record.part1_completed is None,
        "no_part2": not part2,
        "no_length": part2 and record.sentence_months is None and record.sentence_type in ("determinate", STANDARD),
        "remand": record.sentence_type == "remand",
        "both_at_once": dates.both_at_once,
        "returned": record.returned_within_6_months,
        "recall_fixed": record.sentence_type == FIXED,
        "recall_standard": record.sentence_type == STANDARD,
        "rate_card": not record.resettlement_prison,
    }
    for name, notice in plan.notices.items():
        if holds.get(name, False) if notice.when is ALWAYS else notice.when.holds(known):
            yield notice


def added_item(
    plan: PlanData,
    path: Path,
    context: Context,
    record: PersonRecord,
    today: date,
    activity_id: str,
    reason: str,
    taken: Container[str] = (),
) -> Item:
    """An activity of the menu that a worker adds for a reason of their own (2.9: provision is not exclusive to any one level).

    ``taken`` are the keys of the plan; the item gets one of its own. Its level and source are those of the instruction.

    Raises:
        KeyError: no such activity.
    """
    activity, known = plan.activities[activity_id], Known(context, path)
    key = next(name for number in count(1) if (name := f"{activity_id}:added-{number}") not in taken)
    because = Because(BY_WORKER, reason, "added by a worker", sensitive=activity.sensitive)
    dates = find_dates(plan, record, today)
    return Filling(plan, path, known, record, dates, today, find_cohorts(plan, known)).item(activity, key, [because], [], [])
