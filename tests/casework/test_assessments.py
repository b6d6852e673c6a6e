"""Which interviews do the assessments that are due: those of this stay, and before release only one of the last weeks.

What a case says and what the list of cases finds in the database are held against each other.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bot.casework.casework import Casework
from bot.casework.proposing import in_stay, of_this_stay
from bot.plan.dates import add_days
from bot.store import Store
from bot.store.types import FIRST, PRERELEASE
from tests.casework.making import PRISON, Clock, interviewed, somebody, write_answers
from tests.plan.making import Person, plan_data, record

WINDOW = plan_data().deadlines.prerelease_days


def assessed(store: Store, casework: Casework, clock: Clock, person: Person) -> str:
    """The first interview of a person, and a day later a review; the person's id."""
    casework.ensure_plan(interviewed(store, person).id, "worker")
    clock.forward(days=1)
    review = interviewed(store, Person(person.record, clock.today, kind=PRERELEASE).says(), kind=PRERELEASE)
    casework.ensure_plan(review.id, "worker")
    return review.person_id


def due(casework: Casework, person_id: str) -> list[str]:
    """What is due in the case; the list of cases says the same."""
    found = [one.what for one in casework.case(person_id).assessments if one.on is not None]
    listed = {line.what for line in casework.due_list(casework.query(), 1000) if line.person_id == person_id}
    assert listed & {"part1", "part2", "prerelease"} == set(found)
    return found


@pytest.mark.parametrize(
    ("left", "wanted"), [(400, [PRERELEASE]), (WINDOW + 1, [PRERELEASE]), (WINDOW, []), (WINDOW - 1, []), (2, [])]
)
def test_a_review_before_the_last_weeks_leaves_the_assessment_due(
    store: Store, casework: Casework, clock: Clock, left: int, wanted: list[str]
) -> None:
    """``left``: the days from the review to the release."""
    came_in = datetime.combine(add_days(clock.today, -200), time(15))
    release = add_days(clock.today, left + 1)
    person = somebody(reception=came_in, part1_completed=came_in.date(), release=release)
    person_id = assessed(store, casework, clock, person)
    assert clock.today == release - timedelta(days=left)
    assert due(casework, person_id) == wanted
    assert casework.counts(casework.query()).overdue_assessments == 0
    clock.forward(days=left + 2)
    assert casework.counts(casework.query()).overdue_assessments == len(wanted)


def test_an_early_review_and_one_in_time(store: Store, casework: Casework, clock: Clock) -> None:
    release = add_days(clock.today, 400)
    person = somebody(release=release)
    person_id = assessed(store, casework, clock, person)
    assert due(casework, person_id) == [PRERELEASE]
    clock.forward(days=400 - WINDOW)
    again = interviewed(store, Person(person.record, clock.today, kind=PRERELEASE).says(), kind=PRERELEASE, state="open")
    assert due(casework, person_id) == [PRERELEASE], "it is not finished"
    write_answers(store, again.id, [], state="complete")
    assert due(casework, person_id) == []


def test_a_review_counts_by_the_release_date_as_it_is_known_now(store: Store, casework: Casework, clock: Clock) -> None:
    person = somebody(release=None)
    person_id = assessed(store, casework, clock, person)
    assert [one.what for one in casework.case(person_id).assessments] == [], "with no date to go by, a review is one"
    for release, wanted in ((add_days(clock.today, 300), [PRERELEASE]), (add_days(clock.today, 30), [])):
        store.update_person(person_id, replace(person.record, release=release), by="worker")
        assert due(casework, person_id) == wanted


def test_a_sentence_shorter_than_the_last_weeks_is_one_assessment(store: Store, casework: Casework, clock: Clock) -> None:
    short = somebody(1, release=add_days(clock.today, WINDOW - 20))
    row = interviewed(store, short)
    assert due(casework, row.person_id) == []
    # Where part 1 is not done there is no date of part 2 that stands for both; any review of this stay is in time.
    person_id = assessed(store, casework, clock, somebody(2, release=add_days(clock.today, WINDOW - 20), part1_completed=None))
    assert due(casework, person_id) == ["part1"]


def test_a_review_of_the_stay_before_counts_for_nothing(store: Store, casework: Casework, clock: Clock) -> None:
    person = somebody(release=add_days(clock.today, 10))
    person_id = assessed(store, casework, clock, person)
    assert due(casework, person_id) == []
    clock.forward(days=40)
    back = replace(
        person.record, reception=datetime.combine(clock.today, time(8)), part1_completed=None, release=add_days(clock.today, 60)
    )
    store.update_person(person_id, back, by="worker")
    # The window of the new release reaches back to before the review.
    assert add_days(back.release, -WINDOW) < clock.today - timedelta(days=20)
    assert due(casework, person_id) == ["part1", PRERELEASE]


