"""The actions that Rasa calls. Thin: read the message, let the engine decide inside one store transaction, say what comes next."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.hearing import Message, read_message
from bot.actions.situation import context, situation
from bot.casework.casework import Casework
from bot.casework.raising import TALK, UNREAD, alerts_of, remark
from bot.dialogue.content import OFFERED, fingerprint, form_of
from bot.interview.answers import Answer, clean
from bot.interview.definitions import Interview
from bot.interview.exchange import Heard, Outcome, Recorded
from bot.interview.path import Context, PathFinder, Step
from bot.interview.turn import Conversation
from bot.interview.understanding import ALSO_WAITS
from bot.language.wording import Wording
from bot.store.errors import NotFound, StoreError
from bot.store.plan_types import NewAlert
from bot.store.store import Store
from bot.store.types import COMPLETE, PAUSED, Decision, Entry, InterviewState

REQUESTED_SLOT = "requested_slot"
LISTEN = "action_listen"
HEALTH = "health"
Events = list[dict[str, Any]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """A turn that was taken: what to say, what to ask next, and the answers and the state of the interview after it."""

    reply: list[dict[str, Any]]
    step: Step | None
    answers: Mapping[str, Answer]
    state: str


class Turns:
    """Takes turns: the one place where a decided turn meets the store.

    With ``casework`` a turn raises alerts in its own transaction, and the plan is made or follows once it is committed.
    """

    def __init__(
        self,
        store: Store,
        interview: Interview,
        wording: Wording,
        shell_interview: Callable[[str], str | None] | None = None,
        casework: Casework | None = None,
    ) -> None:
        self.store = store
        self.casework = casework
        self.finder = PathFinder(interview)
        rules = casework.plan_data.alerts if casework is not None else ()
        self.conversation = Conversation(self.finder, alerting=frozenset[str]().union(*(rule.when.sources for rule in rules)))
        self.wording = wording
        self.content = fingerprint()
        self._shell_interview = shell_interview

    def known(self, sender: str) -> str:
        """The interview that a sender is: itself, or in a demonstration the made-up one that ``rasa shell`` talks to."""
        return (self._shell_interview(sender) if self._shell_interview else None) or sender

    def take(self, message: Message) -> Taken:
        """Record the turn once, however often it is delivered.

        Raises:
            StoreError: the store could not keep it; nothing was recorded.
        """
        interview_id = self.known(message.interview)
        outcomes: list[Outcome] = []

        def decide(state: InterviewState) -> Decision:
            here = situation(state)
            outcomes.append(self.conversation.decide(here, message.heard))
            return _decision(outcomes[-1], message, self._alerts(outcomes[-1], here.context, message))

        turn = self.store.take_turn(interview_id, message.turn, decide)
        if not turn.replayed:
            outcome = outcomes[-1]
            self._after(interview_id, outcome, message.by)
            return Taken(turn.reply, outcome.step, outcome.answers, outcome.state)
        state = self.store.state(interview_id)
        step = self.finder.path(context(state), state.answers).next(state.interview.focus)
        return Taken([], step, state.answers, state.interview.state)

    def _alerts(self, outcome: Outcome, context: Context, message: Message) -> tuple[NewAlert, ...]:
        """The alerts that this turn raises: by its answers, by words that sound urgent, by the wish to talk to a person."""
        if self.casework is None:
            return ()
        plan, found = self.casework.plan_data, list[NewAlert]()
        try:
            if outcome.recorded and outcome.path is not None:
                found += alerts_of(plan, outcome.path, context)
            for kind in outcome.urgent:
                found += remark(plan, kind, _said(message))
            if message.heard.unread and not outcome.urgent:
                # Their words stand in the interview: the alert holds none, and so is raised once however many follow.
                found += remark(plan, UNREAD)
            if outcome.kind == "person":
                found += remark(plan, TALK)
        except Exception as error:
            # The answer is worth more than the alert, which the plan's page raises where it is missing.
            log.error("alerts failed: %s", type(error).__name__)
        return tuple(found)

    def _after(self, interview_id: str, outcome: Outcome, by: str) -> None:
        """Once answers are committed: the plan of an interview that is complete, or that has one. Never fails the turn."""
        if self.casework is None or not outcome.recorded:
            return
        try:
            if outcome.state == COMPLETE or self.store.plan_of(interview_id) is not None:
                self.casework.ensure_plan(interview_id, by)
        except Exception as error:
            # What is missing now is made when somebody opens the plan.
            log.error("the plan was not made: %s", type(error).__name__)

    def utter(self, dispatcher: CollectingDispatcher, taken: Taken) -> None:
        """Say the reply: response names with what they need; Rasa's NLG has the words."""
        for item in taken.reply:
            if item["say"] != ALSO_WAITS:
                dispatcher.utter_message(response=item["say"], **self.wording.reply_vars(item, taken.answers))


