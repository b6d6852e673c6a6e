"""The words of a PDF as they are read and searched, beside the letters that are drawn (PDF 32000-1, 14.9.4: ActualText).

A PDF says of each shape of a font which letter it stands for. In scripts that join, stack or turn letters round (Devanagari,
Gurmukhi, Nastaliq) one shape stands for several letters or for a part of one, so that what a screen reader finds is not what was
written. WeasyPrint has no such entry: this adds it to every piece of text that is not in Latin letters.
"""

from __future__ import annotations

from functools import cache
from typing import Any

_LAST_LATIN = "\u024f"
# Vietnamese and punctuation.
_ALSO_LATIN = (("\u1e00", "\u1eff"), ("\u2000", "\u206f"), ("\u20a0", "\u20bf"))


def needs_words(text: str) -> bool:
    """Whether a text has letters whose shapes do not tell them."""
    return any(letter > _LAST_LATIN and not any(first <= letter <= last for first, last in _ALSO_LATIN) for letter in text)


def entry(text: str) -> str:
    """A text as the property list of marked content: UTF-16 in hexadecimal."""
    return f"<</ActualText <FEFF{text.encode('utf-16-be').hex()}>>>"


@cache
def add_words() -> None:
    """Have WeasyPrint write the words beside what it draws, once for the process. Raises ImportError or OSError as it does."""
    from weasyprint.draw import text as drawing

    draw = drawing.draw_first_line

    def draw_with_words(stream: Any, textbox: Any, *more: Any) -> Any:
        if not needs_words(textbox.text):
            return draw(stream, textbox, *more)
        stream.stream.append(f"/Span {entry(textbox.text)} BDC".encode())
        try:
            return draw(stream, textbox, *more)
        finally:
            stream.stream.append(b"EMC")

    drawing.draw_first_line = draw_with_words
