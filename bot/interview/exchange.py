"""What goes into a turn of the interview and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.interview.answers import Answer
from bot.interview.definitions import LATER, REFUSED, SKIPPED, UNKNOWN
from bot.interview.path import Context, Path, Step
from bot.interview.understanding import NOTHING_PENDING, Guess, Pending

NOT_NOW_INTENTS = {"refuse": REFUSED, "unknown": UNKNOWN, "later": LATER, "skip": SKIPPED}
TELLING = {"why": "utter_why", "help_me": "utter_help", "repeat": "utter_repeat"}
OPEN, PAUSED, COMPLETE = "open", "paused", "complete"
# Buttons below "I also heard": with the ids of the questions that were heard right, or of none for all that is sure.
CONFIRM, DENY = "confirm", "deny"
# Words beside such a button in which nothing was heard; and a page that is older than what was said on another screen.
UNHEARD, MOVED = "unheard", "moved"
# An answer to a question that is not asked any more.
NOT_NEEDED = "not_needed"
# How an answer came to be that was heard in words to another question.
IN_PASSING = "in_passing"
# The kind of a turn stands unencrypted in the store: it must not tell what kind of talk was offered.
OFFER = "offer"


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as understood. ``question`` is what was open on the sender's screen, ``seen`` the newest answer it knew.

    ``english`` is what a machine made of words in another language: they are understood by it, and kept as they were typed.
    Of words: ``alerts`` are the kinds of urgent remark in them, ``private`` says that they touch what is only talked of in private,
    ``off`` that they are about something else altogether. ``by_button``: the questions that such words never settle.

    Words may come with a yes or no to what else was heard before, and are said to no question: ``settles`` is ``confirm`` or
    ``deny`` then, and ``right`` are the questions that were heard right, all that are sure where none is named. ``asks`` is the
    turn that asked for the yes or no, where the sender's screen names it.

    ``surely``: an urgent remark is more likely than not. So little is enough for an alert that what is said may well be an answer.
    ``pressed``: a button says what is meant, and the words only stood beside it. What is urgent or private in them is heard.
    ``unread``: the words are in another language and nobody could put them into English. They are kept, and say nothing here.
    """

    intent: str
    question: str | None = None
    options: tuple[str, ...] = ()
    text: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    more: str = ""
    guesses: tuple[Guess, ...] = ()
    by_button: frozenset[str] = frozenset()
    seen: int | None = None
    alerts: tuple[str, ...] = ()
    surely: bool = False
    private: bool = False
    off: bool = False
    english: str = ""
    settles: str = ""
    right: tuple[str, ...] = ()
    asks: str = ""
    pressed: bool = False
    unread: bool = False

    @property
    def meant(self) -> str:
        """The words by which it is understood; none where they could not be read: a Polish "no" is no English one."""
        return self.english or ("" if self.unread else self.text)


@dataclass(frozen=True, slots=True)
class Situation:
    """Where the interview stands before the turn. ``last`` is (kind, question) of the turn before; ``pending`` what that asked.

    ``waiting`` is what else was heard and is asked about once something else is done: an answer changed, a stop, a way back.
    """

    context: Context
    answers: Mapping[str, Answer]
    focus: str | None = None
    state: str = OPEN
    newest_for: Mapping[str, int] = field(default_factory=dict)
    last: tuple[str, str | None] = ("", None)
    pending: Pending = NOTHING_PENDING
    waiting: Pending = NOTHING_PENDING

    def has_left(self, heard: Heard) -> bool:
        """Whether, as far as the sender's screen tells, another one has gone on since the yes or no was asked for."""
        if heard.asks:
            return heard.asks != self.pending.turn
        return heard.seen is not None and heard.seen < max(self.newest_for.values(), default=0)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer to be kept, how it was understood, and the words it came from; ``earlier``: words of a turn before."""

    answer: Answer
    how: str
    words: str = ""
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the turn did. ``reply`` lists {"say": response name, "vars": ids and numbers}; it never holds an answer that was given.

    Where something else was heard, its "utter_also_heard" holds that, and the words, until the next turn says whether it is right.
    ``urgent`` are the kinds of urgent remark in what was said. ``step`` is what to ask next, None when all is settled; ``answers``
    and ``path`` are as they are after the turn.
    """

    kind: str
    question: str | None
    recorded: tuple[Recorded, ...] = ()
    reply: tuple[dict[str, Any], ...] = ()
    focus: str | None = None
    state: str = OPEN
    step: Step | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    path: Path | None = field(default=None, compare=False, repr=False)
    urgent: tuple[str, ...] = ()


def say(name: str, **vars: Any) -> dict[str, Any]:
    """One item of a reply."""
    return {"say": name, "vars": vars}
