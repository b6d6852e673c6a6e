"""Items of a reply: what is said to an answer, when something is asked about a question, and of what was heard besides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bot.interview.answers import Answer, clean
from bot.interview.definitions import Question
from bot.interview.exchange import CONFIRM, DENY, TELLING, Heard, Outcome, Situation, say
from bot.interview.path import CONFIRMED
from bot.interview.understanding import ALSO_HEARD, ALSO_WAITS, Beside, Pending, pending_of

# Turns after which what else was heard is asked about again at once, and those that go somewhere else first.
_ASIDE = frozenset({"person", "begin"})
_AWAY = frozenset({"change", "go_back", "pause"})
# Turns that leave open what it waits for.
_STILL_OPEN = frozenset({"person", "clarify", "try_again", "say_more", "change", "go_back", "pause", *TELLING})


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


def with_waiting(situation: Situation, heard: Heard, outcome: Outcome) -> Outcome:
    """The outcome with what else was heard before, where neither a yes or no nor something else was said to it.

    Whoever changes an answer first, asks for a person or stops is asked about it once, after that.
    """
    pending, waiting = situation.pending, situation.waiting
    if pending.heard and not heard.settles and heard.intent not in (CONFIRM, DENY) and outcome.kind in _ASIDE | _AWAY:
        return _and_also(outcome, pending, ALSO_HEARD if outcome.kind in _ASIDE else ALSO_WAITS)
    if waiting.heard:
        return _and_also(outcome, waiting, ALSO_WAITS if outcome.kind in _STILL_OPEN else ALSO_HEARD)
    return outcome


def _and_also(outcome: Outcome, kept: Pending, name: str) -> Outcome:
    """The outcome with one item that asks, or waits to: of what was heard before, and of what this turn heard itself."""
    now = pending_of(outcome.reply, name=name)
    # What has been answered since is not asked about.
    known = {each.question for each in now.heard} | {recorded.answer.question for recorded in outcome.recorded}
    also = [*(each for each in kept.heard if each.question not in known), *now.heard]
    if not also:
        return outcome
    item = also_item(also, f"{kept.said}\n{now.said}".strip(), now.about or kept.about, now.unsure or kept.unsure)
    rest = tuple(each for each in outcome.reply if each["say"] != name)
    # A page that asked about less says yes or no to less.
    asks = {} if now.heard else {"asks": kept.turn}
    return replace(outcome, reply=(*rest, {**item, "say": name, "vars": {**item["vars"], **asks}}))
