"""Understanding as one object: learns from lines, then weighs what any words say to an open question."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Callable, Dict, List, Optional, Sequence, Text, Tuple

import joblib
import numpy as np

from bot.dialogue.candidates import Candidates, Catalogue, Columns, candidates_of, second_looks, spans_of
from bot.dialogue.encoder import Vectors
from bot.dialogue.encoder_files import unseen
from bot.dialogue.judging import Judge, kind_features
from bot.dialogue.lines import Line, joined
from bot.dialogue.scoring import Label, Scorer, Settings, labels_of
from bot.dialogue.spans import Span, SpanFeatures
from bot.dialogue.topics import Topics
from bot.dialogue.words import Reading, read

_FILE = "understanding.joblib"
JOINED_SHARE = 0.25
# How many lines the judge learns from at most: more would take long and tell little.
JUDGED = 2600
# How many lines are looked at together in training: as many as make the encoder quick, few enough to fit in memory.
_AT_ONCE = 60
Hits = Callable[[Reading, Optional[Text]], Dict[Text, float]]


@dataclass(frozen=True)
class Weighed:
    """What words say: options with how sure that is, likeliest first, and how sure they are something besides an answer.

    ``named`` counts the patterns of urgent and private words that they hold.
    """

    guesses: List[Tuple[Label, float]] = field(default_factory=list)
    kinds: Dict[Text, float] = field(default_factory=dict)
    named: Dict[Text, float] = field(default_factory=dict)


def no_hits(_reading: Reading, _open: Optional[Text]) -> Dict[Text, float]:
    """Without patterns."""
    return {}


class Weigher:
    """Features, scores and judge, trained together."""

    def __init__(self, catalogue: Catalogue, settings: Optional[Settings] = None, hits: Hits = no_hits) -> None:
        self.catalogue = catalogue
        self.settings = settings or Settings()
        self.features = SpanFeatures()
        self.scorer = Scorer(self.settings)
        self.judge = Judge()
        self.topics = Topics()
        self.hits = hits
        self.with_encoder = False
        self._columns: Optional[Columns] = None

    # -- learning

    def train(self, lines: Sequence[Line], encoder: Optional[Vectors]) -> None:
        """Learn from lines: the scores from all of them, how sure to be from those that the encoder had not seen."""
        lines = [line for line in lines if line.text.strip()]
        readings = [read(line.text) for line in lines]
        spans: List[Span] = [tuple(reading.clauses) for reading in readings]
        opens = [line.open for line in lines]
        self.with_encoder = encoder is not None
        self.features.fit(spans)
        rows = self.features.rows(spans, opens, encoder)
        labels = [labels_of(line, self.catalogue.shared) for line in lines]
        held = np.array([line.whole and unseen(line.id) for line in lines])
        if not held.any():  # only examples: every sixth of them
            held = np.arange(len(lines)) % 6 == 0
        rest = np.nonzero(~held)[0]
        self.topics.fit(rows.words[rest], [lines[number] for number in rest])
        self.scorer.prepare(rows, opens, labels, held)
        self.scorer.solve()
        self._columns = Columns(self.catalogue, self.scorer.column, self.scorer.rows_of)
        tests = [lines[number] for number in np.nonzero(held)[0]]
        tests = random.Random(0).sample(tests, min(len(tests), JUDGED))
        # Several answers in one breath are rarer in written lines than in talk: more of them are made by joining.
        tests += joined([line for line in tests if line.whole], int(JOINED_SHARE * len(tests)))
        self._fit_judge(tests, [read(line.text) for line in tests], encoder)
        self.scorer.take(rows, opens, labels, np.nonzero(held)[0])
        self.scorer.solve()
        self.scorer.forget()

    def _fit_judge(self, lines: List[Line], readings: List[Reading], encoder: Optional[Vectors]) -> None:
        """Learn how sure to be from lines that the scores have not seen yet."""
        if self._columns is None:
            raise RuntimeError("the scores come first")
        found: List[Candidates] = []
        scored: List[np.ndarray] = []
        for start in range(0, len(lines), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            for scores, candidates in self._look(readings[some], [line.open for line in lines[some]], self._columns, encoder):
                scored.append(scores)
                found.append(candidates)
        self.judge.fit_answers(found, lines)
        sure = self.judge.answers_of_each(found)
        features = [
            self._kind_features(line, reading, scores, each)
            for line, reading, scores, each in zip(lines, readings, scored, sure, strict=True)
        ]
        self.judge.fit_kinds(features, lines)

    def _look(
        self, readings: Sequence[Reading], questions: Sequence[Optional[Text]], columns: Columns, encoder: Optional[Vectors]
    ) -> List[Tuple[np.ndarray, Candidates]]:
        """For each line its spans' scores, and its candidates after a second look at clauses about something else."""
        spans = [spans_of(reading) for reading in readings]
        opens = [[question] * len(found) for question, found in zip(questions, spans, strict=True)]
        rows = self.features.rows([*chain.from_iterable(spans)], [*chain.from_iterable(opens)], encoder)
        near = self.scorer.near(rows, [*chain.from_iterable(opens)])
        scores = near @ self.scorer.weights
        about = self.topics.scores(rows.words)
        ends = np.cumsum([len(found) for found in spans])
        parts = [slice(end - len(found), end) for end, found in zip(ends, spans, strict=True)]
        topical = [{name: about[part, place] for name, place in self.topics.place.items()} for part in parts]
        looks = [
            second_looks(question, found, scores[part], topics, columns)
            for question, found, part, topics in zip(questions, spans, parts, topical, strict=True)
        ]
        again = [(found[place], name) for found, wanted in zip(spans, looks, strict=True) for place, name in wanted]
        looked = np.zeros((0, len(self.scorer.labels)), dtype=np.float32)
        if again:
            names: List[Optional[Text]] = [name for _, name in again]
            looked = self.scorer.scores(self.features.rows([span for span, _ in again], names, encoder), names)
        result = []
        seen = 0
        for question, found, part, topics, wanted in zip(questions, spans, parts, topical, looks, strict=True):
            second = looked[seen : seen + len(wanted)] if wanted else None
            seen += len(wanted)
            candidates = candidates_of(question, found, scores[part], near[part], columns, wanted, second, topics)
            result.append((scores[part], candidates))
        return result

    def _kind_features(self, line: Line, reading: Reading, scores: np.ndarray, sure: np.ndarray) -> np.ndarray:
        best = float(sure.max()) if len(sure) else 0.0
        return kind_features(scores, self.scorer.column, best, len(reading.tokens), self.hits(reading, line.open))

    # -- weighing

    def weigh(self, text: Text, question: Optional[Text], encoder: Optional[Vectors]) -> Weighed:
        """What words say to an open question."""
        reading = read(text)
        if not reading.clauses or self._columns is None:
            return Weighed()
        ((scores, candidates),) = self._look([reading], [question], self._columns, encoder if self.with_encoder else None)
        sure = self.judge.answers(candidates)
        kinds = self.judge.kinds(self._kind_features(Line(text, question), reading, scores, sure))
        order = np.argsort(-sure)
        return Weighed([(candidates.labels[n], float(sure[n])) for n in order], kinds, self.hits(reading, question))

    # -- keeping

    def save(self, folder: Path) -> None:
        """Write what was learned."""
        kept = (self.settings, self.features, self.scorer, self.judge, self.topics, self.with_encoder)
        joblib.dump(kept, folder / _FILE)

    @classmethod
    def load(cls, folder: Path, catalogue: Catalogue, hits: Hits = no_hits) -> "Weigher":
        """Read what was learned."""
        weigher = cls(catalogue, hits=hits)
        kept = joblib.load(folder / _FILE)
        weigher.settings, weigher.features, weigher.scorer, weigher.judge, weigher.topics, weigher.with_encoder = kept
        weigher._columns = Columns(catalogue, weigher.scorer.column, weigher.scorer.rows_of)
        return weigher
