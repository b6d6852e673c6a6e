"""What a journey does at the table and what it sees there, the same for the engine and for the real servers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.interview.answers import Answer
from bot.interview.path import Context, Path
from bot.interview.understanding import Beside

ANSWER, WORDS, CHANGE, BEGIN = "answer", "words", "change", "begin"


class JourneyFailed(Exception):
    """The journey cannot go on; the text says at which question and why."""


@dataclass(frozen=True, slots=True)
class Move:
    """One thing a person does. ``do`` is ``answer``, ``words``, ``change`` or a command; ``spare`` is for words not understood."""

    do: str
    question: str | None = None
    options: tuple[str, ...] = ()
    words: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    more: str = ""
    spare: Move | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What is on the screen: the open question with its options, the kind of the last turn, the interview's state.

    ``heard`` is what was heard beside the last question and is to be said yes or no to, before the open one.
    """

    question: str | None
    options: tuple[str, ...]
    kind: str
    state: str
    heard: tuple[Beside, ...] = ()


class Table(Protocol):
    """Where an interview takes place."""

    def begin(self) -> View:
        """Start the interview, or take it up again after a pause."""

    def make(self, move: Move) -> View:
        """Do one thing; what is seen after it."""

    def trouble(self, name: str) -> View:
        """Let something go wrong between two turns; what is seen after it."""

    def context(self) -> Context:
        """The facts that the interview goes by."""

    def answers(self) -> dict[str, Answer]:
        """The answers that are kept."""

    def path(self) -> Path:
        """The path, computed from them."""

    def times(self) -> list[float]:
        """How long each turn took, in milliseconds."""
