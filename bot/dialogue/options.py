"""How well a person's words fit each option of the question that is open.

One small logistic regression a question over word and character n-grams, with a class "other" made of what people say to
other questions: its probability is what keeps an off-topic sentence from being taken for an answer.
"""

from __future__ import annotations

import random
from typing import Any, Dict, List, Optional, Text, Tuple

import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion

from bot.interview.turn import normal

GUESSES = "option_guesses"
OTHER = "__other__"
_FILE = "options.joblib"


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class OptionRanker(GraphComponent):
    """Adds ``option_guesses``: [{"question", "option", "confidence"}], likeliest first, for the open question."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        # inverse_regularisation: scikit-learn's C. other_share: off-topic examples, as a share of the question's own.
        return {"inverse_regularisation": 20.0, "other_share": 1.0}

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._features: Optional[FeatureUnion] = None
        self._models: Dict[Text, LogisticRegression] = {}

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
            component._features, component._models = joblib.load(folder / _FILE)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        by_question: Dict[Text, List[Tuple[Text, Text]]] = {}
        for message in training_data.intent_examples:
            about = (message.get("metadata") or {}).get("intent") or {}
            if "option" in about:
                pair = (normal(message.get(TEXT)), about["option"])
                by_question.setdefault(about["question"], []).append(pair)
        everything = [words for pairs in by_question.values() for words, _ in pairs]
        self._features = FeatureUnion(
            [
                ("words", TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")),
                ("characters", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=2)),
            ]
        ).fit(everything)
        for question, pairs in by_question.items():
            self._models[question] = self._train_one(question, pairs, everything)
        with self._model_storage.write_to(self._resource) as folder:
            joblib.dump((self._features, self._models), folder / _FILE)
        return self._resource

    def _train_one(self, question: Text, pairs: List[Tuple[Text, Text]], everything: List[Text]) -> LogisticRegression:
        own = {words for words, _ in pairs}
        # Seeded by the question, so that the same content gives the same model.
        others = sorted(set(everything) - own)
        count = min(len(others), max(20, int(len(pairs) * float(self._config["other_share"]))))
        sample = random.Random(question).sample(others, count)
        texts = [words for words, _ in pairs] + sample
        labels = [option for _, option in pairs] + [OTHER] * len(sample)
        model = LogisticRegression(C=float(self._config["inverse_regularisation"]), class_weight="balanced", max_iter=500)
        return model.fit(self._features.transform(texts), labels)  # type: ignore[union-attr]

    def process(self, messages: List[Message], tracker: Optional[DialogueStateTracker] = None) -> List[Message]:
        for message in messages:
            question = self._open_question(message, tracker)
            intent = (message.get(INTENT) or {}).get("name")
            guesses = self.rank(question, message.get(TEXT) or "") if question and intent == "words" else []
            message.set(GUESSES, guesses, add_to_output=True)
        return messages

    @staticmethod
    def _open_question(message: Message, tracker: Optional[DialogueStateTracker]) -> Optional[Text]:
        asked = (message.get("metadata") or {}).get("question")
        return asked or (tracker.get_slot("requested_slot") if tracker else None)

    def rank(self, question: Text, text: Text) -> List[Dict[Text, Any]]:
        """Options of a question with their confidence, likeliest first; empty for a question that takes no words."""
        model = self._models.get(question)
        words = normal(text)
        if model is None or self._features is None or not words:
            return []
        scores = model.predict_proba(self._features.transform([words]))[0]
        ranked = sorted(zip(model.classes_, scores), key=lambda pair: -pair[1])
        return [
            {"question": question, "option": str(option), "confidence": round(float(score), 4)}
            for option, score in ranked
            if option != OTHER
        ]