def test_a_stay_begins_with_the_day_of_reception_by_the_clock_of_the_prison() -> None:
    who = record(reception=datetime(2026, 7, 1, 15, 0))
    assert in_stay(who, datetime(2026, 7, 1, 9, 0, tzinfo=UTC)), "the same day"
    assert in_stay(who, datetime(2026, 6, 30, 23, 30, tzinfo=UTC)), "half past midnight in London"
    assert not in_stay(who, datetime(2026, 6, 30, 22, 30, tzinfo=UTC))


def test_interviews_of_this_stay_keep_their_order(store: Store, clock: Clock) -> None:
    person = somebody()
    old = interviewed(store, person)
    clock.forward(days=100)
    back = replace(person.record, reception=datetime.combine(clock.today, time(8)), part1_completed=None)
    store.update_person(old.person_id, back, by="worker")
    first = interviewed(store, person, kind=FIRST)
    second = interviewed(store, person, kind=PRERELEASE)
    assert of_this_stay(back, store.interviews_of(old.person_id)) == [second, first]
    assert of_this_stay(person.record, store.interviews_of(old.person_id)) == [second, first, old]


def test_what_was_begun_in_an_earlier_stay_is_no_assessment_of_this_one(store: Store, casework: Casework, clock: Clock) -> None:
    """Left open at release, and finished by somebody who is back."""
    person = somebody(release=add_days(clock.today, 400))
    left = interviewed(store, person, state="open")
    clock.forward(days=100)
    back = replace(person.record, reception=datetime.combine(clock.today, time(9)), part1_completed=clock.today)
    store.update_person(left.person_id, back, by="test", reason="back in prison")
    write_answers(store, left.id, [], state="complete")
    assert "part2" in due(casework, left.person_id)


OVER_4 = {"reception": datetime(2022, 1, 10, 9), "part1_completed": date(2022, 1, 11), "sentence_months": 72}


@pytest.mark.parametrize(("left", "wanted"), [(WINDOW + 1, [PRERELEASE]), (WINDOW, []), (30, [])])
@pytest.mark.parametrize("sentence", [OVER_4, {**OVER_4, "sentence_type": "life", "sentence_months": None}])
def test_where_there_is_no_part_2_any_interview_of_the_last_weeks_is_the_one_before_release(
    store: Store, casework: Casework, clock: Clock, left: int, wanted: list[str], sentence: dict[str, Any]
) -> None:
    """2.4: nobody interviewed them when they came in, so there is nothing to review, and what is begun is a first interview."""
    row = interviewed(store, somebody(release=add_days(clock.today, left), **sentence))
    casework.ensure_plan(row.id, "worker")
    assert row.kind == FIRST
    assert due(casework, row.person_id) == wanted
    clock.forward(days=left + 1)
    assert casework.counts(casework.query()).overdue_assessments == len(wanted)


def test_with_a_part_2_a_first_interview_is_not_the_one_before_release(store: Store, casework: Casework, clock: Clock) -> None:
    late = {**OVER_4, "reception": datetime(2026, 3, 2, 9), "part1_completed": date(2026, 3, 4), "sentence_months": 48}
    assert due(casework, interviewed(store, somebody(release=add_days(clock.today, 30), **late)).person_id) == [PRERELEASE]


@pytest.mark.parametrize(("left", "counted"), [(WINDOW + 1, 0), (WINDOW, 6), (None, 0)])
def test_the_report_counts_no_part_2_where_there_is_none(
    store: Store, casework: Casework, clock: Clock, left: int | None, counted: int
) -> None:
    release = None if left is None else add_days(clock.today, left)
    for number in range(1, 7):
        casework.ensure_plan(interviewed(store, somebody(number, release=release, **OVER_4)).id, "worker")
    found = casework.report(PRISON, clock.today, clock.today).tables["assessments"]
    assert found["part2"] == {"on_time": 0, "late": 0, "no_date": 0, "not_done": 0}
    assert found["prerelease"] == {"on_time": counted, "late": 0, "no_date": 0, "not_done": 0}


def test_the_report_counts_no_review_from_before_the_window(store: Store, casework: Casework, clock: Clock) -> None:
    for number in range(1, 7):
        assessed(store, casework, clock, somebody(number, release=add_days(clock.today, 400)))
    early = casework.report(PRISON, clock.today - timedelta(days=30), clock.today)
    assert early.tables["assessments"]["prerelease"]["on_time"] == 0
    assert PRERELEASE in early.tables["plans"], "the plan made from it is counted"
