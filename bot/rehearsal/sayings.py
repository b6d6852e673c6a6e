"""What a journey says to a question: our ids or the peer's, options, words, numbers, not-now answers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase

from bot.interview.answers import ADDRESS_PARTS
from bot.interview.definitions import LATER, REFUSED, SKIPPED, UNKNOWN, Interview, Question

NOT_NOW_WORDS = {
    "refuse": REFUSED, "refused": REFUSED, "unknown": UNKNOWN, "later": LATER, "skip": SKIPPED, "skipped": SKIPPED,
}  # fmt: skip
# The peer's option for a question that was not answered.
NO_ANSWER = "NO_ANSWER"
DETAILS = "_ADDITIONAL_DETAILS"


class SayingError(Exception):
    """A value cannot be said to a question; the text names the mend."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What is said to one question: free ``words``, or ``options``, which are also chosen where the words are not understood."""

    options: tuple[str, ...] = ()
    not_now: str = ""
    words: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    more: str = ""

    @property
    def only_more(self) -> bool:
        """Whether it adds words to whatever is chosen otherwise."""
        return bool(self.more) and not (self.options or self.not_now or self.words or self.parts)


def ids_of(interview: Interview, name: str) -> list[str]:
    """Our questions that a name stands for: our own id, the peer's, or the peer's with ``_ADDITIONAL_DETAILS``."""
    if name in interview.by_id:
        return [name]
    peers = [(question.id, question.peer.question) for question in interview.questions if question.peer is not None]
    exact = [ours for ours, theirs in peers if theirs == name]
    alike = [ours for ours, theirs in peers if fnmatchcase(name, theirs)]
    details = [ours for ours, theirs in peers if name.endswith(DETAILS) and theirs == name.removesuffix(DETAILS)]
    return exact or alike or details


def read_saying(question: Question, value: object) -> Saying:
    """The saying that a value of a journey file stands for.

    Raises:
        SayingError: the question does not take it.
    """
    if isinstance(value, dict):
        return _mapping(question, value)
    if question.closed:
        names = [_word(name) for name in value] if isinstance(value, list) else [_word(value)]
        if len(names) == 1 and names[0] not in question.by_id and (state := _state(names[0])):
            return Saying(not_now=state)
        if question.kind == "one" and len(names) != 1:
            raise SayingError("takes one option; write one id")
        return Saying(options=tuple(option_id(question, name) for name in names))
    text = _word(value)
    if state := _state(text):
        return Saying(not_now=state)
    return Saying(words=text)


def _mapping(question: Question, value: dict[str, object]) -> Saying:
    known = {"text", "option", "options", "more"} | (set(ADDRESS_PARTS) if question.kind == "address" else set())
    for key in value:
        if key not in known:
            raise SayingError(f"'{key}' is not known here; use {', '.join(sorted(known))}")
    chosen = value.get("option", value.get("options"))
    base = read_saying(question, chosen) if chosen is not None else Saying()
    parts = {part: _word(value[part]) for part in ADDRESS_PARTS if part in value}
    more = _word(value["more"]) if "more" in value else ""
    if more and not question.takes_more:
        raise SayingError("takes no words beside the choice; remove 'more'")
    saying = replace(base, words=_word(value["text"]) if "text" in value else base.words, parts=parts, more=more)
    if saying == Saying():
        raise SayingError("says nothing; write an option, {text: …} or {more: …}")
    return saying


def option_id(question: Question, name: str) -> str:
    """Our option for a name of ours or of the peer's."""
    if name in question.by_id:
        return name
    found = [option.id for option in question.options if option.peer == name]
    if not found and name.lower() in question.by_id:
        found = [name.lower()]
    if not found:
        raise SayingError(f"'{name}' is not an option of {question.id}; use {', '.join(question.by_id)}")
    return found[0]


def join(first: Saying | None, second: Saying) -> Saying:
    """Two sayings to one question: a choice and the words to add to it."""
    if first is None:
        return second
    if first.only_more:
        first, second = second, first
    if not second.only_more or first.more:
        raise SayingError("stands twice, once under another name; remove one")
    return replace(first, more=second.more)


def _state(word: str) -> str:
    return SKIPPED if word == NO_ANSWER else NOT_NOW_WORDS.get(word, "")


def _word(value: object) -> str:
    """A scalar as it was meant: ``true`` is yes, a date is written as such."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float)):
        return f"{value:g}"
    if not isinstance(value, str):
        raise SayingError("is not an option, a list of options, words or a number")
    return value
