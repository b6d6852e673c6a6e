"""The engine alone at the table: an interview kept in memory, the way the store keeps it."""

from __future__ import annotations

import time
from dataclasses import replace

from bot.interview.answers import ADDRESS_PARTS, Answer, normal
from bot.interview.exchange import OPEN, Heard, Outcome, Situation
from bot.interview.path import Context, Path, PathFinder
from bot.interview.rules import Value
from bot.interview.turn import Conversation
from bot.interview.understanding import ALSO_WAITS, Guess, pending_of
from bot.language.wording import load_commands
from bot.rehearsal.journey import Journey
from bot.rehearsal.moves import ANSWER, BEGIN, CHANGE, WORDS, Move, View


def context_of(journey: Journey) -> Context:
    """The facts of a journey, as ``bot.actions.situation`` puts them together."""
    facts = dict(journey.record.facts(journey.today))
    for name, value in (("mode", journey.mode), ("kind", "first"), ("language", journey.language)):
        facts[f"interview.{name}"] = Value(frozenset([value]), real=True)
    facts["setting.safety_at_kiosk"] = Value(frozenset(["yes"]), real=True)
    return Context(facts)


class EngineTable:
    """An interview in memory. It understands words only where they are an option's own or one of its examples."""

    def __init__(self, finder: PathFinder, journey: Journey) -> None:
        self.finder = finder
        self._conversation = Conversation(finder)
        self._situation = Situation(context_of(journey), {}, newest_for={})
        self._newest = 0
        self.last: Outcome | None = None
        self._times: list[float] = []
        self._phrases = {
            normal(str(phrase)): name
            for name, command in load_commands().items()
            for phrase in command["phrases"]  # type: ignore[attr-defined]
        }

    def begin(self) -> View:
        """Say hello, or take it up again."""
        return self._decide(Heard(BEGIN))

    def make(self, move: Move) -> View:
        """One turn."""
        return self._decide(self._heard(move))

    def trouble(self, _name: str) -> View:
        """Nothing can go wrong here."""
        return self._view()

    def context(self) -> Context:
        return self._situation.context

    def answers(self) -> dict[str, Answer]:
        return dict(self._situation.answers)

    def path(self) -> Path:
        return self.finder.path(self._situation.context, self._situation.answers)

    def times(self) -> list[float]:
        return self._times

    def _heard(self, move: Move) -> Heard:
        """The move as it would be heard. An option is put in as a page does: an address in its parts."""
        if move.do == CHANGE:
            return Heard(CHANGE, move.question)
        if move.do == WORDS:
            intent = self._phrases.get(normal(move.words), WORDS)
            return Heard(intent, move.question, text=move.words, guesses=self._guesses(move), seen=self._newest)
        if move.do == ANSWER:
            question = self.finder.interview.by_id[move.question or ""]
            parts = move.parts or ({ADDRESS_PARTS[0]: move.words} if question.kind == "address" and move.words else {})
            return Heard(ANSWER, move.question, move.options, text=move.words, parts=parts, more=move.more, seen=self._newest)
        if move.words:
            # A yes or no to what else was heard, and words in the same breath.
            said = self._heard(replace(move, do=WORDS, question=None))
            return replace(said, settles=move.do, right=move.options)
        return Heard(move.do, move.question, move.options, seen=self._newest)

    def _guesses(self, move: Move) -> tuple[Guess, ...]:
        """The option whose example was said, word for word: all that can be understood without the model."""
        question = self.finder.interview.by_id.get(move.question or "")
        said = normal(move.words)
        shared = self.finder.interview.shared_examples
        if question is None:
            return ()
        fits = [
            option.id
            for option in question.options
            if said in {normal(example) for example in (*option.examples, *shared.get(option.id, ()))}
        ]
        return (Guess(question.id, fits[0], 1.0),) if len(fits) == 1 else ()

    def _decide(self, heard: Heard) -> View:
        began = time.perf_counter()
        outcome = self._conversation.decide(self._situation, heard)
        self._times.append((time.perf_counter() - began) * 1000)
        answers, newest_for = dict(self._situation.answers), dict(self._situation.newest_for)
        for kept in outcome.recorded:
            self._newest += 1
            answers[kept.answer.question], newest_for[kept.answer.question] = kept.answer, self._newest
        self._situation = replace(
            self._situation,
            answers=answers,
            newest_for=newest_for,
            focus=outcome.focus,
            state=outcome.state,
            last=(outcome.kind, outcome.question),
            pending=pending_of(outcome.reply),
            waiting=pending_of(outcome.reply, name=ALSO_WAITS),
        )
        self.last = outcome
        return self._view()

    def _view(self) -> View:
        step = self.path().next(self._situation.focus)
        kind, state = (self.last.kind, self.last.state) if self.last is not None else ("", OPEN)
        options = tuple(option.id for option in step.options) if step else ()
        return View(step.question.id if step else None, options, kind, state, self._situation.pending.heard)
