"""What each journey's plan must hold, item by item and both ways: a reader's expectations, written by hand from the instruction.

``plans/NAME.yml`` stands beside each journey: the needs, the dates and every item beyond level 1 for everybody, with the
paragraph it comes from. Nothing in them is made from the program.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.interview.path import PathFinder
from bot.plan.items import ProposedPlan
from bot.plan.planning import make_plan
from bot.rehearsal.engine import EngineTable
from bot.rehearsal.journey import read_journey
from bot.rehearsal.play import Played, Player, plan_data

HERE = Path(__file__).parent
# The journeys, and some of other days (Christmas, Easter, the clocks) that are played by the engine only.
FILES = {path.stem: path for folder in (HERE, HERE / "other_days") for path in sorted(folder.glob("*.yml"))}
NAMES = sorted(FILES)
# Level 1 of every pathway (sections 3 to 8), with who provides it (Annex A) and the service of the example directory its row names.
DWP, CARE, MIND = "dwp_work_coach_prison", "northmere_healthcare", "in_reach_mental_health"
EVERYBODY = {
    "acc_identify_needs": ("host", None),
    "acc_housing_options": ("host", None),
    "acc_confirm_status": ("host", None),
    "ete_options": ("host", DWP),
    "ete_disclosure": ("host", None),
    "fin_identify_issues": ("host", None),
    "fin_advice": ("host", None),
    "fin_signpost": ("signpost", DWP),
    "per_identify_needs": ("host", CARE),
    "per_advice": ("host", CARE),
    "per_signpost": ("host", CARE),
    "per_notify_healthcare": ("host", CARE),
    "per_check_healthcare": ("host", CARE),
    "ttg_prioritise": ("host", None),
    "ttg_legal_rights": ("signpost", "citizens_advice"),
    "da_identify": ("host", None),
    "da_advice": ("host", None),
    "da_signpost": ("signpost", MIND),
    "sw_identify": ("host", None),
    "sw_advice": ("host", None),
    "sw_signpost": ("signpost", MIND),
}
# Annex A's columns in the words of the plan.
OWNERS = {
    "host": "Resettlement worker in this prison",
    "home": "Resettlement worker where the person will live",
    "joint": "Resettlement worker in this prison, together with those named",
    "signpost": "Resettlement worker signposts and follows up; the service provides",
    "nobody": "Resettlement worker, until somebody is named",
}
# An item: the activity and, where it is one of several, the need it is for.
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One item as it is expected, and as it is."""

    level: str
    owner: str
    together: tuple[str, ...]
    state: str
    due: str | None
    service: str | None


def wanted(name: str) -> dict[str, Any]:
    found = yaml.safe_load((HERE / "plans" / f"{name}.yml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def rows_of(expected: dict[str, Any], release: date | None) -> dict[Key, Row]:
    """Level 1 for everybody, and what the file says beside it."""
    part2 = expected["level_1_due"]
    found: dict[Key, Row] = {}
    for activity, (owner, service) in EVERYBODY.items():
        # Done with part 2 (2.10), but for the check with healthcare, which is part of pre-release planning (6, level 1).
        due = release if activity == "per_check_healthcare" else part2
        found[activity, ""] = Row("1", OWNERS[owner], (), "proposed", due and due.isoformat(), service)
    own = set[Key]()
    for line in expected["items"].splitlines():
        text = line.partition("#")[0].strip()
        if text:
            what, level, who, state, due_text, service_text = (part.strip() for part in text.split("|"))
            activity, *needs = what.split()
            owner, *together = who.split()
            row = Row(level, OWNERS[owner], tuple(together), state, _or_none(due_text), _or_none(service_text))
            for key in [(activity, need.removeprefix("@")) for need in needs] or [(activity, "")]:
                assert key not in own, f"{key} stands twice"
                own.add(key)
                found[key] = row
    return found


def _or_none(text: str) -> str | None:
    return None if text == "-" else text


def items_of(played: Played) -> dict[Key, Row]:
    found = {}
    for item in played.items:
        activity, owner = item["activity"], item["owner"]
        need = next((one["need"] for one in item["because"] if one.get("need")), "") if item["key"] != activity else ""
        together = tuple(party["id"] for party in owner["with"])
        found[activity, need] = Row(item["level"], owner["label"], together, item["state"], item["due"], item["service"])
    assert len(found) == len(played.items)
    return found


@pytest.fixture(scope="module")
def by_name(finder: PathFinder) -> dict[str, tuple[Played, date | None, ProposedPlan]]:
    found = {}
    for name in NAMES:
        journey = read_journey(FILES[name], finder.interview)
        table = EngineTable(finder, journey)
        played = Player(finder, journey, table).play()
        plan = make_plan(plan_data(), finder.interview, table.path(), table.context(), journey.record, journey.today)
        found[name] = (played, journey.record.release, plan)
    return found


def test_every_journey_has_its_plan_and_no_plan_is_left_over() -> None:
    assert sorted(path.stem for path in (HERE / "plans").glob("*.yml")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_holds_what_a_reader_expects_and_no_more(by_name: dict[str, Any], name: str) -> None:
    played, release, plan = by_name[name]
    expected, found = wanted(name), items_of(played)
    rows = rows_of(expected, release)
    assert sorted(found) == sorted(rows)
    assert {key: found[key] for key in found if found[key] != rows[key]} == {
        key: rows[key] for key in found if found[key] != rows[key]
    }
    assert sorted(played.needs) == sorted(expected["needs"])
    assert [notice.id for notice in plan.notices] == expected["notices"]
    # All but the two of other prisons are in a resettlement prison (2.19).
    assert plan.funding == expected.get("funding", "Fee for Service")
    assert [alert["kind"] for alert in played.alerts] == expected.get("alerts", [])


@pytest.mark.parametrize("name", NAMES)
def test_its_dates_are_what_a_reader_counts(by_name: dict[str, Any], name: str) -> None:
    dates, expected = dict(by_name[name][0].dates), wanted(name)["dates"]
    dates["contacts"] = dates.pop("contact_points")
    dates["part1_due"] = datetime.fromisoformat(dates["part1_due"]).strftime("%Y-%m-%dT%H:%M")
    assert {"part1_due", "part2_due", "prerelease_from", "duty_to_refer_by", "contacts"} <= expected.keys()
    given = {key: _plain(value) for key, value in expected.items()}
    assert {key: dates[key] for key in given} == given


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("name", NAMES)
def test_each_item_says_why_who_and_by_which_paragraph(by_name: dict[str, Any], name: str) -> None:
    for item in by_name[name][0].items:
        assert item["because"], item["key"]
        assert all(one["text"] and one["source"] for one in item["because"]), item["key"]
        assert item["owner"]["role"], item["key"]
        assert item["source"], item["key"]
        assert item["due"] or item["due_why"], item["key"]
        # A service of the directory, or why there is none.
        assert item["service"] or item["service_why"] or not item["service_kinds"], item["key"]
