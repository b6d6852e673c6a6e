"""Plays a journey at a table and says what came of it."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from bot.interview.answers import Answer
from bot.interview.definitions import EASY
from bot.interview.exchange import CONFIRM, DENY, PAUSED
from bot.interview.path import PathFinder
from bot.interview.understanding import may_go_on, taken
from bot.language.wording import load_commands
from bot.plan.alerts import find_alerts
from bot.plan.definitions import PlanData
from bot.plan.loading import load_plan
from bot.plan.planning import make_plan
from bot.rehearsal.choosing import Chooser, needs
from bot.rehearsal.journey import Aside, Expectation, Journey
from bot.rehearsal.moves import CHANGE, WORDS, JourneyFailed, Move, Table, View
from bot.rehearsal.sayings import Saying

COMMAND_OF = {"back": "go_back"}
MOST_TURNS = 600
STUCK_AFTER = 4
_UNHEARD = frozenset({"clarify", "try_again"})


@dataclass(slots=True)
class Played:
    """What came of a journey.

    ``asked_again``: questions opened more than once; ``unsaid``: those never asked though the journey has an answer to them.
    """

    journey: str
    asked: list[str] = field(default_factory=list)
    asked_again: list[str] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    answers: dict[str, list[str] | str | float] = field(default_factory=dict)
    needs: list[str] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    alerts: list[dict[str, Any]] = field(default_factory=list)
    dates: dict[str, Any] = field(default_factory=dict)
    turns: int = 0
    ms_per_turn: dict[str, float] = field(default_factory=dict)
    failed: str = ""
    unmet: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The object of the contract."""
        result: dict[str, Any] = {
            "journey": self.journey,
            "asked": self.asked,
            "asked_again": self.asked_again,
            "unsaid": self.unsaid,
            "answers": self.answers,
            "needs": self.needs,
            "items": self.items,
            "alerts": self.alerts,
            "dates": self.dates,
            "turns": self.turns,
            "ms_per_turn": self.ms_per_turn,
        }
        if self.failed:
            result["failed"] = self.failed
        if self.unmet:
            result["unmet"] = self.unmet
        return result


@cache
def plan_data() -> PlanData:
    """The plan's rules, read once for however many journeys."""
    return load_plan()


def plain(answer: Answer) -> list[str] | str | float:
    """An answer for output: option ids, or the not-now answer, in a list; else the words or the number."""
    if not answer.given:
        return [answer.state]
    if answer.options:
        return list(answer.options)
    return answer.text if answer.number is None else answer.number


def percentiles(times: list[float]) -> dict[str, float]:
    """Median, 95th percentile and longest of the turns, in milliseconds."""
    if not times:
        return {"p50": 0.0, "p95": 0.0, "max": 0.0}
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return {"p50": round(statistics.median(ordered), 2), "p95": round(p95, 2), "max": round(ordered[-1], 2)}


