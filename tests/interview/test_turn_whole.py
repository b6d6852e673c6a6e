"""After the end, the same again, and whatever a browser can send."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.interview.exchange import COMPLETE
from bot.interview.turn import Conversation
from tests.interview.test_turn import Talk, said, t, talk, to_the_end

__all__ = ["t", "talk"]


def test_after_the_end_nothing_more_is_asked(t: Talk) -> None:
    to_the_end(t)
    t.choose("read_back", "right")
    assert said(t.hear("words", text="hello")) == ["utter_finished"]
    assert said(t.hear("why")) == ["utter_finished"]
    assert t.state == COMPLETE


def test_to_stop_while_one_looks_at_what_is_finished_leaves_it_finished(t: Talk) -> None:
    to_the_end(t)
    t.choose("read_back", "right")
    t.hear("change", question="things")
    outcome = t.hear("pause")
    assert (said(outcome), outcome.state, t.asking) == (["utter_finished"], COMPLETE, None)


def test_an_urgent_answer_and_a_consent_are_written_again_though_they_say_the_same(t: Talk) -> None:
    again = Conversation(t.conversation.finder, alerting=["things"])
    for question, option in (("urgent_today", "none"), ("things", "dog")):
        t.conversation = again
        t.choose(question, option)
        assert [kept.answer.question for kept in t.choose(question, option).recorded] == [question]


def test_the_same_answer_again_is_not_written_again(t: Talk) -> None:
    t.choose("lived", "family")
    assert t.choose("lived", "family").recorded == ()


@given(
    intent=st.sampled_from(
        [
            "words",
            "answer",
            "refuse",
            "unknown",
            "later",
            "skip",
            "why",
            "help_me",
            "repeat",
            "go_back",
            "change",
            "pause",
            "person",
            "begin",
            "say_more",
            "nonsense",
        ]
    ),
    question=st.none() | st.sampled_from(["lived", "address", "hurt", "things", "notes", "sure", "read_back", "zzz", ""]),
    options=st.lists(st.sampled_from(["rented", "family", "yes", "none", "dog", "right", "", "/x", "💥"]), max_size=4),
    text=st.text(max_size=120),
    more=st.text(max_size=120),
    seen=st.none() | st.integers(-1, 5),
)
def test_nothing_a_browser_can_send_makes_a_turn_fail(
    talk: Conversation, intent: str, question: str | None, options: list[str], text: str, more: str, seen: int | None
) -> None:
    t = Talk(talk)
    t.choose("lived", "rented")
    outcome = t.hear(intent, question=question, options=tuple(options), text=text, more=more, seen=seen)
    assert outcome.reply
    assert all(item["say"].startswith("utter_") for item in outcome.reply)
