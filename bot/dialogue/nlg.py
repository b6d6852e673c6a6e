"""The one place where Rasa's responses get their words: language and level come with the message."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional, Text

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.content import ASK, OFFERED
from bot.interview.definitions import NOT_NOW, Question
from bot.interview.exchange import NOT_NOW_INTENTS
from bot.interview.loading import load_interview
from bot.language.catalogue import Catalogues
from bot.language.wording import Wording


def payload(intent: Text, **entities: Any) -> Text:
    """What a button sends."""
    return f"/{intent}{json.dumps(entities) if entities else ''}"


class InterviewNLG(TemplatedNaturalLanguageGenerator):
    """Words questions and replies; anything else is left to Rasa's own responses."""

    def __init__(self, endpoint_config: Any = None, domain: Any = None, **kwargs: Any) -> None:
        super().__init__(domain.responses if domain is not None else {})
        self._interview = load_interview()
        self._wording = Wording(self._interview, lookup=Catalogues().lookup)

    async def generate(
        self, utter_action: Text, tracker: DialogueStateTracker, output_channel: Text, **kwargs: Any
    ) -> Optional[Dict[Text, Any]]:
        language, level = _manner(tracker)
        if utter_action.startswith(ASK):
            question = self._interview.by_id.get(utter_action[len(ASK) :])
            if question is not None:
                return self._ask(question, tracker.get_slot(OFFERED) or [], language, level)
        if utter_action in self._wording.responses:
            return {"text": self._wording.say(utter_action, language, level, **kwargs)}
        return await super().generate(utter_action, tracker, output_channel, **kwargs)

    def _ask(self, question: Question, offered: List[Text], language: Text, level: Text) -> Dict[Text, Any]:
        shown = [option.id for option in question.options if option.id in offered] or [o.id for o in question.options]
        buttons = [
            {
                "title": self._wording.option(question, option, language, level),
                "payload": payload("answer", question=question.id, option=[option]),
            }
            for option in shown
        ]
        intents = {state: intent for intent, state in NOT_NOW_INTENTS.items()}
        buttons += [
            {"title": self._wording.command(intents[state], language, level), "payload": payload(intents[state])}
            for state in NOT_NOW
        ]
        words = self._wording.question(question, language, level)
        return {"text": words.ask, "buttons": buttons, "custom": {"ask": question.id}}


def _manner(tracker: DialogueStateTracker) -> "tuple[Text, Text]":
    """The language and level that came with the newest message."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            metadata = event.metadata or {}
            return str(metadata.get("language") or "en"), str(metadata.get("level") or "plain")
    return "en", "plain"
