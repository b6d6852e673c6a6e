"""What speaks for and against each option that a line may mean: the numbers that ``judging`` weighs.

One row a candidate: (question, option) of the open question, and of others that the words are near to.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Dict, FrozenSet, List, Optional, Sequence, Text, Tuple

import numpy as np

from bot.dialogue.encoder import Place
from bot.dialogue.scoring import KIND, SHARED, Label
from bot.dialogue.spans import Span
from bot.dialogue.words import Reading
from bot.interview.definitions import Interview

MOST_CLAUSES = 7
MOST_OTHERS, MOST_OPTIONS = 14, 12
FAINT = 0.08
# As logits: from where on something is said faintly, and what stands for not said at all.
FAINTLY_SAID, UNSAID = -4.0, -12.0
# Where among a candidate's features it stands how strongly the encoder hears it in the whole line; NaN where it does not know it.
HEARD = 18
KINDS = ("clarify", "off", "private", "elsewhere")


def places_of(reading: Reading) -> List[Place]:
    """Which clauses are looked at together: the whole line first; then each, and neighbours; of a long line longer parts."""
    count = len(reading.clauses)
    size = max(1, -(-count // MOST_CLAUSES))
    parts = [(start, min(start + size, count)) for start in range(0, count, size)]
    found: List[Place] = [(0, count)]
    if len(parts) > 1:
        found += parts
    if len(parts) > 2:
        found += [(first, end) for (first, _), (_, end) in pairwise(parts)]
    return found


@dataclass(frozen=True)
class Catalogue:
    """The closed questions that take words, with their options, as arrays need them."""

    options: Dict[Text, Tuple[Text, ...]]
    many: FrozenSet[Text]
    exclusive: FrozenSet[Label]
    shared: FrozenSet[Text]

    @classmethod
    def of(cls, interview: Interview) -> "Catalogue":
        """The catalogue of an interview."""
        closed = [question for question in interview.questions if question.closed and not question.sensitive]
        seen: Dict[Text, int] = {}
        for question in closed:
            for option in question.options:
                seen[option.id] = seen.get(option.id, 0) + 1
        return cls(
            options={question.id: tuple(option.id for option in question.options) for question in closed},
            many=frozenset(question.id for question in closed if question.kind == "many"),
            exclusive=frozenset((q.id, option.id) for q in closed for option in q.options if option.exclusive),
            shared=frozenset(option for option, count in seen.items() if count > 1),
        )


class Columns:
    """Where each label stands among the scores; the landmarks that have it."""

    def __init__(self, catalogue: Catalogue, column: Dict[Label, int], rows_of: Dict[Label, np.ndarray]) -> None:
        self.catalogue = catalogue
        self.column = column
        self.of_question = {
            question: [column[question, option] for option in options if (question, option) in column]
            for question, options in catalogue.options.items()
        }
        self.rest_of = {
            (question, option): [column[question, other] for other in options if other != option and (question, other) in column]
            for question, options in catalogue.options.items()
            for option in options
        }
        # In the order of their columns, so that a column leads back to its label.
        self.labels = sorted((label for label in column if label[0] not in (SHARED, KIND)), key=lambda label: column[label])
        self.label_columns = np.array([column[label] for label in self.labels], dtype=np.int64)
        self.rows_of = rows_of
        # Commands and urgent remarks.
        self.commands = np.array([column[label] for label in column if label[0] == KIND and label[1] not in KINDS], dtype=np.int64)


@dataclass(frozen=True)
class Candidates:
    """Candidates of one line and their features: (candidates, number of features)."""

    labels: List[Label]
    features: np.ndarray


def _flags(span: Span) -> List[float]:
    tokens = sum(len(clause.tokens) for clause in span) or 1
    return [
        sum(len(clause.negated) for clause in span) / tokens,
        float(any(clause.hedged for clause in span)),
        float(any(clause.past for clause in span)),
        float(any(clause.now for clause in span)),
        float(any(clause.others for clause in span)),
        float(max((clause.side for clause in span), default=0)),
        float(min((clause.side for clause in span), default=0)),
        float(min(tokens, 30)),
    ]


def _others(open_question: Optional[Text], best_of: np.ndarray, least: float, columns: Columns) -> List[Label]:
    """The likeliest options of questions that are not open, by one measure."""
    order = np.argsort(-best_of[columns.label_columns])[: MOST_OTHERS + MOST_OPTIONS]
    found = [columns.labels[place] for place in order if best_of[columns.label_columns[place]] >= least]
    return [label for label in found if label[0] != open_question][:MOST_OTHERS]


def candidates_of(
    open_question: Optional[Text],
    spans: Sequence[Span],
    scores: np.ndarray,
    near: np.ndarray,
    said: np.ndarray,
    columns: Columns,
) -> Candidates:
    """The candidates of a line. ``scores`` and ``said`` are (spans, labels), ``near`` (spans, landmarks).

    ``said`` holds logits; NaN where the encoder does not know a label.
    """
    catalogue, column = columns.catalogue, columns.column
    best_of = scores.max(axis=0)
    own = [(open_question, option) for option in catalogue.options.get(open_question or "", ())]
    others = _others(open_question, best_of, FAINT, columns)
    others += _others(open_question, np.nan_to_num(said.max(axis=0), nan=UNSAID), FAINTLY_SAID, columns)
    labels: List[Label] = [*own, *dict.fromkeys(others)]  # type: ignore[list-item]
    if not labels:
        return Candidates([], np.zeros((0, 0), dtype=np.float32))
    nearest = near.max(axis=0)
    kinds = [float(best_of[column[KIND, name]]) if (KIND, name) in column else 0.0 for name in KINDS]
    commands = float(best_of[columns.commands].max()) if len(columns.commands) else 0.0
    whole_flags = _flags(spans[0])
    flags = [_flags(span) for span in spans]
    count = float(len(spans[0]))
    open_numbers = columns.of_question.get(open_question or "", [])
    open_best = 0.0
    if open_numbers:
        open_best = float(scores[:, open_numbers].max())
    sure_said = np.nan_to_num(said, nan=UNSAID)
    told_kinds = [float(sure_said[0, column[KIND, name]]) if (KIND, name) in column else UNSAID for name in KINDS]
    told_command = float(sure_said[0, columns.commands].max()) if len(columns.commands) else UNSAID
    told_all = float((sure_said[0, columns.label_columns] > 0.0).sum())
    loudest = float(sure_said[0, open_numbers].max()) if open_numbers else UNSAID
    rows: List[List[float]] = []
    singles = slice(1, None) if len(spans) > 1 else slice(0, 1)
    # Of those the single parts: neighbours together come after them.
    parts = slice(1, 1 + (len(spans) // 2 if len(spans) > 3 else 2)) if len(spans) > 1 else slice(0, 1)
    for question, option in labels:
        number = column.get((question, option))
        is_open = question == open_question
        if number is None:
            whole = best = 0.0
            place = 0
        else:
            whole = float(scores[0, number])
            part = scores[singles, number]
            place = int(part.argmax()) + (1 if len(spans) > 1 else 0)
            best = float(scores[place, number])
        shared = column.get((SHARED, option)) if is_open else None
        rel_whole = float(scores[0, shared]) if shared is not None else 0.0
        rel_best = float(scores[:, shared].max()) if shared is not None else 0.0
        numbers = columns.of_question.get(question, [])
        rest = columns.rest_of.get((question, option), numbers)
        rest_whole = float(scores[0, rest].max()) if rest else 0.0
        rest_best = float(scores[:, rest].max()) if rest else 0.0
        rest_here = float(scores[place, rest].max()) if rest else 0.0
        total = float(scores[:, numbers].sum(axis=1).max()) if numbers else 0.0
        rows_of = columns.rows_of.get((question, option))
        closest = float(nearest[rows_of].max()) if rows_of is not None and len(rows_of) else 0.0
        told_whole = told_best = told_rest = told_rest_best = told_rest_here = where = np.nan
        told_place = place
        if number is not None and not np.isnan(said[0, number]):
            told_whole, told_best = float(said[0, number]), float(said[singles, number].max())
            told_place = parts.start + int(said[parts, number].argmax())
            where = (told_place - parts.start + 1) / (parts.stop - parts.start)
        if rest:
            told_rest, told_rest_best = float(sure_said[0, rest].max()), float(sure_said[singles][:, rest].max())
            told_rest_here = float(sure_said[told_place, rest].max())
        rows.append(
            [
                float(is_open),
                whole,
                best,
                rel_whole,
                rel_best,
                rest_whole,
                rest_best,
                rest_here,
                whole - rest_whole,
                best - rest_best,
                total,
                closest,
                open_best,
                float(question in catalogue.many),
                float((question, option) in catalogue.exclusive),
                float(option == "yes") - float(option == "no"),
                float(len(numbers)),
                count,
                told_whole,
                told_best,
                told_rest,
                told_rest_best,
                told_whole - told_rest,
                told_best - told_rest_best,
                told_rest_here,
                where,
                float(np.log1p(0 if rows_of is None else len(rows_of))),
                loudest,
                told_all,
                *told_kinds,
                told_command,
                *kinds,
                commands,
                *flags[told_place],
                *whole_flags,
            ]
        )
    return Candidates(labels, np.array(rows, dtype=np.float32))
