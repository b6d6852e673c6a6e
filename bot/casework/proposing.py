"""What the answers and the record of a case call for today, and what a plan that is kept has to take over from that. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from bot.casework.raising import alerts_of
from bot.casework.situation import context_of
from bot.interview.path import Context, Path, PathFinder
from bot.interview.record import PersonRecord
from bot.plan import routes
from bot.plan.compare import Change, compare, follow, noted_date
from bot.plan.consents import (
    BY_ANSWER,
    GIVEN,
    LAPSED,
    REFUSED,
    ConsentEvent,
    Consents,
    Standing,
    from_answers,
    lapsed,
    read_consents,
    told_to_workers,
)
from bot.plan.dates import OVER_4_YEARS, in_london, of_stay
from bot.plan.definitions import Deadlines, PlanData, Route
from bot.plan.items import DECLINED, ProposedPlan
from bot.plan.life import NOT_AVAILABLE, RULES, Event, History, act, begin, carry, current
from bot.plan.planning import make_plan
from bot.plan.routes import by_item, is_met
from bot.store.plan_types import (
    ACTIVE,
    CLOSED,
    CLOSING,
    COHORT,
    CONTACT,
    ROUTE,
    CaseEvent,
    CaseFile,
    Closing,
    NewAlert,
    NewPlan,
    PlanRow,
    StoredItem,
    Summary,
    Work,
)
from bot.store.types import COMPLETE, InterviewRow

MADE, FOLLOWED = "plan made", "plan followed what changed"
NOTHING_CALLS = "nothing calls for it any more"
OTHER_STAY = "it was given in an earlier stay in prison"


@dataclass(frozen=True, slots=True)
class Basis:
    """What is proposed from: one interview of a case, its path, and the menu with the prison's own directory.

    ``settings`` are those of the interview, for the paths of the person's other interviews.
    """

    plan_data: PlanData
    finder: PathFinder
    interview: InterviewRow
    context: Context
    path: Path
    today: date
    settings: Mapping[str, str]

    @property
    def deadlines(self) -> Deadlines:
        return self.plan_data.deadlines


@dataclass(frozen=True, slots=True)
class Grounds(Basis):
    """What a plan rests on, and what is proposed from it."""

    proposed: ProposedPlan


def marks_of(file: CaseFile) -> dict[str, bool]:
    """What workers have decided about groups in this stay: the latest word on each, if it is not to leave it to the rules."""
    decided = (event for event in file.events if event.kind == COHORT and in_stay(file.record, event.at))
    marks = {event.subject: event.data.get("in_group") for event in decided}
    return {cohort: mark for cohort, mark in marks.items() if mark is not None}


def grounds(
    plan_data: PlanData, finder: PathFinder, settings: Mapping[str, str], file: CaseFile, interview_id: str, today: date
) -> Grounds:
    """What the answers of one interview and the record call for on a day."""
    interview = file.interview(interview_id)
    context = context_of(interview, file.record, settings, today, file.modes.get(interview_id))
    basis = Basis(plan_data, finder, interview, context, finder.path(context, file.answers[interview_id]), today, settings)
    # One from an earlier stay lapses.
    told = told_to_workers(consents_of(file, plan_data, basis), in_london(file.record.reception))
    yes_or_no = {question: routes.GIVEN if yes else routes.NOT_GIVEN for question, yes in told.items()}
    proposed = make_plan(plan_data, finder.interview, basis.path, context, file.record, today, marks_of(file), yes_or_no)
    return Grounds(plan_data, finder, interview, context, basis.path, today, settings, proposed)


def current_plan(file: CaseFile) -> PlanRow | None:
    """The plan that is worked on: the newest active one."""
    return next((plan for plan in file.plans if plan.state == ACTIVE), None)


def closing_of(file: CaseFile, plan: PlanRow | None) -> Closing | None:
    """By whom, when and why a plan was closed by hand, where that stands."""
    if plan is None or plan.state != CLOSED:
        return None
    last = next((one for one in reversed(file.closings) if one.plan_id == plan.id), None)
    return last if last is not None and last.kind == CLOSING else None


def may_have_plan(file: CaseFile, interview: InterviewRow) -> bool:
    """Whether an interview may still get a plan: not if one begun after it has one, nor if the stay in prison it was begun in is
    over: a plan is of the stay that the record is of."""
    if not in_stay(file.record, interview.started_at):
        return False
    planned = {plan.interview_id for plan in file.plans}
    return not any(row.id in planned and row.started_at >= interview.started_at for row in file.interviews)


def unplanned(file: CaseFile) -> InterviewRow | None:
    """The first complete interview that should have a plan and has none."""
    waiting = [row for row in file.interviews if row.state == COMPLETE and may_have_plan(file, row)]
    return min(waiting, key=lambda row: row.started_at, default=None)


def same_stay(file: CaseFile, plan: PlanRow) -> bool:
    """Whether a plan was made in the stay in prison that the record is of: not before the person came in."""
    return in_stay(file.record, plan.made_at)


def in_stay(record: PersonRecord, moment: datetime) -> bool:
    """Whether a moment is of the stay in prison that the record is of: on the day the person came in, or after it."""
    return of_stay(record.reception, moment)


def of_this_stay(record: PersonRecord, interviews: Iterable[InterviewRow]) -> list[InterviewRow]:
    """The interviews begun in the stay that the record is of, in the order given. A return to prison starts from scratch."""
    return [row for row in interviews if in_stay(record, row.started_at)]


# -- a new plan


def making(file: CaseFile, ground: Grounds, now: datetime, by: str) -> Work:
    """The work that makes the plan of an interview.

    Within one stay the plan before goes over into it: what people have decided goes on where it stands, and all else is proposed
    anew. A return to prison starts from scratch (the earlier plan is closed as it is).
    """
    plan_id, before = uuid4().hex, next(iter(file.plans), None)
    by_hand = closing_of(file, before)
    carries = before is not None and same_stay(file, before) and (by_hand is None or not by_hand.ends_stay)
    events: dict[str, tuple[Event, ...]] = {}
    histories: list[History] = []
    if before is not None and carries:
        for item in file.items[before.id]:
            closing, opened = _carried(item, ground, now, by, plan_id)
            if closing is not None:
                events[item.id] = (closing,)
            if opened:
                histories.append(opened)
    carried = {current(history).key for history in histories}
    histories += [begin(item, now) for item in ground.proposed.items if item.key not in carried]
    consents = _new_consents(file, ground, now, scratch=not carries)
    return Work(
        what=MADE,
        plan_id=plan_id,
        new_plan=NewPlan(
            interview_id=ground.interview.id,
            earlier=before.id if before else None,
            carried=carries,
            worker=_responsible(file, before, ground.interview),
            items=tuple(histories),
        ),
        closes=tuple(plan.id for plan in file.plans if plan.state == ACTIVE),
        events=events,
        consents=consents,
        alerts=_missed_alerts(file, ground),
        summary=summary_of(ground),
        contacts=open_contacts(file, ground),
        routes=open_routes(file, before if carries else None, ground),
        subjects=(ground.interview.id,),
    )


def _responsible(file: CaseFile, before: PlanRow | None, interview: InterviewRow) -> str:
    """Who was for the plan before; else whoever the interview was handed over to last, or has begun it."""
    kept = before.worker if before is not None else None
    return kept if kept not in (None, interview.started_by) else file.handed.get(interview.id, interview.started_by)


def _carried(item: StoredItem, ground: Grounds, now: datetime, by: str, plan_id: str) -> tuple[Event | None, History]:
    """What closes an item of the plan before, and how it begins in the new one: () where it is proposed anew, or not at all."""
    state, deadlines = item.state, ground.deadlines
    if not (state.live or state.state in (DECLINED, NOT_AVAILABLE)):
        return None, ()
    if state.decided:
        return carry(item.history, now, by, plan_id, deadlines)
    if state.key in ground.proposed.by_key:
        return act(item.history, "carry_over", now, RULES, deadlines=deadlines, to=plan_id), ()
    return act(item.history, "remove", now, RULES, deadlines=deadlines, reason=NOTHING_CALLS), ()


# -- a plan that goes on


def following(file: CaseFile, plan: PlanRow, ground: Grounds, now: datetime) -> Work:
    """The work by which a plan follows answers, record and rules that have changed; empty where there is nothing to do.

    A plan of an earlier stay stays as it is: the record is of this one. Nobody is still to be met after the release that ended it.
    """
    items = {item.state.key: item for item in file.items[plan.id]}
    histories: list[History] = []
    events: dict[str, tuple[Event, ...]] = {}
    for change in changes(file, plan, ground):
        item = items.get(change.key)
        if item is None:
            histories.append(follow((), change, now, ground.deadlines))
        elif change.untouched:
            before = events.get(item.id, ())
            events[item.id] = before + follow((*item.history, *before), change, now, ground.deadlines)
    here = same_stay(file, plan)
    for item in items.values() if here else ():
        if noted := noted_date(item.state, ground.proposed, now):
            events[item.id] = (*events.get(item.id, ()), *noted)
    summary = _followed(file.summaries.get(plan.id), ground)
    days, by = (open_contacts(file, ground), open_routes(file, plan, ground)) if here else ((), ())
    work = Work(
        plan_id=plan.id,
        items=tuple(history for history in histories if history),
        events={item_id: added for item_id, added in events.items() if added},
        consents=_new_consents(file, ground, now, scratch=not here),
        alerts=_missed_alerts(file, ground),
        summary=summary if here and file.summaries.get(plan.id) != summary else None,
        contacts=None if file.contacts.get(plan.id, ()) == days else days,
        routes=None if file.routes.get(plan.id, ()) == by else by,
    )
    return work if work.empty else replace(work, what=FOLLOWED)


def open_contacts(file: CaseFile, ground: Grounds) -> tuple[date, ...]:
    """The days of contact after release that are still to be held. The latest record of a day counts: one can be taken back."""
    held = {event.subject: bool(event.data.get("held")) for event in file.events if event.kind == CONTACT}
    return tuple(day for day in sorted(ground.proposed.dates.contacts) if not held.get(day.isoformat()))


def records_of(file: CaseFile, plan: PlanRow | None, kind: str) -> dict[str, tuple[CaseEvent, ...]]:
    """The records of a kind by what they are about: those of a plan, and of the plans it carries on."""
    plans, row = set[str | None](), plan
    by_id = {plan.id: plan for plan in file.plans}
    while row is not None:
        plans.add(row.id)
        row = by_id.get(row.earlier or "") if row.carried else None
    found: dict[str, list[CaseEvent]] = {}
    for event in file.events:
        if event.kind == kind and event.plan_id in plans:
            found.setdefault(event.subject, []).append(event)
    return {subject: tuple(events) for subject, events in found.items()}


def written_on(route: Route, records: Iterable[CaseEvent]) -> tuple[frozenset[str], dict[str, Any]]:
    """The steps of a route that are recorded as done, and the newest value of each field it keeps."""
    done, recorded = set[str](), dict[str, Any]()
    for record in records:
        recorded |= {name: value for name, value in record.data.items() if name in route.keeps}
        done |= {str(record.data["step"])} if record.data.get("step") else set()
    return frozenset(done), recorded


def open_routes(file: CaseFile, plan: PlanRow | None, ground: Grounds) -> tuple[date, ...]:
    """The days by which something is still to be done on the routes of a plan. Which route it is, is not for the lists to know."""
    records, days = records_of(file, plan, ROUTE), set[date]()
    for found in ground.proposed.routes:
        route = found.route
        met = is_met(route, *written_on(route, records.get(route.id, ())))
        if found.due is not None and not met and not route.sensitive and not by_item(ground.plan_data, route):
            days.add(found.due)
    return tuple(sorted(days))


def changes(file: CaseFile, plan: PlanRow, ground: Grounds) -> tuple[Change, ...]:
    """What answers, record and rules say now that the plan does not; nothing of a plan of an earlier stay."""
    if not same_stay(file, plan):
        return ()
    return compare((item.state for item in file.items[plan.id]), ground.proposed)


def summary_of(ground: Grounds) -> Summary:
    """What lists and reports need of the plan."""
    proposed = ground.proposed
    shown = {found.id for found in proposed.without_sensitive().needs}
    needs = tuple((found.id, found.need.pathway, found.wanted) for found in proposed.needs)
    dates = proposed.dates
    more = {
        "part2_due": dates.part2_due.isoformat() if dates.part2_due else None,
        "release": dates.release.isoformat() if dates.release else None,
        "no_part2": dates.why.get("part2_due") == OVER_4_YEARS,
        "prerelease_from": dates.prerelease_from.isoformat() if dates.prerelease_from else None,
        "raised": proposed.raised,
        "high_need": proposed.high_need,
        "cohorts": sorted(found.cohort.id for found in proposed.cohorts),
    }
    return Summary(needs, frozenset(need for need, _, _ in needs if need not in shown), more)


def _followed(before: Summary | None, ground: Grounds) -> Summary:
    """The summary as it is now. Once part 2 is done the day it was due by stays: the report judges by what was asked then."""
    now = summary_of(ground)
    due = before.more.get("part2_due") if before is not None and ground.interview.state == COMPLETE else None
    return now if due is None else replace(now, more={**now.more, "part2_due": due, "no_part2": False})


# -- beside the items


def consents_of(file: CaseFile, plan_data: PlanData, ground: Basis | None) -> Consents:
    """How every consent stands, what the answers say included where it is not written down yet."""
    new = () if ground is None else _unwritten(file, tuple(_answered(file, ground)))
    return read_consents(plan_data, (*file.consents, *new))


def _answered(file: CaseFile, ground: Basis) -> Iterator[ConsentEvent]:
    """The consents that are given or refused in the interview a plan rests on, and in every other of this stay.

    The person's latest word counts, in whichever it was said. A no counts at once, a yes once its interview is complete: to share
    less than somebody would agree to harms nobody.
    """
    yield from from_answers(ground.plan_data, ground.path, file.answered.get(ground.interview.id, {}))
    questions = {rule.question for rule in ground.plan_data.consents.values()}
    for row in of_this_stay(file.record, file.interviews):
        answered = file.answered.get(row.id, {})
        if row.id == ground.interview.id or questions.isdisjoint(answered):
            continue
        context = context_of(row, file.record, ground.settings, ground.today, file.modes.get(row.id))
        path = ground.finder.path(context, file.answers[row.id])
        said = from_answers(ground.plan_data, path, answered)
        yield from (event for event in said if event.kind == REFUSED or row.state == COMPLETE)


def _unwritten(file: CaseFile, found: tuple[ConsentEvent, ...]) -> tuple[ConsentEvent, ...]:
    written = {(event.consent, event.kind, event.at) for event in file.consents if event.how == BY_ANSWER}
    return tuple(event for event in found if (event.consent, event.kind, event.at) not in written)


def _new_consents(file: CaseFile, ground: Grounds, now: datetime, scratch: bool) -> tuple[ConsentEvent, ...]:
    """The consents that the answers give, and those that end because what they rested on has changed."""
    answered = file.answered.get(ground.interview.id, {})
    found = list(_unwritten(file, from_answers(ground.plan_data, ground.path, answered)))
    standing = read_consents(ground.plan_data, (*file.consents, *found))
    ended = list(lapsed(standing, ground.path, now))
    if scratch:
        came_in, over = in_london(file.record.reception), {event.consent for event in ended}
        for consent in ground.plan_data.consents:
            held = standing.standings.get(consent, Standing())
            if held.state == GIVEN and held.since is not None and held.since < came_in and consent not in over:
                ended.append(ConsentEvent(consent, LAPSED, now, RULES, note=OTHER_STAY))
    return (*found, *ended)


def _missed_alerts(file: CaseFile, ground: Grounds) -> tuple[tuple[str, NewAlert], ...]:
    """Alerts that the answers raise and nobody was told of: answers from before alerts were kept, or a fault at the time."""
    interview = ground.interview.id
    raised = {alert.rule for alert in file.alerts if alert.interview_id == interview}
    found = alerts_of(ground.plan_data, ground.path, ground.context)
    return tuple((interview, alert) for alert in found if alert.rule not in raised)
