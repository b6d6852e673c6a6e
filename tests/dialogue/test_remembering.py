"""What the encoder makes of training lines is worked out once, kept for the next training, and never a reason to fail."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.dialogue.encoder import WIDTH, Place
from bot.dialogue.remembering import KEPT, Remembering

WHOLE = [(0, 1)]


class Counting:
    """Stands for the encoder: rows that depend on the words, the question and the place, and a count of what it was asked."""

    labels = (("gp", "yes"), ("gp", "no"))
    words = frozenset({"doctor"})

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []

    def encode(
        self, lines: Sequence[Sequence[str]], places: Sequence[Sequence[Place]], opens: Sequence[str | None]
    ) -> list[np.ndarray]:
        self.asked += [(" ".join(line), asked) for line, asked in zip(lines, opens, strict=True)]
        return [
            np.array([np.full(WIDTH + 2, len("".join(line[first:end])) + (0.5 if asked else 0.0)) for first, end in wanted])
            for line, wanted, asked in zip(lines, places, opens, strict=True)
        ]


def test_the_same_words_to_the_same_question_are_worked_out_once() -> None:
    encoder = Counting()
    found = Remembering(encoder).encode([["a"], ["bb", "c"], ["a"]], [WHOLE, [(0, 2), (0, 1), (1, 2)], WHOLE], ["gp", "gp", "gp"])
    assert encoder.asked == [("a", "gp"), ("bb c", "gp")]
    assert [rows.shape for rows in found] == [(1, WIDTH + 2), (3, WIDTH + 2), (1, WIDTH + 2)]
    assert [rows[0][0] for rows in found] == [1.5, 3.5, 1.5] and [row[-1] for row in found[1]] == [3.5, 2.5, 1.5]


def test_the_next_training_asks_only_for_what_is_new(tmp_path: Path) -> None:
    first = Remembering(Counting(), tmp_path)
    before = first.encode([["a"], ["bb", "c"]], [WHOLE, [(0, 2), (0, 1), (1, 2)]], ["gp", None])
    first.keep()
    encoder = Counting()
    again = Remembering(encoder, tmp_path)
    lines, opens = [["a"], ["bb", "c"], ["ccc"], ["a"], ["bb", "c"]], ["gp", None, None, None, None]
    found = again.encode(lines, [WHOLE, [(0, 2), (0, 1), (1, 2)], WHOLE, WHOLE, [(0, 2)]], opens)
    assert all(np.array_equal(one, other) for one, other in zip(found, before, strict=False))
    assert encoder.asked == [("ccc", None), ("a", None), ("bb c", None)], "other words, another question, other parts of them"


@pytest.mark.parametrize("content", [b"", b"no vectors at all"])
def test_a_broken_file_only_costs_time(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEPT).write_bytes(content)
    encoder = Counting()
    Remembering(encoder, tmp_path).encode([["a"]], [WHOLE], ["gp"])
    assert encoder.asked == [("a", "gp")]


def test_what_another_encoder_knew_is_not_taken_for_this_ones(tmp_path: Path) -> None:
    first = Remembering(Counting(), tmp_path)
    first.encode([["a"]], [WHOLE], ["gp"])
    first.keep()
    other = Counting()
    other.labels = (*Counting.labels, ("gp", "new"))  # type: ignore[assignment]
    found = Remembering(other, tmp_path)
    assert other.asked == [] and (found.labels, found.words) == (other.labels, other.words)
    found.encode([["a"]], [WHOLE], ["gp"])
    assert other.asked == [("a", "gp")]


def test_nothing_to_encode_is_nothing() -> None:
    assert Remembering(Counting()).encode([], [], []) == []
