"""From what is kept of a case to what is seen of it (``bot.casework.case``). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.casework.case import WORKER_STEPS, Case, CohortView, ConsentView, ContactView, EarlierPlan, ItemView, RouteView
from bot.casework.proposing import (
    Grounds,
    changes,
    closing_of,
    consents_of,
    current_plan,
    marks_of,
    records_of,
    same_stay,
    written_on,
)
from bot.interview.record import PersonRecord
from bot.plan.compare import Change
from bot.plan.consents import GIVEN, LAPSED, NOT_ASKED, Consents
from bot.plan.dates import Dates, add_days, assessments_due, find_dates, needs_part2, status
from bot.plan.definitions import Activity, Deadlines, PlanData, Route
from bot.plan.life import ItemState, ways_on
from bot.plan.needs import Known
from bot.plan.planning import find_cohorts
from bot.plan.profile import Profile, needs_profile
from bot.plan.routes import ASK_FIRST, NOT_GIVEN, FoundRoute, is_met
from bot.plan.services import Service
from bot.store.plan_types import COHORT, CONTACT, ROUTE, CaseEvent, CaseFile, Closing, PlanRow, StoredItem
from bot.store.types import COMPLETE, PRERELEASE, InterviewRow

PART2 = "part2"
_TO_ASK = (NOT_ASKED, LAPSED)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Draws one case on one day. ``services`` are those of the directory and those taken out of it, by id."""

    file: CaseFile
    plan_data: PlanData
    services: Mapping[str, Service]
    today: date
    ground: Grounds | None

    def case(self) -> Case:
        """The whole of it."""
        file, ground = self.file, self.ground
        plan = current_plan(file)
        consents = consents_of(file, self.plan_data, ground)
        waiting = changes(file, plan, ground) if plan is not None and ground is not None else ()
        items = self._items(plan, {change.key: change for change in waiting}, consents)
        proposed = ground.proposed if ground else None
        dates = proposed.dates if proposed else find_dates(self.plan_data, file.record, self.today)
        return Case(
            person_id=file.person_id,
            record=file.record,
            today=self.today,
            interviews=file.interviews,
            interview=ground.interview if ground else None,
            newer=self._newer(ground),
            path=ground.path if ground else None,
            plan=plan,
            items=items,
            proposed=proposed,
            changes=tuple(change for change in waiting if not change.untouched),
            consents=consents,
            consent_views=tuple(self._consent(name, consents) for name in self.plan_data.consents),
            routes=tuple(self._routes(consents)),
            contacts=tuple(self._contacts(dates)),
            cohorts=tuple(self._cohorts()),
            dates=dates,
            assessments=assessments_due(dates, file.record, self.today, self._done()),
            profile=self._profile(items),
            alerts=tuple(alert for alert in file.alerts if alert.open),
            acknowledged=tuple(alert for alert in file.alerts if not alert.open),
            earlier=tuple(self._earlier(plan)),
            directory=self.plan_data.directory,
            closing=None if plan is not None else closing_of(file, next(iter(file.plans), None)),
            closings=self._closings(plan),
            earlier_stay=plan is not None and not same_stay(file, plan),
        )

    def _closings(self, plan: PlanRow | None) -> tuple[Closing, ...]:
        return tuple(one for one in self.file.closings if plan is not None and one.plan_id == plan.id)

    def _newer(self, ground: Grounds | None) -> InterviewRow | None:
        newest = next(iter(self.file.interviews), None)
        return newest if ground is not None and newest is not None and newest.id != ground.interview.id else None

    def _done(self) -> set[str]:
        """The assessments that are done in this stay."""
        record, deadlines = self.file.record, self.plan_data.deadlines
        return {what for row in self.file.interviews for what in assessments_done(row, record, deadlines)}

    # -- items

    def _items(self, plan: PlanRow | None, waiting: Mapping[str, Change], consents: Consents) -> tuple[ItemView, ...]:
        if plan is None:
            return ()
        before = {item.state.key: item.state for item in self.file.items.get(plan.earlier or "", ())}
        return self._in_order(self._item(item, waiting, consents, before) for item in self.file.items[plan.id])

    def _in_order(self, views: Iterable[ItemView]) -> tuple[ItemView, ...]:
        """In the order of the instruction, and of the proposal within an activity."""
        activities = {name: number for number, name in enumerate(self.plan_data.activities)}
        proposed = {item.key: number for number, item in enumerate(self.ground.proposed.items)} if self.ground else {}
        last = len(activities) + len(proposed)
        return tuple(
            sorted(views, key=lambda view: (activities.get(view.activity.id, last), proposed.get(view.key, last), view.key))
        )

    def _item(
        self, item: StoredItem, waiting: Mapping[str, Change], consents: Consents, before: Mapping[str, ItemState]
    ) -> ItemView:
        state = item.state
        activity = self._activity(state)
        service = self.services.get(str(state.snapshot.get("service")))
        others = (self.plan_data.directory.services.get(name) for name in state.snapshot.get("service_others", ()))
        change = waiting.get(state.key)
        return ItemView(
            id=item.id,
            key=state.key,
            state=state,
            history=item.history,
            activity=activity,
            sensitive=bool(state.snapshot.get("sensitive")),
            service=service,
            others=tuple(other for other in others if other is not None and other != service),
            due_status=status(state.due_by, self.today) if state.live else None,
            follow_up_status=status(state.follow_up_by, self.today),
            steps=tuple(step for step in ways_on(state) if step in WORKER_STEPS),
            change=None if change is None or change.untouched else change,
            due_now=self._due_now(state),
            consent=item_consent(self.plan_data, state, consents),
            before=before.get(state.key),
        )

    def _activity(self, state: ItemState) -> Activity:
        """The entry of the menu; where a later menu has it no more, what the item itself says of it."""
        found, item = self.plan_data.activities.get(str(state.snapshot["activity"])), state.snapshot
        if found is not None:
            return found
        name = str(item["activity"])
        words = name.replace("_", " ")
        return Activity(
            name, str(item["pathway"]), str(item["level"]), words, words, words, source=tuple(item["source"]),
            sensitive=bool(item.get("sensitive")),
        )  # fmt: skip

    def _due_now(self, state: ItemState) -> date | None:
        """The day that the rules give for an item somebody has decided on, where it is another."""
        if state.due_now is not None:
            return state.due_now
        plan = current_plan(self.file)
        here = plan is not None and same_stay(self.file, plan)
        item = self.ground.proposed.by_key.get(state.key) if here and self.ground else None
        if item is None or not state.live or not state.decided or item.due.rule in ("at_once", "duty_to_refer"):
            return None
        return item.due.on if item.due.on != state.due else None

    # -- beside the items

    def _consent(self, name: str, consents: Consents) -> ConsentView:
        found = (self.services.get(service) for service in consents.services(name))
        events = tuple(event for event in self.file.consents if event.consent == name)
        return ConsentView(
            self.plan_data.consents[name], consents.standing(name), tuple(one for one in found if one is not None), events
        )

    def _of_this_stay(self, kind: str) -> dict[str, tuple[CaseEvent, ...]]:
        return records_of(self.file, current_plan(self.file), kind)

    def _routes(self, consents: Consents) -> Iterable[RouteView]:
        records = self._of_this_stay(ROUTE)
        open_ones = {found.route.id: found for found in (self.ground.proposed.routes if self.ground else ())}
        for route in self.plan_data.routes.values():
            if route.id in open_ones or route.id in records:
                yield self._route(route, open_ones.get(route.id), records.get(route.id, ()), consents)

    def _route(self, route: Route, found: FoundRoute | None, records: Sequence[CaseEvent], consents: Consents) -> RouteView:
        if found is not None:
            found = replace(found, consent=route_consent(self.plan_data, found, consents))
        done, recorded = written_on(route, records)
        services = (one for kind in route.services for one in self.plan_data.directory.of_kind(kind))
        return RouteView(
            id=route.id,
            label=route.label,
            found=found,
            recorded=recorded,
            records=tuple(records),
            done=done,
            services=tuple(dict.fromkeys(one for one in services if self._may_use(one))),
            status=status(found.due, self.today) if found is not None and not is_met(route, done, recorded) else None,
            sensitive=route.sensitive,
        )

    def _may_use(self, service: Service) -> bool:
        groups = {found.cohort.id for found in self.ground.proposed.cohorts} if self.ground else set[str]()
        woman = self.file.record.sex == "female"
        return (woman or not service.women_only) and (not service.only_for or not groups.isdisjoint(service.only_for))

    def _contacts(self, dates: Dates) -> Iterable[ContactView]:
        records, release = self._of_this_stay(CONTACT), self.file.record.release
        # What was recorded of a day stays, also where the release date has moved since.
        recorded = {date.fromisoformat(day): events for day, events in records.items()}
        for day in sorted({*dates.contacts, *recorded}):
            events = recorded.get(day, ())
            held = bool(events and events[-1].data.get("held"))
            number = (day - release).days if release is not None else 0
            yield ContactView(day, number, events, None if held else status(day, self.today))

    def _cohorts(self) -> Iterable[CohortView]:
        marks = marks_of(self.file)
        found = {one.cohort.id: one for one in (self.ground.proposed.cohorts if self.ground else ())}
        known = Known(self.ground.context, self.ground.path) if self.ground else None
        by_rule = {one.cohort.id for one in find_cohorts(self.plan_data, known)} if known else set[str]()
        for cohort in self.plan_data.cohorts.values():
            records = tuple(event for event in self.file.events if event.kind == COHORT and event.subject == cohort.id)
            yield CohortView(cohort, found.get(cohort.id), cohort.id in by_rule, marks.get(cohort.id), records)

    def _profile(self, items: Iterable[ItemView]) -> Profile | None:
        if self.ground is None:
            return None
        return needs_profile(
            self.plan_data, self.ground.proposed.needs, ((item.needs, len(item.state.signpostings)) for item in items)
        )

    def _earlier(self, plan: PlanRow | None) -> Iterable[EarlierPlan]:
        for row in self.file.plans:
            if plan is None or row.id != plan.id:
                nothing = Consents(self.plan_data, {})
                views = (self._item(item, {}, nothing, {}) for item in self.file.items[row.id])
                shown = self._in_order(replace(view, due_now=None, steps=()) for view in views)
                yield EarlierPlan(row, self.file.interview(row.interview_id), shown, self._closings(row))


