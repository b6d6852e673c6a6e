"""``bcst2 show``: the questions, the languages and the plan's activities as data, for other programs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from bot.commands import print_json
from bot.commands.language import all_messages
from bot.interview.definitions import LEVELS, Option, Question
from bot.interview.loading import load_interview
from bot.language.catalogue import Catalogues
from bot.language.languages import ENGLISH, load_languages
from bot.language.upkeep import entries, progress
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
        "off_paper": question.off_paper,
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
    wording = Wording(interview, lookup=Catalogues().lookup)
    codes = [language["code"] for language in languages()]
    return [question_as_data(question, wording, codes) for question in interview.questions]


def activities() -> list[dict[str, Any]]:
    """The menu of the plan, in the order of the instruction."""
    return show_activities()


def languages() -> list[dict[str, Any]]:
    """The languages the interview can be held in: English and those with a catalogue. ``complete``: the share translated."""
    found = []
    wanted = all_messages()
    for one in load_languages().values():
        english = one.code == ENGLISH
        have = {} if english else entries(one.code)
        if not english and not have:
            continue
        easy = english or any(key.endswith("#easy") and entry.string and not entry.fuzzy for key, entry in have.items())
        found.append(
            {
                "code": one.code,
                "name": one.name,
                "english": one.english,
                "dir": one.direction,
                "state": one.state,
                "complete": 1.0 if english else progress(one.code, wanted).complete,
                "easy": easy,
                "machine": {"in": one.machine_in is not None, "out": one.machine_out is not None},
                "speech": one.speech is not None,
            }
        )
    return found


SHOWN: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "questions": questions,
    "activities": activities,
    "languages": languages,
}


def run(args: argparse.Namespace) -> int:
    """Print one JSON list."""
    print_json(SHOWN[args.what]())
    return 0
