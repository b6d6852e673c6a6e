"""What one message says to one question: an answer that can be kept, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.interview.answers import Answer, InvalidAnswer, choose, clean, normal, not_now, read_address, read_text, with_more
from bot.interview.definitions import SKIPPED
from bot.interview.exchange import NOT_NOW_INTENTS, Heard, Recorded
from bot.interview.path import Step
from bot.interview.understanding import Guess, chosen, likely


def read(step: Step, heard: Heard, limits: Mapping[str, int], sure: float) -> Recorded:
    """The answer that a message gives to a question. From ``sure`` on, what was understood is taken.

    Raises:
        InvalidAnswer: it gives none that can be kept; ``not_sure`` carries the likeliest options.
    """
    question = step.question
    if heard.by_button and not heard.pressed and (question.sensitive or question.id in heard.by_button):
        raise InvalidAnswer("buttons_only" if question.sensitive else "by_button")
    if heard.intent in NOT_NOW_INTENTS:
        # A refusal may hold what was refused: "I'd rather not say, he used to hit me".
        unkept = heard.pressed or heard.private or heard.alerts or question.sensitive
        return Recorded(
            not_now(question, NOT_NOW_INTENTS[heard.intent], step.answer), "button", "" if unkept else clean(heard.text)
        )
    if heard.intent == "answer":
        if question.optional and not question.closed and not (clean(heard.text) or heard.options or any(heard.parts.values())):
            return Recorded(not_now(question, SKIPPED, step.answer), "button")
        more = _more(step, heard)
        return Recorded(_pressed(step, heard, more, limits), "button", clean(more))
    words = clean(heard.text)
    if len(words) > limits["typed"]:
        raise InvalidAnswer("too_long", limit=limits["typed"])
    if not question.closed:
        if question.optional and not words:
            return Recorded(not_now(question, SKIPPED, step.answer), "button")
        return Recorded(read_text(question, words, limits), "words", words)
    if question.sensitive:
        raise InvalidAnswer("buttons_only")
    if not words:
        raise InvalidAnswer("choose_one" if question.kind == "one" else "choose_some")
    return replace(_understood(step, clean(heard.meant), heard.guesses, sure), words=words)


def _more(step: Step, heard: Heard) -> str:
    """The words to keep beside a choice: of surely urgent and of private ones none, only what stood there before."""
    if heard.surely or heard.private:
        return step.answer.more if step.answer is not None else ""
    return heard.more


def _pressed(step: Step, heard: Heard, more: str, limits: Mapping[str, int]) -> Answer:
    question = step.question
    if question.kind == "address" and heard.parts:
        return read_address(question, heard.parts, limits)
    if not question.closed:
        return read_text(question, heard.text or " ".join(heard.options), limits)
    return with_more(choose(question, heard.options, step.options), question, more, limits)


def _understood(step: Step, words: str, guesses: tuple[Guess, ...], sure: float) -> Recorded:
    """The option that the words name exactly, or that understanding is sure of; else InvalidAnswer with the likeliest."""
    question = step.question
    said = normal(words)
    exact = [
        option.id for option in step.options if said and said in (normal(option.plain), normal(option.easy), normal(option.id))
    ]
    if len(exact) == 1:
        return Recorded(choose(question, exact, step.options), "exact", words)
    found = chosen(question, step.options, guesses, sure)
    if found:
        return Recorded(choose(question, found, step.options), "model", words)
    raise InvalidAnswer("not_sure", options=likely(question, step.options, guesses))
