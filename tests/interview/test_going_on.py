"""Words that go with the yes or no to what else was heard: they answer no question, and nothing in them is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.interview.answers import Answer
from bot.interview.exchange import COMPLETE
from bot.interview.understanding import Beside, Guess, Pending, may_go_on
from tests.interview.talking import CONTEXT, NO_GP, OWES, RENTED, Talk, heard, said, t, talk

__all__ = ["t", "talk"]


def test_words_may_go_with_the_yes_and_are_said_back_for_they_answer_no_question(t: Talk) -> None:
    t.hear("words", "x", RENTED, OWES, NO_GP)
    dog = Guess("things", "dog", 0.9)
    first = t.hear("words", "and I have a dog", dog, Guess("hurt", "yes", 0.99), settles="confirm", right=("owes",))
    assert [(kept.answer.question, kept.words, kept.earlier) for kept in first.recorded] == [("owes", "x", True)]
    assert (first.kind, said(first), heard(first)) == ("confirm", ["utter_also_put", "utter_also_heard"], {"things": ("dog",)})
    assert t.now.answers["owes"].options == ("yes",) and not {"gp", "things"} & set(t.now.answers)
    second = t.hear("words", "no doctor", NO_GP, settles="confirm")
    assert [(kept.answer.question, kept.words) for kept in second.recorded] == [("things", "and I have a dog")]
    assert heard(second) == {"gp": ("no",)}
    t.hear("confirm", "")
    assert t.now.answers["gp"].options == ("no",) and t.asking == "hurt"


@pytest.mark.parametrize("words", ["Yeah.", "nah", "nah, that's wrong", "rented", "skip", "I owe", "owes"])
def test_words_beside_a_yes_never_answer_the_question_that_nobody_has_seen(t: Talk, words: str) -> None:
    t.hear("words", "x", RENTED, NO_GP)
    intent = "skip" if words == "skip" else "words"
    outcome = t.hear(intent, words, Guess("owes", "yes", 0.8), settles="confirm")
    assert "owes" not in t.now.answers and t.asking == "owes"
    assert ("gp" in t.now.answers) is ("nah" not in words), "a no in words is a no whichever button was pressed"
    assert said(outcome)[0] == ("utter_also_dropped" if "nah" in words else "utter_also_put")


def test_words_beside_a_no_drop_what_was_heard_and_are_heard_themselves(t: Talk) -> None:
    t.hear("words", "x", RENTED, NO_GP)
    outcome = t.hear("words", "behind with it", OWES, settles="deny")
    assert said(outcome) == ["utter_also_dropped", "utter_also_heard"] and heard(outcome) == {"owes": ("yes",)}
    assert outcome.recorded == () and "gp" not in t.now.answers


@pytest.mark.parametrize(
    ("words", "kind", "reply"),
    [
        ({"intent": "pause"}, "pause", ["utter_paused"]),
        ({"intent": "person"}, "person", ["utter_person"]),
        ({"intent": "go_back"}, "go_back", ["utter_back"]),
        ({"intent": "why"}, "why", ["utter_why"]),
        ({"intent": "words", "private": True}, "offer", ["utter_private_offer"]),
        ({"intent": "words"}, "unheard", []),
        ({"intent": "refuse"}, "confirm", []),
    ],
)
def test_words_beside_a_yes_keep_what_was_confirmed_whatever_they_are(
    t: Talk, words: dict[str, Any], kind: str, reply: list[str]
) -> None:
    t.hear("words", "x", RENTED, NO_GP)
    outcome = t.hear(text="something else", settles="confirm", **words)
    assert outcome.kind == kind and said(outcome) == ["utter_also_put", *reply]
    assert t.now.answers["gp"].options == ("no",)
    asked = "lived" if kind == "go_back" else "owes"
    assert t.asking == asked and outcome.step is not None and outcome.step.question.id == asked


def test_words_beside_a_yes_to_nothing_say_that_the_page_is_old(t: Talk) -> None:
    t.hear("answer", "", question="lived", options=("rented",))
    outcome = t.hear("words", "x", OWES, question="owes", settles="confirm")
    assert (outcome.kind, outcome.recorded, said(outcome)) == ("unheard", (), ["utter_moved"])


def test_what_was_unsure_is_asked_after_what_is_heard_beside_a_yes(t: Talk) -> None:
    t.hear("words", "x", Guess("lived", "family", 0.4), NO_GP)
    first = t.hear("words", "and a dog", Guess("things", "dog", 0.9), settles="confirm")
    assert said(first) == ["utter_also_put", "utter_also_heard"]
    assert said(t.hear("confirm", "")) == ["utter_also_put", "utter_clarify"] and t.asking == "lived"


def test_an_urgent_remark_beside_a_yes_is_answered_first_and_its_words_stand_only_in_the_alert(t: Talk) -> None:
    t.hear("words", "x", RENTED, NO_GP)
    outcome = t.hear("words", "yes rent's due, I want to die", OWES, settles="confirm", alerts=("self_harm",))
    assert said(outcome) == ["utter_alert_self_harm", "utter_also_put"] and outcome.urgent == ("self_harm",)
    assert outcome.kind == "confirm", "they do not wait beside the next question either"
    assert [(kept.answer.question, kept.words) for kept in outcome.recorded] == [("gp", "x")]
    assert "die" not in repr(outcome)


def test_what_was_unsure_is_not_asked_again_once_it_was_said_beside_a_yes(t: Talk) -> None:
    t.hear("words", "x", Guess("lived", "family", 0.4), NO_GP)
    t.hear("words", "with my family", Guess("lived", "family", 0.9), settles="confirm")
    done = t.hear("confirm", "")
    assert said(done) == ["utter_also_put"] and t.now.answers["lived"].options == ("family",) and t.asking == "hurt"


def test_what_is_said_beside_a_refusal_beside_a_yes_is_said_back(t: Talk) -> None:
    t.hear("words", "x", RENTED, NO_GP)
    outcome = t.hear("refuse", "I owe all right, how much is my business", OWES, settles="confirm")
    assert heard(outcome) == {"owes": ("yes",)} and t.now.answers["gp"].options == ("no",)


def test_words_beside_the_last_yes_leave_the_interview_complete(t: Talk) -> None:
    names = ["lived", "things", "hurt", "notes", *(f"extra_{number}" for number in range(8))]
    answers = {name: Answer(name, state="refused") for name in names} | {"settled": Answer("settled", state="refused")}
    t.now = replace(t.now, answers=answers, pending=Pending((Beside("gp", ("yes",)),), "x"))
    for intent, more, replies in (
        ("pause", {}, []),
        ("person", {}, ["utter_person"]),
        ("words", {"private": True}, ["utter_private_offer"]),
    ):
        talk = Talk(t.conversation)
        talk.now = t.now
        done = talk.hear(intent, "can we stop now", settles="confirm", **more)
        assert (done.state, said(done)) == (COMPLETE, ["utter_also_put", "utter_finished", *replies])


def test_there_is_a_box_where_what_comes_next_can_show_the_words_again(t: Talk) -> None:
    finder = t.conversation.finder
    refused = {name: Answer(name, state="refused") for name in ("lived", "hurt", "things", "gp")}
    for answers, right, wanted in (
        ({}, Beside("gp", ("no",)), True),
        ({"lived": refused["lived"]}, Beside("gp", ("no",)), False),  # next is private
        ({name: refused[name] for name in ("lived", "hurt", "things")}, Beside("gp", ("no",)), True),  # then a text
        ({"lived": refused["lived"], "things": refused["things"]}, Beside("hurt", ("no",)), False),
    ):
        assert may_go_on(finder, CONTEXT, answers, [right]) is wanted, answers
