"""Vectors of training lines are worked out once, kept for the next training, and never a reason to fail."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.dialogue.encoder import WIDTH
from bot.dialogue.remembering import KEPT, Remembering


class Counting:
    """Stands for the encoder: a vector that depends on the words and the question, and a count of what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []

    def encode(self, texts: Sequence[str], opens: Sequence[str | None]) -> np.ndarray:
        self.asked += zip(texts, opens, strict=True)
        return np.array([np.full(WIDTH, len(text) + (0.5 if asked else 0.0)) for text, asked in zip(texts, opens, strict=True)])


def test_the_same_words_to_the_same_question_are_worked_out_once() -> None:
    encoder = Counting()
    found = Remembering(encoder).encode(["a", "bb", "a"], ["gp", "gp", "gp"])
    assert encoder.asked == [("a", "gp"), ("bb", "gp")]
    assert found.shape == (3, WIDTH) and found[0][0] == found[2][0] == 1.5 and found[1][0] == 2.5


def test_the_next_training_asks_only_for_what_is_new(tmp_path: Path) -> None:
    first = Remembering(Counting(), tmp_path)
    before = first.encode(["a", "bb"], ["gp", None])
    first.keep()
    encoder = Counting()
    again = Remembering(encoder, tmp_path)
    assert np.array_equal(again.encode(["a", "bb", "ccc", "a"], ["gp", None, None, None])[:2], before)
    assert encoder.asked == [("ccc", None), ("a", None)], "the same words said to another question are others"


@pytest.mark.parametrize("content", [b"", b"no vectors at all"])
def test_a_broken_file_only_costs_time(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEPT).write_bytes(content)
    encoder = Counting()
    Remembering(encoder, tmp_path).encode(["a"], ["gp"])
    assert encoder.asked == [("a", "gp")]


def test_nothing_to_encode_is_an_empty_table() -> None:
    assert Remembering(Counting()).encode([], []).shape == (0, WIDTH)
