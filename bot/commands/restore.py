"""``bcst2 restore``: a backup put back, here or on an empty machine. Everything is tried before anything is changed."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bot.commands import UserError, say
from bot.commands.export import who
from bot.settings import read_settings
from bot.supervise import CannotServe, held, only_one


def add(subparsers: Any) -> None:
    """Describe the subcommand."""
    parser = subparsers.add_parser(
        "restore",
        help="put a backup back; refuses to lose anything that is here unless told to",
        description="Puts a backup into the place of the database (BCST2_HOME, BCST2_DATABASE), or where there is none yet. The "
        "backup's digests, keys, whole database and audit are checked first; an older schema is brought up to date.",
    )
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument(
        "--force",
        action="store_true",
        help="also where the assistant is running, or the database here holds what the backup does not; that one is kept aside",
    )


def run(args: argparse.Namespace) -> int:
    """Put it back."""
    settings = read_settings()
    from bot.casework.holding import open_parts
    from bot.casework.situation import now
    from bot.interview.loading import load_interview
    from bot.plan.loading import load_plan
    from bot.store.restoring import restore
    from bot.store.store import Store

    opened, by = open_parts(load_interview(), load_plan()), who()
    running = held(settings.home)
    if running and not args.force:
        raise UserError("the assistant is running here; stop it first, or add --force and restart it afterwards")

    def erase(store: Store, person_id: str) -> None:
        store.erase_person(person_id, opened, by, "again, after a backup was restored")

    with ExitStack() as stack:
        try:
            settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not running:
                stack.enter_context(only_one(settings.home))
            done = restore(args.file, settings.database, settings.keys, by, now, erase, args.force)
        except CannotServe as error:
            raise UserError(str(error)) from None
        except OSError as error:
            raise UserError(
                f"{error.filename or args.file}: cannot be read or written ({error.strerror}); nothing was changed"
            ) from None
    made = done.manifest
    say(f"restored: the backup of {made.made_at:%Y-%m-%d %H:%M} UTC, {done.people} people; the audit verifies, {done.lines} lines")
    if done.keys_written:
        say(f"its keys are now in {settings.keys}")
    if done.kept_aside is not None:
        say(f"what was here before is in {done.kept_aside}; remove it when nobody needs it")
    if done.erased_again:
        say(f"{done.erased_again} people who had been erased since were erased again")
    if done.unread:
        say(
            "the database that was here is damaged: who was erased here since the backup cannot be told for sure, and may be in it "
            "again; go through the requests since then that you kept, and erase those people again with bcst2 person erase"
        )
    if done.access:
        users = "; ".join(f"{name} {how}" for name, how in done.access)
        say(f"who may sign in is as the backup has it; look at each of these (bcst2 users list): {users}")
    elif done.unread:
        say("who may sign in is as the backup has it; look for users disabled or changed since then (bcst2 users list)")
    say("everybody signs in again, and codes that nobody had used are stopped: issue new ones")
    say("who was erased on another machine, or is over their time, is in it again: run bcst2 purge --rehearse")
    if running:
        say("restart the assistant now: it still remembers what was here before")
    return 0
