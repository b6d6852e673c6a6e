"""One turn decided: commands, answers by button and in words, changes, two screens. A tiny interview for all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.interview.answers import Answer
from bot.interview.exchange import COMPLETE, OPEN, PAUSED, Heard, Outcome, Situation
from bot.interview.loading import Loader
from bot.interview.path import Context, PathFinder
from bot.interview.rules import Value
from bot.interview.turn import Conversation
from bot.interview.understanding import Guess
from tests.interview.talking import COMMON

HEAD = f"sections: [home, end]{COMMON}"
HOME = """
section: home
pathway: accommodation
title: {plain: Home, easy: Home}
questions:
  - id: lived
    kind: one
    plain: {ask: "Where did you live?", why: "To help.", help: "Choose one."}
    easy: {ask: "Where?", why: "To help."}
    options:
      - {id: rented, plain: "Rented", easy: "Paid rent"}
      - {id: family, plain: "With family", easy: "Family"}
  - id: address
    kind: address
    depends_on: [lived]
    when: {is: [lived, rented]}
    plain: {ask: "What is the address?", why: "To write to it."}
    easy: {ask: "Address?", why: "To write."}
  - id: hurt
    kind: one
    sensitive: true
    plain: {ask: "Has anyone hurt you?", why: "To keep you safe."}
    easy: {ask: "Has anyone hurt you?", why: "To help."}
    options:
      - {id: "yes", plain: "Yes", easy: "Yes"}
      - {id: "no", plain: "No", easy: "No"}
  - id: things
    kind: many
    at_most: 2
    plain: {ask: "What do you have?", why: "To keep it."}
    easy: {ask: "What things?", why: "To keep it."}
    options:
      - {id: dog, plain: "A dog", easy: "Dog"}
      - {id: cat, plain: "A cat", easy: "Cat"}
      - {id: car, plain: "A car", easy: "Car"}
      - {id: none, plain: "Nothing", easy: "Nothing", exclusive: true}
  - id: notes
    kind: text
    optional: true
    plain: {ask: "Anything else?", why: "So we know."}
    easy: {ask: "More?", why: "So we know."}
"""
END = """
section: end
title: {plain: End, easy: End}
questions:
  - id: urgent_today
    kind: many
    urgent: true
    sensitive: true
    plain: {ask: "Anything urgent?", why: "To act."}
    easy: {ask: "Urgent?", why: "To act."}
    options:
      - {id: unsafe, plain: "Not safe", easy: "Not safe"}
      - {id: none, plain: "No", easy: "No", exclusive: true}
  - id: sure
    kind: scale
    plain: {ask: "How sure?", why: "To know.", ends: ["Not", "Very"]}
    easy: {ask: "How sure?", why: "To know.", ends: ["Not", "Very"]}
  - id: read_back
    kind: one
    reads_back: home
    plain: {ask: "Is this right?", why: "To be right."}
    easy: {ask: "Right?", why: "To be right."}
    options:
      - {id: right, plain: "Right", easy: "Right"}
      - {id: change, plain: "Not right", easy: "Not right"}
"""


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Conversation:
    root: Path = tmp_path_factory.mktemp("data")
    (root / "questions").mkdir()
    (root / "needs").mkdir()
    (root / "interview.yml").write_text(HEAD)
    (root / "questions" / "home.yml").write_text(HOME)
    (root / "questions" / "end.yml").write_text(END)
    loader = Loader(root)
    interview = loader.load()
    assert loader.problems.lines == []
    return Conversation(PathFinder(interview))


class Talk:
    """Plays turns and keeps what the store would keep."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.answers: dict[str, Answer] = {}
        self.newest: dict[str, int] = {}
        self.focus: str | None = None
        self.state = OPEN
        self.last: tuple[str, str | None] = ("", None)

    def hear(self, intent: str, **heard: Any) -> Outcome:
        context = Context({"interview.mode": Value(frozenset(["worker"]), real=True)})
        situation = Situation(context, self.answers, self.focus, self.state, self.newest, self.last)
        outcome = self.conversation.decide(situation, Heard(intent, **heard))
        for kept in outcome.recorded:
            self.answers[kept.answer.question] = kept.answer
            self.newest[kept.answer.question] = max(self.newest.values(), default=0) + 1
        self.focus, self.state, self.last = outcome.focus, outcome.state, (outcome.kind, outcome.question)
        return outcome

    @property
    def asking(self) -> str | None:
        context = Context({"interview.mode": Value(frozenset(["worker"]), real=True)})
        step = self.conversation.finder.path(context, self.answers).next(self.focus)
        return step.question.id if step else None

    def choose(self, question: str, *options: str, **rest: Any) -> Outcome:
        return self.hear("answer", question=question, options=options, **rest)


