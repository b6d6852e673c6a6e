"""The words of what is printed for a person, from ``bot/data/papers.yml``; other languages find them under ``paper.<name>``."""

from __future__ import annotations

from pathlib import Path

from bot.interview.check_words import EASY_ERROR, count_words, sentences
from bot.interview.definitions import LEVELS
from bot.interview.loading import DATA
from bot.interview.yamlfile import ContentError, Node, read_yaml
from bot.language.messages import placeholders

FILE = "papers.yml"


def load_papers(root: Path = DATA) -> dict[str, dict[str, str]]:
    """Name → level → English words. Raises ContentError."""
    found = read_yaml(root / FILE).get("papers")
    if not isinstance(found, dict):
        raise ContentError(f"{FILE}:1: there is nothing under 'papers'; write it or put the file back")
    return {name: dict(levels) for name, levels in found.items()}


def check_papers(root: Path = DATA) -> list[str]:
    """Everything wrong with the words of the papers, one a line: a level missing, other placeholders in it, too long a sentence."""
    try:
        node = read_yaml(root / FILE).get("papers")
    except ContentError as error:
        return [str(error)]
    if not isinstance(node, Node):
        return [f"{FILE}:1: there is nothing under 'papers'; write it or put the file back"]
    return [f"{FILE}:{node.line_of(name)}: {wrong}" for name, levels in node.items() for wrong in _wrong(name, levels)]


def _wrong(name: str, levels: object) -> list[str]:
    if (
        not isinstance(levels, dict)
        or set(levels) != set(LEVELS)
        or not all(isinstance(text, str) and text for text in levels.values())
    ):
        return [f"'{name}' has not both levels; write {{plain: …, easy: …}}"]
    try:
        plain, easy = (placeholders(levels[level]) for level in LEVELS)
    except ValueError:
        return [f"'{name}' has a brace without its partner; close it"]
    wrong = [f"'{name}' fills in other things in plain than in easy words; use the same {{…}} in both"] if plain != easy else []
    long = [sentence for sentence in sentences(levels["easy"]) if count_words(sentence) > EASY_ERROR]
    return wrong + [
        f"'{name}' has an easy sentence of more than {EASY_ERROR} words, “{sentence}”; make two of it" for sentence in long
    ]
