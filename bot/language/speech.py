"""Reading aloud: espeak-ng to cached sound files, offline. Where there is no voice or no program, the button is not shown.

What is read is known to this process only: a page names it by a digest with a secret of this start, so that no address tells what
was read, and nobody can have anything else spoken. Answers are offered only to be tapped, never read by themselves.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import shutil
import subprocess
import threading
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

SPEEDS = {"slow": 110, "normal": 140, "quick": 175}
NORMAL = "normal"
LONGEST = 2000
SECONDS = 10
_REMEMBERED = 5000


def pieces(texts: Iterable[str]) -> list[str]:
    """Texts in a row as few pieces that can each be read aloud whole: nothing is left out. A long one is split at a space."""
    found = [""]
    for text in texts:
        for part in _short(" ".join(text.split())):
            whole = f"{found[-1]} {part}".strip()
            found = [*found[:-1], whole] if len(whole) <= LONGEST else [*found, part]
    return [piece for piece in found if piece]


def _short(text: str) -> Iterable[str]:
    while len(text) > LONGEST:
        cut = text.rfind(" ", 0, LONGEST)
        cut = cut if cut > 0 else LONGEST
        yield text[:cut]
        text = text[cut:].strip()
    yield text


class Speech:
    """The machine's voices. ``folder`` keeps the sound of fixed texts under a digest; what a person said is never kept there."""

    def __init__(self, folder: Path, voices: dict[str, str], program: str | None = None) -> None:
        """``voices`` maps a language to its espeak-ng voice; ``program`` is found on the path unless given."""
        self._folder = folder
        self._program = program if program is not None else shutil.which("espeak-ng")
        self._voices = voices
        self._secret = secrets.token_bytes(32)
        self._known: OrderedDict[str, tuple[str, str, str, bool]] = OrderedDict()
        self._lock = threading.Lock()

    def can(self, language: str) -> bool:
        """Whether there is a voice for a language on this machine."""
        return self._program is not None and language in self._voices

    def name(self, text: str, language: str, speed: str = NORMAL, fixed: bool = True) -> str | None:
        """The name by which a page asks for a text to be read; None where it cannot be. ``fixed``: ours, not an answer."""
        text = " ".join(text.split())[:LONGEST]
        if not text or not self.can(language):
            return None
        speed = speed if speed in SPEEDS else NORMAL
        name = hmac.new(self._secret, f"{language}\0{speed}\0{text}".encode(), hashlib.sha256).hexdigest()[:32]
        with self._lock:
            self._known[name] = (text, language, speed, fixed)
            self._known.move_to_end(name)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return name

    def sound(self, name: str) -> bytes | None:
        """The sound (WAV) of what was named, or None: unknown here, or it could not be made."""
        with self._lock:
            found = self._known.get(name)
        if found is None:
            return None
        text, language, speed, fixed = found
        return self._fixed(text, language, speed) if fixed else self._speak(text, language, speed)

    def prepare(self, texts: Iterable[str], language: str) -> int:
        """Make the sound of fixed texts ahead of time, at normal speed; how many there are now."""
        return sum(self._fixed(" ".join(text.split())[:LONGEST], language, NORMAL) is not None for text in texts if text.strip())

    def _fixed(self, text: str, language: str, speed: str) -> bytes | None:
        digest = hashlib.sha256(f"{self._voices[language]}\0{speed}\0{text}".encode()).hexdigest()
        file = self._folder / language / f"{digest[:40]}.wav"
        try:
            return file.read_bytes()
        except OSError:
            pass
        made = self._speak(text, language, speed)
        if made is not None:
            _keep(file, made)
        return made

    def _speak(self, text: str, language: str, speed: str) -> bytes | None:
        """Sound from the program. The text goes in by a pipe: it stands in no list of processes."""
        command = [str(self._program), "-v", self._voices[language], "-s", str(SPEEDS[speed]), "--stdin", "--stdout"]
        try:
            done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=SECONDS, check=True)
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout if done.stdout.startswith(b"RIFF") and len(done.stdout) > 44 else None


def _keep(file: Path, sound: bytes) -> None:
    """Keep a sound; a full disk only means that it is made again."""
    aside = file.with_name(f".{secrets.token_hex(8)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(sound)
        os.replace(aside, file)
    except OSError:
        aside.unlink(missing_ok=True)
