"""Immediate needs (2.11 to 2.17): alerts for prison and healthcare staff, at once and apart from the plan (2.18)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.interview.definitions import Interview, Option, Question
from bot.interview.path import Context, Path
from bot.interview.rules import NOTHING, Value
from bot.plan.definitions import AlertRule, PlanData
from bot.plan.needs import Cause, Known, causes


@dataclass(frozen=True, slots=True)
class Alert:
    """One immediate need. ``because`` are the answers behind it, for the safeguarding role only where the alert is sensitive."""

    rule: AlertRule
    who: tuple[str, ...]
    because: tuple[Cause, ...]

    @property
    def id(self) -> str:
        return self.rule.id

    def to_json(self, safeguarding: bool = False) -> dict[str, Any]:
        """The alert for any worker's page; for the safeguarding role also what was answered."""
        rule = self.rule
        data: dict[str, Any] = {
            "kind": rule.kind,
            "who": list(rule.who),
            "for": list(self.who),
            "words": rule.words,
            "source": rule.source,
        }
        if safeguarding or not rule.sensitive:
            data |= {"id": rule.id, "detail": rule.detail, "because": [cause.to_json() for cause in self.because]}
        return data


def find_alerts(plan: PlanData, path: Path, context: Context) -> tuple[Alert, ...]:
    """Every alert that the answers raise, in the order of ``alerts.yml``. One that was raised stays until it is acknowledged."""
    known = Known(context, path)
    return tuple(
        Alert(rule, tuple(plan.alert_roles.get(who, who) for who in rule.who), causes(rule.when, known))
        for rule in plan.alerts
        if rule.when.holds(known) is True
    )


@dataclass(frozen=True, slots=True)
class _Only:
    """One option of one question chosen, and nothing else known."""

    question: str
    option: str

    def value(self, source: str) -> Value:
        return Value(frozenset({self.option}), real=True) if source == self.question else NOTHING


def unheard(plan: PlanData, interview: Interview) -> Iterator[tuple[Question, Option]]:
    """The options of urgent questions that raise no alert by themselves: staff would not be told, though the page says so."""
    for question in interview.questions:
        for option in question.options if question.urgent else ():
            only = _Only(question.id, option.id)
            if not option.exclusive and not any(rule.when.holds(only) is True for rule in plan.alerts):
                yield question, option
