"""What was said of a question with several answers while another was asked: it is not asked again, but the read-back says so."""

from __future__ import annotations

from typing import Any

import pytest

from bot.interview.answers import Answer
from bot.store.types import Decision, Entry
from bot.web.posted import new_turn
from tests.web.conftest import Browser, House, answer_until, text_of

HEARD = "I also heard this. Is it right?"
NOTE = "We did not ask you this one, so there may be more to say."


def test_the_read_back_says_what_was_never_asked(house: House, worker: Browser) -> None:
    row = house.started("Daniel").id
    answer_until(house, row, lambda step: step.question.id == "gp")
    worker.get(f"/interviews/{row}")
    house.rasa.guesses, house.rasa.beside = {"yes": 0.99}, [("health_needs", "mind_unmet"), ("partner", "no")]
    worker.turn(row, words="yes, and my mind is bad, no partner")
    house.rasa.guesses, house.rasa.beside = {}, []
    worker.turn(row, do="confirm", option=["health_needs", "partner"])
    assert worker.open_question(house, row) != "health_needs"
    assert house.store.state(row).in_passing == {"health_needs", "partner"}

    # One note: only the question of several answers may have others.
    worker.get(f"/interviews/{row}/answers")
    assert text_of(worker.page).count(NOTE) == 1 and text_of(worker.page).count("Add more") == 1

    # It opens the question with what was said ticked; once that was answered there is nothing to say.
    worker.post(
        f"/interviews/{row}/turns", {"change": "health_needs", "turn": worker.hidden("turn"), "seen": worker.hidden("seen")}
    )
    worker.get(f"/interviews/{row}")
    assert worker.open_question(house, row) == "health_needs"
    worker.turn(row, option=["mind_unmet", "body_unmet"])
    assert house.store.state(row).in_passing == {"partner"}
    worker.get(f"/interviews/{row}/answers")
    assert NOTE not in text_of(worker.page)


def test_none_of_these_has_nothing_beside_it(house: House, worker: Browser) -> None:
    row = house.started("Daniel").id
    answer_until(house, row, lambda step: step.question.id == "gp")
    worker.get(f"/interviews/{row}")
    house.rasa.guesses, house.rasa.beside = {"yes": 0.99}, [("health_needs", "none")]
    worker.turn(row, words="yes, and I am well")
    worker.turn(row, do="confirm", option="health_needs")
    worker.get(f"/interviews/{row}/answers")
    assert house.store.state(row).in_passing == {"health_needs"} and NOTE not in text_of(worker.page)


def said_in_passing(house: House, worker: Browser, row: str) -> None:
    """The page asks whether the doctor was heard right; the home was the question."""
    house.rasa.guesses, house.rasa.beside = {"private_rented": 0.95}, [("gp", "no")]
    worker.turn(row, words="I rent a flat and I have no doctor")
    house.rasa.guesses, house.rasa.beside = {}, []
    assert worker.title().startswith(HEARD)


def test_whoever_changes_an_answer_first_is_asked_about_the_rest_after_it(house: House, worker: Browser, row: str) -> None:
    said_in_passing(house, worker, row)
    worker.turn(row, change="where_lived")
    assert worker.open_question(house, row) == "where_lived" and 'name="question" value="where_lived"' in worker.page
    worker.turn(row, option="owned")
    assert worker.title().startswith(HEARD)
    worker.turn(row, do="confirm", option="gp")
    answers = house.store.state(row).answers
    assert answers["gp"].options == ("no",) and answers["where_lived"].options == ("owned",)
    assert not worker.title().startswith(HEARD)


def test_whoever_asks_for_a_person_or_stops_is_still_asked(house: House, worker: Browser, row: str) -> None:
    said_in_passing(house, worker, row)
    worker.turn(row, do="person")
    assert worker.title().startswith(HEARD)
    worker.turn(row, do="pause")
    assert not worker.title().startswith(HEARD)
    worker.turn(row, do="begin")
    assert worker.title().startswith(HEARD)
    worker.turn(row, do="deny")
    assert "gp" not in house.store.state(row).answers


def kept_before(house: House, row: str, reply: list[dict[str, Any]], *answers: Answer) -> None:
    """A turn as it was written under questions that have changed since."""
    entries = [Entry(answer, "button", "test") for answer in answers]
    decision = Decision("answer", "where_lived", entries, reply, None, "open", by="test", device="test")
    house.store.take_turn(row, new_turn(), lambda _: decision)


@pytest.mark.parametrize("gone", [("gp", "gone"), ("gone", "no")])
def test_what_today_has_no_words_for_is_not_asked_about(house: House, worker: Browser, row: str, gone: tuple[str, str]) -> None:
    one = {"question": gone[0], "options": [gone[1]], "sure": True}
    also = {"also": [one], "said": "x", "about": "", "unsure": []}
    kept_before(house, row, [{"say": "utter_also_heard", "vars": also}])
    worker.get(f"/interviews/{row}")
    assert 'name="question" value="where_lived"' in worker.page
    # What still has words is.
    kept_before(house, row, [{"say": "utter_also_heard", "vars": also | {"also": [one, {"question": "gp", "options": ["no"]}]}}])
    worker.get(f"/interviews/{row}")
    assert worker.title().startswith(HEARD)
    worker.turn(row, do="confirm", option="gp")
    assert house.store.state(row).answers["gp"].options == ("no",)


def test_did_you_mean_is_not_asked_of_options_that_have_gone(house: House, worker: Browser, row: str) -> None:
    kept_before(house, row, [{"say": "utter_clarify", "vars": {"question": "where_lived", "options": ["gone"]}}])
    worker.get(f"/interviews/{row}")
    assert "Did you mean one of these?" not in worker.page and 'name="question" value="where_lived"' in worker.page


def test_an_answer_whose_option_has_gone_breaks_no_page(house: House, worker: Browser, row: str) -> None:
    heard = {"say": "utter_heard", "vars": {"question": "where_lived"}}
    kept_before(house, row, [heard], Answer("where_lived", options=("gone",)))
    assert worker.get(f"/interviews/{row}").status_code == 200
    assert worker.open_question(house, row) == "where_lived"
