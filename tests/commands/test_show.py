"""``bcst2 show`` and ``bcst2 check``: what others rely on, key by key."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from bot.interview.definitions import KINDS
from bot.interview.loading import DATA, load_interview

Said = pytest.CaptureFixture[str]


def shown(what: str, capsys: Said) -> list[dict[str, Any]]:
    assert cli.main(["show", what]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    found = json.loads(said.out)
    assert isinstance(found, list)
    return found


def test_questions_as_the_contract_has_them(capsys: Said) -> None:
    questions = shown("questions", capsys)
    interview = load_interview()
    assert [question["id"] for question in questions] == [question.id for question in interview.questions]
    for question in questions:
        assert {
            "id", "section", "pathway", "kind", "asked_of", "sensitive", "optional", "options", "peer", "when", "wording",
        } <= set(question)  # fmt: skip
        assert question["kind"] in KINDS
        assert question["asked_of"] in ("person", "worker")
        assert all({"id", "exclusive", "peer"} <= set(option) for option in question["options"])
        assert question["peer"] is None or set(question["peer"]) == {"pathway", "question"}
        ids = [option["id"] for option in question["options"]]
        for levels in question["wording"].values():
            for level in ("plain", "easy"):
                words = levels[level]
                assert {"ask", "why", "help", "options"} <= set(words)
                assert words["ask"]
                assert list(words["options"]) == ids


def test_a_rule_is_shown_with_that_of_its_section(capsys: Said) -> None:
    by_id = {question["id"]: question for question in shown("questions", capsys)}
    for question in load_interview().questions:
        assert by_id[question.id]["when"] == question.rule.data


def test_activities_as_the_contract_has_them(capsys: Said) -> None:
    pathways = {"accommodation", "ete", "finance", "personal", "ttg_support", "domestic_abuse", "sex_work"}
    activities = shown("activities", capsys)
    assert {activity["pathway"] for activity in activities} == pathways
    for activity in activities:
        assert {"id", "level", "activity", "outcomes", "provide", "joint_with", "signpost", "services", "source", "note"} <= set(
            activity
        )
        assert activity["provide"] in ("host", "home", "joint", None)
        assert isinstance(activity["source"], str)
        assert isinstance(activity["signpost"], bool)


def test_languages_as_the_contract_has_them(capsys: Said) -> None:
    languages = shown("languages", capsys)
    assert "en" in [language["code"] for language in languages]
    for language in languages:
        assert {"code", "name", "dir", "state", "complete", "easy", "machine", "speech"} <= set(language)
        assert language["dir"] in ("ltr", "rtl")
        assert set(language["machine"]) == {"in", "out"}
        assert 0 <= language["complete"] <= 1


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the content, to spoil."""
    return shutil.copytree(DATA, tmp_path / "bot" / "data")


def test_check_says_every_error_and_how_many(data: Path, capsys: Said) -> None:
    file = data / "questions" / "finishing.yml"
    file.write_text(file.read_text().replace("kind: scale", "kind: scales", 1))
    assert cli.main(["check", "--data", str(data)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    *errors, count = said.err.splitlines()
    assert any("finishing.yml:" in line and "kind" in line for line in errors)
    assert count == f"{len(errors)} error" + ("" if len(errors) == 1 else "s")


def test_check_of_a_folder_that_is_not_there(tmp_path: Path, capsys: Said) -> None:
    assert cli.main(["check", "--data", str(tmp_path / "no")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
