"""Lists of cases are what one would find by opening every case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.casework.case import Case
from bot.casework.casework import Casework
from bot.plan.dates import COMING, OVERDUE, THIS_WEEK, add_working_days, part1_due
from bot.store import Store
from bot.store.due_lists import part1_before, part2_before
from bot.store.errors import BadInput
from bot.store.notes import HANDED_OVER
from bot.store.plan_types import NOBODY
from tests.casework.making import PRISON, Clock, interviewed, somebody, write_answers
from tests.plan.making import plan_data


def statuses(case: Case) -> list[str]:
    """How everything stands that has a date on the plan: items, follow-ups, contacts after release."""
    found = [status for item in live(case) for status in item[:2]] + [view.status for view in case.contacts]
    return [status for status in found if status is not None]


@pytest.fixture
def cases(store: Store, casework: Casework, clock: Clock) -> list[Case]:
    """Four people in two prisons, worked on by two workers, eight days later."""
    ann = store.add_user("ann", "Ann", ["worker"], "three random words", by="system")
    sayings = [{"where_will_live": "nowhere"}, {"where_will_live": "return", "debts": "yes"}, {"where_will_live": "return"}]
    found = []
    for number, said in enumerate([*sayings, sayings[0]], start=1):
        person = somebody(number, said=said, release=date(2026, 12, 10) if number == 3 else date(2027, 5, 14))
        person.record = replace(person.record, name=f"Person {number}", prison="HMP Elsewhere" if number == 4 else PRISON)
        row = interviewed(store, person, by=ann.id if number < 3 else "worker")
        casework.ensure_plan(row.id, "worker")
        found.append(row.person_id)
    clock.forward(days=8)
    for person_id in found[:2]:
        for item in [one for one in casework.case(person_id).items if "start" in one.steps][:5]:
            casework.step(person_id, item.id, "deliver", "worker", item.seen, what="it", on=clock.today)
    return [casework.case(person_id) for person_id in found]


def live(case: Case) -> list[tuple[str | None, str | None, str, str]]:
    """(status, follow-up status, pathway, state) of the open items."""
    return [(item.due_status, item.follow_up_status, item.pathway, item.state.state) for item in case.items if item.state.live]


def test_each_filter_gives_what_opening_every_case_would(casework: Casework, cases: list[Case]) -> None:
    by_plan = {case.plan.id: case for case in cases}

    def listed(**wanted: str) -> set[str]:
        query = casework.query(**wanted)
        lines = casework.case_list(query)
        assert casework.counts(query).plans == len(lines)
        return {line.plan_id for line in lines}

    def those(test) -> set[str]:  # type: ignore[no-untyped-def]
        return {plan_id for plan_id, case in by_plan.items() if test(case)}

    assert listed() == set(by_plan)
    for bucket in (OVERDUE, THIS_WEEK, COMING):
        assert listed(due=bucket) == those(lambda case, bucket=bucket: bucket in statuses(case)), bucket
    assert listed(prison=PRISON) == those(lambda case: case.record.prison == PRISON)
    assert listed(search="person 2") == those(lambda case: case.record.name == "Person 2")
    assert listed(worker=NOBODY) == those(lambda case: case.plan.worker is None)
    assert len(listed(worker=cases[0].plan.worker)) == 2
    for need in ("find_home", "debt_advice"):
        assert listed(need=need) == those(lambda case, need=need: any(found.id == need for found in case.proposed.needs)), need
    for pathway in ("accommodation", "finance"):
        for state in ("proposed", "done"):
            has = lambda case, p=pathway, s=state: any(i.pathway == p and i.state.state == s for i in case.items)  # noqa: E731
            assert listed(pathway=pathway, state=state) == those(has)
    assert listed(need="find_home", prison=PRISON, due=OVERDUE) <= listed(need="find_home")
    with pytest.raises(BadInput):
        listed(due="someday")


def test_a_line_counts_what_the_case_shows(casework: Casework, cases: list[Case]) -> None:
    lines = {line.plan_id: line for line in casework.case_list(casework.query())}
    for case in cases:
        line, items = lines[case.plan.id], live(case)
        assert line.open_items == len(items)
        for bucket, count in ((OVERDUE, line.overdue), (THIS_WEEK, line.this_week), (COMING, line.coming)):
            assert count == statuses(case).count(bucket), bucket
        assert (line.name, line.open_alerts) == (case.record.name, len(case.alerts))
    ordered = [line.next_due for line in casework.case_list(casework.query())]
    assert ordered == sorted(ordered)


def test_pages_of_a_list_fit_together(casework: Casework, cases: list[Case]) -> None:
    query = casework.query()
    whole = casework.case_list(query)
    assert [*casework.case_list(query, 2), *casework.case_list(query, 2, 2)] == whole
    due = casework.due_list(query, 500)
    assert [*casework.due_list(query, 7), *casework.due_list(query, 7, 7)] == due[:14]
    # What stands on a plan, and the pre-release reviews that are still to come; part 2 is done.
    assert sum(line.what not in ("part1", "part2", "prerelease") for line in due) == sum(len(statuses(case)) for case in cases)
    assert {(line.what, line.person_id, line.on) for line in due if line.what in ("part1", "part2", "prerelease")} == {
        (one.what, case.person_id, date.fromisoformat(one.on)) for case in cases for one in case.assessments if one.on
    }
    assert [line.on for line in due] == sorted(line.on for line in due)
    assert {line.status for line in casework.due_list(casework.query(due=OVERDUE), 500)} == {OVERDUE}
    assert {line.pathway for line in casework.due_list(casework.query(pathway="finance"), 500)} == {"finance"}


# -- assessments and contacts

OF_PEOPLE = ("part1", "part2", "prerelease")


def due_of(casework: Casework, **wanted: str) -> set[tuple[str, str, date, str]]:
    lines = casework.due_list(casework.query(**wanted), 1000)
    return {(line.what, line.prison_number, line.on, line.status) for line in lines if line.what in (*OF_PEOPLE, "contact")}


@pytest.fixture
def people(store: Store, casework: Casework, clock: Clock) -> list[Case]:
    """People of every kind of date, without an interview; today is Monday 23 November 2026."""
    kinds: list[dict[str, object]] = [
        # Came in on Friday at 18:00: 72 hours end on Monday at 18:00.
        {"reception": datetime(2026, 11, 20, 18, 0), "part1_completed": None},
        # Part 1 overdue, and a sentence of nine weeks: no part 2 date yet, so the pre-release review has its own.
        {"reception": datetime(2026, 11, 16, 9, 0), "part1_completed": None, "release": date(2027, 1, 18)},
        # Part 1 done on Friday 13: part 2 was due on Friday 20.
        {"reception": datetime(2026, 11, 12, 9, 0), "part1_completed": date(2026, 11, 13)},
        # Over 4 years: no part 2, but an assessment before release.
        {"reception": datetime(2024, 1, 8, 9, 0), "part1_completed": date(2024, 1, 9), "sentence_months": 60,
         "release": date(2026, 12, 4)},
        # Nine weeks in all, part 1 done: both are one, due with part 2.
        {"reception": datetime(2026, 11, 18, 9, 0), "part1_completed": date(2026, 11, 20), "release": date(2027, 1, 20)},
        # On remand, no release date.
        {"reception": datetime(2026, 11, 18, 9, 0), "part1_completed": date(2026, 11, 20), "release": None,
         "sentence_type": "remand", "sentence_months": None},
        # Life: no part 2, no release date.
        {"reception": datetime(2010, 5, 4, 9, 0), "part1_completed": date(2010, 5, 5), "release": None, "sentence_type": "life",
         "sentence_months": None},
        # Released long ago, and nobody ever assessed them.
        {"reception": datetime(2026, 1, 5, 9, 0), "part1_completed": None, "release": date(2026, 6, 1)},
    ]  # fmt: skip
    return [
        casework.case(store.add_person(somebody(number, **kind).record, by="worker").id)  # type: ignore[arg-type]
        for number, kind in enumerate(kinds, 1)
    ]


def test_assessments_are_listed_for_people_who_have_no_plan(casework: Casework, people: list[Case]) -> None:
    assert {line for line in due_of(casework) if line[1] not in ("A0001AA", "A0003AA")} == {
        ("part1", "A0002AA", date(2026, 11, 19), OVERDUE),
        ("prerelease", "A0002AA", date(2027, 1, 18), COMING),
        ("prerelease", "A0004AA", date(2026, 12, 4), COMING),
        ("part2", "A0005AA", date(2026, 11, 27), THIS_WEEK),
        ("part2", "A0006AA", date(2026, 11, 27), THIS_WEEK),
    }
    assert ("part1", "A0001AA", date(2026, 11, 23), THIS_WEEK) in due_of(casework)
    assert ("part2", "A0003AA", date(2026, 11, 20), OVERDUE) in due_of(casework)
    for bucket in (OVERDUE, THIS_WEEK, COMING):
        assert due_of(casework, due=bucket) == {line for line in due_of(casework) if line[3] == bucket}
    assert casework.counts(casework.query()).overdue_assessments == 2
    assert due_of(casework, worker=NOBODY) == due_of(casework)
    assert (
        due_of(casework, prison="HMP Elsewhere") == due_of(casework, need="find_home") == due_of(casework, pathway="ete") == set()
    )


def test_the_list_says_what_each_case_says(casework: Casework, people: list[Case]) -> None:
    """All but those who were released more than a week ago."""
    shown = {
        (one.what, case.record.prison_number, date.fromisoformat(one.on[:10]), one.status)
        for case in people[:-1]
        for one in case.assessments
        if one.on
    }
    assert due_of(casework) == shown


@given(
    day=st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)),
    completed=st.dates(date(2025, 12, 1), date(2028, 12, 31)),
)
def test_before_is_what_the_dates_say(day: date, moment: datetime, completed: date) -> None:
    numbers = plan_data().deadlines
    assert (moment < part1_before(day, numbers)) == (part1_due(moment, numbers).date() < day)
    assert (completed < part2_before(day, numbers)) == (add_working_days(completed, numbers.part2_working_days) < day)


def test_who_takes_an_interview_over_has_its_plan_in_their_list(store: Store, casework: Casework, clock: Clock) -> None:
    ann, ben, eve = (store.add_user(name, name, ["worker"], "three random words", by="system").id for name in ("ann", "ben", "eve"))

    def lists() -> list[int]:
        return [len(casework.case_list(casework.query(worker=worker))) for worker in (ann, ben, eve)]

    row = interviewed(store, somebody(), state="open", by=ann)
    store.add_note(row.id, HANDED_OVER, "I am on leave", ann, to_user=ben)
    write_answers(store, row.id, [], state="complete")
    casework.ensure_plan(row.id, ben)
    assert lists() == [0, 1, 0]
    # Also where the plan is there already.
    store.add_note(row.id, HANDED_OVER, "", ben, to_user=ann)
    assert lists() == [1, 0, 0]
    # Who was made responsible by hand stays so.
    casework.set_worker(row.person_id, eve, ann)
    store.add_note(row.id, HANDED_OVER, "", ann, to_user=ben)
    assert lists() == [0, 0, 1]


def test_routes_are_listed_by_their_day_until_what_was_due_is_done(store: Store, casework: Casework, clock: Clock) -> None:
    person_id = interviewed(store, somebody(flags=("ppo",), release=date(2027, 2, 26), sentence_months=12)).person_id
    casework.case(person_id)
    notice, move = date(2027, 1, 29), date(2027, 1, 1)

    def listed(**more: str) -> list[date]:
        return [line.on for line in casework.due_list(casework.query(**more), 500) if line.what == "route"]

    def status(route: str) -> str | None:
        return next(view.status for view in casework.case(person_id).routes if view.id == route)

    # The day of a Duty to Refer stands in the list with its item.
    assert status("duty_to_refer") == "coming" and listed() == [move, notice]
    clock.forward(days=80)
    assert listed(due=OVERDUE) == [move, notice]
    (line,) = casework.case_list(casework.query(due=OVERDUE))
    late = line.overdue
    casework.record_route(person_id, "ppo_iom_notice", "worker", step="notify", told_on=clock.today.isoformat())
    assert status("ppo_iom_notice") is None and listed() == [move]
    casework.record_route(person_id, "ppo_iom_transfer", "worker", step="ask", asked_on=clock.today.isoformat())
    assert status("ppo_iom_transfer") == "overdue" and listed() == [move], "it was asked for, and is not done"
    casework.record_route(person_id, "ppo_iom_transfer", "worker", reason_not_moved="no place there")
    assert status("ppo_iom_transfer") is None and listed() == []
    assert casework.case_list(casework.query())[0].overdue == late - 2
    # It goes with the release date, and a closed plan is in no list.
    store.update_person(person_id, replace(store.person(person_id).record, flags=("ppo",), release=date(2027, 5, 28)), by="worker")
    casework.case(person_id)
    assert listed() == []
    other = interviewed(store, somebody(2, flags=("iom",), release=date(2027, 7, 2), sentence_months=12)).person_id
    casework.case(other)
    assert listed() == [date(2027, 5, 7), date(2027, 6, 4)]
    casework.close_plan(other, "transferred", "worker")
    assert listed() == []


def test_contacts_are_listed_until_they_are_held(store: Store, casework: Casework, clock: Clock) -> None:
    row = interviewed(store, somebody(release=date(2026, 11, 27)))
    casework.ensure_plan(row.id, "worker")
    wanted = [date(2026, 11, 28), date(2026, 12, 4), date(2026, 12, 27), date(2027, 1, 26), date(2027, 2, 25)]

    def listed(**more: str) -> list[tuple[int | None, date, str]]:
        lines = casework.due_list(casework.query(**more), 500)
        return [(line.number, line.on, line.status) for line in lines if line.what == "contact"]

    assert [(number, on) for number, on, _ in listed()] == list(zip((1, 7, 30, 60, 90), wanted, strict=True))
    clock.forward(days=10)
    assert [on for _, on, status in listed() if status == OVERDUE] == wanted[:1]
    assert [on for _, on, status in listed(due=THIS_WEEK)] == wanted[1:2]
    casework.record_contact(row.person_id, wanted[0], "worker", held=False)
    assert len(listed()) == 5
    casework.record_contact(row.person_id, wanted[0], "worker", held=True)
    assert [on for _, on, _ in listed()] == wanted[1:]
    # Taken back, it is to be held again.
    casework.record_contact(row.person_id, wanted[0], "worker", held=False)
    assert len(listed()) == 5
    # The release date moves: what is to come moves with it.
    store.update_person(row.person_id, replace(store.person(row.person_id).record, release=date(2026, 12, 1)), by="worker")
    casework.case(row.person_id)
    assert [number for number, _, _ in listed()] == [1, 7, 30, 60, 90]
