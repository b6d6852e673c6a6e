"""One turn of the interview, decided: what was heard becomes answers, a reply and the next question. Pure: no Rasa, no database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.interview.answers import Answer, InvalidAnswer, choose, clean, not_now, read_address, read_text, with_more
from bot.interview.definitions import LATER, REFUSED, SKIPPED, UNKNOWN, Question
from bot.interview.path import CONFIRMED, Context, Path, PathFinder, Step

SURE = 0.6
SUGGESTIONS = 3
NOT_NOW_INTENTS = {"refuse": REFUSED, "unknown": UNKNOWN, "later": LATER, "skip": SKIPPED}
TELLING = {"why": "utter_why", "help_me": "utter_help", "repeat": "utter_repeat"}
OPEN, PAUSED, COMPLETE = "open", "paused", "complete"
# Replies after which the same question was left open because the words were not understood.
_TRIES = frozenset({"clarify", "try_again"})


@dataclass(frozen=True, slots=True)
class Guess:
    """How far the words fit one option of one question, from 0 to 1."""

    question: str
    option: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as understood. ``question`` is what was open on the sender's screen, ``seen`` the newest answer it knew."""

    intent: str
    question: str | None = None
    options: tuple[str, ...] = ()
    text: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    more: str = ""
    guesses: tuple[Guess, ...] = ()
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """Where the interview stands before the turn. ``last`` is (kind, question) of the turn before."""

    context: Context
    answers: Mapping[str, Answer]
    focus: str | None = None
    state: str = OPEN
    newest_for: Mapping[str, int] = field(default_factory=dict)
    last: tuple[str, str | None] = ("", None)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer to be kept, how it was understood, and the words it came from."""

    answer: Answer
    how: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the turn did. ``reply`` lists {"say": response name, "vars": ids and numbers}; it never holds an answer.

    ``step`` is what to ask next, None when all is settled; ``answers`` are the answers as they are after the turn.
    """

    kind: str
    question: str | None
    recorded: tuple[Recorded, ...] = ()
    reply: tuple[dict[str, Any], ...] = ()
    focus: str | None = None
    state: str = OPEN
    step: Step | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)


def say(name: str, **vars: Any) -> dict[str, Any]:
    """One item of a reply."""
    return {"say": name, "vars": vars}


def normal(text: str) -> str:
    """Words without case, punctuation and double spaces, for whole-message comparison."""
    return " ".join(re.sub(r"[^\w\s]", "", text.lower().replace("’", "'")).split())


