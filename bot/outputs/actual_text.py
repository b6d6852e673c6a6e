"""The words of a PDF as they are read and searched, beside the letters that are drawn (PDF 32000-1, 14.9.4: ActualText).

A PDF says of each shape of a font which letters it stands for. In Devanagari, Gurmukhi and Nastaliq one shape stands for a part of
a letter, or for letters in another order, so that what is searched or read aloud is not what was written. WeasyPrint has no such
entry: this adds it to every piece of text in those. Naskh needs none; some readers turn such an entry round from right to left.
"""

from __future__ import annotations

from functools import cache
from typing import Any

# From Devanagari to Malayalam: vowels stand before, above and below, and letters are stacked.
_INDIC = ("\u0900", "\u0d7f")
_ARABIC = ("\u0600", "\u06ff")
NASTALIQ = "ur"


def needs_words(text: str, language: str) -> bool:
    """Whether a text has letters whose shapes do not tell them."""
    scripts = (_INDIC, _ARABIC) if language == NASTALIQ else (_INDIC,)
    return any(first <= letter <= last for letter in text for first, last in scripts)


def entry(text: str) -> str:
    """A text as the property list of marked content: UTF-16 in hexadecimal."""
    return f"<</ActualText <FEFF{text.encode('utf-16-be').hex()}>>>"


@cache
def add_words() -> None:
    """Have WeasyPrint write the words beside what it draws, once for the process. Raises ImportError or OSError as it does."""
    from weasyprint.draw import text as drawing

    draw = drawing.draw_first_line

    def draw_with_words(stream: Any, textbox: Any, *more: Any) -> Any:
        if not needs_words(textbox.text, str(textbox.style["lang"] or "")):
            return draw(stream, textbox, *more)
        stream.stream.append(f"/Span {entry(textbox.text)} BDC".encode())
        try:
            return draw(stream, textbox, *more)
        finally:
            stream.stream.append(b"EMC")

    drawing.draw_first_line = draw_with_words
