from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.interview.answers import (
    Answer,
    InvalidAnswer,
    choose,
    clean,
    not_now,
    read_address,
    read_date,
    read_number,
    read_text,
    value_of,
    with_more,
)
from bot.interview.definitions import NOT_NOW, Option, Question, Words
from bot.interview.rules import NOTHING, Value
from tests.interview.strategies import SOME

LIMITS = {"short_text": 20, "long_text": 30}
OPTIONS = (*(Option(name, name, name) for name in "abc"), Option("none", "none", "none", exclusive=True))


def asked(kind: str, **more: Any) -> Question:
    options = OPTIONS if kind in ("one", "many") else ()
    return Question("q", "s", kind, Words(), Words(), options=options, **more)


def reason(call: Any, *arguments: Any) -> str:
    with pytest.raises(InvalidAnswer) as error:
        call(*arguments)
    return error.value.reason


@pytest.mark.parametrize(
    ("kind", "chosen", "wrong"),
    [
        ("one", [], "choose_one"),
        ("many", [], "choose_some"),
        ("one", ["z"], "not_an_option"),
        ("text", ["a"], "not_an_option"),
        ("one", ["a", "b"], "choose_only_one"),
        ("many", ["a", "none"], "exclusive_option"),
        ("many", ["a", "b", "c"], "too_many_options"),
    ],
)
def test_choices_that_cannot_be_taken(kind: str, chosen: list[str], wrong: str) -> None:
    assert reason(choose, asked(kind, at_most=2), chosen, OPTIONS) == wrong


def test_choices_stand_in_the_order_of_the_question_and_once() -> None:
    assert choose(asked("many"), ["c", "a", "c"], OPTIONS).options == ("a", "c")
    assert choose(asked("many"), ["none"], OPTIONS).options == ("none",)
    assert choose(asked("one"), ["b", "b"], OPTIONS).options == ("b",)
    assert reason(choose, asked("one"), ["b"], OPTIONS[:1]) == "not_an_option"


def test_not_now() -> None:
    question = asked("one")
    assert reason(not_now, question, "given") == "not_an_option"
    first = not_now(question, "later")
    assert (first.state, first.again, first.given) == ("later", False, False)
    assert not_now(question, "later", first).again
    assert not not_now(question, "refused", first).again
    assert not not_now(question, "later", not_now(question, "refused")).again


def test_what_rules_see() -> None:
    assert value_of(None) is NOTHING
    assert value_of(Answer("q", options=("a", "b"))) == Value(frozenset("ab"), real=True)
    assert value_of(Answer("q", number=3)) == Value(number=3, real=True)
    assert value_of(Answer("q", text="x")) == Value(real=True)
    assert value_of(Answer("q", state="refused")) == Value(frozenset(["refused"]))


@pytest.mark.parametrize(
    ("words", "number"),
    [
        *[("7", 7), (" 0 ", 0), ("about 7 or so", 7), ("£20", 20), ("-3", -3), ("seven", 7), ("TEN", 10)],
        *[("2.5", 2.5), ("2,5", 2.5), ("1,200", 1200), ("£12,000.50", 12000.5), ("0,500", 0.5), ("1,2345", 1.2345)],
    ],
)
def test_numbers(words: str, number: float) -> None:
    assert read_number(asked("number"), words.strip()).number == number


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        *[("", "not_a_number"), ("3 or 4", "not_a_number"), ("many", "not_a_number"), ("1,000,00", "not_a_number")],
        *[("-1", "out_of_range"), ("11", "out_of_range"), ("9" * 400, "out_of_range")],
    ],
)
def test_what_is_no_number(words: str, wrong: str) -> None:
    assert reason(read_number, asked("number", minimum=0, maximum=10), words) == wrong


def test_a_number_without_bounds_is_still_a_number_that_can_be_written() -> None:
    with pytest.raises(InvalidAnswer) as error:
        read_number(asked("number"), "9" * 400)
    assert None not in error.value.facts.values()


