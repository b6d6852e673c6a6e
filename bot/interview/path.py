"""The path of one interview, computed from the record and the answers each time it is needed, never stored.

A question is on the path when its rule holds over the record and the answers of earlier questions that are on the path
themselves. An answer whose question has left the path is kept by the store but no rule, list or output sees it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from bot.interview.answers import Answer, value_of
from bot.interview.definitions import GO_ON, LATER, Interview, Option, Question
from bot.interview.rules import ALWAYS, NOTHING, Truth, Value
from bot.interview.walk import MODE, Walk, both_hold, something_to_choose, still_offered

NOT_STARTED, PARTLY, DONE, NOTHING_TO_ASK = "not_started", "partly", "done", "nothing_to_ask"
CONFIRMED = "right"
# A focus that begins with it names a section to stay in: no question's id does.
IN_SECTION = "~"


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the answers. ``facts`` maps ``record.x``, ``interview.x`` and ``setting.x`` to values.

    ``modes`` tells in which modes each question was answered so far, whatever the mode of the interview is now.
    """

    facts: Mapping[str, Value] = field(default_factory=dict)
    modes: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def mixed(self) -> bool:
        """Whether anything was answered in another mode than that of now."""
        now = self.facts.get(MODE, NOTHING).options
        return any(modes - now for modes in self.modes.values())


@dataclass(frozen=True, slots=True)
class _Everything:
    """Facts with every answer, also those to later questions: privacy may be made long after who is here was asked."""

    context: Context
    answers: Mapping[str, Answer]

    def value(self, source: str) -> Value:
        return self.context.facts.get(source) or value_of(self.answers.get(source))


