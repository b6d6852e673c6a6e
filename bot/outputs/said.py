"""A piece of wording, as plain text and as HTML that knows its language, direction and where a line may break."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from unicodedata import bidirectional

from markupsafe import Markup, escape

from bot.language.wording import END, ISOLATE, RIGHT_TO_LEFT

# The end of a sentence in the scripts we print, and the space after it.
_SENTENCE = re.compile(r"(?<=[.!?؟।۔])\s+(?=\S)")


class Said:
    """Words for a paper. ``foreign`` is the language they are in where that is not the paper's own, else ""."""

    __slots__ = ("foreign", "html", "text")

    def __init__(self, text: str, html: Markup | None = None, foreign: str = "") -> None:
        self.text = text
        self.html = escape(text) if html is None else html
        self.foreign = foreign

    def __html__(self) -> Markup:
        if not self.foreign:
            return self.html
        return Markup('<span lang="{}" dir="{}">{}</span>').format(self.foreign, direction(self.foreign), self.html)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Said({self.text!r})"

    def __bool__(self) -> bool:
        return bool(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Said) and (self.text, self.foreign) == (other.text, other.foreign)

    def __hash__(self) -> int:
        return hash((self.text, self.foreign))


def sentences(text: str) -> list[str]:
    """The sentences of a text, each to stand on a line of its own as easy read has it."""
    return _SENTENCE.split(text)


def on_lines(text: str, foreign: str = "") -> Said:
    """A text with each of its sentences on a line of its own."""
    return Said(text, Markup("<br>").join(sentences(text)), foreign)


def direction(language: str) -> str:
    """``rtl`` or ``ltr``."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def direction_of(text: str) -> str:
    """The direction of somebody's own words: that of their first letter, as a browser's ``dir="auto"`` has it."""
    for letter in text:
        kind = bidirectional(letter)
        if kind in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


def name(text: str) -> Said:
    """A name, a number or a person's own words: kept apart from the direction of the text around it."""
    return Said(text, Markup('<bdi dir="{}">{}</bdi>').format(direction_of(text), text)) if text else Said("")


def unbroken(text: str) -> Said:
    """Words that stand on one line, such as a date."""
    return Said(text, escape(text.replace(" ", "\u00a0")))


def number(text: str) -> Said:
    """Something read from left to right in every language, such as a telephone or prison number; never broken over lines."""
    return Said(text, Markup('<bdi dir="ltr" class="unbroken">{}</bdi>').format(text)) if text else Said("")


def fill(template: str, vars: Mapping[str, Said], language: str, foreign: str = "", lines: bool = False) -> Said:
    """A text with its {placeholders} filled. In text from right to left each value keeps its own direction.

    ``foreign`` is the template's own language where it is not ``language``. ``lines``: its sentences each on a line of its own.
    """
    around = (ISOLATE, END) if (foreign or language) in RIGHT_TO_LEFT else ("", "")
    text = template.format(**{key: f"{around[0]}{value.text}{around[1]}" for key, value in vars.items()})
    inside = Markup('<bdi lang="{}">{}</bdi>') if foreign else Markup("{1}")
    html = Markup("<br>").join(sentences(template)) if lines else escape(template)
    return Said(text, html.format(**{key: inside.format(language, value) for key, value in vars.items()}), foreign)


def joined(parts: Iterable[Said], between: str = ", ") -> Said:
    """Several pieces in a row."""
    kept = [part for part in parts if part]
    if len(kept) == 1:
        return kept[0]
    return Said(between.join(part.text for part in kept), escape(between).join(kept))