def assessments_done(row: InterviewRow, record: PersonRecord, deadlines: Deadlines) -> frozenset[str]:
    """The assessments that an interview does (``bot.store.due_lists`` says the same to the database).

    Only if it was begun and completed in this stay. A first interview does part 2. A review does the assessment before release if
    it is not from before the window that ends with the release, where that is known: the assessment is of how things are then, and
    an earlier review is one more conversation. Who gets no part 2 (2.4) may have no interview to review: within the window a first
    one does it too.
    """
    if row.state != COMPLETE or row.completed_at is None or row.started_at.date() < record.reception.date():
        return frozenset()
    opens = None if record.release is None else add_days(record.release, -deadlines.prerelease_days)
    in_window = opens is not None and row.completed_at.date() >= opens
    if row.kind == PRERELEASE:
        return frozenset({PRERELEASE} if opens is None or in_window else ())
    return frozenset({PART2, PRERELEASE} if in_window and not needs_part2(record, deadlines) else {PART2})


def item_consent(plan_data: PlanData, state: ItemState, consents: Consents) -> str | None:
    """Whether the person agrees to an item: one yes to any of its questions is enough; None where it calls for none."""
    questions = state.snapshot.get("consents") or ()
    rules = [rule for rule in plan_data.consents.values() if rule.question in questions]
    if not questions:
        return None
    standing = [consents.standing(rule.id).state for rule in rules]
    if GIVEN in standing:
        return GIVEN
    return ASK_FIRST if not standing or not set(standing).isdisjoint(_TO_ASK) else NOT_GIVEN


def route_consent(plan_data: PlanData, found: FoundRoute, consents: Consents) -> str:
    """Whether the person agrees to a route, told to a worker or by an answer; the later counts."""
    rule = next((rule for rule in plan_data.consents.values() if rule.question == found.route.consent), None)
    if rule is None or not found.route.consent_needed:
        return found.consent
    state = consents.standing(rule.id).state
    return GIVEN if state == GIVEN else ASK_FIRST if state in _TO_ASK else NOT_GIVEN
