"""Label attention: each option looks at the part of the words that concerns it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.dialogue.attention import PARTS, Attention, read_attention, write_attention

HOME, WORK, NOTHING = np.eye(3, dtype=np.float32)
LABELS = (("where_lived", "rented"), ("job_before", "yes"))


@pytest.fixture
def attention() -> Attention:
    both = np.array([HOME, WORK], dtype=np.float32)
    return Attention(LABELS, look=both * 8, found=both * 10, whole=both, bias=np.array([-5.0, -5.0], dtype=np.float32))


def test_each_label_finds_its_own_part_however_long_the_rest_is(attention: Attention) -> None:
    pieces = np.array([HOME, *[NOTHING] * 30, WORK])
    alone = np.array([HOME, *[NOTHING] * 30])
    whole = np.zeros(3, dtype=np.float32)
    assert attention.said(pieces, whole)[0] > 4 and attention.said(pieces, whole)[1] > 4
    assert attention.said(alone, whole)[0] > 4 > -4 > attention.said(alone, whole)[1]


def test_where_a_piece_stands_and_how_large_the_numbers_are_makes_no_difference(attention: Attention) -> None:
    pieces = np.array([HOME, NOTHING, WORK])
    whole = np.array([0.5, 0.0, 0.5])
    assert np.allclose(attention.said(pieces, whole), attention.said(pieces[::-1], whole))
    wild = Attention(LABELS, attention.look * 1000, attention.found, attention.whole, attention.bias)
    assert np.isfinite(wild.said(pieces, whole)).all()


def test_it_is_kept_beside_the_encoder(attention: Attention, tmp_path: Path) -> None:
    tensors = dict(zip(PARTS, (attention.look, attention.found, attention.whole, attention.bias), strict=True))
    write_attention(tensors, [list(label) for label in LABELS], tmp_path)
    again = read_attention(tmp_path)
    assert again.labels == LABELS
    assert np.array_equal(again.said(np.array([HOME]), HOME), attention.said(np.array([HOME]), HOME))
