"""What else was heard is asked about once, also where somebody does something else first."""

from __future__ import annotations

import pytest

from bot.interview.understanding import ALSO_HEARD, ALSO_WAITS, Guess, pending_of
from tests.interview.talking import NO_GP, OWES, RENTED, Talk, heard, said, t, talk

__all__ = ["t", "talk"]


def test_whoever_changes_an_answer_first_is_asked_after_it(t: Talk) -> None:
    t.hear("words", "x", RENTED, OWES, NO_GP)
    asked = t.now.pending
    away = t.hear("change", "", question="lived")
    assert (said(away), heard(away), t.asking) == (["utter_changing", ALSO_WAITS], {}, "lived")
    # It waits however long the answer takes, and a yes meanwhile is a yes to nothing.
    for intent, words in (("why", ""), ("words", "who knows"), ("words", "yes")):
        assert heard(t.hear(intent, words, question="lived")) == {} and t.now.waiting.heard == asked.heard
    done = t.hear("answer", "", question="lived", options=("rented",))
    assert heard(done) == {"owes": ("yes",), "gp": ("no",)} and said(done)[-1] == ALSO_HEARD
    put = t.hear("confirm", "")
    assert [(kept.answer.question, kept.words) for kept in put.recorded] == [("owes", "x"), ("gp", "x")]
    assert not t.now.waiting.heard and not t.now.pending.heard


def test_what_was_answered_meanwhile_is_not_asked_about(t: Talk) -> None:
    t.hear("words", "x", RENTED, NO_GP)
    t.hear("answer", "", question="owes", options=("no",))
    t.hear("answer", "", question="hurt", options=("no",))
    t.hear("words", "x", Guess("things", "dog", 0.9), NO_GP)
    t.hear("change", "", question="gp")
    done = t.hear("answer", "", question="gp", options=("yes",))
    assert heard(done) == {} and not t.now.waiting.heard


def test_what_the_change_itself_lets_hear_is_asked_about_with_it(t: Talk) -> None:
    t.hear("words", "x", RENTED, NO_GP)
    t.hear("go_back")
    assert t.asking == "lived"
    done = t.hear("words", "and a dog", RENTED, Guess("things", "dog", 0.9), question="lived")
    assert heard(done) == {"gp": ("no",), "things": ("dog",)}
    assert pending_of(done.reply).said == "x\nand a dog"


@pytest.mark.parametrize("aside", ["person", "begin"])
def test_a_wish_that_stays_on_the_page_leaves_it_asked(t: Talk, aside: str) -> None:
    t.hear("words", "x", RENTED, NO_GP)
    assert heard(t.hear(aside)) == {"gp": ("no",)}
    t.hear("deny", "")
    assert "gp" not in t.now.answers and not t.now.pending.heard


def test_after_a_stop_it_is_asked_when_somebody_goes_on(t: Talk) -> None:
    t.hear("words", "x", RENTED, NO_GP)
    stopped = t.hear("pause")
    assert (said(stopped), stopped.state) == (["utter_paused", ALSO_WAITS], "paused")
    assert heard(t.hear("begin")) == {"gp": ("no",)}


def test_something_else_said_instead_is_a_no(t: Talk) -> None:
    t.hear("words", "x", RENTED, NO_GP)
    t.hear("answer", "", question="owes", options=("no",))
    assert not t.now.pending.heard and not t.now.waiting.heard
