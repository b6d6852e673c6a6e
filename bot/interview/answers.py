"""What a person answered: the value itself, how it is checked, and how it is written down."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from bot.interview.definitions import LATER, NOT_NOW, Option, Question
from bot.interview.rules import NOTHING, Value

GIVEN = "given"
STATES = (GIVEN, *NOT_NOW)
MOST = 1_000_000
ADDRESS_PARTS = ("line1", "line2", "town", "county", "postcode")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class InvalidAnswer(Exception):
    """An answer that cannot be taken. ``reason`` names a response; it never holds what the person said."""

    def __init__(self, reason: str, **facts: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to one question.

    ``state`` is ``given`` or a not-now answer. A closed question uses ``options``; ``number`` holds a number or a
    scale; ``text`` holds words, an ISO date or an address on lines, whose ``parts`` are kept if they were given apart.
    ``more`` is what was added to a choice. ``basis`` is a digest of the answers this one depends on, at the time it
    was given; ``again`` says that "ask me later" was already honoured once; ``carried`` that it comes from an earlier interview.
    """

    question: str
    state: str = GIVEN
    options: tuple[str, ...] = ()
    number: float | None = None
    text: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    more: str = ""
    basis: str = ""
    again: bool = False
    carried: bool = False

    @property
    def given(self) -> bool:
        return self.state == GIVEN

    def value(self) -> Value:
        """What rules see of it."""
        if not self.given:
            return Value(options=frozenset([self.state]))
        return Value(options=frozenset(self.options), number=self.number, real=True)

    def same_as(self, other: Answer | None) -> bool:
        """Whether both say the same, whatever they rest on."""
        return other is not None and self.content() == other.content()

    def repeats(self, other: Answer | None) -> bool:
        """Whether it says the same as the answer before and rests on the same."""
        return other is not None and self.same_as(other) and (self.basis, self.again) == (other.basis, other.again)

    def content(self) -> tuple[object, ...]:
        """What was said, without how it came about."""
        return (self.state, tuple(sorted(self.options)), self.number, self.text, tuple(sorted(self.parts.items())), self.more)

    def to_json(self) -> dict[str, Any]:
        """A plain object without empty fields, for the store and for exports."""
        return {key: value for key, value in asdict(self).items() if value or (key == "number" and value is not None)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Answer:
        """The answer that ``to_json`` wrote. Raises KeyError without a question id."""
        return cls(
            question=data["question"],
            state=data.get("state", GIVEN),
            options=tuple(data.get("options", ())),
            number=data.get("number"),
            text=data.get("text", ""),
            parts=dict(data.get("parts", {})),
            more=data.get("more", ""),
            basis=data.get("basis", ""),
            again=bool(data.get("again", False)),
            carried=bool(data.get("carried", False)),
        )


def value_of(answer: Answer | None) -> Value:
    """What rules see of an answer, or of its lack."""
    return NOTHING if answer is None else answer.value()


def normal(text: str) -> str:
    """Words without case, punctuation and double spaces, for whole-message comparison."""
    return " ".join(re.sub(r"[^\w\s]", "", text.lower().replace("’", "'")).split())


def clean(text: str) -> str:
    """Text without control characters, direction overrides and surrounding space. Nothing else is changed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # Lone surrogates cannot be stored as UTF-8.
    return _CONTROL.sub("", text).encode("utf-8", "ignore").decode("utf-8").strip()


def not_now(question: Question, state: str, before: Answer | None = None) -> Answer:
    """A not-now answer; a second "ask me later" is remembered as such."""
    if state not in NOT_NOW:
        raise InvalidAnswer("not_an_option")
    return Answer(question.id, state=state, again=state == LATER and before is not None and before.state == LATER)


def choose(question: Question, chosen: Sequence[str], offered: Sequence[Option]) -> Answer:
    """An answer to a closed question by option ids.

    Raises:
        InvalidAnswer: none chosen, not offered, more than may be chosen, or an exclusive option with others.
    """
    wanted = list(dict.fromkeys(chosen))
    by_id = {option.id: option for option in offered}
    if not wanted:
        raise InvalidAnswer("choose_one" if question.kind == "one" else "choose_some")
    if not question.closed or any(option not in by_id for option in wanted):
        raise InvalidAnswer("not_an_option")
    if question.kind == "one" and len(wanted) > 1:
        raise InvalidAnswer("choose_only_one")
    if len(wanted) > 1 and any(by_id[option].exclusive for option in wanted):
        raise InvalidAnswer("exclusive_option")
    if question.at_most and len(wanted) > question.at_most:
        raise InvalidAnswer("too_many_options", at_most=question.at_most)
    return Answer(question.id, options=tuple(option.id for option in offered if option.id in wanted))


def read_text(question: Question, text: str, limits: Mapping[str, int]) -> Answer:
    """An answer to a question that is not closed, from typed words.

    Raises:
        InvalidAnswer: empty, too long, not a number or date, or out of bounds.
    """
    words = clean(text)
    if not words:
        raise InvalidAnswer("say_something")
    if question.kind in ("number", "scale"):
        return read_number(question, words)
    if question.kind == "date":
        return read_date(question, words)
    if question.kind not in ("text", "address"):
        raise InvalidAnswer("not_an_option")
    if len(words) > limits["long_text"]:
        raise InvalidAnswer("too_long", limit=limits["long_text"])
    return Answer(question.id, text=words)


_NUMBER_WORDS = {word: number for number, word in enumerate("zero one two three four five six seven eight nine ten".split())}


def read_number(question: Question, words: str) -> Answer:
    """A number or a point on a scale, in digits or as a word up to ten."""
    # 1,200 has a comma for thousands; 2,5 is a half the way it is written on the continent.
    thousands = re.fullmatch(r"\D*?(-?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?)\D*", words)
    found = re.fullmatch(r"\D*?(-?\d+(?:[.,]\d+)?)\D*", words)
    if thousands:
        number = float(thousands[1].replace(",", ""))
    elif found:
        number = float(found[1].replace(",", "."))
    elif words.lower() in _NUMBER_WORDS:
        number = float(_NUMBER_WORDS[words.lower()])
    else:
        raise InvalidAnswer("not_a_number")
    low = -MOST if question.minimum is None else question.minimum
    high = MOST if question.maximum is None else question.maximum
    if not low <= number <= high or (question.kind == "scale" and not number.is_integer()):
        raise InvalidAnswer("out_of_range", low=low, high=high)
    return Answer(question.id, number=number)


def read_date(question: Question, words: str) -> Answer:
    """A date as 2026-12-24 or, the British way round, 24/12/2026."""
    found = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", words)
    british = re.fullmatch(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})", words)
    try:
        if found:
            day = date(int(found[1]), int(found[2]), int(found[3]))
        elif british:
            day = date(int(british[3]), int(british[2]), int(british[1]))
        else:
            raise ValueError
    except ValueError:
        raise InvalidAnswer("not_a_date") from None
    return Answer(question.id, text=day.isoformat())


def read_address(question: Question, parts: Mapping[str, str], limits: Mapping[str, int]) -> Answer:
    """An address from its parts (line1, line2, town, county, postcode), any of which may be empty but not all."""
    kept = {part: clean(parts.get(part, "")) for part in ADDRESS_PARTS}
    text = "\n".join(value for value in kept.values() if value)
    if not text:
        raise InvalidAnswer("say_something")
    if len(text) > limits["short_text"]:
        raise InvalidAnswer("too_long", limit=limits["short_text"])
    return Answer(question.id, text=text, parts={part: value for part, value in kept.items() if value})


def with_more(answer: Answer, question: Question, more: str, limits: Mapping[str, int]) -> Answer:
    """The answer with what the person added to the choice.

    Raises:
        InvalidAnswer: the question takes no words, or they are too long.
    """
    words = clean(more)
    if not words:
        return answer
    if not question.takes_more or not answer.given:
        raise InvalidAnswer("no_words_here")
    if len(words) > limits["long_text"]:
        raise InvalidAnswer("too_long", limit=limits["long_text"])
    return replace(answer, more=words)
