"""Immediate needs (2.11 to 2.17): alerts for prison and healthcare staff, at once and apart from the plan (2.18)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.interview.path import Context, Path
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
