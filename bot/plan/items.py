"""What a proposed plan holds: items with their causes, owners, services and dates; prompts, routes and notices beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bot.plan.dates import Dates
from bot.plan.definitions import Activity, Cohort, Duty, Notice
from bot.plan.needs import NO, Cause, FoundNeed
from bot.plan.routes import FoundRoute
from bot.plan.services import Suggestion

PROPOSED, DECLINED = "proposed", "declined"
# Why something is on the plan.
FOR_NEED, FOR_COHORT, FOR_ANSWER, FOR_EVERYBODY, RAISED, BY_WORKER = "need", "cohort", "answer", "everybody", "raised", "worker"
PRIVATE = "private"
NOT_WANTED, NO_CONSENT = "help not wanted", "consent not given"


def item_key(activity: str, need: str | None = None, private: bool = False) -> str:
    """The stable key of an item. A sensitive need is not named in it: keys stand in addresses, lists and logs."""
    if need is None:
        return activity
    return f"{activity}:{hashlib.sha256(need.encode()).hexdigest()[:8]}" if private else f"{activity}:{need}"


@dataclass(frozen=True, slots=True)
class Because:
    """One reason. ``text`` goes after "because" on the person's plan (for ``raised``, the cohort's label for the worker).

    ``causes`` are the answers and record fields behind it. ``sensitive``: for staff with the safeguarding role only, even where
    the item itself may be seen.
    """

    kind: str
    text: str
    source: str
    causes: tuple[Cause, ...] = ()
    need: str | None = None
    cohort: str | None = None
    wanted: str = ""
    sensitive: bool = False

    @property
    def declined(self) -> bool:
        return self.wanted == NO

    def to_json(self) -> dict[str, Any]:
        """``{kind, text, source, answers: [{question, options}], need?, cohort?, wanted?, sensitive?}``."""
        data: dict[str, Any] = {"kind": self.kind, "text": self.text, "source": self.source}
        data["answers"] = [cause.to_json() for cause in self.causes]
        more = {"need": self.need, "cohort": self.cohort, "wanted": self.wanted, "sensitive": self.sensitive}
        return data | {key: value for key, value in more.items() if value}


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody with a part in an item. ``name`` is a person's or organisation's own name, where the record has one."""

    id: str
    label: str
    name: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "label": self.label, "name": self.name}


@dataclass(frozen=True, slots=True)
class Owner:
    """Who sees that an item is done. ``decide``: the instruction names nobody, somebody has to be chosen."""

    role: str
    label: str
    source: str
    name: str | None = None
    parties: tuple[Party, ...] = ()
    decide: bool = False

    def to_json(self) -> dict[str, Any]:
        parties = [party.to_json() for party in self.parties]
        return {"role": self.role, "label": self.label, "name": self.name, "with": parties, "decide": self.decide}


