"""What rules may look at beside the answers: the record, the interview and the prison's settings, put together in one place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from bot.interview.path import Context
from bot.interview.record import PersonRecord
from bot.interview.rules import Value
from bot.store.types import InterviewRow

PRISON_TIME = ZoneInfo("Europe/London")
_USUAL = {"safety_at_kiosk": "yes"}


def now() -> datetime:
    """The time now, aware, in UTC: the one clock of the web process and its store.

    A demonstration or a rehearsal may be set on another day (BCST2_TODAY): then it is the real time of that day.
    """
    real = datetime.now(PRISON_TIME)
    if os.environ.get("BCST2_DEMO") == "1" and "BCST2_TODAY" in os.environ:
        day = date.fromisoformat(os.environ["BCST2_TODAY"])
        real = datetime.combine(day, real.time(), PRISON_TIME)
    return real.astimezone(UTC)


def today() -> date:
    """Today in the prison, by ``now``."""
    return now().astimezone(PRISON_TIME).date()


def context_of(
    interview: InterviewRow,
    record: PersonRecord,
    settings: Mapping[str, str] | None = None,
    day: date | None = None,
    modes: Mapping[str, frozenset[str]] | None = None,
) -> Context:
    """The facts of one interview on a day (today if it is not given); ``modes`` as ``Context`` has them."""
    facts = dict(record.facts(day or today()))
    for name, value in (("mode", interview.mode), ("kind", interview.kind), ("language", interview.language)):
        facts[f"interview.{name}"] = Value(frozenset([value]), real=True)
    for name, value in {**_USUAL, **(settings or {})}.items():
        facts[f"setting.{name}"] = Value(frozenset([value]), real=True)
    return Context(facts, modes or {})
