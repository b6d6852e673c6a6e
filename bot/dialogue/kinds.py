"""What words are besides an answer: a command wrapped in talk, something urgent, something private, something off the subject.

Three small components; how sure is sure enough stands in ``deciding``. What they go by was learned by ``OptionScorer``.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any, Dict, List, Optional, Text, Type, TypeVar

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.dialogue.deciding import (
    CommandSettings,
    PrivateSettings,
    UrgentSettings,
    command_in,
    is_code,
    private_in,
    surely_urgent,
    taken_back,
    urgent_in,
)
from bot.dialogue.options import APART, GUESSES, KINDS, NAMED, in_words, open_question
from bot.dialogue.patterns import outright_in
from bot.interview.loading import load_interview

Marks = TypeVar("Marks", CommandSettings, UrgentSettings, PrivateSettings)


class _Decider(GraphComponent):
    """A component that only reads what others have found."""

    def __init__(self, config: Dict[Text, Any]) -> None:
        self._config = config

    def _read(self, settings: Type[Marks]) -> Marks:
        return settings(**{mark.name: self._config[mark.name] for mark in fields(settings)})

    @staticmethod
    def _length(message: Message) -> int:
        return len(str(message.get(TEXT) or "").split())

    @classmethod
    def create(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> GraphComponent:
        return cls(config)


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=False)
class CommandClassifier(_Decider):
    """Makes a command of words that are one, wrapped in talk; says whether they are off the subject (``off``)."""

    def __init__(self, config: Dict[Text, Any]) -> None:
        super().__init__(config)
        self._without_options = frozenset(question.id for question in load_interview().questions if not question.closed)

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return asdict(CommandSettings())

    def process(self, messages: List[Message], tracker: Optional[DialogueStateTracker] = None) -> List[Message]:
        settings = self._read(CommandSettings)
        for message in messages:
            if not in_words(message):
                continue
            guesses = message.get(GUESSES) or []
            if is_code(str(message.get(TEXT) or "")):
                guesses = []
                message.set(GUESSES, guesses, add_to_output=True)
            if taken_back(str(message.get(TEXT) or "")):
                guesses = [guess for guess in guesses if guess["question"] != open_question(message, tracker)]
                message.set(GUESSES, guesses, add_to_output=True)
            kinds = message.get(KINDS) or {}
            question = open_question(message, tracker)
            has_options = question not in self._without_options
            apart = message.get(APART) or {}
            name = command_in(str(message.get(TEXT) or ""), question, guesses, kinds, settings, has_options, apart)
            if name is not None:
                message.set(INTENT, {"name": name, "confidence": 1.0}, add_to_output=True)
            best = max((guess["confidence"] for guess in guesses), default=0.0)
            message.set("off", kinds.get("off", 0.0) >= settings.off and best < 0.5, add_to_output=True)
        return messages


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=False)
class UrgentDetector(_Decider):
    """Adds ``alerts``: the kinds of urgent remark in words, whatever else they are. Missing one is the worst error of all.

    And ``surely_urgent``: whether one of them is surely one. ``outright``: the kinds that the words say outright in English as they
    were typed, where what is weighed is what a machine made of them, or made nothing of.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return asdict(UrgentSettings())

    def process(self, messages: List[Message], tracker: Optional[DialogueStateTracker] = None) -> List[Message]:
        settings = self._read(UrgentSettings)
        for message in messages:
            found = urgent_in(message.get(KINDS) or {}, message.get(NAMED) or {}, settings, self._length(message))
            message.set("alerts", found, add_to_output=True)
            surely = surely_urgent(found, message.get(KINDS) or {}, message.get(NAMED) or {})
            message.set("surely_urgent", surely, add_to_output=True)
            metadata = message.get("metadata") or {}
            if metadata.get("translation"):
                message.set("outright", outright_in(str(metadata.get("words") or "")), add_to_output=True)
        return messages


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=False)
class PrivateDetector(_Decider):
    """Says whether words touch abuse or sex work (``private``): no answer is made of those, a talk in private is offered."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return asdict(PrivateSettings())

    def process(self, messages: List[Message], tracker: Optional[DialogueStateTracker] = None) -> List[Message]:
        settings = self._read(PrivateSettings)
        for message in messages:
            message.set("private", private_in(message.get(KINDS) or {}, settings, self._length(message)), add_to_output=True)
        return messages
