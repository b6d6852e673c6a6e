"""The languages of the pages: which there are, words put into and out of English by machine, and reading aloud.

A translation runs in the request of whoever waits for it, before any transaction; only so many wait at once, so that
the threads of the others stay free. What a machine made never decides a private answer or a consent.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.interview.answers import normal
from bot.interview.definitions import LEVELS
from bot.interview.path import Step
from bot.language.languages import ENGLISH, Language, load_languages
from bot.language.speech import Speech
from bot.language.wording import Wording
from bot.translation.detect import looks_like
from bot.translation.translator import LATE, Translation, Translator
from bot.web.posted import NOT_NOW_BUTTONS

# Of sixteen page threads: the others go on, whatever happens to these.
WAITING_AT_ONCE = 4
# What stands as the package where the words were our own.
CATALOGUE = "catalogue"
UNKNOWN = Language("", "", "", "ltr", "LATIN", "drafted")


@dataclass
class Tongues:
    """The languages, the machine that translates and the one that reads aloud. Words never settle the questions ``by_button``."""

    languages: Mapping[str, Language]
    translator: Translator
    speech: Speech
    by_button: frozenset[str] = frozenset()
    wording: Wording | None = None
    _places: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(WAITING_AT_ONCE))

    def of(self, code: str) -> Language:
        """A language; for a code that is not in the list any more, one without a name."""
        return self.languages.get(code, UNKNOWN)

    def buttons_only(self, code: str) -> frozenset[str]:
        """The questions that words in an interview's language never settle: none where it is English."""
        return self.by_button if code != ENGLISH else frozenset()

    def translate(self, text: str, source: str, target: str) -> Translation:
        """A text in another language, or why not, within seconds. Never raises for anything that is said."""
        if not self._places.acquire(blocking=False):
            return Translation(text, source, target, problem=LATE)
        try:
            return self.translator.translate(text, source, target)
        finally:
            self._places.release()

    def from_catalogue(self, words: str, code: str, step: Step | None) -> dict[str, Any]:
        """What ``made_of`` gives, for words that are one of our own buttons in that language; empty for all others."""
        if self.wording is None:
            return {}
        said, found = normal(words), set[str]()
        for level in LEVELS:
            for name in NOT_NOW_BUTTONS:
                if said == normal(self.wording.command(name, code, level)):
                    found.add(self.wording.command(name))
            if step is not None:
                options = {option.plain: self.wording.option(step.question, option.id, code, level) for option in step.options}
                found |= {english for english, own in options.items() if said == normal(own)}
        text = found.pop() if len(found) == 1 else ""
        return {"from": code, "to": ENGLISH, "text": text, "problem": "", "package": CATALOGUE} if text else {}

    def made_of(self, words: str, code: str) -> dict[str, Any]:
        """What is kept beside words typed in an interview's language: their English, and what language they look like instead.

        Empty for English words that look like English.
        """
        made = self.translate(words, code, ENGLISH).to_json() if code != ENGLISH else {}
        other = looks_like(words, self.of(code)) if code in self.languages else None
        return made | {"looks_like": other} if other else made

    def warm_up(self) -> None:
        """Open the packages and the detector, so that nobody's first words wait for them."""
        self.translator.start()
        looks_like("these are eight words to begin with now", self.of(ENGLISH))


def make_tongues(home: Path, wording: Wording) -> Tongues:
    """The languages, the packages that were added under ``home``, and the voices of this machine. Raises ContentError."""
    languages = load_languages()
    voices = {code: language.speech for code, language in languages.items() if language.speech}
    return Tongues(
        languages, Translator(home / "translation"), Speech(home / "speech", voices), wording.interview.consents, wording
    )
