"""One person's case as pages and outputs see it: everything about the plan in one object, sensitive parts marked.

``Casework.case`` (``bot.casework.casework``) makes it. It is a picture of one moment: nothing in it changes, and it is not kept.
``Case.without_sensitive`` gives what staff without the safeguarding role may see, and what may be printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.casework.own_words import OwnWords
from bot.interview.path import Path
from bot.interview.record import PersonRecord
from bot.plan.compare import Change
from bot.plan.consents import ConsentEvent, Consents, Standing
from bot.plan.dates import OVERDUE, Dates, Due
from bot.plan.definitions import Activity, Cohort, ConsentRule, Notice
from bot.plan.items import FoundCohort, Offer, Prompt, ProposedPlan
from bot.plan.life import History, ItemState
from bot.plan.profile import Profile
from bot.plan.routes import FoundRoute
from bot.plan.services import Directory, Service
from bot.store.plan_types import AlertRow, CaseEvent, Closing, PlanRow
from bot.store.prison_settings import Contact
from bot.store.types import InterviewRow

# What a worker can do with an item by a step; looking at changes has a way of its own (``Casework.look``).
WORKER_STEPS = (
    "agree",
    "start",
    "deliver",
    "signpost",
    "follow_up",
    "decline",
    "not_available",
    "reopen",
    "remove",
    "change",
    "note",
)


@dataclass(frozen=True)
class ItemView:
    """One item of the plan.

    ``id`` is its address: use it in links and forms, never the key. ``state`` is what its events add up to (state, since,
    signpostings, done, snapshot …; see ``bot.plan.life.ItemState``), ``history`` the events themselves, the oldest first. ``seen``
    is the number of events: a form posts it back, so that a step on an item that has changed meanwhile is refused.

    ``service`` is the directory's entry for the service it names now, ``others`` those that would fit as well; ``no_service`` says
    why there is none. ``due_status`` and ``follow_up_status`` are overdue, this_week, coming or None. ``steps`` are the steps that
    can be taken from here (``Casework.step``). ``change`` is what changed answers say to it, waiting for a worker. ``due_now`` is
    the date that the record calls for now, where a worker's item still has another. ``consent`` is given, not_given or ask_first
    where the item goes ahead on the person's yes, else None. ``before`` is the same item on the plan before, if it was there.
    ``sensitive``: for the safeguarding role only. ``hides``: reasons were left out by ``without_sensitive``.
    """

    id: str
    key: str
    state: ItemState
    history: History
    activity: Activity
    sensitive: bool
    service: Service | None
    others: tuple[Service, ...]
    due_status: str | None
    follow_up_status: str | None
    steps: tuple[str, ...]
    change: Change | None = None
    due_now: date | None = None
    consent: str | None = None
    before: ItemState | None = None
    hides: bool = False

    @property
    def seen(self) -> int:
        return self.state.events

    @property
    def pathway(self) -> str:
        return self.activity.pathway

    @property
    def level(self) -> str:
        """1, 2, 3 or 2/3, as a worker may have changed it."""
        return str(self.state.snapshot["level"])

    @property
    def because(self) -> tuple[Mapping[str, Any], ...]:
        """The reasons, each as ``Because.to_json``: ``{kind, text, source, answers, need?, cohort?, wanted?, sensitive?}``."""
        return tuple(self.state.snapshot["because"])

    @property
    def needs(self) -> tuple[str, ...]:
        """The needs it answers."""
        return tuple(dict.fromkeys(reason["need"] for reason in self.because if reason.get("need")))

    @property
    def owner(self) -> Mapping[str, Any]:
        """``{role, label, name, with: [{id, label, name}], decide}``; one that a worker chose has at least ``name`` or
        ``label``."""
        return dict(self.state.snapshot["owner"])

    @property
    def no_service(self) -> str:
        """Why no service is named, in words; "" where one is, or none is called for."""
        return "" if self.service is not None else str(self.state.snapshot.get("service_why", ""))

    @property
    def source(self) -> tuple[str, ...]:
        """The paragraphs and tables it comes from."""
        return tuple(self.state.snapshot["source"])

    @property
    def words(self) -> str:
        """The words a worker put in place of the activity's own; "" where nobody has."""
        return str(self.state.snapshot.get("words") or "")

    @property
    def due(self) -> date | None:
        return self.state.due

    @property
    def due_by(self) -> date | None:
        """The day that it counts by: the earlier one, where the record calls for another and nobody has decided on that yet."""
        return self.state.due_by

    @property
    def follow_up_by(self) -> date | None:
        return self.state.follow_up_by

    @property
    def overdue(self) -> bool:
        """Whether the item, or the follow-up of one of its signpostings, should have been done before today."""
        return OVERDUE in (self.due_status, self.follow_up_status)


@dataclass(frozen=True, slots=True)
class RouteView:
    """A referral route: open for this person (``found``), or only recorded on before and no longer called for (None).

    ``recorded`` holds the newest value of each field of its ``keeps``, ``records`` every record, the oldest first. ``done`` are the
    steps recorded as taken. ``services`` are the directory's entries for it. ``status`` is that of its due date, None once what
    was to be done by then is done.
    """

    id: str
    label: str
    found: FoundRoute | None
    recorded: Mapping[str, Any]
    records: tuple[CaseEvent, ...]
    done: frozenset[str]
    services: tuple[Service, ...]
    status: str | None
    sensitive: bool