@dataclass(frozen=True, slots=True)
class Step:
    """A question on the path. ``settled`` means it need not be asked (again); ``implied`` that it never was.

    ``waits``: it is left for later without being asked, as others could hear; so it is implied, too. ``kept``: it was answered in
    another mode, and may not be asked in that of now. The answer counts all the same.
    """

    question: Question
    options: tuple[Option, ...]
    answer: Answer | None
    settled: bool
    implied: bool = False
    waits: bool = False
    kept: bool = False

    @property
    def askable(self) -> bool:
        """Whether the person or worker at the page may be asked it, or asked again."""
        return not self.implied and not self.kept


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is not settled yet about a path.

    ``possible`` holds the questions of which it is not settled whether they will be asked; ``unsure`` the ids on the
    path to which that may happen again, because an answer they rest on may still change without the person going back to it;
    ``doubtful`` the ids of answers that may have to be asked for again, or not after all, for the same reason.
    """

    possible: tuple[Question, ...] = ()
    unsure: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Path:
    """The questions on the path, in order, and how many more there may be."""

    interview: Interview
    steps: tuple[Step, ...]
    # Only a page that shows an estimate needs the outlook, and it costs more walks: worked out when asked for.
    look_ahead: Callable[[Path], Outlook] = field(compare=False, repr=False)

    @cached_property
    def outlook(self) -> Outlook:
        """What is not settled yet about this path."""
        return self.look_ahead(self)

    @property
    def possible(self) -> tuple[Question, ...]:
        """The questions of which it is not settled yet whether they will be asked."""
        return self.outlook.possible

    @cached_property
    def by_id(self) -> dict[str, Step]:
        return {step.question.id: step for step in self.steps}

    def __contains__(self, question_id: str) -> bool:
        return question_id in self.by_id

    @cached_property
    def answers(self) -> dict[str, Answer]:
        """Every answer on the path, implied ones included: the only answers an output may hold."""
        return {step.question.id: step.answer for step in self.steps if step.answer is not None}

    @cached_property
    def open(self) -> tuple[Step, ...]:
        """The steps still to be asked, in the order in which they will be."""
        waiting = tuple(step for step in self.steps if not step.settled and step.askable)
        before = tuple(step for step in waiting if step.question.section != self._last)
        return before + self.postponed + waiting[len(before) :]

    @cached_property
    def postponed(self) -> tuple[Step, ...]:
        """The steps to be asked once more before the last section: "ask me later" is honoured once."""
        waiting = (step for step in self.for_later() if step.settled and _postponed(step))
        return tuple(step for step in waiting if step.question.section != self._last)

    @property
    def _last(self) -> str:
        return self.interview.sections[-1].id if self.interview.sections else ""

    def next(self, focus: str | None = None) -> Step | None:
        """The step to ask now: the one that was asked for, else the first open one; None when all is settled."""
        if focus is not None and focus in self.by_id and self.by_id[focus].askable:
            return self.by_id[focus]
        if focus is not None and focus.startswith(IN_SECTION):
            found = self.first_in(focus.removeprefix(IN_SECTION))
            if found is not None:
                return found
        return self.open[0] if self.open else None

    def first_in(self, section_id: str) -> Step | None:
        """The first step of a section that has not been asked yet; None when there is none."""
        waiting = (step for step in self.steps if not step.settled and step.askable)
        return next((step for step in waiting if step.question.section == section_id), None)

    def before(self, question_id: str | None) -> Step | None:
        """The step asked before this one (before the end, for None), or None at the start."""
        asked = [step for step in self.steps if step.askable and (step.answer is not None or step.question.id == question_id)]
        ids = [step.question.id for step in asked]
        index = ids.index(question_id) if question_id in ids else len(ids)
        return asked[index - 1] if index > 0 else None

    def remaining(self) -> tuple[int, int]:
        """The least and the most questions still to come: those certain now, and those that answers may add."""
        waiting, outlook = {step.question.id for step in self.open}, self.outlook
        return len(waiting - outlook.doubtful - outlook.unsure), len(waiting | outlook.doubtful) + len(outlook.possible)

    def progress(self) -> dict[str, str]:
        """Each section's state: not_started, partly, done or nothing_to_ask."""
        states = {}
        may_come = {question.section for question in self.possible}
        for section in self.interview.sections:
            steps = [step for step in self.steps if step.question.section == section.id and step.askable]
            answered = [step for step in steps if step.answer is not None and not step.answer.carried]
            if not steps:
                states[section.id] = NOT_STARTED if section.id in may_come else NOTHING_TO_ASK
            elif all(step.settled and step not in self.postponed for step in steps) and section.id not in may_come:
                states[section.id] = DONE
            else:
                states[section.id] = PARTLY if answered else NOT_STARTED
        return states

    def for_later(self) -> tuple[Step, ...]:
        """Questions the person put off, for the worker and the read-back."""
        return tuple(step for step in self.steps if step.askable and step.answer is not None and step.answer.state == LATER)

    def waiting(self) -> tuple[Step, ...]:
        """Questions left for a time when nobody else can hear, for the worker only."""
        return tuple(step for step in self.steps if step.waits)

    @property
    def undecided(self) -> bool:
        """Whether the consent that nothing goes on without was passed over: there is neither a yes nor a no."""
        step = self.by_id.get(GO_ON)
        return step is not None and step.answer is not None and not step.answer.given

    @property
    def declined(self) -> bool:
        """Whether the person said no to going on."""
        step = self.by_id.get(GO_ON)
        return step is not None and step.answer is not None and step.answer.given and "yes" not in step.answer.options

    def basis(self, question: Question) -> str:
        """A digest of the answers this question rests on; empty when it rests on none."""
        rests_on = [self.answers.get(other) for other in question.depends_on]
        if question.reads_back:
            rests_on += [
                step.answer
                for step in self.steps
                if step.question.section == question.reads_back and step.question.reads_back is None
            ]
        # Help that was not offered at the time was not turned down: a new need asks again.
        offered = [option.id for option in self.by_id[question.id].options] if question.needs_of and question.id in self else []
        return _digest(rests_on, offered) if question.depends_on or question.reads_back or question.needs_of else ""


def _postponed(step: Step) -> bool:
    return step.answer is not None and step.answer.state == LATER and not step.answer.again


def _digest(answers: list[Answer | None], offered: list[str]) -> str:
    said = [None if answer is None else [answer.question, *map(str, answer.content())] for answer in answers] + [offered]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


