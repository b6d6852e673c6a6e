"""Stopping at a kiosk: the one consent that nothing goes on without, and what waits until the person is back. Without a browser."""

from __future__ import annotations

import pytest

from bot.store.types import InterviewRow
from tests.web.conftest import House, answer_until, text_of
from tests.web.test_kiosk import begun as begun
from tests.web.test_kiosk import come_in

# -- going on needs a yes or a no


def at_consent(house: House, level: str = "plain", mode: str = "kiosk") -> InterviewRow:
    row = house.started("Lee", mode=mode, level=level)
    answer_until(house, row.id, lambda step: step.question.id == "consent_go_on", who_is_here="alone")
    return row


@pytest.mark.parametrize("level", ["plain", "easy"])
@pytest.mark.parametrize("do", ["refuse", "unknown", "skip", "later"])
def test_without_a_yes_or_a_no_the_interview_waits(house: House, do: str, level: str) -> None:
    row = at_consent(house, level)
    person = come_in(house, row.id)
    for _ in range(2):
        person.get(f"/interviews/{row.id}")
        person.turn(row.id, do=do)
        assert person.title().startswith("We wait for your answer")
        assert "We can only go on if you say yes" in text_of(person.page)
        assert house.store.interview(row.id).state == "paused"
        # What was said is kept as it was said, and the question stays open.
        assert not house.store.state(row.id).answers["consent_go_on"].given
        assert person.open_question(house, row.id) == "consent_go_on"
        person = come_in(house, row.id)
    # Back again: the same question, and a yes goes on.
    person.get(f"/interviews/{row.id}")
    person.turn(row.id, do="begin")
    assert person.hidden("question") == "consent_go_on"
    person.turn(row.id, option="yes", do="answer")
    assert person.open_question(house, row.id) != "consent_go_on"
    assert house.store.interview(row.id).state == "open"


def test_beside_a_worker_it_waits_too(house: House) -> None:
    row = at_consent(house, mode="worker")
    worker = house.signed_in()
    worker.get(f"/interviews/{row.id}")
    worker.turn(row.id, do="skip")
    assert "We can only go on if you say yes" in text_of(worker.page)
    worker.turn(row.id, do="begin")
    assert worker.hidden("question") == "consent_go_on"
    worker.get(f"/interviews/{row.id}/review")
    assert "Are you happy to go on" in text_of(worker.page)


@pytest.mark.parametrize("level", ["plain", "easy"])
def test_who_says_no_has_an_ending_of_their_own(house: House, level: str) -> None:
    row = at_consent(house, level)
    answer_until(house, row.id, lambda step: False, consent_go_on="no", who_is_here="alone")
    person = come_in(house, row.id)
    page = text_of(person.get(f"/interviews/{row.id}").get_data(as_text=True))
    assert "We stop here" in person.title() and "Thank you. We stop here" in page
    assert "last question" not in page and "a lot" not in page
    assert "you make your plan" not in page and "Change your answer here" in page
    worker = house.signed_in()
    page = text_of(worker.get(f"/interviews/{row.id}").get_data(as_text=True))
    assert "Thank you. We stop here" in page and "go through your plan" not in page


def test_the_whole_interview_ends_as_before(house: House, begun: InterviewRow) -> None:
    answer_until(house, begun.id, lambda step: False)
    person = come_in(house, begun.id)
    assert "That was the last question" in text_of(person.get(f"/interviews/{begun.id}").get_data(as_text=True))
