"""Whether whole parts of a catalogue are in the language they claim: English left over, or letters of another script.

One short text proves little, so texts of a part are read together, some tens of words at a time, by langdetect (the language or
English) and by the share of letters in the language's own script. English names in brackets are left out: they belong there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from bot.language.languages import ENGLISH, Language
from bot.translation.detect import looks_like

# A text with its key: ("question.gp.ask#plain", "…").
Text = tuple[str, str]
PIECE_WORDS = 80
LEAST_SHARE = 0.8
_NOT_READ = re.compile(r"\([^)]*\)|\{[^}]*\}|[A-Z][\w’']*(?:[ -](?:[A-Z&][\w’']*|of|and))*|[0-9]+")


def _pieces(texts: Sequence[Text], latin: bool) -> Iterator[tuple[str, str]]:
    """(key of the first text, texts read together): each of about ``PIECE_WORDS`` words."""
    first, words = "", list[str]()
    for key, text in texts:
        first = first or key
        # In another script every Latin word is a name or an explanation; in Latin script capitals may begin a sentence.
        words += re.sub(r"\([^)]*\)|\{[^}]*\}|[0-9]+" if latin else _NOT_READ, " ", text).split()
        if len(words) >= PIECE_WORDS:
            yield first, " ".join(words)
            first, words = "", []
    if len(words) >= PIECE_WORDS // 2:
        yield first, " ".join(words)


def _share(text: str, script: str) -> float:
    """How many of the letters are of a script, 0 to 1."""
    letters = [letter for letter in text if letter.isalpha()]
    return sum(unicodedata.name(letter, "?").startswith(script) for letter in letters) / len(letters) if letters else 1.0


def left_over_in(language: Language, parts: Mapping[str, Sequence[Text]]) -> list[str]:
    """The same for every part of a catalogue."""
    return [line for part, texts in parts.items() for line in left_over(language, part, texts)]


def left_over(language: Language, part: str, texts: Sequence[Text]) -> Iterator[str]:
    """What reads as English or as another script in a part of a catalogue, each piece by its first key."""
    latin = language.script == "LATIN"
    for key, piece in _pieces(texts, latin):
        share = _share(piece, language.script)
        if share < LEAST_SHARE:
            script = language.script.title()
            yield f"{language.code}/{part}.po: from '{key}' on only {share:.0%} of the letters are {script}; translate it"
        elif latin and looks_like(piece, language) == ENGLISH:
            yield f"{language.code}/{part}.po: from '{key}' on it reads as English; translate it"
