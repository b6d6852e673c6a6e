"""Lists of cases are what one would find by opening every case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.casework.case import Case
from bot.casework.casework import Casework
from bot.plan.dates import COMING, OVERDUE, THIS_WEEK
from bot.store import Store
from bot.store.errors import BadInput
from bot.store.plan_types import NOBODY
from tests.casework.making import PRISON, Clock, interviewed, somebody


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
        assert listed(due=bucket) == those(lambda case, bucket=bucket: any(bucket in item[:2] for item in live(case))), bucket
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
            assert count == sum(item[:2].count(bucket) for item in items), bucket
        assert (line.name, line.open_alerts) == (case.record.name, len(case.alerts))
    ordered = [line.next_due for line in casework.case_list(casework.query())]
    assert ordered == sorted(ordered)


def test_pages_of_a_list_fit_together(casework: Casework, cases: list[Case]) -> None:
    query = casework.query()
    whole = casework.case_list(query)
    assert [*casework.case_list(query, 2), *casework.case_list(query, 2, 2)] == whole
    due = casework.due_list(query, 500)
    assert [*casework.due_list(query, 7), *casework.due_list(query, 7, 7)] == due[:14]
    assert len(due) == sum((item[0] is not None) + (item[1] is not None) for case in cases for item in live(case))
    assert [line.on for line in due] == sorted(line.on for line in due)
    assert {line.status for line in casework.due_list(casework.query(due=OVERDUE), 500)} == {OVERDUE}
    assert {line.pathway for line in casework.due_list(casework.query(pathway="finance"), 500)} == {"finance"}
