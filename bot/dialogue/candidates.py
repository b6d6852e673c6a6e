"""What speaks for and against each option that a line may mean: the numbers that ``judging`` weighs.

One row a candidate: (question, option) of the open question, and of others that the words are near to.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Dict, FrozenSet, List, Optional, Sequence, Text, Tuple

import numpy as np

from bot.dialogue.scoring import KIND, SHARED, Label
from bot.dialogue.spans import Span
from bot.dialogue.words import Reading
from bot.interview.definitions import Interview

MOST_SPANS = 14
MOST_CLAUSES = 7
MOST_OTHERS = 14
FAINT = 0.08
LOOKS_PER_CLAUSE, MOST_LOOKS, WORTH_A_LOOK, FAINT_AGAIN = 4, 24, 0.1, 0.25
# How much the words' own topic counts beside the scores; from where on a single clause is clear, and one look is enough.
TOPIC_WEIGHT, CLEAR = 0.06, 0.6
KINDS = ("clarify", "off", "private", "elsewhere")


def spans_of(reading: Reading) -> List[Span]:
    """The whole line first; then each clause, and neighbours together. A very long line is taken in fewer, longer pieces."""
    clauses = reading.clauses
    if len(clauses) > MOST_CLAUSES:
        size = -(-len(clauses) // MOST_CLAUSES)
        clauses_in = [clauses[start : start + size] for start in range(0, len(clauses), size)]
    else:
        clauses_in = [(clause,) for clause in clauses]
    spans: List[Span] = [tuple(clauses)]
    if len(clauses_in) > 1:
        spans += clauses_in
    if len(clauses_in) > 2:
        spans += [first + second for first, second in pairwise(clauses_in)]
    return spans[:MOST_SPANS]


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
        # In the order of their columns, so that a column leads back to its label.
        self.labels = sorted((label for label in column if label[0] not in (SHARED, KIND)), key=lambda label: column[label])
        self.question_columns = [(name, numbers) for name, numbers in self.of_question.items() if numbers]
        self.label_columns = np.array([column[label] for label in self.labels], dtype=np.int64)
        self.rows_of = rows_of


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


def second_looks(
    open_question: Optional[Text], spans: Sequence[Span], scores: np.ndarray, topical: Dict[Text, np.ndarray], columns: Columns
) -> List[Tuple[int, Text]]:
    """(span, question) pairs worth reading again as if that question had been asked: clauses that are near to another question.

    ``topical`` has for each question how far each span is about it by its words.
    """
    first = 1 if len(spans) > 1 else 0
    clauses = [place for place in range(first, len(spans)) if len(spans[place]) == 1 or len(spans) == 1] or [0]
    found: List[Tuple[float, int, Text]] = []
    own = np.array(columns.of_question.get(open_question or "", []), dtype=np.int64)
    open_score = float(scores[:, own].max()) if len(own) else 0.0
    looks = LOOKS_PER_CLAUSE if len(clauses) > 1 or open_score < CLEAR else 1
    for place in clauses:
        near = []
        for name, numbers in columns.question_columns:
            if name != open_question:
                topic = float(topical[name][place]) if name in topical else 0.0
                near.append((float(scores[place, numbers].max()) + TOPIC_WEIGHT * topic, place, name))
        near.sort(reverse=True)
        found += [each for each in near[:looks] if each[0] >= WORTH_A_LOOK]
    found.sort(reverse=True)
    return [(place, name) for _, place, name in found[:MOST_LOOKS]]


def candidates_of(
    open_question: Optional[Text],
    spans: Sequence[Span],
    scores: np.ndarray,
    near: np.ndarray,
    columns: Columns,
    looks: Sequence[Tuple[int, Text]] = (),
    looked: Optional[np.ndarray] = None,
    topical: Optional[Dict[Text, np.ndarray]] = None,
    cues: Optional[Dict[Label, Tuple[float, float]]] = None,
) -> Candidates:
    """The candidates of a line. ``scores`` is (spans, labels), ``near`` (spans, landmarks), ``looked`` those of second looks."""
    catalogue, column = columns.catalogue, columns.column
    cues = cues or {}
    best_of = scores.max(axis=0)
    own = [(open_question, option) for option in catalogue.options.get(open_question or "", ())]
    ranked = columns.label_columns[np.argsort(-best_of[columns.label_columns])[: MOST_OTHERS + 12]]
    others: List[Label] = []
    for number in ranked:
        label = columns.labels[int(np.searchsorted(columns.label_columns, number))]
        if label[0] != open_question and best_of[number] >= FAINT and len(others) < MOST_OTHERS:
            others.append(label)
    others += [label for label in cues if label[0] != open_question and label not in others]
    again: Dict[Text, np.ndarray] = {}
    if looked is not None:
        for (_, question), row in zip(looks, looked, strict=True):
            again[question] = np.maximum(again[question], row) if question in again else row
            for option in catalogue.options[question]:
                number = column.get((question, option))
                if number is not None and row[number] >= FAINT_AGAIN and (question, option) not in others:
                    others.append((question, option))
    labels: List[Label] = [*own, *others]  # type: ignore[list-item]
    if not labels:
        return Candidates([], np.zeros((0, 0), dtype=np.float32))
    nearest = near.max(axis=0)
    kinds = [float(best_of[column[KIND, name]]) if (KIND, name) in column else 0.0 for name in KINDS]
    commands = max(
        (float(best_of[number]) for label, number in column.items() if label[0] == KIND and label[1] not in KINDS), default=0.0
    )
    whole_flags = _flags(spans[0])
    flags = [_flags(span) for span in spans]
    count = float(len(spans[0]))
    open_numbers = columns.of_question.get(open_question or "", [])
    open_best = 0.0
    if open_numbers:
        open_best = float(scores[:, open_numbers].max())
    rows: List[List[float]] = []
    singles = slice(1, None) if len(spans) > 1 else slice(0, 1)
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
        rest = [other for other in numbers if other != number]
        rest_whole = float(scores[0, rest].max()) if rest else 0.0
        rest_best = float(scores[:, rest].max()) if rest else 0.0
        rest_here = float(scores[place, rest].max()) if rest else 0.0
        total = float(scores[:, numbers].sum(axis=1).max()) if numbers else 0.0
        rows_of = columns.rows_of.get((question, option))
        closest = float(nearest[rows_of].max()) if rows_of is not None and len(rows_of) else 0.0
        second = again.get(question)
        again_own = float(second[number]) if second is not None and number is not None else -0.1
        again_rest = float(second[rest].max()) if second is not None and rest else 0.0
        again_shared = column.get((SHARED, option))
        again_rel = float(second[again_shared]) if second is not None and again_shared is not None else 0.0
        cue, against = cues.get((question, option), (0.0, 0.0))
        rest_cue = max((cues[label][0] for label in cues if label[0] == question and label[1] != option), default=0.0)
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
                again_own,
                again_rest,
                again_own - again_rest,
                again_rel,
                float(topical[question].max()) if topical and question in topical else 0.0,
                cue,
                against,
                rest_cue,
                *kinds,
                commands,
                *flags[place],
                *whole_flags,
            ]
        )
    return Candidates(labels, np.array(rows, dtype=np.float32))
