"""``bcst2 understand``: the contract's shape, through the trained model; bad lines named and nothing printed for them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.commands.train import current_model
from bot.settings import ROOT

LINES = [
    {"id": 1, "open": "where_lived", "text": "i was renting a flat off a private landlord"},
    {"id": 2, "open": "WHERE_DID_THEY_LIVE", "text": "sofa surfing, no fixed abode"},
    {"id": "three", "open": "gp", "text": "never had a gp"},
    {"id": 4, "open": "gp", "text": "I don't know"},
    {"id": 5, "open": "gp", "text": "can we stop"},
    {"id": 6, "open": "gp", "text": "/pause"},
    {"id": 7, "open": "hurt_ever", "text": "yes"},
    {"id": 8, "open": "no_such_question", "text": "i like football"},
    {"id": 9, "open": "how_sure", "text": "about 7"},
    {"id": 10, "open": "gp", "text": "💥\u0000\u202eabc"},
]


def run(text: str, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", "understand", *args], input=text, text=True, capture_output=True, cwd=ROOT, timeout=300
    )


@pytest.fixture(scope="module")
def results() -> list[dict[str, Any]]:
    assert current_model() is not None, "no model for today's questions; make test trains one first"
    done = run("".join(json.dumps(line) + "\n" for line in LINES))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_one_object_a_line_in_the_same_order_with_the_contracts_keys(results: list[dict[str, Any]]) -> None:
    assert [result["id"] for result in results] == [line["id"] for line in LINES]
    for result in results:
        assert set(result) >= {"id", "answers", "peer", "command", "clarify", "alerts", "confidence", "ms"}
        assert 0 <= result["confidence"] <= 1
        assert result["ms"] > 0


def test_own_words_become_the_option_and_the_peers_option(results: list[dict[str, Any]]) -> None:
    assert results[0]["answers"] == {"where_lived": ["private_rented"]}
    assert results[0]["peer"] == {"WHERE_DID_THEY_LIVE": ["PRIVATE_RENTED_HOUSING"]}
    assert results[1]["peer"] == {"WHERE_DID_THEY_LIVE": ["NO_PERMANENT_OR_FIXED"]}
    assert results[2]["answers"] == {"gp": ["no"]}
    assert results[8]["answers"] == {"how_sure": ["7"]}


def test_commands_are_told_apart_and_give_no_answer(results: list[dict[str, Any]]) -> None:
    assert [result["command"] for result in results[3:6]] == ["unknown", "pause", "pause"]
    assert all(result["answers"] == {} for result in results[3:6])


def test_a_sensitive_question_is_never_answered_by_words(results: list[dict[str, Any]]) -> None:
    assert results[6]["answers"] == {} and results[6]["clarify"] is True


def test_what_fits_nothing_is_asked_about(results: list[dict[str, Any]]) -> None:
    assert results[7]["answers"] == {} and results[7]["clarify"] is True
    assert results[9]["answers"] == {}


@pytest.mark.parametrize(
    ("line", "mend"),
    [
        ("not json\n", "is not JSON"),
        ('{"id": 1}\n', "has no 'text'"),
        ("[1]\n", "has no 'text'"),
        ('{"text": 5}\n', "has no 'text'"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_printed(line: str, mend: str) -> None:
    done = run('{"id": 1, "open": "gp", "text": "yes"}\n' + line)
    assert (done.returncode, done.stdout) == (2, "")
    assert "standard input:2:" in done.stderr and mend in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run("", str(tmp_path / "none.jsonl"))
    assert done.returncode == 2
    assert "none.jsonl" in done.stderr and "Traceback" not in done.stderr
