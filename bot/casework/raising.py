"""Alerts to be written: those that the answers raise, an urgent remark, and the wish to talk to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.interview.answers import Answer, value_of
from bot.interview.path import Context, Path
from bot.interview.rules import NOTHING, Value
from bot.plan.alerts import find_alerts
from bot.plan.definitions import PlanData
from bot.store.plan_types import NewAlert

TALK, UNREAD = "talk", "unread"
LONGEST_SAID = 2000


class _Answered:
    """The answers on a path and the facts beside them; what is not answered holds nothing."""

    def __init__(self, context: Context, answers: Mapping[str, Answer]) -> None:
        self._facts, self._answers = context.facts, answers

    def value(self, source: str) -> Value:
        answer = self._answers.get(source)
        return self._facts.get(source, NOTHING) if answer is None else value_of(answer)


def alerts_of(plan: PlanData, path: Path, context: Context) -> tuple[NewAlert, ...]:
    """The alerts that the answers on a path raise, as they are to be kept."""
    # A rule that holds whatever is still open holds without it as well: on most turns this spares looking ahead.
    answered = _Answered(context, path.answers)
    if not any(rule.when.holds(answered) is True for rule in plan.alerts):
        return ()
    return tuple(
        NewAlert(
            kind=alert.rule.kind,
            who=alert.rule.who,
            words=alert.rule.words,
            rule=alert.id,
            detail=alert.rule.detail,
            because=tuple(cause.to_json() for cause in alert.because),
            source=alert.rule.source,
            sensitive=alert.rule.sensitive,
        )
        for alert in find_alerts(plan, path, context)
    )


def remark(plan: PlanData, kind: str, said: str = "") -> Iterator[NewAlert]:
    """The alert for something said beside the answers: a ``kind`` of ``remarks`` in ``alerts.yml`` and the words themselves.

    None for a kind that the file does not have.
    """
    rule = plan.remarks.get(kind)
    if rule is not None:
        yield NewAlert(
            kind=rule.kind, who=rule.who, words=rule.words, detail=rule.detail, said=said[:LONGEST_SAID], source=rule.source,
            sensitive=rule.sensitive, daily=kind == UNREAD,
        )  # fmt: skip
