"""Casework: plans made, followed and worked on. Pages, outputs and commands use this and not the store's tables."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from bot.casework import proposing, stepping
from bot.casework.case import WORKER_STEPS, Case
from bot.casework.directories import Directories
from bot.casework.own_words import OwnWords, by_question, own_words
from bot.casework.proposing import Grounds, current_plan
from bot.casework.report import Report, make_report
from bot.casework.situation import today as prison_today
from bot.casework.viewing import Viewer
from bot.interview.definitions import Interview
from bot.interview.path import PathFinder
from bot.language.wording import Wording
from bot.plan.consents import Consents
from bot.plan.definitions import PlanData
from bot.plan.life import Event, ItemState, NotAllowed, current
from bot.store.errors import NotFound, StoreBusy, StoreFull
from bot.store.plan_types import (
    AlertRow,
    CaseCounts,
    CaseFile,
    CaseLine,
    CaseQuery,
    DueLine,
    PlanRow,
    StoredItem,
    Work,
)
from bot.store.store import Store
from bot.store.types import Prisons

# However many interviews were left without a plan, a page makes no more than these at once.
MOST_MENDED = 10
SYSTEM = "system"

log = logging.getLogger(__name__)


class Casework(Directories):
    """Plans over an open store, for any number of threads.

    Every method that changes something takes ``by`` (a user id) and does all of it in one transaction, or nothing. What it raises:

    - ``NotFound`` (``bot.store.errors``): no such person, interview, item, alert, consent, route, group or service.
    - ``NotAllowed`` (``bot.plan.life``): the step cannot be taken; the message is one line for the worker, with the mend.
    - ``ChangedMeanwhile`` (``bot.store.errors``): somebody else took a step since; nothing was written. Show the page again.
    - ``StoreError``: the store failed; nothing was written.
    """

    def __init__(
        self,
        store: Store,
        interview: Interview,
        plan_data: PlanData,
        wording: Wording,
        settings: Mapping[str, str] | None = None,
        today: Callable[[], date] = prison_today,
    ) -> None:
        super().__init__(store, plan_data)
        self.wording = wording
        self.finder = PathFinder(interview)
        self.settings = dict(settings or {})
        self.today = today

    # -- one person

    def case(self, person_id: str) -> Case:
        """Everything about a person's plan now. Makes or mends the plan first where a crash has left that undone.

        Where that cannot be written (the disk is full, say), it shows what there is.
        """
        try:
            file, ground = self._mended(person_id)
        except (StoreBusy, StoreFull) as error:
            log.error("a plan could not be mended: %s", error)
            file = self.store.case_file(person_id)
            ground = self._shown_ground(file, self.menu_of(file.record)[0])
        plan_data, removed = self.menu_of(file.record)
        case = Viewer(file, plan_data, {**removed, **plan_data.directory.services}, self.today(), ground).case()
        return replace(case, turn_to=self.store.settings(file.record.prison).contacts)

    def with_words(self, case: Case) -> Case:
        """The case with what was said in the person's own words, for a paper: their language and their English."""
        return replace(case, own_words=self._own_words(case.interview.id)) if case.interview is not None else case

    def _own_words(self, interview_id: str) -> dict[str, OwnWords]:
        """By question. What a review has carried over is looked up where it was said."""
        rows, earlier = by_question(self.store.history(interview_id)), self.store.interview(interview_id).earlier
        before = self._own_words(earlier) if earlier is not None else {}
        found = {name: own_words(answers) for name, answers in rows.items()}
        return found | {name: before[name] for name, answers in rows.items() if answers[-1].turn_id is None and name in before}

    def ensure_plan(self, interview_id: str, by: str, early: bool = False) -> PlanRow | None:
        """Make the plan of an interview, or let it follow answers and record that have changed. Doing it again changes nothing.

        A plan is made when the interview is complete, or where a worker asks for it before that (``early``); None if it is not
        made. Items nobody has taken a step on follow what changed; those decided wait for a worker (``Case.changes``).
        """
        person_id = self.store.interview(interview_id).person_id
        file, _ = self._mended(person_id, by)
        if early and file.plan_of(interview_id) is None and proposing.may_have_plan(file, file.interview(interview_id)):
            menu = self.menu_of(file.record)[0]
            self.store.work(person_id, by, lambda now_file, now: self._make(now_file, menu, interview_id, now, by))
        return self.store.plan_of(interview_id)

    def catch_up(self, limit: int = 1000) -> int:
        """Make the plans that complete interviews lack: a process ended in between, or they are from before plans were kept. How
        many."""
        made = 0
        for row in self.store.without_plan(limit):
            before = self.store.plan_of(row.id)
            made += before is None and self.ensure_plan(row.id, SYSTEM) is not None
        return made

    def step(self, person_id: str, item_id: str, step: str, by: str, seen: int, **given: Any) -> ItemState:
        """Take a step on an item (``bot.plan.life.act``: agree, start, deliver, signpost, follow_up, decline, not_available,
        reopen,
        change, note, …). ``seen`` is ``ItemView.seen`` of the page that asked."""

        menu = self._menu(person_id)

        def decide(file: CaseFile, item: StoredItem, now: datetime) -> tuple[Event, ...]:
            def consents() -> Consents:
                return proposing.consents_of(file, menu, self._shown_ground(file, menu))

            return stepping.taken(consents, item, menu, step, now, by, given)

        return self._on_item(person_id, item_id, by, seen, f"item: {step}" if step in WORKER_STEPS else "item", decide)

    def add_item(self, person_id: str, activity_id: str, reason: str, by: str) -> str:
        """Add an activity of the menu for a reason of the worker's own; the address of the new item."""

        menu = self._menu(person_id)

        def decide(file: CaseFile, now: datetime) -> Work:
            plan, ground = self._worked_on(file, menu)
            history = stepping.added(file, plan, ground, activity_id, reason, now, by)
            return Work(what="item added", plan_id=plan.id, items=(history,))

        return self.store.work(person_id, by, decide).items[0]

    def look(self, person_id: str, item_id: str, by: str, seen: int, accept: bool = True) -> ItemState:
        """Deal with the ``change`` of an item: take it over (``accept``), or leave the item as it is and not be asked again.

        Taking over: new reasons are noted; what the person wants now is offered again, what they no longer want is declined; what
        nothing calls for any more is removed (left: it stays all the same).
        """

        menu = self._menu(person_id)

        def decide(file: CaseFile, item: StoredItem, now: datetime) -> tuple[Event, ...]:
            plan, ground = self._worked_on(file, menu)
            return stepping.looked_at(item, proposing.changes(file, plan, ground), now, by, ground.deadlines, accept)

        return self._on_item(person_id, item_id, by, seen, "item: looked at", decide)

    def remove(self, person_id: str, item_id: str, reason: str, by: str, seen: int) -> ItemState:
        """Take an item off the plan, with the reason; it is kept, and can be taken back with the step ``reopen``."""
        return self.step(person_id, item_id, "remove", by, seen, reason=reason)

    def give_consent(self, person_id: str, consent: str, by: str, service: str | None = None, note: str = "") -> None:
        """Record that the person has agreed, as told to a worker; for one service of the directory only if it is named."""
        self._consent(person_id, consent, by, service, note, given=True)

    def withdraw_consent(self, person_id: str, consent: str, by: str, service: str | None = None, note: str = "") -> None:
        """Record that the person takes a consent back, or for one service. Always possible."""
        self._consent(person_id, consent, by, service, note, given=False)

    def _consent(self, person_id: str, consent: str, by: str, service: str | None, note: str, given: bool) -> None:
        menu = self._menu(person_id)

        def decide(file: CaseFile, now: datetime) -> Work:
            event = stepping.consented(file, menu, consent, now, by, service, note, given)
            return Work(what="consent recorded" if given else "consent withdrawn", consents=(event,))

        self.store.work(person_id, by, decide)

    def record_route(self, person_id: str, route: str, by: str, **data: Any) -> None:
        """Record what was done on a referral route: ``step`` (an id of its steps), fields of its ``keeps``, ``note``."""

        menu = self._menu(person_id)

        def decide(file: CaseFile, now: datetime) -> Work:
            plan, ground = self._worked_on(file, menu)
            return stepping.route_recorded(file, plan, ground, route, data, now, by)

        self.store.work(person_id, by, decide)

    def record_contact(self, person_id: str, day: date, by: str, held: bool, how: str = "", note: str = "") -> None:
        """Record a contact after release, of one of the days of ``Case.contacts``: held or tried, how, what came of it."""

        menu = self._menu(person_id)

        def decide(file: CaseFile, now: datetime) -> Work:
            plan, ground = self._worked_on(file, menu)
            return stepping.contact_recorded(file, plan, ground, day, held, how, note, now, by)

        self.store.work(person_id, by, decide)

    def mark_cohort(self, person_id: str, cohort: str, in_group: bool | None, reason: str, by: str) -> None:
        """Put a person into a group (True), or take them out (False), or leave it to record and answers again (None)."""

        menu = self._menu(person_id)

        def decide(file: CaseFile, now: datetime) -> Work:
            plan, ground = self._worked_on(file, menu)
            mark = stepping.cohort_marked(plan, ground, cohort, in_group, reason, now, by)
            # The plan follows in the same transaction.
            after = stepping.with_event(file, mark)
            work = proposing.following(after, plan, self._ground(after, menu, plan.interview_id), now)
            return stepping.joined(work, Work(what="group decided", plan_id=plan.id, case_events=(mark,)))

        self.store.work(person_id, by, decide)

    def set_worker(self, person_id: str, worker: str | None, by: str) -> None:
        """Make a user responsible for the plan, or nobody."""

        def decide(file: CaseFile, now: datetime) -> Work:
            plan = current_plan(file)
            if plan is None:
                raise NotFound("plan")
            return Work(what="plan: worker set", plan_id=plan.id, worker=(worker,), subjects=(worker,) if worker else ())

        self.store.work(person_id, by, decide)

    def close_plan(self, person_id: str, reason: str, by: str, note: str = "") -> None:
        """Close the plan by hand (``reason``: one of ``bot.store.plan_types.CLOSE_REASONS``). It is kept, and stands in no list."""
        self.store.work(person_id, by, lambda file, now: stepping.closed(file, reason, note, now, by))

    def reopen_plan(self, person_id: str, note: str, by: str) -> None:
        """Open a plan that was closed by hand again, with the reason. It follows what has changed meanwhile."""
        self.store.work(person_id, by, lambda file, now: stepping.reopened(file, note, now, by))

    def acknowledge(self, alert_id: str, by: str, note: str = "") -> AlertRow:
        """Note that somebody acts on an alert. The first one counts: a later one finds it acknowledged and changes nothing."""
        return self.store.acknowledge_alert(alert_id, by, note)

    # -- many people

    def query(self, **wanted: Any) -> CaseQuery:
        """A query of today (``CaseQuery``: prison, worker, due, need, pathway, state, search)."""
        return CaseQuery(today=self.today(), deadlines=self.plan_data.deadlines, **wanted)

    def case_list(self, query: CaseQuery, limit: int = 50, offset: int = 0) -> list[CaseLine]:
        """Active plans, those with the earliest due date first."""
        return self.store.case_lines(query, limit, offset)

    def counts(self, query: CaseQuery) -> CaseCounts:
        """How many plans, and how many of them have something due when."""
        return self.store.case_counts(query)

    def due_list(self, query: CaseQuery, limit: int = 200, offset: int = 0) -> list[DueLine]:
        """What is due, the earliest first: items, follow-ups, contacts and assessments. ``query.due`` narrows it to one of overdue,
        this_week, coming."""
        return self.store.due_lines(query, limit, offset)

    def open_alerts(self, prison: Prisons = None) -> list[AlertRow]:
        """Every alert nobody has acknowledged yet, the oldest first. Show ``words`` only, but to the safeguarding role."""
        return self.store.open_alerts(prison)

    def report(self, prison: str, start: date, end: date) -> Report:
        """The figures of a prison for a time (both days included), counts under 5 suppressed.

        Raises:
            NotAllowed: the time ends before it starts.
        """
        if end < start:
            raise NotAllowed("the last day is before the first; change one of them")
        figures = self.store.prison_figures(self.query(), prison, start, end)
        return make_report(self.plan_data, self.finder.interview.needs, figures, prison, start, end, self.today())

    # -- how it is done
    # What runs inside a transaction must not use the store: the menu is looked up before.

    def _menu(self, person_id: str) -> PlanData:
        """The menu with the directory of the person's prison."""
        return self.menu_of(self.store.person(person_id).record)[0]

    def _ground(self, file: CaseFile, menu: PlanData, interview_id: str) -> Grounds:
        return proposing.grounds(menu, self.finder, self.settings, file, interview_id, self.today())

    def _shown_ground(self, file: CaseFile, menu: PlanData) -> Grounds | None:
        """What a plan rests on: its own interview, or the newest while there is no plan."""
        plan = current_plan(file)
        interview = plan.interview_id if plan is not None else next((row.id for row in file.interviews), None)
        return None if interview is None else self._ground(file, menu, interview)

    def _worked_on(self, file: CaseFile, menu: PlanData) -> tuple[PlanRow, Grounds]:
        plan = current_plan(file)
        if plan is None and proposing.closing_of(file, next(iter(file.plans), None)) is not None:
            raise NotAllowed("the plan is closed; open it again first")
        if plan is None:
            raise NotAllowed("there is no plan yet; finish the interview, or make the plan from its page")
        return plan, self._ground(file, menu, plan.interview_id)

    def _make(self, file: CaseFile, menu: PlanData, interview_id: str, now: datetime, by: str) -> Work:
        """The work that makes a plan; none where it is there already."""
        if file.plan_of(interview_id) is not None or not proposing.may_have_plan(file, file.interview(interview_id)):
            return Work()
        return proposing.making(file, self._ground(file, menu, interview_id), now, by)

    def _mending(self, file: CaseFile, menu: PlanData, now: datetime, by: str) -> tuple[Work, Grounds | None]:
        """The next thing that has to be done for a plan to be there and to follow what changed, and what the plan rests on."""
        waiting = proposing.unplanned(file)
        if waiting is not None:
            return proposing.making(file, self._ground(file, menu, waiting.id), now, by), None
        plan, ground = current_plan(file), self._shown_ground(file, menu)
        return (Work() if plan is None or ground is None else proposing.following(file, plan, ground, now)), ground

    def _mended(self, person_id: str, by: str = SYSTEM) -> tuple[CaseFile, Grounds | None]:
        """The case after everything was done that was left undone, and what its plan rests on. Writes nothing where nothing was."""
        file = self.store.case_file(person_id)
        menu = self.menu_of(file.record)[0]
        for _ in range(MOST_MENDED):
            if proposing.unplanned(file) is None:
                # Worked out on what was read first, so that the database is not held where there is nothing to do.
                work, ground = self._mending(file, menu, file.not_before(self.store.clock()), by)
                if work.empty:
                    return file, ground
            self.store.work(person_id, by, lambda now_file, now: self._mending(now_file, menu, now, by)[0])
            file = self.store.case_file(person_id)
        return file, self._shown_ground(file, menu)

    def _on_item(
        self,
        person_id: str,
        item_id: str,
        by: str,
        seen: int,
        what: str,
        decide: Callable[[CaseFile, StoredItem, datetime], tuple[Event, ...]],
    ) -> ItemState:
        """Add events to one item of the plan that is worked on, if nobody else has since it was ``seen``."""
        after: list[ItemState] = []

        def step(file: CaseFile, now: datetime) -> Work:
            plan, item = stepping.item_of(file, item_id, seen)
            events = decide(file, item, now)
            after.append(current((*item.history, *events)))
            return Work(what=what, plan_id=plan.id, events={item_id: events}, subjects=(item_id,))

        self.store.work(person_id, by, step)
        return after[-1]
