"""How well a person's words fit each option of the question that is open.

One small logistic regression a question over word and character n-grams, with a class "other" made of what people say to
other questions: its probability is what keeps an off-topic sentence from being taken for an answer.
"""

from __future__ import annotations

import random
from typing import Any, Dict, List, Optional, Text, Tuple

import joblib
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix
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
        # A question's model and the columns of the features that its training examples have: the rest would only cost time.
        self._models: Dict[Text, Tuple[LogisticRegression, np.ndarray]] = {}

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
        everything = sorted({words for pairs in by_question.values() for words, _ in pairs})
        self._features = FeatureUnion(
            [
                ("words", TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")),
                ("characters", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=2)),
            ]
        )
        rows = self._features.fit_transform(everything).tocsr()
        row_of = {words: number for number, words in enumerate(everything)}
        for question, pairs in by_question.items():
            self._models[question] = self._train_one(question, pairs, rows, row_of)
        with self._model_storage.write_to(self._resource) as folder:
            joblib.dump((self._features, self._models), folder / _FILE)
        return self._resource

    def _train_one(
        self, question: Text, pairs: List[Tuple[Text, Text]], rows: csr_matrix, row_of: Dict[Text, int]
    ) -> Tuple[LogisticRegression, np.ndarray]:
        own = {words for words, _ in pairs}
        others = [words for words in row_of if words not in own]
        count = min(len(others), max(20, int(len(pairs) * float(self._config["other_share"]))))
        # Seeded by the question, so that the same content gives the same model.
        sample = random.Random(question).sample(others, count)
        chosen = rows[[row_of[words] for words in [*(words for words, _ in pairs), *sample]]]
        columns = np.unique(chosen.indices)
        labels = [option for _, option in pairs] + [OTHER] * len(sample)
        # liblinear: twenty times faster here than the default solver, and one small problem a class.
        model = LogisticRegression(
            C=float(self._config["inverse_regularisation"]), class_weight="balanced", solver="liblinear", tol=0.01, random_state=0
        )
        return model.fit(chosen[:, columns], labels), columns

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
        words = normal(text)
        if question not in self._models or self._features is None or not words:
            return []
        model, columns = self._models[question]
        scores = model.predict_proba(self._features.transform([words]).tocsr()[:, columns])[0]
        ranked = sorted(zip(model.classes_, scores, strict=True), key=lambda pair: -pair[1])
        return [
            {"question": question, "option": str(option), "confidence": round(float(score), 4)}
            for option, score in ranked
            if option != OTHER
        ]