def test_a_scale_has_whole_points() -> None:
    scale = asked("scale", minimum=0, maximum=10)
    assert read_number(scale, "10").number == 10
    assert reason(read_number, scale, "2.5") == "out_of_range"


@pytest.mark.parametrize("words", ["2026-12-24", "2026-12-4", "24/12/2026", "24.12.2026", "24 12 2026", "24-12-2026"])
def test_dates(words: str) -> None:
    assert read_date(asked("date"), words).text in ("2026-12-24", "2026-12-04")


@pytest.mark.parametrize("words", ["", "soon", "2026-13-01", "31/02/2026", "24/12/26", "0000-01-01"])
def test_what_is_no_date(words: str) -> None:
    assert reason(read_date, asked("date"), words) == "not_a_date"


def test_typed_words() -> None:
    assert read_text(asked("text"), " a\r\nb\x07 ", LIMITS).text == "a\nb"
    assert read_text(asked("address"), "1 High St", LIMITS).text == "1 High St"
    assert read_text(asked("number"), "7", LIMITS).number == 7
    assert read_text(asked("scale", minimum=0, maximum=10), "7", LIMITS).number == 7
    assert read_text(asked("date"), "24/12/2026", LIMITS).text == "2026-12-24"
    assert reason(read_text, asked("text"), " \x00 ", LIMITS) == "say_something"
    assert reason(read_text, asked("text"), "x" * 31, LIMITS) == "too_long"
    assert reason(read_text, asked("one"), "a", LIMITS) == "not_an_option"


def test_addresses() -> None:
    answer = read_address(asked("address"), {"line1": " 1 High St ", "town": "Ely", "other": "x"}, LIMITS)
    assert (answer.text, answer.parts) == ("1 High St\nEly", {"line1": "1 High St", "town": "Ely"})
    assert reason(read_address, asked("address"), {"line1": " "}, LIMITS) == "say_something"
    assert reason(read_address, asked("address"), {"line1": "x" * 30}, LIMITS) == "too_long"


def test_saying_more() -> None:
    question, answer = asked("one"), Answer("q", options=("a",))
    assert with_more(answer, question, " ", LIMITS) is answer
    assert with_more(answer, question, " and so ", LIMITS).more == "and so"
    assert reason(with_more, answer, question, "x" * 31, LIMITS) == "too_long"
    assert reason(with_more, not_now(question, "refused"), question, "x", LIMITS) == "no_words_here"
    for quiet in (asked("one", sensitive=True), asked("text"), asked("one", reads_back="s")):
        assert reason(with_more, answer, quiet, "x", LIMITS) == "no_words_here"


def test_an_invalid_answer_keeps_no_words() -> None:
    with pytest.raises(InvalidAnswer) as error:
        choose(asked("one"), ["my secret"], OPTIONS)
    assert "secret" not in str(error.value)
    assert "secret" not in str(error.value.facts)


@SOME
@given(st.text())
def test_clean_words_can_be_stored(text: str) -> None:
    cleaned = clean(text)
    assert cleaned == clean(cleaned) == cleaned.strip()
    assert "\x00" not in cleaned
    cleaned.encode("utf-8")


ANSWERS = st.builds(
    Answer,
    question=st.text(min_size=1),
    state=st.sampled_from(["given", *NOT_NOW]),
    options=st.lists(st.sampled_from("abc"), unique=True).map(tuple),
    number=st.none() | st.floats(allow_nan=False),
    text=st.text(),
    parts=st.dictionaries(st.sampled_from(["line1", "town"]), st.text(min_size=1)),
    more=st.text(),
    basis=st.text(),
    again=st.booleans(),
    carried=st.booleans(),
)


@SOME
@given(ANSWERS)
def test_an_answer_survives_being_stored(answer: Answer) -> None:
    assert Answer.from_json(answer.to_json()) == answer
    assert answer.same_as(Answer.from_json(answer.to_json()))
    assert not answer.same_as(None)


def test_a_zero_is_stored() -> None:
    assert Answer("q", number=0.0).to_json() == {"question": "q", "state": "given", "number": 0.0}
