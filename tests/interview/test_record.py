from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.interview.record import IMMIGRATION, RecordError, read_record
from bot.interview.rules import NOTHING
from bot.interview.sources import FIELDS
from tests.interview.strategies import SOME

GOOD: dict[str, Any] = {
    "prison_number": "A1234BC",
    "name": "Sam Example",
    "date_of_birth": "1990-02-28",
    "sex": "female",
    "prison": "Example",
    "reception": "2026-01-05T16:30",
    "sentence_type": "determinate",
}
FULL: dict[str, Any] = {
    **GOOD,
    "sentence_months": 18,
    "resettlement_prison": False,
    "part1_completed": "2026-01-07",
    "release": "2026-09-01",
    "returned_within_6_months": "yes",
    "home_area": "Stoke",
    "responsible_officer": "J Officer",
    "community_provider": "North",
    "nationality": "Polish",
    "immigration_status": "settled",
    "flags": ["ppo", "IOM"],
    "care_leaver": "Yes",
    "armed_forces": "reservist",
    "made_up": "1",
}
TODAY = date(2026, 6, 9)


def problems(**changes: Any) -> dict[str, str]:
    with pytest.raises(RecordError) as error:
        read_record({**GOOD, **changes})
    return error.value.problems


def test_the_least_that_is_needed() -> None:
    record = read_record(GOOD)
    assert (record.release, record.nationality, record.flags, record.resettlement_prison) == (None, None, (), True)
    known = record.facts(TODAY)
    assert not {"record.nationality", "record.foreign_national"} & known.keys(), "nobody is taken for British by silence"
    assert known["record.recalled"].options == {"no"}
    assert known["record.flags"].real
    assert not known.keys() & {"record.release", "record.weeks_to_release", "record.care_leaver", "record.armed_forces"}


def test_everything() -> None:
    record = read_record(FULL)
    known = record.facts(TODAY)
    assert known["record.age"].number == 36
    assert known["record.sentence_months"].number == 18
    assert known["record.weeks_to_release"].number == 12
    assert known["record.release"].options == {"2026-09-01"}
    assert known["record.foreign_national"].options == {"yes"}
    assert known["record.flags"].options == {"ppo", "iom"}
    assert known["record.armed_forces"].options == {"reservist", "yes"}
    assert known["record.care_leaver"].options == {"yes"}
    assert (record.made_up, record.resettlement_prison, record.returned_within_6_months) == (True, False, True)
    assert read_record(record.to_json()) == record


def test_the_fields_are_those_rules_may_name() -> None:
    known = read_record(FULL).facts(TODAY)
    assert known.keys() == {name for name in FIELDS if name.startswith("record.")}
    for name, value in known.items():
        field = FIELDS[name]
        assert (value.number is not None) == field.number
        assert not field.values or value.options <= set(field.values)
    least = read_record(GOOD).facts(TODAY)
    assert least.keys() == {name for name, field in FIELDS.items() if name.startswith("record.") and field.always}


def test_not_in_the_armed_forces() -> None:
    assert read_record({**GOOD, "armed_forces": "no"}).facts(TODAY)["record.armed_forces"].options == {"no"}


@pytest.mark.parametrize(
    ("nationality", "foreign"),
    [
        *[
            (name, "no")
            for name in ("British", " english", "WELSH", "Scottish", "Northern Irish", "British Citizen", "GBR", "England")
        ],
        *[(name, "no") for name in ("Wales", "Scotland", "Great Britain", "northern  ireland", "U.K.", "G.B.", "United Kingdom")],
        *[(name, None) for name in ("", "Unknown", "Not known", "NOT STATED", ".")],
        *[(name, "yes") for name in ("Polish", "Irish", "British Virgin Islands", "New South Wales", "Not British")],
    ],
)
def test_who_is_from_another_country_by_the_words_of_the_record(nationality: str, foreign: str | None) -> None:
    known = read_record({**GOOD, "nationality": nationality}).facts(TODAY)
    assert known.get("record.foreign_national", NOTHING).options == ({foreign} if foreign else set())
    assert ("record.nationality" in known) is (foreign is not None)


@pytest.mark.parametrize("status", IMMIGRATION)
@pytest.mark.parametrize("nationality", ["", "British", "Unknown", "Polish"])
def test_an_open_immigration_case_outweighs_the_nationality(nationality: str, status: str) -> None:
    known = read_record({**GOOD, "nationality": nationality, "immigration_status": status}).facts(TODAY)
    foreign = nationality == "Polish" or status in ("leave_to_remain", "asylum", "deportation", "detained")
    said = {"yes"} if foreign else {"no"} if nationality == "British" else set()
    assert known.get("record.foreign_national", NOTHING).options == said


@pytest.mark.parametrize(("day", "age"), [(date(2026, 2, 27), 35), (date(2026, 2, 28), 36), (date(2026, 12, 1), 36)])
def test_age(day: date, age: int) -> None:
    assert read_record(GOOD).age(day) == age


def test_a_row_of_a_spreadsheet() -> None:
    row = {
        **GOOD,
        "prison_number": " a1234bc ",
        "sentence_type": "Recall-Fixed",
        "sentence_months": "",
        "flags": "ppo; iom",
        "release": "2026-09-01T00:00",
        "resettlement_prison": "no",
        "date_of_birth": date(1990, 1, 1),
        "part1_completed": datetime(2026, 1, 7, 9, 0),
        "reception": date(2026, 1, 5),
        "today": "2026-01-06",
    }
    record = read_record(row)
    assert (record.prison_number, record.sentence_type, record.sentence_months) == ("A1234BC", "recall_fixed", None)
    assert (record.flags, record.release, record.part1_completed) == (("ppo", "iom"), date(2026, 9, 1), date(2026, 1, 7))
    assert record.reception == datetime(2026, 1, 5)
    assert record.facts(TODAY)["record.recalled"].options == {"yes"}


