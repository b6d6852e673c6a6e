"""Spelling mended by sound and by a letter: "compewters", "citizan", "jobb".

Half of those who use this read below the age of eleven and write as they speak. What the list of ``spelling.yml`` does not have is
compared with the words that people are known to use here. A word that anybody is known to use is left as it is, and so is a name
where it is written as one (``words.py``).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import Collection, DefaultDict, FrozenSet, Iterable, Iterator, List, Optional, Text

# What those who cannot spell write so often is left as it is, as is all that others write. What others write so often is what may
# be meant; the last number if no dictionary has it.
KNOWN, COMMON, COMMON_UNLISTED = 4, 60, 200
# A longer word is like few others: where no common word is near, it may stand for one of the dictionary said only so often.
RARE = 10
# Shorter words are too like one another.
SHORTEST, SHORTEST_BY_LETTER, SHORTEST_FOR_RARE, LONG = 4, 5, 6, 7
_WORD = re.compile(r"[a-z]{3,}")
_APOSTROPHE = re.compile(r"[’‘`´']")
_VOWELS = "aeiouy"
# What sounds alike, or is said alike in much of England; in this order.
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ph|v|th", "f"),
        (r"tch", "ch"),
        (r"dge", "j"),
        (r"(?<=.)gh", ""),
        (r"ck|q|c(?![heiy])", "k"),
        (r"x", "ks"),
        (r"c(?=[eiy])|z", "s"),
        (r"^kn", "n"),
        (r"^wr", "r"),
        (r"(?<=[^cs])h|(?<=[aeiou])w(?![aeiou])", ""),
        (r"(?<=.)r(?![aeiouy])", ""),
        (r"(.)\1+", r"\1"),
    )
)


def sound_of(word: Text) -> Text:
    """How a word in lower case sounds, roughly: without its vowels, but for a mark of one at its beginning."""
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    first = "a" if word[:1] in _VOWELS else ""
    return first + "".join(letter for letter in word if letter not in _VOWELS)


def apart(one: Text, other: Text) -> int:
    """How many letters have to change, or to change places with the next, to make one word of another."""
    rows = [list(range(len(other) + 1))]
    for row, letter in enumerate(one, 1):
        before, now = rows[-1], [row]
        for place, wanted in enumerate(other, 1):
            now.append(min(before[place] + 1, now[-1] + 1, before[place - 1] + (letter != wanted)))
            if row > 1 and place > 1 and letter == other[place - 2] and wanted == one[row - 2]:
                now[-1] = min(now[-1], rows[-2][place - 2] + 1)
        rows.append(now)
    return rows[-1][-1]


def words_in(text: Text) -> List[Text]:
    """The words of a text that are long enough, without their apostrophes."""
    return _WORD.findall(_APOSTROPHE.sub("", text.lower()))


def _shortened(word: Text) -> Iterator[Text]:
    """The word, and what is left of it without each letter but the first."""
    yield word
    for place in range(1, len(word)):
        yield word[:place] + word[place + 1 :]


class Speller:
    """Gives the word that is meant, or the word itself.

    Learned from texts of people who can spell and of people who cannot, and from a dictionary of whole words.
    """

    def __init__(self, careful: Iterable[Text], misspelt: Iterable[Text], dictionary: Collection[Text]) -> None:
        met = Counter(word for text in careful for word in words_in(text))
        wrong = Counter(word for text in misspelt for word in words_in(text))
        listed = frozenset(dictionary)
        self._known: FrozenSet[Text] = listed.union(met, (word for word, count in wrong.items() if count >= KNOWN))
        self._often = {word: count for word, count in met.items() if count >= (RARE if word in listed else COMMON_UNLISTED)}
        self._by_sound: DefaultDict[Text, List[Text]] = defaultdict(list)
        self._by_letter: DefaultDict[Text, List[Text]] = defaultdict(list)
        for word in self._often:
            self._by_sound[sound_of(word)].append(word)
            for short in _shortened(word) if len(word) >= SHORTEST else ():
                self._by_letter[short].append(word)

    def __call__(self, word: Text) -> Text:
        if len(word) < SHORTEST or word in self._known:
            return word
        meant = self._meant(word, COMMON)
        if meant is None and len(word) >= SHORTEST_FOR_RARE:
            meant = self._meant(word, RARE)
        return meant or word

    def _meant(self, word: Text, least: int) -> Optional[Text]:
        """The word of those said so often that sounds the same or is written nearly the same; what sounds the same goes first."""
        # What sounds the same may differ in two letters where it is long; what is only written like it, in one.
        meant = self._likeliest(word, self._by_sound.get(sound_of(word), ()), 2 if len(word) >= LONG else 1, least)
        if meant is None and len(word) >= SHORTEST_BY_LETTER:
            near = {each for short in _shortened(word) for each in self._by_letter.get(short, ())}
            meant = self._likeliest(word, near, 1, least)
        return meant

    def _likeliest(self, word: Text, others: Iterable[Text], most: int, least: int) -> Optional[Text]:
        """The nearest of some words, if it is near enough; of those that are as near the commonest."""
        near = [(apart(word, other), -self._often[other], other) for other in others if self._often[other] >= least]
        found = min(near, default=None)
        return found[2] if found is not None and found[0] <= most else None
