"""An interview small enough to talk to the engine about: for tests of what guesses become."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.interview.exchange import Heard, Outcome, Situation
from bot.interview.loading import Loader
from bot.interview.path import Context, PathFinder
from bot.interview.rules import Value
from bot.interview.turn import Conversation
from bot.interview.understanding import ALSO_WAITS, Guess, pending_of

CONTEXT = Context({"interview.mode": Value(frozenset(["worker"]), real=True)})
# What any small interview begins with, after its sections.
COMMON = """
not_now:
  - {id: refused, plain: "Rather not", easy: "No"}
  - {id: unknown, plain: "Do not know", easy: "Do not know"}
  - {id: later, plain: "Later", easy: "Later"}
  - {id: skipped, plain: "Skipped", easy: "Skipped"}
none_of_these: {plain: "None", easy: "None"}
limits: {ask: 120, why: 140, help: 300, option: 80, short_text: 50, long_text: 100, typed: 80}
"""
HEAD = f"""sections: [home]{COMMON}shared_examples: {{"yes": ["yes", "yeah"], "no": ["nah"]}}
"""


def question(name: str, kind: str = "one", options: str = "yes no", rest: str = "") -> str:
    listed = "\n".join(
        f'      - {{id: "{option}", plain: "{name} {option}", easy: "{option} {name}"}}' for option in options.split()
    )
    given = f"    options:\n{listed}\n" if options else ""
    return (
        f'  - id: {name}\n    kind: {kind}\n{rest}    plain: {{ask: "{name}?", why: "To help."}}\n'
        f'    easy: {{ask: "{name}?", why: "To help."}}\n{given}'
    )


HOME = "section: home\npathway: accommodation\ntitle: {plain: Home, easy: Home}\nquestions:\n" + "".join(
    [
        question("lived", options="rented family"),
        question("owes", rest="    when: {is: [lived, rented]}\n    depends_on: [lived]\n"),
        question("hurt", rest="    sensitive: true\n"),
        question("things", "many", "dog cat car none", "    at_most: 2\n").replace(
            'things none", easy', 'things none", exclusive: true, easy'
        ),
        question("gp"),
        question("notes", "text", "", "    optional: true\n"),
        *(question(f"extra_{number}") for number in range(8)),
        question("settled", rest='    implied: {when: {is: [gp, "yes"]}, answer: "yes"}\n'),
        question("noted", rest="    asked_of: worker\n    when: {is: [lived, rented]}\n    depends_on: [lived]\n"),
        question("told", rest="    when: {is: [lived, rented]}\n    depends_on: [lived]\n"),
    ]
)


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Conversation:
    root: Path = tmp_path_factory.mktemp("data")
    (root / "questions").mkdir()
    (root / "needs").mkdir()
    (root / "plan").mkdir()
    (root / "plan" / "consents.yml").write_text("consents:\n  - {id: told, question: told}\n")
    (root / "interview.yml").write_text(HEAD)
    (root / "questions" / "home.yml").write_text(HOME)
    loader = Loader(root)
    interview = loader.load()
    assert loader.problems.lines == []
    return Conversation(PathFinder(interview), sure=0.6, sure_beside=0.7)


class Talk:
    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.now = Situation(CONTEXT, {})

    def hear(self, intent: str = "words", text: str = "some words", *guesses: Guess, **heard: Any) -> Outcome:
        outcome = self.conversation.decide(self.now, Heard(intent, text=text, guesses=guesses, **heard))
        answers = {**self.now.answers, **{kept.answer.question: kept.answer for kept in outcome.recorded}}
        last = (outcome.kind, outcome.question)
        self.now = replace(
            self.now,
            answers=answers,
            focus=outcome.focus,
            state=outcome.state,
            last=last,
            pending=pending_of(outcome.reply),
            waiting=pending_of(outcome.reply, name=ALSO_WAITS),
        )
        return outcome

    @property
    def asking(self) -> str | None:
        step = self.conversation.finder.path(CONTEXT, self.now.answers).next(self.now.focus)
        return step.question.id if step else None


@pytest.fixture
def t(talk: Conversation) -> Talk:
    return Talk(talk)


def said(outcome: Outcome) -> list[str]:
    return [item["say"] for item in outcome.reply]


def heard(outcome: Outcome) -> dict[str, tuple[str, ...]]:
    return {each.question: each.options for each in pending_of(outcome.reply).heard}


RENTED = Guess("lived", "rented", 0.9)
OWES = Guess("owes", "yes", 0.8)
NO_GP = Guess("gp", "no", 0.75)
