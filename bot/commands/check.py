"""``bcst2 check``: every definition, rule, wording and catalogue; all errors at once."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from bot.commands import UserError, say
from bot.commands.language import all_messages
from bot.dialogue.checking import ENOUGH, check_understanding, few_examples
from bot.interview import checking
from bot.interview.loading import DATA, load_interview
from bot.language.easy_read import FILE as EASY_READ
from bot.language.easy_read import check_easy, check_readability, load_easy_read, table, warn_long
from bot.language.languages import ENGLISH, load_languages
from bot.language.papers import check_papers
from bot.language.pictures import FILE as PICTURES
from bot.language.pictures import check_pictures
from bot.language.upkeep import check_all, texts_by_part
from bot.plan.checking import check_plan
from bot.plan.definitions import PATHWAYS
from bot.plan.loading import load_plan
from bot.translation.leftover import left_over_in


def add(subparsers: Any) -> None:
    """Describe the subcommand."""
    parser = subparsers.add_parser("check", help="check every question, rule and wording")
    parser.add_argument("--warnings", action="store_true", help="also say what is allowed but could be better")
    parser.add_argument(
        "--readability", action="store_true", help="say for each section how hard it is to read, in plain and in easy"
    )
    parser.add_argument("--data", type=Path, default=DATA, metavar="FOLDER", help="check this folder instead of bot/data")


def run(args: argparse.Namespace) -> int:
    """Say every error, one a line, and how many there are; 2 if there are any."""
    root = args.data.resolve()
    if not root.is_dir():
        raise UserError(f"{args.data}: there is no such folder; name one with interview.yml in it")
    # Here and not above: they bring the database's libraries along, and `bcst2 --help` reads this module.
    from bot.store.retention import check_retention
    from bot.web.check_contacts import check_contacts

    errors = checking.check(root)
    if not errors:  # the plan rests on the questions: its own errors say little while those are wrong
        errors = check_plan(root) + check_papers(root) + check_retention(root) + check_contacts(root)
    if not errors:
        interview = load_interview(root)
        errors = check_understanding(interview, root)
        for question, option, count in [] if errors else few_examples(interview, root):
            say(f"the option '{option}' of '{question}' has {count} examples in all; own words need at least {ENOUGH}")
    if not errors:  # what is said as a whole
        said, easy = all_messages(root), load_easy_read(root if (root / EASY_READ).is_file() else DATA)
        errors = check_readability(said, easy) + check_easy(said, easy)
        place = root if (root / PICTURES).is_file() else DATA
        activities = {activity.id for activity in load_plan(place).activities.values() if not activity.sensitive}
        errors += check_pictures(interview, PATHWAYS, activities, place)
        if args.readability:
            print(*table(said, easy), sep="\n", flush=True)
        if args.warnings:
            for line in warn_long(said):
                say(f"warning: {line}")
        if not errors and root == DATA.resolve():
            languages = load_languages(root).values()
            errors = check_all(languages, said)
            for one in languages:
                errors += left_over_in(one, texts_by_part(one, said)) if one.complete and one.code != ENGLISH else []
    for line in errors:
        say(line)
    if args.warnings:
        for line in checking.warnings(root):
            say(f"warning: {line}")
    say(f"{len(errors)} error" + ("" if len(errors) == 1 else "s"))
    return 2 if errors else 0
