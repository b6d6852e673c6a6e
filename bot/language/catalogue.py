"""Reading the catalogues: gettext files, one a section, found by context. Runs on Python 3.10 too: Rasa's NLG uses it.

A missing or fuzzy entry gives None, and the English is said: a changed English text loses its translation until it is looked at.
"""

from __future__ import annotations

import threading
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po

from bot.interview.yamlfile import ContentError

CATALOGUES = Path(__file__).with_name("catalogues")


def read_catalogue(file: Path, code: str) -> Catalog:
    """One catalogue file. Raises ContentError."""
    try:
        with file.open("rb") as source:
            return read_po(source, locale=None, domain=code, abort_invalid=True)
    except OSError as error:
        raise ContentError(f"{file}: cannot be read ({error.strerror}); put the file back") from None
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        raise ContentError(f"{file}: is not a catalogue ({error}); mend it or take it from the last version") from None


class Catalogues:
    """The texts of every language that has a folder; each is read when it is first wanted."""

    def __init__(self, root: Path = CATALOGUES) -> None:
        self._root = root
        self._read: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()

    def texts(self, code: str) -> dict[str, str]:
        """msgctxt → text of a language, without what is missing or fuzzy; empty for a language without a catalogue."""
        found = self._read.get(code)
        if found is None:
            with self._lock:
                found = self._read.get(code) or self._load(code)
                self._read[code] = found
        return found

    def _load(self, code: str) -> dict[str, str]:
        folder = self._root / code
        if not code.isalpha() or not folder.is_dir():
            return {}
        return {
            str(message.context): str(message.string)
            for file in sorted(folder.glob("*.po"))
            for message in read_catalogue(file, code)
            if message.id and message.context and message.string and not message.fuzzy
        }

    def lookup(self, language: str, level: str, context: str) -> str | None:
        """The words of a context, or None. An easy wording that is missing is never replaced by the plain one in silence."""
        return self.texts(language).get(f"{context}#{level}")
