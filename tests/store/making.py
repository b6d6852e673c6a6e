"""Things to put into a store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.interview.answers import Answer
from bot.interview.record import PersonRecord
from bot.store import Store
from bot.store.types import Decision, Entry, InterviewRow, InterviewState

PASSWORD = "three random words"


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def make_record(number: int = 1, **changes: Any) -> PersonRecord:
    facts: dict[str, Any] = {
        "prison_number": f"A{number:04}ZZ",
        "name": f"Made-up Person {number}",
        "date_of_birth": date(1990, 5, 4),
        "sex": "male",
        "prison": "HMP Northmere (made-up)",
        "reception": datetime(2026, 2, 27, 16, 30),
        "sentence_type": "determinate",
        "sentence_months": 10,
        "flags": ("ppo",),
        "made_up": True,
    }
    return PersonRecord(**{**facts, **changes})


def make_row(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {**make_record(number).to_json(), **changes}


def begin(store: Store, number: int = 1, **changes: Any) -> InterviewRow:
    """An interview of a new person."""
    facts = {"kind": "first", "mode": "worker", "language": "en", "level": "plain", "by": "worker", "device": "desk", **changes}
    return store.start_interview(store.add_person(make_record(number), by="worker").id, **facts)


def say(*answers: Answer, state: str = "open", words: str = "", **changes: Any) -> Callable[[InterviewState], Decision]:
    """A way to decide that writes these answers."""
    understood = {"intent": "answer", "confidence": 0.93}
    entries = [Entry(answer, how="exact", by="person", words=words, understood=understood) for answer in answers]
    facts: dict[str, Any] = {
        "kind": "answer",
        "question": answers[0].question if answers else None,
        "answers": entries,
        "reply": [{"response": "thanks"}],
        "focus": None,
        "state": state,
        "by": "person",
        "device": "kiosk-1",
        **changes,
    }
    return lambda _: Decision(**facts)
