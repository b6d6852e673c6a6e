"""How well a person's words fit each option of the question that is open, and of others: the trained part of understanding.

``weighing`` does the work; here it is put where Rasa trains, keeps and runs it.
"""

from __future__ import annotations

import logging
from typing import Any, Dict, List, Optional, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.dialogue.candidates import Catalogue
from bot.dialogue.encoder import load_encoder
from bot.dialogue.encoder_files import folder as encoder_folder
from bot.dialogue.lines import Line, unpacked
from bot.dialogue.patterns import kinds_in, sentences_of
from bot.dialogue.remembering import Remembering
from bot.dialogue.scoring import Settings
from bot.dialogue.spans import Mix
from bot.dialogue.weighing import Weighed, Weigher
from bot.dialogue.words import Reading
from bot.interview.loading import load_interview

GUESSES = "option_guesses"
KINDS = "kinds"
NAMED = "named"
APART = "apart"
WORDS = "words"
# Fainter guesses are of no use to anybody.
FAINTEST = 0.02

log = logging.getLogger(__name__)


def patterns_in(reading: Reading, _question: Optional[Text]) -> Dict[Text, float]:
    """The patterns of urgent and private words that a line holds."""
    return kinds_in(reading.text, sentences=sentences_of(reading.spoken))


def open_question(message: Message, tracker: Optional[DialogueStateTracker]) -> Optional[Text]:
    """The question that was open when a message was said; none beside a yes or no to what else was heard."""
    metadata = message.get("metadata") or {}
    if metadata.get("settles"):
        return None
    asked = metadata.get("question")
    return asked or (tracker.get_slot("requested_slot") if tracker else None)


def in_words(message: Message) -> bool:
    """Whether a message is somebody's own words and not a button's payload or a known phrase."""
    return bool((message.get(INTENT) or {}).get("name") == WORDS)


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class OptionScorer(GraphComponent):
    """Adds ``option_guesses``: [{"question", "option", "confidence"}], likeliest first, and ``kinds``: what else it may be."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        # How much likeness of words, pieces of words and the encoder's vectors count, and how narrow the latter is;
        # ridge: how much is forgiven in training; same_question: how much more what was said to the open question counts.
        mix = {"words": 0.4, "pieces": 0.3, "vectors": 1.0, "sharpness": 2.0}
        return {**mix, "ridge": 0.3, "same_question": 0.5, "encoder": True}

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._encoder = load_encoder() if config.get("encoder", True) else None
        self._weigher: Optional[Weigher] = None

    @classmethod
    def create(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> GraphComponent:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> GraphComponent:
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._weigher = Weigher.load(folder, Catalogue.of(load_interview()), patterns_in)
        if component._weigher.with_encoder and component._encoder is None:
            log.error("the sentence encoder is not here; run make setup train. Own words are understood less well")
        return component

    def train(self, training_data: TrainingData) -> Resource:
        if self._encoder is None:
            log.warning("training without the sentence encoder (make setup brings it): own words will be understood less well")
        lines: List[Line] = []
        for message in training_data.training_examples:
            about = (message.get("metadata") or {}).get("intent")
            if about is not None:
                lines += unpacked(about)
        value = self._config
        mix = Mix(*(float(value[name]) for name in ("words", "pieces", "vectors", "sharpness")))
        settings = Settings(mix, float(value["ridge"]), float(value["same_question"]))
        self._weigher = Weigher(Catalogue.of(load_interview()), settings, patterns_in)
        encoder = None if self._encoder is None else Remembering(self._encoder, encoder_folder())
        self._weigher.train(lines, encoder)
        if encoder is not None:
            encoder.keep()
        with self._model_storage.write_to(self._resource) as folder:
            self._weigher.save(folder)
        return self._resource

    def process(self, messages: List[Message], tracker: Optional[DialogueStateTracker] = None) -> List[Message]:
        for message in messages:
            weighed = Weighed()
            if in_words(message) and self._weigher is not None:
                weighed = self._weigher.weigh(str(message.get(TEXT) or ""), open_question(message, tracker), self._encoder)
            guesses = [
                {"question": question, "option": option, "confidence": round(sure, 4)}
                for (question, option), sure in weighed.guesses
                if sure >= FAINTEST
            ]
            message.set(GUESSES, guesses, add_to_output=True)
            message.set(KINDS, weighed.kinds)
            message.set(NAMED, weighed.named)
            message.set(APART, weighed.apart)
        return messages