class Player:
    """Plays one journey at one table."""

    def __init__(self, finder: PathFinder, journey: Journey, table: Table) -> None:
        self.finder = finder
        self.journey = journey
        self.table = table
        self.chooser = Chooser(finder, journey)
        self.played = Played(journey.name)
        self._asides = list(journey.meanwhile)
        self._after_turn: Callable[[View], None] = lambda _view: None

    def play(self) -> Played:
        """Play it to its end. A journey that cannot go on ends with ``failed``."""
        try:
            self._play()
        except JourneyFailed as failure:
            self.played.failed = str(failure)
        self._sum_up()
        return self.played

    def _play(self) -> None:
        view = self.table.begin()
        stuck: tuple[object, int] = (None, 0)
        while view.question is not None:
            self._opened(view.question)
            aside = next((aside for aside in self._asides if aside.at == view.question), None)
            if aside is not None:
                self._asides.remove(aside)
                view = self._aside(aside, view)
                continue
            before = (view.question, self.table.answers())
            view = self._confirm(view) if view.heard else self._answer(view)
            if view.state == PAUSED:  # it waits for a yes or a no that this journey does not say
                break
            same = (view.question, self.table.answers()) == before
            stuck = (view.question, stuck[1] + 1) if same else (None, 0)
            if stuck[1] >= STUCK_AFTER or self.played.turns > MOST_TURNS:
                raise JourneyFailed(f"at {view.question}: the interview does not go on ({view.kind}); change what is said there")
        if self._asides:
            raise JourneyFailed(f"'{self._asides[0].do}' at {self._asides[0].at}: that question was never open; name another")

    def _opened(self, question: str) -> None:
        known = self.played.asked
        if question not in known:
            known.append(question)
            self._open = question
        elif question != getattr(self, "_open", None):
            self.played.asked_again.append(question)
            self._open = question

    def _make(self, move: Move) -> View:
        self.played.turns += 1
        return self.table.make(move)

    def _answer(self, view: View) -> View:
        path = self.table.path()
        step = path.by_id.get(view.question or "")
        if step is None:
            raise JourneyFailed(f"at {view.question}: it is asked, though by what is written down it should not be")
        move = self.chooser.move(step, self.table.context(), self.table.answers(), path)
        view = self._make(move)
        if move.do == WORDS and step.question.closed and view.kind in _UNHEARD:
            if move.spare is None:
                raise JourneyFailed(f"at {step.question.id}: the words were not understood; write {{text: …, option: …}}")
            view = self._make(move.spare)
        if view.kind in _UNHEARD and view.question == step.question.id:
            raise JourneyFailed(f"at {step.question.id}: the answer was not taken ({view.kind}); change what is said there")
        return view

    def _confirm(self, view: View) -> View:
        """Say which of what else was heard is what the journey would answer."""
        # Easy read has nothing to tick that was not heard for sure, and no box for more.
        easy = self.journey.level == EASY
        right = [each for each in view.heard if self.chooser.agrees(each) and (each.sure or not easy)]
        named = tuple(each.question for each in right)
        settles = Move(CONFIRM, options=named) if right else Move(DENY)
        context, answers = self.table.context(), self.table.answers()
        answers |= taken(self.finder, context, answers, right)
        path = self.finder.path(context, answers)
        step = path.next()
        box = not easy and may_go_on(self.finder, context, self.table.answers(), view.heard)
        more = self.chooser.goes_on(step, context, answers, path) if box and step is not None else ""
        return self._make(replace(settles, words=more))

    def _aside(self, aside: Aside, view: View) -> View:
        if aside.do == "change":
            self.chooser.say[aside.question] = aside.to or self.chooser.say.get(aside.question) or Saying()
            if self.chooser.say[aside.question] == Saying():
                del self.chooser.say[aside.question]
            return self._make(Move(CHANGE, aside.question))
        command = COMMAND_OF.get(aside.do, aside.do)
        commands = load_commands()
        if command not in commands:
            return self.table.trouble(aside.do)
        if aside.words:
            phrase = str(commands[command]["phrases"][0])  # type: ignore[index]
            view = self._make(Move(WORDS, view.question, words=phrase))
        else:
            view = self._make(Move(command, view.question))
        if view.kind != command and not (command == "go_back" and view.kind in ("go_back", "back")):
            raise JourneyFailed(f"at {aside.at}: '{aside.do}' was taken as {view.kind}")
        return self.table.begin() if view.state == PAUSED else view

    def _sum_up(self) -> None:
        played, path = self.played, self.table.path()
        played.answers = {question: plain(answer) for question, answer in path.answers.items()}
        played.unsaid = [question for question in self.journey.say if question not in played.asked]
        context, record, today = self.table.context(), self.journey.record, self.journey.today
        played.needs = needs(self.finder.interview, path, context)
        plan = make_plan(plan_data(), self.finder.interview, path, context, record, today)
        played.items = [item.to_json() for item in plan.items]
        # A rehearsal is of a made-up person and shows what the safeguarding role would see.
        played.alerts = [alert.to_json(safeguarding=True) for alert in find_alerts(plan_data(), path, context)]
        played.dates = plan.dates.to_json(today)
        played.ms_per_turn = percentiles(self.table.times())
        played.unmet = unmet(self.journey.expect, played)


def unmet(expect: Expectation, played: Played) -> list[str]:
    """What of an expectation was not met, a line each."""
    lines = [f"{name} was not asked" for name in expect.asked if name not in played.asked]
    lines += [f"{name} was asked" for name in expect.not_asked if name in played.asked]
    for name, saying in expect.recorded.items():
        wanted: list[str] | str = [saying.not_now] if saying.not_now else list(saying.options) or saying.words
        found = played.answers.get(name)
        given = f"{found:g}" if isinstance(found, float) else found
        if (sorted(given) if isinstance(given, list) else given) != (sorted(wanted) if isinstance(wanted, list) else wanted):
            lines.append(f"{name} holds {given}, not {wanted}")
    lines += [f"the need {name} was not found" for name in expect.needs if name not in played.needs]
    lines += [f"the need {name} was found" for name in expect.no_needs if name in played.needs]
    if expect.at_most is not None and len(played.asked) > expect.at_most:
        lines.append(f"{len(played.asked)} questions were asked, more than {expect.at_most}")
    return lines
