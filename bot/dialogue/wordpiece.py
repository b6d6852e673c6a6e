"""The tokenizer of uncased BERT models: words in lower case without accents, then the longest known pieces of each word."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Dict, Iterator, List, Sequence, Text, Tuple

LONGEST_WORD = 60
MOST_PIECES = 160
MOST_CHARACTERS = 1000


def _is_punctuation(character: Text) -> bool:
    code = ord(character)
    if 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126:
        return True
    return unicodedata.category(character).startswith("P")


def _is_ideograph(character: Text) -> bool:
    code = ord(character)
    return 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x2FA1F


def basic_words(text: Text) -> Iterator[Text]:
    """Words and single punctuation marks, as BERT's basic tokenizer gives them."""
    word: List[Text] = []
    for character in unicodedata.normalize("NFD", text.lower()):
        category = unicodedata.category(character)
        if category == "Mn" or (category.startswith("C") and not character.isspace()):
            continue
        if character.isspace() or _is_punctuation(character) or _is_ideograph(character):
            if word:
                yield "".join(word)
                word = []
            if not character.isspace():
                yield character
        else:
            word.append(character)
    if word:
        yield "".join(word)


class WordPiece:
    """Pieces of a text by a vocabulary: {piece: id}."""

    def __init__(self, vocabulary: Dict[Text, int]) -> None:
        self.vocabulary = vocabulary
        self.unknown = vocabulary["[UNK]"]
        self.start, self.end = vocabulary["[CLS]"], vocabulary["[SEP]"]
        self.pieces = lru_cache(maxsize=20_000)(self._pieces)

    def pair(self, first: Text, second: Text) -> List[int]:
        """The ids of two texts, each closed by the mark for an end, at most ``MOST_PIECES`` of them."""
        return self.parts(first, [second])[0]

    def parts(self, first: Text, others: Sequence[Text]) -> Tuple[List[int], List[int]]:
        """The ids of a text and of others after it, as ``pair`` has them; where each of the others begins, and where all end."""
        found = [self.start, *self._all(first), self.end]
        edges = [len(found)]
        for text in others:
            found += self._all(text)
            edges.append(len(found))
        most = MOST_PIECES - 1
        return found[:most] + [self.end], [min(edge, most) for edge in edges]

    def _all(self, text: Text) -> List[int]:
        return [piece for word in basic_words(text[:MOST_CHARACTERS]) for piece in self.pieces(word)]

    def _pieces(self, word: Text) -> List[int]:
        if len(word) > LONGEST_WORD:
            return [self.unknown]
        found: List[int] = []
        start = 0
        while start < len(word):
            end = len(word)
            while end > start:
                piece = ("##" if start else "") + word[start:end]
                if piece in self.vocabulary:
                    found.append(self.vocabulary[piece])
                    break
                end -= 1
            else:
                return [self.unknown]
            start = end
        return found
