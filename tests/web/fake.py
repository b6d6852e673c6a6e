"""A stand-in for Rasa: reads payloads and phrases as its components do and takes the turn with the action's own code."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from bot.actions.forms import HEALTH, Turns
from bot.actions.hearing import Message, unread
from bot.interview.answers import normal
from bot.interview.definitions import Interview
from bot.interview.exchange import Heard
from bot.interview.understanding import Guess
from bot.language.wording import Wording
from bot.store.errors import StoreError
from bot.store.store import Store
from bot.web.dialogue import RasaDown

PAYLOAD = re.compile(r"/([a-z_]+)(\{.*\})?", re.DOTALL)


class FakeRasa:
    """``say`` as RasaClient has it. ``down`` fails before the turn, ``dies`` after it, ``deaf`` answers without taking it."""

    def __init__(self, store: Store, interview: Interview, wording: Wording) -> None:
        self.turns = Turns(store, interview, wording)
        self.interview = interview
        self.phrases = {
            normal(str(phrase)): name
            for name, command in wording.commands.items()
            for phrase in command["phrases"]  # type: ignore[attr-defined]
        }
        self.guesses: dict[str, float] = {}
        self.beside: list[tuple[str, str]] = []  # (question, option) of what is said besides
        self.perhaps: list[tuple[str, str]] = []  # and of what may be
        self.alerts: tuple[str, ...] = ()
        self.private, self.surely = False, True
        self.down = self.dies = self.deaf = False
        self.content, self.trained_on = self.turns.content, ""
        self.heard: list[tuple[str, str, bool, dict[str, Any]]] = []

    def say(self, sender: str, message: str, typed: bool, metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What RasaClient.say does, without Rasa."""
        if self.down:
            raise RasaDown("no answer")
        if self.deaf:
            return [{"text": "?"}]
        self.heard.append((sender, message, typed, dict(metadata)))
        if sender == HEALTH:
            said_by_model = [{"text": self.trained_on}] if self.trained_on else []
            return [{"custom": {"healthy": True, "content": self.content}}, *said_by_model]
        found = None if typed else PAYLOAD.fullmatch(message)
        intent = found[1] if found else self.phrases.get(normal(message), "words")
        entities = json.loads(found[2]) if found and found[2] else {}
        words = metadata.get("words")
        made = metadata.get("translation") or {}
        said = message if words is None else str(words)
        unheard = unread(made, said)
        guesses = {} if made.get("problem") else self.guesses
        intent = "words" if unheard else intent
        button = metadata.get("button") or {}
        if button:
            intent, guesses = str(button["intent"]), {}
        heard = Heard(
            intent=intent,
            question=entities.get("question") or metadata.get("question"),
            options=tuple(button.get("option") or entities.get("option") or ()),
            text=said,
            parts=metadata.get("parts") or {},
            more=str(metadata.get("more") or ""),
            guesses=(
                *(Guess(str(metadata.get("question")), option, sure) for option, sure in guesses.items()),
                *(Guess(question, option, 0.95) for question, option in self.beside if not button),
                *(Guess(question, option, 0.6) for question, option in self.perhaps if not button),
            ),
            seen=metadata.get("seen"),
            by_button=frozenset(metadata.get("by_button") or ()) if typed and made.get("from", "en") != "en" else frozenset(),
            alerts=self.alerts if typed and not unheard else (),
            surely=bool(self.alerts) and typed and not unheard and self.surely,
            private=self.private and typed and not unheard,
            english="" if made.get("looks_like") == "en" else str(made.get("text") or ""),
            unread=unheard,
            settles=str(metadata.get("settles") or ""),
            right=tuple(metadata.get("right") or ()),
            asks=str(metadata.get("asks") or ""),
            pressed=bool(button),
        )
        taken = Message(sender, str(metadata["turn"]), heard, str(metadata["by"]), str(metadata["device"]), "en", "plain", made)
        try:
            self.turns.take(taken)
        except StoreError:
            return [{"text": "utter_trouble"}]
        if self.dies:
            raise RasaDown("connection reset")
        return [{"text": "…"}]
