"""The figures of a prison: right, and nobody can be found in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.casework.casework import Casework
from bot.casework.report import SMALLEST, suppressed
from bot.plan.dates import add_days
from bot.plan.life import NotAllowed
from bot.store import Store
from bot.store.types import PRERELEASE
from tests.casework.making import PRISON, Clock, interviewed, somebody

TABLES = st.dictionaries(
    st.text("abc", min_size=1, max_size=2),
    st.fixed_dictionaries({"x": st.integers(0, 12), "y": st.integers(0, 12), "z": st.integers(0, 12)}),
    max_size=5,
)


@given(TABLES)
@settings(max_examples=200, deadline=None)
def test_no_small_count_is_shown_or_can_be_worked_out(table: dict[str, dict[str, int]]) -> None:
    shown = suppressed(table)
    for row, cells in table.items():
        for column, figure in cells.items():
            assert shown[row][column] in (figure, None)
            assert not 0 < (shown[row][column] or 0) < SMALLEST
            if figure == 0:
                assert shown[row][column] == 0, "a nought tells of nobody"
    lines = [*([*cells.values()] for cells in shown.values()), *([cells[name] for cells in shown.values()] for name in "xyz")]
    for line in lines:
        # With the sum of the line known, one figure left out beside others would be known too.
        if len(line) > 1 and line.count(None) == 1:
            assert not any(line), "no other figure to leave out with it"


def test_a_report_counts_plans_items_and_follow_ups(store: Store, casework: Casework, clock: Clock) -> None:
    for number in range(1, 8):
        said = {"where_will_live": "nowhere"} if number < 7 else {"where_will_live": "return"}
        row = interviewed(store, somebody(number, said=said))
        casework.ensure_plan(row.id, "worker")
    report = casework.report(PRISON, clock.today, clock.today)
    assert report.people == 7
    assert report.tables["plans"] == {"first": {"plans": 7}}
    assert report.tables["assessments"]["part2"] == {"on_time": 7, "late": 0, "no_date": 0}
    assert report.tables["needs"]["find_home"]["found"] == 6
    assert report.tables["modes"]["worker"]["completed"] == 7
    assert report.tables["pathways"]["domestic_abuse"]["1"] == 21
    assert set(report.to_json()) == {"prison", "from", "to", "people", "suppressed_below", "tables"}
    assert ("plans", "first", "plans", 7) in report.rows()
    assert casework.report(PRISON, date(2020, 1, 1), date(2020, 1, 31)).people == 0
    assert casework.report("HMP Elsewhere", clock.today, clock.today).people == 0
    with pytest.raises(NotAllowed):
        casework.report(PRISON, date(2026, 1, 2), date(2026, 1, 1))


def test_fewer_than_5_people_are_not_reported_on(store: Store, casework: Casework, clock: Clock) -> None:
    for number in range(1, 4):
        casework.ensure_plan(interviewed(store, somebody(number)).id, "worker")
    report = casework.report(PRISON, clock.today, clock.today)
    assert report.people is None and report.tables == {}


def test_what_was_on_time_stays_so_whatever_the_record_says_later(store: Store, casework: Casework, clock: Clock) -> None:
    """Part 1 is put right, and then they are back with another sentence; nobody has closed the plans."""
    for number in range(1, 7):
        row = interviewed(store, somebody(number, release=add_days(clock.today, 60)))
        casework.ensure_plan(row.id, "worker")
        clock.forward(minutes=1)
        review = interviewed(store, somebody(number + 10, release=add_days(clock.today, 60)), kind=PRERELEASE)
        casework.ensure_plan(review.id, "worker")
    day = clock.today

    def figures() -> dict[str, Any]:
        for person in store.people():
            casework.case(person.id)
        return dict(casework.report(PRISON, day, day).tables["assessments"])

    before = figures()
    assert before["part2"]["on_time"] == before["prerelease"]["on_time"] == 6
    for person in store.people():
        came = datetime.combine(add_days(day, -40), time(9))
        put_right = replace(person.record, reception=came, part1_completed=came.date())
        store.update_person(person.id, put_right, by="worker")
    assert figures() == before
    clock.forward(days=200)
    for person in store.people():
        back = {"reception": datetime.combine(clock.today, time(8)), "part1_completed": clock.today, "release": None}
        store.update_person(person.id, replace(person.record, **back), by="worker")
    assert figures() == before


def test_a_date_that_was_not_known_then_is_filled_in(store: Store, casework: Casework, clock: Clock) -> None:
    for number in range(1, 7):
        casework.ensure_plan(interviewed(store, somebody(number, part1_completed=None)).id, "worker")
    assert casework.report(PRISON, clock.today, clock.today).tables["assessments"]["part2"]["no_date"] == 6
    for person in store.people():
        store.update_person(person.id, replace(person.record, part1_completed=clock.today), by="worker")
        casework.case(person.id)
    assert casework.report(PRISON, clock.today, clock.today).tables["assessments"]["part2"]["on_time"] == 6


def test_a_need_is_unmet_until_something_is_done_for_it(store: Store, casework: Casework, clock: Clock) -> None:
    """Something done for another need of its pathway does nothing for it; one of its own items does, however many are left."""
    said = {"bank_account": "no", "debts": "yes", "debt_kinds": ["loans"], "help_finance": ["open_account", "debt_advice"]}
    people = [interviewed(store, somebody(number, said={"where_will_live": "return", **said})) for number in range(1, 8)]
    for row in people:
        casework.ensure_plan(row.id, "worker")

    def unmet() -> dict[str, int | None]:
        needs = casework.report(PRISON, clock.today, clock.today).tables["needs"]
        assert needs["open_account"]["wanted"] == needs["debt_advice"]["wanted"] == 7
        return {name: needs[name]["unmet"] for name in ("open_account", "debt_advice")}

    def work_on(need: str, *steps: str) -> None:
        for row in people:
            item = next(item for item in casework.case(row.person_id).items if need in item.needs and item.level != "1")
            for step in steps:
                given = {"what": "an account", "on": clock.today} if step == "deliver" else {}
                seen = casework.case(row.person_id).item(item.id).seen
                casework.step(row.person_id, item.id, step, "worker", seen, **given)

    assert unmet() == {"open_account": 7, "debt_advice": 7}
    work_on("open_account", "agree", "deliver")
    assert unmet() == {"open_account": 0, "debt_advice": 7}
    work_on("debt_advice", "agree")
    assert unmet() == {"open_account": 0, "debt_advice": 0}


def test_a_transfer_leaves_the_figures_where_the_assessment_was_held(store: Store, casework: Casework, clock: Clock) -> None:
    for number in range(1, 8):
        casework.ensure_plan(interviewed(store, somebody(number)).id, "worker")
    before = casework.report(PRISON, clock.today, clock.today)
    for person in store.people():
        store.update_person(person.id, replace(person.record, prison="HMP Elsewhere"), by="worker")
    assert casework.report(PRISON, clock.today, clock.today) == before
    assert casework.report("HMP Elsewhere", clock.today, clock.today).people == 0
