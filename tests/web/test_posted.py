"""What is posted becomes a message, piece by piece."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from bot.interview.answers import InvalidAnswer
from bot.interview.definitions import Question, Words
from bot.interview.path import Step
from bot.web.posted import TURN_ID, outgoing, payload, read_form, read_json

LIMITS = {"typed": 2000, "long_text": 3000, "short_text": 500}


def step(kind: str, **more: object) -> Step:
    question = Question("q", "s", kind, Words("Ask?"), Words("Ask?"), **more)  # type: ignore[arg-type]
    return Step(question, (), None, settled=False)


def test_dates_in_parts_or_as_words() -> None:
    parts = outgoing(read_form(MultiDict({"day": "24", "month": "12", "year": "2027"})), step("date"), LIMITS)
    assert parts.words == "24/12/2027"
    assert outgoing(read_json({"text": "2027-12-24"}), step("date"), LIMITS).words == "2027-12-24"
    for wrong in ({"day": "31", "month": "2", "year": "2027"}, {"day": "1"}, {"day": "x", "month": "y", "year": "z"}):
        with pytest.raises(InvalidAnswer) as error:
            outgoing(read_form(MultiDict(wrong)), step("date"), LIMITS)
        assert error.value.reason == "not_a_date"


def test_numbers() -> None:
    assert outgoing(read_json({"number": 3}), step("number"), LIMITS).words == "3"
    assert outgoing(read_json({"number": 2.5}), step("number"), LIMITS).words == "2.5"
    assert outgoing(read_json({"text": "about 4"}), step("number"), LIMITS).words == "about 4"
    for wrong in ({"number": True}, {"number": "3"}, {}):
        with pytest.raises(InvalidAnswer):
            outgoing(read_json(wrong), step("number"), LIMITS)
    with pytest.raises(InvalidAnswer) as error:
        outgoing(read_json({"number": 99}), step("number", minimum=0, maximum=10), LIMITS)
    assert error.value.reason == "out_of_range"


def test_an_address_in_one_piece_is_its_first_line() -> None:
    out = outgoing(read_json({"text": "14 Mill Lane, Leeds"}), step("address"), LIMITS)
    assert out.parts == {"line1": "14 Mill Lane, Leeds"}
    assert json.loads(out.message.removeprefix("/answer")) == {"question": "q"}


def test_an_empty_answer_to_an_optional_question_is_one() -> None:
    for kind in ("text", "address", "date", "number"):
        asked = step(kind, optional=True)
        assert outgoing(read_json({}), asked, LIMITS).message == payload("answer", question=asked.question.id)


def test_a_figure_in_a_box_is_no_words() -> None:
    assert not outgoing(read_json({"do": "why", "text": "5"}), step("number"), LIMITS).typed
    assert outgoing(read_json({"do": "why", "text": "I am ill"}), step("number"), LIMITS).words == "I am ill"


def test_words_to_add_without_a_choice_are_said() -> None:
    assert outgoing(read_json({"more": "rented"}), step("one"), LIMITS).words == "rented"
    assert (
        outgoing(read_json({"more": "from the council", "words": "rented"}), step("one"), LIMITS).words
        == "from the council\nrented"
    )


def test_typed_words_are_never_a_payload() -> None:
    out = outgoing(read_json({"text": "/refuse"}), step("text"), LIMITS)
    assert (out.message, out.typed, out.words) == ("/refuse", True, "/refuse")


FIELDS = st.sampled_from(
    ["turn", "question", "seen", "do", "option", "pick", "change", "words", "text", "more", "day", "number", "parts"]
)
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=3)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(FIELDS, st.text(max_size=20), max_size=6))
def test_any_form_is_read(form: dict[str, str]) -> None:
    posted = read_form(MultiDict(form))
    assert TURN_ID.fullmatch(posted.turn)
    for kind in ("text", "number", "date", "address", "scale", "one", "many"):
        with suppress(InvalidAnswer):
            outgoing(posted, step(kind), LIMITS)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(FIELDS, VALUES, max_size=6))
def test_any_json_is_read(data: dict[str, object]) -> None:
    assert TURN_ID.fullmatch(read_json(data).turn)
