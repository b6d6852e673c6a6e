"""The referral routes that are open for a person: what each waits for, when it is due and what it does not know yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from bot.interview.path import Path
from bot.interview.record import PersonRecord
from bot.interview.sources import is_field
from bot.plan.dates import add_days
from bot.plan.definitions import ConsentRule, PlanData, Route, RouteStep
from bot.plan.needs import Cause, Known, causes

NONE_NEEDED, GIVEN, NOT_GIVEN, ASK_FIRST = "none_needed", "given", "not_given", "ask_first"
NOTHING_TOLD: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FoundRoute:
    """An open route. ``consent`` is none_needed, given, not_given or ask_first; ``missing`` are the questions and fields not known.

    ``start`` and ``due`` are the earliest and the latest day to act, ``window`` the first day of the duty (at risk within so many
    days), ``release_day`` the day something happens at the gate; None where there is no such date or release is not known.
    """

    route: Route
    because: tuple[Cause, ...]
    consent: str
    missing: tuple[str, ...]
    start: date | None
    due: date | None
    window: date | None
    release_day: date | None
    contacts: tuple[date, ...] = ()

    def waits(self, step: RouteStep) -> bool:
        """Whether a step has to wait for the person's yes."""
        return step.after_consent and self.consent not in (NONE_NEEDED, GIVEN)

    def to_json(self) -> dict[str, Any]:
        """ISO dates or null; each step with whether it waits for consent."""
        named = {"from": self.start, "due": self.due, "window_from": self.window, "release_day": self.release_day}
        return {
            "route": self.route.id,
            "label": self.route.label,
            "because": [cause.to_json() for cause in self.because],
            "consent": self.consent,
            "consent_question": self.route.consent,
            "missing": list(self.missing),
            **{name: None if day is None else day.isoformat() for name, day in named.items()},
            "contact_points": [day.isoformat() for day in self.contacts],
            "steps": [{"id": step.id, "who": step.who, "text": step.text, "waits": self.waits(step)} for step in self.route.steps],
            "keeps": list(self.route.keeps),
            "services": list(self.route.services),
            "activities": list(self.route.activities),
            "sensitive": self.route.sensitive,
            "source": list(self.route.source),
        }


def find_routes(
    plan: PlanData, path: Path, known: Known, record: PersonRecord, contacts: tuple[date, ...] = ()
) -> tuple[FoundRoute, ...]:
    """Every route whose rule holds, in the order of ``routes.yml``. ``contacts`` are the person's days of contact after release."""
    return tuple(_found(route, path, known, record, contacts) for route in plan.routes.values() if route.when.holds(known) is True)


def _found(route: Route, path: Path, known: Known, record: PersonRecord, contacts: tuple[date, ...]) -> FoundRoute:
    timing, release = route.timing, record.release

    def before(days: int | None) -> date | None:
        return None if release is None or days is None else max(add_days(release, -days), record.reception.date())

    return FoundRoute(
        route=route,
        because=causes(route.when, known),
        consent=_consent(route, path),
        missing=tuple(name for name in route.record if not _is_known(name, path, known)),
        start=before(timing.from_days),
        due=before(timing.before_release_days),
        window=before(timing.at_risk_within_days),
        release_day=release if timing.on_release_day else None,
        contacts=contacts if timing.after_release_days else (),
    )


def is_met(route: Route, done: frozenset[str], recorded: Mapping[str, Any]) -> bool:
    """Whether what a route has to do by its day is done: the step that meets it, or all there is to do on it."""
    whole = bool(recorded.get("outcome")) or done >= {step.id for step in route.steps}
    return whole or any(name in done or recorded.get(name) for name in route.timing.met_by)


def by_item(plan: PlanData, route: Route) -> bool:
    """Whether the day of a route is also that of an item of the plan, which then stands for it in lists."""
    return any(plan.deadlines.items.get(activity) == route.id for activity in route.activities)


def _consent(route: Route, path: Path) -> str:
    if not route.consent_needed:
        return NONE_NEEDED
    return answered_consent(path, (route.consent,)) if route.consent else ASK_FIRST


def answered_consent(path: Path, questions: tuple[str, ...], told: Mapping[str, str] = NOTHING_TOLD) -> str:
    """What was said to consent questions: one yes is enough; no to all that were asked is a no; else the worker asks first.

    ``told`` is what was told to a worker since, given or not given by question: it takes the place of the answer.
    """
    said = {told.get(question) or _answered(path, question) for question in questions if question in told or question in path}
    if GIVEN in said:
        return GIVEN
    return NOT_GIVEN if said == {NOT_GIVEN} else ASK_FIRST


def _answered(path: Path, question: str) -> str:
    step = path.by_id[question]
    options = step.answer.options if step.settled and step.answer is not None else ()
    return GIVEN if "yes" in options else NOT_GIVEN if "no" in options else ASK_FIRST


def _is_known(name: str, path: Path, known: Known) -> bool:
    if is_field(name):
        value = known.value(name)
        return value is not None and value.real
    # A question that is not asked has nothing to add.
    step = path.by_id.get(name)
    return step is None or (step.answer is not None and step.answer.given)


def given_services(
    path: Path, rules: Mapping[str, ConsentRule], questions: tuple[str, ...], told: Mapping[str, str] = NOTHING_TOLD
) -> frozenset[str]:
    """The kinds of service that the yes to some of these questions covers."""
    by_question = {rule.question: rule for rule in rules.values()}
    return frozenset(
        kind
        for question in questions
        if question in by_question and answered_consent(path, (question,), told) == GIVEN
        for kind in by_question[question].services
    )
