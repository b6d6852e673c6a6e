"""``bcst2 understand [FILE]``: what is made of lines of words, through the trained model and the code of a live turn."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from bot.commands import UserError
from bot.commands.train import ONE_THREAD, QUIET, RASA_PYTHON, current_model
from bot.interview.answers import Answer, InvalidAnswer, clean
from bot.interview.definitions import Interview, Question
from bot.interview.exchange import NOT_NOW_INTENTS, Heard
from bot.interview.loading import load_interview
from bot.interview.path import PathFinder, Step
from bot.interview.turn import Conversation
from bot.interview.understanding import Guess, chosen, likely, settled, takes_words
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
    parsed = parse_lines(str(model), [(question, str(line["text"])) for question, line in zip(open_questions, lines, strict=True)])
    conversation = Conversation(PathFinder(interview))
    for line, question, found in zip(lines, open_questions, parsed, strict=True):
        print(json.dumps(result_of(conversation, line, question, found), ensure_ascii=False))
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


def parse_lines(model: str, lines: list[tuple[Question | None, str]]) -> list[dict[str, Any]]:
    """Each line as the trained model parses it, on Rasa's Python; the model is loaded once."""
    asked = "".join(
        json.dumps({"question": question.id if question else None, "text": clean(text)}) + "\n" for question, text in lines
    )
    done = subprocess.run(
        [str(RASA_PYTHON), "-W", "ignore", "-m", "bot.dialogue.parse", model],
        input=asked,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **QUIET, **ONE_THREAD},
        cwd=ROOT,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def result_of(
    conversation: Conversation, line: Mapping[str, Any], question: Question | None, found: Mapping[str, Any]
) -> dict[str, Any]:
    """What is made of one parsed line: the contract's object. The engine decides, as in a live turn, but without a path."""
    guesses = tuple(Guess(guess["question"], guess["option"], guess["confidence"]) for guess in found["guesses"])
    words = found["intent"] == "words"
    result: dict[str, Any] = {
        "id": line.get("id"),
        "answers": {},
        "peer": {},
        "command": COMMANDS.get(found["intent"]),
        "clarify": False,
        "alerts": found["alerts"],
        "private": found["private"],
        "off": words and found["off"],
        "confidence": 1.0,
        "likely": [],
        "ms": found["ms"],
    }
    if found["private"]:
        return result
    if not words and found["intent"] not in NOT_NOW_INTENTS:
        return result
    open_answer, unsure = _open(conversation, question, str(line["text"]), guesses) if words else (None, [])
    others = {} if found["alerts"] and open_answer is None else _others(conversation, question, guesses)
    for answer in [open_answer, *others.values()]:
        if answer is not None and (answer.options or answer.number is not None):
            result["answers"][answer.question] = list(answer.options) or [f"{answer.number:g}"]
            result["peer"].update(_peer(conversation.interview.by_id[answer.question], answer))
        elif answer is not None:
            result["words"] = {answer.question: answer.text}
    own = [guess.confidence for guess in guesses if question is not None and guess.question == question.id]
    named = open_answer is not None and not own
    result["confidence"] = 1.0 if named or not words else max(own or [guess.confidence for guess in guesses] or [0.0])
    result["clarify"] = words and open_answer is None and not found["alerts"]
    result["likely"] = unsure
    return result


def _open(
    conversation: Conversation, question: Question | None, text: str, guesses: tuple[Guess, ...]
) -> tuple[Answer | None, list[str]]:
    """The answer to the open question, or the options that would be offered."""
    if question is None:
        return None, []
    step = Step(question, question.options, None, settled=False)
    try:
        return conversation.read(step, Heard("words", question=question.id, text=text, guesses=guesses)).answer, []
    except InvalidAnswer:
        return None, likely(question, question.options, guesses) if question.closed else []


def _others(conversation: Conversation, question: Question | None, guesses: tuple[Guess, ...]) -> dict[str, Answer]:
    """What else was heard: in an interview the person would be asked whether it is right."""
    found = {}
    old = settled(conversation.interview, question.id) if question is not None else frozenset()
    for name in dict.fromkeys(guess.question for guess in guesses):
        other = conversation.interview.by_id.get(name)
        if other is None or other is question or not takes_words(other):
            continue
        options = chosen(other, other.options, guesses, conversation.sure_beside)
        if any((name, option) not in old for option in options):
            found[name] = Answer(name, options=options)
    return found


def _peer(question: Question, answer: Answer) -> dict[str, list[str]]:
    if question.peer is None or not question.closed:
        return {}
    options = [question.by_id[option].peer for option in answer.options]
    return {question.peer.question: [option for option in options if option]}