@dataclass(frozen=True, slots=True)
class ItemDue:
    """When an item is due. ``start`` is the earliest day it is worked on; ``reason`` says why there is no date."""

    on: date | None
    rule: str
    source: str
    start: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the plan. ``sensitive``: never printed unless the person asks, shown to the safeguarding role only.

    ``limit`` is a day after which it is no longer of use (a tenancy kept by benefits). ``consents`` are the questions whose yes
    it goes ahead on; ``consent`` is None where none is called for.
    """

    key: str
    activity: Activity
    level: str
    because: tuple[Because, ...]
    state: str
    owner: Owner
    service: Suggestion | None
    due: ItemDue
    source: tuple[str, ...]
    more_time: bool = False
    consent: str | None = None
    consents: tuple[str, ...] = ()
    declined: str = ""
    courses: tuple[str, ...] = ()
    limit: date | None = None

    @property
    def pathway(self) -> str:
        return self.activity.pathway

    @property
    def sensitive(self) -> bool:
        return self.activity.sensitive

    @property
    def needs(self) -> tuple[str, ...]:
        """The needs it answers."""
        return tuple(reason.need for reason in self.because if reason.need is not None)

    def to_json(self) -> dict[str, Any]:
        """The item as contracts.md has it, and more. Dates are ISO or null."""
        service, due = self.service, self.due
        return {
            "key": self.key,
            "activity": self.activity.id,
            "pathway": self.pathway,
            "level": self.level,
            "because": [reason.to_json() for reason in self.because],
            "state": self.state,
            "declined": self.declined,
            "owner": self.owner.to_json(),
            "service": service.service if service else None,
            "service_why": service.why if service else "",
            "service_kinds": list(service.kinds) if service else [],
            "service_others": list(service.others) if service else [],
            "due": None if due.on is None else due.on.isoformat(),
            "due_rule": due.rule,
            "due_why": due.reason,
            "from": None if due.start is None else due.start.isoformat(),
            "limit": None if self.limit is None else self.limit.isoformat(),
            "more_time": self.more_time,
            "consent": self.consent,
            "consents": list(self.consents),
            "courses": list(self.courses),
            "sensitive": self.sensitive,
            "source": list(self.source),
        }


@dataclass(frozen=True, slots=True)
class FoundCohort:
    """A group the person is in, and the answers or record fields that say so."""

    cohort: Cohort
    because: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A duty or guidance for the worker, from a group the person is in."""

    cohort: str
    duty: Duty
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A level 3 activity that a need asks for by name, for somebody in no group that brings it: the worker may add it (2.9)."""

    activity: str
    need: str
    because: Because


@dataclass(frozen=True, slots=True)
class ProposedPlan:
    """What the answers and the record call for today. Nothing in it is decided: that is the life of each item.

    ``private`` are the questions whose answers are for the safeguarding role only.
    """

    items: tuple[Item, ...]
    needs: tuple[FoundNeed, ...]
    cohorts: tuple[FoundCohort, ...]
    prompts: tuple[Prompt, ...]
    offers: tuple[Offer, ...]
    routes: tuple[FoundRoute, ...]
    notices: tuple[Notice, ...]
    dates: Dates
    funding: str
    funding_source: str
    made_on: date
    high_need: bool = False
    private: frozenset[str] = frozenset()
    by_key: dict[str, Item] = field(default_factory=dict, compare=False, repr=False)

    @property
    def raised(self) -> bool:
        """Whether needs are met at level 3: the person is vulnerable or the case complex (2.9)."""
        return any(found.cohort.raises for found in self.cohorts)

    def without_sensitive(self) -> ProposedPlan:
        """The plan as those without the safeguarding role see it, and as it is printed.

        Sensitive items, needs and groups are left out, and so is every reason that rests on private answers alone; an item that
        has no other reason stays, as the work has to be done, but does not say why.
        """
        private = self.private
        items = tuple(seen for item in self.items if (seen := _seen(item, private)) is not None)
        groups = [one for one in self.cohorts if not one.cohort.sensitive and not _rests_on(one.because, private)]
        shown = {one.cohort.id for one in groups}
        needs = [one for one in self.needs if not one.need.sensitive and not _rests_on(one.because, private)]
        offers = [one for one in self.offers if not one.because.sensitive and not _rests_on(one.because.causes, private)]
        routes = [one for one in self.routes if not one.route.sensitive]
        return replace(
            self,
            items=items,
            needs=tuple(replace(one, because=_open(one.because, private)) for one in needs),
            cohorts=tuple(replace(one, because=_open(one.because, private)) for one in groups),
            prompts=tuple(prompt for prompt in self.prompts if prompt.cohort in shown),
            offers=tuple(replace(one, because=_shown(one.because, private)) for one in offers),
            routes=tuple(replace(one, because=_open(one.because, private)) for one in routes),
            by_key={item.key: item for item in items},
        )

    def to_json(self) -> dict[str, Any]:
        """The whole plan, sensitive parts included: use ``without_sensitive`` first where they do not belong."""
        return {
            "made_on": self.made_on.isoformat(),
            "items": [item.to_json() for item in self.items],
            "needs": [
                {"need": found.id, "wanted": found.wanted, "answers": [cause.to_json() for cause in found.because]}
                for found in self.needs
            ],
            "cohorts": [found.cohort.id for found in self.cohorts],
            "prompts": [
                {"cohort": prompt.cohort, "id": prompt.duty.id, "text": prompt.duty.text, "statement": prompt.duty.statement}
                | {"source": prompt.duty.source}
                for prompt in self.prompts
            ],
            "offers": [
                {"activity": offer.activity, "need": offer.need, "because": offer.because.to_json()} for offer in self.offers
            ],
            "routes": [found.to_json() for found in self.routes],
            "notices": [{"id": notice.id, "text": notice.text, "source": notice.source} for notice in self.notices],
            "dates": self.dates.to_json(self.made_on),
            "funding": self.funding,
            "high_need": self.high_need,
        }


def _rests_on(found: tuple[Cause, ...], private: frozenset[str]) -> bool:
    """Whether there are causes and all of them are private."""
    return bool(found) and all(cause.question in private for cause in found)


def _open(found: tuple[Cause, ...], private: frozenset[str]) -> tuple[Cause, ...]:
    """The causes that anybody may see who sees the plan."""
    return tuple(cause for cause in found if cause.question not in private)


def _shown(reason: Because, private: frozenset[str]) -> Because:
    return replace(reason, causes=_open(reason.causes, private))


def _seen(item: Item, private: frozenset[str]) -> Item | None:
    """An item without its private reasons and the services they point to; None if the item is sensitive itself."""
    if item.sensitive:
        return None
    open_ones = [reason for reason in item.because if not reason.sensitive and not _rests_on(reason.causes, private)]
    shown = tuple(_shown(reason, private) for reason in open_ones)
    if len(shown) == len(item.because):
        return replace(item, because=shown)
    if all(reason.kind == RAISED for reason in shown):
        shown = (Because(PRIVATE, "of what you told us", "; ".join(item.activity.source)), *shown)
    service = item.service
    if service is not None:
        # The kinds of service of the activity itself give nothing away.
        open_kinds = tuple(kind for kind in service.kinds if kind in item.activity.services)
        known = service.kind in open_kinds
        service = Suggestion(service.service if known else None, service.kind if known else None, service.why, open_kinds)
    return replace(item, because=shown, service=service)


def reasons_of(needs: Iterable[FoundNeed]) -> tuple[Because, ...]:
    """The reasons that needs are, in their words."""
    return tuple(
        Because(FOR_NEED, found.need.because, found.need.source, found.because, found.id, None, found.wanted, found.need.sensitive)
        for found in needs
    )
