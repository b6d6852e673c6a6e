"""``bcst2 export``: one output of one person's plan, into a file. Each is noted in the audit."""

from __future__ import annotations

import argparse
import getpass
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.commands import UserError, say
from bot.settings import Settings, read_settings

KINDS = ("plan-pdf", "worker-pdf", "plan-json", "oasys", "handover-docx", "handover-pdf", "csv", "hmpps")


def add(subparsers: Any) -> None:
    """Describe the subcommand."""
    parser = subparsers.add_parser("export", help="write a person's plan, a handover, a sheet or data into a file")
    parser.add_argument("--person", required=True, metavar="PRISON_NUMBER")
    parser.add_argument("--as", dest="kind", required=True, choices=KINDS, metavar="WHAT", help=", ".join(KINDS))
    parser.add_argument("--language", metavar="CODE", help="of the words in it; that of the interview when left out")
    parser.add_argument("--level", choices=("plain", "easy"), help="of the words in it; that of the interview when left out")
    parser.add_argument(
        "--with-private",
        action="store_true",
        help="with private answers: plan-pdf at the person's wish, plan-json for safeguarding",
    )
    parser.add_argument("--with-answers", action="store_true", help="with the list of the answers: plan-pdf at the person's wish")
    parser.add_argument("--out", required=True, metavar="PATH", help="the file; one that is there is replaced")


def who() -> str:
    """Who does it, for the audit: the user of this machine."""
    try:
        return f"bcst2 ({getpass.getuser()})"
    except (KeyError, OSError):
        return "bcst2"


def run(args: argparse.Namespace) -> int:
    """Make it, note it, and only then let the file have its name."""
    settings = read_settings()
    out = check_out(args.out, settings)
    # Here and not above: the database and the libraries of papers take their time, and `bcst2 --help` reads this module.
    from bot.casework.casework import Casework
    from bot.interview.loading import load_interview
    from bot.interview.record import PRISON_NUMBER
    from bot.language.catalogue import Catalogues
    from bot.language.wording import Wording
    from bot.outputs.making import CannotMake, Outputs, Wanted
    from bot.plan.loading import load_plan
    from bot.store.errors import NotFound

    if not PRISON_NUMBER.fullmatch(args.person.strip().upper()):
        raise UserError("--person: is not a prison number; write it as A1234BC")
    interview, plan = load_interview(), load_plan()
    wording = Wording(interview, lookup=Catalogues().lookup)
    outputs = Outputs(interview, plan, wording)
    with open_store(settings) as store:
        try:
            person = store.person_by_number(args.person)
        except NotFound:
            raise UserError("--person: nobody has this prison number; look at the number, or import the person first") from None

        def names(user: str) -> str:
            with suppress(NotFound):
                return store.user(user).display_name
            return ""

        casework = Casework(store, interview, plan, wording)
        case = casework.with_words(casework.case(person.id))
        wanted = Wanted(args.kind, args.language, args.level, args.with_private, names, args.with_answers)
        try:
            made = outputs.make(case, wanted)
        except CannotMake as error:
            raise UserError(str(error)) from None
        private = " with private parts" if args.with_private else ""
        write_aside(out, made.content, lambda: store.audit(who(), f"exported {args.kind}{private}", person.id))
    for note in made.notes:
        say(f"bcst2 export: {note}")
    return 0


def open_store(settings: Settings) -> Any:
    """The store of this machine. Raises UserError where there is none yet: an export makes no database."""
    from bot.casework.situation import now
    from bot.store import Store

    file = database_file(settings)
    if file is not None and not file.exists():
        raise UserError("there is no database yet; start the assistant first (make run), or set BCST2_HOME to its folder")
    return Store.open(settings.database, settings.keys, clock=now)


def database_file(settings: Settings) -> Path | None:
    """The file of an SQLite database, None for another."""
    kind, _, rest = settings.database.partition(":///")
    return Path(rest.partition("?")[0]).resolve() if kind.startswith("sqlite") and rest else None


def check_out(path: str, settings: Settings) -> Path:
    """The file to write. Raises UserError for a path that is none, or that must not be written over."""
    out = Path(path)
    try:
        if not path or path.endswith(("/", os.sep)) or out.is_dir():
            raise UserError("--out: is a folder; name a file in it")
        if not out.parent.is_dir():
            raise UserError("--out: its folder is not there; make it first")
        if os.path.lexists(out) and not stat.S_ISREG(out.lstat().st_mode):
            raise UserError("--out: is there and not an ordinary file; name another")
        kept = [settings.keys, database_file(settings)]
        if out.resolve() in [file.resolve() for file in kept if file is not None]:
            raise UserError("--out: is the database or its keys; name another file")
    except (OSError, ValueError):
        raise UserError("--out: cannot be used as a file; name another") from None
    return out


def write_aside(out: Path, content: bytes, before: Any) -> None:
    """Write a file beside its place, and give it its name when it is whole and ``before`` was done: never half a file.

    Raises UserError where it cannot be written.
    """
    aside: str | None = None
    try:
        handle, aside = tempfile.mkstemp(prefix=".bcst2-", suffix=".part", dir=out.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        before()
        os.replace(aside, out)
        aside = None
    except OSError as error:
        raise UserError(f"--out: cannot be written ({error.strerror}); choose another place") from None
    finally:
        if aside is not None:
            with suppress(OSError):
                Path(aside).unlink()
