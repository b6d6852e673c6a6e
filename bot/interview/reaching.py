"""Whether a question, an option or a need can be reached, shown by a record and answers that lead there.

A backtracking search over what the rules can tell apart, from the goal to what it rests on: a rule that looks at a question
is tried with each value the question can have, and each value claims in turn that the question is asked, or that it is not.
Rules have three values, so a partial choice that settles one already ends the search below it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from bot.interview.answers import Answer
from bot.interview.definitions import NOT_NOW, Interview, Need, Option, Question
from bot.interview.record import IMMIGRATION, is_foreign
from bot.interview.rules import ALWAYS, NOTHING, Rule, Value, both, comparisons, compile_rule
from bot.interview.sources import FIELDS, is_field

# Fields that follow from another one are chosen together with it.
_TOGETHER = {
    "record.recalled": "record.sentence_type",
    "record.foreign_national": "record.nationality",
    "record.immigration_status": "record.nationality",
    "record.weeks_to_release": "record.release",
}
_ANOTHER = "another"
_A_DAY = "2030-01-01"
# Rules look for at most so many options of one answer at once; every choice of up to so many, and of all, is tried.
_AT_ONCE = 3

Facts = dict[str, Value]
NEVER = Rule(None, frozenset(), lambda _facts: False)


@dataclass(frozen=True, slots=True)
class Witness:
    """Facts (as in ``path.Context``) and answers under which something is on the path. What does not matter is left out."""

    facts: Facts
    answers: dict[str, Answer]


Claim = tuple[Rule, int]
"""A rule that has to hold, and the position of the first question it cannot look at."""


@dataclass(frozen=True, slots=True)
class _Case:
    """What one question or field may hold, as sources see it, and what that claims."""

    values: Facts
    answer: Answer | None = None
    claims: tuple[Claim, ...] = ()


class TooHard(Exception):
    """The rules tell too many cases apart to look at them all."""


class Reach:
    """Searches one interview definition. Rules that look at unknown or later questions see nothing there, as on a path."""

    def __init__(self, interview: Interview, budget: int = 20_000) -> None:
        self.interview = interview
        self.budget = budget
        self._mentioned: dict[str, dict[str, None]] = {}
        self._bounds: dict[str, set[float]] = {}
        for data in _every_rule(interview):
            for operator, source, operands in comparisons(data):
                if operator == "is":
                    self._mentioned.setdefault(source, {}).update(dict.fromkeys(map(str, operands)))
                elif operands:
                    self._bounds.setdefault(source, set()).add(operands[0])
        self._cases: dict[str, list[_Case]] = {}

    def question(self, question: Question) -> Witness | None:
        """How the question comes to be asked, or None if it never is. Raises TooHard."""
        return next((found for way in ways(question) if (found := self.asked(question, way))), None)

    def asked(self, question: Question, rule: Rule) -> Witness | None:
        """How the question's own rules and another one hold at once, where earlier answers do not settle it. Raises TooHard."""
        claims = self._asked(question)
        return None if claims is None else self._search([*claims, (rule, self.interview.position[question.id])])

    def option(self, question: Question, option: Option) -> Witness | None:
        """How the option comes to be offered, or None if it never is. Raises TooHard."""
        return self.question(question) if option.when is ALWAYS else self.asked(question, option.when)

    def need(self, need: Need) -> Witness | None:
        """How the need comes to be found, or None if it never is. Raises TooHard."""
        return self.rule(need.when)

    def rule(self, rule: Rule, position: int | None = None) -> Witness | None:
        """How a rule comes to hold that sees the questions before ``position`` (all of them, for None). Raises TooHard."""
        return self._search([(rule, len(self.interview.questions) if position is None else position)])

    def _search(self, claims: list[Claim]) -> Witness | None:
        search = _Search(self, claims)
        return search.witness() if search.run() is None else None

    def cases(self, variable: str) -> list[_Case]:
        """What one question or field is tried with."""
        if variable not in self._cases:
            if is_field(variable):
                self._cases[variable] = [_Case(values) for values in self._facts(variable)]
            else:
                self._cases[variable] = list(self._of_question(self.interview.by_id[variable]))
        return self._cases[variable]

    def _asked(self, question: Question) -> tuple[Claim, ...] | None:
        """What has to hold for the question to be asked; None if it never is because it is always implied."""
        position = self.interview.position[question.id]
        if question.implied is None:
            return ((question.rule, position),)
        if question.implied.when is ALWAYS:
            return None
        return (question.rule, position), (compile_rule({"not": question.implied.when.data}), position)

    def _of_question(self, question: Question) -> Iterator[_Case]:
        position = self.interview.position[question.id]
        choosable = _any_of(ways(question))
        asked = self._asked(question)
        for answer in self._answers(question) if asked is not None else ():
            offered = [(question.by_id[option].when, position) for option in answer.options]
            yield _Case({question.id: answer.value()}, answer, (*asked, (choosable, position), *offered))  # type: ignore[misc]
        if question.implied is not None:
            value = Value(frozenset([question.implied.answer]), real=True)
            claims = ((question.rule, position), (question.implied.when, position), (choosable, position))
            yield _Case({question.id: value}, claims=claims)
        present = both(question.rule, choosable)
        if present is not ALWAYS:
            yield _Case({}, claims=((_opposite(present), position),))

    def _facts(self, source: str) -> Iterator[Facts]:
        named = [value for value in self._mentioned.get(source, {}) if value]
        field = FIELDS[source]
        if source == "record.release":
            for weeks in _numbers(self._bounds.get("record.weeks_to_release", set()), None, None):
                for day in [*named, _A_DAY]:
                    yield {source: _words(day), "record.weeks_to_release": Value(number=weeks, real=True)}
        elif source == "record.sentence_type":
            for kind in field.values:
                yield {source: _words(kind), "record.recalled": _words("yes" if kind.startswith("recall") else "no")}
        elif source == "record.nationality":
            for word, status in product([*named, "British", _ANOTHER, None], [None, *IMMIGRATION]):
                foreign = {True: "yes", False: "no", None: None}[is_foreign(word, status)]
                stands = {source: word, "record.foreign_national": foreign, "record.immigration_status": status}
                yield {name: _words(value) for name, value in stands.items() if value is not None}
        elif source == "record.armed_forces":
            yield from ({source: _words(*words)} for words in (("regular", "yes"), ("reservist", "yes"), ("no",)))
        elif field.number:
            numbers = _numbers(self._bounds.get(source, set()), 0, None)
            yield from ({source: Value(number=number, real=True)} for number in numbers)
        elif field.several:
            yield from ({source: _words(*words)} for words in _subsets(list(field.values), None, ()))
        else:
            yield from ({source: _words(value)} for value in field.values or [*named, _ANOTHER])
        if not field.always:
            yield {}

    def _answers(self, question: Question) -> Iterator[Answer]:
        mentioned = self._mentioned.get(question.id, {})
        if question.closed:
            named = [option for option in question.options if option.id in mentioned]
            others = [option for option in question.options if option.id not in mentioned]
            # No rule tells these apart, but for whether they are offered.
            others = [option for option in others if option.when is ALWAYS][:1] or others
            most = question.at_most if question.kind == "many" else 1
            together = [option.id for option in named if not option.exclusive]
            alone = [option.id for option in [*named, *others] if option.id not in together]
            yield from (Answer(question.id, options=chosen) for chosen in _subsets(together, most, alone) if chosen)
        elif question.kind in ("number", "scale"):
            bounds = self._bounds.get(question.id, set())
            yield from (Answer(question.id, number=number) for number in _numbers(bounds, question.minimum, question.maximum))
        else:
            yield Answer(question.id, text=_A_DAY)
        states = [state for state in NOT_NOW if state in mentioned]
        states += [state for state in NOT_NOW if state not in mentioned][:1]
        yield from (Answer(question.id, state=state) for state in states)


