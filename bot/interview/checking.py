"""Checking the content of a data folder: every mistake at once, each with its file, its line and its mend."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from bot.interview import check_commands, check_peer, check_rules, check_shape, check_words
from bot.interview.definitions import Interview
from bot.interview.loading import DATA, Loader, Problems

Check = Callable[[Interview, Problems], None]

CHECKS: tuple[Check, ...] = (
    *check_shape.CHECKS,
    *check_rules.CHECKS,
    *check_words.CHECKS,
    *check_commands.CHECKS,
    *check_peer.CHECKS,
)
WARNINGS: tuple[Check, ...] = (*check_words.WARNINGS, *check_commands.WARNINGS)
_PLACE = re.compile(r"(.*?):(\d+): ")


def check(root: Path = DATA) -> list[str]:
    """Every error of the content, one a line, ``file:line: what; the mend``, in the order of files and lines. Never raises."""
    loader = Loader(root)
    interview = loader.load()
    return _run(CHECKS, interview, loader.problems)


def warnings(root: Path = DATA) -> list[str]:
    """What is allowed but could be better, in the same form as ``check``."""
    interview = Loader(root).load()
    return _run(WARNINGS, interview, Problems(root))


def _run(checks: Iterable[Check], interview: Interview, problems: Problems) -> list[str]:
    for one in checks:
        one(interview, problems)
    return worth_saying(problems)


def worth_saying(problems: Problems) -> list[str]:
    """The lines in the order of files. Where a file cannot be read all that rests on it seems wrong: only it is named then."""
    # A rule that stands once and counts for many, or a file that several checks read, is reported once.
    return sorted(dict.fromkeys(problems.unread or problems.lines), key=_place)


def _place(line: str) -> tuple[str, int]:
    found = _PLACE.match(line)
    return (found[1], int(found[2])) if found else (line, 0)
