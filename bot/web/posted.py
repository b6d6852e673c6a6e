"""What a page or a program posts as a turn, and the message that it becomes. Takes anything a browser can send."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from werkzeug.datastructures import MultiDict

from bot.interview.answers import ADDRESS_PARTS, InvalidAnswer, choose, clean, read_address, read_text
from bot.interview.path import Step

ANSWER, CHANGE, BEGIN, SKIP, PERSON = "answer", "change", "begin", "skip", "person"
NOT_NOW_BUTTONS = ("refuse", "unknown", "later")
TOOLS = ("go_back", SKIP, "pause", "repeat", PERSON)
# Below "I also heard": the options are the ids of the questions that were heard right.
CONFIRM, DENY = "confirm", "deny"
COMMANDS = (*NOT_NOW_BUTTONS, *TOOLS, BEGIN, CHANGE, CONFIRM, DENY, "why", "help_me", "say_more")
DATE_PARTS = ("day", "month", "year")
TURN_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
# No question has such an id: an answer to it is answered with "not needed any more".
NO_QUESTION = "~"
_ID = re.compile(r"[a-z0-9_~]{1,80}")
MOST_OPTIONS = 60


@dataclass(frozen=True, slots=True)
class Posted:
    """One turn as it was posted. ``do`` is ``answer`` or a command; ``target`` the question to change.

    ``english``: the words are a worker's, in English, whatever the interview's language. ``asks``: the turn that asked for a
    yes or no to what else was heard.
    """

    turn: str
    question: str | None = None
    seen: int | None = None
    do: str = ANSWER
    options: tuple[str, ...] = ()
    picked: bool = False
    words: str = ""
    text: str = ""
    more: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    target: str | None = None
    english: bool = False
    asks: str = ""

    @property
    def typed(self) -> bool:
        """Whether the person put anything in by hand."""
        return bool(self.words.strip() or self.text.strip() or self.more.strip() or any(self.parts.values()))

    def again(self) -> Posted:
        """The same, to be sent as a new turn."""
        return replace(self, turn=new_turn(), seen=None)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message for Rasa: ``typed`` words or a button's payload, and what goes with it.

    ``settles`` and ``right`` are the yes or no to "I also heard" that words come with (see ``exchange.Heard``). ``button`` is what
    was pressed beside words: its intent and options. The words are said all the same: what is urgent in them must be heard.
    """

    message: str
    typed: bool = False
    words: str = ""
    more: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    settles: str = ""
    right: tuple[str, ...] = ()
    button: dict[str, Any] = field(default_factory=dict)


def new_turn() -> str:
    """A fresh id for the turn of a page."""
    return str(uuid4())


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _question(value: object) -> str | None:
    """A question's id, None where none was given; one that is not of the form of an id stays a question that is not there."""
    return None if value in (None, "") else _id(value) or NO_QUESTION


def _number(value: object) -> int | None:
    text = str(value)
    return int(text) if re.fullmatch(r"\d{1,15}", text) else None


def _turn(value: object) -> str:
    return value if isinstance(value, str) and TURN_ID.fullmatch(value) else new_turn()


def _asks(value: object) -> str:
    return value if isinstance(value, str) and TURN_ID.fullmatch(value) else ""


def read_form(form: MultiDict[str, str]) -> Posted:
    """A posted form. A button ``pick`` answers with one option; ``change`` names a question."""
    pick, target, do = form.get("pick"), form.get(CHANGE), form.get("do", ANSWER)
    if target is not None:
        do = CHANGE
    elif do not in COMMANDS or do == CHANGE:
        do = ANSWER
    options = form.getlist("option")[:MOST_OPTIONS] if pick is None else [pick]
    if do == CONFIRM and not options:
        do = DENY  # every tick was taken away
    return Posted(
        turn=_turn(form.get("turn")),
        question=_question(form.get("question")),
        seen=_number(form.get("seen")),
        do=do,
        options=tuple(options),
        picked=pick is not None,
        words="" if pick is not None else form.get("words", ""),
        text=form.get("text", ""),
        more=form.get("more", ""),
        parts={part: form[part] for part in (*ADDRESS_PARTS, *DATE_PARTS) if form.get(part)},
        target=_id(target),
        english=form.get("words_in") == "en",
        asks=_asks(form.get("asks")),
    )


def read_json(data: Mapping[str, Any]) -> Posted:
    """A posted JSON object; what is not of its form is left out. An unknown ``do`` answers."""

    def text(name: str) -> str:
        value = data.get(name)
        return value if isinstance(value, str) else ""

    options, parts = data.get("options"), data.get("parts")
    chosen = [str(option) for option in options[:MOST_OPTIONS]] if isinstance(options, list) else []
    number = data.get("number")
    is_number = isinstance(number, int | float) and not isinstance(number, bool)
    do = text("do") if text("do") in COMMANDS else ANSWER
    return Posted(
        turn=_turn(data.get("turn")),
        question=_question(data.get("question")),
        seen=_number(data.get("seen")),
        do=do,
        options=tuple(chosen),
        picked=True,
        words=text("words"),
        text=f"{number:g}" if is_number else text("text"),
        more=text("more"),
        parts={str(key): value for key, value in parts.items() if isinstance(value, str)} if isinstance(parts, Mapping) else {},
        target=_id(data.get("change")),
        english=data.get("words_in") == "en",
        asks=_asks(data.get("asks")),
    )


