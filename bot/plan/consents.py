"""Consent: what the person agreed to, when, for what, and whether it still holds. Events are only ever added.

A yes covers what it asked and no more. Nothing goes to a service or to the community without one (``Consents.may_share``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.interview.path import Path
from bot.plan.definitions import ConsentRule, PlanData
from bot.plan.services import Service

GIVEN, REFUSED, WITHDRAWN, LAPSED = KINDS = ("given", "refused", "withdrawn", "lapsed")
NOT_ASKED = "not_asked"
BY_ANSWER, BY_WORKER = "answer", "worker"


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """One step of one consent (an id of ``consents.yml``), at an aware moment.

    ``service``: it is about this one service of the directory only. ``how``: an answer of the interview, or told to a worker.
    """

    consent: str
    kind: str
    at: datetime
    by: str
    how: str = BY_WORKER
    service: str | None = None
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        data = {"consent": self.consent, "kind": self.kind, "at": self.at.isoformat(), "by": self.by, "how": self.how}
        return data | {key: value for key, value in (("service", self.service), ("note", self.note)) if value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ConsentEvent:
        """The event that ``to_json`` wrote."""
        return cls(**{**data, "at": datetime.fromisoformat(data["at"])})


@dataclass(frozen=True, slots=True)
class Standing:
    """How one consent stands: given, refused, withdrawn, lapsed or not asked, since when, and by service where that differs.

    ``left_out`` is the newest event by which a service was left out.
    """

    state: str = NOT_ASKED
    since: datetime | None = None
    by: str = ""
    how: str = ""
    services: Mapping[str, str] = field(default_factory=dict)
    left_out: ConsentEvent | None = None


@dataclass(frozen=True)
class Consents:
    """All consents of a person, from their events."""

    plan: PlanData
    standings: Mapping[str, Standing]

    def standing(self, consent: str) -> Standing:
        """How a consent stands. Raises KeyError for one that ``consents.yml`` does not have.

        One that was taken back for every service it covers is taken back, however general the yes was.
        """
        rule = self.plan.consents[consent]
        return _in_effect(self.plan, rule, self.standings.get(rule.id, Standing()))

    def may_share(self, consent: str, service: str | None = None) -> bool:
        """Whether a consent holds now; with ``service`` (an id of the directory), whether it holds for that service.

        A service it does not cover, or that was left out, is not shared with. Where every service is asked about on its own, each
        needs its own yes. Raises KeyError for an unknown consent.
        """
        rule, standing = self.plan.consents[consent], self.standing(consent)
        if standing.state != GIVEN:
            return False
        if service is None:
            return not rule.each
        entry = self.plan.directory.services.get(service)
        if entry is None or not _covers(rule, entry):
            return False
        own = standing.services.get(service)
        return own == GIVEN if rule.each else own in (None, GIVEN)

    def services(self, consent: str) -> tuple[str, ...]:
        """The services of the directory that a consent lets us share with now."""
        return tuple(service for service in self.plan.directory.services if self.may_share(consent, service))


def _covers(rule: ConsentRule, service: Service) -> bool:
    return rule.any_service or not set(service.kinds).isdisjoint(rule.services)


def _in_effect(plan: PlanData, rule: ConsentRule, standing: Standing) -> Standing:
    """A yes as it stands once services were left out of it: taken back where nobody is left whom it lets us speak to.

    It stays so where the service has left the directory since: a change of the directory gives no consent.
    """
    last = standing.left_out
    if standing.state != GIVEN or rule.each or last is None:
        return standing
    covered = (service.id for service in plan.directory.services.values() if _covers(rule, service))
    if any(standing.services.get(service) in (None, GIVEN) for service in covered):
        return standing
    return replace(standing, state=last.kind, since=last.at, by=last.by, how=last.how)


def read_consents(plan: PlanData, events: Iterable[ConsentEvent]) -> Consents:
    """How every consent stands after its events; the later counts, whatever the order they come in."""
    standings: dict[str, Standing] = {}
    for event in sorted(events, key=lambda event: event.at):
        before = standings.get(event.consent, Standing())
        services = dict(before.services)
        if event.service is not None:
            services[event.service] = event.kind
            left_out = before.left_out if event.kind == GIVEN else event
            standings[event.consent] = replace(before, services=services, left_out=left_out)
            continue
        # What the person left out stays left out; what was agreed service by service ends with the general consent.
        goes_on = event.kind == GIVEN == before.state
        services = {service: kind for service, kind in services.items() if kind != GIVEN or goes_on}
        now = Standing(event.kind, event.at, event.by, event.how, services, before.left_out)
        rule = plan.consents.get(event.consent)
        if rule is not None and _in_effect(plan, rule, now).state != event.kind:
            # A yes after everybody was left out would let us speak to nobody: it is a new one.
            now = replace(now, services={}, left_out=None)
        standings[event.consent] = now
    return Consents(plan, standings)


def told_to_workers(consents: Consents, since: datetime) -> dict[str, bool]:
    """The consent questions that a worker was told a yes or no to later than any answer, from a moment on; True is a yes."""
    standings = ((rule, consents.standing(rule.id)) for rule in consents.plan.consents.values())
    return {
        rule.question: one.state == GIVEN
        for rule, one in standings
        if one.how == BY_WORKER and one.state in (GIVEN, REFUSED, WITHDRAWN) and one.since is not None and one.since >= since
    }


def from_answers(plan: PlanData, path: Path, answered: Mapping[str, datetime], by: str = "person") -> tuple[ConsentEvent, ...]:
    """The consents that the answers on a path give or refuse.

    ``answered`` says when each question was answered (aware moments); one without a moment is left out, so that no consent is
    without its date. Computing them again from the same answers gives the same events. An answer that has to be asked again,
    because another council was chosen say, gives none.
    """
    found = []
    for rule in plan.consents.values():
        step, at = path.by_id.get(rule.question), answered.get(rule.question)
        if step is None or step.answer is None or not step.settled or at is None:
            continue
        if at.tzinfo is None:
            raise ValueError(f"the moment of '{rule.question}' needs its zone")
        kind = GIVEN if "yes" in step.answer.options else REFUSED if "no" in step.answer.options else None
        if kind is not None:
            found.append(ConsentEvent(rule.id, kind, at, by, BY_ANSWER))
    return tuple(found)


def lapsed(consents: Consents, path: Path, at: datetime) -> tuple[ConsentEvent, ...]:
    """The consents that no longer hold: their question has to be asked again, or its answer is not a yes any more.

    "I do not want to say", said after a yes, takes it back as a no does. One whose question has left the path lapses as
    well: nobody sees an answer off the path. A consent told to a worker stays.
    """
    found = []
    for rule in consents.plan.consents.values():
        standing, step = consents.standing(rule.id), path.by_id.get(rule.question)
        if standing.state != GIVEN or standing.how != BY_ANSWER:
            continue
        if step is None or step.answer is None or not step.settled:
            found.append(ConsentEvent(rule.id, LAPSED, at, "rules", BY_ANSWER, note="what it rested on has changed"))
        elif "yes" not in step.answer.options:
            found.append(ConsentEvent(rule.id, LAPSED, at, "rules", BY_ANSWER, note="the person's answer is not a yes any more"))
    return tuple(found)


def withdraw(consents: Consents, consent: str, at: datetime, by: str, service: str | None = None, note: str = "") -> ConsentEvent:
    """Take a consent back, or for one service only. Always possible; raises KeyError for an unknown consent."""
    return ConsentEvent(consents.plan.consents[consent].id, WITHDRAWN, at, by, BY_WORKER, service, note)


def give(consents: Consents, consent: str, at: datetime, by: str, service: str | None = None, note: str = "") -> ConsentEvent:
    """Give a consent to a worker, or for one service. Raises KeyError for an unknown consent or service."""
    if service is not None and service not in consents.plan.directory.services:
        raise KeyError(service)
    return ConsentEvent(consents.plan.consents[consent].id, GIVEN, at, by, BY_WORKER, service, note)
