"""A line of words made ready to be weighed: shorthand written out, spelling mended, split into clauses with what turns them round.

What is known of shorthand, slang and small words is data (``bot/data/understanding/words.yml``). No Rasa here: checks use it too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise
from pathlib import Path
from typing import Callable, Dict, FrozenSet, Iterable, List, Mapping, Optional, Sequence, Text, Tuple

from bot.interview.loading import DATA
from bot.interview.yamlfile import read_yaml

FILE = "understanding/words.yml"
# Spelling by sound; a long list, so apart.
SPELLING = "understanding/spelling.yml"
MOST_TOKENS = 400
Speller = Callable[[Text], Text]

_TOKEN = re.compile(
    r"(?:w/o?|h/o)(?=[\s\w]|$)|£\s?\d[\d,]*(?:\.\d+)?k?|"
    r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?%?|\w+(?:['&./-]\w+)*|[.,;:!?()\n…–—-]|[^\w\s]"
)
_STOPS = frozenset(".;:!?()\n…–—-,")
_HARD_STOPS = frozenset(".;!?\n…")
_CONTRACTED = frozenset("it that he she there what who where let here how".split())
_LEFT = re.compile(r"[’‘`´]")
# A piece of a list, "…, alcohol, gambling", takes the negation of the piece before; these words say that it is no such piece.
_OWN_WORDS = frozenset(
    "i he she we they you is am are was were have has had got get do does did want wants need needs will would can just only yes "
    "my his her says said but lives lived owes owe going likes in".split()
)
_OWNERS = frozenset("my a the his her old best some with good that this your our an any mans from by for of and".split())
_CANCELS = (
    re.compile(r"\b(?:not|never) (?:that|like|as if|as though|saying|say|because|true)\b.*?\b(not|no|never|nobody|nothing|none)\b"),
    re.compile(r"\bcan not say (?:i|that i|he|she) (?:do|have|am|did|was|has|does) (not)\b"),
    re.compile(r"\bcan not say (?:i|that i|he|she) (?:have|has|had) (no)\b"),
    re.compile(r"\bwould not say (no|never)\b"),
    re.compile(r"\bnot (without)\b"),
    re.compile(
        r"\b(?:wrong|untrue|a lie|lies|rubbish|mistake) (?:that|to say) (?:i|he|she) (?:have|has|had|do|does|am|is) (no|not)\b"
    ),
)


@dataclass(frozen=True)
class Vocabulary:
    """``words.yml`` ready for use. Keys of ``written_out`` are sequences of tokens."""

    written_out: Mapping[Tuple[Text, ...], Tuple[Text, ...]]
    cased: Mapping[Text, Tuple[Text, ...]]
    longest: int
    vocatives: FrozenSet[Text]
    negation: FrozenSet[Text]
    joins: FrozenSet[Text]
    corrections: Tuple[Tuple[Text, ...], ...]
    hedges: "re.Pattern[Text]"
    past: "re.Pattern[Text]"
    now: "re.Pattern[Text]"
    others: "re.Pattern[Text]"


@dataclass(frozen=True)
class Clause:
    """A part of what was said. ``negated`` are the places of tokens that a negation covers.

    ``side`` is 0 without a correction in the line, -1 before one, 1 after it. ``spoken`` is the part with its marks and
    the words that join or correct: all clauses' together are the whole line, written out.
    """

    tokens: Tuple[Text, ...]
    negated: FrozenSet[int] = frozenset()
    side: int = 0
    hedged: bool = False
    past: bool = False
    now: bool = False
    others: bool = False
    spoken: Text = ""

    @property
    def text(self) -> Text:
        return " ".join(self.tokens)


@dataclass(frozen=True)
class Reading:
    """A line as read. ``text`` is the whole of it in comparable words."""

    raw: Text
    text: Text
    clauses: Tuple[Clause, ...] = field(default=())

    @property
    def tokens(self) -> Tuple[Text, ...]:
        return tuple(token for clause in self.clauses for token in clause.tokens)

    @property
    def spoken(self) -> Text:
        """The whole line as the encoder reads it: written out, with its marks."""
        return " ".join(clause.spoken for clause in self.clauses)


def tokenize(text: Text) -> List[Text]:
    """Tokens as they were written, apostrophes left out: words, numbers, single marks."""
    found: List[Text] = []
    for token in _TOKEN.findall(_LEFT.sub("'", text)):
        if "'" in token:
            head, _, tail = token.rpartition("'")
            head = head.replace("'", "")
            if tail.lower() == "s" and head.lower() not in _CONTRACTED:
                token = head  # "mum's": whose it is does not matter here
            else:
                token = head + tail
        if "/" in token and not token.endswith("/"):
            parts = token.split("/")
            if all(len(part) >= 3 for part in parts):  # "drugs/alcohol", but not "s/e"
                for part in parts:
                    found += [part, ","]
                found.pop()
                continue
        if token.strip():
            found.append(token)
        elif "\n" in token:
            found.append("\n")
    return found[:MOST_TOKENS]


def _phrases(words: Iterable[Text]) -> "re.Pattern[Text]":
    listed = "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))
    return re.compile(rf"\b(?:{listed})\b") if listed else re.compile(r"(?!)")


@lru_cache(maxsize=4)
def load_vocabulary(root: Path = DATA) -> Vocabulary:
    """The vocabulary of a data folder. Raises ContentError."""
    data = read_yaml(root / FILE)
    written: Dict[Tuple[Text, ...], Tuple[Text, ...]] = {}
    cased: Dict[Text, Tuple[Text, ...]] = {}
    path = root / SPELLING
    by_sound: Dict[Text, Dict[Text, Text]] = read_yaml(path) if path.exists() else {"words": {}, "phrases": {}}
    lists = (by_sound["words"], by_sound["phrases"], data["spelling"], data["written_out"])
    for short, long in chain.from_iterable(each.items() for each in lists):
        words = tuple(str(long).split())
        if short != short.lower():
            cased[short] = words
        else:
            written[tuple(tokenize(short))] = words
    corrections = {tuple(tokenize(phrase)) for phrase in data["corrections"]}
    return Vocabulary(
        written_out=written,
        cased=cased,
        longest=max(map(len, written), default=1),
        vocatives=frozenset(data["vocatives"]),
        negation=frozenset(data["negation"]),
        joins=frozenset(data["joins"]),
        corrections=tuple(sorted(corrections, key=len, reverse=True)),
        hedges=_phrases(data["hedges"]),
        past=_phrases(data["past"]),
        now=_phrases(data["now"]),
        others=_phrases(data["others"]),
    )


def write_out(tokens: Sequence[Text], vocabulary: Vocabulary, speller: Optional[Speller] = None) -> List[Text]:
    """Tokens in lower case with shorthand and slang written out and spelling mended."""
    result: List[Text] = []
    lowered = [token.lower() for token in tokens]
    place = 0
    while place < len(tokens):
        for length in range(min(vocabulary.longest, len(tokens) - place), 0, -1):
            long = vocabulary.written_out.get(tuple(lowered[place : place + length]))
            if long is not None:
                result += long
                place += length
                break
        else:
            long = vocabulary.cased.get(tokens[place])
            if long is not None:
                result += long
            else:
                word = lowered[place]
                if speller is not None and word.isalpha() and not _is_name(tokens, place):
                    meant = speller(word)
                    # Nothing is denied by a guess at spelling: many a name sounds like "never".
                    word = word if meant in vocabulary.negation else meant
                # What was mended may be short for something: "havnet" is "havent".
                result += vocabulary.written_out.get((word,), (word,))
            place += 1
    return result


def _is_name(tokens: Sequence[Text], place: int) -> bool:
    """Whether a word is written as a name is: with a capital that no sentence begins with."""
    return place > 0 and tokens[place].istitle() and tokens[place - 1] not in _HARD_STOPS


def _unaddressed(tokens: Sequence[Text], vocabulary: Vocabulary) -> List[Text]:
    """Tokens without the words that only address the listener: "nah mate", but not "at my mate's"."""
    result: List[Text] = []
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else "."
        after = tokens[place + 1] if place + 1 < len(tokens) else "."
        # At one edge of a clause only: between two stops it is a piece of a list, or all that was said.
        if token in vocabulary.vocatives and before not in _OWNERS and (before in _STOPS) != (after in _STOPS):
            continue
        result.append(token)
    return result


def _pieces(tokens: Sequence[Text], vocabulary: Vocabulary) -> Tuple[List[Tuple[List[Text], Text, Text]], Optional[int]]:
    """The clauses as (tokens, the mark or word before it, all of it as spoken), and how many stand before the last correction."""
    pieces: List[Tuple[List[Text], Text, Text]] = []
    current: List[Text] = []
    before = ""
    begun = 0
    corrected: Optional[int] = None

    def close(mark: Text, end: int) -> None:
        nonlocal current, before, begun
        if current:
            pieces.append((current, before, " ".join(tokens[begun:end])))
            current = []
            begun = end
            before = mark
        else:
            if pieces and end > begun and set(tokens[begun:end]) <= _STOPS:  # "yeah..."
                words, mark_before, spoken = pieces[-1]
                pieces[-1] = (words, mark_before, " ".join([spoken, *tokens[begun:end]]))
                begun = end
            if mark not in (",", "and"):
                before = mark or before

    place = 0
    while place < len(tokens):
        token = tokens[place]
        found = next((phrase for phrase in vocabulary.corrections if tuple(tokens[place : place + len(phrase)]) == phrase), None)
        if found is not None and (pieces or current) and (len(found) > 1 or not current):
            close("correction", place)
            corrected = len(pieces)
            before = "correction"
            place += len(found)
            continue
        if token in _STOPS:
            close(token, place + 1)
        elif token in vocabulary.joins and len(current) >= 2:
            close(token, place)
            current.append(token)
        elif (
            token == "and"
            and len(current) >= 2
            and place + 2 < len(tokens)
            and tokens[place + 1] in _OWN_WORDS | vocabulary.negation
        ):
            close("and", place)
        else:
            current.append(token)
        place += 1
    close("", len(tokens))
    if pieces and begun < len(tokens):  # a correction or a mark that nothing follows
        words, mark, spoken = pieces[-1]
        pieces[-1] = (words, mark, " ".join([spoken, *tokens[begun:]]))
    if corrected is not None and corrected >= len(pieces):
        corrected = None
    return pieces, corrected


def _negated(tokens: Sequence[Text], vocabulary: Vocabulary, inherited: bool) -> FrozenSet[int]:
    text = " ".join(tokens)
    cancelled = set()
    for pattern in _CANCELS:
        for match in pattern.finditer(text):
            cancelled.add(text[: match.start(1)].count(" "))
            cancelled.update(range(text[: match.start()].count(" "), text[: match.start(1)].count(" ")))
    places = [place for place, token in enumerate(tokens) if token in vocabulary.negation and place not in cancelled]
    if inherited:
        return frozenset(range(len(tokens)))
    return frozenset(range(places[0], len(tokens))) if places else frozenset()


@lru_cache(maxsize=4096)
def read(text: Text, speller: Optional[Speller] = None, root: Path = DATA) -> Reading:
    """Read a line of words."""
    vocabulary = load_vocabulary(root)
    tokens = _unaddressed(write_out(tokenize(text), vocabulary, speller), vocabulary)
    pieces, corrected = _pieces(tokens, vocabulary)
    clauses: List[Clause] = []
    for number, (words, before, spoken) in enumerate(pieces):
        listed = before in (",", "and", "or", "/") and len(words) <= 6 and not set(words) & _OWN_WORDS
        inherited = bool(listed and clauses and clauses[-1].negated and "none" not in words)
        said = " ".join(words)
        clauses.append(
            Clause(
                tokens=tuple(words),
                negated=_negated(words, vocabulary, inherited),
                side=0 if corrected is None else (-1 if number < corrected else 1),
                hedged=bool(vocabulary.hedges.search(said)),
                past=bool(vocabulary.past.search(said)),
                now=bool(vocabulary.now.search(said)),
                others=bool(vocabulary.others.search(said)),
                spoken=spoken,
            )
        )
    return Reading(text, " ".join(token for clause in clauses for token in clause.tokens), tuple(clauses))


def features_of(clauses: Sequence[Clause]) -> List[Text]:
    """Words, pairs of neighbours, and words under a negation, as names of features."""
    found: List[Text] = []
    for clause in clauses:
        tokens = clause.tokens
        found += tokens
        found += [f"{first} {second}" for first, second in pairwise(tokens)]
        found += [f"¬{tokens[place]}" for place in clause.negated]
    return found
