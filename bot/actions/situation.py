"""The situation a turn is decided in, put together from the store: what the engine calls a context."""

from __future__ import annotations

import os
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.interview.path import Context
from bot.interview.rules import Value
from bot.interview.turn import Situation
from bot.store.types import InterviewState

PRISON_TIME = ZoneInfo("Europe/London")


def today() -> date:
    """Today in the prison. A demonstration or a rehearsal may be set on another day (BCST2_TODAY)."""
    if os.environ.get("BCST2_DEMO") == "1" and "BCST2_TODAY" in os.environ:
        return date.fromisoformat(os.environ["BCST2_TODAY"])
    return datetime.now(PRISON_TIME).date()


def context(state: InterviewState, settings: dict[str, str] | None = None, day: date | None = None) -> Context:
    """Everything rules may look at beside answers: the record, the interview and the prison's settings."""
    interview = state.interview
    facts = dict(state.record.facts(day or today()))
    for name, value in (("mode", interview.mode), ("kind", interview.kind), ("language", interview.language)):
        facts[f"interview.{name}"] = Value(frozenset([value]), real=True)
    for name, value in {"safety_at_kiosk": "yes", **(settings or {})}.items():
        facts[f"setting.{name}"] = Value(frozenset([value]), real=True)
    return Context(facts)


def situation(state: InterviewState, settings: dict[str, str] | None = None, day: date | None = None) -> Situation:
    """What ``Conversation.decide`` needs to know."""
    return Situation(
        context=context(state, settings, day),
        answers=state.answers,
        focus=state.interview.focus,
        state=state.interview.state,
        newest_for=state.newest_for,
        last=state.last,
    )
