"""Patterns of words as data: "kill|harm myself", "scared (of|to) *". Compiled to regular expressions over comparable words.

a|b is either word, (…) groups, (…)? may be missing, * stands for up to four words.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Dict, FrozenSet, List, Mapping, Sequence, Text, Tuple

from bot.dialogue.words import load_vocabulary
from bot.interview.loading import DATA
from bot.interview.yamlfile import read_yaml

FILE = "understanding/urgent.yml"
_GAP = r"(?:\w\S*\s+){0,4}?"
# What an outright remark counts as: more than the patterns of one line ever do.
OUTRIGHT = 100.0
# How many words right before an outright remark may turn it round.
_BEFORE = 2
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


@lru_cache(maxsize=4)
def load_outright(root: Path = DATA) -> Tuple[Mapping[Text, "re.Pattern[Text]"], FrozenSet[Text]]:
    """A pattern of what is said outright, for kinds of alert that have one, and the words that turn it round.

    Raises ContentError, PatternError.
    """
    data = read_yaml(root / FILE)
    outright = {kind: _any(patterns) for kind, patterns in (data.get("outright") or {}).items()}
    return outright, load_vocabulary(root).negation | frozenset(data.get("denied") or ())


def _any(patterns: Sequence[Text]) -> "re.Pattern[Text]":
    return re.compile("|".join(f"(?:{expression(pattern)})" for pattern in patterns))


def kinds_in(text: Text, root: Path = DATA) -> Dict[Text, float]:
    """How many patterns of each kind comparable words hold, figures of speech apart; kinds without any are left out.

    What is said outright counts ``OUTRIGHT`` more.
    """
    spared, kinds = load_patterns(root)
    words = spared.sub(" ", text + " ") + " "
    found = {kind: float(len(pattern.findall(words))) for kind, pattern in kinds.items()}
    outright, denied = load_outright(root)
    for kind, pattern in outright.items():
        if any(not denied & set(words[: each.start()].split()[-_BEFORE:]) for each in pattern.finditer(words)):
            found[kind] = found.get(kind, 0.0) + OUTRIGHT
    return {kind: count for kind, count in found.items() if count}
