"""How strongly spans of words say everything that can be said, each option of each question: by likeness to what was said.

Kernel ridge regression for all labels at once, over some thousands of the training lines (landmarks): training is one linear
system, and adding an option costs nothing to the others. A label is (question, option); SHARED labels stand for options that many
questions have ("yes", "no", "none"), for the open one; KIND labels for what words are besides answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, FrozenSet, List, Optional, Sequence, Text

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.blas import ssyrk

from bot.dialogue.attention import Label
from bot.dialogue.lines import Line
from bot.dialogue.spans import Mix, Rows, likeness

SHARED = "*"
KIND = "?"
_BLOCK = 2000


def labels_of(line: Line, shared: FrozenSet[Text]) -> List[Label]:
    """The labels of a line. KIND labels say what it is besides an answer."""
    found: List[Label] = [(question, option) for question, options in line.answers.items() for option in options]
    found += [(SHARED, option) for option in line.answers.get(line.open or "", ()) if option in shared]
    if line.command:
        found.append((KIND, line.command))
    found += [(KIND, name) for name in ("clarify", "off", "private") if getattr(line, name)]
    found += [(KIND, alert) for alert in line.alerts]
    if line.answers and line.open not in line.answers:
        found.append((KIND, "elsewhere"))
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Settings:
    """``ridge``: how much is forgiven in training. ``same_question``: how much more what was said to the open question counts.

    ``landmarks``: how many training lines are kept to compare with; ``each``: how many of each label at least, where there are.
    """

    mix: Mix = field(default_factory=Mix)
    ridge: float = 0.3
    same_question: float = 0.5
    landmarks: int = 3000
    each: int = 6


class Scorer:
    """Scores of labels for spans: a weighted sum of likenesses to the landmarks."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.labels: List[Label] = []
        self.column: Dict[Label, int] = {}
        self.rows_of: Dict[Label, np.ndarray] = {}
        self.rows: Optional[Rows] = None
        self.opens: np.ndarray = np.zeros(0, dtype=object)
        self.weights: np.ndarray = np.zeros((0, 0), dtype=np.float32)
        self._places: Dict[Text, np.ndarray] = {}
        self._system: np.ndarray = np.zeros((0, 0), dtype=np.float32)
        self._wanted: np.ndarray = np.zeros((0, 0), dtype=np.float32)
        self._base: np.ndarray = np.zeros((0, 0), dtype=np.float32)

    def prepare(self, rows: Rows, opens: Sequence[Optional[Text]], labels: Sequence[Sequence[Label]], left_out: np.ndarray) -> None:
        """Choose landmarks among the rows that are not left out, and take in those rows."""
        self.labels = sorted({label for found in labels for label in found})
        self.column = {label: number for number, label in enumerate(self.labels)}
        usable = np.nonzero(~left_out)[0]
        chosen = self._choose(usable, labels)
        self.rows = rows.take(chosen).turn()
        self.opens = np.array([opens[number] or "" for number in chosen], dtype=object)
        self._places = {}
        places: Dict[Label, List[int]] = {}
        for place, number in enumerate(chosen):
            for label in labels[number]:
                places.setdefault(label, []).append(place)
        self.rows_of = {label: np.array(found) for label, found in places.items()}
        count = len(chosen)
        self._base = self.near(rows.take(chosen), [opens[number] for number in chosen])
        self._system = np.zeros((count, count), dtype=np.float32, order="F")
        self._wanted = np.zeros((count, len(self.labels)), dtype=np.float32)
        self.take(rows, opens, labels, usable)

    def _choose(self, usable: np.ndarray, labels: Sequence[Sequence[Label]]) -> np.ndarray:
        chance = np.random.RandomState(0)
        order = chance.permutation(usable)
        seen: Dict[Label, int] = {}
        first: List[int] = []
        rest: List[int] = []
        for number in order:
            wanted = any(seen.get(label, 0) < self.settings.each for label in labels[number])
            (first if wanted else rest).append(int(number))
            for label in labels[number] if wanted else ():
                seen[label] = seen.get(label, 0) + 1
        return np.sort(np.array((first + rest)[: max(self.settings.landmarks, len(first))], dtype=np.int64))

    def take(self, rows: Rows, opens: Sequence[Optional[Text]], labels: Sequence[Sequence[Label]], numbers: np.ndarray) -> None:
        """Take in training rows; ``solve`` then learns from all that were taken in."""
        for start in range(0, len(numbers), _BLOCK):
            part = numbers[start : start + _BLOCK]
            near = self.near(rows.take(part), [opens[number] for number in part])
            wanted = np.zeros((len(part), len(self.labels)), dtype=np.float32)
            for place, number in enumerate(part):
                for label in labels[number]:
                    wanted[place, self.column[label]] = 1.0
            # Its lower half is all that ``solve`` reads, and half the work.
            self._system = ssyrk(1.0, near.T, beta=1.0, c=self._system, lower=1, overwrite_c=1)
            self._wanted += near.T @ wanted

    def solve(self) -> None:
        """Learn from the rows taken in so far."""
        system = self._system + np.float32(self.settings.ridge) * self._base
        # A little on the diagonal keeps the system well-behaved in single precision.
        system[np.diag_indices_from(system)] += np.float32(1e-5) * np.trace(system) / len(system)
        factor = cho_factor(system, lower=True, overwrite_a=True, check_finite=False)
        self.weights = np.ascontiguousarray(cho_solve(factor, self._wanted, check_finite=False).astype(np.float32))

    def forget(self) -> None:
        """Drop what only training needs."""
        self._system = self._wanted = self._base = np.zeros((0, 0), dtype=np.float32)

    def near(self, rows: Rows, opens: Sequence[Optional[Text]]) -> np.ndarray:
        """Likeness of spans, each said to an open question, to the landmarks."""
        if self.rows is None:
            raise RuntimeError("the scorer was not trained")
        near = likeness(rows, self.rows, self.settings.mix)
        for name in set(opens):
            said = np.array([place for place, other in enumerate(opens) if other == name])
            near[np.ix_(said, self._said_to(name or ""))] *= 1.0 + self.settings.same_question
        return near

    def _said_to(self, question: Text) -> np.ndarray:
        """The landmarks that were said to a question."""
        if question not in self._places:
            self._places[question] = np.nonzero(self.opens == question)[0]
        return self._places[question]
