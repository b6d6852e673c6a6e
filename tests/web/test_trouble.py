"""What somebody alone reads when something goes wrong: their own language, nothing of staff, and the way back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.interview.definitions import Interview
from bot.language.catalogue import Catalogues
from bot.language.wording import Wording
from bot.store.errors import StoreBusy
from tests.web.conftest import Browser, House, Midway, answer_until, make_house, text_of, web_of
from tests.web.test_kiosk import come_in

STAFF = ("list of people", "administrator", "role ", "Sign in", "looks after this system", "256 KB")


def main_of(page: str) -> str:
    found = re.search(r"<main.*</main>", page, re.DOTALL)
    assert found is not None, page[:400]
    return found[0]


def alone(house: House, language: str = "en", level: str = "plain") -> tuple[Browser, str]:
    row = house.started("Lee", mode="kiosk", level=level, language=language)
    person = come_in(house, row.id)
    person.get(f"/interviews/{row.id}")
    return person, row.id


@pytest.mark.parametrize("level", ["plain", "easy"])
@pytest.mark.parametrize(("path", "status"), [("/people", 403), ("/nowhere", 404), ("/sign-out", 405)])
def test_a_page_that_is_not_theirs(house: House, path: str, status: int, level: str) -> None:
    person, interview = alone(house, level=level)
    assert person.get(path).status_code == status
    page = text_of(main_of(person.page))
    assert (
        "There is a problem" in page
        and "We cannot show this page" in page
        and "an officer" in page.replace("any officer", "an officer")
    )
    assert not [words for words in STAFF if words in page]
    assert f'href="/interviews/{interview}"' in main_of(person.page), "the way back to the questions"


@pytest.mark.parametrize("language", ["ur", "pl"])
def test_in_their_language(midway: Midway, tmp_path: Path, interview: Interview, language: str) -> None:
    house = make_house(midway[0], tmp_path / "home", interview, Wording(interview, lookup=Catalogues().lookup))
    person, _ = alone(house, language)
    assert person.get("/nowhere").status_code == 404
    assert f'<html lang="{language}" dir="{"rtl" if language == "ur" else "ltr"}">' in person.page
    page, say = text_of(main_of(person.page)), web_of(house).phrases.say
    for phrase in ("problem", "trouble_page", "trouble_again", "support_back"):
        assert say(phrase, language) in page and say(phrase, language) != say(phrase)


def test_words_that_are_too_long(house: House) -> None:
    person, interview = alone(house)
    assert person.post(f"/interviews/{interview}/turns", {"words": "a" * 400_000}).status_code == 413
    page = text_of(main_of(person.page))
    assert "more than I can take" in page and "KB" not in page


@pytest.mark.parametrize("error", [StoreBusy, ValueError])
def test_a_failing_turn_can_be_sent_again(house: House, monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    person, interview = alone(house, "pl")
    question = person.hidden("question")
    option = web_of(house).interview.by_id[question].options[0].id
    with monkeypatch.context() as broken:
        failing(broken, house, "state", error)
        sent = person.turn(interview, words="", option=option, do="answer")
        assert sent.status_code in (500, 503)
        assert "what the person said" not in person.page and '<html lang="pl"' in person.page
    # The page's own form, as it stands there: nothing that was put in is lost.
    form = re.search(r'<form method="post">(.*?)</form>', person.page, re.DOTALL)
    assert form is not None
    again = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
    assert person.client.post(f"/interviews/{interview}/turns", data=again).status_code in (200, 303)
    assert house.store.state(interview).answers[question].options == (option,)


def failing(broken: pytest.MonkeyPatch, house: House, name: str, error: type[Exception] = StoreBusy) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error("what the person said")

    broken.setattr(type(house.store), name, fail)


def test_when_the_database_is_gone_the_words_and_the_language_stay(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    person, interview = alone(house, "ur", "easy")
    for name in ("session", "interview"):
        with monkeypatch.context() as broken:
            failing(broken, house, "state")
            failing(broken, house, name)
            assert person.get(f"/interviews/{interview}").status_code == 503
            assert '<html lang="ur" dir="rtl">' in person.page and 'class="easy ' in person.page
            assert web_of(house).phrases.say("trouble_again", level="easy") in text_of(person.page)


def test_staff_keep_their_own_page_when_the_database_is_gone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    row, worker = house.started("Lee"), house.signed_in()
    worker.get(f"/interviews/{row.id}")
    token = worker.hidden("csrf_token")
    with monkeypatch.context() as broken:
        failing(broken, house, "session")
        worker.client.get("/locked")
        for page in (worker.client.get("/locked"), worker.client.post(f"/interviews/{row.id}/aside", data={"csrf_token": token})):
            assert page.status_code == 503 and "Go to the list of people" in page.get_data(as_text=True)


def test_a_private_page_that_fails_can_be_left_at_once(midway: Midway, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    person = come_in(house, midway[2])
    with monkeypatch.context() as broken:
        failing(broken, house, "state")
        assert person.get(f"/interviews/{midway[2]}").status_code == 503
        assert "/away" in person.page and "kiosk.js" in person.page and 'name="to" value="stop"' in person.page
        # And where its page keeps failing, the screen can be closed for whoever comes next.
        assert person.post(f"/interviews/{midway[2]}/aside", {"to": "stop"}).status_code == 503
        assert f"/interviews/{midway[2]}/close" in main_of(person.page)
        assert person.post(f"/interviews/{midway[2]}/close").location.endswith("/kiosk")
    with monkeypatch.context() as broken:
        failing(broken, house, "session")
        page = person.client.get("/away").get_data(as_text=True)
        assert "This screen is not in use" in page and "interview" not in text_of(page).lower()


def test_somebody_who_asks_for_a_person_reads_whom_to_turn_to(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    person, interview = alone(house)
    with monkeypatch.context() as broken:
        failing(broken, house, "state")
        assert person.turn(interview, do="person").status_code == 503
    page = text_of(main_of(person.page))
    assert "If you need someone now, tell a member of staff" in page and "Press your cell bell" in page


def test_words_before_a_button_that_leads_aside_are_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    person, interview = alone(house)
    answer_until(house, interview, lambda step: step.question.id == "where_lived", who_is_here="alone")
    person.get(f"/interviews/{interview}")
    form = {name: person.hidden(name) for name in ("turn", "seen", "question")}
    with monkeypatch.context() as broken:
        failing(broken, house, "session")
        assert (
            person.post(f"/interviews/{interview}/aside", {**form, "to": "support", "words": "with my sister"}).status_code == 503
        )
        assert 'value="with my sister"' in main_of(person.page)
    person.get(f"/interviews/{interview}")
    person.post(f"/interviews/{interview}/aside", {**form, "to": "support", "words": "with my sister"})
    # The page fails once on the way back: they stand there when it does not.
    with monkeypatch.context() as broken:
        failing(broken, house, "state")
        assert person.get(f"/interviews/{interview}").status_code == 503
    person.get(f"/interviews/{interview}")
    assert "with my sister" in person.page


def test_somebody_who_has_not_come_in(house: House) -> None:
    person = house.client()
    assert person.get("/kiosk/nowhere").status_code == 404
    assert "We cannot show this page" in text_of(person.page) and "Who can help me" in text_of(person.page)
    person.get("/kiosk")
    assert person.post("/kiosk", {"code": "x" * 400_000}).status_code == 413
    page = text_of(main_of(person.page))
    assert "more than I can take" in page and not [words for words in STAFF if words in page]
    assert 'href="/kiosk"' in main_of(person.page)


def test_staff_read_what_staff_can_do(house: House) -> None:
    worker = house.signed_in()
    worker.get("/nowhere")
    assert "Go to the list of people" in text_of(worker.page) and "We cannot find this page" in text_of(worker.page)