def said(outcome: Outcome) -> list[str]:
    return [item["say"] for item in outcome.reply]


@pytest.fixture
def t(talk: Conversation) -> Talk:
    return Talk(talk)


def to_the_end(t: Talk) -> None:
    t.choose("lived", "family")
    t.choose("hurt", "no")
    t.choose("things", "none")
    t.hear("skip")
    t.choose("urgent_today", "none")
    t.hear("words", text="7")


def test_beginning_welcomes_and_resuming_says_that_answers_are_saved(t: Talk) -> None:
    assert said(t.hear("begin")) == ["utter_welcome"]
    t.choose("lived", "family")
    assert said(t.hear("begin")) == ["utter_resumed"]


def test_a_button_is_recorded_confirmed_and_leads_on(t: Talk) -> None:
    outcome = t.choose("lived", "rented", more="  from my uncle ")
    assert said(outcome) == ["utter_heard"]
    assert t.answers["lived"].options == ("rented",)
    assert t.answers["lived"].more == "from my uncle"
    assert outcome.recorded[0].how == "button"
    assert t.asking == "address"


def test_words_are_taken_when_sure_or_exact_and_asked_about_when_not(t: Talk) -> None:
    unsure = t.hear("words", text="hm home", guesses=(Guess("lived", "family", 0.4), Guess("lived", "rented", 0.3)))
    assert said(unsure) == ["utter_clarify"]
    assert unsure.reply[0]["vars"]["options"] == ["family", "rented"]
    assert t.answers == {}
    again = t.hear("words", text="home", guesses=(Guess("lived", "family", 0.4),))
    assert said(again) == ["utter_options_again"]
    assert again.reply[0]["vars"]["options"] == ["rented", "family"]
    sure = t.hear("words", text="at my mum's", guesses=(Guess("lived", "family", 0.9),))
    assert (sure.recorded[0].how, sure.recorded[0].words) == ("model", "at my mum's")
    t.hear("go_back")
    exact = t.hear("words", text="Paid rent.")
    assert (exact.recorded[0].how, t.answers["lived"].options) == ("exact", ("rented",))


def test_words_without_any_guess_show_the_options_at_once(t: Talk) -> None:
    assert said(t.hear("words", text="zzz")) == ["utter_options_again"]


def test_guesses_for_other_questions_or_options_not_offered_are_ignored(t: Talk) -> None:
    outcome = t.hear("words", text="x", guesses=(Guess("things", "dog", 0.99), Guess("lived", "gone", 0.99)))
    assert outcome.kind == "clarify" and not outcome.recorded


def test_many_options_from_words_leave_exclusive_ones_out(t: Talk) -> None:
    t.choose("lived", "family")
    t.choose("hurt", "no")
    t.hear(
        "words",
        text="dog and cat",
        guesses=(Guess("things", "dog", 0.9), Guess("things", "none", 0.7), Guess("things", "cat", 0.8)),
    )
    assert t.answers["things"].options == ("dog", "cat")
    t.hear("go_back")
    t.hear("words", text="nothing at all", guesses=(Guess("things", "none", 0.9), Guess("things", "cat", 0.8)))
    assert t.answers["things"].options == ("none",)


def test_a_sensitive_question_takes_buttons_only_and_is_never_echoed(t: Talk) -> None:
    t.choose("lived", "family")
    outcome = t.hear("words", text="yes he did", guesses=(Guess("hurt", "yes", 1.0),))
    assert said(outcome) == ["utter_buttons_only"]
    assert "hurt" not in t.answers
    assert "he did" not in repr(outcome)
    assert said(t.choose("hurt", "yes")) == ["utter_saved"]
    t.hear("go_back")
    assert said(t.hear("refuse")) == ["utter_saved"]


