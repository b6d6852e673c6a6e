"""Answering alone in a real browser: whole journeys by keyboard, by touch and without scripts; leaving at once; the lock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright

from bot.store.types import InterviewRow
from tests.web.conftest import Live, answer_until
from tests.web.test_browser import ARGUMENTS, PROGRAM, Desk
from tests.web.test_browser import pytestmark as pytestmark

IN_CELL = {"width": 1366, "height": 768}
PIN = "4827"
# Whether the button that leaves the page is where a finger would press it.
IN_REACH = """() => {
  const button = document.querySelector(".exit__button"), box = button.getBoundingClientRect();
  return button.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
}"""
# What lies under it when it has the focus.
UNDER = """() => {
  const bar = document.querySelector(".exit");
  return [...document.querySelectorAll("main :is(button, input, summary, a)")]TURNED
    .filter((each) => each.type !== "hidden" && each.checkVisibility())
    .filter((each) => { each.focus(); return each.getBoundingClientRect().top < bar.getBoundingClientRect().bottom - 1; })
    .map((each) => each.outerHTML.slice(0, 80));
}"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=ARGUMENTS)
        yield browser
        browser.close()


class Screen(Desk):
    """A screen in a cell: nobody is signed in."""

    def __init__(self, chromium: Chromium, live: Live, **options: Any) -> None:
        self.live = live
        self.context = chromium.new_context(base_url=live.address, **{"viewport": IN_CELL, **options})
        self.context.set_default_timeout(10_000)
        self.page = self.context.new_page()
        self.asked, self.complaints = [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def wrong(self) -> list[str]:
        """What is not as it must be on this page: axe, small targets, wider than the window at 400 %."""
        found = [*self.violations(), *self.small()]
        self.page.set_viewport_size({"width": 320, "height": 256})
        found += [f"sideways by {self.sideways()}"] if self.sideways() > 0 else []
        self.page.set_viewport_size(IN_CELL)  # type: ignore[arg-type]
        return found

    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def follow(self, label: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=label, exact=True).first.click()

    def come_in(self, row: InterviewRow) -> None:
        """With a new code, to the open question."""
        code, _ = issue(self.live, row)
        self.page.goto("/kiosk")
        self.page.fill("#code", code)
        self.press("Continue")
        self.page.fill("#pin", PIN)
        self.page.fill("#again", PIN)
        self.press("Continue")
        self.page.goto(f"/interviews/{row.id}")


def issue(live: Live, row: InterviewRow) -> tuple[str, str]:
    worker = next(user for user in live.house.store.users() if user.username == "worker")
    access, code = live.house.store.issue_code(row.id, worker.id)
    return code, access.number


def at(live: Live, name: str, where: str = "where_lived", **more: Any) -> InterviewRow:
    """An interview of a person alone, at a question, or at the first of a section."""
    row = live.house.started(name, **{"mode": "kiosk", **more})
    answer_until(live.house, row.id, lambda step: where in (step.question.id, step.question.section), who_is_here="alone")
    return row


@pytest.fixture
def screen(chromium: Chromium, live: Live) -> Iterator[Screen]:
    made = Screen(chromium, live)
    yield made
    made.context.close()


def test_every_page_of_the_way_in_is_accessible(screen: Screen, live: Live) -> None:
    row, page = live.house.started("Tyler", mode="kiosk"), screen.page
    code, _ = issue(live, row)
    page.goto("/kiosk")
    assert screen.wrong() == []
    page.fill("#code", "CDF347HJK")
    screen.press("Continue")
    assert screen.wrong() == []
    screen.press("العربية")
    assert page.get_attribute("html", "dir") == "rtl"
    assert screen.wrong() == []
    screen.press("English")
    page.fill("#code", code)
    screen.press("Continue")
    assert screen.wrong() == []
    page.fill("#pin", PIN)
    page.fill("#again", PIN)
    screen.press("Continue")
    assert screen.heading() == "This is your number"
    assert screen.wrong() == []
    screen.follow("Continue")
    assert screen.wrong() == []
    screen.press("Polski")
    assert page.get_attribute("html", "lang") == "pl"
    page.goto(f"/interviews/{row.id}/languages")
    screen.press("English")
    page.check("#adjust-easy")
    page.check("#adjust-bigger")
    page.check("#adjust-pictures")
    assert screen.wrong() == []
    with page.expect_navigation():
        page.locator("main button.govuk-button").click()
    assert screen.wrong() == []
    for path in (f"/interviews/{row.id}/support", "/locked", f"/interviews/{row.id}/answers"):
        page.goto(path)
        assert screen.wrong() == [], path
    page.goto(f"/interviews/{row.id}")
    screen.press("Stop for now")
    assert screen.heading() == "You have stopped for now"
    assert screen.wrong() == []
    screen.press("Carry on")
    assert screen.heading() == "This screen is locked"
    answer_until(live.house, row.id, lambda step: False)
    page.fill("#secret", PIN)
    screen.press("Carry on")
    assert screen.wrong() == []
    assert [text for text in screen.complaints if "422" not in text] == []
    assert [url for url in screen.asked if not url.startswith(live.address)] == []


def test_the_private_part_by_keyboard_and_out_with_shift(screen: Screen, live: Live) -> None:
    row, page = at(live, "Lee", "safety"), screen.page
    screen.come_in(row)
    assert screen.heading() == "The next part is private"
    assert screen.wrong() == []
    page.locator("button", has_text="Go on to this part").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.title().startswith("A private question")
    assert screen.wrong() == []
    history = page.evaluate("history.length")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    assert "1 more" in page.inner_text("#exit-said")
    # Anything else begins the count anew, and so does waiting.
    page.keyboard.press("Tab")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    with page.expect_navigation():
        page.keyboard.press("Shift")
    page.wait_for_url("**/away")
    assert page.title() == "Information"
    assert screen.violations() == []
    assert page.evaluate("history.length") == history
    for word in ("interview", "private", "safe"):
        assert word not in page.content().lower().replace("resettlement", "")
    page.go_back()
    page.wait_for_load_state()
    page.wait_for_timeout(300)
    assert screen.heading() in ("This screen is locked", "Today")
    assert "private" not in page.inner_text("body")
    page.goto(f"/interviews/{row.id}")
    assert screen.heading() == "This screen is locked"
    page.fill("#secret", PIN)
    page.keyboard.press("Enter")
    page.wait_for_url("**/interviews/**")
    assert screen.heading() == "The next part is private"


@pytest.mark.parametrize("scripts", [True, False])
def test_the_exit_button_and_the_link(chromium: Chromium, live: Live, scripts: bool) -> None:
    screen = Screen(chromium, live, java_script_enabled=scripts, has_touch=True)
    row, page = at(live, "Gareth", "safety"), screen.page
    screen.come_in(row)
    for way in (".exit__button", "a[data-away]"):
        if way == "a[data-away]":
            page.focus(way)
            with page.expect_navigation():
                page.keyboard.press("Enter")
        else:
            with page.expect_navigation():
                page.tap(way)
        page.wait_for_url("**/away")
        screen.follow("Start")
        assert screen.heading() == "This screen is locked"
        page.fill("#secret", PIN)
        screen.press("Carry on")
        assert screen.heading() == "The next part is private"
    screen.context.close()


@pytest.mark.parametrize("size", [(390, 844), (844, 390), (320, 256)])
def test_the_exit_is_in_reach_wherever_a_small_page_is_scrolled_to(chromium: Chromium, live: Live, size: tuple[int, int]) -> None:
    screen = Screen(chromium, live, viewport={"width": size[0], "height": size[1]}, has_touch=True)
    row, page = at(live, "Joseph", "safety"), screen.page
    screen.come_in(row)
    assert page.locator(".exit").count() == 1
    for _ in range(2):
        page.evaluate("scrollTo(0, 0)")
        below = page.locator(".exit").bounding_box()
        heading = page.locator("h1").bounding_box()
        assert below is not None and heading is not None and below["y"] + below["height"] <= heading["y"]
        for where in ("0", "document.body.scrollHeight / 2", "document.body.scrollHeight"):
            page.evaluate(f"scrollTo(0, {where})")
            assert page.evaluate(IN_REACH), where
        # Nothing that has the focus lies under it, whichever way one comes to it.
        for turned in ("", ".reverse()"):
            assert page.evaluate(UNDER.replace("TURNED", turned)) == []
        assert screen.sideways() <= 0
        if page.get_by_role("button", name="Go on to this part").count():
            screen.press("Go on to this part")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.tap(".exit__button")
    page.wait_for_url("**/away")
    screen.context.close()


def test_a_whole_journey_without_scripts_with_a_pause_and_another_screen(chromium: Chromium, live: Live) -> None:
    screen = Screen(chromium, live, java_script_enabled=False)
    row, page = at(live, "Marcus"), screen.page
    screen.come_in(row)
    number = live.house.store.accesses([row.id])[0].number
    question = screen.heading()
    page.fill("#words", "a hostel")
    screen.press("Who can help me")
    assert "Samaritans" in page.inner_text("main")
    screen.follow("Back to where I was")
    assert page.input_value("#words") == "a hostel"
    screen.press("Continue")
    assert live.house.store.state(row.id).answers["where_lived"].options == ("hostel",)
    assert screen.heading() != question
    screen.press("Talk to a person")
    assert "noted it for your worker" in page.inner_text("main")
    second_question = screen.heading()
    screen.press("Stop for now")
    screen.press("Close this screen")
    assert screen.heading() == "Plan for when you leave prison"
    other = Screen(chromium, live, java_script_enabled=False, has_touch=True)
    other.page.goto("/kiosk")
    other.follow("I have been here before")
    other.page.fill("#number", number)
    other.page.fill("#pin", PIN)
    other.press("Continue")
    assert other.heading() == second_question
    other.context.close()
    screen.context.close()


def test_the_page_warns_before_it_locks_and_can_be_kept_open(screen: Screen, live: Live) -> None:
    row, page = at(live, "Imran"), screen.page
    screen.come_in(row)
    page.clock.install()
    page.goto(f"/interviews/{row.id}")
    page.fill("#words", "a tent by the sea")
    page.clock.run_for(475_000)
    assert not page.locator("#idle").is_visible()
    page.clock.run_for(10_000)
    assert page.locator("#idle").is_visible()
    assert screen.violations() == []
    # It is spoken, holds the focus, and can be answered by keyboard.
    assert page.evaluate("document.activeElement.hasAttribute('data-stay-here')")
    page.keyboard.press("Enter")
    assert not page.locator("#idle").is_visible()
    page.clock.run_for(479_000)
    assert not page.locator("#idle").is_visible()
    page.clock.run_for(60_000)
    assert page.locator("#idle").is_visible()
    page.clock.run_for(62_000)
    page.clock.resume()
    page.wait_for_url("**/locked")
    page.fill("#secret", PIN)
    screen.press("Carry on")
    assert page.input_value("#words") == "a tent by the sea"


def test_the_network_goes_and_comes_back(screen: Screen, live: Live) -> None:
    row, page = at(live, "Raymond"), screen.page
    screen.come_in(row)
    page.fill("#words", "a hostel")
    screen.context.set_offline(True)
    page.get_by_role("button", name="Who can help me").click()
    page.wait_for_selector("#offline:not([hidden])")
    assert page.input_value("#words") == "a hostel"
    assert screen.violations() == []
    screen.context.set_offline(False)
    screen.press("Try again")
    assert screen.heading() == "Who can help you"
    screen.follow("Back to where I was")
    assert page.input_value("#words") == "a hostel"


def test_words_come_back_from_answers_and_languages_and_enter_goes_on(screen: Screen, live: Live) -> None:
    row, page = at(live, "Siobhan"), screen.page
    screen.come_in(row)
    for name in ("See my answers", "Language and words"):
        page.fill("#words", "a hostel")
        screen.press(name)
        screen.follow("Back to the questions")
        assert page.input_value("#words") == "a hostel"
    # The button for languages comes first on the page: Enter is not meant for it.
    page.focus("#words")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert live.house.store.state(row.id).answers["where_lived"].options == ("hostel",)
    page.goto(f"/interviews/{row.id}/answers")
    screen.press("Who can help me")
    assert screen.heading() == "Who can help you"


def test_leaving_shows_nothing_even_without_a_network(screen: Screen, live: Live) -> None:
    row, page = at(live, "Joseph", "safety"), screen.page
    screen.come_in(row)
    screen.press("Go on to this part")
    screen.context.set_offline(True)
    page.locator(".exit__button").click()
    page.wait_for_timeout(200)
    assert "private" not in page.evaluate("document.body?.innerText ?? ''")
    screen.context.set_offline(False)


def test_a_tablet_goes_to_the_person_and_back(chromium: Chromium, live: Live) -> None:
    desk = Desk(chromium, live, viewport={"width": 800, "height": 1280}, has_touch=True)
    row, page = at(live, "Rhys"), desk.page
    page.goto(f"/people/{row.person_id}")
    assert desk.violations() == []
    assert desk.small() == []
    with page.expect_navigation():
        page.get_by_role("link", name="Hand this tablet to the person").tap()
    assert desk.violations() == []
    page.fill("#pin", "6294")
    desk.press("Hand it over")
    assert page.locator("h1").inner_text() == "This tablet is now for you"
    assert desk.violations() == []
    page.goto(f"/interviews/{row.id}")
    page.fill("#words", "a tent by the sea")
    desk.press("Give the tablet back")
    assert desk.violations() == []
    page.fill("#secret", "1793")
    desk.press("Take the tablet back")
    assert desk.violations() == []
    page.fill("#secret", "6294")
    desk.press("Take the tablet back")
    assert page.input_value("#words") == "a tent by the sea"
    page.goto(f"/people/{row.person_id}")
    desk.press("Issue a code to carry on")
    assert desk.violations() == []
    assert desk.small() == []
    desk.context.close()
