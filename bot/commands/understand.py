"""``bcst2 understand [FILE]``: what is made of lines of words, through the trained model and the code of a live turn."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, TextIO

from bot.commands import UserError
from bot.commands.train import QUIET, RASA_PYTHON, current_model
from bot.interview.answers import Answer, InvalidAnswer
from bot.interview.definitions import Interview, Question
from bot.interview.loading import load_interview
from bot.interview.path import PathFinder, Step
from bot.interview.turn import NOT_NOW_INTENTS, Conversation, Heard
from bot.interview.understanding import Guess
from bot.settings import ROOT

# Intents that the contract calls otherwise; the rest keep their name.
COMMANDS = {
    "why": "explain",
    "help_me": "explain",
    "repeat": "repeat",
    "go_back": "back",
    "pause": "pause",
    "person": "person",
    "refuse": "refuse",
    "unknown": "unknown",
    "later": "skip",
    "skip": "skip",
    "say_more": None,
}


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("understand", help="JSON lines of words in, what was understood out")
    parser.add_argument("file", nargs="?", help="a file of JSON lines; standard input when left out")


def run(args: argparse.Namespace) -> int:
    """Print one JSON object for each line, in the same order."""
    name = args.file or "standard input"
    try:
        with open(args.file, encoding="utf-8") if args.file else sys.stdin as source:
            lines = list(_read(source, name))
    except OSError as error:
        raise UserError(f"{name}: cannot be read ({error.strerror}); name a file of JSON lines") from None
    except UnicodeDecodeError:
        raise UserError(f"{name}: is not UTF-8 text; save it as UTF-8") from None
    model = current_model()
    if model is None:
        raise UserError("there is no model for today's questions; run make train")
    interview = load_interview()
    open_questions = [_question(interview, str(line.get("open") or "")) for line in lines]
    parsed = _parse(str(model), [(question, str(line["text"])) for question, line in zip(open_questions, lines, strict=True)])
    conversation = Conversation(PathFinder(interview))
    for line, question, found in zip(lines, open_questions, parsed, strict=True):
        print(json.dumps(_result(conversation, line, question, found), ensure_ascii=False))
    return 0


def _read(source: TextIO, name: str) -> Iterator[dict[str, Any]]:
    for number, text in enumerate(source, 1):
        if not text.strip():
            continue
        try:
            line = json.loads(text)
        except ValueError:
            raise UserError(f"{name}:{number}: is not JSON; write one object a line") from None
        if not isinstance(line, dict) or not isinstance(line.get("text"), str):
            raise UserError(f'{name}:{number}: has no \'text\'; write {{"id": …, "open": …, "text": …}}')
        yield line


def _question(interview: Interview, name: str) -> Question | None:
    """A question by its id or by the peer's id for it."""
    if name in interview.by_id:
        return interview.by_id[name]
    return next((question for question in interview.questions if question.peer and question.peer.question == name), None)


def _parse(model: str, lines: list[tuple[Question | None, str]]) -> list[dict[str, Any]]:
    asked = "".join(json.dumps({"question": question.id if question else None, "text": text}) + "\n" for question, text in lines)
    done = subprocess.run(
        [str(RASA_PYTHON), "-W", "ignore", "-m", "bot.dialogue.parse", model],
        input=asked,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **QUIET},
        cwd=ROOT,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _result(conversation: Conversation, line: dict[str, Any], question: Question | None, found: dict[str, Any]) -> dict[str, Any]:
    guesses = tuple(Guess(guess["question"], guess["option"], guess["confidence"]) for guess in found["guesses"])
    result: dict[str, Any] = {
        "id": line.get("id"),
        "answers": {},
        "peer": {},
        "command": COMMANDS.get(found["intent"]),
        "clarify": False,
        "alerts": [],
        "confidence": 1.0 if found["intent"] != "words" else max((guess.confidence for guess in guesses), default=0.0),
        "ms": found["ms"],
    }
    if question is None or (found["intent"] != "words" and found["intent"] not in NOT_NOW_INTENTS):
        result["clarify"] = question is None and found["intent"] == "words"
        return result
    if found["intent"] in NOT_NOW_INTENTS:
        return result
    step = Step(question, question.options, None, settled=False)
    try:
        recorded = conversation.read(step, Heard("words", question=question.id, text=line["text"], guesses=guesses))
    except InvalidAnswer:
        result["clarify"] = True
        return result
    answer = recorded.answer
    result["answers"] = {question.id: list(answer.options) or [answer.text if answer.number is None else f"{answer.number:g}"]}
    result["peer"] = _peer(question, answer)
    if recorded.how == "exact":
        result["confidence"] = 1.0
    return result


def _peer(question: Question, answer: Answer) -> dict[str, list[str]]:
    if question.peer is None or not question.closed:
        return {}
    options = [question.by_id[option].peer for option in answer.options]
    return {question.peer.question: [option for option in options if option]}