@pytest.mark.parametrize(
    ("intent", "state"), [("refuse", "refused"), ("unknown", "unknown"), ("later", "later"), ("skip", "skipped")]
)
def test_not_now_answers_are_answers(t: Talk, intent: str, state: str) -> None:
    assert said(t.hear(intent)) == ["utter_not_now"]
    assert t.answers["lived"].state == state
    assert t.asking == "hurt"


def test_ask_me_later_comes_back_once_before_the_last_section(t: Talk) -> None:
    t.hear("later")
    t.choose("hurt", "no")
    t.choose("things", "none")
    t.hear("skip")
    assert t.asking == "lived"
    t.hear("later")
    assert t.answers["lived"].again
    assert t.asking == "urgent_today"


def test_why_help_and_repeat_tell_and_change_nothing(t: Talk) -> None:
    assert said(t.hear("why")) == ["utter_why"]
    assert said(t.hear("help_me")) == ["utter_help"]
    assert said(t.hear("repeat")) == ["utter_repeat"]
    t.choose("lived", "family")
    assert said(t.hear("help_me")) == ["utter_no_more_help"]
    assert t.asking == "hurt"


def test_back_goes_one_back_and_keeps_the_answer_until_it_is_changed(t: Talk) -> None:
    assert said(t.hear("go_back")) == ["utter_at_start"]
    t.choose("lived", "family")
    assert said(t.hear("go_back")) == ["utter_back"]
    assert t.asking == "lived" and t.answers["lived"].options == ("family",)
    t.hear("why")
    assert t.asking == "lived"
    t.choose("lived", "family")
    assert t.asking == "hurt"


def test_changing_an_answer_reopens_what_rests_on_it_and_changing_back_restores_it(t: Talk) -> None:
    t.choose("lived", "rented")
    t.hear("words", text="1 High Street")
    assert t.asking == "hurt"
    t.hear("change", question="lived")
    assert t.asking == "lived"
    t.choose("lived", "family")
    assert t.asking == "hurt"
    t.hear("change", question="lived")
    t.choose("lived", "rented")
    assert t.asking == "hurt"
    assert t.answers["address"].text == "1 High Street"


def test_a_question_that_is_off_the_path_cannot_be_changed_or_answered(t: Talk) -> None:
    t.choose("lived", "family")
    assert said(t.hear("change", question="address")) == ["utter_not_needed"]
    assert said(t.hear("change", question="no_such")) == ["utter_not_needed"]
    assert said(t.hear("change")) == ["utter_not_needed"]
    assert said(t.hear("words", question="address", text="1 High Street")) == ["utter_not_needed"]
    assert "address" not in t.answers


def test_an_older_screen_never_overwrites_a_newer_answer(t: Talk) -> None:
    t.choose("lived", "rented", seen=0)
    assert said(t.choose("lived", "family", seen=0)) == ["utter_moved"]
    assert t.answers["lived"].options == ("rented",)
    assert said(t.choose("lived", "family", seen=1)) == ["utter_heard"]


def test_what_was_typed_on_an_older_screen_stays_at_its_question(t: Talk) -> None:
    t.choose("lived", "rented", seen=0)
    asked = t.asking
    outcome = t.hear("words", question="lived", text="at my mum's", seen=0)
    assert (outcome.kind, outcome.question, said(outcome), t.asking) == ("moved", "lived", ["utter_moved"], "lived")
    assert t.answers["lived"].options == ("rented",)
    t.hear("skip", question="lived")
    # What is urgent stands in its alert, and does not wait in a box.
    outcome = t.hear("words", question="lived", text="x", seen=0, alerts=("self_harm",))
    assert (outcome.question, t.asking) == (asked, asked)


def test_a_late_answer_to_a_question_still_on_the_path_is_kept(t: Talk) -> None:
    t.choose("things", "dog", seen=0)
    assert t.answers["things"].options == ("dog",)
    assert t.asking == "lived"