def test_a_nested_sentence() -> None:
    data = {**GOOD, "sentence": {"type": "life", "months": "240"}}
    del data["sentence_type"]
    record = read_record(data)
    assert (record.sentence_type, record.sentence_months) == ("life", 240)
    moment = datetime(2026, 1, 5, 16, 30)
    assert read_record({**data, "reception": moment}).reception == moment


@pytest.mark.parametrize("name", GOOD)
def test_what_is_missing_is_named(name: str) -> None:
    assert problems(**{name: " "}) == {name: "is missing; give it"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("prison_number", "12345"), ("prison_number", 7), ("name", "x" * 201), ("name", ["Sam"]), ("prison", True)],
        *[("sex", "other"), ("sex", {}), ("sentence_type", "long"), ("immigration_status", "fine"), ("care_leaver", True)],
        *[
            ("date_of_birth", "28/02/1990"),
            ("date_of_birth", "1990-02-30"),
            ("date_of_birth", "1990-02-2899"),
            ("release", 20260901),
        ],
        *[("date_of_birth", "2026-01-05"), ("release", "2026-01-04"), ("reception", "yesterday"), ("reception", 5)],
        ("part1_completed", "2026-01-04"),
        *[
            ("reception", "2026-01-05T16:30Z"),
            ("reception", datetime(2026, 1, 5, tzinfo=timezone.utc)),
            ("reception", "2026-02-30"),
        ],
        *[("sentence_months", "long"), ("sentence_months", -1), ("sentence_months", True), ("sentence_months", 10**40)],
        *[("sentence_months", 1.5), ("sentence", "life"), ("flags", "dangerous"), ("flags", {"ppo": 1}), ("flags", [["ppo"]])],
        *[("resettlement_prison", "maybe"), ("returned_within_6_months", []), ("made_up", 7), ("height", "2 m")],
    ],
)
def test_what_is_wrong_is_named_and_not_repeated(name: str, value: Any) -> None:
    found = problems(**{name: value})
    assert list(found) == [name]
    assert all(word not in found[name] for word in ("12345", "28/02/1990", "yesterday", "dangerous", "maybe", "2 m"))


def test_a_part_1_of_the_stay_before_is_refused_and_one_that_was_stored_stays_readable() -> None:
    """Every date would be counted from it: part 2 would be months overdue for somebody who came in today."""
    back = {**FULL, "reception": "2026-03-05T16:30"}
    assert problems(**back) == {
        "part1_completed": "is before the reception date; write the day it was finished in this stay, or leave it empty until it is"
    }
    stored = read_record(back, kept=True)
    assert stored.part1_completed == date(2026, 1, 7)
    assert read_record(stored.to_json(), kept=True) == stored
    assert read_record({**back, "part1_completed": "2026-03-05"}).part1_completed == date(2026, 3, 5), "on the day itself"


def test_a_record_is_told_from_what_it_becomes() -> None:
    record = read_record(FULL)
    assert record.version == read_record(record.to_json()).version
    assert record.version != replace(record, home_area="Elsewhere").version
    assert record.name not in record.version and record.prison_number not in record.version


def test_all_at_once() -> None:
    assert problems(sex="x", release="x", flags="x").keys() == {"sex", "release", "flags"}
    with pytest.raises(RecordError, match=r"^flags: holds .*; sex: is not one of female, male$"):
        read_record({**GOOD, "sex": "x", "flags": "x"})


@pytest.mark.parametrize("data", [None, 7, "A1234BC", ["a"], [["a", "b"]]])
def test_what_is_no_record(data: Any) -> None:
    with pytest.raises(RecordError, match="is not an object"):
        read_record(data)


SECRET = "Qx9zzz"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(SECRET),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NAMES = [*FULL, "sentence", "today"]


FIELDS_OF_JSON = st.dictionaries(st.sampled_from(NAMES), JSON)


@SOME
@given(JSON | FIELDS_OF_JSON | FIELDS_OF_JSON.map(lambda data: {**FULL, **data}))
def test_anything_is_a_record_or_refused(data: Any) -> None:
    try:
        record = read_record(data)
    except RecordError as error:
        refused = error
    else:
        assert read_record(record.to_json()) == record
        assert record.facts(TODAY)
        return
    assert refused.problems
    assert "\n" not in str(refused)


def test_a_column_whose_name_cannot_be_shown_is_refused_in_one_line() -> None:
    with pytest.raises(RecordError) as error:
        read_record({**FULL, "\n": "x"})
    assert str(error.value) == "a column without a name: is not a field of the record; remove the column"


def test_a_column_with_an_unseen_sign_in_its_name_is_named_as_it_should_be() -> None:
    with pytest.raises(RecordError) as error:
        read_record({**FULL, "home_area\u200b": "x"})
    assert "write it as home_area" in str(error.value) and "remove" not in str(error.value)


@SOME
@given(st.dictionaries(st.sampled_from(NAMES), st.just(SECRET), min_size=1))
def test_a_value_is_never_repeated(data: dict[str, Any]) -> None:
    with pytest.raises(RecordError) as error:
        read_record(data)
    assert SECRET not in str(error.value)
