"""Worked cases: every date of the instruction, over Christmas, Easter, the clocks and the bank holidays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.plan.dates import (
    COMING,
    NO_PART1,
    NO_RELEASE,
    OVER_4_YEARS,
    OVERDUE,
    RECALL_LENGTH,
    THIS_WEEK,
    add_days,
    add_months,
    add_working_days,
    assessments_due,
    contact_points,
    find_dates,
    follow_up_by,
    is_working_day,
    part1_due,
    recall_reviews,
    status,
)
from tests.plan.making import TODAY, plan_data, record

NUMBERS = plan_data().deadlines


# 2026 and 2027, from gov.uk/bank-holidays, England and Wales; 26 December 2026 is a Saturday, 25 and 26 December 2027 a weekend.
BANK_HOLIDAYS = """2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28
2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28"""


def test_bank_holidays_of_england_and_wales_are_no_working_days() -> None:
    off = {date.fromisoformat(day) for day in BANK_HOLIDAYS.split()}
    day = date(2026, 1, 1)
    while day.year < 2028:
        assert is_working_day(day) == (day.weekday() < 5 and day not in off), day
        day += timedelta(days=1)


def test_scottish_and_irish_holidays_are_working_days() -> None:
    assert is_working_day(date(2026, 1, 2))  # 2 January: Scotland
    assert is_working_day(date(2026, 3, 17))  # St Patrick: Northern Ireland
    assert is_working_day(date(2026, 11, 30))  # St Andrew: Scotland


@pytest.mark.parametrize(
    ("part1", "part2"),
    [
        ("2026-11-18", "2026-11-25"),  # an ordinary Wednesday: Thursday, Friday, Monday, Tuesday, Wednesday
        ("2026-11-20", "2026-11-27"),  # a Friday
        ("2026-11-21", "2026-11-27"),  # a Saturday: Monday is the first
        ("2026-12-18", "2026-12-29"),  # 21, 22, 23, 24, then 25 and 28 are bank holidays
        ("2026-12-24", "2027-01-05"),  # 29, 30, 31, then New Year's Day and a weekend, 4, 5
        ("2026-12-31", "2027-01-08"),
        ("2027-03-24", "2027-04-02"),  # Maundy Thursday 25, then Good Friday and Easter Monday are off: 30, 31, 1, 2
        ("2027-03-25", "2027-04-05"),
        ("2027-04-30", "2027-05-10"),  # early May bank holiday on the 3rd: 4, 5, 6, 7, 10
    ],
)
def test_part2_is_due_5_working_days_after_part1(part1: str, part2: str) -> None:
    dates = find_dates(plan_data(), record(part1_completed=date.fromisoformat(part1)), TODAY)
    assert dates.part2_due == date.fromisoformat(part2)


@pytest.mark.parametrize(
    ("reception", "due"),
    [
        (datetime(2026, 11, 16, 15, 0), "2026-11-19T15:00:00+00:00"),
        (datetime(2026, 7, 16, 21, 30), "2026-07-19T21:30:00+01:00"),
        # Clocks go back on 25 October 2026 at 2: 72 hours end an hour earlier by the wall clock.
        (datetime(2026, 10, 23, 18, 0), "2026-10-26T17:00:00+00:00"),
        # They go forward on 28 March 2027 at 1.
        (datetime(2027, 3, 26, 18, 0), "2027-03-29T19:00:00+01:00"),
        # 1.30 comes twice on 25 October 2026; the first is meant.
        (datetime(2026, 10, 25, 1, 30), "2026-10-28T00:30:00+00:00"),
        # 1.30 does not come on 28 March 2027: it is 2.30.
        (datetime(2027, 3, 28, 1, 30), "2027-03-31T02:30:00+01:00"),
        # Weekends and Christmas do not stop the clock.
        (datetime(2026, 12, 24, 16, 30), "2026-12-27T16:30:00+00:00"),
    ],
)
def test_part1_is_due_72_hours_after_reception_by_the_real_clock(reception: datetime, due: str) -> None:
    assert part1_due(reception, NUMBERS).isoformat() == due


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))
def test_72_hours_are_72_hours(reception: datetime) -> None:
    from bot.plan.dates import in_london

    assert part1_due(reception, NUMBERS) - in_london(reception).astimezone(UTC) == timedelta(hours=72)


@pytest.mark.parametrize(
    ("sentence", "months", "due"),
    [
        ("determinate", 48, True),  # 4 years or less
        ("determinate", 49, False),
        ("determinate", None, True),  # not known: not left out
        ("life", None, False),
        ("ipp", 30, False),
        ("remand", None, True),
        ("recall_fixed", 12, True),
        ("recall_standard", 60, False),
    ],
)
def test_part2_is_for_those_serving_4_years_or_less(sentence: str, months: int | None, due: bool) -> None:
    dates = find_dates(plan_data(), record(sentence_type=sentence, sentence_months=months), TODAY)
    assert (dates.part2_due is not None) == due
    assert dates.why.get("part2_due") == (None if due else OVER_4_YEARS)


def test_without_part1_there_is_no_date_for_part2() -> None:
    dates = find_dates(plan_data(), record(part1_completed=None), TODAY)
    assert dates.part2_due is None
    assert dates.why["part2_due"] == NO_PART1


def test_the_window_before_release() -> None:
    """Release on 14 May 2027: 12 weeks before is 19 February, 56 days 19 March, 4 weeks 16 April, 8 weeks 19 March."""
    dates = find_dates(plan_data(), record(flags=("ppo",)), TODAY)
    assert dates.prerelease_from == date(2027, 2, 19)
    assert dates.duty_to_refer_by == date(2027, 3, 19)
    assert dates.before_release["ppo_iom_notice_by"] == date(2027, 4, 16)
    assert dates.before_release["ppo_iom_transfer_by"] == date(2027, 3, 19)
    assert not dates.both_at_once
    # 26 weeks from reception on 16 November 2026.
    assert dates.tenancy_until == date(2027, 5, 17)


def test_notice_and_transfer_are_for_ppo_and_iom_cases_only() -> None:
    for flags, told in [((), False), (("mappa",), False), (("iom",), True), (("ppo", "mappa"), True)]:
        dates = find_dates(plan_data(), record(flags=flags), TODAY)
        assert (dates.before_release["ppo_iom_notice_by"] is not None) == told
        assert (dates.before_release["ppo_iom_transfer_by"] is not None) == told


@pytest.mark.parametrize(
    ("release", "start", "at_once"),
    [
        (date(2026, 12, 18), date(2026, 11, 16), True),  # a few weeks: everything is the window
        (date(2027, 2, 7), date(2026, 11, 16), True),  # 83 days
        (date(2027, 2, 8), date(2026, 11, 16), False),  # 84 days: the window opens on the day of reception
        (date(2027, 2, 9), date(2026, 11, 17), False),
    ],
)
def test_a_sentence_shorter_than_12_weeks_has_both_at_once(release: date, start: date, at_once: bool) -> None:
    dates = find_dates(plan_data(), record(release=release), TODAY)
    assert dates.prerelease_from == start
    assert dates.both_at_once == at_once


def test_an_unknown_release_date_is_shown_not_guessed() -> None:
    dates = find_dates(plan_data(), record(release=None, flags=("ppo",)), TODAY)
    data = dates.to_json(TODAY)
    for name in ("release", "prerelease_from", "duty_to_refer_by", "ppo_iom_notice_by", "ppo_iom_transfer_by"):
        assert data[name] is None
        assert data["why"][name] == NO_RELEASE
    assert data["contact_points"] == []
    assert data["part1_due"] == "2026-11-19T15:00:00+00:00"
    assert data["part2_due"] == "2026-11-25"


def test_recall() -> None:
    fixed = find_dates(plan_data(), record(sentence_type="recall_fixed", release=None), TODAY)
    assert fixed.recall_release_by is None, "how long it lasts depends on the kind of recall: no day is made up"
    assert fixed.to_json(TODAY)["why"]["recall_release_by"] == RECALL_LENGTH
    assert fixed.release is None
    known = find_dates(plan_data(), record(sentence_type="recall_fixed", release=date(2026, 12, 1)), TODAY)
    assert (known.release, known.recall_release_by) == (date(2026, 12, 1), None)
    standard = find_dates(plan_data(), record(sentence_type="recall_standard", release=None), TODAY)
    assert standard.recall_release_by is None
    assert standard.reviews[:3] == (date(2026, 12, 14), date(2027, 12, 14), date(2028, 12, 14))
    assert standard.next_review(TODAY) == date(2026, 12, 14)
    later = date(2031, 6, 1)
    assert find_dates(plan_data(), record(sentence_type="recall_standard", release=None), later).next_review(later) == date(
        2031, 12, 14
    )
    # A first review on 29 February is reviewed on the 28th in other years.
    assert recall_reviews(date(2028, 2, 1), NUMBERS, 2) == (date(2028, 2, 29), date(2029, 2, 28))


def test_contact_after_release_goes_on_where_need_is_high() -> None:
    release = date(2027, 5, 14)
    ordinary = [date(2027, 5, 15), date(2027, 5, 21), date(2027, 6, 13), date(2027, 7, 13), date(2027, 8, 12)]
    assert list(contact_points(release, NUMBERS)) == ordinary
    assert list(contact_points(release, NUMBERS, high_need=True)) == [
        *ordinary,
        *(date(2027, 9, 11), date(2027, 10, 11), date(2027, 11, 10)),
    ]


def test_follow_up_after_10_working_days() -> None:
    assert follow_up_by(date(2026, 12, 17), NUMBERS) == date(2027, 1, 5)  # 18, 21 to 24, 29 to 31, 4, 5


def test_overdue_this_week_coming() -> None:
    wednesday = date(2026, 11, 25)
    assert status(date(2026, 11, 24), wednesday) == OVERDUE
    assert status(wednesday, wednesday) == THIS_WEEK
    assert status(date(2026, 11, 29), wednesday) == THIS_WEEK  # Sunday
    assert status(date(2026, 11, 30), wednesday) == COMING
    assert status(None, wednesday) is None
    # Part 1 has an hour: an hour later it is overdue, and on the day it is not.
    due = part1_due(datetime(2026, 11, 22, 15, 0), NUMBERS)
    assert status(due, datetime(2026, 11, 25, 14, 59)) == THIS_WEEK
    assert status(due, datetime(2026, 11, 25, 15, 1)) == OVERDUE
    assert status(due, wednesday) == THIS_WEEK


def test_what_is_due_for_the_case_list() -> None:
    who = record(part1_completed=None)
    dates = find_dates(plan_data(), who, TODAY)
    shown = [(one.what, one.on, one.status, one.reason) for one in assessments_due(dates, who, TODAY)]
    assert shown == [
        ("part1", "2026-11-19T15:00:00+00:00", OVERDUE, ""),
        ("part2", None, None, NO_PART1),
        ("prerelease", "2027-05-14", COMING, ""),
    ]
    short = record(release=date(2026, 12, 18))
    dates = find_dates(plan_data(), short, TODAY)
    assert [(one.what, one.on) for one in assessments_due(dates, short, TODAY)] == [("part2", "2026-11-25")]
    assert assessments_due(dates, short, TODAY, done=["part2"]) == ()


def test_the_numbers_come_from_the_data() -> None:
    plan = plan_data()
    routes = plan.routes
    assert routes["duty_to_refer"].timing.before_release_days == 56
    assert routes["ppo_iom_notice"].timing.before_release_days == 28
    assert routes["ppo_iom_transfer"].timing.before_release_days == 56
    changed = replace(plan, deadlines=replace(plan.deadlines, part1_hours=24, part2_working_days=3))
    dates = find_dates(changed, record(), TODAY)
    assert dates.part1_due.isoformat() == "2026-11-17T15:00:00+00:00"
    assert dates.part2_due == date(2026, 11, 23)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 30))
def test_working_days_are_counted_one_by_one(day: date, count: int) -> None:
    end = add_working_days(day, count)
    between = [add_days(day, number) for number in range(1, (end - day).days + 1)]
    assert is_working_day(end)
    assert sum(map(is_working_day, between)) == count


def test_dates_at_the_ends_of_the_calendar() -> None:
    assert add_days(date.max, 90) == date.max
    assert add_days(date.min, -90) == date.min
    assert add_months(date(9999, 12, 1), 1) == date.max
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_working_days(date.max, 5) == date.max
    with pytest.raises(ValueError, match="from 1"):
        add_working_days(TODAY, 0)
    find_dates(plan_data(), record(release=date.max, part1_completed=date.max), TODAY)
