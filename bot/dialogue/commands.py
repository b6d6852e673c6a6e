"""The first look at a message: a whole one that is a known phrase is that command, everything else is "words" for now.

A command wrapped in talk is looked for after that, and only when it is surer than any answer (``kinds.CommandClassifier``).
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.interview.answers import normal
from bot.language.wording import load_commands

_POLITE = {"please", "thanks", "sorry", "ok", "okay", "um", "er", "well"}


def core_of(text: str) -> str:
    """The words of a message without case, punctuation and polite words around them."""
    words = normal(text).split()
    while words and words[0] in _POLITE:
        words.pop(0)
    while words and words[-1] in _POLITE:
        words.pop()
    return " ".join(words)


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=False)
class CommandMatcher(GraphComponent):
    """Sets the intent of every message that is not a button's payload."""

    def __init__(self) -> None:
        self._phrases = {
            core_of(str(phrase)): name
            for name, command in load_commands().items()
            for phrase in (*command["phrases"], name)  # type: ignore[misc]
        }

    @classmethod
    def create(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> GraphComponent:
        return cls()

    def process(self, messages: List[Message], tracker: Optional[DialogueStateTracker] = None) -> List[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            # A button's payload: Rasa reads it after the whole pipeline, which must not take it for words until then. Typed slashes
            # never come this far (``channel.disarm``).
            if message.get(INTENT) or text.startswith(INTENT_MESSAGE_PREFIX):
                continue
            name = self._phrases.get(core_of(text)) or self._phrases.get(normal(text), "words")
            message.set(INTENT, {"name": name, "confidence": 1.0}, add_to_output=True)
        return messages
