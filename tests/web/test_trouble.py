"""What somebody alone reads when something goes wrong: their own language, nothing of staff, and the way back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.interview.definitions import Interview
from bot.language.catalogue import Catalogues
from bot.language.wording import Wording
from bot.store.errors import StoreBusy
from tests.web.conftest import Browser, House, Midway, make_house, text_of, web_of
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

    def fail(*_: object) -> None:
        raise error("what the person said")

    with monkeypatch.context() as broken:
        broken.setattr(type(house.store), "state", fail)
        sent = person.turn(interview, words="my own words")
        assert sent.status_code in (500, 503)
        assert 'value="my own words"' in main_of(person.page), "nothing that was put in is lost"
        assert "what the person said" not in person.page and '<html lang="pl"' in person.page
    # Also where not even the interview can be looked up.
    with monkeypatch.context() as broken:
        broken.setattr(type(house.store), "state", fail)
        broken.setattr(type(house.store), "interview", lambda *_: (_ for _ in ()).throw(StoreBusy("database: trouble")))
        assert person.get(f"/interviews/{interview}").status_code in (500, 503)
        assert "There is a problem" in text_of(person.page) and "database" not in person.page


def test_somebody_who_has_not_come_in(house: House) -> None:
    person = house.client()
    assert person.get("/kiosk/nowhere").status_code == 404
    person.get("/kiosk")
    assert person.post("/kiosk", {"code": "x" * 400_000}).status_code == 413
    page = text_of(main_of(person.page))
    assert "more than I can take" in page and not [words for words in STAFF if words in page]
    assert 'href="/kiosk"' in main_of(person.page)


def test_staff_read_what_staff_can_do(house: House) -> None:
    worker = house.signed_in()
    worker.get("/nowhere")
    assert "Go to the list of people" in text_of(worker.page) and "We cannot find this page" in text_of(worker.page)
