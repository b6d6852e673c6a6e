"""What is said next: as the journey has it, else as its ``otherwise`` has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bot.interview.answers import Answer, value_of
from bot.interview.definitions import NONE, Interview, Question
from bot.interview.exchange import NOT_NOW_INTENTS
from bot.interview.path import CONFIRMED, Context, Path, PathFinder, Step
from bot.interview.rules import NOTHING
from bot.interview.understanding import Beside
from bot.interview.walk import Walk
from bot.rehearsal.journey import Journey
from bot.rehearsal.moves import ANSWER, WORDS, Move
from bot.rehearsal.sayings import Saying

INTENTS = {state: intent for intent, state in NOT_NOW_INTENTS.items()}
NO_NEED = frozenset({"no", NONE, CONFIRMED, "ok"})


def needs(interview: Interview, path: Path, context: Context) -> list[str]:
    """The needs whose rule holds over a path, whatever the questions still open bring."""
    walk = Walk(context.facts)
    open_ones = {question.id for question in path.possible}
    for question in interview.questions:
        step = path.by_id.get(question.id)
        if step is None:
            walk.passed(question.id, None if question.id in open_ones else NOTHING)
        else:
            walk.passed(question.id, value_of(step.answer) if step.answer is not None else None)
    return [need.id for need in interview.needs if need.when.holds(walk) is True]


class Chooser:
    """Decides each move of one journey."""

    def __init__(self, finder: PathFinder, journey: Journey) -> None:
        self.finder = finder
        self.interview = finder.interview
        self.journey = journey
        self.say: dict[str, Saying] = dict(journey.say)
        self._all = Counter(question.section for question in self.interview.questions)

    def agrees(self, heard: Beside) -> bool:
        """Whether what was heard beside a question is what this journey says to it; where it says nothing, "no" agrees."""
        saying, question = self.say.get(heard.question), self.interview.by_id[heard.question]
        if saying is not None and (saying.options or saying.not_now):
            return set(saying.options) == set(heard.options)
        return self.journey.otherwise == "no" and means_no(question, heard.options)

    def move(self, step: Step, context: Context, answers: Mapping[str, Answer], path: Path) -> Move:
        """What is done at an open question."""
        saying = self.say.get(step.question.id)
        if saying is None:
            return self._otherwise(step, context, answers, path)
        if saying.only_more:
            return replace(self._otherwise(step, context, answers, path), more=saying.more)
        return move_of(step.question, saying)

    def goes_on(self, step: Step, context: Context, answers: Mapping[str, Answer], path: Path) -> str:
        """What is said in the same breath as yes or no to what else was heard, before that step; mostly nothing."""
        return ""

    def _otherwise(self, step: Step, context: Context, answers: Mapping[str, Answer], path: Path) -> Move:
        """What is said where the journey says nothing.

        First, whatever leads to the questions that the journey does say something to: an interview cannot come to them
        otherwise. Then, with ``refuse`` and ``skip``, that. With ``no``, the answer that means no need, which is found from the
        data: the one that

        1. does not close most of a section (consent refused, a private talk put off: that is not "no need", but "not now"),
        2. brings the fewest needs,
        3. is called ``no``, ``none``, ``right`` or ``ok``, or is exclusive (but the "no" at the far end from "yes" is a grade),
        4. stands first.

        Help with a need that was brought up is taken up, whether a section's last question offers it or one of its own.
        Questions for words are skipped; a scale gets its upper end, a number its lowest.
        """
        question, mode = step.question, self.journey.otherwise
        if mode == "no" and not question.closed:
            if question.kind in ("scale", "number"):
                number = question.maximum if question.kind == "scale" else question.minimum or 0
                return Move(ANSWER, question.id, words=f"{number:g}")
            return Move(INTENTS["skipped"], question.id)
        if mode == "no" and (taken := self._help(step, context, path)):
            return Move(ANSWER, question.id, options=taken)
        own = [Saying(not_now={"refuse": "refused", "skip": "skipped"}[mode])] if mode != "no" else []
        candidates = own + [Saying(options=chosen) for chosen in self._choices(step)]
        found = [self._outlook(step.question, saying, context, answers, path) for saying in candidates]
        # How much of each section each answer leaves open, against the best of them.
        best = {section: max(outlook.reach[section] for outlook in found) for section in self._all}
        most = max(outlook.sayable for outlook in found)

        def rank(index: int) -> tuple[int, ...]:
            outlook, saying = found[index], candidates[index]
            shut = sum(outlook.reach[section] * 2 < best[section] for section in best)
            lost = most - outlook.sayable
            if own:
                return (lost, index > 0, shut, outlook.needs, index)
            return (lost, shut, outlook.needs, not means_no(question, saying.options), index)

        return move_of(question, candidates[min(range(len(candidates)), key=rank)])

    def _help(self, step: Step, context: Context, path: Path) -> tuple[str, ...]:
        """The options that take up help with needs found so far; empty for a question that offers none."""
        question = step.question
        if question.needs_of is not None:
            return tuple(option.id for option in step.options if not option.exclusive)[: question.at_most]
        asking = [need for need in self.interview.needs if need.asked_by is not None and need.asked_by.question == question.id]
        if not asking:
            return ()
        found = needs(self.interview, path, context)
        offered = [option.id for option in step.options]
        wanted = [
            next((option for option in offered if option in need.asked_by.wanted), "")
            for need in asking
            if need.asked_by is not None and need.id in found
        ]
        return tuple(dict.fromkeys(filter(None, wanted)))[: question.at_most or (1 if question.kind == "one" else None)]

    @staticmethod
    def _choices(step: Step) -> Iterator[tuple[str, ...]]:
        """The choices worth a look: each option, and all of those that go together."""
        for option in step.options:
            yield (option.id,)
        together = tuple(option.id for option in step.options if not option.exclusive)
        if step.question.kind == "many" and len(together) > 1:
            yield together[: step.question.at_most]

    def _outlook(self, question: Question, saying: Saying, context: Context, answers: Mapping[str, Answer], path: Path) -> _Outlook:
        answer = Answer(question.id, options=saying.options, basis=path.basis(question))
        if saying.not_now:
            answer = Answer(question.id, state=saying.not_now)
        after = self.finder.path(context, {**answers, question.id: answer})
        reach = Counter(step.question.section for step in after.steps)
        reach.update(other.section for other in after.possible)
        ahead = {step.question.id for step in after.open} | {other.id for other in after.possible}
        if after.undecided:  # nothing is asked any more before there is a yes or a no
            ahead = set()
        return _Outlook(reach, len(ahead & set(self.say)), len(needs(self.interview, after, context)))


@dataclass(frozen=True, slots=True)
class _Outlook:
    """What an answer would lead to: questions that can still be asked by section, those the journey has a word for, needs."""

    reach: Counter[str]
    sayable: int
    needs: int


def means_no(question: Question, options: tuple[str, ...]) -> bool:
    """Whether a choice says "no" or "none" by its name."""
    graded = "yes" in question.by_id and len(question.options) > 2
    return not graded and all(option in NO_NEED or question.by_id[option].exclusive for option in options)


def move_of(question: Question, saying: Saying) -> Move:
    """How a saying is put to a question: by its buttons, by its boxes or in words."""
    if question.closed and saying.words:
        silent = replace(saying, words="")
        return Move(WORDS, question.id, words=saying.words, spare=None if silent == Saying() else move_of(question, silent))
    if saying.not_now:
        return Move(INTENTS[saying.not_now], question.id)
    if question.kind == "text":
        return Move(WORDS, question.id, words=saying.words)
    return Move(ANSWER, question.id, options=saying.options, words=saying.words, parts=saying.parts, more=saying.more)
