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
    {"id": 11, "open": "where_lived", "text": "council flat, my tenancy. I've got a passport and a bank account with Barclays"},
    {"id": 12, "open": "gp", "text": "I can't do this any more, I'm going to kill myself tonight"},
    {"id": 13, "open": "gp", "text": "I could murder a cup of tea"},
    {"id": 14, "open": "partner", "text": "he beats me, I'm scared of him, he put me in hospital"},
    {"id": 15, "open": "drugs", "text": "sorry mate, what do you mean by that?"},
    {"id": 16, "open": "council_area", "text": "somewhere in Leeds, the north of it"},
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
    assert results[6]["answers"] == {} and results[6]["alerts"] == [] and results[6]["clarify"] is True


def test_what_fits_nothing_is_asked_about(results: list[dict[str, Any]]) -> None:
    assert results[7]["answers"] == {} and results[7]["clarify"] is True
    assert results[9]["answers"] == {}


def test_one_line_gives_every_answer_in_it(results: list[dict[str, Any]]) -> None:
    found = results[10]
    assert found["answers"]["where_lived"] == ["social_housing"]
    assert found["answers"]["id_documents"] == ["passport"] and found["answers"]["bank_account"] == ["yes"]
    assert found["peer"]["WHERE_DID_THEY_LIVE"] == ["SOCIAL_HOUSING"]


def test_urgent_words_raise_alerts_and_figures_of_speech_do_not(results: list[dict[str, Any]]) -> None:
    assert results[11]["alerts"] == ["self_harm"] and results[11]["answers"] == {}
    assert results[12]["alerts"] == []


def test_private_words_are_no_answer_and_met_with_an_offer(results: list[dict[str, Any]]) -> None:
    assert results[13]["private"] is True and results[13]["answers"] == {} and results[13]["peer"] == {}


def test_a_command_wrapped_in_talk_is_one(results: list[dict[str, Any]]) -> None:
    assert results[14]["command"] == "explain" and results[14]["answers"] == {}


def test_words_for_a_question_without_options_stand_apart(results: list[dict[str, Any]]) -> None:
    assert results[15]["answers"] == {} and results[15]["words"] == {"council_area": "somewhere in Leeds, the north of it"}


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
