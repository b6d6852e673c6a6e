"""From a page of HTML to a tagged PDF (PDF/UA-1), with the fonts of each language. Nothing is fetched."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.outputs.actual_text import add_words
from bot.outputs.said import Said, direction, direction_of

TEMPLATES = Path(__file__).with_name("templates")
VARIANT = "pdf/ua-1"
_SANS = '"Noto Sans", "Liberation Sans", "DejaVu Sans", sans-serif'
_NASKH = f'"Noto Naskh Arabic", "Noto Sans", "Noto Sans Arabic", {_SANS}'
FONTS = {
    "ar": _NASKH, "fa": _NASKH, "ckb": _NASKH, "ps": _NASKH,
    # Figures, Latin letters and their marks come from the Latin font: those of Nastaliq are not meant to stand alone.
    "ur": f'"Noto Sans", "Noto Nastaliq Urdu", {_NASKH}',
    "pa": f'"Noto Sans Gurmukhi", {_SANS}',
    "hi": f'"Noto Sans Devanagari", {_SANS}',
    "bn": f'"Noto Sans Bengali", {_SANS}',
    "ti": f'"Noto Sans Ethiopic", {_SANS}',
    "zh": f'"Noto Sans CJK SC", {_SANS}',
}  # fmt: skip
# Counters of pages in a language's own digits.
COUNTERS = {"fa": "persian", "ckb": "arabic-indic"}
# Noto Naskh Arabic has its Urdu figures 4, 6 and 7 for every language ("locl"); Farsi writes others.
FEATURES = {"fa": Markup('"locl" 0')}
# Scripts that hang lower or stack marks need more room between the lines.
LINE_HEIGHTS = {"ur": 2.3, "ar": 1.7, "fa": 1.7, "ckb": 1.7, "ps": 1.7}
PAGE, PAGES = "\x01", "\x02"


class NoPdf(Exception):
    """This machine cannot make a PDF; the message is one line with the mend."""


def font_of(language: str) -> Markup:
    """The font families of a language, best first, as CSS has them."""
    return Markup(FONTS.get(language, _SANS))  # noqa: S704 - no word of it is from outside


def own(words: Said) -> Markup:
    """The attributes of a block whose words are in another language than the paper."""
    if not words.foreign:
        return Markup("")
    return Markup(' lang="{}" dir="{}"').format(words.foreign, direction(words.foreign))


@cache
def environment() -> Environment:
    """The templates. Everything is escaped; a name that is not there is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    helpers = (font_of, direction, direction_of, own)
    made.globals |= {"fonts": list(FONTS), "line_heights": LINE_HEIGHTS, "features": FEATURES}
    made.globals |= {helper.__name__: helper for helper in helpers}
    return made


def render(template: str, **parts: Any) -> str:
    """A template of this room, filled."""
    return environment().get_template(template).render(**parts)


def page_of(say: Callable[..., Said], language: str) -> Markup:
    """What CSS puts at the foot of each page: "Page 1 of 3" with counters in the place of the numbers."""
    style = f", {COUNTERS[language]}" if language in COUNTERS else ""
    text = say("page", page=Said(PAGE), pages=Said(PAGES)).text
    parts: list[str] = [""]
    for letter in text:
        if letter in (PAGE, PAGES):
            parts += [f"counter({'page' if letter == PAGE else 'pages'}{style})", ""]
        else:
            parts[-1] += letter
    return Markup(" ").join(Markup(part) if number % 2 else css_string(part) for number, part in enumerate(parts))  # noqa: S704


def css_string(text: str) -> Markup:
    """A text as a CSS string. Whatever might end it or the sheet is written by its number."""
    return Markup('"%s"') % ("".join(one if one.isalnum() or one == " " else f"\\{ord(one):x} " for one in text))


@cache
def _hush() -> None:
    """What the libraries log of a page may quote it."""
    for library in ("weasyprint", "fontTools"):
        logging.getLogger(library).setLevel(logging.CRITICAL)


def to_pdf(html: str) -> bytes:
    """A tagged PDF of a whole HTML page. Raises NoPdf where the library that lays it out is not here."""
    try:
        # Here and not above: it loads Pango, and most of what comes out is no PDF.
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher

        _hush()
        add_words()
    except (ImportError, OSError):
        raise NoPdf(
            "PDF needs Pango, which is not here: install libpango-1.0-0 and libpangoft2-1.0-0, or choose another form"
        ) from None
    # Pictures are in the page itself; no other address is opened, of this machine or another.
    fetcher = URLFetcher(allowed_protocols=["data"])
    made: bytes = HTML(string=html, base_url=None, url_fetcher=fetcher).write_pdf(pdf_variant=VARIANT)
    return made
