"""Label attention: each option looks at the part of the words that concerns it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.dialogue.attention import PARTS, Attention, read_attention, write_attention
from bot.dialogue.encoder_files import ATTENTION

HOME, WORK, NOTHING = np.eye(3, dtype=np.float32)
LABELS = (("where_lived", "rented"), ("job_before", "yes"))


@pytest.fixture
def attention() -> Attention:
    both = np.array([HOME, WORK], dtype=np.float32)
    return Attention(LABELS, look=both * 8, found=both * 10, whole=both, bias=np.array([-5.0, -5.0], dtype=np.float32))


def said(attention: Attention, pieces: np.ndarray, whole: np.ndarray | None = None) -> np.ndarray:
    wholes = np.zeros((1, 3), dtype=np.float32) if whole is None else whole[None]
    return attention.said(pieces, [slice(0, len(pieces))], wholes)[0]


def test_each_label_finds_its_own_part_however_long_the_rest_is(attention: Attention) -> None:
    home, work = said(attention, np.array([HOME, *[NOTHING] * 30, WORK]))
    assert home > 4 and work > 4
    home, work = said(attention, np.array([HOME, *[NOTHING] * 30]))
    assert home > 4 > -4 > work


def test_each_part_of_a_line_says_what_it_says(attention: Attention) -> None:
    pieces = np.array([HOME, HOME, NOTHING, WORK])
    first, second, both = attention.said(pieces, [slice(0, 2), slice(2, 4), slice(0, 4)], np.zeros((3, 3)))
    assert first[0] > 4 > -4 > first[1] and second[1] > 4 > -4 > second[0] and min(both) > 4
    assert np.allclose(first, said(attention, pieces[:2]), atol=1e-3)


def test_where_a_piece_stands_makes_no_difference_and_large_numbers_stay_finite(attention: Attention) -> None:
    pieces, whole = np.array([HOME, NOTHING, WORK]), np.array([0.5, 0.0, 0.5])
    assert np.allclose(said(attention, pieces, whole), said(attention, pieces[::-1], whole))
    wild = Attention(LABELS, attention.look * 1000, attention.found, attention.whole, attention.bias)
    assert np.isfinite(wild.said(pieces, [slice(0, 3), slice(1, 3)], np.array([whole, whole]))).all()


def test_it_is_kept_beside_the_encoder(attention: Attention, tmp_path: Path) -> None:
    tensors = dict(zip(PARTS, (attention.look, attention.found, attention.whole, attention.bias), strict=True))
    write_attention(tensors, [list(label) for label in LABELS], tmp_path)
    again = read_attention(tmp_path)
    assert again.labels == LABELS
    assert np.array_equal(said(again, np.array([HOME])), said(attention, np.array([HOME])))


def test_a_damaged_file_says_so(tmp_path: Path) -> None:
    (tmp_path / ATTENTION).write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(ValueError, match="damaged"):
        read_attention(tmp_path)
