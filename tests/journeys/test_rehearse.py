"""``bcst2 rehearse``: its files, its mistakes, its output, and what it says where a journey is silent."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import cli
from bot.interview.path import PathFinder
from bot.rehearsal.engine import EngineTable
from bot.rehearsal.journey import read_journey
from bot.rehearsal.play import Played, Player

RECORD = """\
record:
  prison_number: A1099XX
  name: Nobody Inparticular
  date_of_birth: 1990-05-05
  sex: male
  nationality: British
  sentence: {type: determinate, months: 8}
  reception: 2026-11-18T16:00:00
  part1_completed: 2026-11-20
  release: 2027-05-18
  resettlement_prison: true
  home_area: Derby
  flags: [iom]
  care_leaver: "no"
  armed_forces: "no"
  today: 2026-11-23
"""
Play = Callable[[str], Played]


@pytest.fixture
def play(tmp_path: Path, finder: PathFinder) -> Play:
    def run(rest: str) -> Played:
        path = tmp_path / "somebody.yml"
        path.write_text(RECORD + rest, encoding="utf-8")
        journey = read_journey(path, finder.interview)
        return Player(finder, journey, EngineTable(finder, journey)).play()

    return run


def rehearse(capsys: pytest.CaptureFixture[str], *files: Path) -> tuple[int, list[dict[str, object]], str]:
    code = cli.main(["rehearse", "--engine-only", *map(str, files)])
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


def test_one_json_object_a_journey_in_the_order_given(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name in ("second", "first"):
        (tmp_path / f"{name}.yml").write_text(RECORD, encoding="utf-8")
    code, found, err = rehearse(capsys, tmp_path / "second.yml", tmp_path / "first.yml")
    assert code == 0
    assert [entry["journey"] for entry in found] == ["second", "first"]
    assert err == ""
    for name in ("asked", "answers", "needs", "items", "alerts", "dates", "turns", "ms_per_turn"):
        assert name in found[0]
    assert set(found[0]["ms_per_turn"]) == {"p50", "p95", "max"}  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("rest", "line", "words"),
    [
        ("say: {no_such_question: yes}\n", 1, "neither a question of ours nor of the peer's"),
        ("say:\n  gp: perhaps\n", 2, "'perhaps' is not an option of gp; use yes, no"),
        ("say:\n  gp: [yes, no]\n", 2, "takes one option"),
        ("say:\n  gp: {texts: x}\n", 2, "'texts' is not known here"),
        ("say:\n  gp: {}\n", 2, "says nothing"),
        ("say:\n  hurt_ever: {option: yes, more: x}\n", 2, "takes no words beside the choice"),
        ("say:\n  gp: yes\n  REGISTERED_WITH_GP: 'YES'\n", 3, "stands twice"),
        ("say: [gp]\n", 1, "should be a mapping"),
        ("otherwise: maybe\n", 1, "is not one of no, refuse, skip"),
        ("mode: phone\n", 1, "is not one of worker, kiosk"),
        ("level: hard\n", 1, "is not one of plain, easy"),
        ("language: 5\n", 1, "should be a code"),
        ("tempo: fast\n", 1, "'tempo' is not a key of a journey"),
        ("meanwhile:\n  - {at: gp, do: dance}\n", 2, "'do' is not one of"),
        ("meanwhile:\n  - {at: gp, do: pause, by: hand}\n", 2, "'by' is neither"),
        ("meanwhile:\n  - {at: gp, change: {question: nope}}\n", 2, "neither a question"),
        ("meanwhile: pause\n", 1, "should be a list"),
        ("expect: {needs: [gold]}\n", 1, "is not a need"),
        ("expect: {at_most: many}\n", 1, "should be a number"),
        ("expect: {asked: gp}\n", 1, "should be a list"),
    ],
)
def test_a_mistake_is_one_line_with_file_line_and_mend(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, rest: str, line: int, words: str
) -> None:
    path = tmp_path / "wrong.yml"
    path.write_text(RECORD + rest, encoding="utf-8")
    code, found, err = rehearse(capsys, path)
    assert (code, found) == (2, [])
    assert err.count("\n") == 1
    assert f"{path}:{RECORD.count(chr(10)) + line}: " in err
    assert words in err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("say: {}\n", ":1: there is no 'record'"),
        (RECORD.replace("sex: male", "sex: other"), ":5: record: sex is not one of"),
        (RECORD.replace("type: determinate", "type: long"), ":7: record: sentence_type is not one of"),
        (RECORD.replace("today: 2026-11-23", "today: soon"), ":16: record: today is not a date"),
        ("record: [\n", "mend the YAML there"),
    ],
)
def test_a_wrong_record_or_file(capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "wrong.yml"
    path.write_text(text, encoding="utf-8")
    code, _, err = rehearse(capsys, path)
    assert code == 2
    assert words in err


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = rehearse(capsys, tmp_path / "nowhere.yml")
    assert code == 2
    assert "nowhere.yml: cannot be read" in err


def test_what_is_not_as_expected_is_said_and_the_exit_code_is_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "wishes.yml"
    wishes = "asked: [recall_known], not_asked: [gp], recorded: {gp: no}, needs: [find_home], no_needs: [motivation], at_most: 3"
    path.write_text(f"{RECORD}expect: {{{wishes}}}\n", encoding="utf-8")
    code, found, err = rehearse(capsys, path)
    assert code == 1
    assert len(found[0]["unmet"]) == 5  # type: ignore[arg-type]
    for words in (
        "recall_known was not asked",
        "gp was asked",
        "gp holds ['yes'], not ['no']",
        "find_home was not found",
        "more than 3",
    ):
        assert words in err


def test_a_journey_that_cannot_go_on_fails_clearly(play: Play) -> None:
    assert "at gp: the words were not understood" in play("say: {gp: {text: 'the moon is a cheese'}}\n").failed
    assert "at debt_kinds: that question was never open" not in play("say: {debts: yes}\n").failed
    assert "that question was never open" in play("meanwhile: [{at: debt_kinds, do: why}]\n").failed
    assert "at how_sure: the answer was not taken" in play("say: {how_sure: 99}\n").failed
    assert "does not go on" in play("say: {read_back_ready: change}\n").failed


def test_the_peers_ids_and_options_stand_for_ours(play: Play) -> None:
    played = play(
        "say:\n"
        "  WHERE_DID_THEY_LIVE: SOCIAL_HOUSING\n"
        "  WHERE_DID_THEY_LIVE_ADDITIONAL_DETAILS: on the Priory estate\n"
        "  WHERE_DID_THEY_LIVE_ADDRESS_SOCIAL_HOUSING: {line1: 1 Made Up Street, postcode: ZZ1 1ZZ}\n"
        "  WHERE_WILL_THEY_LIVE: RETURN_TO_PREVIOUS_ADDRESS\n"
        "  DRUG_MISUSE_ISSUES: 'YES'\n"
        "  WHAT_ID_DOCUMENTS: [PASSPORT, CITIZEN_CARD]\n"
        "  REGISTERED_WITH_GP: NO_ANSWER\n"
        "  VICTIM_OF_DOMESTIC_ABUSE: 'YES'\n"
    )
    assert played.failed == ""
    assert played.answers["where_lived"] == ["social_housing"]
    assert played.answers["lived_address"] == "1 Made Up Street\nZZ1 1ZZ"
    assert played.answers["where_will_live"] == ["return"]
    assert played.answers["id_documents"] == ["passport", "citizen_card"]
    assert played.answers["gp"] == ["skipped"]
    # Nobody had to say that consent is given and that one can talk.
    assert played.answers["hurt_ever"] == ["yes"]


def test_otherwise_no_is_a_person_without_needs(play: Play) -> None:
    """A man with little said about him has a home, money, papers, a doctor and nobody to fear.

    How his home is kept is said: all of it together would be rent that benefits pay, and one thing alone a letter to the landlord.
    """
    played = play("say: {can_keep_home: [rent_paid, landlord_knows]}\notherwise: no\n")
    assert played.failed == ""
    assert played.needs == []
    assert played.answers["consent_go_on"] == ["yes"]
    assert played.answers["safety_gate"] == ["now"]
    for question, answer in {"gp": "yes", "bank_account": "yes", "drugs": "no", "hurt_ever": "no", "felt_safe": "yes"}.items():
        assert played.answers[question] == [answer], question
    assert "none" not in played.answers["id_documents"]  # type: ignore[operator]
    assert not [question for question in played.asked if question.startswith("help_")]


def test_otherwise_no_takes_up_help_with_what_was_brought_up(play: Play) -> None:
    played = play("say: {where_will_live: nowhere, drugs: yes}\n")
    assert {"find_home", "drugs_support"} <= set(played.needs)
    assert "find_home" in played.answers["help_accommodation"]  # type: ignore[operator]
    assert played.answers["drugs_help"] != ["none"]


@pytest.mark.parametrize(("otherwise", "state"), [("refuse", "refused"), ("skip", "skipped")])
def test_otherwise_refuse_and_skip_still_reach_what_is_said(play: Play, otherwise: str, state: str) -> None:
    silent = play(f"otherwise: {otherwise}\n")
    assert silent.answers["consent_go_on"] == [state]
    assert "gp" not in silent.asked
    played = play(f"say: {{debt_kinds: [phone]}}\notherwise: {otherwise}\n")
    assert played.answers["consent_go_on"] == ["yes"]
    assert played.answers["debts"] == ["yes"]
    assert played.answers["debt_kinds"] == ["phone"]
    assert played.answers["gp"] == [state]


def test_more_goes_with_whatever_is_chosen(play: Play) -> None:
    assert play("say: {gp: {more: 'Dr Made-up, by the station'}}\n").answers["gp"] == ["yes"]


def test_commands_and_changes_in_the_middle(play: Play) -> None:
    plain = play("say: {gp: yes}\n")
    played = play(
        "say: {gp: yes}\n"
        "meanwhile:\n"
        "  - {at: bank_account, do: why}\n"
        "  - {at: bank_account, do: help_me, by: words}\n"
        "  - {at: bank_account, do: repeat}\n"
        "  - {at: debts, do: back}\n"
        "  - {at: gp, do: pause, by: words}\n"
        "  - {at: drugs, do: person}\n"
        "  - {at: alcohol, do: {change: {question: gp, to: no}}}\n"
        "  - {at: partner, do: kill_rasa}\n"
    )
    assert played.failed == ""
    assert played.asked_again
    assert {**played.answers, "gp": ["yes"]}.items() >= {**plain.answers}.items()
    assert played.answers["gp"] == ["no"]
    assert played.turns > plain.turns
    assert "register_gp" in played.needs


@pytest.mark.servers
def test_through_the_real_servers(capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(__file__).with_name("refuses_everything.yml")
    code = cli.main(["rehearse", str(path)])
    out, err = capsys.readouterr()
    assert code == 0
    assert "the servers are ready after" in err
    live = json.loads(out)
    _, engine, _ = rehearse(capsys, path)
    for name in ("asked", "answers", "needs", "turns"):
        assert live[name] == engine[0][name]
