"""What is answered to which question of ours: worked out beforehand with the engine, so that the interview gets long."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from bot.actions.situation import context
from bot.interview.answers import Answer, normal
from bot.interview.definitions import Interview, Question
from bot.interview.path import CONFIRMED, Context, Path, PathFinder, Step
from bot.interview.record import PersonRecord
from bot.store.types import FIRST, OPEN, WORKER, InterviewRow, InterviewState

# Every so many closed questions are answered in the person's own words instead of by a button.
WORDS_EACH = 4


@dataclass(frozen=True, slots=True)
class Line:
    """The answer to one question: options by button, or words (``typed``)."""

    question: str
    options: tuple[str, ...] = ()
    words: str = ""

    @property
    def typed(self) -> bool:
        return bool(self.words)


def write_script(interview: Interview, record: PersonRecord, today: date) -> dict[str, Line]:
    """A line for every question of a long interview with a person of this record, in the order in which they are asked.

    At each closed question the option is taken that leaves most questions on the path.
    """
    finder = PathFinder(interview)
    given = _context(record, today)
    answers: dict[str, Answer] = {}
    lines: dict[str, Line] = {}
    while (step := (path := finder.path(given, answers)).next()) is not None:
        question = step.question
        if question.id in lines:
            raise ValueError(f"{question.id} is asked twice")
        if question.closed:
            answers[question.id] = _longest(finder, given, answers, path, step)
        elif question.kind in ("number", "scale"):
            answers[question.id] = replace(Answer(question.id, number=question.minimum or 1.0), basis=path.basis(question))
        else:
            answers[question.id] = replace(Answer(question.id, text="x"), basis=path.basis(question))
        lines[question.id] = _line(question, step, answers[question.id], len(lines))
    return lines


def _context(record: PersonRecord, today: date) -> Context:
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    row = InterviewRow(
        id="bench", person_id="bench", kind=FIRST, mode=WORKER, language="en", level="plain", state=OPEN, focus=None,
        started_at=long_ago, updated_at=long_ago, completed_at=None, started_by="bench", earlier=None,
    )  # fmt: skip
    return context(InterviewState(row, record, {}, 0, {}), day=today)


def _longest(finder: PathFinder, given: Context, answers: dict[str, Answer], path: Path, step: Step) -> Answer:
    question = step.question
    best: tuple[tuple[Any, ...], Answer] | None = None
    for option in step.options:
        answer = replace(Answer(question.id, options=(option.id,)), basis=path.basis(question))
        after = finder.path(given, {**answers, question.id: answer})
        agrees = not question.reads_back or option.id == CONFIRMED
        rank = (agrees, len(after.steps) + len(after.possible), len(after.steps))
        if best is None or rank > best[0]:
            best = (rank, answer)
    assert best is not None
    return best[1]


def _line(question: Question, step: Step, answer: Answer, number: int) -> Line:
    if not question.closed:
        words = {
            "date": "24/12/2026",
            "number": f"{answer.number or 1:g}",
            "scale": f"{answer.number or 1:g}",
            "address": "12 Made-up Street, Northmere",
        }
        return Line(question.id, words=words.get(question.kind, "It was a while ago, I would have to think about that"))
    said = question.by_id[answer.options[0]].plain
    same = [option for option in step.options if normal(said) in (normal(option.plain), normal(option.easy))]
    if number % WORDS_EACH == 0 and not question.sensitive and len(same) == 1:
        return Line(question.id, words=said)
    return Line(question.id, options=answer.options)


def path_seconds(interview: Interview, record: PersonRecord, today: date, script: Mapping[str, Line], repeat: int = 30) -> float:
    """How long one computation of the path takes half-way through the script."""
    finder, given = PathFinder(interview), _context(record, today)
    half = list(script.values())[: len(script) // 2]
    answers = {line.question: Answer(line.question, options=line.options, text=line.words) for line in half}
    began = time.perf_counter()
    for _ in range(repeat):
        finder.path(given, answers)
    return (time.perf_counter() - began) / repeat
