"""The words of the pages themselves, by level. What the interview says is in ``bot/data`` and ``bot.language.wording``."""

from __future__ import annotations

from pathlib import Path

from bot.interview.yamlfile import read_yaml
from bot.language.wording import Lookup, english_only, fill_in

FILE = Path(__file__).with_name("phrases.yml")


class Phrases:
    """The phrases of the pages. Another language is looked up under ``page.<name>``, as for every other text."""

    def __init__(self, path: Path = FILE, lookup: Lookup = english_only) -> None:
        """Raises ContentError when the file cannot be read."""
        self._english: dict[str, dict[str, str]] = {name: dict(levels) for name, levels in read_yaml(path)["phrases"].items()}
        self._lookup = lookup

    def say(self, name: str, language: str = "en", level: str = "plain", **vars: object) -> str:
        """A phrase, filled in. Raises KeyError for an unknown name or a placeholder without a value."""
        text = self._english[name][level]
        if language != "en":
            text = self._lookup(language, level, f"page.{name}") or text
        return fill_in(text, language, vars)
