"""The needs that the answers show: what caused each, and whether the person wants help with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.interview.definitions import Interview, Need
from bot.interview.path import Context, Path, Step
from bot.interview.rules import NOTHING, Rule, Truth, Value, comparison, compile_rule
from bot.interview.sources import is_field

Wanted = Literal["yes", "no", "not_asked"]
YES: Wanted = "yes"
NO: Wanted = "no"
NOT_ASKED: Wanted = "not_asked"


@dataclass(frozen=True, slots=True)
class Cause:
    """An answer or a record field that something rests on: its id and the option ids that count (none for numbers and words)."""

    question: str
    options: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"question": self.question, "options": list(self.options)}


@dataclass(frozen=True, slots=True)
class FoundNeed:
    """A need that was found: ``because`` of which answers, and what the person said to help with it (``wanted``)."""

    need: Need
    because: tuple[Cause, ...]
    wanted: Wanted

    @property
    def id(self) -> str:
        return self.need.id

    @property
    def declined(self) -> bool:
        return self.wanted == NO


class Known:
    """What rules see of a path: outside facts, the answers on it, and None for what is not settled yet."""

    def __init__(self, context: Context, path: Path) -> None:
        self._facts: Mapping[str, Value] = context.facts
        self._said: dict[str, Value | None] = {
            step.question.id: None if step.answer is None else step.answer.value() for step in path.steps
        }
        self._said.update((question.id, None) for question in path.possible if question.id not in self._said)

    def value(self, source: str) -> Value | None:
        return self._said[source] if source in self._said else self._facts.get(source, NOTHING)


def find_needs(interview: Interview, path: Path, context: Context) -> tuple[FoundNeed, ...]:
    """Every need whose rule holds, in the order of the needs files. What is not settled yet brings no need."""
    return needs_in(interview, path, Known(context, path))


def needs_in(interview: Interview, path: Path, known: Known) -> tuple[FoundNeed, ...]:
    """``find_needs`` over facts that are at hand already."""
    offers = _offers(path)
    asked = {option.need for question in interview.questions for option in question.options if option.need is not None}
    return tuple(
        FoundNeed(need, causes(need.when, known), _wanted(need, path, offers, need.id in asked))
        for need in interview.needs
        if need.when.holds(known) is True
    )


def _offers(path: Path) -> dict[str, Step]:
    """The step that offers help with each need, where it is on the path."""
    return {option.need: step for step in path.steps for option in step.options if option.need is not None}


def _wanted(need: Need, path: Path, offers: Mapping[str, Step], is_offered: bool) -> Wanted:
    if need.asked_by is not None:
        step, taken = path.by_id.get(need.asked_by.question), need.asked_by.wanted
    elif is_offered:
        step, taken = offers.get(need.id), (need.id,)
    else:
        # No question asks: the need's own rule rests on what the person asked for.
        return YES
    answer = step.answer if step is not None else None
    if step is None or answer is None or not answer.given:
        return NOT_ASKED
    if any(option in answer.options for option in taken):
        return YES
    # Help that was not offered at the time was not turned down: the question waits to be asked again.
    return NO if step.settled else NOT_ASKED


def causes(rule: Rule, known: Known) -> tuple[Cause, ...]:
    """The comparisons of a rule that hold where the rule does, merged by question. Call it where the rule holds.

    Of an ``any`` every part that holds is a cause. What was *not* said is a cause only where nothing that was said is;
    ``interview.*`` and ``setting.*`` are none beside others.
    """
    if rule.data is None:
        return ()
    said = list(_positive(rule.data, known))
    own = [cause for cause in said if not cause.question.startswith(("interview.", "setting."))]
    return _merge(own or said or list(_negative(rule.data, known)))


def _merge(found: Iterable[Cause]) -> tuple[Cause, ...]:
    merged: dict[str, dict[str, None]] = {}
    for cause in found:
        merged.setdefault(cause.question, {}).update(dict.fromkeys(cause.options))
    return tuple(Cause(question, tuple(options)) for question, options in merged.items())


def _positive(data: Any, known: Known) -> Iterator[Cause]:
    """The comparisons that hold and are not under a ``not``."""
    ((operator, operand),) = data.items()
    if operator in ("all", "any"):
        for part in operand:
            if _holds(part, known):
                yield from _positive(part, known)
    elif operator != "not":
        yield from _of_leaf(data, known)


def _negative(data: Any, known: Known) -> Iterator[Cause]:
    """What was said instead, for comparisons under a ``not``."""
    ((operator, operand),) = data.items()
    if operator in ("all", "any"):
        for part in operand:
            if _holds(part, known):
                yield from _negative(part, known)
    elif operator == "not":
        for source in _sources(operand):
            value = known.value(source)
            if value is not None and (value.options or value.number is not None):
                yield _cause(source, value, value.options)


def _holds(data: Any, known: Known) -> Truth:
    return compile_rule(data).holds(known)


def _of_leaf(leaf: Any, known: Known) -> Iterator[Cause]:
    operator, source, operands = comparison(leaf)
    value = known.value(source)
    if value is None:
        return
    counted = value.options & frozenset(map(str, operands)) if operator == "is" else value.options
    yield _cause(source, value, counted)


def _cause(source: str, value: Value, options: frozenset[str]) -> Cause:
    # A date or a prison's name in a record field says nothing that the field's name does not.
    if value.number is not None or source in ("record.release", "record.home_area", "record.prison"):
        return Cause(source)
    return Cause(source, tuple(sorted(options)))


def _sources(data: Any) -> Iterator[str]:
    yield from sorted(compile_rule(data).sources, key=lambda source: (is_field(source), source))
