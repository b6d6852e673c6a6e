"""Easy words and pictures on the pages: chosen apart, each sentence on a line, pictures that are decoration. Without a browser."""

from __future__ import annotations

import re

import pytest
from flask import g

from bot.language.pictures import load_pictures
from bot.store.types import InterviewRow
from bot.web.kiosk import Around
from bot.web.picturing import Drawn
from tests.web.conftest import Browser, House, answer_until, text_of
from tests.web.test_kiosk import begun as begun
from tests.web.test_kiosk import come_in

PICTURE = re.compile(r"<img [^>]*pictures/[^>]*>")


def pictures(page: str) -> list[str]:
    """The pictures of a page by name."""
    return [re.search(r"pictures/(\w+)\.svg", found)[1] for found in PICTURE.findall(page)]  # type: ignore[index]


def use(worker: Browser, row: str, **wanted: str) -> None:
    """Choose on the page for language and words."""
    worker.get(f"/interviews/{row}/language")
    worker.post(f"/interviews/{row}/language", wanted, follow=True)


@pytest.mark.parametrize("level", ["plain", "easy"])
def test_words_and_pictures_are_chosen_apart(worker: Browser, row: str, level: str) -> None:
    use(worker, row, level=level)
    assert pictures(worker.page) == [] and "OpenMoji" not in worker.page
    before = text_of(worker.page)
    use(worker, row, level=level, pictures="on")
    assert pictures(worker.page)[:1] == ["house"] and "clock" in pictures(worker.page)
    assert 'name="pictures" type="checkbox" value="on" checked' in worker.get(f"/interviews/{row}/language").get_data(as_text=True)
    worker.get(f"/interviews/{row}")
    # The pictures add nothing to the words but whose they are.
    assert text_of(worker.page).replace("Pictures: OpenMoji · CC BY-SA 4.0", "").split() == before.split()
    use(worker, row, level=level)
    assert pictures(worker.page) == []


def test_pictures_are_decoration_and_have_their_size(worker: Browser, row: str) -> None:
    use(worker, row, pictures="on")
    found = PICTURE.findall(worker.page)
    assert len(found) > 5
    for picture in found:
        assert ' alt="" ' in picture and re.search(r'width="(\d+)" height="\1"', picture) and "?v=" in picture
    assert all(worker.client.get(f"/static/pictures/{name}.svg").status_code == 200 for name in pictures(worker.page))


def test_another_interview_on_the_same_screen_starts_without_them(house: House, worker: Browser, row: str) -> None:
    use(worker, row, pictures="on")
    other = house.started("Lee").id
    worker.get(f"/interviews/{other}")
    assert pictures(worker.page) == []


def test_what_helps_is_turned_on_when_it_is_said(house: House, worker: Browser) -> None:
    mine = house.started("Lee").id
    answer_until(house, mine, lambda step: step.question.id == "access_needs")
    worker.get(f"/interviews/{mine}")
    assert pictures(worker.page) == []
    worker.turn(mine, option=["pictures", "easy_words"], do="answer")
    assert house.store.interview(mine).level == "easy" and pictures(worker.page)


def test_at_the_kiosk_it_is_kept_with_the_code(house: House) -> None:
    row = house.started("Lee", mode="kiosk")
    answer_until(house, row.id, lambda step: step.question.id == "access_needs", who_is_here="alone")
    person = come_in(house, row.id)
    person.get(f"/interviews/{row.id}")
    person.turn(row.id, option=["pictures", "bigger_text", "more_time"], do="answer")
    assert re.search(r'<body class="[^"]*with-bigger with-more_time with-pictures', person.page) and pictures(person.page)
    assert house.store.interview(row.id).level == "plain"
    person.get(f"/interviews/{row.id}/language")
    person.post(f"/interviews/{row.id}/language", {}, follow=True)
    assert pictures(person.page) == [] and "with-more_time" in person.page


def test_something_else_that_is_said_turns_nothing_on(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    person.get(f"/interviews/{begun.id}")
    person.turn(begun.id, option="hostel", do="answer")
    assert pictures(person.page) == [] and house.store.interview(begun.id).level == "plain"


def test_a_private_page_shows_only_that_one_may_talk(house: House) -> None:
    row = house.started("Lee", mode="kiosk")
    answer_until(house, row.id, lambda step: step.question.id == "hurt_ever", who_is_here="alone", safety_gate="now")
    person = come_in(house, row.id)
    person.get(f"/interviews/{row.id}/adjust")
    person.post(f"/interviews/{row.id}/adjust", {"adjust": ["pictures"]}, follow=True)
    person.post(f"/interviews/{row.id}/on", follow=True)
    assert 'value="hurt_ever"' in person.page
    shown = pictures(person.page)
    assert shown[0] == "talk" and set(shown) <= {"talk", *load_pictures().buttons.values()}


def test_everything_that_is_asked_can_be_drawn(house: House) -> None:
    with house.app.test_request_context():
        draw = Drawn(house.interview, "1")
        assert draw("question", "where_lived") == "", "nobody has chosen pictures"
        g.around = Around("", adjust=frozenset({"pictures"}))
        for question in house.interview.questions:
            assert len(pictures(draw("question", question.id))) == 1, question.id
        assert draw("option", "things_and_pets", "none") == draw("button", "unheard") == ""


def test_each_easy_sentence_has_a_line(worker: Browser, row: str) -> None:
    use(worker, row, level="easy")
    assert '<p class="govuk-body lines">Now we will talk about your home.\nYou can skip any question.</p>' in worker.page
    assert '<div class="lines">Choose the place where you stayed most.\nA landlord is' in worker.page
    assert "These easy words are a draft.\nReaders still need to test them." in worker.page
    use(worker, row, level="plain")
    assert "You can skip any question.</p>" in worker.page and ".\nYou can skip" not in worker.page
    assert "Readers still need to test them" not in worker.page
