"""What may have been said besides what was heard: shown unticked on the same page, and put down only where it is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.interview.definitions import GO_ON
from bot.interview.exchange import MOVED, UNHEARD
from bot.interview.loading import load_interview
from bot.interview.turn import Conversation
from bot.interview.understanding import MOST_BESIDE, MOST_PERHAPS, NOTHING_PENDING, PERHAPS, Beside, Guess, may_go_on, pending_of
from bot.plan.loading import load_plan
from tests.interview.talking import CONTEXT, NO_GP, RENTED, Talk, said, t, talk

__all__ = ["t", "talk"]

DOG = Guess("things", "dog", 0.55)
NAMES = ("owes", "hurt", "things", "gp", "told", *(f"extra_{number}" for number in range(8)))


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
    assert [(kept.answer.question, kept.how, kept.words) for kept in outcome.recorded] == [
        (name, "in_passing", "x") for name in named
    ]


def test_it_brings_up_no_page_of_its_own(t: Talk) -> None:
    assert said(t.hear("words", "x", RENTED, DOG)) == ["utter_heard"] and t.now.pending.heard == ()


@pytest.mark.parametrize(
    "guess",
    [
        Guess("things", "dog", PERHAPS - 0.01),
        Guess("lived", "family", 0.6),
        Guess("hurt", "yes", 0.6),
        Guess("told", "yes", 0.6),
        Guess("noted", "yes", 0.6),
        Guess("nowhere", "yes", 0.6),
    ],
    ids=["too unlikely", "answered", "sensitive", "a consent", "for the worker", "unknown"],
)
def test_some_things_are_not_guessed_at(t: Talk, guess: Guess) -> None:
    t.hear("words", "x", RENTED, NO_GP, guess)
    assert perhaps(t) == {}


def test_what_follows_from_what_was_heard_is_not_guessed_at(t: Talk) -> None:
    t.hear("words", "x", RENTED, Guess("gp", "yes", 0.75), Guess("settled", "no", 0.6))
    assert [each.question for each in t.now.pending.heard] == ["gp"], "a doctor settles it"


def test_every_question_whose_yes_is_a_consent_to_the_plan_is_known() -> None:
    assert load_interview().consents == {GO_ON, *(consent.question for consent in load_plan().consents.values())}


def test_a_question_that_what_was_heard_opens_may_be_guessed_at(t: Talk) -> None:
    t.hear("words", "x", Guess("lived", "family", 0.3), NO_GP, Guess("extra_1", "yes", 0.6))
    assert "owes" not in perhaps(t)
    t.now = replace(t.now, focus="gp", pending=NOTHING_PENDING)
    t.hear("words", "x", Guess("gp", "no", 0.9), Guess("lived", "rented", 0.75), Guess("owes", "yes", 0.6))
    assert perhaps(t) == {"owes": ("yes",)}, "who rented is asked"


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
    assert put <= sure and not {"hurt", "told"} & set(perhaps(fresh))


def test_words_may_go_with_the_yes_only_where_the_next_question_has_a_box_whatever_is_ticked(t: Talk) -> None:
    t.hear("answer", "", question="lived", options=("rented",))
    t.hear("answer", "", question="hurt", options=("no",))
    finder, answers = t.conversation.finder, t.now.answers
    owes, things = Beside("owes", ("yes",)), Beside("things", ("dog",), sure=False)
    assert may_go_on(finder, CONTEXT, answers, [owes, things])
    unasked = {name: answer for name, answer in answers.items() if name != "hurt"}
    assert not may_go_on(finder, CONTEXT, unasked, [replace(owes, sure=False)]), "with it ticked the private question is next"


ON_OLD = {"asks": "turn-before", "settles": "confirm", "right": ("gp",)}


@pytest.mark.parametrize(("words", "kind"), [("", MOVED), ("and a dog", UNHEARD)])
def test_a_yes_on_a_page_that_another_screen_has_left_behind_settles_nothing(t: Talk, words: str, kind: str) -> None:
    t.hear("words", "x", RENTED, NO_GP)
    t.now = replace(t.now, pending=replace(t.now.pending, turn="turn-now"))
    old = ON_OLD if words else {"asks": "turn-before", "options": ("gp",)}
    outcome = t.hear("words" if words else "confirm", words, **old)
    assert (outcome.kind, outcome.recorded, said(outcome)) == (kind, (), ["utter_moved", "utter_also_heard"])
    assert pending_of(outcome.reply, "turn-after") == replace(t.now.pending, turn="turn-now"), (
        "the right page is no old one by that"
    )
    t.hear("confirm", "", asks="turn-now")
    assert t.now.answers["gp"].options == ("no",)


def test_a_bare_yes_on_such_a_page_does_not_wait_beside_another_question(t: Talk) -> None:
    assert t.hear("words", "yeah", **ON_OLD).kind == MOVED


@pytest.mark.parametrize(("seen", "kind"), [(2, MOVED), (3, "confirm"), (None, "confirm")])
def test_a_screen_that_does_not_say_which_turn_asked_is_known_by_the_newest_answer_it_saw(
    t: Talk, seen: int | None, kind: str
) -> None:
    t.hear("words", "x", RENTED, NO_GP)
    t.now = replace(t.now, newest_for={"lived": 3})
    assert t.hear("confirm", "", seen=seen).kind == kind


def test_a_yes_to_a_list_that_is_gone_shows_no_list(t: Talk) -> None:
    for old in ({"intent": "confirm"}, {"intent": "words", "text": "and a dog", **ON_OLD}):
        assert said(t.hear(**{"text": "", "asks": "turn-before", **old})) == ["utter_moved"]


@pytest.mark.parametrize(
    ("heard", "kind", "reply"),
    [
        ({"intent": "pause"}, "pause", "utter_paused"),
        ({"intent": "person"}, "person", "utter_person"),
        ({"intent": "words", "private": True}, "offer", "utter_private_offer"),
        ({"intent": "words", "alerts": ("health",)}, MOVED, "utter_alert_health"),
    ],
)
def test_what_was_said_with_such_a_yes_still_counts_and_private_or_urgent_words_do_not_wait(
    t: Talk, heard: dict[str, Any], kind: str, reply: str
) -> None:
    t.hear("words", "x", RENTED, NO_GP)
    outcome = t.hear(text="some words", **heard, **ON_OLD)
    assert (outcome.kind, said(outcome)[0], said(outcome)[-1]) == (kind, reply, "utter_also_heard") and outcome.recorded == ()


def test_words_to_a_question_on_another_screen_are_no_yes_to_the_list_on_this_one(t: Talk) -> None:
    t.hear("words", "x", RENTED, NO_GP)
    t.hear("words", "yeah", Guess("owes", "yes", 0.99), question="owes")
    assert set(t.now.answers) == {"lived", "owes"}, "it answers what was asked there"
