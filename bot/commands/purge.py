"""``bcst2 purge``: erase what is over its time by ``bot/data/retention.yml``; without ``--do-it`` it only says what would go."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from bot.commands import say
from bot.commands.export import open_store, who
from bot.commands.person import BACKUPS, NOT_SQUEEZED
from bot.settings import read_settings


def add(subparsers: Any) -> None:
    """Describe the subcommand."""
    parser = subparsers.add_parser("purge", help="erase what is over its time (bot/data/retention.yml); rehearses unless told to")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--rehearse", action="store_true", help="only say what would go, and write nothing (this is what it does anyway)"
    )
    mode.add_argument("--do-it", action="store_true", help="erase it; it can be stopped at any moment and run again")


def run(args: argparse.Namespace) -> int:
    """Say how much of each kind goes, by prison; and with ``--do-it`` erase it."""
    settings = read_settings()
    from bot.casework.holding import open_parts
    from bot.interview.loading import load_interview
    from bot.plan.loading import load_plan
    from bot.store.erasing import WHAT
    from bot.store.retention import load_retention

    retention, opened = load_retention(), open_parts(load_interview(), load_plan())
    with open_store(settings) as store:
        done = store.purge(retention, opened, who(), do_it=args.do_it)
        for prison, kind in sorted(done.rows, key=lambda key: (key[0] == "", key[0], [*WHAT].index(key[1]))):
            people = done.people[prison, kind]
            of = f" of {people} {'person' if people == 1 else 'people'}" if people else ""
            sys.stdout.write(f"{prison or 'all prisons'}: {WHAT[kind]}: {done.rows[prison, kind]} rows{of}\n")
        for prison, count in sorted(done.waiting.items()):
            cases = "1 open case" if count == 1 else f"{count} open cases"
            say(f"{prison}: {cases} would be over the time: close the plan, or acknowledge the alert")
        if not args.do_it:
            say("nothing is over its time" if done.empty else "this was a rehearsal and nothing was written; --do-it erases it")
        else:
            # Also where nothing went just now: an earlier run may have been stopped before this.
            say("nothing was over its time" if done.empty else "erased")
            say("the database file was rewritten without it" if store.squeeze() else NOT_SQUEEZED)
            if not done.empty:
                say(BACKUPS)
    return 0
