"""The log of a supervised process: what it prints, in rotating files, without anything a person said.

Until a process listens it has heard nobody, so its words are kept whole: they say why a start fails. From then on only the form
of a line is kept: when, how bad, where in the program. Messages are left out, since libraries quote what they were given in them.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

LONGEST = 4096
MEGABYTES, FILES = 2, 5

_HEAD = re.compile(
    r"(?P<when>\d{4}-\d\d-\d\d[ T][\d:.,]+(?:Z|[+-]\d\d:?\d\d)?\s+)?"
    r"\[?(?P<level>DEBUG|INFO|WARNING|ERROR|CRITICAL|debug|info|warning|error|critical)\s*\]?[\s:]+(?P<place>[A-Za-z_][\w.]*)"
)
_FRAME = re.compile(r'\s+File "(?P<file>[^"\n]+)", line (?P<line>\d+), in (?P<name>[\w<>]+)\s*$')
_RAISED = re.compile(r"(?P<kind>(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Warning|Exit|Interrupt|Rejection|Missing))(?::|\s*$)")
_PASSWORD = re.compile(r"://[^/\s@]*@")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def scrub(line: str) -> str | None:
    """The form of a line without its content, or None if it has no form we know."""
    line = _COLOUR.sub("", line)
    if head := _HEAD.match(line):
        return f"{head['when'] or ''}{head['level'].upper()} {head['place']}"
    if frame := _FRAME.match(line):
        return f"  {frame['file']}:{frame['line']} in {frame['name']}"
    if raised := _RAISED.match(line):
        return raised["kind"]
    return None


class _Files(logging.handlers.RotatingFileHandler):
    """Rotating files that only their owner reads. A full disk loses lines and stops nothing."""

    def _open(self) -> IO[str]:  # type: ignore[override]
        return os.fdopen(os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Say nothing: there is nowhere to say it."""


class ChildLog:
    """Reads what a child prints and writes it to ``path``. Once ``quiet`` it stays so, also when the child is started again."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path
        self.quiet = False
        self._files = _Files(path, maxBytes=MEGABYTES * 1_000_000, backupCount=FILES - 1, delay=True)
        self._left_out = 0

    def follow(self, stream: IO[bytes], heard: Callable[[], bool]) -> threading.Thread:
        """Read ``stream`` to its end in a thread of its own. ``heard`` tells whether the child may have heard anybody yet."""
        thread = threading.Thread(target=self._follow, args=(stream, heard), name=f"log {self.path.name}", daemon=True)
        thread.start()
        return thread

    def note(self, text: str) -> None:
        """Write one line as it is."""
        if self._left_out:
            left_out, self._left_out = self._left_out, 0
            self.note(f"… lines without a known form left out: {left_out}")
        self._files.handle(logging.LogRecord("child", logging.INFO, "", 0, text, None, None))

    def _follow(self, stream: IO[bytes], heard: Callable[[], bool]) -> None:
        with stream:
            # A line longer than LONGEST comes in pieces; a piece that is not a line's start has no known form.
            while piece := stream.readline(LONGEST):
                line = piece.decode("utf-8", "replace").rstrip("\r\n")
                self.quiet = self.quiet or heard()
                kept = scrub(line) if self.quiet else _PASSWORD.sub("://…@", _COLOUR.sub("", line))
                if kept is None:
                    self._left_out += 1
                elif kept:
                    self.note(kept)
