"""One turn of the interview, decided: what was heard becomes answers, a reply and the next question. Pure: no Rasa, no database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.interview.answers import Answer, InvalidAnswer, clean, normal, not_now, with_more
from bot.interview.definitions import GO_ON, LATER, Question
from bot.interview.exchange import (
    COMPLETE,
    CONFIRM,
    DENY,
    IN_PASSING,
    MOVED,
    NOT_NEEDED,
    NOT_NOW_INTENTS,
    OFFER,
    OPEN,
    PAUSED,
    TELLING,
    UNHEARD,
    Heard,
    Outcome,
    Recorded,
    Situation,
    say,
)
from bot.interview.passing import leave_part, section_of
from bot.interview.path import IN_SECTION, Context, Path, PathFinder, Step
from bot.interview.reading import read
from bot.interview.replies import acknowledge, also_item, tell, with_waiting
from bot.interview.understanding import (
    NOTHING_PENDING,
    SURE,
    SURE_BESIDE,
    Beside,
    beside,
    gates,
    perhaps,
    taken,
    with_gates,
)

# What a person may wish for instead of an answer.
_WISHES = frozenset({"pause", "person", "go_back", *TELLING})
# Where the first part of words ends: "no, that's wrong".
_FIRST = re.compile(r"[,.;!?]")
# Replies after which the same question was left open because the words were not understood.
_TRIES = frozenset({"clarify", "try_again"})


class Conversation:
    """Decides turns for one interview definition. ``alerting`` are the questions whose answers may raise an alert."""

    def __init__(
        self, finder: PathFinder, sure: float = SURE, sure_beside: float = SURE_BESIDE, alerting: Iterable[str] = ()
    ) -> None:
        self.finder = finder
        self.interview = finder.interview
        self.sure = sure
        self.sure_beside = sure_beside
        self.gates = gates(self.interview)
        # Said again these are news, though they say the same: somebody was told, or acted on the last word, in between.
        urgent = (question.id for question in self.interview.questions if question.urgent)
        self.anew = frozenset({*alerting, *self.interview.consents, *urgent})

    def decide(self, situation: Situation, heard: Heard) -> Outcome:
        """What to record, to reply and to ask next. Never raises for anything a person or a browser can send."""
        path = self.finder.path(situation.context, situation.answers)
        outcome = leave_part(self.finder, situation, heard, path) or self._goes_on(situation, heard, path)
        outcome = with_waiting(situation, heard, outcome or self._decide(situation, heard, path))
        if heard.private and say("utter_private_offer") not in outcome.reply:  # whatever else they were
            outcome = replace(outcome, reply=(*outcome.reply, say("utter_private_offer")))
        if heard.alerts:
            # Before anything else that is said: where to turn to now.
            urgent = tuple(say(f"utter_alert_{kind}") for kind in heard.alerts)
            outcome = replace(outcome, urgent=heard.alerts, reply=urgent + outcome.reply)
        if outcome.answers:  # recorded: the step was found on the path after it
            return outcome
        return replace(outcome, step=path.next(outcome.focus), answers=situation.answers, path=path)

    def _decide(self, situation: Situation, heard: Heard, path: Path) -> Outcome:
        current = path.next(situation.focus)
        here = current.question.id if current else None
        if heard.intent == "begin":
            name = "utter_resumed" if situation.answers else "utter_welcome"
            return self._stay(situation, path, "begin", here, say(name))
        if heard.intent in _WISHES:
            return self._wish(situation, path, heard, current)
        if heard.intent == "change":
            return self._change(situation, path, heard, here)
        if heard.intent == "say_more":
            return self._offer_more(situation, path, here)
        # Words to a question that is open on the sender's own screen are no yes or no to a list on another.
        if heard.intent in (CONFIRM, DENY) or (situation.pending.heard and not (heard.intent == "words" and heard.question)):
            decided = self._confirmed(situation, path, current, heard)
            if decided is not None:
                return decided
        if heard.intent == "words" and heard.private:
            # Nothing of it is written down, whatever question was open: only that a talk in private was offered.
            return self._stay(situation, path, OFFER, here, say("utter_private_offer"))
        return self._answer(situation, path, current, heard)

    # -- what is wished for instead of an answer

    def _wish(self, situation: Situation, path: Path, heard: Heard, current: Step | None) -> Outcome:
        here = current.question.id if current else None
        if heard.intent == "pause":
            if path.next() is None:  # what is finished stays finished, also where one of its answers is looked at
                return Outcome("pause", None, (), (say("utter_finished"),), None, COMPLETE)
            return Outcome("pause", here, (), (say("utter_paused"),), situation.focus, PAUSED)
        if heard.intent == "person":
            return self._stay(situation, path, "person", here, say("utter_person"))
        if heard.intent == "go_back":
            return self._back(situation, path, heard, here)
        step = path.by_id.get(heard.question or "") or current
        if step is None:
            return self._stay(situation, path, heard.intent, None, say("utter_finished"))
        return self._stay(situation, path, heard.intent, here, tell(heard.intent, step.question))

    # -- moving about

    def _stay(self, situation: Situation, path: Path, kind: str, here: str | None, *reply: dict[str, Any]) -> Outcome:
        state = OPEN if path.next(situation.focus) else COMPLETE
        return Outcome(kind, here, (), reply, situation.focus, state)

    def _back(self, situation: Situation, path: Path, heard: Heard, here: str | None) -> Outcome:
        step = path.before(here)
        if step is None:
            return self._stay(situation, path, "go_back", here, say("utter_at_start"))
        return Outcome("go_back", step.question.id, (), (say("utter_back"),), step.question.id, OPEN)

    def _change(self, situation: Situation, path: Path, heard: Heard, here: str | None) -> Outcome:
        wanted = heard.question
        if wanted is not None and wanted.startswith(IN_SECTION):
            return self._go_to(situation, path, wanted, here)
        if wanted is None or wanted not in path or not path.by_id[wanted].askable:
            return self._stay(situation, path, "change", here, say("utter_not_needed"))
        return Outcome("change", wanted, (), (say("utter_changing"),), wanted, OPEN)

    def _go_to(self, situation: Situation, path: Path, wanted: str, here: str | None) -> Outcome:
        """Stay in a section until it is done; one that is done already is gone through from its first question."""
        section = wanted.removeprefix(IN_SECTION)
        steps = [step for step in path.steps if step.question.section == section and step.askable]
        if not steps:
            return self._stay(situation, path, "change", here, say("utter_not_needed"))
        first = path.first_in(section)
        focus = steps[0].question.id if first is None else wanted
        return Outcome("change", (first or steps[0]).question.id, (), (), focus, OPEN)

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
        if step is None or not step.askable:
            return self._stay(situation, path, NOT_NEEDED, here, say("utter_not_needed"))
        if heard.seen is not None and situation.newest_for.get(wanted, 0) > heard.seen:
            if not (heard.intent == "words" or heard.more or heard.parts) or heard.alerts:
                return self._stay(situation, path, MOVED, here, say("utter_moved"))
            # What was typed stays with its question: whoever typed it sees it beside the other answer.
            return Outcome(MOVED, wanted, (), (say("utter_moved"),), self._focus_at(situation, path, step.question), OPEN)
        kept = step.answer if step.settled and step.answer is not None and step.answer.given else None
        if heard.intent == "skip" and kept is not None:
            return self._move_on(situation, path, step, kept)
        again = situation.last[0] in _TRIES and situation.last[1] == wanted
        if heard.surely and heard.intent == "words" and step.question.kind == "text":
            if again and kept is not None:
                return self._move_on(situation, path, step, kept)
            return self._urgent_text(situation, path, step, heard, again)
        try:
            recorded = self.read(step, heard)
        except InvalidAnswer as error:
            return self._not_understood(situation, path, step, error, heard, again)
        return self._record(situation, path, step, recorded, heard=heard)

    def _move_on(self, situation: Situation, path: Path, step: Step, answer: Answer) -> Outcome:
        """Leave a question that somebody came back to: to skip it takes nothing back."""
        focus = section_of(situation, path)
        asking = path.next(focus)
        reply = (acknowledge(step.question, answer),) + (() if asking else (say("utter_finished"),))
        return Outcome("skip", step.question.id, (), reply, focus, OPEN if asking else COMPLETE)

    def _urgent_text(self, situation: Situation, path: Path, step: Step, heard: Heard, again: bool) -> Outcome:
        """Urgent words stand only in the alert, not on papers as an answer. Said again, the question is put off."""
        if again:
            return self._record(situation, path, step, Recorded(not_now(step.question, LATER, step.answer), "button"), heard=heard)
        return Outcome("try_again", step.question.id, (), (), self._focus_at(situation, path, step.question), OPEN)

    def _confirmed(self, situation: Situation, path: Path, current: Step | None, heard: Heard) -> Outcome | None:
        """The turn that says whether what else was heard is right; None if it says something else instead."""
        here, pending = current.question.id if current else None, situation.pending
        if heard.intent == "words":
            said = self._yes_or_no(heard.meant)
        else:
            said = {CONFIRM: "yes", DENY: "no"}.get(heard.intent, "")
        if not said:
            return None
        if situation.has_left(heard):
            return self._old_page(situation, path, current, heard)
        picked = [each for each in pending.heard if (each.question in heard.options if heard.options else each.sure)]
        found = taken(self.finder, situation.context, situation.answers, picked) if said == "yes" else {}
        reply = [say("utter_also_put" if found else "utter_also_dropped")]
        answers = {**situation.answers, **found}
        after = self.finder.path(situation.context, answers) if found else path
        focus = None if situation.focus in found else situation.focus
        if pending.unsure and pending.about in after and pending.about not in found:
            focus = pending.about
            reply.append(say("utter_clarify", question=focus, options=list(pending.unsure)))
        asking = after.next(focus)
        return Outcome(
            kind="confirm",
            question=here,
            recorded=tuple(Recorded(answer, IN_PASSING, pending.said, earlier=True) for answer in found.values()),
            reply=tuple(reply if asking else [*reply, say("utter_finished")]),
            focus=focus,
            state=OPEN if asking else COMPLETE,
            step=asking,
            answers=answers,
            path=after,
        )

    def _goes_on(self, situation: Situation, heard: Heard, path: Path) -> Outcome | None:
        """The turn that says whether what else was heard is right, and more in the same breath; None for any other.

        No question was on the page: such words answer none. What is heard in them is said back in its turn.
        """
        if not heard.settles:
            return None
        current = path.next(situation.focus)
        if not situation.pending.heard or situation.has_left(heard):
            return self._old_page(situation, path, current, heard)
        words = heard.meant if heard.intent == "words" else ""
        # "No" in words is a no, whichever button was pressed: what is not put down is only asked.
        denies = self._yes_or_no(_FIRST.split(words.strip(), maxsplit=1)[0]) == "no"
        about = replace(heard, intent=DENY if denies else heard.settles, options=heard.right)
        first = self._confirmed(situation, path, current, about)
        if first is None or first.path is None:
            return first
        now = replace(situation, answers=first.answers, focus=first.focus, pending=NOTHING_PENDING)
        if heard.intent in _WISHES and (first.step is not None or heard.intent == "person"):
            then = self._wish(now, first.path, heard, first.step)
        elif words and heard.private:
            then = self._stay(now, first.path, OFFER, first.question, say("utter_private_offer"))
        elif first.step is None or heard.alerts or self._yes_or_no(words):
            return first
        elif also := self._also(now.context, now.answers, "", heard):
            asked = situation.pending
            item = also_item(also, heard.text, *((asked.about, asked.unsure) if len(first.reply) > 1 else ()))
            return replace(first, reply=(*first.reply[:1], item))
        else:
            return replace(first, kind=UNHEARD) if words or heard.unread else first
        step = first.path.next(then.focus)
        reply = first.reply + then.reply
        return replace(first, kind=then.kind, question=then.question, reply=reply, focus=then.focus, state=then.state, step=step)

    def _old_page(self, situation: Situation, path: Path, current: Step | None, heard: Heard) -> Outcome:
        """A yes or no to what another screen has settled meanwhile: nothing is put down, and what waits now is asked again.

        What else was said still counts: a wish, private words, and other words wait beside what is asked, but for urgent ones.
        """
        here, pending = current.question.id if current else None, situation.pending
        words = bool(heard.settles and heard.intent == "words" and heard.text) and not self._yes_or_no(heard.meant)
        if heard.settles and heard.intent in _WISHES:
            outcome = self._wish(situation, path, heard, current)
        elif words and heard.private:
            outcome = self._stay(situation, path, OFFER, here, say("utter_private_offer"))
        else:
            kind = UNHEARD if words and not heard.alerts else MOVED
            outcome = self._stay(situation, path, kind, here, say("utter_moved"))
        if not pending.heard:
            return outcome
        item = also_item(pending.heard, pending.said, pending.about, pending.unsure)  # asked by the same turn still
        return replace(outcome, reply=(*outcome.reply, {**item, "vars": {**item["vars"], "asks": pending.turn}}))

    def _yes_or_no(self, text: str) -> str:
        """Whether words say no more than yes or no."""
        said, shared = normal(text), self.interview.shared_examples
        return next((answer for answer in ("yes", "no") if said in {normal(words) for words in shared.get(answer, ())}), "")

    def _added_words(self, situation: Situation, path: Path, heard: Heard) -> Outcome | None:
        """Words that follow "I want to say more" belong to the answer before."""
        kind, question_id = situation.last
        step = path.by_id.get(question_id or "")
        if kind != "say_more" or heard.question not in (None, question_id) or step is None or step.answer is None:
            return None
        if heard.intent in NOT_NOW_INTENTS and heard.text:  # "leave it": nothing is added, and nothing taken away
            return self._stay(situation, path, "nothing_to_add_to", question_id, acknowledge(step.question, step.answer))
        if heard.intent != "words":
            return None
        if heard.surely:  # they stand only in the alert
            return self._stay(situation, path, OFFER, question_id)
        joined = f"{step.answer.more}\n{heard.text}" if step.answer.more else heard.text
        try:
            answer = with_more(step.answer, step.question, joined, self.interview.limits)
        except InvalidAnswer as error:
            return self._not_understood(situation, path, step, error, heard, again=False)
        return self._record(situation, path, step, Recorded(answer, "words", clean(heard.text)), say("utter_added"), heard=heard)

    def read(self, step: Step, heard: Heard) -> Recorded:
        """The answer that a message gives to a question. Raises InvalidAnswer where it gives none that can be kept."""
        return read(step, heard, self.interview.limits, self.sure)

    def _not_understood(
        self, situation: Situation, path: Path, step: Step, error: InvalidAnswer, heard: Heard, again: bool
    ) -> Outcome:
        question, focus = step.question, self._focus_at(situation, path, step.question)
        if error.reason == "not_sure":
            offers = list(error.facts.get("options", []))  # type: ignore[call-overload]
            also = self._also(situation.context, situation.answers, question.id, heard)
            if also:
                item = also_item(also, heard.text, question.id, [] if again else offers)
                return Outcome("clarify", question.id, (), (item,), focus, OPEN)
            if heard.off and not again:
                return Outcome("clarify", question.id, (), (say("utter_off", question=question.id),), focus, OPEN)
            name = "utter_options_again" if again or not offers else "utter_clarify"
            shown = [option.id for option in step.options] if name == "utter_options_again" else offers
            return Outcome("clarify", question.id, (), (say(name, question=question.id, options=shown),), focus, OPEN)
        # What no page of ours posts moves nobody.
        focus = question.id if situation.focus == question.id else situation.focus
        wrong = say(f"utter_{error.reason}", question=question.id, **error.facts)
        return Outcome("try_again", question.id, (), (wrong,), focus, OPEN)

    def _also(self, context: Context, answers: Mapping[str, Answer], question: str, heard: Heard) -> tuple[Beside, ...]:
        """What else the words say. Words said with an urgent remark are left to those who see to it."""
        if not heard.guesses or heard.alerts or heard.private:
            return ()
        found = with_gates(self.interview, self.gates, heard.guesses, {question, *heard.by_button})
        also = beside(self.finder, context, answers, found, question, self.sure_beside)
        return also + perhaps(self.finder, context, answers, found, question, also) if also else ()

    def _record(
        self, situation: Situation, path: Path, step: Step, recorded: Recorded, *extra: dict[str, Any], heard: Heard
    ) -> Outcome:
        question = step.question
        answer = replace(recorded.answer, basis=path.basis(question), carried=False)
        unchanged = question.id not in self.anew and answer.repeats(situation.answers.get(question.id))
        answers = {**situation.answers, question.id: answer}
        after = self.finder.path(situation.context, answers)
        waits = question.id == GO_ON and after.undecided
        reply = list(extra) or [say("utter_paused") if waits else acknowledge(question, answer)]
        if question.urgent and answer.given and not any(question.by_id[option].exclusive for option in answer.options):
            reply.append(say("utter_urgent"))
        also = self._also(situation.context, answers, question.id, heard)
        if also:
            reply.append(also_item(also, heard.text))
        # "Something is not right" keeps the read-back open until the person has put it right.
        focus = section_of(situation, after)
        asking = after.next(focus)
        if asking is None:
            reply.append(say("utter_finished"))
        return Outcome(
            kind="answer",
            question=question.id,
            # What was said beside an urgent remark is for those who may see the alert, and stands only there.
            recorded=() if unchanged else (Recorded(answer, recorded.how, "" if heard.alerts else recorded.words),),
            reply=tuple(reply),
            focus=focus,
            state=PAUSED if waits else (OPEN if asking else COMPLETE),
            step=asking,
            answers=answers,
            path=after,
        )

    @staticmethod
    def _focus_at(situation: Situation, path: Path, question: Question) -> str | None:
        """Where to stay while a question is asked again: at it, also where another screen has gone elsewhere meanwhile."""
        asking = path.next(situation.focus)
        return situation.focus if asking is not None and asking.question.id == question.id else question.id
