"""Words as numbers: weights of words, pairs and pieces of words (TF-IDF), and the sentence encoder's vector, a row a span."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import List, Optional, Sequence, Text, Tuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.dialogue.encoder import WIDTH, Place, Vectors
from bot.dialogue.words import Clause, features_of

Span = Tuple[Clause, ...]


def _same(names: List[Text]) -> List[Text]:
    return names


def span_text(span: Span) -> Text:
    """The words of a span."""
    return " ".join(clause.text for clause in span)


@dataclass(frozen=True)
class Rows:
    """Features of spans: ``words`` and ``pieces`` sparse with rows of length 1 (or 0), ``vectors`` (spans, 384) or None.

    ``said`` (spans, labels of the encoder) or None: how strongly each is said, as logits.
    """

    words: csr_matrix
    pieces: csr_matrix
    vectors: Optional[np.ndarray]
    said: Optional[np.ndarray] = None
    # The other way round, for many comparisons with the same rows.
    turned: Optional[Tuple[csr_matrix, csr_matrix]] = None

    def take(self, numbers: np.ndarray) -> "Rows":
        """Some of the rows, to compare with: without what they say."""
        return Rows(self.words[numbers], self.pieces[numbers], None if self.vectors is None else self.vectors[numbers])

    def turn(self) -> "Rows":
        """The same rows, ready to be compared with again and again."""
        return replace(self, turned=(self.words.T.tocsr(), self.pieces.T.tocsr()))


class SpanFeatures:
    """Learns which words and pieces there are; gives rows for spans."""

    def __init__(self, rare: int = 1) -> None:
        self._words = TfidfVectorizer(analyzer=_same, sublinear_tf=True, min_df=rare, dtype=np.float32)
        self._pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2, dtype=np.float32)

    def fit(self, spans: Sequence[Span]) -> None:
        """Learn from the spans of training lines."""
        self._words.fit([features_of(span) for span in spans])
        self._pieces.fit([span_text(span) for span in spans])

    def rows(
        self,
        lines: Sequence[Sequence[Clause]],
        places: Sequence[Sequence[Place]],
        opens: Sequence[Optional[Text]],
        encoder: Optional[Vectors],
    ) -> Rows:
        """A row for each place of each line, said to the open question of that id."""
        spans = [tuple(line[first:end]) for line, wanted in zip(lines, places, strict=True) for first, end in wanted]
        words = self._words.transform([features_of(span) for span in spans])
        pieces = self._pieces.transform([span_text(span) for span in spans])
        if encoder is None:
            return Rows(words, pieces, None)
        found = np.concatenate(encoder.encode([[clause.spoken for clause in line] for line in lines], places, opens))
        return Rows(words, pieces, found[:, :WIDTH], found[:, WIDTH:])


@dataclass(frozen=True)
class Mix:
    """How much each likeness counts. ``sharpness`` narrows the encoder's: exp(sharpness * (cosine - 1))."""

    words: float = 0.4
    pieces: float = 0.3
    vectors: float = 1.0
    sharpness: float = 2.0


def likeness(first: Rows, second: Rows, mix: Mix) -> np.ndarray:
    """How alike spans are: float32, (rows of the first, rows of the second). A kernel: symmetric and positive."""
    words, pieces = second.turned or (second.words.T.tocsr(), second.pieces.T.tocsr())
    result = (first.words @ words).toarray()
    result *= mix.words
    some = (first.pieces @ pieces).toarray()
    some *= mix.pieces
    result += some
    if first.vectors is not None and second.vectors is not None:
        cosines = first.vectors @ second.vectors.T
        cosines -= 1.0
        cosines *= mix.sharpness
        np.exp(cosines, out=cosines)
        cosines *= mix.vectors
        result += cosines
    return result
