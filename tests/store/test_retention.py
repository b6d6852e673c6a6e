"""The file of periods: read, and each mistake in it named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.interview.yamlfile import ContentError
from bot.store.retention import DATA, FILE, KINDS, check_retention, load_retention

GOOD = (DATA / FILE).read_text(encoding="utf-8")


def test_the_file_of_the_program_is_right() -> None:
    assert check_retention() == []
    found = load_retention()
    assert set(found.days) == set(KINDS)
    assert found.days["private_answers"] <= found.days["interviews"] <= found.days["records"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("case_ends: [plan_closed, release, last_contact]", "case_ends: []", "case_ends: name one or more of plan_closed"),
        ("case_ends: [plan_closed, release, last_contact]", "case_ends: [release, release]", "case_ends: name one or more"),
        ("case_ends: [plan_closed, release, last_contact]", "case_ends: [birthday]", "case_ends: name one or more"),
        ("kinds:\n", "kinds: 3\nother:\n", "kinds: is missing"),
        ("unfinished:", "unfinnished:", "'unfinnished' is not known here; remove it"),
        ("unfinished:", "unfinnished:", "unfinished: is missing; write {days: …, why: …}"),
        ("  private_answers:", "  answers:", "'answers' is not a kind of data"),
        ("  private_answers:", "  answers:", "private_answers: is missing; write {days: …, after: case_ended, why: …}"),
        ("    days: 30\n", "    days: 0\n", "kiosk: days is not a whole number from 1 to 36500"),
        ("    days: 30\n", "    days: many\n", "kiosk: days is not a whole number"),
        ("    days: 30\n", "    days: true\n", "kiosk: days is not a whole number"),
        ("    days: 30\n", "", "kiosk: days is not a whole number"),
        ("    after: last_used\n", "    after: case_ended\n", "kiosk: after has to be last_used"),
        ("    after: last_used\n", "    after: last_used\n    until: never\n", "kiosk: 'until' is not known here; remove it"),
        ("    days: 730\n", "    days: 2000\n", "interviews: is kept for 2000 days, but goes with records after 1095"),
        ("    days: 365\n", "    days: 731\n", "alerts: is kept for 731 days, but goes with interviews after 730"),
        ('why: "No session lasts longer than a day; what is left of it serves nothing"', 'why: " "', "sessions: why is missing"),
    ],
)
def test_each_mistake_is_one_line_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in GOOD
    (tmp_path / FILE).write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    found = check_retention(tmp_path)
    mine = [line for line in found if says in line]
    assert len(mine) == 1, found
    assert mine[0].startswith(f"{FILE}:") and mine[0].split(":")[1].isdigit() and "\n" not in mine[0]
    with pytest.raises(ContentError):
        load_retention(tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "cannot be read" in check_retention(tmp_path)[0]
