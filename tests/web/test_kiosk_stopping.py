"""Stopping at a kiosk: the one consent that nothing goes on without, and what waits until the person is back. Without a browser."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot import web as package
from bot.store.kiosk import GRACE, SEEN_EVERY
from bot.store.types import InterviewRow
from tests.web.conftest import Browser, House, answer_until, text_of
from tests.web.test_kiosk import PIN, come_in
from tests.web.test_kiosk import begun as begun

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
    assert "you make your plan" not in page and "can change your answer here" in page
    worker = house.signed_in()
    page = text_of(worker.get(f"/interviews/{row.id}").get_data(as_text=True))
    assert "Thank you. We stop here" in page and "go through your plan" not in page


def test_the_whole_interview_ends_as_before(house: House, begun: InterviewRow) -> None:
    answer_until(house, begun.id, lambda step: False)
    person = come_in(house, begun.id)
    assert "That was the last question" in text_of(person.get(f"/interviews/{begun.id}").get_data(as_text=True))


# -- what is typed when the screen locks


def typed(person: Browser, interview_id: str) -> dict[str, str]:
    """The form of the question on the page, with words in it."""
    person.get(f"/interviews/{interview_id}")
    return {name: person.hidden(name) for name in ("turn", "seen", "question")} | {"words": "a tent by the sea"}


@pytest.mark.parametrize("to", ["lock", "support", "adjust", "stop"])
def test_words_are_held_when_the_server_has_locked_meanwhile(house: House, begun: InterviewRow, to: str) -> None:
    person = come_in(house, begun.id)
    form = typed(person, begun.id)
    house.clock.ahead = timedelta(minutes=11)
    assert person.post(f"/interviews/{begun.id}/aside", {**form, "to": to}).location == "/locked"
    assert "a tent by the sea" not in person.get("/locked").get_data(as_text=True)
    person.post("/locked", {"secret": PIN}, follow=True)
    assert 'value="a tent by the sea"' in person.page


def test_words_are_held_when_the_session_has_ended_meanwhile(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    number = house.store.accesses([begun.id])[0].number
    form = typed(person, begun.id)
    house.clock.ahead = timedelta(hours=13)
    assert person.post(f"/interviews/{begun.id}/aside", {**form, "to": "lock"}).location.endswith("/kiosk")
    person.get("/kiosk/back")
    person.post("/kiosk/back", {"number": number, "pin": PIN}, follow=True)
    assert 'value="a tent by the sea"' in person.page


def test_the_server_waits_longer_than_a_page_may_be_ahead() -> None:
    script = (Path(package.__file__).parent / "static" / "kiosk.js").read_text(encoding="utf-8")
    every = re.search(r"TELL_EVERY = (\d+);", script)
    assert every is not None
    assert timedelta(milliseconds=int(every[1])) + SEEN_EVERY < GRACE
    # Where the server has locked, the button that takes the words along is pressed.
    assert 'opaqueredirect") lock.click()' in script


# -- stopping


def stop(person: Browser, interview_id: str, **more: str) -> None:
    form = typed(person, interview_id) | more
    person.post(f"/interviews/{interview_id}/aside", {**form, "to": "stop"}, follow=True)


def back_with_pin(house: House, interview_id: str) -> Browser:
    """The person on another screen."""
    person = house.client()
    person.get("/kiosk/back")
    number = house.store.accesses([interview_id])[0].number
    assert person.post("/kiosk/back", {"number": number, "pin": PIN}, follow=True).status_code == 200
    return person


def test_a_stopped_screen_is_locked_and_carrying_on_asks_for_the_pin(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    stop(person, begun.id)
    assert person.title().startswith("You have stopped for now")
    assert "You need your PIN to carry on" in text_of(person.page)
    # Whoever comes next reads nothing and answers nothing.
    for path in ("", "/answers", "/support", "/language", "/adjust"):
        assert person.get(f"/interviews/{begun.id}{path}").location == "/locked", path
    person.get("/locked")
    assert person.post(f"/interviews/{begun.id}/turns", {"do": "begin"}).location == "/locked"
    assert house.store.interview(begun.id).state == "paused"
    assert person.post("/locked", {"secret": "1739"}).status_code == 422
    person.post("/locked", {"secret": PIN}, follow=True)
    assert "Where did you live" in text_of(person.page)


def test_however_it_is_stopped_the_screen_is_locked(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    person.get(f"/interviews/{begun.id}")
    person.turn(begun.id, do="pause")
    assert person.title().startswith("You have stopped for now")
    assert 'value="person"' not in person.page and 'id="idle"' not in person.page
    assert person.get(f"/interviews/{begun.id}/answers").location == "/locked"


@pytest.mark.parametrize("how", ["carry on", "close"])
def test_what_was_typed_is_there_again_after_stopping(house: House, begun: InterviewRow, how: str) -> None:
    person = come_in(house, begun.id)
    stop(person, begun.id)
    if how == "close":
        assert person.post("/locked/leave").location.endswith("/kiosk")
        person = back_with_pin(house, begun.id)
    else:
        person.get("/locked")
        person.post("/locked", {"secret": PIN}, follow=True)
    assert 'value="a tent by the sea"' in person.page
    assert "What you had put is still here" in text_of(person.page)


def test_what_one_person_typed_is_shown_to_nobody_else(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    stop(person, begun.id)
    person.post("/locked/leave")
    other = house.started("Lee", mode="kiosk")
    answer_until(house, other.id, lambda step: step.question.id == "where_lived", who_is_here="alone")
    assert "a tent by the sea" not in come_in(house, other.id).get(f"/interviews/{other.id}").get_data(as_text=True)


def test_urgent_words_that_were_answered_are_not_put_back_into_the_box(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    house.rasa.alerts = ("self_harm",)
    stop(person, begun.id, words="I want to kill myself")
    assert "116 123" in person.page
    person.get("/locked")
    person.post("/locked", {"secret": PIN}, follow=True)
    assert "Where did you live" in text_of(person.page) and "kill myself" not in person.page


def test_stopping_says_so_when_it_cannot_be_written_down(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    form = typed(person, begun.id)
    house.rasa.down = True
    assert person.post(f"/interviews/{begun.id}/aside", {**form, "to": "stop"}).status_code == 503
    assert "I could not write down that you want to stop" in text_of(person.page)
    assert "Close this screen" in text_of(person.page)
    assert person.post(f"/interviews/{begun.id}/close").location.endswith("/kiosk")
    assert person.get(f"/interviews/{begun.id}").location.endswith("/kiosk")
    house.rasa.down = False
    assert 'value="a tent by the sea"' in back_with_pin(house, begun.id).page


def test_carrying_on_says_so_when_it_cannot_be_written_down(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    stop(person, begun.id)
    house.rasa.down = True
    person.get("/locked")
    person.post("/locked", {"secret": PIN}, follow=True)
    assert "cannot reach the assistant" in text_of(person.page.split("<h1")[0])
    house.rasa.down = False
    person.get("/locked")
    person.post("/locked", {"secret": PIN}, follow=True)
    assert 'value="a tent by the sea"' in person.page


def test_a_new_code_opens_an_interview_that_was_stopped(house: House, begun: InterviewRow) -> None:
    stop(come_in(house, begun.id), begun.id)
    person = come_in(house, begun.id)
    assert "Where did you live" in text_of(person.get(f"/interviews/{begun.id}").get_data(as_text=True))


# -- looking elsewhere


@pytest.mark.parametrize("to", ["answers", "language"])
def test_what_is_typed_waits_while_somebody_looks_at_their_answers_or_the_languages(
    house: House, begun: InterviewRow, to: str
) -> None:
    for who in (come_in(house, begun.id), house.signed_in()):
        form = typed(who, begun.id)
        # The page has a button for it that takes the form along.
        assert re.search(rf'<button [^>]*formaction="/interviews/{begun.id}/aside" name="to" value="{to}"', who.page)
        assert who.post(f"/interviews/{begun.id}/aside", {**form, "to": to}).location == f"/interviews/{begun.id}/{to}"
        page = who.get(f"/interviews/{begun.id}").get_data(as_text=True)
        assert 'value="a tent by the sea"' in page
        assert "What you had put is still here" in text_of(page) and "signed out" not in text_of(page)


def test_the_answers_can_be_left_by_every_button_below_them(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    page = person.get(f"/interviews/{begun.id}/answers").get_data(as_text=True)
    # There is no such form on that page: a button of it would do nothing.
    assert 'form="talk"' not in page and 'value="stop"' in page


# -- when nobody is there to take a turn


def test_every_page_that_can_send_a_turn_can_say_that_nobody_is_there(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    for path in ("", "/support", "/answers", "/adjust", "/language", "/languages", "/number"):
        page = person.get(f"/interviews/{begun.id}{path}").get_data(as_text=True)
        assert "data-talk" in page, path
        assert page.count('id="offline"') == 1 and page.count("data-retry") == 1, path
    answer_until(house, begun.id, lambda step: step.question.section == "safety", who_is_here="alone")
    assert person.get(f"/interviews/{begun.id}").get_data(as_text=True).count('id="offline"') == 1
    answer_until(house, begun.id, lambda step: False)
    assert person.get(f"/interviews/{begun.id}").get_data(as_text=True).count('id="offline"') == 1
    worker = house.signed_in()
    assert worker.get(f"/interviews/{begun.id}/review").get_data(as_text=True).count('id="offline"') == 1


def test_the_review_leads_to_the_interview(house: House, begun: InterviewRow) -> None:
    page = house.signed_in().get(f"/interviews/{begun.id}/review").get_data(as_text=True)
    assert f'href="/interviews/{begun.id}">Open the interview</a>' in page and "XX" not in page
