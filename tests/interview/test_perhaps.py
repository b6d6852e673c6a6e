"""What may have been said besides what was heard: shown unticked on the same page, and put down only where it is named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.interview.exchange import MOVED, UNHEARD
from bot.interview.turn import Conversation
from bot.interview.understanding import MOST_BESIDE, MOST_PERHAPS, PERHAPS, Beside, Guess, may_go_on, pending_of
from tests.interview.talking import CONTEXT, NO_GP, RENTED, Talk, said, t, talk

__all__ = ["t", "talk"]

DOG = Guess("things", "dog", 0.55)
NAMES = ("owes", "hurt", "things", "gp", "share_consent", *(f"extra_{number}" for number in range(8)))


def perhaps(talk: Talk) -> dict[str, tuple[str, ...]]:
    return {each.question: each.options for each in talk.now.pending.heard if not each.sure}


def test_a_plain_yes_is_to_what_was_heard_and_not_to_what_may_have_been(t: Talk) -> None:
    t.hear("words", "x", RENTED, NO_GP, DOG)
    assert t.now.pending.heard == (Beside("gp", ("no",)), Beside("things", ("dog",), sure=False))
    t.hear("confirm", "")
    assert t.now.answers["gp"].options == ("no",) and "things" not in t.now.answers


@pytest.mark.parametrize("named", [("gp", "things"), ("things",)])
def test_what_is_named_is_put_down_with_its_words_though_it_was_not_sure(t: Talk, named: tuple[str, ...]) -> None:
    t.hear("words", "x", RENTED, NO_GP, DOG)
    outcome = t.hear("confirm", "", options=named)
    assert [(kept.answer.question, kept.how, kept.words) for kept in outcome.recorded] == [(name, "model", "x") for name in named]


def test_it_brings_up_no_page_of_its_own(t: Talk) -> None:
    assert said(t.hear("words", "x", RENTED, DOG)) == ["utter_heard"] and t.now.pending.heard == ()


@pytest.mark.parametrize(
    "guess",
    [
        Guess("things", "dog", PERHAPS - 0.01),
        Guess("lived", "family", 0.6),
        Guess("hurt", "yes", 0.6),
        Guess("share_consent", "yes", 0.6),
        Guess("nowhere", "yes", 0.6),
    ],
    ids=["too unlikely", "answered", "sensitive", "a consent", "unknown"],
)
def test_some_things_are_not_guessed_at(t: Talk, guess: Guess) -> None:
    t.hear("words", "x", RENTED, NO_GP, guess)
    assert perhaps(t) == {}


def test_what_follows_from_what_was_heard_is_not_guessed_at(t: Talk) -> None:
    t.hear("words", "x", RENTED, Guess("gp", "yes", 0.75), Guess("settled", "no", 0.6))
    assert [each.question for each in t.now.pending.heard] == ["gp"], "a doctor settles it"


def test_a_question_that_only_a_guess_would_open_is_not_shown(t: Talk) -> None:
    t.hear("words", "x", Guess("lived", "rented", 0.55), Guess("owes", "yes", 0.55), NO_GP)
    assert perhaps(t) == {}, "lived is open, and owes is only asked after it"


def test_the_likeliest_few_are_shown(t: Talk) -> None:
    guesses = [Guess(f"extra_{number}", "yes", 0.5 + number / 100) for number in range(8)]
    t.hear("words", "x", RENTED, NO_GP, *guesses)
    assert list(perhaps(t)) == ["extra_7", "extra_6", "extra_5"] and len(perhaps(t)) == MOST_PERHAPS


@given(st.lists(st.builds(Guess, st.sampled_from(NAMES), st.sampled_from(("yes", "no", "dog")), st.floats(0, 1)), max_size=20))
def test_whatever_is_guessed_a_plain_yes_puts_down_only_what_is_sure(talk: Conversation, guesses: list[Guess]) -> None:
    fresh = Talk(talk)
    fresh.hear("words", "x", RENTED, *guesses)
    heard = fresh.now.pending.heard
    assert len(heard) <= MOST_BESIDE and len(perhaps(fresh)) <= MOST_PERHAPS
    assert not heard or heard[0].sure
    before = set(fresh.now.answers)
    if heard:
        fresh.hear("confirm", "")
    put = set(fresh.now.answers) - before
    assert put <= {each.question for each in heard if each.sure}
    sure = {guess.question for guess in guesses if guess.confidence >= talk.sure_beside}
    assert put <= sure and not put & {"hurt", "share_consent"} - sure


def test_words_may_go_with_the_yes_only_where_the_next_question_has_a_box_whatever_is_ticked(t: Talk) -> None:
    t.hear("answer", "", question="lived", options=("rented",))
    t.hear("answer", "", question="hurt", options=("no",))
    finder, answers = t.conversation.finder, t.now.answers
    owes, things = Beside("owes", ("yes",)), Beside("things", ("dog",), sure=False)
    assert may_go_on(finder, CONTEXT, answers, [owes, things])
    unasked = {name: answer for name, answer in answers.items() if name != "hurt"}
    assert not may_go_on(finder, CONTEXT, unasked, [replace(owes, sure=False)]), "with it ticked the private question is next"


@pytest.mark.parametrize(("words", "kind"), [("", MOVED), ("and a dog", UNHEARD)])
def test_a_page_that_is_older_than_an_answer_on_another_screen_settles_nothing(t: Talk, words: str, kind: str) -> None:
    t.hear("words", "x", RENTED, NO_GP)
    t.now = replace(t.now, newest_for={"lived": 3})
    old = {"settles": "confirm", "right": ("gp",)} if words else {"options": ("gp",)}
    outcome = t.hear("words" if words else "confirm", words, seen=2, **old)
    assert (outcome.kind, outcome.recorded, said(outcome)) == (kind, (), ["utter_moved", "utter_also_heard"])
    assert pending_of(outcome.reply).heard == (Beside("gp", ("no",)),)
    t.hear("confirm", "", seen=3)
    assert t.now.answers["gp"].options == ("no",)


def test_urgent_or_private_words_on_an_old_page_do_not_wait(t: Talk) -> None:
    t.hear("words", "x", RENTED, NO_GP)
    t.now = replace(t.now, newest_for={"lived": 3})
    assert t.hear("words", "x", settles="confirm", seen=2, private=True).kind == MOVED
    assert t.hear("words", "x", settles="confirm", seen=2, alerts=("health",)).kind == MOVED
