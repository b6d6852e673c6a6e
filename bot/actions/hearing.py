"""Reading one message out of Rasa's tracker: which intent, which options, which words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.interview.exchange import CONFIRM, DENY, Heard
from bot.interview.understanding import URGENT_KINDS, Guess
from bot.language.languages import ENGLISH

WORDS_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation. ``turn`` is the page's own id for it, or Rasa's where there is no page (rasa shell).

    ``translation`` is what the page's machine made of words in another language (``Translation.to_json``).
    """

    interview: str
    turn: str
    heard: Heard
    by: str
    device: str
    language: str | None
    level: str | None
    translation: Mapping[str, Any] = field(default_factory=dict)


def _text(value: object) -> str:
    return value[:WORDS_LIMIT] if isinstance(value, str) else ""


def _metadata(events: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    for event in reversed(list(events)):
        if event.get("event") == "user":
            found = event.get("metadata")
            return found if isinstance(found, Mapping) else {}
    return {}


def unread(translation: Mapping[str, Any], words: str) -> bool:
    """Whether words are in another language and nobody could put them into English: to a model of English they say nothing."""
    strange = bool(translation.get("problem")) and translation.get("looks_like") != ENGLISH
    return strange and any(letter.isalpha() for letter in words)


def _kinds(found: object) -> tuple[str, ...]:
    return tuple(kind for kind in dict.fromkeys(found if isinstance(found, list) else ()) if kind in URGENT_KINDS)


def read_message(tracker: Mapping[str, Any]) -> Message:
    """The newest message of a tracker as Rasa posts it. Takes anything: what is not of its form is left out."""
    latest = tracker.get("latest_message") or {}
    metadata = _metadata(tracker.get("events") or [])
    entities = [entity for entity in latest.get("entities") or [] if isinstance(entity, Mapping)]
    asked = [str(entity.get("value")) for entity in entities if entity.get("entity") == "question"]
    options = tuple(str(entity.get("value")) for entity in entities if entity.get("entity") == "option")
    intent = str((latest.get("intent") or {}).get("name") or "words")
    question = metadata.get("question")
    parts = metadata.get("parts")
    seen = metadata.get("seen")
    words = metadata.get("words")
    made = metadata.get("translation")
    translation = made if isinstance(made, Mapping) else {}
    text = _text(words if words is not None else latest.get("text"))
    # Of words that nobody could put into English only what is English, and urgent, outright is heard.
    unheard = unread(translation, text)
    in_english = translation.get("looks_like") == ENGLISH
    strange = bool(translation.get("problem")) and not in_english
    outright = _kinds(latest.get("outright"))
    alerts = outright if unheard else tuple(dict.fromkeys((*_kinds(latest.get("alerts")), *outright)))
    if unheard:
        intent = "words"
    buttons = metadata.get("by_button")
    settles, right = metadata.get("settles"), metadata.get("right")
    button = metadata.get("button")
    pressed = button if isinstance(button, Mapping) else {}
    if pressed:
        # The button says what is meant; of the words beside it only what is urgent or private counts.
        chosen = pressed.get("option")
        intent, asked, strange = str(pressed.get("intent")), [], True
        options = tuple(map(str, chosen)) if isinstance(chosen, list) else ()
    # What is typed in another language never settles these, not even by way of "I also heard".
    foreign = bool(text) and translation.get("from", ENGLISH) != ENGLISH
    kept = frozenset(map(str, buttons)) if isinstance(buttons, list) and foreign else frozenset()
    heard = Heard(
        intent=intent,
        question=asked[0] if asked else (question if isinstance(question, str) and question else None),
        options=options,
        text=text,
        parts={str(key): _text(value) for key, value in parts.items()} if isinstance(parts, Mapping) else {},
        more=_text(metadata.get("more")),
        guesses=()
        if strange
        else tuple(guess for guess in _guesses(latest.get("option_guesses") or []) if guess.question not in kept),
        by_button=kept,
        seen=seen if isinstance(seen, int) else None,
        alerts=alerts,
        surely=bool(outright) or (latest.get("surely_urgent") is True and not unheard),
        private=latest.get("private") is True and not unheard,
        off=latest.get("off") is True and not strange,
        english="" if in_english else _text(translation.get("text")),
        settles=settles if settles in (CONFIRM, DENY) else "",
        right=tuple(map(str, right)) if isinstance(right, list) else (),
        asks=_text(metadata.get("asks")),
        pressed=bool(pressed),
        unread=unheard,
    )
    return Message(
        interview=str(tracker.get("sender_id")),
        turn=_text(metadata.get("turn")) or str(latest.get("message_id") or ""),
        heard=heard,
        by=_text(metadata.get("by")) or "rasa shell",
        device=_text(metadata.get("device")) or "shell",
        language=metadata.get("language") or None,
        level=metadata.get("level") or None,
        translation=translation,
    )


def _guesses(found: Iterable[Any]) -> Iterable[Guess]:
    for guess in found:
        if isinstance(guess, Mapping):
            yield Guess(str(guess["question"]), str(guess["option"]), float(guess["confidence"]))
