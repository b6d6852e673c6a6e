"""The figures of an evaluation, from lines judged by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.evaluation.__main__ import follows
from bot.evaluation.measuring import Judged, figures
from bot.interview.loading import load_interview

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


def test_what_the_rules_take_from_an_answer_by_themselves() -> None:
    known = follows(load_interview())
    assert ("debts", "yes") in known["rent_owed", "yes"] and ("still_have_home", "yes") in known["where_will_live", "return"]
    assert ("social_services", "yes") in known["care_leaver", "yes"], "one of several reasons is enough"
    assert ("home_safe", "yes") not in known, "what needs more than one answer follows from none alone"
    assert ("rent_owed", "no") not in known


def test_what_follows_from_a_wrong_answer_hides_nothing() -> None:
    follows_from_rent = frozenset({("debts", "yes")})
    each = judged({"rent_owed": ["yes"]}, {"rent_owed": ["yes"], "debts": ["yes"]}, open="rent_owed")
    closed = replace(each, closed=CLOSED | {"rent_owed"}, settled=frozenset(), followed=follows_from_rent)
    assert closed.right and not closed.wrong
    missed = judged({"debts": ["yes"]}, {"rent_owed": ["yes"]}, open="debts")
    missed = replace(missed, closed=CLOSED | {"rent_owed"}, settled=frozenset(), followed=follows_from_rent)
    assert missed.wrong and missed.asked_though_clear and missed.wanted == {"debts": frozenset({"yes"})}


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
