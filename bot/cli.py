"""The ``bcst2`` command. A subcommand is a module of ``bot/commands`` and is imported only when it is asked for."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

from bot import commands
from bot.commands import UserError, say
from bot.interview.yamlfile import ContentError
from bot.settings import ROOT, SettingsError, read_settings

Run = Callable[[argparse.Namespace], int]


class _Parser(argparse.ArgumentParser):
    """Mistakes on the command line are one line, as every other mistake of a user. Options are never guessed from their start."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False, **kwargs})

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def program_version() -> str:
    """The version of the installed program."""
    try:
        return version("bcst2")
    except PackageNotFoundError:
        return "not installed"


def command_modules() -> dict[str, str]:
    """Subcommand → module, from the files of ``bot/commands``. ``kill_test.py`` is the subcommand ``kill-test``."""
    found = (info.name for info in pkgutil.iter_modules(commands.__path__))
    return {name.replace("_", "-"): f"{commands.__name__}.{name}" for name in found if not name.startswith("_")}


def _wanted(argv: Sequence[str]) -> list[str]:
    """The modules this call needs: the one it names, or all of them for the list of subcommands."""
    if argv and argv[0] == "--version":
        return []
    modules = command_modules()
    named = next((word for word in argv if not word.startswith("-")), None)
    return [modules[named]] if named in modules else list(modules.values())


def build_parser(argv: Sequence[str]) -> tuple[argparse.ArgumentParser, dict[str, Run]]:
    """The parser for this call, and what runs each subcommand."""
    parser = _Parser(prog="bcst2", description="The BCST2 interview assistant.")
    parser.add_argument("--version", action="version", version=f"bcst2 {program_version()}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    runs: dict[str, Run] = {}
    wanted = _wanted(argv)
    for name in wanted:
        try:
            module = importlib.import_module(name)
        except ImportError:
            if len(wanted) == 1:
                raise
            continue  # a part that is not installed: the other commands go on without it
        if hasattr(module, "add") and hasattr(module, "run"):
            before = set(subparsers.choices)
            module.add(subparsers)
            runs.update(dict.fromkeys(set(subparsers.choices) - before, module.run))
    return parser, runs


def places(error: BaseException) -> list[str]:
    """Where an error came from, its kind and nothing it says: a message may quote what a person said."""
    lines: list[str] = []
    current: BaseException | None = error
    while current is not None:
        frames = traceback.extract_tb(current.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return lines


def _note(command: str, error: BaseException) -> Path | None:
    """Write where an error happened to ``<home>/logs/errors.log``."""
    try:
        path = read_settings().home / "logs" / "errors.log"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as log:
            stamp = datetime.now().astimezone().isoformat(timespec="seconds")
            log.write("\n".join([f"{stamp} bcst2 {command} ({program_version()})", *places(error), ""]))
    except (OSError, SettingsError):
        return None
    return path


def _one_line(error: Exception) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    more = f" (and {len(lines) - 1} more: run bcst2 check)" if len(lines) > 1 else ""
    return lines[0] + more


def _user_errors() -> tuple[type[Exception], ...]:
    """What counts as the user's to mend. A room that was never imported cannot have raised anything."""
    found: list[type[Exception]] = [UserError, SettingsError, ContentError]
    for module, name in (("bot.store.errors", "StoreError"), ("bot.interview.record", "RecordError")):
        kind: Any = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type):
            found.append(kind)
    return tuple(found)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; the exit code: 0 done, 2 bad input, 1 a fault of the program."""
    argv = sys.argv[1:] if argv is None else argv
    name = next((word for word in argv if not word.startswith("-")), "")
    try:
        parser, runs = build_parser(argv)
        args = parser.parse_args(argv)
        if args.command is None:
            parser.print_help()
            return 2
        name = args.command
        code = runs[name](args)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Who was reading has had enough (`| head`). Python would complain again when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except _user_errors() as error:
        say(f"bcst2 {name}: {_one_line(error)}")
        return 2
    except ModuleNotFoundError as error:
        say(f"bcst2 {name}: it needs {error.name}, which is not here; run make setup")
        return 2
    except Exception as error:  # the last resort: never a trace on the screen
        log = _note(name, error)
        where = f"where it happened is in {_shown(log)}" if log else "and the log could not be written"
        say(f"bcst2 {name}: the program failed ({type(error).__name__}); {where}")
        return 1


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


if __name__ == "__main__":
    raise SystemExit(main())