@dataclass(frozen=True, slots=True)
class ContactView:
    """A day of contact after release, with what was recorded of it. ``number`` is how many days after release it is.

    ``status`` is overdue, this_week or coming while it is to come; None once a contact was held.
    """

    day: date
    number: int
    records: tuple[CaseEvent, ...]
    status: str | None

    @property
    def held(self) -> bool:
        """Whether it was held, by the latest record."""
        return bool(self.records and self.records[-1].data.get("held"))


@dataclass(frozen=True, slots=True)
class CohortView:
    """A group: whether the person is in it (``found``), and a worker's decision (``mark``: True put on, False taken off, None).

    ``by_rule``: the record and the answers say so. ``records`` are the decisions with who, when and why, the oldest first.
    """

    cohort: Cohort
    found: FoundCohort | None
    by_rule: bool
    mark: bool | None
    records: tuple[CaseEvent, ...]


@dataclass(frozen=True, slots=True)
class ConsentView:
    """One consent: its rule, how it stands, the services it covers now, and its events, the oldest first."""

    rule: ConsentRule
    standing: Standing
    services: tuple[Service, ...]
    events: tuple[ConsentEvent, ...]


@dataclass(frozen=True, slots=True)
class EarlierPlan:
    """A plan before this one, or one closed by hand, with its items as they ended and when it was closed and opened again."""

    plan: PlanRow
    interview: InterviewRow
    items: tuple[ItemView, ...]
    closings: tuple[Closing, ...] = ()


@dataclass(frozen=True)
class Case:
    """Everything about one person's plan, on one day (``today``, the prison's own).

    ``plan`` is None while there is no plan yet: then ``items`` is empty and ``proposed`` says what there would be. ``interview`` is
    the one that the plan is made from (the newest, while there is no plan; None while nobody has been interviewed), ``path`` its
    path with the answers; ``newer`` is an interview begun since, whose plan is not made yet. ``interviews`` are all of them, the
    newest first.

    ``proposed`` is what answers and record call for today. ``changes`` wait for a worker (``Casework.look``, ``Casework.step``).
    ``consents`` answers ``may_share(consent, service)``; the views say it in detail. ``alerts`` are those open, the newest first,
    and ``acknowledged`` the others. ``assessments`` are those due. ``directory`` is the prison's own. ``closing`` says who closed
    the newest plan by hand, and why, where that stands: then ``plan`` is None. ``closings`` are those of ``plan`` taken back since.
    ``own_words``, by question, are filled in for papers only (``Casework.with_words``).
    ``earlier_stay``: the plan is of a stay in prison before the one that the record is of, and follows nothing any more.
    """

    person_id: str
    record: PersonRecord
    today: date
    interviews: tuple[InterviewRow, ...]
    interview: InterviewRow | None
    newer: InterviewRow | None
    path: Path | None
    plan: PlanRow | None
    items: tuple[ItemView, ...]
    proposed: ProposedPlan | None
    changes: tuple[Change, ...]
    consents: Consents
    consent_views: tuple[ConsentView, ...]
    routes: tuple[RouteView, ...]
    contacts: tuple[ContactView, ...]
    cohorts: tuple[CohortView, ...]
    dates: Dates
    assessments: tuple[Due, ...]
    profile: Profile | None
    alerts: tuple[AlertRow, ...]
    acknowledged: tuple[AlertRow, ...]
    earlier: tuple[EarlierPlan, ...]
    directory: Directory
    complete: bool = True
    closing: Closing | None = None
    closings: tuple[Closing, ...] = ()
    own_words: Mapping[str, OwnWords] = field(default_factory=dict)
    earlier_stay: bool = False
    turn_to: tuple[Contact, ...] = ()

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """Duties and guidance for the worker, from the groups the person is in."""
        return self.proposed.prompts if self.proposed else ()

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Level 3 activities that a need asks for by name and the worker may add (``Casework.add_item``)."""
        on = {item.activity.id for item in self.items if item.state.state != "removed"}
        return tuple(offer for offer in self.proposed.offers if offer.activity not in on) if self.proposed else ()

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the worker should know of the whole plan."""
        return self.proposed.notices if self.proposed else ()

    @property
    def funding(self) -> str:
        return self.proposed.funding if self.proposed else ""

    def item(self, item_id: str) -> ItemView:
        """The item with that address. Raises KeyError for none, or one that this view leaves out."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise KeyError(item_id)

    def of_pathway(self, pathway: str) -> tuple[ItemView, ...]:
        """The items of one pathway, in the order of the instruction."""
        return tuple(item for item in self.items if item.pathway == pathway)

    def shown(self) -> Iterator[ItemView]:
        """The items to be shown on a plan: all but those removed and carried over."""
        return (item for item in self.items if item.state.state not in ("removed", "carried_over"))

    def without_sensitive(self) -> Case:
        """The case as those without the safeguarding role see it, and as it is printed unless the person asks.

        Left out: sensitive items, groups, routes, consents, private answers on the path, and every reason, service and change that
        rests on them alone. An alert stays with the words that may stand on any page. ``complete`` is False in what comes out.
        """
        from bot.casework.covering import cover

        return cover(self) if self.complete else self

    def for_paper(self) -> Case:
        """The case as it may stand on a paper that the person carries on the wing, or that goes out of the prison.

        Left out besides: the answers and needs marked ``off_paper``, and every reason and service that rests on them alone.
        """
        from bot.casework.covering import off_paper

        return off_paper(self.without_sensitive())
