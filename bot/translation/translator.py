"""Translating what somebody said. The words themselves are never lost: every failure gives back the original and says why."""

from __future__ import annotations

import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.translation.argos import load_argos
from bot.translation.packages import Installed, verified

SECONDS = 4.0
MOST_WORDS = 300
# Longer than these times the original is no translation but a model that does not stop.
_MOST_TIMES, _FREE_CHARACTERS = 4, 60
NO_PACKAGE, EMPTY, TOO_LONG, LATE, DEGENERATE, FAILED = "no_package", "empty", "too_long", "late", "degenerate", "failed"


@dataclass(frozen=True, slots=True)
class Translation:
    """What came of one text. ``text`` is "" where there is no translation, and ``problem`` says why; ``original`` is always there.

    ``package``, ``version`` and ``sha256`` name what made it, ``quality`` its COMET rating (0: none known).
    """

    original: str
    source: str
    target: str
    text: str = ""
    problem: str = ""
    package: str = ""
    version: str = ""
    sha256: str = ""
    quality: int = 0

    def to_json(self) -> dict[str, Any]:
        """What is kept beside the original: ``{from, to, text, problem, package, version, sha256, quality}``."""
        data: dict[str, Any] = {"from": self.source, "to": self.target, "text": self.text, "problem": self.problem}
        return data | {"package": self.package, "version": self.version, "sha256": self.sha256, "quality": self.quality}


class Translator:
    """The packages of one home folder. Safe for any number of threads; one translates at a time, the others' turns go on."""

    def __init__(self, home: Path, seconds: float = SECONDS) -> None:
        self._home = home
        self._seconds = seconds
        self._lock = threading.Lock()
        self._ready: dict[tuple[str, str], tuple[Installed, Any]] = {}
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="translation")
        self.problems: list[str] = []

    def start(self) -> Translator:
        """Check and open every installed package. What cannot be used is in ``problems``, one line each; nothing is raised."""
        found = {}
        self.problems = []
        for one, wrong in verified(self._home):
            if wrong:
                self.problems.append(wrong)
                continue
            try:
                opened = load_argos(self._home).open(self._home / "packages" / one.name)
                # The first use races and loads the weights: it is made here, and shows whether the package works at all.
                opened.translate("a")
            except Exception as error:
                self.problems.append(f"{one.name}: cannot be opened ({type(error).__name__}); add it again (bcst2 language add)")
                continue
            found[(one.source, one.target)] = (one, opened)
        with self._lock:
            self._ready = found
        return self

    def pairs(self) -> dict[tuple[str, str], Installed]:
        """The pairs that can be translated now, and the package of each."""
        with self._lock:
            return {pair: one for pair, (one, _) in self._ready.items()}

    def can(self, source: str, target: str) -> bool:
        """Whether there is a package for that pair. There is no going through a third language."""
        return (source, target) in self.pairs()

    def translate(self, text: str, source: str, target: str) -> Translation:
        """Translate a text, or say why not, within ``seconds``. Never raises for anything that is said."""
        with self._lock:
            found = self._ready.get((source, target))
        if found is None:
            return Translation(text, source, target, problem=NO_PACKAGE)
        one, opened = found
        made = {"package": one.name, "version": one.version, "sha256": one.sha256, "quality": one.quality}
        problem, said = self._try(opened, text)
        return Translation(text, source, target, said, problem, **made)  # type: ignore[arg-type]

    def _try(self, opened: Any, text: str) -> tuple[str, str]:
        if not any(letter.isalpha() for letter in text):
            return EMPTY, ""
        if len(text.split()) > MOST_WORDS:
            return TOO_LONG, ""
        until = time.monotonic() + self._seconds
        waiting: Future[str] = self._pool.submit(_work, opened, text, until)
        try:
            said = waiting.result(timeout=self._seconds)
        except TooLate:
            waiting.cancel()
            return LATE, ""
        except Exception:
            # Whatever the model made of it: the words are kept, and what it was must not reach a log.
            return FAILED, ""
        if not said.strip():
            return EMPTY, ""
        return (DEGENERATE, "") if degenerate(text, said) else ("", said.strip())

    def close(self) -> None:
        """Let go of the thread. A translation under way is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _work(opened: Any, text: str, until: float) -> str:
    # Nobody waits any more for what has stood in the queue too long.
    return str(opened.translate(text)) if time.monotonic() < until else ""


def degenerate(original: str, said: str) -> bool:
    """Whether a translation is a model going round in circles: far too long, or the same few words over and over."""
    if len(said) > _MOST_TIMES * len(original) + _FREE_CHARACTERS:
        return True
    words = said.lower().split()
    return _repeats(words, 1, 6) or _repeats(words, 3, 4) or _squeezes(said)


def _repeats(parts: list[str], width: int, most: int) -> bool:
    """Whether one run of ``width`` parts follows itself more than ``most`` times, or makes up most of a longer text."""
    runs = [tuple(parts[i : i + width]) for i in range(len(parts) - width + 1)]
    in_a_row = 1
    for before, after in _pairs(runs, width):
        in_a_row = in_a_row + 1 if before == after else 1
        if in_a_row > most:
            return True
    if width == 1 and len(parts) >= 4 * most:
        return Counter(parts).most_common(1)[0][1] > len(parts) / 2
    return False


def _squeezes(text: str) -> bool:
    """Whether a text packs into far less than language ever does."""
    plain = text.encode("utf-8")
    return len(plain) > 60 and len(zlib.compress(plain)) * 5 < len(plain)


def _pairs(runs: list[tuple[str, ...]], width: int) -> Iterable[tuple[tuple[str, ...], tuple[str, ...]]]:
    return zip(runs[::width], runs[width::width], strict=False)