class _Search:
    """One search: a partial choice, seen by rules, with ``None`` for what is not chosen yet."""

    def __init__(self, reach: Reach, goal: list[Claim]) -> None:
        self._reach = reach
        self._position = reach.interview.position
        self._claims: list[tuple[Claim, str | None]] = [(claim, None) for claim in goal]
        self._at = 0
        self._chosen: dict[str, _Case] = {}
        self._waits_for: str | None = None
        self._steps = 0

    def run(self) -> frozenset[str] | None:
        """Choose on until every claim holds: None then, else the choices that stand in the way (none: it can never be)."""
        self._steps += 1
        if self._steps > self._reach.budget:
            raise TooHard
        variable: str | None = None
        for (rule, position), owner in self._claims:
            self._at, self._waits_for = position, None
            truth = rule.holds(self)
            if truth is False:
                seen = {_TOGETHER.get(source, source) for source in rule.sources} | {owner}
                return frozenset(name for name in seen if name in self._chosen)
            if truth is None and variable is None:
                variable = self._waits_for
        return None if variable is None else self._try(variable)

    def _try(self, variable: str) -> frozenset[str] | None:
        in_the_way: frozenset[str] = frozenset()
        size = len(self._claims)
        for case in self._reach.cases(variable):
            self._chosen[variable] = case
            self._claims += [(claim, variable) for claim in case.claims]
            found = self.run()
            if found is None:
                return None
            del self._claims[size:]
            if variable not in found:
                # Another choice here would change nothing: go back at once to one that would.
                in_the_way = found
                break
            in_the_way |= found
        del self._chosen[variable]
        return in_the_way - {variable}

    def witness(self) -> Witness:
        facts: Facts = {}
        answers: dict[str, Answer] = {}
        for variable, case in self._chosen.items():
            if case.answer is not None:
                answers[variable] = case.answer
            elif is_field(variable):
                facts.update(case.values)
        return Witness(facts, answers)

    def value(self, source: str) -> Value | None:
        if is_field(source):
            variable = _TOGETHER.get(source, source)
            hidden = source not in FIELDS
        else:
            variable = source
            hidden = self._position.get(source, self._at) >= self._at
        if hidden:
            return NOTHING
        case = self._chosen.get(variable)
        if case is None:
            self._waits_for = self._waits_for or variable
            return None
        return case.values.get(source, NOTHING)


