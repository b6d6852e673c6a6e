"""A store with people who have been interviewed, on the real questions and the real plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from bot.casework.casework import Casework
from bot.interview.answers import Answer
from bot.interview.record import PersonRecord
from bot.language.wording import Wording
from bot.plan.dates import in_london
from bot.store import Store
from bot.store.types import Decision, Entry, InterviewRow
from tests.plan.making import Person, interview, plan_data, record

PRISON = "HMP Northmere"
_turns = count(1)


class Clock:
    """A clock that tests move; it stands at 9:30 on Monday 23 November 2026."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        # Each reading is a little later: events of one test have an order.
        self.now += timedelta(milliseconds=1)
        return self.now

    def forward(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    @property
    def today(self) -> date:
        return in_london(self.now).date()


@cache
def wording() -> Wording:
    return Wording(interview())


def make_casework(store: Store, clock: Clock) -> Casework:
    return Casework(store, interview(), plan_data(), wording(), today=lambda: clock.today)


def write_answers(store: Store, interview_id: str, answers: Sequence[Answer], state: str = "open", **more: Any) -> None:
    """Answers as one turn."""
    entries = [Entry(answer, how="button", by="person") for answer in answers]
    facts: dict[str, Any] = {"kind": "answer", "question": None, "reply": [], "focus": None, "by": "person", "device": "desk"}
    store.take_turn(interview_id, f"turn-{next(_turns)}", lambda _: Decision(answers=entries, state=state, **{**facts, **more}))


def interviewed(
    store: Store, person: Person, state: str = "complete", kind: str = "first", by: str = "worker", **more: Any
) -> InterviewRow:
    """A person with an interview that holds their answers; a known person by their prison number."""
    known = store.people(search=person.record.prison_number)
    person_id = known[0].id if known else store.add_person(person.record, by="worker").id
    facts: dict[str, Any] = {"mode": "worker", "language": "en", "level": "plain", "device": "desk", **more}
    row = store.start_interview(person_id, kind=kind, by=by, **facts)
    write_answers(store, row.id, list(person.answers.values()), state=state)
    return store.interview(row.id)


def somebody(number: int = 1, today: date | None = None, said: Mapping[str, Any] | None = None, **changes: Any) -> Person:
    """A person who has said these things, with nowhere to live after prison if nothing is given."""
    who: PersonRecord = record(prison_number=f"A{number:04}AA", prison=PRISON, **changes)
    person = Person(who) if today is None else Person(who, today)
    return person.says(**(said if said is not None else {"where_will_live": "nowhere"}))
