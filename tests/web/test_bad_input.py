"""The interview's pages when something goes wrong: tampering, strange words, two browsers, things that are down, ended sessions."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest

from bot.store.errors import StoreBusy, StoreError, StoreFull
from tests.web.conftest import Browser, House, answer_until, text_of, web_of


def test_nothing_chosen(house: House, worker: Browser, row: str) -> None:
    turn = worker.hidden("turn")
    response = worker.turn(row, do="answer")
    assert response.status_code == 422
    assert worker.title().startswith("Error: Where did you live")
    assert 'href="#answer"' in worker.page
    assert 'id="answer"' in worker.page
    assert worker.hidden("turn") == turn
    assert house.store.turn(row, turn) is None


def test_too_many_words_are_kept_on_the_page(house: House, worker: Browser, row: str) -> None:
    long = "a long story " * 200
    response = worker.turn(row, words=long)
    assert response.status_code == 422
    assert "fewer than 2000 letters" in worker.page
    assert long in worker.page
    response = worker.turn(row, option="hostel", more=long)
    assert response.status_code == 422
    assert long in worker.page
    assert re.search(r'value="hostel" checked', worker.page)
    assert "where_lived" not in house.store.state(row).answers


def test_far_too_many_words(worker: Browser, row: str) -> None:
    response = worker.turn(row, words="x" * 300_000)
    assert response.status_code == 413
    assert "Your answers are safe" in worker.page


def test_tampered_options(house: House, worker: Browser, row: str) -> None:
    for option in ("nope", "", "../..", "\x00", "owned' OR 1=1", "😀", "\u202e"):
        assert worker.turn(row, option=option).status_code == 422, option
    assert "where_lived" not in house.store.state(row).answers


def test_tampered_questions(house: House, worker: Browser, row: str) -> None:
    before = house.store.state(row).answers
    for question in ("nope", "", "x" * 5000, "\x00", "read_back_safety", "sexual_abuse", "gp"):
        form = {"turn": worker.hidden("turn"), "seen": worker.hidden("seen"), "question": question, "option": "nope"}
        assert worker.post(f"/interviews/{row}/turns", form, follow=True).status_code in (200, 422)
        assert house.interview.by_id["where_lived"].plain.ask in worker.page
        assert house.store.state(row).answers == before


TAMPERED: tuple[dict[str, object], ...] = (
    {"turn": "x"},
    {"turn": "'; drop table turns"},
    {"turn": "a" * 9999},
    {"seen": "-1"},
    {"seen": "9" * 400},
    {"seen": "x"},
    {"do": "delete"},
    {"do": "change"},
    {"change": "nope"},
    {"change": "safety~1"},
    {"change": "accommodation~x"},
    {"change": "~"},
    {"change": ""},
    {"pick": "nope"},
    {"option": ["owned", "hostel"]},
    {"option": ["nope"] * 500},
    {},
)


def test_tampered_forms_never_break(house: House, worker: Browser, row: str) -> None:
    for form in TAMPERED:
        assert worker.turn(row, **form).status_code in (200, 422), form
        assert worker.get(f"/interviews/{row}").status_code == 200
        assert worker.open_question(house, row) == "where_lived"


def test_strange_words(house: House, worker: Browser, row: str) -> None:
    strange = (
        "/refuse",
        '/change{"question": "gp"}',
        "/restart",
        "😀😀",
        "\u202etxt",
        "a\x00b",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "\ud800",
    )
    for words in strange:
        form = {name: worker.hidden(name) for name in ("turn", "seen", "question", "csrf_token")}
        data = {**form, "words": words.encode("utf-8", "surrogatepass")}
        response = worker.client.post(f"/interviews/{row}/turns", data=data, follow_redirects=True)
        assert response.status_code == 200, words
        worker.page = response.get_data(as_text=True)
        assert "<script>alert" not in worker.page
        assert "where_lived" not in house.store.state(row).answers


def test_two_browsers(house: House, worker: Browser, row: str) -> None:
    other = house.signed_in()
    other.get(f"/interviews/{row}")
    worker.turn(row, option="owned")
    other.turn(row, option="hostel")
    assert "answered on another screen" in other.page
    assert house.store.state(row).answers["where_lived"].options == ("owned",)
    assert other.open_question(house, row) != "where_lived"
    # An empty post from a page that is behind is no mistake of the question now open.
    worker.get(f"/interviews/{row}")
    other.get(f"/interviews/{row}")
    worker.turn(row, do="skip")
    assert other.turn(row, do="answer").status_code == 200


def test_unknown_interviews(worker: Browser) -> None:
    for interview_id in ("0" * 32, "nope", "%00", "health"):
        assert worker.get(f"/interviews/{interview_id}").status_code == 404
        assert worker.get(f"/interviews/{interview_id}/answers").status_code == 404
        assert "We cannot find this page" in worker.page
    worker.get("/people")
    assert worker.post(f"/interviews/{'0' * 32}/turns", {"do": "pause"}).status_code == 404


def two_screens(house: House, row: str) -> tuple[Browser, Browser]:
    one, other = house.signed_in(), house.signed_in()
    for screen in (one, other):
        screen.get(f"/interviews/{row}")
    return one, other


def test_a_text_typed_while_another_screen_answers_is_not_lost(house: House, row: str) -> None:
    answer_until(house, row, lambda step: step.question.kind == "text" and not step.question.sensitive)
    one, other = two_screens(house, row)
    question = one.open_question(house, row)
    one.turn(row, text="a first word")
    response = other.turn(row, text="a long story of mine")
    assert response.status_code == 200 and "answered on another screen" in other.page
    assert house.store.state(row).answers[question].text == "a first word"
    assert re.search(r"<textarea[^>]*>a first word\na long story of mine</textarea>", other.page)
    other.turn(row, text="a first word\na long story of mine")
    assert house.store.state(row).answers[question].text == "a first word\na long story of mine"


def test_own_words_typed_while_another_screen_answers_stay_in_their_box(house: House, row: str) -> None:
    one, other = two_screens(house, row)
    one.turn(row, option="owned", more="on a mortgage")
    other.turn(row, words="at me mums", more="since May")
    assert other.open_question(house, row) == "where_lived"
    assert 'value="at me mums"' in other.page and ">on a mortgage\nsince May</textarea>" in other.page
    assert re.search(r'value="owned" checked', other.page)
    assert other.hidden("seen") == str(house.store.state(row).newest)


def test_words_to_a_question_that_is_not_asked_any_more_wait_in_the_next_box(house: House, row: str) -> None:
    answer_until(house, row, lambda step: step.question.id == "debt_kinds", debts="yes")
    one, other = two_screens(house, row)
    one.turn(row, change="debts")
    one.turn(row, option="no")
    other.turn(row, words="rent and the phone")
    assert "What you had put is still here" in other.page
    assert "rent and the phone" in other.page and other.hidden("question") != "debt_kinds"
    # What is no question at all has no words to keep.
    assert other.turn(row, question="no_such", words="what").status_code == 200


def test_words_that_are_too_long_only_together_are_kept_beside_the_choice(house: House, worker: Browser, row: str) -> None:
    response = worker.turn(row, option="owned", more="m" * 1990, words="w" * 1990)
    assert response.status_code == 422
    assert "m" * 1990 in worker.page and "w" * 1990 in worker.page
    assert re.search(r'value="owned" checked', worker.page)
    assert worker.turn(row, more="m" * 1990, words="w" * 1990).status_code == 422
    assert "m" * 1990 in worker.page and "w" * 1990 in worker.page
    assert "where_lived" not in house.store.state(row).answers


def test_more_that_is_too_long_with_what_is_there_stays_in_its_box(house: House, worker: Browser, row: str) -> None:
    worker.turn(row, option="owned", more="m" * 1990)
    worker.turn(row, words="I want to say more")
    response = worker.turn(row, words="zebra " * 250)
    assert response.status_code == 422
    assert "zebra " * 200 in worker.page
    worker.turn(row, words="zebra")
    assert house.store.state(row).answers["where_lived"].more == "m" * 1990 + "\nzebra"


# -- when something is down


@pytest.mark.parametrize("trouble", ["down", "deaf"])
def test_when_the_turn_is_not_taken_nothing_typed_is_lost(house: House, worker: Browser, row: str, trouble: str) -> None:
    turn = worker.hidden("turn")
    setattr(house.rasa, trouble, True)
    response = worker.turn(row, option="hostel", more="the one in Leeds")
    assert response.status_code == 503
    assert "Your answers are safe. Please try again" in worker.page
    assert worker.hidden("turn") == turn
    assert re.search(r'value="hostel" checked', worker.page)
    assert ">the one in Leeds</textarea>" in worker.page
    setattr(house.rasa, trouble, False)
    worker.turn(row, option="hostel", more="the one in Leeds")
    assert house.store.state(row).answers["where_lived"].options == ("hostel",)
    assert house.store.turn(row, turn) is not None


def test_a_turn_that_was_taken_before_rasa_failed_is_taken(house: House, worker: Browser, row: str) -> None:
    house.rasa.dies = True
    response = worker.turn(row, option="hostel")
    assert response.status_code == 200
    assert "I have put: A hostel" in text_of(worker.page)


def test_a_call_for_a_person_that_does_not_get_through_says_so(house: House, worker: Browser, row: str) -> None:
    house.rasa.down = True
    assert worker.turn(row, do="person").status_code == 503
    assert "I could not pass this on just now. If you need someone now, tell a member of staff." in worker.page


def test_when_the_store_fails_the_turn_can_be_sent_again(
    house: House, worker: Browser, row: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreBusy("database: trouble")

    turn = worker.hidden("turn")
    with monkeypatch.context() as broken:
        broken.setattr(type(house.store), "state", fail)
        assert worker.turn(row, option="hostel", more="the <one> in Leeds").status_code == 503
    assert "Your answers are safe" in worker.page
    fields = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', worker.page)}
    assert fields["turn"] == turn
    response = worker.client.post(f"/interviews/{row}/turns", data=fields)
    assert response.status_code == 303
    assert house.store.state(row).answers["where_lived"].more == "the <one> in Leeds"


@pytest.mark.parametrize("error", [StoreBusy, StoreFull, StoreError])
def test_when_the_store_fails(
    house: House, worker: Browser, row: str, error: type[StoreError], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error("database: trouble")

    monkeypatch.setattr(type(house.store), "state", fail)
    assert worker.get(f"/interviews/{row}").status_code == 503
    assert "Your answers are safe" in worker.page
    assert "database" not in worker.page


def test_when_the_program_is_wrong_no_trace_is_shown(
    house: House, worker: Browser, row: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("what the person said")

    monkeypatch.setattr(type(web_of(house).talk), "path", fail)
    assert worker.get(f"/interviews/{row}").status_code == 500
    assert "Something went wrong on our side" in worker.page
    assert "Traceback" not in worker.page
    assert "what the person said" not in worker.page + caplog.text
    assert "ValueError" in caplog.text


def test_wrong_methods(worker: Browser, row: str) -> None:
    assert worker.client.put("/people").status_code == 405
    assert worker.client.get("/sign-out").status_code == 405


def test_what_was_typed_outlives_the_session(house: House, worker: Browser, row: str) -> None:
    house.clock.ahead += timedelta(minutes=31)
    response = worker.turn(row, follow=False, option="hostel", more="the one in Leeds")
    assert response.location == f"/sign-in?next=/interviews/{row}"
    assert "Leeds" not in response.location
    worker.get(response.location)
    assert "Leeds" not in worker.page
    worker.sign_in(next=worker.hidden("next"))
    worker.get(f"/interviews/{row}")
    assert "What you had put is still here" in worker.page
    assert re.search(r'value="hostel" checked', worker.page)
    assert ">the one in Leeds</textarea>" in worker.page
    assert "where_lived" not in house.store.state(row).answers
    worker.turn(row, option="hostel", more="the one in Leeds")
    assert house.store.state(row).answers["where_lived"].more == "the one in Leeds"
    worker.get(f"/interviews/{row}")
    assert "You were signed out" not in worker.page


def test_what_was_typed_beside_what_else_was_heard_outlives_the_session(house: House, worker: Browser, row: str) -> None:
    house.rasa.guesses, house.rasa.beside = {"family_friends": 0.9}, [("partner", "no"), ("gp", "yes")]
    worker.turn(row, words="at me mums, single, got a doctor")
    house.clock.ahead += timedelta(minutes=31)
    response = worker.turn(row, follow=False, do="confirm", option="gp", words="and a flat in Leeds")
    worker.get(response.location)
    worker.sign_in(next=worker.hidden("next"))
    worker.get(f"/interviews/{row}")
    assert "What you had put is still here" in worker.page and 'value="and a flat in Leeds"' in worker.page
    assert 'value="gp" checked' in worker.page and 'value="partner" checked' not in worker.page
    assert "gp" not in house.store.state(row).answers


def test_what_was_typed_is_not_shown_to_another_user(house: House, worker: Browser, row: str) -> None:
    house.store.add_user("other", "Other", ["worker"], "three quiet words", "test")
    house.clock.ahead += timedelta(minutes=31)
    worker.turn(row, follow=False, option="hostel", more="the one in Leeds")
    worker.get("/sign-in")
    worker.post("/sign-in", {"username": "other", "password": "three quiet words"})
    worker.get(f"/interviews/{row}")
    assert "Leeds" not in worker.page


def test_what_was_typed_is_of_no_use_once_the_interview_went_on(house: House, worker: Browser, row: str) -> None:
    house.clock.ahead += timedelta(minutes=31)
    worker.turn(row, follow=False, option="hostel", more="the one in Leeds")
    worker.sign_in()
    house.signed_in().get(f"/interviews/{row}")
    other = house.signed_in()
    other.get(f"/interviews/{row}")
    other.turn(row, option="owned")
    worker.get(f"/interviews/{row}")
    assert "Leeds" not in worker.page
    assert "Please answer this question again" in worker.page
