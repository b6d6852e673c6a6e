"""The figures of an evaluation, from lines judged by hand."""

from __future__ import annotations

from typing import Any

from bot.evaluation.measuring import Judged, figures

CLOSED = frozenset({"debts", "debt_kinds", "gp"})
SETTLED = frozenset({("debts", "yes")})


def judged(wanted: dict[str, list[str]], given: dict[str, list[str]], clarify: bool = False, **line: Any) -> Judged:
    result = {"answers": given, "clarify": clarify, "alerts": [], "command": None, "private": False, "ms": 1.0}
    return Judged({"open": "debt_kinds", "answers": wanted, **line}, result, CLOSED, SETTLED)


def test_what_the_open_question_is_only_asked_after_counts_neither_way() -> None:
    loans = {"debt_kinds": ["loans"]}
    both = {**loans, "debts": ["yes"]}
    for wanted, given in ((loans, both), (both, loans), (both, both)):
        each = judged(wanted, given)
        assert each.right and not each.wrong
    assert judged(both, {**loans, "debts": ["no"]}).wrong


def test_wrong_is_what_the_words_do_not_give_and_was_not_asked_about() -> None:
    right, wrong = judged({"gp": ["no"]}, {"gp": ["no"]}), judged({}, {"gp": ["no"]})
    asked = judged({}, {"gp": ["no"]}, clarify=True)
    at_once = judged({"debt_kinds": ["loans"]}, {"debt_kinds": ["phone"]})
    assert [each.wrong for each in (right, wrong, asked, at_once)] == [False, True, False, True]
    assert [each.wrong_at_once for each in (right, wrong, asked, at_once)] == [False, False, False, True]
    found = figures([right, wrong, asked, at_once])
    assert (found.lines, found.right, found.wrong, found.wrong_at_once) == (4, 0.25, 0.5, 0.25)
    assert (found.precision, found.recall) == (0.25, 0.5)
    assert found.commands is None and found.alert_recall is None
