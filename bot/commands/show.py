"""``bcst2 show``: the questions, the languages and the plan's activities as data, for other programs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from bot.commands import print_json
from bot.interview.definitions import LEVELS, Option, Question
from bot.interview.loading import load_interview
from bot.language.wording import Wording
from bot.plan.showing import show_activities


def add(subparsers: Any) -> None:
    """Describe the subcommand."""
    parser = subparsers.add_parser("show", help="print questions, activities or languages as JSON")
    parser.add_argument("what", choices=list(SHOWN))


def _option(option: Option) -> dict[str, Any]:
    return {
        "id": option.id,
        "exclusive": option.exclusive,
        "peer": option.peer,
        "when": option.when.data,
        "need": option.need,
    }


def _words(wording: Wording, question: Question, language: str, level: str) -> dict[str, Any]:
    words = wording.question(question, language, level)
    return {
        "ask": words.ask,
        "why": words.why,
        "help": words.help,
        "ends": list(words.ends),
        "options": {option.id: wording.option(question, option.id, language, level) for option in question.options},
    }


def question_as_data(question: Question, wording: Wording, languages: list[str]) -> dict[str, Any]:
    """One question as the contract has it. ``when`` is the whole rule: the section's, the mode's and its own."""
    return {
        "id": question.id,
        "section": question.section,
        "pathway": question.pathway,
        "kind": question.kind,
        "asked_of": question.asked_of,
        "sensitive": question.sensitive,
        "optional": question.optional,
        "min": question.minimum,
        "max": question.maximum,
        "at_most": question.at_most,
        "options": [_option(option) for option in question.options],
        "peer": {"pathway": question.peer.pathway, "question": question.peer.question} if question.peer else None,
        "when": question.rule.data,
        "wording": {language: {level: _words(wording, question, language, level) for level in LEVELS} for language in languages},
    }


def questions() -> list[dict[str, Any]]:
    """Every question, in interview order."""
    interview = load_interview()
    wording = Wording(interview)
    codes = [language["code"] for language in languages()]
    return [question_as_data(question, wording, codes) for question in interview.questions]


def activities() -> list[dict[str, Any]]:
    """The menu of the plan, in the order of the instruction."""
    return show_activities()


def languages() -> list[dict[str, Any]]:
    """The languages the interview can be held in. English, in which it is written, is the only one so far."""
    english = {"code": "en", "name": "English", "dir": "ltr", "state": "released", "complete": 1.0, "easy": True}
    return [{**english, "machine": {"in": False, "out": False}, "speech": False}]


SHOWN: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "questions": questions,
    "activities": activities,
    "languages": languages,
}


def run(args: argparse.Namespace) -> int:
    """Print one JSON list."""
    print_json(SHOWN[args.what]())
    return 0
