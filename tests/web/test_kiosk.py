"""Coming in at a kiosk, answering alone, leaving at once, and a tablet handed over: without a browser."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from bot.store.types import InterviewRow
from bot.web.app import create_app
from tests.web.casing import signed_in_as
from tests.web.conftest import Browser, House, answer_until, text_of, web_of

PIN = "4827"


@pytest.fixture
def begun(house: House) -> InterviewRow:
    """An interview at the question where the person lived, alone."""
    row = house.started("Daniel", mode="kiosk")
    answer_until(house, row.id, lambda step: step.question.id == "where_lived", who_is_here="alone")
    return house.store.interview(row.id)


def issue(house: House, interview_id: str) -> tuple[str, str]:
    """A code and the number that goes with it."""
    worker = next(user for user in house.store.users() if user.username == "worker")
    access, code = house.store.issue_code(interview_id, worker.id)
    return code, access.number


def come_in(house: House, interview_id: str) -> Browser:
    """Somebody at a kiosk who has typed a code and chosen a PIN."""
    code, _ = issue(house, interview_id)
    person = house.client()
    person.get("/kiosk")
    assert person.post("/kiosk", {"code": code}).location.endswith("/kiosk/pin")
    person.get("/kiosk/pin")
    assert person.post("/kiosk/pin", {"pin": PIN, "again": PIN}).location == f"/interviews/{interview_id}/number"
    person.get(f"/interviews/{interview_id}/number")
    return person


def test_a_code_and_a_pin_open_the_interview(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    assert "This is your number" in person.page
    page = text_of(person.get(f"/interviews/{begun.id}").get_data(as_text=True))
    assert "Where did you live" in page
    assert "Talk to a person" in page
    assert "questions left" not in page
    person.turn(begun.id, option="hostel", do="answer")
    answer = house.store.history(begun.id)[-1]
    assert (answer.question, answer.mode, answer.by) == ("where_lived", "kiosk", house.store.kiosk_user())
    assert "For the worker" not in person.page


def test_the_way_in_says_what_is_wrong_in_one_sentence(house: House, begun: InterviewRow) -> None:
    person = house.client()

    def typed(code: str) -> str:
        person.get("/kiosk")
        assert person.post("/kiosk", {"code": code}).status_code == 422
        assert person.title().startswith("Error: ")
        return text_of(person.page)

    assert "Type the code from your paper" in typed(" ")
    assert "That code did not work" in typed("CDF347HJK")
    code, _ = issue(house, begun.id)
    house.clock.ahead = timedelta(hours=25)
    assert "too old" in typed(code)
    house.clock.ahead = timedelta()
    worker = house.signed_in()
    worker.get(f"/people/{begun.person_id}")
    worker.post(f"/people/{begun.person_id}/kiosk-codes/stop")
    assert "was stopped" in typed(code)
    come_in(house, begun.id)
    used = web_of(house).store.accesses([begun.id])[0]
    assert used.used_at is not None


def test_a_code_opens_one_screen_only(house: House, begun: InterviewRow) -> None:
    code, _ = issue(house, begun.id)
    first, second = house.client(), house.client()
    for screen in (first, second):
        screen.get("/kiosk")
        screen.post("/kiosk", {"code": code})
        screen.get("/kiosk/pin")
    assert first.post("/kiosk/pin", {"pin": PIN, "again": PIN}).status_code == 303
    assert second.post("/kiosk/pin", {"pin": "7391", "again": "7391"}).status_code == 422
    assert "used before" in second.page
    assert second.get(f"/interviews/{begun.id}").status_code == 303


def test_pins_are_checked(house: House, begun: InterviewRow) -> None:
    code, _ = issue(house, begun.id)
    person = house.client()
    assert person.get("/kiosk/pin").location.endswith("/kiosk")
    person.get("/kiosk")
    person.post("/kiosk", {"code": code})
    person.get("/kiosk/pin")
    for first, second, words in (
        ("12", "12", "4, 5 or 6 numbers"),
        ("1234", "1234", "easy to guess"),
        (PIN, "4828", "not the same"),
    ):
        assert person.post("/kiosk/pin", {"pin": first, "again": second}).status_code == 422
        assert words in text_of(person.page)
        assert f'value="{first}"' not in person.page


def test_coming_back_on_another_screen(house: House, begun: InterviewRow) -> None:
    first = come_in(house, begun.id)
    number = house.store.accesses([begun.id])[0].number
    first.get(f"/interviews/{begun.id}")
    assert first.post(f"/interviews/{begun.id}/aside", {"to": "stop"}, follow=True).status_code == 200
    assert "You have stopped for now" in first.page
    assert f"{number[:3]}\N{NO-BREAK SPACE}{number[3:]}" in first.page
    second = house.client()
    second.get("/kiosk/back")
    assert second.post("/kiosk/back", {"number": number, "pin": "0000"}).status_code == 422
    assert second.post("/kiosk/back", {"number": number, "pin": PIN}, follow=True).status_code == 200
    assert "Where did you live" in second.page
    assert first.get(f"/interviews/{begun.id}").location.endswith("/kiosk")
    assert "closed to keep your answers safe" in first.get("/kiosk").get_data(as_text=True)


def test_the_fifth_wrong_pin_locks_and_the_worker_sees_it(house: House, begun: InterviewRow) -> None:
    come_in(house, begun.id)
    number, person = house.store.accesses([begun.id])[0].number, house.client()
    person.get("/kiosk/back")
    for _ in range(4):
        person.post("/kiosk/back", {"number": number, "pin": "5930"})
        assert "That did not work" in person.page
    person.post("/kiosk/back", {"number": number, "pin": "5930"})
    assert "wrong 5 times" in person.page
    person.post("/kiosk/back", {"number": number, "pin": PIN})
    assert "wrong 5 times" in person.page
    worker = house.signed_in()
    assert "The PIN was wrong five times" in worker.get(f"/people/{begun.person_id}").get_data(as_text=True)


def test_one_screen_cannot_try_and_try(house: House, begun: InterviewRow) -> None:
    person = house.client()
    person.get("/kiosk")
    for _ in range(20):
        assert person.post("/kiosk", {"code": "CDF347HJK"}).status_code == 422
    assert person.post("/kiosk", {"code": issue(house, begun.id)[0]}).status_code == 429
    house.clock.ahead = timedelta(minutes=6)
    code, _ = issue(house, begun.id)
    assert person.post("/kiosk", {"code": code}).status_code == 303


def test_a_kiosk_opens_nothing_but_its_own(house: House, begun: InterviewRow) -> None:
    person, other = come_in(house, begun.id), house.started("Lee")
    person.get(f"/interviews/{begun.id}")
    theirs, mine = f"/interviews/{other.id}", f"/interviews/{begun.id}"
    staff = (
        "/people",
        "/cases",
        "/alerts",
        "/report",
        f"/people/{begun.person_id}",
        f"{mine}/tablet",
        f"{mine}/staff",
        f"{mine}/review",
    )
    for path in (*staff, theirs, f"{theirs}/support", f"{theirs}/adjust"):
        assert person.get(path).status_code in (403, 404), path
        assert "Lee" not in person.page
    person.get(f"/interviews/{begun.id}")
    for path in (f"/interviews/{other.id}/aside", f"/people/{begun.person_id}/kiosk-codes", f"/interviews/{other.id}/turns"):
        assert person.post(path, {"to": "support"}).status_code == 403, path
        person.get(f"/interviews/{begun.id}")


def test_what_helps_is_kept_each_on_its_own(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    person.get(f"/interviews/{begun.id}/adjust")
    person.post(f"/interviews/{begun.id}/adjust", {"adjust": ["more_time", "bigger"]}, follow=True)
    assert house.store.interview(begun.id).level == "plain"
    assert re.search(r'<body class="[^"]*with-bigger[^"]*with-more_time', person.page)
    assert 'data-idle="1200"' in person.page
    person.get(f"/interviews/{begun.id}/adjust")
    person.post(f"/interviews/{begun.id}/adjust", {"adjust": ["easy", "pictures"]}, follow=True)
    assert house.store.interview(begun.id).level == "easy"
    assert "pictures/house.svg" in person.page
    assert 'data-idle="600"' in person.page
    person.get(f"/interviews/{begun.id}/languages")
    person.post(f"/interviews/{begun.id}/languages", {"language": "ar"})
    assert house.store.interview(begun.id).language == "ar"
    assert 'dir="rtl"' in person.get(f"/interviews/{begun.id}/adjust").get_data(as_text=True)
    person.post(f"/interviews/{begun.id}/languages", {"language": "xx"})
    assert house.store.interview(begun.id).language == "ar"


def test_words_wait_while_somebody_looks_aside(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    person.get(f"/interviews/{begun.id}")
    kept = {name: person.hidden(name) for name in ("turn", "seen", "question")}
    answer = person.post(f"/interviews/{begun.id}/aside", {**kept, "words": "a tent by the sea", "to": "support"})
    assert answer.location == f"/interviews/{begun.id}/support"
    page = person.get(answer.location).get_data(as_text=True)
    assert "Listeners" in page
    assert "116 123" in page
    page = person.get(f"/interviews/{begun.id}").get_data(as_text=True)
    assert "a tent by the sea" in page
    assert "What you had put is still here" in page


def test_words_beside_what_else_was_heard_wait_too(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    person.get(f"/interviews/{begun.id}")
    asked = person.hidden("question")
    option = house.interview.by_id[asked].options[0].id
    house.rasa.guesses, house.rasa.beside = {option: 0.99}, [("gp", "yes")]
    page = person.turn(begun.id, words="that, and a doctor").get_data(as_text=True)
    assert 'id="talk"' in page and 'form="talk" formaction' in page
    kept = {name: person.hidden(name) for name in ("turn", "seen")}
    person.post(f"/interviews/{begun.id}/aside", {**kept, "option": "gp", "words": "a tent by the sea", "to": "support"})
    page = person.get(f"/interviews/{begun.id}").get_data(as_text=True)
    assert 'value="a tent by the sea"' in page and "What you had put is still here" in page
    page = person.turn(begun.id, do="person", option="gp", words="a tent by the sea").get_data(as_text=True)
    assert 'value="a tent by the sea"' in page and "gp" not in house.store.state(begun.id).answers


def test_a_page_that_rests_locks_on_the_server(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    person.get(f"/interviews/{begun.id}")
    kept = {name: person.hidden(name) for name in ("turn", "seen", "question")}
    house.clock.ahead = timedelta(minutes=9)
    assert person.post(f"/interviews/{begun.id}/stay").status_code == 204
    house.clock.ahead = timedelta(minutes=18)
    assert person.get(f"/interviews/{begun.id}").status_code == 200
    house.clock.ahead = timedelta(minutes=29)
    answer = person.post(f"/interviews/{begun.id}/turns", {**kept, "words": "a tent by the sea", "do": "answer"})
    assert answer.location == "/locked"
    page = person.get("/locked").get_data(as_text=True)
    assert "Where did you live" not in page
    assert person.get(f"/interviews/{begun.id}/answers").location == "/locked"
    person.get("/locked")
    assert person.post("/locked", {"secret": "1111"}).status_code == 422
    assert person.post("/locked", {"secret": PIN}).location == f"/interviews/{begun.id}"
    assert "a tent by the sea" in person.get(f"/interviews/{begun.id}").get_data(as_text=True)


def test_the_api_of_a_locked_session_is_shut(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    person.get("/away")
    assert person.client.get(f"/api/v1/interviews/{begun.id}").status_code in (401, 404)
    assert person.get(f"/interviews/{begun.id}").location == "/locked"


def test_the_page_for_the_language_has_what_stands_below_every_page(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    page = person.get(f"/interviews/{begun.id}/language").get_data(as_text=True)
    assert 'value="person"' in page and 'id="idle"' in page
    assert 'id="idle"' not in house.signed_in().get(f"/interviews/{begun.id}/language").get_data(as_text=True)


# -- the end


def test_the_end_says_what_comes_next_and_paper_is_asked_for(house: House, begun: InterviewRow) -> None:
    answer_until(house, begun.id, lambda step: False)
    person = come_in(house, begun.id)
    page = text_of(person.get(f"/interviews/{begun.id}").get_data(as_text=True))
    assert "What happens next" in page
    assert "For the worker" not in page
    person.post(f"/interviews/{begun.id}/paper", follow=True)
    assert "We have told your worker" in person.page
    worker = house.signed_in()
    assert "A paper copy was asked for" in worker.get("/people").get_data(as_text=True)
    assert "A paper copy" not in signed_in_as(house, "manager").get("/people").get_data(as_text=True)
    page = worker.get(f"/people/{begun.person_id}").get_data(as_text=True)
    assert "Asked for a paper copy" in page
    worker.post(f"/people/{begun.person_id}/kiosk-requests", {"request": worker.hidden("request")}, follow=True)
    assert "Asked for a paper copy" not in worker.page
    assert "A paper copy" not in worker.get("/people").get_data(as_text=True)
    assert worker.post(f"/people/{begun.person_id}/kiosk-requests", {"request": "0" * 32}).status_code == 404
    person.post(f"/interviews/{begun.id}/close")
    assert person.get(f"/interviews/{begun.id}").location.endswith("/kiosk")


# -- the worker


def test_a_code_is_shown_once(house: House) -> None:
    worker, person = house.signed_in(), house.person("Siobhan")
    worker.get(f"/people/{person.id}")
    assert "Issue a code to start" in worker.page
    page = text_of(worker.post(f"/people/{person.id}/kiosk-codes").get_data(as_text=True))
    code = re.search(r"\b(?:[C-Y3479]{3} ){2}[C-Y3479]{3}\b", page)
    assert code is not None
    row = house.store.interviews_of(person.id)[0]
    assert (row.mode, row.kind) == ("kiosk", "first")
    assert worker.get(f"/people/{person.id}/kiosk-codes").status_code == 303
    assert code[0] not in worker.get(f"/people/{person.id}").get_data(as_text=True)
    assert "Code issued" in worker.page
    assert house.store.check_code(code[0]).interview_id == row.id
    # Once more is for the same interview.
    worker.post(f"/people/{person.id}/kiosk-codes")
    assert len(house.store.interviews_of(person.id)) == 1
    assert "kiosk code issued" in [line.what for line in house.store.audit_rows()]


def test_a_tablet_is_handed_over_and_taken_back_with_the_words(house: House, begun: InterviewRow) -> None:
    tablet = house.signed_in()
    tablet.get(f"/interviews/{begun.id}/tablet")
    assert tablet.post(f"/interviews/{begun.id}/tablet", {"pin": "1234"}).status_code == 422
    tablet.post(f"/interviews/{begun.id}/tablet", {"pin": "6294"}, follow=True)
    assert "This tablet is now for you" in tablet.page
    assert tablet.get("/people").status_code == 403
    tablet.get(f"/interviews/{begun.id}")
    kept = {name: tablet.hidden(name) for name in ("turn", "seen", "question")}
    answer = tablet.post(f"/interviews/{begun.id}/aside", {**kept, "words": "a tent by the sea", "to": "lock"}, follow=True)
    assert "Please give the tablet to your worker" in answer.get_data(as_text=True)
    assert tablet.post("/locked", {"secret": "1793", "do": "back"}).status_code == 422
    assert tablet.post("/locked", {"secret": "6294", "do": "back"}).location == f"/interviews/{begun.id}"
    assert "a tent by the sea" in tablet.get(f"/interviews/{begun.id}").get_data(as_text=True)
    assert house.store.interview(begun.id).mode == "worker"
    assert tablet.get("/people").status_code == 200


def test_a_handed_tablet_closes_after_five_wrong_pins(house: House, begun: InterviewRow) -> None:
    tablet = house.signed_in()
    tablet.get(f"/interviews/{begun.id}/tablet")
    tablet.post(f"/interviews/{begun.id}/tablet", {"pin": "6294"})
    tablet.get(f"/interviews/{begun.id}")
    tablet.post(f"/interviews/{begun.id}/lock", follow=True)
    for _ in range(4):
        assert tablet.post("/locked", {"secret": "1793", "do": "back"}).status_code == 422
    assert tablet.post("/locked", {"secret": "1793", "do": "back"}).location == "/sign-in"
    assert tablet.get(f"/interviews/{begun.id}").status_code == 303
    assert tablet.sign_in().status_code == 303
    assert "Where did you live" in tablet.get(f"/interviews/{begun.id}").get_data(as_text=True)


def test_a_worker_who_looks_in_changes_nothing_for_the_person(house: House, begun: InterviewRow) -> None:
    come_in(house, begun.id)
    worker = house.signed_in()
    worker.get(f"/interviews/{begun.id}")
    assert house.store.interview(begun.id).mode == "kiosk"
    house.clock.ahead = timedelta(minutes=20)
    worker = house.signed_in()
    worker.get(f"/interviews/{begun.id}")
    assert house.store.interview(begun.id).mode == "worker"


def test_forms_of_other_pages_are_refused(house: House, begun: InterviewRow) -> None:
    code, _ = issue(house, begun.id)
    client = house.app.test_client()
    for path, data in (("/kiosk", {"code": code}), ("/kiosk/pin", {"pin": PIN}), ("/kiosk/back", {"pin": PIN}), ("/away", {})):
        assert client.post(path, data=data).status_code == 400, path
    assert house.store.check_code(code)


def test_a_session_from_before_is_not_carried_on_with(house: House, begun: InterviewRow) -> None:
    worker = house.signed_in()
    with worker.client.session_transaction() as cookie:
        before = cookie["token"]
    code, _ = issue(house, begun.id)
    worker.get("/kiosk")
    worker.post("/kiosk", {"code": code})
    worker.get("/kiosk/pin")
    worker.post("/kiosk/pin", {"pin": PIN, "again": PIN})
    assert house.store.session(before) is None
    assert worker.get("/people").status_code == 403


def test_the_server_restarts_while_somebody_answers(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    person.get(f"/interviews/{begun.id}")
    again = make_app(house)
    cookie = person.client.get_cookie("bcst2")
    assert cookie is not None
    page, person.client = person.page, again.test_client()
    person.client.set_cookie("bcst2", cookie.value)
    person.page = page
    person.turn(begun.id, option="hostel", do="answer")
    assert house.store.state(begun.id).answers["where_lived"].options == ("hostel",)
    # Leaving counts for the new one too.
    person.get("/away")
    assert person.get(f"/interviews/{begun.id}").location == "/locked"


def make_app(house: House) -> Flask:
    held = web_of(house)
    return create_app(house.settings, house.store, house.interview, house.wording, house.rasa, held.casework, held.tongues)


def test_the_last_page_the_empty_page_and_coming_back_are_in_the_persons_language(house: House, begun: InterviewRow) -> None:
    house.store.put_into(begun.id, "test", language="ar")
    person = come_in(house, begun.id)
    person.get("/away")
    assert '<html lang="ar" dir="rtl">' in person.page
    person.get("/locked")
    for _ in range(5):
        person.post("/locked", {"secret": "5930", "do": "on"}, follow=True)
    assert '<html lang="ar" dir="rtl">' in person.page
    person.get("/kiosk")
    assert '<html lang="en"' in person.page, "whoever comes next begins at the beginning"


def test_the_language_chosen_before_coming_back_is_the_interviews(house: House, begun: InterviewRow) -> None:
    come_in(house, begun.id)
    number, second = house.store.accesses([begun.id])[0].number, house.client()
    second.get("/kiosk/back")
    second.post("/kiosk/language", {"language": "pl", "at": "back"})
    second.get("/kiosk/back")
    second.post("/kiosk/back", {"number": number, "pin": PIN}, follow=True)
    assert house.store.interview(begun.id).language == "pl"


def test_the_next_interview_is_in_the_language_and_words_of_the_one_before(house: House) -> None:
    before = house.started("Siobhan", language="pl", level="easy")
    answer_until(house, before.id, lambda _: False)
    worker = house.signed_in()
    worker.get(f"/people/{before.person_id}")
    assert re.search(r'name="language" type="radio" value="pl" checked', worker.page)
    assert re.search(r'name="level"[^>]*value="easy"[^>]*checked', worker.page)
    worker.post(f"/people/{before.person_id}/kiosk-codes", {})
    newest = house.store.interviews_of(before.person_id)[0]
    assert newest.id != before.id and (newest.language, newest.level) == ("pl", "easy")
