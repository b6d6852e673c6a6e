"""Turns of the journeys by button and in own words: what talking saves.

In own words each line answers the open question and says what comes next in its section too, as people and notes do: at most
``FACTS`` things ("states NFA, was at his mum's, she's moved, owes rent on old flat, wants help, has passport").
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from bot.commands import say
from bot.commands.train import ONE_THREAD, QUIET, RASA_PYTHON
from bot.interview.answers import Answer
from bot.interview.definitions import Question
from bot.interview.exchange import NOT_NOW_INTENTS, Heard
from bot.interview.loading import load_interview
from bot.interview.path import Context, PathFinder, Step
from bot.interview.path import Path as Walked
from bot.interview.understanding import Guess
from bot.interview.yamlfile import read_yaml
from bot.rehearsal.choosing import Chooser
from bot.rehearsal.engine import EngineTable
from bot.rehearsal.journey import Journey, read_journey
from bot.rehearsal.moves import WORDS, Move
from bot.rehearsal.play import Played, Player
from bot.settings import ROOT

FACTS = 6
JOURNEYS = ROOT / "tests" / "journeys"
PHRASES = ROOT / "tests" / "evaluation" / "own_words.yml"
# Journeys that are about buttons, trouble or refusing, not about talking.
LEFT_OUT = frozenset({"everything_breaks", "kiosk_changes_mind", "refuses_everything"})


class Model:
    """The trained model in a process of its own, a line at a time."""

    def __init__(self, model: Path) -> None:
        self._process = subprocess.Popen(
            [str(RASA_PYTHON), "-W", "ignore", "-m", "bot.dialogue.parse", str(model)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT,
            env={**os.environ, **QUIET, **ONE_THREAD},
        )  # fmt: skip

    def parse(self, question: str | None, text: str) -> dict[str, Any]:
        """What the model makes of words said to a question."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the model's process has no pipes")
        self._process.stdin.write(json.dumps({"question": question, "text": text}) + "\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


class TalkTable(EngineTable):
    """The engine's table with the trained model: words are understood as in a live turn."""

    def __init__(self, finder: PathFinder, journey: Journey, model: Model) -> None:
        super().__init__(finder, journey)
        self._model = model

    def _heard(self, move: Move) -> Heard:
        heard = super()._heard(move)
        if move.do != WORDS:
            return heard
        found = self._model.parse(move.question, move.words)
        guesses = tuple(Guess(guess["question"], guess["option"], guess["confidence"]) for guess in found["guesses"])
        return replace(
            heard,
            intent=found["intent"],
            guesses=guesses,
            alerts=tuple(found["alerts"]),
            private=found["private"],
            off=found["off"],
        )


class Talker(Chooser):
    """Says in words what the journey answered by button, and what comes next with it."""

    def __init__(self, finder: PathFinder, journey: Journey, phrases: Mapping[str, Mapping[str, str]], played: Played) -> None:
        super().__init__(finder, journey)
        self._phrases = phrases
        self._answers = played.answers
        self._order = played.asked
        self._told: set[str] = set()

    def _phrase(self, question: Question) -> str:
        options = self._answers.get(question.id)
        known = self._phrases.get(question.id, {})
        if not question.closed or not isinstance(options, list) or not all(option in known for option in options):
            return ""
        return ", ".join(known[option] for option in options)

    def move(self, step: Step, context: Context, answers: Mapping[str, Answer], path: Walked) -> Move:
        """Words where there are some, else the journey's own move."""
        spare = super().move(step, context, answers, path)
        said = self._phrase(step.question) if spare.do not in NOT_NOW_INTENTS else ""
        if not said:
            return spare
        facts = [said]
        self._told.add(step.question.id)
        for name in self._order[self._order.index(step.question.id) + 1 :] if step.question.id in self._order else ():
            question = self.interview.by_id[name]
            more = self._phrase(question) if name not in answers and question.section == step.question.section else ""
            if more and len(facts) < FACTS:
                facts.append(more)
                self._told.add(name)
        return Move(WORDS, step.question.id, words=". ".join(facts), spare=None if spare.do == WORDS else spare)

    def goes_on(self, step: Step, context: Context, answers: Mapping[str, Answer], path: Walked) -> str:
        """What comes next is said with the yes or no; but not the same twice."""
        if step.question.id in self._told or not step.question.closed:
            return ""
        said = self.move(step, context, answers, path)
        return said.words if said.do == WORDS else ""

    def agrees(self, heard: Any) -> bool:
        """Whether it is what the journey answered by button."""
        answered = self._answers.get(heard.question)
        return isinstance(answered, list) and set(answered) == set(heard.options)


def turns(model: Path, folder: Path = JOURNEYS) -> Sequence[tuple[str, int, int]]:
    """(journey, turns by button, turns in own words)."""
    interview = load_interview()
    finder = PathFinder(interview)
    phrases = read_yaml(PHRASES)
    rows = []
    with Model(model) as running:
        for path in sorted(folder.glob("*.yml")):
            if path.stem in LEFT_OUT:
                continue
            journey = replace(read_journey(path, interview), meanwhile=())
            buttons = Player(finder, _silent(journey), EngineTable(finder, journey)).play()
            player = Player(finder, _silent(journey), TalkTable(finder, journey, running))
            player.chooser = Talker(finder, _silent(journey), phrases, buttons)
            words = player.play()
            if buttons.failed or words.failed:
                say(f"{path.stem} is left out of the turns: {buttons.failed or words.failed}")
                continue
            rows.append((path.stem, buttons.turns, words.turns))
    return rows


def _silent(journey: Journey) -> Journey:
    """The journey with its options instead of its own words."""
    say = {name: replace(saying, words="") if saying.options or saying.not_now else saying for name, saying in journey.say.items()}
    return replace(journey, say=say)
