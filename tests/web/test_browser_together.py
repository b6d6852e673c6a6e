"""The page of two, in a real browser: both languages and directions, tablets, 400 % zoom, keyboard, no scripts, listening."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium

from bot.interview.definitions import Interview
from bot.language.catalogue import Catalogues
from bot.language.wording import Wording
from tests.web.conftest import Live, answer_until, make_house, serving, web_of
from tests.web.test_browser import Desk, chromium, pytestmark

__all__ = ["chromium", "pytestmark"]
PORTRAIT, LANDSCAPE, ZOOMED = {"width": 800, "height": 1280}, {"width": 1280, "height": 800}, {"width": 320, "height": 256}


@pytest.fixture(scope="module")
def spoken(furnished: Path, tmp_path_factory: pytest.TempPathFactory, interview: Interview) -> Iterator[Live]:
    """The application with its catalogues on a real port."""
    wording = Wording(interview, lookup=Catalogues().lookup)
    yield from serving(make_house(furnished, tmp_path_factory.mktemp("spoken") / "home", interview, wording))


@pytest.fixture
def desk(chromium: Chromium, spoken: Live) -> Iterator[Desk]:
    one = Desk(chromium, spoken, viewport=PORTRAIT, has_touch=True)
    yield one
    one.context.close()


def at(live: Live, language: str, level: str = "plain", question: str = "where_lived", **choices: Any) -> str:
    row = live.house.started("Daniel", language=language, level=level)
    answer_until(live.house, row.id, lambda step: step.question.id == question, **choices)
    return row.id


@pytest.mark.parametrize(("language", "level"), [("en", "easy"), ("pl", "plain"), ("ar", "easy")])
def test_the_page_of_two_is_accessible_on_tablets_and_zoomed(desk: Desk, language: str, level: str) -> None:
    row = at(desk.live, language, level)
    desk.page.goto(f"/interviews/{row}")
    for summary in ("#sections summary", "#notes summary"):
        desk.page.click(summary)
    for size in (PORTRAIT, LANDSCAPE, ZOOMED):
        desk.page.set_viewport_size(size)
        assert desk.violations() == []
        assert desk.sideways() == 0
        assert desk.small() == []
    for path in ("language", "review"):
        desk.page.goto(f"/interviews/{row}/{path}")
        assert desk.violations() == [] and desk.sideways() == 0
    assert [url for url in desk.asked if not url.startswith(desk.live.address)] == [] and desk.complaints == []


def test_each_side_runs_in_its_own_direction(desk: Desk) -> None:
    desk.page.goto(f"/interviews/{at(desk.live, 'ar')}")
    person, worker = (desk.page.locator(name).bounding_box() for name in (".beside__person", ".beside__worker"))
    assert person is not None and worker is not None and person["x"] > worker["x"] and person["y"] == worker["y"]
    assert desk.page.locator(".beside__worker").evaluate("side => getComputedStyle(side).direction") == "ltr"
    button, label = (desk.page.locator(name).first.bounding_box() for name in (".govuk-radios__input", ".govuk-radios__label"))
    assert button is not None and label is not None and button["x"] > label["x"]


def test_an_answer_is_chosen_on_the_english_side_too(desk: Desk) -> None:
    row = at(desk.live, "pl")
    desk.page.goto(f"/interviews/{row}")
    assert desk.page.locator(".english__option").count() == desk.page.locator("main input[type=radio]").count()
    desk.page.tap(".english__option >> text='A hostel'")
    desk.page.locator("button[value=answer]").first.click()
    desk.page.wait_for_selector("#put >> text=A hostel")
    assert desk.live.house.store.state(row).answers["where_lived"].options == ("hostel",)


def test_what_else_was_heard_is_read_and_ticked_on_the_english_side_too(desk: Desk) -> None:
    row, rasa = at(desk.live, "ar"), desk.live.house.rasa
    rasa.guesses, rasa.beside, rasa.perhaps = {"family_friends": 0.9}, [("gp", "yes"), ("partner", "no")], [("bank_account", "no")]
    try:
        desk.page.goto(f"/interviews/{row}")
        desk.page.fill("#english-words", "his mum's, single, has a doctor")
        with desk.page.expect_navigation():
            desk.page.locator("#english-words").press("Enter")
    finally:
        rasa.guesses, rasa.beside, rasa.perhaps = {}, [], []
    for size in (PORTRAIT, LANDSCAPE, ZOOMED):
        desk.page.set_viewport_size(size)
        assert desk.violations() == [] and desk.sideways() == 0 and desk.small() == []
    desk.page.set_viewport_size(PORTRAIT)
    desk.page.tap(".english__option >> text='Do you have a partner, a husband or a wife? – No'")
    desk.page.tap(".english__option >> text='Do you have a bank account? – No'")
    with desk.page.expect_navigation():
        desk.page.locator("button[value=confirm]").click()
    answers = desk.live.house.store.state(row).answers
    assert {"gp", "partner", "bank_account"} & set(answers) == {"gp", "bank_account"}


def test_a_part_is_gone_to_and_an_answer_undone_by_keyboard_alone(desk: Desk) -> None:
    row, page = at(desk.live, "en"), desk.page
    page.goto(f"/interviews/{row}")
    page.check("#answer-2")
    desk.press("Continue")
    page.locator("#put button").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Where did you live" in page.inner_text("h1")
    page.locator("#sections summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Money").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Money" in page.inner_text(".progress")


def test_nothing_moves_between_questions_once_the_page_is_there(desk: Desk) -> None:
    page = desk.page
    page.goto(f"/interviews/{at(desk.live, 'pl')}")
    page.wait_for_timeout(500)
    moved = page.evaluate(
        """() => new Promise((done) => {
          let sum = 0;
          new PerformanceObserver((list) => { for (const each of list.getEntries()) sum += each.value; })
            .observe({ type: "layout-shift", buffered: true });
          setTimeout(() => done(sum), 200);
        })"""
    )
    assert moved < 0.01


def test_all_of_it_works_without_javascript(chromium: Chromium, spoken: Live) -> None:
    desk = Desk(chromium, spoken, java_script_enabled=False, viewport=LANDSCAPE)
    row, page = at(spoken, "pl"), desk.page
    page.goto(f"/interviews/{row}")
    if web_of(spoken.house).tongues.speech.can("pl"):
        assert page.locator("audio[controls]").first.is_visible() and not page.locator(".listen__button").first.is_visible()
    page.click("#notes summary")
    page.fill("#note", "Quiet today")
    desk.press("Keep as a note")
    page.click("#notes summary")
    assert "Quiet today" in page.inner_text("#notes")
    page.fill("#english-words", "a hostel")
    desk.press("Put down")
    assert spoken.house.store.state(row).answers["where_lived"].options == ("hostel",)
    page.goto(f"/interviews/{row}/language")
    page.check("#language-cy")
    page.locator("main button").click()
    assert page.locator("html").get_attribute("lang") == "cy"
    desk.context.close()


def test_listening_begins_with_a_press_and_not_before(desk: Desk) -> None:
    if not web_of(desk.live.house).tongues.speech.can("pl"):
        pytest.skip("there is no espeak-ng here")
    desk.page.goto(f"/interviews/{at(desk.live, 'pl')}")
    desk.page.wait_for_timeout(300)
    assert not any("/sound/" in url for url in desk.asked)
    with desk.page.expect_response(lambda response: "/sound/" in response.url) as heard:
        desk.page.locator(".listen__button").first.click()
    assert heard.value.status in (200, 206)


def test_a_page_says_when_the_other_screen_has_answered(desk: Desk) -> None:
    row, page = at(desk.live, "en"), desk.page
    page.clock.install()
    page.goto(f"/interviews/{row}")
    answer_until(desk.live.house, row, lambda step: step.question.id != "where_lived")
    page.clock.run_for(16_000)
    page.wait_for_selector("#newer:not([hidden])")
    assert desk.violations() == []


def test_the_first_load_is_light(chromium: Chromium, spoken: Live) -> None:
    desk = Desk(chromium, spoken, viewport=LANDSCAPE)
    row = at(spoken, "ar", "easy")
    context = chromium.new_context(base_url=spoken.address, storage_state=desk.context.storage_state())
    page, sizes = context.new_page(), []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.goto(f"/interviews/{row}", wait_until="networkidle")
    assert 10_000 < sum(sizes) < 300_000
    context.close()
    desk.context.close()