def _said(message: Message) -> str:
    """What was said beside the answers, for the staff: with its English where a machine made it."""
    english = message.heard.english
    return f"{message.heard.text}\n(Machine translation: {english})" if english else message.heard.text


def _holds(kept: Recorded, heard: Heard) -> bool:
    """Whether an answer is kept with this turn's words: beside it or, where they may be urgent too, only in it."""
    said = clean(heard.text)
    in_it = bool(said) and (said in kept.answer.text or said in kept.answer.more)
    return not kept.earlier and (bool(kept.words) or in_it)


def _decision(outcome: Outcome, message: Message, alerts: tuple[NewAlert, ...] = ()) -> Decision:
    # What the machine made of the words goes with them: who reads the answer sees both.
    made = {"translation": dict(message.translation)} if message.translation else {}
    entries = [
        Entry(kept.answer, kept.how, message.by, words=kept.words, understood=made if _holds(kept, message.heard) else {})
        for kept in outcome.recorded
    ]
    return Decision(
        kind=outcome.kind,
        question=outcome.question,
        answers=entries,
        reply=list(outcome.reply),
        focus=outcome.focus,
        state=outcome.state,
        by=message.by,
        device=message.device,
        alerts=alerts,
    )


class SafeAction(Action):
    """An action whose failure tells the person that their answers are safe, and logs no content."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Run the action; whatever goes wrong, the form stays where it is and the turn can be sent again."""
        try:
            return self.act(dispatcher, tracker.current_state())
        except NotFound:
            dispatcher.utter_message(response="utter_unknown_interview")
        except StoreError as error:
            # A store error's text names the trouble and holds nothing personal.
            log.error("%s: %s", self.name(), error)
            dispatcher.utter_message(response="utter_trouble")
        except Exception as error:
            # The type alone: the text of an unforeseen exception may hold what somebody said.
            log.error("%s failed: %s", self.name(), type(error).__name__)
            dispatcher.utter_message(response="utter_trouble")
        return [SlotSet(OFFERED, tracker.get_slot(OFFERED)), SlotSet(REQUESTED_SLOT, tracker.get_slot(REQUESTED_SLOT))]

    def act(self, dispatcher: CollectingDispatcher, tracker: dict[str, Any]) -> Events:
        """Do the work; may raise."""
        raise NotImplementedError


class SectionForm(SafeAction):
    """``validate_<section>_form``: takes the turn and tells Rasa the next question, or the next form."""

    def __init__(self, turns: Turns, section: str) -> None:
        super().__init__(turns)
        self.section = section

    def name(self) -> str:
        return f"validate_{form_of(self.section)}"

    def act(self, dispatcher: CollectingDispatcher, tracker: dict[str, Any]) -> Events:
        message = read_message(tracker)
        taken = self.turns.take(message)
        self.turns.utter(dispatcher, taken)
        step = taken.step
        # "offered" is always set: a form that is told nothing rejects the message.
        events: Events = [SlotSet(OFFERED, [option.id for option in step.options] if step else None)]
        answered = message.heard.question
        if answered in taken.answers and answered in self.turns.finder.interview.by_id:
            events.append(SlotSet(answered, taken.answers[answered].state))
        paused = taken.state == PAUSED
        if step is not None and step.question.section == self.section and not paused:
            return [*events, SlotSet(REQUESTED_SLOT, step.question.id)]
        events.append(SlotSet(REQUESTED_SLOT, None))
        # Told nothing at the end or in a pause, Rasa would look for more to do and take the same turn again and again.
        follows = LISTEN if step is None or paused else form_of(step.question.section)
        return [*events, FollowupAction(follows)]


class Resume(SafeAction):
    """``action_resume``: takes a turn said outside any form and enters the form of the next question."""

    def name(self) -> str:
        return "action_resume"

    def act(self, dispatcher: CollectingDispatcher, tracker: dict[str, Any]) -> Events:
        message = read_message(tracker)
        if message.interview == HEALTH:
            # What the model was trained from, as it is in the model's own domain.
            dispatcher.utter_message(response="utter_content")
            dispatcher.utter_message(json_message={"healthy": True, "content": self.turns.content})
            self.turns.store.people(limit=1)
            return []
        taken = self.turns.take(message)
        self.turns.utter(dispatcher, taken)
        step = taken.step
        if step is None or taken.state == PAUSED:
            return []
        return [FollowupAction(form_of(step.question.section))]
