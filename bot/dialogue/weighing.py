"""Understanding as one object: learns from lines, then weighs what any words say to an open question."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Dict, List, Optional, Sequence, Text, Tuple

import joblib
import numpy as np

from bot.dialogue.candidates import MOST_CLAUSES, UNSAID, Candidates, Catalogue, Columns, candidates_of, places_of
from bot.dialogue.encoder import Vectors
from bot.dialogue.encoder_files import newer, unseen
from bot.dialogue.judging import Judge, kind_features
from bot.dialogue.lines import COMMANDS, Line, joined, some_of
from bot.dialogue.scoring import KIND, Label, Scorer, Settings, labels_of
from bot.dialogue.spans import Rows, SpanFeatures
from bot.dialogue.spelling import Speller
from bot.dialogue.words import Reading, read

_FILE = "understanding.joblib"
JOINED_SHARE = 0.25
# How many lines the judge learns from at most: more would take long and tell little.
JUDGED = 4000
# How many written lines likeness learns from where there is no encoder. With one it learns from examples and from what was written
# since: the rest label attention knows already, and better, and the judge has seen likeness without it.
LEARNED = 15_000
# The voice of lines whose writers spell by ear.
MISSPELT = "misspelt"
# The share of labels that are hidden while the judge learns.
HIDDEN = 0.05
# How many lines are looked at together in training: as many as make the encoder quick, few enough to fit in memory.
_AT_ONCE = 60
Hits = Callable[[Reading, Optional[Text]], Dict[Text, float]]


@dataclass(frozen=True)
class Weighed:
    """What words say: options with how sure that is, likeliest first, and how sure they are something besides an answer.

    ``named`` counts the patterns of urgent and private words that they hold. ``apart`` says how sure it is, by what the encoder
    heard, that one part of several is a command by itself.
    """

    guesses: List[Tuple[Label, float]] = field(default_factory=list)
    kinds: Dict[Text, float] = field(default_factory=dict)
    named: Dict[Text, float] = field(default_factory=dict)
    apart: Dict[Text, float] = field(default_factory=dict)


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
        self.hits = hits
        self.with_encoder = False
        self.speller: Optional[Speller] = None
        self._columns: Optional[Columns] = None

    # -- learning

    def train(self, lines: Sequence[Line], encoder: Optional[Vectors]) -> None:
        """Learn from lines: the scores from most of them, how sure to be from those that the encoder had not seen."""
        if encoder is not None:
            well, badly = ([line.text for line in lines if (line.voice == MISSPELT) is wrong] for wrong in (False, True))
            self.speller = Speller(well, badly, encoder.words)
        lines = some_of([line for line in lines if line.text.strip()], JUDGED if encoder is not None else LEARNED)
        readings = [read(line.text, self.speller) for line in lines]
        said = [reading.clauses for reading in readings]
        opens = [line.open for line in lines]
        self.with_encoder = encoder is not None
        self.features.fit(said)
        rows = self.features.rows(said, [[(0, len(clauses))] for clauses in said], opens, encoder)
        labels = [labels_of(line, self.catalogue.shared) for line in lines]
        held = np.array([line.whole and unseen(line.id) for line in lines])
        if not held.any():  # only examples: every sixth of them
            held = np.arange(len(lines)) % 6 == 0
        self.scorer.prepare(rows, opens, labels, held)
        self.scorer.solve()
        self._columns = Columns(self.catalogue, self.scorer.column, self.scorer.rows_of)
        tests = [lines[number] for number in np.nonzero(held)[0]]
        tests = random.Random(0).sample(tests, min(len(tests), JUDGED))
        # Several answers in one breath are rarer in written lines than in talk: more of them are made by joining.
        tests += joined([line for line in tests if line.whole], int(JOINED_SHARE * len(tests)))
        self._fit_judge(tests, [read(line.text, self.speller) for line in tests], encoder)
        own = np.array([encoder is None or not line.whole or newer(line.id) for line in lines])
        self.scorer.take(rows, opens, labels, np.nonzero(held & own)[0])
        self.scorer.solve()
        self.scorer.forget()

    def _fit_judge(self, lines: List[Line], readings: List[Reading], encoder: Optional[Vectors]) -> None:
        """Learn how sure to be from lines that the scores have not seen yet."""
        if self._columns is None:
            raise RuntimeError("the scores come first")
        found: List[Candidates] = []
        scored: List[Tuple[np.ndarray, np.ndarray]] = []
        chance = np.random.RandomState(0)
        for start in range(0, len(lines), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            opens = [line.open for line in lines[some]]
            for scores, said, candidates in self._look(readings[some], opens, self._columns, encoder, chance):
                scored.append((scores, said))
                found.append(candidates)
        self.judge.fit_answers(found, lines)
        sure = self.judge.answers_of_each(found)
        features = [
            self._kind_features(reading, *both, each, self._hits(line.text, reading, line.open))
            for line, reading, both, each in zip(lines, readings, scored, sure, strict=True)
        ]
        self.judge.fit_kinds(features, lines)

    def _look(
        self,
        readings: Sequence[Reading],
        questions: Sequence[Optional[Text]],
        columns: Columns,
        encoder: Optional[Vectors],
        chance: Optional[np.random.RandomState] = None,
    ) -> List[Tuple[np.ndarray, np.ndarray, Candidates]]:
        """For each line its spans' scores, what they were heard to say, and its candidates."""
        places = [places_of(reading) for reading in readings]
        rows = self.features.rows([reading.clauses for reading in readings], places, questions, encoder)
        opens = [question for question, found in zip(questions, places, strict=True) for _ in found]
        near = self.scorer.near(rows, opens)
        scores = near @ self.scorer.weights
        said = self._said(rows, encoder)
        result = []
        end = 0
        for question, reading, found in zip(questions, readings, places, strict=True):
            part = slice(end, end + len(found))
            end += len(found)
            if chance is not None:  # some are hidden, so that an option that the encoder has never met is judged well, too
                hidden = columns.label_columns[chance.random_sample(len(columns.label_columns)) < HIDDEN]
                said[part, hidden] = np.nan
            spans = [tuple(reading.clauses[first:last]) for first, last in found]
            candidates = candidates_of(question, spans, scores[part], near[part], said[part], columns)
            result.append((scores[part], said[part], candidates))
        return result

    def _said(self, rows: Rows, encoder: Optional[Vectors]) -> np.ndarray:
        """How strongly each of the scorer's labels is said, as logits; NaN where the encoder does not know it."""
        known = {label: number for number, label in enumerate(encoder.labels)} if encoder is not None else {}
        places = np.array([known.get(label, -1) for label in self.scorer.labels])
        said = np.full((rows.words.shape[0], len(places)), np.nan, dtype=np.float32)
        if rows.said is not None:
            said[:, places >= 0] = rows.said[:, places[places >= 0]]
        return said

    def _kind_features(
        self, reading: Reading, scores: np.ndarray, said: np.ndarray, sure: np.ndarray, hits: Dict[Text, float]
    ) -> np.ndarray:
        best = float(sure.max()) if len(sure) else 0.0
        return kind_features(scores, said, self.scorer.column, best, len(reading.tokens), hits)

    # -- weighing

    def weigh(self, text: Text, question: Optional[Text], encoder: Optional[Vectors]) -> Weighed:
        """What words say to an open question."""
        reading = read(text, self.speller)
        if not reading.clauses or self._columns is None:
            return Weighed()
        ((scores, said, candidates),) = self._look([reading], [question], self._columns, encoder if self.with_encoder else None)
        sure = self.judge.answers(candidates)
        hits = self._hits(text, reading, question)
        features = self._kind_features(reading, scores, said, sure, hits)
        kinds = self.judge.kinds(features, heard=bool(np.isfinite(said).any()))
        order = np.argsort(-sure)
        guesses = [(candidates.labels[n], float(sure[n])) for n in order]
        return Weighed(guesses, kinds, hits, self._apart(said, len(reading.clauses)))

    def _hits(self, text: Text, reading: Reading, question: Optional[Text]) -> Dict[Text, float]:
        """What the patterns name in words as they were written, and as they were mended: mending must not hide a thing."""
        found = dict(self.hits(read(text), question))
        for kind, strong in self.hits(reading, question).items() if self.speller is not None else ():
            found[kind] = max(strong, found.get(kind, 0.0))
        return found

    def _apart(self, said: np.ndarray, clauses: int) -> Dict[Text, float]:
        """How sure it is that one clause of several is a command."""
        if not 1 < clauses <= MOST_CLAUSES:
            return {}
        columns = {name: self.scorer.column[KIND, name] for name in COMMANDS if (KIND, name) in self.scorer.column}
        own = np.nan_to_num(said[1 : 1 + clauses], nan=UNSAID)
        return {name: float(1.0 / (1.0 + np.exp(-own[:, column].max()))) for name, column in columns.items()}

    # -- keeping

    def save(self, folder: Path) -> None:
        """Write what was learned."""
        kept = (self.settings, self.features, self.scorer, self.judge, self.with_encoder, self.speller)
        joblib.dump(kept, folder / _FILE)

    @classmethod
    def load(cls, folder: Path, catalogue: Catalogue, hits: Hits = no_hits) -> "Weigher":
        """Read what was learned."""
        weigher = cls(catalogue, hits=hits)
        kept = joblib.load(folder / _FILE)
        weigher.settings, weigher.features, weigher.scorer, weigher.judge, weigher.with_encoder, weigher.speller = kept
        weigher._columns = Columns(catalogue, weigher.scorer.column, weigher.scorer.rows_of)
        return weigher
