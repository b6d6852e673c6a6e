"""The figures of a prison: right, and nobody can be found in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.casework.casework import Casework
from bot.casework.report import make_report
from bot.casework.small_counts import SMALLEST, Count, rows_and_columns, suppressed
from bot.plan.dates import add_days
from bot.plan.life import NotAllowed
from bot.store import Store
from bot.store.plan_types import Summary
from bot.store.report_types import ItemFigures, PlanFigures, PrisonFigures
from bot.store.types import PRERELEASE
from tests.casework.making import PRISON, Clock, interviewed, somebody
from tests.plan.making import interview, plan_data

TABLES = st.dictionaries(
    st.text("abc", min_size=1, max_size=2),
    st.fixed_dictionaries({"x": st.integers(0, 12), "y": st.integers(0, 12), "z": st.integers(0, 12)}),
    max_size=5,
)


@given(TABLES)
@settings(max_examples=200, deadline=None)
def test_no_small_count_is_shown_or_can_be_worked_out(table: dict[str, dict[str, int]]) -> None:
    people = {row: {name: Count(figure, {f"{row}{name}{n}" for n in range(figure)}) for name, figure in cells.items()}
              for row, cells in table.items()}  # fmt: skip
    shown = suppressed({"t": people}, rows_and_columns("t", people))["t"]
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


@st.composite
def prisons(draw: st.DrawFn) -> PrisonFigures:
    """Plans of some people, with items that are the same or not, as they come."""
    day = date(2026, 11, 23)
    plans = []
    for number in range(draw(st.integers(5, 14))):
        items = draw(
            st.lists(
                st.builds(
                    ItemFigures,
                    pathway=st.sampled_from(["finance", "ete", "sex_work"]),
                    level=st.sampled_from(["1", "2", "3"]),
                    state=st.sampled_from(["proposed", "done", "signposted", "followed_up"]),
                    due=st.none(),
                    follow_up_by=st.sampled_from([None, day, add_days(day, -9)]),
                    needs=st.just(frozenset({"debt_advice"})),
                    sensitive=st.just(False),
                ),
                max_size=8,
            )
        )
        needs = tuple(
            (need, "finance", wanted) for need in ("debt_advice", "da_exit") if (wanted := draw(st.sampled_from(["yes", "no", ""])))
        )
        made = datetime.combine(day, time(9), UTC)
        plans.append(
            PlanFigures(
                plan_id=str(number), person_id=str(number // draw(st.integers(1, 2))), kind="first", state="active", made_at=made,
                mode="worker", language=draw(st.sampled_from(["en", "pl", "cy"])), started_at=made, completed_at=made,
                no_part2=False, release=None, summary=Summary(needs=needs), items=tuple(items),
                closed_for=draw(st.sampled_from([None, "released"])),
            )
        )  # fmt: skip
    return PrisonFigures(tuple(plans))


Equation = dict[tuple[str, str, str], Fraction]


def given_away(equations: list[Equation]) -> set[tuple[str, str, str]]:
    """The cells that have one value only in every solution of these sums: what elimination leaves alone on its line."""
    done: list[Equation] = []
    for equation in equations:
        left = dict(equation)
        for pivot in done:
            place = next(iter(pivot))
            if left.get(place):
                left = reduced(left, pivot, place)
        left = {place: number for place, number in left.items() if number}
        if left:
            place = next(iter(left))
            done = [reduced(row, left, place) if row.get(place) else row for row in done] + [left]
    return {next(iter(row)) for row in done if len(row) == 1}


def reduced(row: Equation, pivot: Equation, place: tuple[str, str, str]) -> Equation:
    factor = row[place] / pivot[place]
    found = {cell: row.get(cell, Fraction(0)) - factor * pivot.get(cell, Fraction(0)) for cell in {**row, **pivot}}
    return {cell: number for cell, number in found.items() if number}


@given(prisons())
@settings(max_examples=60, deadline=None)
def test_from_a_printed_report_nothing_left_out_can_be_worked_out(figures: PrisonFigures) -> None:
    day = date(2026, 11, 23)
    report = make_report(plan_data(), interview().needs, figures, PRISON, day, day, day)
    tables, whole = report.tables, {plan.person_id for plan in figures.plans}
    if report.people is None:
        assert len(whole) < SMALLEST
        return
    assert not {"sex_work", "domestic_abuse"} & {*tables["pathways"], *tables["states"], *tables["follow_ups"]}
    assert "da_exit" not in tables["needs"]
    for state in ("signposted", "done"):
        people = {plan.person_id for plan in figures.plans for item in plan.items if (item.pathway, item.state) == ("ete", state)}
        assert tables["states"]["ete"][state] is None or len(people) >= SMALLEST or not people, "items are many, people few"

    def cells(name: str, row: str, *columns: str) -> list[tuple[str, str, str]]:
        return [(name, row, column) for column in tables[name].get(row, ()) if not columns or column in columns]

    def equal(one: list[tuple[str, str, str]], other: list[tuple[str, str, str]]) -> Equation:
        left_out = [
            (place, sign)
            for side, sign in ((one, 1), (other, -1))
            for place in side
            if tables[place[0]][place[1]][place[2]] is None
        ]
        return {place: Fraction(sign) for place, sign in left_out}

    sums = [equal(cells("needs", need, "found"), cells("needs", need, "wanted", "declined")) for need in tables["needs"]]
    for pathway in tables["states"]:
        sums.append(equal(cells("pathways", pathway), cells("states", pathway)))
        sums.append(equal(cells("states", pathway, "signposted", "followed_up"), cells("follow_ups", pathway)))
    plans = [[place for row in tables[name] for place in cells(name, row)] for name in ("languages", "closed", "plans")]
    sums += [equal(plans[0], plans[1]), equal(plans[1], plans[2])]
    assert not given_away(sums)


def test_who_missed_an_assessment_or_left_the_interview_is_in_the_report(store: Store, casework: Casework, clock: Clock) -> None:
    """6 were assessed in time, 9 began at the kiosk and left, 8 were never interviewed."""
    for number in range(1, 7):
        casework.ensure_plan(interviewed(store, somebody(number)).id, "worker")
    for number in range(11, 20):
        interviewed(store, somebody(number, part1_completed=clock.today), state="paused", mode="kiosk")
    came: dict[str, Any] = {"reception": datetime(2026, 9, 29, 9), "part1_completed": date(2026, 10, 1)}
    for number in range(21, 29):
        store.add_person(somebody(number, **came).record, by="worker")
    report = casework.report(PRISON, date(2026, 10, 1), clock.today)
    assert report.people == 6, "with plans"
    assert report.tables["assessments"]["part2"] == {"on_time": 6, "late": 0, "no_date": 0, "not_done": 8}
    assert report.tables["modes"] == {
        "worker": {"completed": 6, "not_completed": 0},
        "kiosk": {"completed": 0, "not_completed": 9},
    }
    assert casework.report(PRISON, date(2026, 10, 9), clock.today).tables["assessments"]["part2"]["not_done"] == 0, "due on the 8th"
    assert casework.report(PRISON, date(2026, 9, 1), date(2026, 10, 7)).tables["assessments"]["part2"]["not_done"] == 0


def test_who_was_released_unassessed_stays_in_the_report(store: Store, casework: Casework, clock: Clock) -> None:
    for number in range(1, 8):
        came: dict[str, Any] = {
            "reception": datetime(2026, 9, 1, 9),
            "part1_completed": date(2026, 9, 3),
            "release": date(2026, 10, 20),
        }
        row = interviewed(store, somebody(number, sentence_months=12, **came), state="paused")
        assert store.interview(row.id).completed_at is None
    found = casework.report(PRISON, date(2026, 9, 1), clock.today).tables["assessments"]
    assert casework.counts(casework.query(prison=(PRISON,))).overdue_assessments == 0, "the list shows them no more"
    assert found["part2"]["not_done"] == 7


def test_a_report_counts_plans_items_and_follow_ups(store: Store, casework: Casework, clock: Clock) -> None:
    for number in range(1, 8):
        said = {"where_will_live": "nowhere"} if number < 7 else {"where_will_live": "return"}
        row = interviewed(store, somebody(number, said=said))
        casework.ensure_plan(row.id, "worker")
    report = casework.report(PRISON, clock.today, clock.today)
    assert report.people == 7
    assert report.tables["plans"] == {"first": {"plans": 7}}
    assert report.tables["assessments"]["part2"] == {"on_time": 7, "late": 0, "no_date": 0, "not_done": 0}
    assert report.tables["needs"]["find_home"]["found"] == 6
    assert report.tables["modes"]["worker"]["completed"] == 7
    assert "domestic_abuse" not in report.tables["pathways"]
    assert set(report.to_json()) == {"prison", "from", "to", "people", "suppressed_below", "left_out", "tables"}
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
