"""What `bcst2 check` says of damaged patterns: the place and the mend."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.dialogue.checking import check_understanding
from bot.interview.loading import DATA, load_interview

GOOD = (DATA / "understanding" / "urgent.yml").read_text(encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "understanding").mkdir()
    for name in ("words.yml", "spelling.yml", "urgent.yml"):
        shutil.copy(DATA / "understanding" / name, tmp_path / "understanding" / name)
    return tmp_path


def problems(root: Path, text: str) -> list[str]:
    (root / "understanding" / "urgent.yml").write_text(text, encoding="utf-8")
    return check_understanding(load_interview(), root)


def test_the_patterns_as_they_are_have_no_fault(root: Path) -> None:
    assert problems(root, GOOD) == []


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("outright:\n  self_harm:", "outright:\n  selfharm:", "'outright' has lists of patterns for"),
        ('    - "i want hang|die"', '    - "i want (hang|die"', "cannot be read"),
        ("denied: [used,", "denied: used #", "'denied' is no list of words"),
        ("\nprivate:", "\nprivately:", "has no list of patterns 'private'"),
    ],
)
def test_a_damaged_pattern_is_named_with_the_mend(root: Path, before: str, after: str, says: str) -> None:
    assert before in GOOD
    found = problems(root, GOOD.replace(before, after, 1))
    assert len(found) == 1 and says in found[0] and "urgent.yml:1" in found[0]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b'"alert": ["self_harm"]', "has the unknown key 'alert'; there are id, voice"),
        (b'"alerts": "self_harm"', "'alerts' is no list of words"),
        (b'"alerts": [["self_harm"]]', "'alerts' is no list of words"),
        (b'"private": "yes"', "'private' is neither true nor false"),
        (b'"command": ["pause"]', "'command' is no word"),
        (b'"voice": "caf\xe9"', "cannot be read as UTF-8 text; save it as UTF-8"),
    ],
)
def test_a_line_of_another_shape_is_named_with_its_place(root: Path, line: bytes, says: str) -> None:
    good = b'{"id": "made-1", "open": "where_lived", "text": "i want to die", "answers": {}, '
    (root / "understanding" / "made.jsonl").write_bytes(good + line + b"}\n")
    (found,) = check_understanding(load_interview(), root)
    assert "made.jsonl:1: " in found
    assert says in found


def test_alerts_that_are_no_mapping_are_named(root: Path) -> None:
    found = problems(root, GOOD.replace("\nalerts:", "\nalerts: [a]\nothers:", 1))
    assert any("has no list of patterns 'self_harm'" in line for line in found)
