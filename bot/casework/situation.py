"""What rules may look at beside the answers: the record, the interview and the prison's settings, put together in one place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.interview.path import Context
from bot.interview.record import PersonRecord
from bot.interview.rules import Value
from bot.store.types import InterviewRow

PRISON_TIME = ZoneInfo("Europe/London")
_USUAL = {"safety_at_kiosk": "yes"}


def today() -> date:
    """Today in the prison. A demonstration or a rehearsal may be set on another day (BCST2_TODAY)."""
    if os.environ.get("BCST2_DEMO") == "1" and "BCST2_TODAY" in os.environ:
        return date.fromisoformat(os.environ["BCST2_TODAY"])
    return datetime.now(PRISON_TIME).date()


def context_of(
    interview: InterviewRow, record: PersonRecord, settings: Mapping[str, str] | None = None, day: date | None = None
) -> Context:
    """The facts of one interview on a day (today if it is not given)."""
    facts = dict(record.facts(day or today()))
    for name, value in (("mode", interview.mode), ("kind", interview.kind), ("language", interview.language)):
        facts[f"interview.{name}"] = Value(frozenset([value]), real=True)
    for name, value in {**_USUAL, **(settings or {})}.items():
        facts[f"setting.{name}"] = Value(frozenset([value]), real=True)
    return Context(facts)
