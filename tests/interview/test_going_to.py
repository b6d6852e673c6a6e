"""Going to a section and staying there until it is done; and words that a machine put into English."""

from __future__ import annotations

from bot.interview.path import IN_SECTION
from bot.interview.turn import Conversation
from bot.interview.understanding import Guess
from tests.interview.test_turn import Talk, said, t, talk

__all__ = ["t", "talk"]
END = IN_SECTION + "end"


def test_a_section_is_stayed_in_until_it_is_done_and_then_the_first_open_question_comes(t: Talk) -> None:
    outcome = t.hear("change", question=END)
    assert (outcome.question, outcome.focus, t.asking) == ("urgent_today", END, "urgent_today")
    t.choose("urgent_today", "none")
    assert t.asking == "sure" and t.focus == END
    t.hear("answer", question="sure", text="7")
    assert t.asking == "read_back"
    t.choose("read_back", "right")
    assert (t.asking, t.focus) == ("lived", None)


def test_what_is_put_off_there_does_not_come_again_at_once(t: Talk) -> None:
    t.hear("change", question=END)
    t.hear("later", question="urgent_today")
    assert t.asking == "sure"


def test_a_section_that_is_done_is_gone_through_from_its_first_question(t: Talk) -> None:
    for question, option in (("lived", "family"), ("hurt", "no"), ("things", "none")):
        t.choose(question, option)
    t.hear("skip", question="notes")
    assert t.asking == "urgent_today"
    outcome = t.hear("change", question=IN_SECTION + "home")
    assert (outcome.question, t.asking) == ("lived", "lived")


def test_a_section_that_is_not_there_leaves_all_as_it_was(t: Talk) -> None:
    for wrong in (IN_SECTION, IN_SECTION + "nowhere", IN_SECTION * 2):
        assert said(t.hear("change", question=wrong)) == ["utter_not_needed"]
        assert t.asking == "lived"


def test_words_are_understood_by_their_english_and_kept_as_they_were_typed(t: Talk) -> None:
    outcome = t.hear("words", text="u rodziny", english="with family")
    assert outcome.recorded[0].answer.options == ("family",)
    assert (outcome.recorded[0].words, outcome.recorded[0].how) == ("u rodziny", "exact")


def test_guesses_from_the_english_are_kept_with_the_words_as_typed(t: Talk) -> None:
    outcome = t.hear("words", text="u mamy", english="at my mum's", guesses=(Guess("lived", "family", 0.99),))
    assert (outcome.recorded[0].answer.options, outcome.recorded[0].words) == (("family",), "u mamy")


def test_open_words_stay_in_the_language_they_were_typed_in(t: Talk) -> None:
    t.choose("lived", "family")
    t.hear("change", question="notes")
    outcome = t.hear("words", question="notes", text="mam psa", english="I have a dog")
    assert outcome.recorded[0].answer.text == "mam psa"


def test_a_private_answer_is_never_decided_by_what_a_machine_made_of_words(t: Talk, talk: Conversation) -> None:
    t.choose("lived", "family")
    outcome = t.hear("words", question="hurt", text="tak", english="Yes", guesses=(Guess("hurt", "yes", 1.0),))
    assert said(outcome) == ["utter_buttons_only"] and not outcome.recorded and "hurt" not in t.answers


def test_a_focus_on_a_section_that_has_nothing_open_any_more_asks_what_is_open_elsewhere(t: Talk) -> None:
    t.hear("change", question=END)
    t.focus = IN_SECTION + "nowhere"
    assert t.asking == "lived"
