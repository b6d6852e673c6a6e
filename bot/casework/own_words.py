"""What people said in their own words: in which language it was typed, and what a machine made of it. By the answers' history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.language.languages import ENGLISH
from bot.store.types import HistoryRow


@dataclass(frozen=True, slots=True)
class OwnWords:
    """The language that words were typed in, whatever the interview's is now, and their English by machine, "" for none."""

    language: str
    english: str = ""


def typed_in(row: HistoryRow) -> str:
    """What was typed with an answer: beside an urgent remark it stands in the answer alone."""
    return row.words or row.answer.more or row.answer.text


def by_question(history: Iterable[HistoryRow]) -> dict[str, list[HistoryRow]]:
    """The answers to each question, the oldest first."""
    rows: dict[str, list[HistoryRow]] = {}
    for row in history:
        rows.setdefault(row.question, []).append(row)
    return rows


def parts_of(rows: Sequence[HistoryRow]) -> list[tuple[str, HistoryRow, Mapping[str, Any]]]:
    """Of all answers to one question, the words that stand in the newest, each with what was made of it."""
    newest, found = rows[-1], list[tuple[str, HistoryRow, Mapping[str, Any]]]()
    for row in rows:
        said, made = typed_in(row), row.understood.get("translation", {})
        if "from" not in made or not said or not (row is newest or said in newest.answer.more):
            continue
        # Words that were all said again stand in what came later.
        found = [part for part in found if part[0] not in said] + [(said, row, made)]
    return found


def own_words(rows: Sequence[HistoryRow]) -> OwnWords:
    """Of the answers to one question, the oldest first: what the newest holds."""
    parts = parts_of(rows)
    if not parts:
        return OwnWords(rows[-1].language)
    made = parts[-1][2]
    if made["from"] == ENGLISH or made.get("looks_like") == ENGLISH:
        return OwnWords(ENGLISH)
    texts = [str(one.get("text") or "") for _, _, one in parts]
    return OwnWords(str(made["from"]), "\n".join(texts) if all(texts) else "")
