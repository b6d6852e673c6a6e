"""Which questions a clause may be about, by its words alone: what second looks start from. Complement naive Bayes."""

from __future__ import annotations

from typing import Dict, List, Sequence, Text

import numpy as np
from scipy.sparse import csr_matrix

from bot.dialogue.lines import Line


class Topics:
    """Weights of word features for questions."""

    def __init__(self, smoothing: float = 0.3) -> None:
        self.smoothing = smoothing
        self.questions: List[Text] = []
        self.place: Dict[Text, int] = {}
        self.weights: np.ndarray = np.zeros((0, 0), dtype=np.float32)

    def fit(self, words: csr_matrix, lines: Sequence[Line]) -> None:
        """Learn from the word features of lines: (lines, words)."""
        self.questions = sorted({question for line in lines for question in line.answers})
        self.place = {question: place for place, question in enumerate(self.questions)}
        about = np.zeros((len(lines), len(self.questions)), dtype=np.float32)
        for row, line in enumerate(lines):
            for question in line.answers:
                about[row, self.place[question]] = 1.0 / len(line.answers)
        counts = np.asarray(words.T @ about)
        every = np.asarray(words.sum(axis=0)).reshape(-1, 1)
        rest = every - counts + self.smoothing
        logs = np.log(rest / rest.sum(axis=0, keepdims=True))
        weights = -logs / np.abs(logs).sum(axis=0, keepdims=True) * len(logs)
        # Only how a word differs from question to question matters.
        self.weights = (weights - weights.mean(axis=1, keepdims=True)).astype(np.float32)

    def scores(self, words: csr_matrix) -> np.ndarray:
        """How far each row is about each question, in spreads from the mean: (rows, questions)."""
        found = np.asarray(words @ self.weights)
        spread = found.std(axis=1, keepdims=True)
        return (found - found.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1.0)