def test_pause_keeps_the_place_and_any_answer_resumes(t: Talk) -> None:
    outcome = t.hear("pause")
    assert (said(outcome), outcome.state, t.asking) == (["utter_paused"], PAUSED, "lived")
    assert t.choose("lived", "family").state == OPEN


def test_asking_for_a_person_is_noted_and_the_question_stays(t: Talk) -> None:
    outcome = t.hear("person")
    assert (outcome.kind, said(outcome), t.asking) == ("person", ["utter_person"], "lived")


def test_saying_more_adds_to_the_answer_before(t: Talk) -> None:
    assert said(t.hear("say_more")) == ["utter_nothing_to_add_to"]
    t.choose("lived", "family")
    assert said(t.hear("say_more")) == ["utter_say_more"]
    assert said(t.hear("words", text="with my gran")) == ["utter_added"]
    t.hear("why")
    t.hear("say_more")
    t.hear("words", text="and her dog")
    assert t.answers["lived"].more == "with my gran\nand her dog"
    assert t.asking == "hurt"
    t.hear("say_more")
    assert said(t.hear("words", text="y" * 101)) == ["utter_too_long"]
    t.choose("hurt", "no")
    assert said(t.hear("say_more")) == ["utter_nothing_to_add_to"]


@pytest.mark.parametrize(
    ("heard", "reply"),
    [
        ({"options": ()}, "utter_choose_one"),
        ({"options": ("nothing_like_it",)}, "utter_not_an_option"),
        ({"options": ("rented", "family")}, "utter_choose_only_one"),
        ({"options": ("rented",), "more": "z" * 101}, "utter_too_long"),
    ],
)
def test_a_button_that_makes_no_answer_says_so(t: Talk, heard: dict[str, Any], reply: str) -> None:
    assert said(t.hear("answer", question="lived", **heard)) == [reply]
    assert t.answers == {}


def test_words_that_make_no_answer_say_so(t: Talk) -> None:
    assert said(t.hear("words", text=" \x00 ")) == ["utter_choose_one"]
    assert said(t.hear("words", text="a" * 81)) == ["utter_too_long"]
    t.choose("lived", "family")
    t.choose("hurt", "no")
    assert said(t.hear("words", text="")) == ["utter_choose_some"]
    assert said(t.choose("things", "dog", "none")) == ["utter_exclusive_option"]
    assert said(t.choose("things", "dog", "cat", "car")) == ["utter_too_many_options"]
    t.choose("things", "dog", "cat")
    assert said(t.hear("words", text="")) == ["utter_not_now"]
    assert t.answers["notes"].state == "skipped"


def test_an_address_by_parts_a_number_by_button_and_words(t: Talk) -> None:
    t.choose("lived", "rented")
    t.hear("answer", question="address", parts={"line1": "1 High Street", "town": "Northmere"})
    assert t.answers["address"].text == "1 High Street\nNorthmere"
    t.choose("hurt", "no")
    t.choose("things", "none")
    assert said(t.hear("words", text="that is all")) == ["utter_written"]
    t.choose("urgent_today", "none")
    assert said(t.hear("answer", question="sure", options=("11",))) == ["utter_out_of_range"]
    t.hear("answer", question="sure", options=("10",))
    assert t.answers["sure"].number == 10


def test_something_urgent_is_answered_at_once(t: Talk) -> None:
    to_the_end(t)
    t.hear("change", question="urgent_today")
    assert said(t.choose("urgent_today", "unsafe")) == ["utter_saved", "utter_urgent"]


def test_the_read_back_stays_open_until_it_is_right(t: Talk) -> None:
    to_the_end(t)
    assert t.asking == "read_back"
    assert said(t.choose("read_back", "change")) == ["utter_choose_change"]
    assert (t.asking, t.state) == ("read_back", OPEN)
    done = t.choose("read_back", "right")
    assert said(done) == ["utter_confirmed", "utter_finished"]
    assert (t.asking, t.state) == (None, COMPLETE)


def test_a_change_after_the_end_reopens_the_read_back(t: Talk) -> None:
    to_the_end(t)
    t.choose("read_back", "right")
    t.hear("change", question="things")
    t.choose("things", "dog")
    assert (t.asking, t.state) == ("read_back", OPEN)
    t.hear("refuse")
    assert t.state == COMPLETE
