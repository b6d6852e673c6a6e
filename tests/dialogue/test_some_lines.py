"""Likeness learns from some of the lines: never without what only it can know."""

from __future__ import annotations

from bot.dialogue.encoder_files import unseen
from bot.dialogue.lines import Line, some_of

EXAMPLES = [Line(f"example {number}") for number in range(20)]
WRITTEN = [Line(f"line {number}", whole=True, id=f"c-{number}") for number in range(300)]
NEW = [Line(f"new line {number}", whole=True, id=f"new-{number}") for number in range(30)]
ALL = [*EXAMPLES, *WRITTEN, *NEW]
KEPT = [line for line in ALL if not line.whole or unseen(line.id)]


def test_few_lines_are_all_taken() -> None:
    assert some_of(ALL, len(ALL)) == ALL == some_of(ALL, 10_000)


def test_of_many_the_examples_and_what_the_encoder_has_not_seen_stay() -> None:
    assert len(EXAMPLES) + len(NEW) < len(KEPT) < 150
    found = some_of(ALL, 150)
    assert len(found) == 150 and all(line in found for line in KEPT)
    assert found == [line for line in ALL if line in found]
    assert found == some_of(ALL, 150)


def test_those_stay_even_where_they_are_more_than_asked_for() -> None:
    assert some_of(ALL, 5) == KEPT