def payload(intent: str, **entities: Any) -> str:
    """What a button says to Rasa."""
    return f"/{intent}{json.dumps(entities) if entities else ''}"


def outgoing(posted: Posted, step: Step | None, limits: Mapping[str, int]) -> Outgoing:
    """The message of a turn. ``step`` is the posted question where it is on the path; without it the engine says what to do.

    Raises:
        InvalidAnswer: the page can show at once, beside what was put in, why the engine would not take it.
    """
    if posted.do == CHANGE:
        return Outgoing(payload(CHANGE, question=posted.target or ""))
    if posted.do in (CONFIRM, DENY):
        right = tuple(option for option in posted.options if _ID.fullmatch(option))
        # None named means all that is sure; names that are none at all mean nothing that was heard.
        do = CONFIRM if posted.do == CONFIRM and (right or not posted.options) else DENY
        if posted.words.strip():
            words = _short_enough(posted.words.strip(), limits)
            return Outgoing(words, typed=True, words=words, settles=do, right=right)
        return Outgoing(payload(CONFIRM, option=list(right)) if do == CONFIRM else payload(DENY))
    if posted.do != ANSWER:
        said = _new_words(posted, step)[: limits["typed"]]
        return _beside(said, posted.do) if said and posted.do != BEGIN else Outgoing(payload(posted.do))
    if step is not None and step.question.closed:
        return _closed(posted, step, limits)
    if step is not None:
        return _open(posted, step, limits)
    if posted.words.strip() or posted.text.strip():
        words = _short_enough(posted.words or posted.text, limits)
        return Outgoing(words, typed=True, words=words)
    return Outgoing(payload(ANSWER, question=posted.question or "", option=list(posted.options)))


def _closed(posted: Posted, step: Step, limits: Mapping[str, int]) -> Outgoing:
    question = step.question
    words, more = clean(posted.words), clean(posted.more)
    _short_enough(words, limits)
    _short_enough(more, limits)
    new = _new_words(posted, step)
    before = set(step.answer.options) if step.answer is not None else set()
    # A choice that was only left standing does not speak against what was typed.
    left_standing = not posted.picked and set(posted.options) == before and bool(before)
    if (words and left_standing) or (new and not posted.options):
        _short_enough(new, limits)
        return Outgoing(new or words, typed=True, words=new or words)
    choose(question, posted.options, step.options)
    options, more = list(posted.options), f"{more}\n{words}".strip() if question.takes_more else ""
    fits_beside(more, limits)
    if new:
        # All that is kept is said, so that its English is of all of it.
        return _beside(more or new, ANSWER, options, more)
    return Outgoing(payload(ANSWER, question=question.id, option=options), more=more)


def _new_words(posted: Posted, step: Step | None) -> str:
    """What was typed, without a figure in a box of its own and without what the page itself had put into its boxes."""
    answer = step.answer if step is not None else None
    shown = {clean(answer.more), clean(answer.text)} if answer is not None else set()
    text = posted.text if any(letter.isalpha() for letter in posted.text) else ""
    typed = (clean(part) for part in (posted.more, posted.words, text))
    return "\n".join(part for part in typed if part and part not in shown)


def _beside(said: str, intent: str, options: Sequence[str] = (), more: str = "") -> Outgoing:
    """A button with words beside it."""
    return Outgoing(said, typed=True, words=said, more=more, button={"intent": intent, "option": list(options)})


def _open(posted: Posted, step: Step, limits: Mapping[str, int]) -> Outgoing:
    question = step.question
    if question.kind == "text":
        words = _short_enough(clean(posted.text or posted.words), limits)
        if not words:
            return _empty(step)
        # Typed as in a conversation: "skip" or "I don't know" mean what they say.
        return Outgoing(words, typed=True, words=words)
    answer = payload(ANSWER, question=question.id)
    if question.kind == "address":
        parts = {part: posted.parts[part] for part in ADDRESS_PARTS if posted.parts.get(part, "").strip()}
        if not parts and posted.text.strip():
            parts = {"line1": posted.text}
        if not parts:
            return _empty(step)
        read_address(question, parts, limits)
        return Outgoing(answer, parts=parts)
    if question.kind == "date" and any(posted.parts.get(part) for part in DATE_PARTS):
        words = "/".join(posted.parts.get(part, "").strip() for part in DATE_PARTS)
    else:
        words = posted.text.strip() or " ".join(posted.options)
    if not words:
        return _empty(step)
    read_text(question, words, limits)
    return Outgoing(answer, words=words)


def _empty(step: Step) -> Outgoing:
    if step.question.optional:
        # An emptied box takes the answer away, as a skip does not.
        return Outgoing(payload(ANSWER, question=step.question.id))
    raise InvalidAnswer("choose_one" if step.question.kind == "scale" else "say_something")


def fits_beside(more: str, limits: Mapping[str, int]) -> None:
    """That all the words beside a choice can be kept as one: each box alone may be short enough. Raises InvalidAnswer."""
    if len(more) > limits["long_text"]:
        raise InvalidAnswer("too_long", limit=limits["long_text"])


def _short_enough(text: str, limits: Mapping[str, int]) -> str:
    if len(text) > limits["typed"]:
        raise InvalidAnswer("too_long", limit=limits["typed"])
    return text
