"""Likeness learns from some of the lines: never without what only it can know."""

from __future__ import annotations

from bot.dialogue.encoder_files import unseen
from bot.dialogue.lines import Line, some_of

EXAMPLES = [Line(f"example {number}") for number in range(20)]
WRITTEN = [Line(f"line {number}", whole=True, id=f"c-{number}") for number in range(300)]
NEW = [Line(f"new line {number}", whole=True, id=f"new-{number}") for number in range(30)]
ALL = [*EXAMPLES, *WRITTEN, *NEW]
LEFT = [line for line in WRITTEN if unseen(line.id)]


def test_what_the_encoder_was_adapted_to_is_left_out() -> None:
    assert 20 < len(LEFT) < 100
    assert some_of(ALL, 1000) == [*EXAMPLES, *LEFT, *NEW]


def test_of_the_others_some_are_taken_and_the_same_each_time() -> None:
    found = some_of(ALL, 20)
    assert len(found) == len(EXAMPLES) + 20 + len(NEW) and all(line in found for line in (*EXAMPLES, *NEW))
    assert found == [line for line in ALL if line in found] == some_of(ALL, 20)


def test_examples_and_what_was_written_since_always_stay() -> None:
    assert some_of(ALL, 0) == [*EXAMPLES, *NEW]
