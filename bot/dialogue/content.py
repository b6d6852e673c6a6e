"""The content of ``bot/data`` as Rasa sees it: names derived from question ids, and the training examples."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from bot.interview.definitions import Interview, Question
from bot.interview.loading import DATA

ASK = "utter_ask_"
OFFERED = "offered"


def form_of(section_id: str) -> str:
    """The name of a section's form."""
    return f"{section_id}_form"


def examples(interview: Interview, question: Question) -> Iterator[tuple[str, str]]:
    """(words, option id) pairs for a closed question that takes words; the wording of an option is an example of it."""
    if not question.closed or question.sensitive:
        return
    for option in question.options:
        own = (*option.examples, *interview.shared_examples.get(option.id, ()), option.plain, option.easy)
        for words in dict.fromkeys(text.strip() for text in own):
            if words:
                yield words, option.id


def model_sources(root: Path = DATA) -> Iterator[Path]:
    """The content files that a model is trained from. Plan and services are not among them: changing those needs no training."""
    yield from (root / "interview.yml", root / "commands.yml", root / "responses.yml")
    for folder in ("questions", "needs", "rasa", "understanding"):
        yield from sorted((root / folder).glob("*.yml"))
    yield from sorted((root / "understanding").glob("*.jsonl"))


def fingerprint(root: Path = DATA) -> str:
    """A digest of the content a model is trained from: a model is good for one value only."""
    digest = hashlib.sha256()
    for path in model_sources(root):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
