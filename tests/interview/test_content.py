"""The real content: it has no mistake, and says what the code asks it to say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.interview.checking import check, warnings
from bot.interview.exchange import NOT_NOW_INTENTS, TELLING
from bot.interview.loading import DATA, load_interview
from bot.interview.record import read_record
from bot.interview.understanding import URGENT_KINDS
from bot.interview.yamlfile import read_yaml

CODE = DATA.parent


def test_no_mistake() -> None:
    assert check(DATA) == []


def test_warnings_are_lines_of_the_same_form() -> None:
    assert all(re.match(r"bot/data/\S+:\d+: ", line) for line in warnings(DATA))


def test_every_reason_and_reply_of_the_engine_has_words() -> None:
    said = set(read_yaml(DATA / "responses.yml")["responses"])
    code = "".join(path.read_text(encoding="utf-8") for path in (CODE / "interview").glob("*.py"))
    wanted = set(re.findall(r"\butter_\w+\b", code)) - {"utter_", "utter_alert_"}
    wanted |= {f"utter_alert_{kind}" for kind in URGENT_KINDS}
    wanted |= {f"utter_{reason}" for reason in re.findall(r'InvalidAnswer\("(\w+)"', code)} - {"utter_not_sure"}
    wanted |= {f"utter_{reason}" for reason in re.findall(r'"(choose_\w+)"', code)}
    assert wanted <= said, wanted - said


def test_every_way_of_not_answering_is_a_command() -> None:
    commands = {entry["id"] for entry in read_yaml(DATA / "commands.yml")["commands"]}
    assert commands >= {*NOT_NOW_INTENTS, *TELLING, "go_back", "pause", "person", "say_more"}


@pytest.mark.parametrize("name", ["interview.yml", "commands.yml", "responses.yml", "peer.yml"])
def test_the_files_are_there(name: str) -> None:
    assert (DATA / name).is_file()


def test_a_mistake_in_the_real_content_is_found(tmp_path: Path) -> None:
    root = tmp_path / "bot" / "data"
    for path in DATA.rglob("*.yml"):
        copy = root / path.relative_to(DATA)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text(encoding="utf-8").replace("consent_go_on", "consent_to_go_on", 1), encoding="utf-8")
    assert any("did you mean 'consent" in line for line in check(root))


def test_a_record_of_the_brief_can_be_read() -> None:
    read_record(
        {
            "prison_number": "A1234BC",
            "name": "Made Up",
            "date_of_birth": "1990-01-01",
            "sex": "male",
            "prison": "Example",
            "nationality": "British",
            "sentence": {"type": "determinate", "months": 18},
            "reception": "2026-01-05T16:30",
            "part1_completed": "2026-01-07",
            "release": None,
            "resettlement_prison": True,
            "home_area": "Stoke-on-Trent",
            "flags": ["ppo"],
            "today": "2026-01-08",
        }
    )


def test_easy_words_ask_what_the_plain_ones_ask() -> None:
    """Nobody who reads easy words is asked less: what was, what somebody was made to do, and what may come count there too."""
    asked = {name: load_interview().by_id[name].easy.ask for name in ("sex_for_money", "sex_work_made", "gang", "gambling")}
    for name, words in (("sex_for_money", "someone made you"), ("gang", "made to help"), ("gambling", "Is or was")):
        assert words in asked[name], name
    assert all(ask.count("?") == 1 for ask in asked.values()), "two questions have no one answer"