class PathFinder:
    """Computes paths for one interview definition."""

    def __init__(self, interview: Interview) -> None:
        self.interview = interview
        # Most questions offer every option to everybody; there is nothing to work out for those.
        self._all_offered: dict[str, dict[str, Truth]] = {
            question.id: dict.fromkeys(question.by_id, True)
            for question in interview.questions
            if question.options and all(option.when is ALWAYS for option in question.options)
        }

    def path(self, context: Context, answers: Mapping[str, Answer]) -> Path:
        """Walk the interview. Costs the number of questions, not the number of paths."""
        answers = dict(answers)  # a path is a value: what is answered afterwards must not change its outlook
        steps, possible = self._walk(context, answers, frozenset())
        if context.mixed:
            steps = self._with_kept(steps, self._walk(context, answers, frozenset(), context.modes)[0])
            on_path = {step.question.id for step in steps}
            possible = tuple(question for question in possible if question.id not in on_path)
        path = Path(self.interview, steps, lambda path: self._look_ahead(path, context, answers, possible))
        return self._settle(path, self._overheard(context, answers))

    def _with_kept(self, now: tuple[Step, ...], in_any: tuple[Step, ...]) -> tuple[Step, ...]:
        """The steps of now, and those answered in another mode, in order.

        What only another mode leads to and nobody has answered is left out: somebody who is not in private now is not asked the
        rest of what was begun in private.
        """
        found = {step.question.id: step for step in now}
        # What is offered now rests on all that was said, in whatever mode.
        found |= {step.question.id: step for step in in_any if step.question.id in found}
        told = (step for step in in_any if step.answer and not step.waits and step.question.id not in found)
        found |= {step.question.id: replace(step, kept=True) for step in told}
        return tuple(sorted(found.values(), key=lambda step: self.interview.position[step.question.id]))

    def _look_ahead(self, path: Path, context: Context, answers: Mapping[str, Answer], possible: tuple[Question, ...]) -> Outlook:
        """Walk again without the answers that are not the last word, until nothing more turns out to rest on them."""
        outlook = Outlook(possible)
        loose: frozenset[str] = frozenset()
        while True:
            # What is put off, or will be asked again, is not the last word: the estimate must not rest on it.
            doubtful = self._doubtful(path, outlook)
            waits = self._may_wait(path, outlook)
            found = doubtful | {step.question.id for step in path.open if step.answer is not None} | waits
            if found == loose:
                return replace(outlook, unsure=outlook.unsure | waits, doubtful=doubtful | waits)
            loose = found
            _, unsettled = self._walk(context, answers, loose)
            outlook = Outlook(
                possible=tuple(question for question in unsettled if question.id not in path),
                unsure=frozenset(question.id for question in unsettled if question.id in path),
                doubtful=doubtful,
            )

    def _may_wait(self, path: Path, outlook: Outlook) -> frozenset[str]:
        """The ids of private steps of which it is not settled whether somebody could hear when they would be asked."""
        moving = {step.question.id for step in path.open} | {question.id for question in outlook.possible} | outlook.unsure
        rule = self.interview.overheard
        moves = rule is not None and not moving.isdisjoint(rule.sources)
        return frozenset(
            step.question.id for step in path.steps if moves and step.question.private and (step.waits or not step.settled)
        )

    def _doubtful(self, path: Path, outlook: Outlook) -> frozenset[str]:
        """The ids of steps whose answer rests on what will be asked or may come."""
        moving = {step.question.id for step in path.open} | {question.id for question in outlook.possible}
        moving |= outlook.unsure | outlook.doubtful
        sections = {self.interview.by_id[name].section for name in moving}
        found = set()
        for step in path.steps:
            question, answer = step.question, step.answer
            if step.implied:
                rests = question.id in outlook.unsure
            elif answer is None or not answer.given:
                rests = False
            elif question.reads_back:
                rests = question.reads_back in sections and not question.opens_review
            else:
                rests = not moving.isdisjoint(self._rests_on(question, answer))
            if rests:
                found.add(question.id)
        return frozenset(found)

    def _rests_on(self, question: Question, answer: Answer) -> set[str]:
        """The sources that decide whether a given answer stands."""
        sources = {*question.depends_on}
        if question.id not in self._all_offered:
            for option in question.options:
                if question.needs_of is not None or option.id in answer.options:
                    sources |= option.when.sources
        return sources

    def _walk(
        self,
        context: Context,
        answers: Mapping[str, Answer],
        loose: frozenset[str],
        modes: Mapping[str, frozenset[str]] | None = None,
    ) -> tuple[tuple[Step, ...], tuple[Question, ...]]:
        """The steps on the path, and the questions of which it is not settled whether they will be asked.

        The answers to ``loose`` questions are taken as not given yet; ``modes`` as ``Walk`` has them.
        """
        walk, overheard = Walk(context.facts, modes), self._overheard(context, answers)
        steps: list[Step] = []
        possible: list[Question] = []
        for question in self.interview.questions:
            truth = walk.holds(question.rule, question.id)
            if truth is False:
                walk.passed(question.id, NOTHING)
                continue
            truths = self._all_offered.get(question.id)
            if truths is None:
                truths = {option.id: walk.holds(option.when, question.id) for option in question.options}
            implied = question.implied.when.holds(walk) if question.implied is not None else False
            answer = answers.get(question.id)
            usable = still_offered(answer, truths)
            truth = both_hold(truth, something_to_choose(question, truths))
            if truth is True and (implied is None or (implied is False and usable is None)):
                truth = None
            if truth is not True:
                walk.passed(question.id, NOTHING if truth is False else None)
                if truth is None:
                    possible.append(question)
                continue
            if implied and question.implied is not None:
                answer = Answer(question.id, options=(question.implied.answer,))
            elif not usable:
                answer = None
            options = tuple(option for option in question.options if truths[option.id] is True)
            step = Step(question, options, answer, settled=answer is not None, implied=bool(implied))
            if overheard and question.private and not implied and (answer is None or answer.state == LATER):
                step = _waiting(step)
            steps.append(step)
            answer = step.answer
            walk.passed(question.id, value_of(answer) if answer is not None and question.id not in loose else None)
        return tuple(steps), tuple(possible)

    def _overheard(self, context: Context, answers: Mapping[str, Answer]) -> bool:
        return self.interview.overheard is not None and self.interview.overheard.holds(_Everything(context, answers)) is True

    def _settle(self, path: Path, overheard: bool) -> Path:
        """Reopen what rests on answers that have changed since, and read-backs that were not confirmed."""
        if overheard:
            # Before the read-backs, which are confirmed as they are read: with what waits still to come.
            path = self._reopened(path, lambda step: _waiting(step) if step.question.private else step)
        return self._reopened(path, lambda step: replace(step, settled=False))

    def _reopened(self, path: Path, then: Callable[[Step], Step]) -> Path:
        confirmed = {step.question.reads_back for step in path.steps if not step.question.opens_review and _confirms(step, path)}
        steps = tuple(
            step if not step.settled or step.implied or _still_good(step, path, confirmed) else then(step) for step in path.steps
        )
        return path if steps == path.steps else replace(path, steps=steps)


def _waiting(step: Step) -> Step:
    """The step put off until nobody else can hear, in the person's stead."""
    return replace(step, answer=Answer(step.question.id, state=LATER, again=True), settled=True, implied=True, waits=True)


def _confirms(step: Step, path: Path) -> bool:
    answer = step.answer
    return answer is not None and CONFIRMED in answer.options and answer.basis == path.basis(step.question)


def _still_good(step: Step, path: Path, confirmed: set[str | None]) -> bool:
    question, answer = step.question, step.answer
    if answer is None or not answer.given:
        # A not-now answer lets the person move on, but nothing goes on without a yes or a no to that.
        return question.id != GO_ON
    if question.opens_review:
        # It looks back once, at what came from the interview before; what is said since is read back in the last section.
        return CONFIRMED in answer.options or question.reads_back in confirmed
    if question.reads_back:
        # "Something is not right" stays open until it is.
        return question.reads_back in confirmed
    basis = path.basis(question)
    return not basis or answer.basis == basis
