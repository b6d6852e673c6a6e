"""Routing rules: small one-key operator objects over answers and the record. No eval.

A rule is evaluated to True, False or None. None means "not settled yet": it refers to a question that is on the
path and has no answer. This third value is what makes an honest estimate of the questions to come possible.
See docs/content.md for the language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

Truth = bool | None


@dataclass(frozen=True, slots=True)
class Value:
    """What a source holds: option ids or words (``options``), a number if it is one, and whether it is a real answer."""

    options: frozenset[str] = frozenset()
    number: float | None = None
    real: bool = False


NOTHING = Value()


class Facts(Protocol):
    """Where rules look things up."""

    def value(self, source: str) -> Value | None:
        """The value of a source, NOTHING if it has none, or None while its question waits for an answer."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled rule. ``data`` is the rule as written; ``sources`` the sources it looks at."""

    data: Any
    sources: frozenset[str]
    test: Callable[[Facts], Truth]

    def holds(self, facts: Facts) -> Truth:
        return self.test(facts)


class RuleError(Exception):
    """A rule is not of the language; the message says what is wrong and the mend."""


def _all(rules: list[Rule]) -> Callable[[Facts], Truth]:
    def test(facts: Facts) -> Truth:
        result: Truth = True
        for rule in rules:
            truth = rule.test(facts)
            if truth is False:
                return False
            if truth is None:
                result = None
        return result

    return test


def _any(rules: list[Rule]) -> Callable[[Facts], Truth]:
    def test(facts: Facts) -> Truth:
        result: Truth = False
        for rule in rules:
            truth = rule.test(facts)
            if truth is True:
                return True
            if truth is None:
                result = None
        return result

    return test


def _not(rule: Rule) -> Callable[[Facts], Truth]:
    def test(facts: Facts) -> Truth:
        truth = rule.test(facts)
        return None if truth is None else not truth

    return test


def _over(source: str, decide: Callable[[Value], bool]) -> Callable[[Facts], Truth]:
    def test(facts: Facts) -> Truth:
        value = facts.value(source)
        return None if value is None else decide(value)

    return test


def _source(operator: str, data: Any) -> str:
    if not isinstance(data, str):
        raise RuleError(f"'{operator}' takes the name of a source; write a question id or record.<field>")
    return data


def finite(data: Any) -> bool:
    """Whether it is a number that can be counted with: no boolean, infinity or absurd size."""
    return isinstance(data, (int, float)) and not isinstance(data, bool) and abs(data) < 1e9


def _bound(operator: str, data: Any) -> tuple[str, float]:
    if not (isinstance(data, list) and len(data) == 2 and finite(data[1])):
        raise RuleError(f"'{operator}' takes [source, number]")
    return _source(operator, data[0]), float(data[1])


def compile_rule(data: Any) -> Rule:
    """Compile a rule written as data; no rule at all (None) always holds.

    Raises:
        RuleError: an unknown operator, more than one key, or operands of the wrong shape.
    """
    return ALWAYS if data is None else _compile(data)


def _compile(data: Any) -> Rule:
    if not isinstance(data, dict) or len(data) != 1:
        raise RuleError("a rule is an object with one key: is, answered, at_least, below, known, all, any or not")
    ((operator, operand),) = data.items()
    if operator in ("all", "any"):
        if not isinstance(operand, list) or not operand:
            raise RuleError(f"'{operator}' takes a list of at least one rule")
        parts = [_compile(part) for part in operand]
        sources = frozenset().union(*(part.sources for part in parts))
        return Rule(data, sources, _all(parts) if operator == "all" else _any(parts))
    if operator == "not":
        part = _compile(operand)
        return Rule(data, part.sources, _not(part))
    if operator == "is":
        if not isinstance(operand, list) or len(operand) < 2:
            raise RuleError("'is' takes [source, value, …] with at least one value")
        wanted = frozenset(str(value) for value in operand[1:])
        source = _source(operator, operand[0])
        return Rule(data, frozenset([source]), _over(source, lambda value: bool(wanted & value.options)))
    if operator == "answered" or operator == "known":
        source = _source(operator, operand)
        return Rule(data, frozenset([source]), _over(source, lambda value: value.real))
    if operator in ("at_least", "below"):
        source, bound = _bound(operator, operand)
        if operator == "at_least":
            return Rule(data, frozenset([source]), _over(source, lambda v: v.number is not None and v.number >= bound))
        return Rule(data, frozenset([source]), _over(source, lambda v: v.number is not None and v.number < bound))
    raise RuleError(f"unknown operator '{operator}'; use is, answered, at_least, below, known, all, any or not")


ALWAYS = Rule(None, frozenset(), lambda _facts: True)


def both(first: Rule, second: Rule) -> Rule:
    """The rule that holds when both do."""
    if first is ALWAYS:
        return second
    if second is ALWAYS:
        return first
    return Rule({"all": [first.data, second.data]}, first.sources | second.sources, _all([first, second]))


def leaves(data: Any) -> Iterator[Any]:
    """Every comparison in the data of a compiled rule, as written: ``{"is": [source, value]}`` and the like."""
    if data is not None:
        ((operator, operand),) = data.items()
        if operator in ("all", "any"):
            for part in operand:
                yield from leaves(part)
        elif operator == "not":
            yield from leaves(operand)
        else:
            yield data


def comparison(leaf: Any) -> tuple[str, str, list[Any]]:
    """(operator, source, operands) of one of the ``leaves`` of a rule."""
    ((operator, operand),) = leaf.items()
    return (operator, operand[0], list(operand[1:])) if isinstance(operand, list) else (operator, operand, [])


def comparisons(data: Any) -> Iterator[tuple[str, str, list[Any]]]:
    """Every (operator, source, operands) that the data of a compiled rule makes."""
    return map(comparison, leaves(data))
