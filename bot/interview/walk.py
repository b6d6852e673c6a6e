"""What rules see while the path is walked, question by question."""

from __future__ import annotations

from collections.abc import Mapping

from bot.interview.answers import Answer
from bot.interview.definitions import Question
from bot.interview.rules import NOTHING, Rule, Truth, Value

# Whether the person is alone at the screen: what may be asked, and of whom.
MODE = "interview.mode"


class Walk:
    """Facts while walking the interview: outside facts at once, an answer once its question was passed.

    With ``modes`` what was answered keeps its place in the mode it was answered in; without, only the mode of now counts.
    """

    def __init__(self, facts: Mapping[str, Value], modes: Mapping[str, frozenset[str]] | None = None) -> None:
        self._facts = facts
        self._modes = modes or {}
        self._seen: dict[str, Value | None] = {}

    def value(self, source: str) -> Value | None:
        if source in self._seen:
            return self._seen[source]
        return self._facts.get(source, NOTHING)

    def holds(self, rule: Rule, question_id: str) -> Truth:
        """Whether a rule of a question holds now, or in a mode that the question was answered in."""
        truth = rule.holds(self)
        if truth is True or MODE not in rule.sources:
            return truth
        for mode in self._modes.get(question_id, ()):
            self._seen[MODE] = Value(frozenset([mode]), real=True)
            truth = either_holds(truth, rule.holds(self))
        self._seen.pop(MODE, None)
        return truth

    def passed(self, question_id: str, value: Value | None) -> None:
        self._seen[question_id] = value


def both_hold(first: Truth, second: Truth) -> Truth:
    """Of two truths, that both hold: None while it is not settled."""
    if first is False or second is False:
        return False
    return True if first and second else None


def either_holds(first: Truth, second: Truth) -> Truth:
    """Of two truths, that one of them holds: None while it is not settled."""
    if first is True or second is True:
        return True
    return False if first is False and second is False else None


def something_to_choose(question: Question, truths: Mapping[str, Truth]) -> Truth:
    """Whether a closed question has an option to offer, or one that offers help a need to offer it with."""
    if not question.closed:
        return True
    found = [truths[option.id] for option in question.options if question.needs_of is None or option.need is not None]
    return True if True in found else (None if None in found else False)


def still_offered(answer: Answer | None, truths: Mapping[str, Truth]) -> Truth:
    """Whether every option that was chosen is still offered: if not, the question has to be asked again."""
    if answer is None:
        return False
    chosen = [truths.get(option, False) for option in answer.options]
    return False if False in chosen else (None if None in chosen else True)
