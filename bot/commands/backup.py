"""``bcst2 backup``: one file with all it takes to begin again elsewhere, made while the assistant runs."""

from __future__ import annotations

import argparse
from typing import Any

from bot.commands import UserError, say
from bot.commands.export import check_out, database_file, open_store, who
from bot.settings import read_settings


def add(subparsers: Any) -> None:
    """Describe the subcommand."""
    parser = subparsers.add_parser(
        "backup",
        help="one file with the database and the session key; can be made while the assistant runs (SQLite)",
        description="One file with a consistent copy of the database and the session key. What is encrypted stays encrypted; "
        "names, prison numbers and dates are not: keep the file as safe as the machine. With PostgreSQL use pg_dump.",
    )
    parser.add_argument("file", metavar="FILE", help="the backup; one that is there is replaced")
    parser.add_argument(
        "--with-keys",
        action="store_true",
        help="with the keys that open what is encrypted: whoever has the file can then read everything. Without this, keep a copy "
        "of the key file elsewhere: a backup without its keys cannot be read by anybody",
    )


def run(args: argparse.Namespace) -> int:
    """Make it."""
    settings = read_settings()
    out = check_out(args.file, settings)
    from bot.cli import program_version
    from bot.store.backup import ONLY_SQLITE, make_backup

    if database_file(settings) is None:
        raise UserError(ONLY_SQLITE)
    with open_store(settings) as store:
        try:
            made = make_backup(store, out, program_version(), who(), args.with_keys)
        except OSError as error:
            raise UserError(f"FILE: cannot be written ({error.strerror}); choose another place") from None
    say(f"backup: {made.people} people, audit up to line {made.head[0]}, schema {made.schema}")
    if args.with_keys:
        say("the keys are in it: whoever has this file can read everything; keep it locked away")
    else:
        say(f"the keys are not in it: keep a copy of {settings.keys} elsewhere, without it nobody can read the backup")
    return 0
