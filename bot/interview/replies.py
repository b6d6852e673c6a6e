"""Items of a reply: what is said to an answer, when something is asked about a question, and of what was heard besides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.interview.answers import Answer, clean
from bot.interview.definitions import Question
from bot.interview.exchange import TELLING, say
from bot.interview.path import CONFIRMED
from bot.interview.understanding import ALSO_HEARD, Beside


def acknowledge(question: Question, answer: Answer) -> dict[str, Any]:
    """That an answer was taken. What was said in private is not said back."""
    if question.reads_back and answer.given:
        return say("utter_confirmed" if CONFIRMED in answer.options else "utter_choose_change", section=question.reads_back)
    if question.sensitive:
        return say("utter_saved")
    if not answer.given:
        return say("utter_not_now", question=question.id)
    return say("utter_heard" if question.closed else "utter_written", question=question.id)


def tell(intent: str, question: Question) -> dict[str, Any]:
    """What is told of a question on request."""
    if intent == "help_me" and not question.plain.help:
        return say("utter_no_more_help", question=question.id)
    return say(TELLING[intent], question=question.id)


def also_item(also: Iterable[Beside], words: str, about: str = "", unsure: Iterable[str] = ()) -> dict[str, Any]:
    """What else was heard, with the words, for the person to say yes or no to."""
    listed = [{"question": each.question, "options": list(each.options), "sure": each.sure} for each in also]
    return say(ALSO_HEARD, also=listed, said=clean(words), about=about, unsure=list(unsure))
