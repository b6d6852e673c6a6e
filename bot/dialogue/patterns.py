"""Patterns of words as data: "kill|harm myself", "scared (of|to) *". Compiled to regular expressions over comparable words.

a|b is either word, (…) groups, (…)? may be missing, * stands for up to four words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Dict, FrozenSet, List, Mapping, Sequence, Text, Tuple

from bot.dialogue.words import load_vocabulary, read
from bot.interview.loading import DATA
from bot.interview.yamlfile import read_yaml

FILE = "understanding/urgent.yml"
_GAP = r"(?:\w\S*\s+){0,4}?"
# What an outright remark counts as: more than the patterns of one line ever do.
OUTRIGHT = 100.0
# How many words right before an outright remark may turn it round.
_BEFORE = 2
# How many words right after a figure of speech may show that it is none.
_AFTER = 3
_END = re.compile(r"(?<![.]) [.!?](?= )(?! [.])")
_SAYS = "says"
_PIECE = re.compile(r"\s+|\||\(|\)\??|\*|[^\s|()*]+")


class PatternError(Exception):
    """A pattern that cannot be read. ``str()`` says why."""


def expression(pattern: Text) -> Text:
    """The regular expression of a pattern; it matches whole words of a text that ends in a space.

    Raises:
        PatternError: a bracket is not closed, or was never opened.
    """
    found, rest = _alternatives(_PIECE.findall(pattern.strip()), 0)
    if rest != len(_PIECE.findall(pattern.strip())):
        raise PatternError("a bracket is closed that was not opened")
    return r"(?<!\S)" + found


def _alternatives(pieces: Sequence[Text], place: int) -> Tuple[Text, int]:
    """A sequence of items; each item is words or groups joined by "|"."""
    result: List[Text] = []
    current: List[Text] = []

    def close() -> None:
        if current:
            result.append(current[0] if len(current) == 1 else "(?:" + "|".join(current) + ")")
            current.clear()

    expecting = False
    while place < len(pieces):
        piece = pieces[place]
        if piece.isspace():
            if not expecting:
                close()
        elif piece == "|":
            expecting = True
            place += 1
            continue
        elif piece.startswith(")"):
            close()
            return "".join(result), place
        else:
            if not expecting:
                close()
            if piece == "(":
                inner, place = _group(pieces, place + 1)
                current.append(inner)
            elif piece == "*":
                current.append(_GAP)
            else:
                current.append(re.escape(piece) + r"\s+")
        expecting = False
        place += 1
    close()
    return "".join(result), place


def _group(pieces: Sequence[Text], place: int) -> Tuple[Text, int]:
    """What stands in brackets: alternatives of several words each."""
    options: List[Text] = []
    depth, start = 0, place
    for end in range(place, len(pieces)):
        piece = pieces[end]
        if piece == "(":
            depth += 1
        elif piece.startswith(")") and depth:
            depth -= 1
        elif not depth and (piece == "|" or piece.startswith(")")):
            inner, _ = _alternatives(pieces[start:end], 0)
            options.append(inner)
            start = end + 1
            if piece.startswith(")"):
                group = "(?:" + "|".join(options) + ")"
                return (group + "?" if piece.endswith("?") else group), end
    raise PatternError("a bracket is not closed")


@lru_cache(maxsize=4)
def load_patterns(root: Path = DATA) -> Tuple["re.Pattern[Text]", Mapping[Text, "re.Pattern[Text]"]]:
    """The figures of speech to spare, and a pattern for each kind of alert and for "private". Raises ContentError, PatternError."""
    data = read_yaml(root / FILE)
    kinds: Dict[Text, List[Text]] = {**data["alerts"], "private": data["private"]}
    return _any(data["spared"]), {kind: _any(patterns) for kind, patterns in kinds.items()}


@dataclass(frozen=True)
class Outright:
    """What is said outright: a pattern for kinds of alert that have one, and the words that turn it round.

    ``loose`` ones turn nothing round right before one of ``subjects``: "no, they will kill me". Words of ``carries`` may stand
    between: "never said I will".
    """

    kinds: Mapping[Text, "re.Pattern[Text]"]
    denied: FrozenSet[Text]
    loose: FrozenSet[Text]
    carries: FrozenSet[Text]
    subjects: FrozenSet[Text]

    def stands(self, words: Text, match: "re.Match[Text]") -> bool:
        """Whether nothing right before a match turns it round."""
        before = words[: match.start()].split()
        if match.group().split()[0] not in self.subjects:
            if not before or before[-1] not in self.subjects:
                return not self.denied & set(before[-_BEFORE:])
            before.pop()
        near = list(before)
        while near and near[-1] in self.carries:
            near.pop()
        if not near or near[-1] not in self.denied:
            return True
        # "Denies" is written out as "says no": that is no loose "no". Nor is "there is nothing I want".
        if len(near) < len(before) or near[-1] not in self.loose or near[-2:-1] in ([_SAYS], ["is"]):
            return False
        return not self.denied & set(near[-2:-1])


@lru_cache(maxsize=4)
def load_outright(root: Path = DATA) -> Outright:
    """What is said outright. Raises ContentError, PatternError."""
    data = read_yaml(root / FILE)
    return Outright(
        kinds={kind: _any(patterns) for kind, patterns in (data.get("outright") or {}).items()},
        denied=load_vocabulary(root).negation | frozenset(data.get("denied") or ()),
        loose=frozenset(data.get("loose") or ()),
        carries=frozenset(data.get("carries") or ()),
        subjects=frozenset(data.get("subjects") or ()),
    )


def _any(patterns: Sequence[Text]) -> "re.Pattern[Text]":
    return re.compile("|".join(f"(?:{expression(pattern)})" for pattern in patterns))


def kinds_in(text: Text, root: Path = DATA, sentences: Sequence[Text] = ()) -> Dict[Text, float]:
    """How many patterns of each kind comparable words hold, figures of speech apart; kinds without any are left out.

    What is said outright counts ``OUTRIGHT`` more. It is looked for in the whole and in each of the ``sentences``: a denial does
    not reach over the end of one.
    """
    _, kinds = load_patterns(root)
    words, *parts = (_unspared(said + " ", root) + " " for said in (text, *sentences))
    found = {kind: float(len(pattern.findall(words))) for kind, pattern in kinds.items()}
    outright = load_outright(root)
    for kind, pattern in outright.kinds.items():
        if any(outright.stands(said, match) for said in (words, *parts) for match in pattern.finditer(said)):
            found[kind] = found.get(kind, 0.0) + OUTRIGHT
    return {kind: count for kind, count in found.items() if count}


def outright_in(said: Text) -> List[Text]:
    """The kinds of urgent remark that words say outright, as they were typed."""
    reading = read(said)
    return [kind for kind, count in kinds_in(reading.text, sentences=sentences_of(reading.spoken)).items() if count >= OUTRIGHT]


def _unspared(words: Text, root: Path) -> Text:
    """Words without their figures of speech."""
    spared, unless = load_patterns(root)[0], _unless(root)

    def left(match: "re.Match[Text]") -> Text:
        after = words[match.end() :].split()[:_AFTER]
        return match.group() if unless & set(after) else " "

    return spared.sub(left, words)


@lru_cache(maxsize=4)
def _unless(root: Path) -> FrozenSet[Text]:
    return frozenset(read_yaml(root / FILE).get("unless") or ())


def sentences_of(spoken: Text) -> List[Text]:
    """The sentences of a line as it is spoken, where it has several; three dots end none."""
    found = _END.split(f"{spoken} ")
    return [sentence for sentence in found if sentence.strip()] if len(found) > 1 else []
