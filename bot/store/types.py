"""What goes into the store and what comes out of it: plain frozen objects, without a database behind them.

Times are aware and in UTC, unless a field says otherwise. Ids of people, interviews and users are 32 hexadecimal digits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bot.interview.answers import Answer
from bot.interview.record import PersonRecord

if TYPE_CHECKING:
    from bot.store.plan_types import NewAlert

FIRST, PRERELEASE = INTERVIEW_KINDS = ("first", "prerelease")
WORKER, KIOSK = MODES = ("worker", "kiosk")
OPEN, PAUSED, COMPLETE = INTERVIEW_STATES = ("open", "paused", "complete")
CARRIED = "carried"
# One prison by its name, several, or (None) all of them.
Prisons = str | Collection[str] | None


@dataclass(frozen=True, slots=True)
class Person:
    """A person and their record. ``reception`` is the wall clock of the prison, as the record gives it."""

    id: str
    prison_number: str
    name: str
    prison: str
    release: date | None
    part1_completed: date | None
    reception: datetime
    made_up: bool
    created: datetime
    updated: datetime
    record: PersonRecord


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. ``problems`` holds (number, field, what is wrong and the mend), never a value.

    The number is of the line of a CSV file that the row begins in, else of the row, from 1. A row with a problem was not kept.
    ``emptied``: of how many people who were here a row has emptied a field, by field.
    """

    added: int
    updated: int
    problems: list[tuple[int, str, str]]
    emptied: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InterviewRow:
    """One interview, without its answers. ``focus`` is the question the person asked to go to, if any."""

    id: str
    person_id: str
    kind: str
    mode: str
    language: str
    level: str
    state: str
    focus: str | None
    started_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    started_by: str
    earlier: str | None


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn that was taken. ``focus`` and ``state`` are those after it; ``replayed``: it had been taken before."""

    interview_id: str
    turn_id: str
    at: datetime
    kind: str
    question: str | None
    reply: list[dict[str, Any]]
    focus: str | None
    state: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class InterviewState:
    """Everything a turn is decided on. ``newest`` is the number of the newest answer row (0: none yet), the page's ``seen``.

    ``answers`` maps each question to its current answer, ``newest_for`` to the number of that answer's row. ``settings`` are those
    of the prison that rules may look at (``setting.…``). ``in_passing`` are questions that were only answered in words to others;
    ``modes`` in which modes each question was answered so far.
    """

    interview: InterviewRow
    record: PersonRecord
    answers: dict[str, Answer]
    newest: int
    newest_for: dict[str, int]
    turn: Turn | None = None  # the newest
    settings: dict[str, str] = field(default_factory=dict)
    in_passing: frozenset[str] = frozenset()
    modes: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def last(self) -> tuple[str, str | None]:
        """(kind, question) of the newest turn, ("", None) before the first: "say more" and a second wrong try rest on it."""
        return ("", None) if self.turn is None else (self.turn.kind, self.turn.question)


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer to be written. ``how``: button, exact, model, worker, carried or rule:…; ``words``: what was typed;
    ``understood``: what the understanding made of it (plain JSON)."""

    answer: Answer
    how: str
    by: str
    words: str = ""
    understood: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What one turn does. ``kind`` is the intent, ``question`` the one it was about, ``reply`` plain JSON objects to show.

    ``kind`` is stored unencrypted: it must not tell what was answered. ``focus`` and ``state`` are those after the turn;
    ``mode``, ``language`` and ``level`` stay as they are when None. ``alerts`` are those the answers and words raise: written with
    them, once (see ``bot.store.alerts``).
    """

    kind: str
    question: str | None
    answers: Sequence[Entry]
    reply: list[dict[str, Any]]
    focus: str | None
    state: str
    by: str
    device: str
    mode: str | None = None
    language: str | None = None
    level: str | None = None
    alerts: Sequence[NewAlert] = ()


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One answer row as it was written. ``turn_id`` is None for an answer carried from an earlier interview."""

    id: int
    at: datetime
    by: str
    mode: str
    device: str
    language: str
    question: str
    answer: Answer
    words: str
    understood: dict[str, Any]
    how: str
    turn_id: str | None


@dataclass(frozen=True, slots=True)
class User:
    """Someone who may sign in. ``username`` is lower case; ``prisons`` are those they work with, none named: all of them.

    ``sign_on``: they sign in through the sign-on service, and have no password here; ``temporary``: they choose a password of
    their own before anything else.
    """

    id: str
    username: str
    display_name: str
    roles: tuple[str, ...]
    disabled: bool
    created_at: datetime
    locked_until: datetime | None
    prisons: tuple[str, ...] = ()
    sign_on: bool = False
    temporary: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in session. ``interview_id`` is set while it is bound to one interview (a kiosk).

    ``access_id`` is the code or hand-over it came by, ``at_interview`` the interview it was last at, ``opened`` whether the private
    part of that is open on it, ``idle_seconds`` how long its page may rest; while it is ``locked`` it shows nothing.
    """

    user: User
    created: datetime
    last_seen: datetime
    interview_id: str | None
    how: str = "password"
    access_id: str | None = None
    at_interview: str | None = None
    opened: bool = False
    idle_seconds: int | None = None
    locked: bool = False


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as its user may look at it; ``id`` opens nothing."""

    id: str
    created: datetime
    last_seen: datetime
    how: str
    interview_id: str | None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line of the audit: who did what to which ids. ``digest`` covers the line and the digest before it."""

    id: int
    at: datetime
    who: str
    what: str
    subjects: tuple[str, ...]
    digest: str
