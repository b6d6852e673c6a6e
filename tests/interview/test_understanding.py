"""What guesses become: the open answer, what else was heard and how it is confirmed, urgent and private words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.interview.answers import Answer
from bot.interview.exchange import COMPLETE, OPEN
from bot.interview.loading import load_interview
from bot.interview.turn import Conversation
from bot.interview.understanding import (
    MOST_BESIDE,
    Beside,
    Guess,
    Pending,
    beside,
    chosen,
    gates,
    likely,
    pending_of,
    settled,
    taken,
    with_gates,
)
from bot.plan.loading import load_plan
from tests.interview.talking import CONTEXT, NO_GP, OWES, RENTED, Talk, heard, said, t, talk

__all__ = ["t", "talk"]


def test_one_utterance_answers_the_open_question_and_asks_about_the_rest_on_the_path_as_it_is_then(t: Talk) -> None:
    outcome = t.hear("words", "rented, behind on it, no doctor", RENTED, OWES, NO_GP)
    assert [kept.answer.question for kept in outcome.recorded] == ["lived"]
    assert said(outcome) == ["utter_heard", "utter_also_heard"]
    assert heard(outcome) == {"owes": ("yes",), "gp": ("no",)}
    done = t.hear("confirm", "")
    assert {kept.answer.question: kept.answer.options for kept in done.recorded} == {"owes": ("yes",), "gp": ("no",)}
    assert {kept.words for kept in done.recorded} == {"rented, behind on it, no doctor"}
    assert (done.kind, said(done)) == ("confirm", ["utter_also_put"])
    assert t.asking == "hurt"
    t.hear("answer", "", question="hurt", options=("no",))
    t.hear("answer", "", question="things", options=("none",))
    assert t.asking == "notes", "the doctor is not asked about again"


@pytest.mark.parametrize(("words", "kind"), [("Yeah.", "confirm"), ("nah", "confirm"), ("well rented", "answer")])
def test_words_say_yes_or_no_to_what_was_heard_or_answer_the_next_question(t: Talk, words: str, kind: str) -> None:
    t.hear("words", "x", RENTED, NO_GP)
    outcome = t.hear("words", words, OWES)
    assert outcome.kind == kind
    assert ("gp" in t.now.answers) is (words == "Yeah.")
    assert t.now.pending == Pending()


def test_what_is_only_asked_after_one_answer_speaks_for_that_answer_but_never_answers_the_open_question(t: Talk) -> None:
    first = t.hear("words", "I owe on the old flat, no gp", OWES, NO_GP)
    assert not first.recorded and heard(first) == {"gp": ("no",)}
    t.hear("deny")
    t.hear("skip", question="lived")
    t.hear("skip", question="hurt")
    assert t.asking == "things"
    assert heard(t.hear("words", "a dog, and I owe on the old flat", Guess("things", "dog", 0.9), OWES)) == {
        "lived": ("rented",),
        "owes": ("yes",),
    }


def in_pairs(found: tuple[Guess, ...]) -> dict[str, float]:
    return {f"{each.question} {each.option}": each.confidence for each in found}


def test_a_gate_is_as_sure_as_what_needs_it_and_gives_way_to_what_was_said_of_it(talk: Conversation) -> None:
    interview, known = talk.interview, gates(talk.interview)
    assert in_pairs(with_gates(interview, known, [OWES], ()))["lived rented"] == 0.8
    surer = [OWES, Guess("lived", "rented", 0.9)]
    assert in_pairs(with_gates(interview, known, surer, ()))["lived rented"] == 0.9
    assert "lived rented" not in in_pairs(with_gates(interview, known, [OWES, Guess("lived", "family", 0.3)], ()))
    assert "lived rented" not in in_pairs(with_gates(interview, known, [OWES], {"lived"}))
    assert "lived rented" not in in_pairs(with_gates(interview, known, [Guess("owes", "no", 0.9)], ()))
    assert in_pairs(with_gates(interview, known, [Guess("nothing", "x", 0.9)], ())) == {"nothing x": 0.9}


def test_what_somebody_wants_does_not_follow_from_something_else() -> None:
    interview = load_interview()
    found = gates(interview)
    assert [guess.question for guess in found["lived_with"]] == ["keep_home"]
    told = [Guess("lived_with", "partner", 0.99)]
    assert with_gates(interview, found, told, ()) == tuple(told)


def test_nobody_consents_by_way_of_something_else() -> None:
    interview = load_interview()
    plan = load_plan()
    consents = {"consent_go_on", *(consent.question for consent in plan.consents.values())}
    found = gates(interview)
    assert [guess.question for guess in found["debt_kinds"]] == ["debts"]
    assert not consents & {guess.question for each in found.values() for guess in each}
    told = [Guess("duty_to_refer_contact_consent", "yes", 0.99)]
    assert with_gates(interview, found, told, ()) == tuple(told)


def test_what_a_question_is_only_asked_after_is_no_news_beside_it() -> None:
    interview = load_interview()
    assert settled(interview, "debt_kinds") == {("debts", "yes")}
    assert settled(interview, "bank_account") == frozenset()
    assert settled(interview, "debt_amount") == {("debts", "yes")}, "asked after any kind of debt, and that after a yes"
    assert settled(interview, "new_address") == {("where_will_live", "new_address")}, "a question of one's own words, too"
    assert settled(interview, "can_keep_home") == {("keep_home", "yes")}, "who goes back keeps the home without being asked"
    assert settled(interview, "duty_to_refer_contact_consent") == frozenset(), "a consent is not settled by way of another"
    drugs = replace(interview.by_id["drugs"], when=interview.by_id["can_keep_home"].when)
    asked = replace(interview, by_id={**interview.by_id, "drugs": drugs})
    assert settled(asked, "drugs_help") == {("drugs", "yes"), ("keep_home", "yes")}
    taken = replace(drugs, implied=interview.by_id["keep_home"].implied)
    implied = replace(interview, by_id={**interview.by_id, "drugs": taken})
    assert settled(implied, "drugs_help") == {("drugs", "yes")}, "it need not have been asked"


def test_what_was_heard_wrong_is_dropped_and_asked_in_its_turn(t: Talk) -> None:
    t.hear("words", "x", RENTED, OWES, NO_GP)
    outcome = t.hear("confirm", "", options=("gp",))
    assert [kept.answer.question for kept in outcome.recorded] == ["gp"]
    assert t.asking == "owes"
    t.hear("words", "x", Guess("owes", "no", 0.9), Guess("things", "dog", 0.9))
    assert said(t.hear("deny", "")) == ["utter_also_dropped"]
    assert "things" not in t.now.answers


def test_an_answer_beside_a_wish_is_not_taken_for_one(t: Talk) -> None:
    """At a consent "no, I need a break" would be a no."""
    outcome = t.hear("pause", "no, I need a break", Guess("lived", "rented", 0.99), NO_GP, question="lived")
    assert (outcome.kind, outcome.recorded, said(outcome)) == ("pause", (), ["utter_paused"])


def test_what_is_said_beside_not_wanting_to_answer_is_said_back(t: Talk) -> None:
    t.hear("answer", "", question="lived", options=("rented",))
    outcome = t.hear("refuse", "no gp. the rent I'd rather not say", NO_GP, question="owes")
    assert t.now.answers["owes"].state == "refused" and heard(outcome) == {"gp": ("no",)}


def test_a_command_between_leaves_what_was_heard_to_be_asked(t: Talk) -> None:
    t.hear("words", "x", RENTED, NO_GP)
    assert t.hear("why", "").kind == "why"
    assert t.hear("confirm", "").recorded == ()
    t.hear("words", "x", OWES, NO_GP)
    assert t.hear("answer", "", question="hurt", options=("no",)).kind == "answer"
    assert "gp" not in t.now.answers


def test_something_else_heard_where_the_open_question_is_not_settled_is_asked_first_then_the_likeliest(t: Talk) -> None:
    outcome = t.hear("words", "x", Guess("lived", "family", 0.4), NO_GP)
    assert (outcome.kind, said(outcome)) == ("clarify", ["utter_also_heard"])
    done = t.hear("confirm", "")
    assert said(done) == ["utter_also_put", "utter_clarify"]
    assert done.reply[1]["vars"] == {"question": "lived", "options": ["family"]}
    assert t.asking == "lived"
    again = t.hear("words", "y", Guess("lived", "family", 0.4), Guess("things", "dog", 0.9))
    assert said(t.hear("deny", "")) == ["utter_also_dropped", "utter_clarify"]
    assert heard(again) == {"things": ("dog",)}


def test_off_the_subject_is_brought_back_kindly_once(t: Talk) -> None:
    assert said(t.hear("words", "football", off=True)) == ["utter_off"]
    assert said(t.hear("words", "football", off=True)) == ["utter_options_again"]


def test_private_words_are_offered_a_private_talk_and_nothing_is_kept(t: Talk) -> None:
    outcome = t.hear("words", "my ex hit me", RENTED, NO_GP, private=True)
    assert (outcome.kind, said(outcome), outcome.recorded) == ("offer", ["utter_private_offer"], ())
    assert "hit" not in repr(outcome)
    assert t.asking == "lived"


def test_urgent_words_are_answered_first_and_the_words_are_not_kept_with_the_answer(t: Talk) -> None:
    outcome = t.hear("words", "rented and I want to die", RENTED, NO_GP, alerts=("self_harm",))
    assert said(outcome) == ["utter_alert_self_harm", "utter_heard"]
    assert outcome.urgent == ("self_harm",)
    assert [(kept.answer.question, kept.words) for kept in outcome.recorded] == [("lived", "")]
    alone = t.hear("words", "not safe", alerts=("safety", "health"), private=True)
    assert said(alone) == ["utter_alert_safety", "utter_alert_health", "utter_private_offer"]


def test_a_different_answer_to_what_was_answered_before_is_said_back_and_the_same_is_not(t: Talk) -> None:
    t.hear("words", "x", RENTED)
    t.hear("answer", "", question="owes", options=("yes",))
    outcome = t.hear("words", "x", Guess("lived", "family", 0.9), OWES, question="gp")
    assert heard(outcome) == {"lived": ("family",)}
    t.hear("confirm", "")
    assert t.now.answers["lived"].options == ("family",)


def test_a_confirmation_at_the_end_completes_the_interview(t: Talk) -> None:
    for name, option in [("lived", "family"), ("hurt", "no"), ("things", "none"), ("gp", "yes")]:
        t.hear("answer", "", question=name, options=(option,))
    t.hear("skip", "")
    for number in range(7):
        t.hear("answer", "", question=f"extra_{number}", options=("no",))
    outcome = t.hear("words", "x", Guess("lived", "rented", 0.2), Guess("extra_7", "no", 0.9), question="lived")
    assert heard(outcome) == {"extra_7": ("no",)}
    outcome = t.hear("confirm", "")
    assert outcome.state == OPEN and said(outcome)[-1] == "utter_clarify"
    talk = Talk(t.conversation)
    talk.now = replace(t.now, focus=None, pending=Pending((Beside("things", ("dog",)),), "x"))
    done = talk.hear("confirm", "")
    assert (done.state, said(done)) == (COMPLETE, ["utter_also_put", "utter_finished"])


def test_what_was_heard_at_the_end_needs_no_question(t: Talk) -> None:
    t.now = replace(t.now, pending=Pending((Beside("no_such", ("yes",)),), "x", "gone", ("rented",)))
    assert t.hear("confirm", "").recorded == ()
    talk = Talk(t.conversation)
    names = ["lived", "things", "gp", "hurt", "notes", *(f"extra_{number}" for number in range(8))]
    talk.now = replace(
        talk.now, answers={name: Answer(name, state="refused") for name in names} | {"settled": Answer("settled", state="refused")}
    )
    talk.now = replace(talk.now, pending=Pending((Beside("gp", ("yes",)),), "x"))
    assert said(talk.hear("deny", "")) == ["utter_also_dropped", "utter_finished"]


def test_sensitive_text_implied_unknown_and_too_much_is_never_heard_beside(talk: Conversation) -> None:
    guesses = [
        Guess(name, "yes", 0.9)
        for name in ("hurt", "notes", "settled", "no_such", "gp", *(f"extra_{number}" for number in range(8)))
    ]
    found = beside(talk.finder, CONTEXT, {"gp": Answer("gp", options=("yes",))}, guesses, "lived", 0.7)
    assert len(found) == MOST_BESIDE
    assert {each.question for each in found} <= {f"extra_{number}" for number in range(8)}


def test_what_has_no_place_any_more_is_not_taken(talk: Conversation) -> None:
    wanted = [Beside("owes", ("yes",)), Beside("gp", ("maybe",)), Beside("things", ("dog",)), Beside("settled", ("yes",))]
    found = taken(talk.finder, CONTEXT, {"lived": Answer("lived", options=("family",))}, wanted)
    assert set(found) == {"things"}


def test_many_takes_every_sure_option_but_no_exclusive_one_beside_others(talk: Conversation) -> None:
    things = talk.interview.by_id["things"]

    def pick(**scores: float) -> tuple[str, ...]:
        return chosen(things, things.options, [Guess("things", option, score) for option, score in scores.items()], 0.6)

    assert pick(dog=0.9, none=0.7, cat=0.8, car=0.7) == ("dog", "cat")
    assert pick(none=0.9, dog=0.8) == ("none",)
    assert pick(dog=0.5) == ()
    assert likely(things, things.options, [Guess("things", "dog", 0.03), Guess("things", "cat", 0.2)]) == ["cat"]


def test_a_reply_without_something_heard_has_nothing_pending() -> None:
    assert pending_of([{"say": "utter_heard"}, {"say": "utter_also_heard"}]) == Pending()
    assert pending_of([]) == Pending()


GUESSES = st.lists(
    st.builds(
        Guess,
        st.sampled_from(["lived", "owes", "hurt", "things", "gp", "notes", "settled", "zzz"]),
        st.sampled_from(["rented", "family", "yes", "no", "dog", "none", "zzz"]),
        st.floats(0, 1),
    ),
    max_size=8,
)


@given(
    turns=st.lists(
        st.tuples(st.sampled_from(["words", "confirm", "deny", "why", "go_back"]), st.text(max_size=20), GUESSES, st.booleans()),
        max_size=5,
    )
)
def test_no_sensitive_answer_ever_comes_of_words(talk: Conversation, turns: list[tuple[str, str, list[Guess], bool]]) -> None:
    t = Talk(talk)
    for intent, text, guesses, private in turns:
        outcome = t.hear(intent, text, *guesses, private=private)
        assert outcome.reply
        assert "hurt" not in t.now.answers
        assert all(each.question != "hurt" for each in t.now.pending.heard)
        for kept in outcome.recorded:
            assert set(kept.answer.options) <= set(talk.interview.by_id[kept.answer.question].by_id)