def _every_rule(interview: Interview) -> Iterator[Any]:
    for question in interview.questions:
        yield question.rule.data
        yield from (option.when.data for option in question.options)
        if question.implied is not None:
            yield question.implied.when.data
    yield from (need.when.data for need in interview.needs)


def ways(question: Question) -> Iterable[Rule]:
    """Rules of which one has to hold for the question to have something to choose."""
    whens = [option.when for option in question.options if question.needs_of is None or option.need is not None]
    return [ALWAYS] if not question.closed or ALWAYS in whens else whens


def _any_of(rules: Iterable[Rule]) -> Rule:
    """The rule that holds when one of them does: never, if there are none."""
    rules = list(rules)
    if ALWAYS in rules:
        return ALWAYS
    return compile_rule({"any": [rule.data for rule in rules]}) if rules else NEVER


def _opposite(rule: Rule) -> Rule:
    return Rule(None, rule.sources, lambda facts: None if (truth := rule.holds(facts)) is None else not truth)


def _words(*options: str) -> Value:
    return Value(frozenset(options), real=True)


def _subsets(together: list[str], most: int | None, alone: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Choices of options: one, several at once, all, each of those that stand alone, and none."""
    most = len(together) if most is None else min(most, len(together))
    yield from ((option,) for option in together)
    yield from ((option,) for option in alone)
    for size in range(2, min(most, _AT_ONCE) + 1):
        yield from combinations(together, size)
    if most > _AT_ONCE:
        yield tuple(together[:most])
    yield ()


def _numbers(bounds: Iterable[float], low: float | None, high: float | None) -> list[float]:
    """One number on each side of every bound, the ends, and any number if there is nothing to go by."""
    points: set[float] = {point for bound in bounds for point in (math.ceil(bound), math.ceil(bound) - 1)}
    points |= {end for end in (low, high) if end is not None}
    inside = {point for point in points if (low is None or point >= low) and (high is None or point <= high)}
    return sorted(inside or {0})