class Conversation:
    """Decides turns for one interview definition."""

    def __init__(self, finder: PathFinder, sure: float = SURE) -> None:
        self.finder = finder
        self.interview = finder.interview
        self.sure = sure

    def decide(self, situation: Situation, heard: Heard) -> Outcome:
        """What to record, to reply and to ask next. Never raises for anything a person or a browser can send."""
        path = self.finder.path(situation.context, situation.answers)
        outcome = self._decide(situation, heard, path)
        if outcome.answers:  # recorded: the step was found on the path after it
            return outcome
        return replace(outcome, step=path.next(outcome.focus), answers=situation.answers)

    def _decide(self, situation: Situation, heard: Heard, path: Path) -> Outcome:
        current = path.next(situation.focus)
        here = current.question.id if current else None
        if heard.intent == "begin":
            name = "utter_resumed" if situation.answers else "utter_welcome"
            return self._stay(situation, path, "begin", here, say(name))
        if heard.intent == "pause":
            return Outcome("pause", here, (), (say("utter_paused"),), situation.focus, PAUSED)
        if heard.intent == "person":
            return self._stay(situation, path, "person", here, say("utter_person"))
        if heard.intent == "go_back":
            return self._back(situation, path, heard, here)
        if heard.intent == "change":
            return self._change(situation, path, heard, here)
        if heard.intent in TELLING:
            step = path.by_id.get(heard.question or "") or current
            if step is None:
                return self._stay(situation, path, heard.intent, None, say("utter_finished"))
            return self._stay(situation, path, heard.intent, here, self._tell(heard.intent, step.question))
        if heard.intent == "say_more":
            return self._offer_more(situation, path, here)
        return self._answer(situation, path, current, heard)

    # -- moving about

    def _stay(self, situation: Situation, path: Path, kind: str, here: str | None, *reply: dict[str, Any]) -> Outcome:
        state = OPEN if path.next(situation.focus) else COMPLETE
        return Outcome(kind, here, (), reply, situation.focus, state)

    def _tell(self, intent: str, question: Question) -> dict[str, Any]:
        if intent == "help_me" and not question.plain.help:
            return say("utter_no_more_help", question=question.id)
        return say(TELLING[intent], question=question.id)

    def _back(self, situation: Situation, path: Path, heard: Heard, here: str | None) -> Outcome:
        step = path.before(here)
        if step is None:
            return self._stay(situation, path, "go_back", here, say("utter_at_start"))
        return Outcome("go_back", step.question.id, (), (say("utter_back"),), step.question.id, OPEN)

    def _change(self, situation: Situation, path: Path, heard: Heard, here: str | None) -> Outcome:
        wanted = heard.question
        if wanted is None or wanted not in path or path.by_id[wanted].implied:
            return self._stay(situation, path, "change", here, say("utter_not_needed"))
        return Outcome("change", wanted, (), (say("utter_changing"),), wanted, OPEN)

    def _offer_more(self, situation: Situation, path: Path, here: str | None) -> Outcome:
        # Of the answers given, not of the turns taken: "why" or "say it again" may have come between.
        last = max(situation.newest_for, key=lambda question: situation.newest_for[question], default="")
        step = path.by_id.get(last)
        if step is None or step.answer is None or not step.answer.given or not step.question.takes_more:
            return self._stay(situation, path, "nothing_to_add_to", here, say("utter_nothing_to_add_to"))
        return self._stay(situation, path, "say_more", step.question.id, say("utter_say_more", question=step.question.id))

    # -- answering

    def _answer(self, situation: Situation, path: Path, current: Step | None, heard: Heard) -> Outcome:
        adding = self._added_words(situation, path, heard)
        if adding is not None:
            return adding
        wanted = heard.question or (current.question.id if current else None)
        if wanted is None:
            return self._stay(situation, path, "after_end", None, say("utter_finished"))
        step = path.by_id.get(wanted)
        here = current.question.id if current else None
        if step is None or step.implied:
            return self._stay(situation, path, "not_needed", here, say("utter_not_needed"))
        if heard.seen is not None and situation.newest_for.get(wanted, 0) > heard.seen:
            return self._stay(situation, path, "moved", here, say("utter_moved"))
        try:
            recorded = self.read(step, heard)
        except InvalidAnswer as error:
            again = situation.last[0] in _TRIES and situation.last[1] == wanted
            return self._not_understood(situation, step, error, heard, again)
        return self._record(situation, path, step, recorded)

    def _added_words(self, situation: Situation, path: Path, heard: Heard) -> Outcome | None:
        """Words that follow "I want to say more" belong to the answer before."""
        kind, question_id = situation.last
        step = path.by_id.get(question_id or "")
        if kind != "say_more" or heard.intent != "words" or step is None or step.answer is None:
            return None
        joined = f"{step.answer.more}\n{heard.text}" if step.answer.more else heard.text
        try:
            answer = with_more(step.answer, step.question, joined, self.interview.limits)
        except InvalidAnswer as error:
            return self._not_understood(situation, step, error, heard, again=False)
        return self._record(situation, path, step, Recorded(answer, "words", clean(heard.text)), say("utter_added"))

    def read(self, step: Step, heard: Heard) -> Recorded:
        """The answer that a message gives to a question.

        Raises:
            InvalidAnswer: it gives none that can be kept; ``not_sure`` carries the likeliest options.
        """
        question = step.question
        if heard.intent in NOT_NOW_INTENTS:
            return Recorded(not_now(question, NOT_NOW_INTENTS[heard.intent], step.answer), "button", clean(heard.text))
        if heard.intent == "answer":
            return Recorded(self._chosen(step, heard), "button", clean(heard.more))
        words = clean(heard.text)
        if len(words) > self.interview.limits["typed"]:
            raise InvalidAnswer("too_long", limit=self.interview.limits["typed"])
        if not question.closed:
            if question.optional and not words:
                return Recorded(not_now(question, SKIPPED, step.answer), "button")
            return Recorded(read_text(question, words, self.interview.limits), "words", words)
        if question.sensitive:
            raise InvalidAnswer("buttons_only")
        if not words:
            raise InvalidAnswer("choose_one" if question.kind == "one" else "choose_some")
        return self._understood(step, words, heard.guesses)

    def _chosen(self, step: Step, heard: Heard) -> Answer:
        question, limits = step.question, self.interview.limits
        if question.kind == "address" and heard.parts:
            return read_address(question, heard.parts, limits)
        if not question.closed:
            return read_text(question, heard.text or " ".join(heard.options), limits)
        answer = choose(question, heard.options, step.options)
        return with_more(answer, question, heard.more, limits)

    def _understood(self, step: Step, words: str, guesses: tuple[Guess, ...]) -> Recorded:
        """The option that the words name exactly, or that understanding is sure of; else InvalidAnswer with the likeliest."""
        question = step.question
        said = normal(words)
        exact = [option.id for option in step.options if said in (normal(option.plain), normal(option.easy), normal(option.id))]
        if len(exact) == 1:
            return Recorded(choose(question, exact, step.options), "exact", words)
        offered = {option.id for option in step.options}
        ranked = sorted(
            (guess for guess in guesses if guess.question == question.id and guess.option in offered),
            key=lambda guess: -guess.confidence,
        )
        sure = [guess.option for guess in ranked if guess.confidence >= self.sure]
        if sure:
            best = sure[:1] if question.kind == "one" or step.question.by_id[sure[0]].exclusive else sure
            chosen = [option for option in best if len(best) == 1 or not question.by_id[option].exclusive]
            return Recorded(choose(question, chosen[: question.at_most or None], step.options), "model", words)
        raise InvalidAnswer("not_sure", options=[guess.option for guess in ranked[:SUGGESTIONS]])

    def _not_understood(self, situation: Situation, step: Step, error: InvalidAnswer, heard: Heard, again: bool) -> Outcome:
        question = step.question
        focus = question.id if situation.focus == question.id else situation.focus
        if error.reason == "not_sure":
            likely = list(error.facts.get("options", []))  # type: ignore[call-overload]
            name = "utter_options_again" if again or not likely else "utter_clarify"
            shown = [option.id for option in step.options] if name == "utter_options_again" else likely
            return Outcome("clarify", question.id, (), (say(name, question=question.id, options=shown),), focus, OPEN)
        return Outcome(
            "try_again", question.id, (), (say(f"utter_{error.reason}", question=question.id, **error.facts),), focus, OPEN
        )

    def _record(self, situation: Situation, path: Path, step: Step, recorded: Recorded, *extra: dict[str, Any]) -> Outcome:
        question = step.question
        answer = replace(recorded.answer, basis=path.basis(question), carried=False)
        before = situation.answers.get(question.id)
        unchanged = answer.same_as(before) and before is not None and (before.basis, before.again) == (answer.basis, answer.again)
        answers = {**situation.answers, question.id: answer}
        after = self.finder.path(situation.context, answers)
        reply = list(extra) or [self._acknowledge(question, answer)]
        if question.urgent and answer.given and not any(question.by_id[option].exclusive for option in answer.options):
            reply.append(say("utter_urgent"))
        # "Something is not right" keeps the read-back open until the person has put it right.
        asking = after.next(None)
        if asking is None:
            reply.append(say("utter_finished"))
        return Outcome(
            kind="answer",
            question=question.id,
            recorded=() if unchanged else (Recorded(answer, recorded.how, recorded.words),),
            reply=tuple(reply),
            focus=None,
            state=OPEN if asking else COMPLETE,
            step=asking,
            answers=answers,
        )

    def _acknowledge(self, question: Question, answer: Answer) -> dict[str, Any]:
        if question.reads_back and answer.given:
            return say("utter_confirmed" if CONFIRMED in answer.options else "utter_choose_change", section=question.reads_back)
        if question.sensitive:
            return say("utter_saved")
        if not answer.given:
            return say("utter_not_now", question=question.id)
        return say("utter_heard" if question.closed else "utter_written", question=question.id)
