"""The pages in a real browser: accessible, by keyboard, narrow, without JavaScript, and asking no other host."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, sync_playwright

from bot.interview.path import Step
from bot.settings import ROOT
from bot.store.types import InterviewRow
from tests.web.conftest import PASSWORD, Live, answer_until

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PROGRAM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(PROGRAM is None, reason="there is no chromium here: run scripts/system"),
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is not here: run make setup-dev"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=ARGUMENTS)
        yield browser
        browser.close()


class Desk:
    """A signed-in browser window that remembers which hosts were asked for something."""

    def __init__(self, chromium: Chromium, live: Live, user: str = "worker", **options: Any) -> None:
        self.live = live
        self.context: BrowserContext = chromium.new_context(base_url=live.address, **options)
        self.context.set_default_timeout(10_000)
        self.page: Page = self.context.new_page()
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto("/sign-in")
        self.page.fill("#username", user)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button")
        self.page.wait_for_url("**/people")

    def violations(self) -> list[str]:
        """What axe finds on the page, all rules."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("async () => (await axe.run()).violations")
        return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]

    def small(self) -> list[str]:
        """What can be pressed and is less than 44 pixels high or wide."""
        return list(
            self.page.evaluate(
                """() => [...document.querySelectorAll("button, a[href], input, select, textarea, summary")]
                .filter((each) => each.type !== "hidden" && each.checkVisibility())
                .filter((each) => !each.closest(".govuk-skip-link, .govuk-error-summary"))
                .map((each) => (each.closest(".scale__item") ?? each))
                .filter((each) => {
                  const box = each.getBoundingClientRect();
                  return box.height < 43.5 || box.width < 24;
                })
                .map((each) => each.outerHTML.slice(0, 120))"""
            )
        )

    def sideways(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def press(self, label: str) -> None:
        """Press a button and wait for the page after it."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=label, exact=True).first.click()


@pytest.fixture
def desk(chromium: Chromium, live: Live) -> Iterator[Desk]:
    made = Desk(chromium, live, viewport={"width": 1280, "height": 800})
    yield made
    made.context.close()


def asking(step: Step, sort: str) -> bool:
    question = step.question
    return {
        "one": question.id == "where_lived",
        "many": question.kind == "many" and len(question.options) > 3,
        "address": question.kind == "address",
        "text": question.kind == "text",
        "scale": question.kind == "scale",
        "private": question.sensitive,
        "worker": question.asked_of == "worker",
        "read back": question.reads_back == "accommodation",
    }[sort]


def at(live: Live, sort: str, name: str = "Lee", **more: Any) -> InterviewRow:
    row = live.house.started(name, **more)
    step = answer_until(
        live.house,
        row.id,
        lambda step: asking(step, sort),
        where_lived="private_rented" if sort != "one" else "",
        where_will_live="new_address",
    )
    assert step is not None, sort
    return row


@pytest.mark.parametrize("level", ["plain", "easy"])
def test_questions_are_accessible_at_every_width(desk: Desk, level: str) -> None:
    row = desk.live.house.started("Lee", level=level)
    chosen = {"where_lived": "private_rented", "where_will_live": "new_address"}
    for sort in ("one", "address", "many", "private", "worker", "text", "scale", "read back"):
        # On to the next of the wanted sort: the order here is that of the interview, by and large.
        row = row if sort not in ("many",) else at(desk.live, sort, level=level)
        if answer_until(desk.live.house, row.id, lambda step, sort=sort: asking(step, sort), **chosen) is None:  # type: ignore[misc]
            row = at(desk.live, sort, level=level)
        desk.page.set_viewport_size({"width": 1280, "height": 800})
        desk.page.goto(f"/interviews/{row.id}")
        assert desk.violations() == [], sort
        assert desk.small() == [], sort
        # 400 % zoom of a window of 1280 by 1024.
        desk.page.set_viewport_size({"width": 320, "height": 256})
        assert desk.sideways() <= 0, sort
    assert desk.complaints == []


def test_the_other_pages_are_accessible_at_every_width(desk: Desk) -> None:
    live, page = desk.live, desk.page
    row, done = at(live, "one"), live.house.started("Tyler")
    answer_until(live.house, done.id, lambda step: False)
    paths = [
        "/people",
        "/people/add",
        "/people/import",
        f"/people/{live.house.person('Lee').id}",
        f"/people/{live.house.person('Joseph').id}",
        f"/interviews/{done.id}",
        f"/interviews/{done.id}/answers",
        "/nowhere",
    ]
    for path in paths:
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(path)
        assert desk.violations() == [], path
        assert desk.small() == [], path
        page.set_viewport_size({"width": 320, "height": 256})
        assert desk.sideways() <= 0, path
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/people/add")
    desk.press("Add this person")
    assert desk.violations() == []
    page.goto(f"/interviews/{row.id}")
    desk.press("Continue")
    assert desk.violations() == []
    live.house.rasa.guesses = {"hostel": 0.4}
    page.fill("#words", "some place")
    desk.press("Continue")
    assert page.get_by_role("button", name="A hostel").is_visible()
    assert desk.violations() == []
    live.house.rasa.guesses = {}
    live.house.rasa.down = True
    page.check("#answer")
    desk.press("Continue")
    assert desk.violations() == []
    live.house.rasa.down = False
    desk.press("Stop for now")
    assert desk.violations() == []
    page.goto("/people")
    page.fill("#search", "nobody at all")
    desk.press("Search")
    assert desk.violations() == []
    desk.press("Sign out")
    assert desk.violations() == []


def test_no_other_host_is_asked(desk: Desk) -> None:
    row = at(desk.live, "one")
    for path in ("/people", "/people/add", f"/interviews/{row.id}", f"/interviews/{row.id}/answers"):
        desk.page.goto(path)
    desk.page.goto(f"/interviews/{row.id}")
    desk.page.check("#answer-2")
    desk.press("Continue")
    assert desk.asked
    assert [url for url in desk.asked if not url.startswith(desk.live.address)] == []
    assert desk.complaints == []


def test_everything_works_without_javascript(chromium: Chromium, live: Live) -> None:
    desk = Desk(chromium, live, java_script_enabled=False)
    page = desk.page
    page.click("text=Joseph Amankwah")
    page.check("#level")
    desk.press("Start")
    first = page.locator("h1").inner_text()
    page.check("#answer")
    desk.press("Continue")
    assert page.locator("h1").inner_text() != first
    assert "I have put" in page.locator("[role=status]").inner_text()
    desk.press("Change this")
    assert page.locator("h1").inner_text() == first
    assert page.locator("#answer").is_checked()
    desk.press("Continue")
    page.get_by_text("Why we ask").click()
    assert page.locator(".govuk-details__text").first.is_visible()
    # As far as a yes to going on: without one the interview waits there.
    for _ in range(2):
        page.check("#answer")
        desk.press("Continue")
    for label in ("Ask me later", "I do not know", "I do not want to say", "Skip", "Back", "Say it again", "Talk to a person"):
        desk.press(label)
    page.click("text=See my answers")
    assert "What you told us" in page.locator("h1").inner_text()
    page.click("text=Back to the questions")
    desk.press("Stop for now")
    assert "We have stopped for now" in page.locator("h1").inner_text()
    desk.press("Carry on")
    assert "Welcome back" in page.locator("[role=status]").inner_text()
    desk.context.close()


def test_a_question_is_answered_by_keyboard_alone(desk: Desk) -> None:
    row, page = at(desk.live, "one"), desk.page
    page.goto(f"/interviews/{row.id}")
    assert page.evaluate("document.activeElement.tagName") == "H1"
    seen = []
    for _ in range(14):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("(document.activeElement.value || document.activeElement.innerText || document.activeElement.id).trim()")
        )
        # A radio shows its focus by its label.
        shown = "document.activeElement.type === 'radio' || getComputedStyle(document.activeElement).outlineStyle !== 'none'"
        assert page.evaluate(shown), seen[-1]
    order = [
        "Why we ask",
        "Help with this question",
        "Say more about your answer",
        "answer",
        "refuse",
        "unknown",
        "later",
        "go_back",
        "skip",
    ]
    assert [name for name in seen if name in order] == order
    page.focus("#answer")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    option = desk.live.house.interview.by_id["where_lived"].options[2].id
    assert desk.live.house.store.state(row.id).answers["where_lived"].options == (option,)


def test_enter_in_own_words_continues(desk: Desk) -> None:
    row, page = at(desk.live, "one"), desk.page
    page.goto(f"/interviews/{row.id}")
    page.fill("#words", "a hostel")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert desk.live.house.store.state(row.id).answers["where_lived"].options == ("hostel",)


def test_a_mistake_is_where_the_page_begins(desk: Desk) -> None:
    row, page = at(desk.live, "one"), desk.page
    page.goto(f"/interviews/{row.id}")
    desk.press("Continue")
    assert "govuk-error-summary" in str(page.evaluate("document.activeElement.className"))
    page.click(".govuk-error-summary a")
    assert page.evaluate("document.activeElement.id") == "answer"
    assert page.title().startswith("Error: ")


def test_pressed_twice_is_one_turn(desk: Desk) -> None:
    row, page = at(desk.live, "one"), desk.page
    page.goto(f"/interviews/{row.id}")
    page.check("#answer-2")
    with page.expect_navigation():
        page.get_by_role("button", name="Continue").dblclick()
    page.wait_for_load_state("networkidle")
    assert sum(entry.question == "where_lived" for entry in desk.live.house.store.history(row.id)) == 1
    assert len([url for url in desk.asked if url.endswith("/turns")]) == 1


def test_when_the_network_fails_the_words_stay(desk: Desk) -> None:
    row, page = at(desk.live, "one"), desk.page
    page.goto(f"/interviews/{row.id}")
    page.fill("#words", "a hostel")
    desk.context.set_offline(True)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_selector("#offline:not([hidden])")
    assert page.input_value("#words") == "a hostel"
    assert "Your answers are safe" in page.inner_text("#offline")
    assert desk.violations() == []
    desk.context.set_offline(False)
    desk.press("Try again")
    assert desk.live.house.store.state(row.id).answers["where_lived"].options == ("hostel",)


def test_none_of_these_puts_the_others_out(desk: Desk) -> None:
    row, page = desk.live.house.started("Lee"), desk.page
    step = answer_until(desk.live.house, row.id, lambda step: step.question.kind == "many" and step.options[-1].exclusive)
    assert step is not None
    page.goto(f"/interviews/{row.id}")
    boxes = page.locator("input[type=checkbox]")
    boxes.first.check()
    boxes.last.check()
    assert not boxes.first.is_checked()
    boxes.first.check()
    assert not boxes.last.is_checked()


def test_a_scale_is_chosen_by_its_number(desk: Desk) -> None:
    row, page = at(desk.live, "scale"), desk.page
    page.goto(f"/interviews/{row.id}")
    page.get_by_role("radio", name=re.compile("^10$")).check()
    desk.press("Continue")
    assert [answer.number for answer in desk.live.house.store.state(row.id).answers.values() if answer.number is not None] == [10.0]


def test_what_else_was_heard_is_settled_with_more_words_by_keyboard_narrow_and_without_javascript(
    desk: Desk, chromium: Chromium
) -> None:
    rasa, store = desk.live.house.rasa, desk.live.house.store
    bare = Desk(chromium, desk.live, java_script_enabled=False)
    try:
        for here in (desk, bare):
            row, page = at(desk.live, "one"), here.page
            rasa.guesses, rasa.beside = {"family_friends": 0.9}, [("partner", "no"), ("gp", "yes")]
            rasa.perhaps = [("bank_account", "no"), ("drugs_help", "yes")]
            page.goto(f"/interviews/{row.id}")
            page.fill("#words", "at my mum's, single, got a doctor")
            with page.expect_navigation():
                page.locator("#words").press("Enter")
            assert page.locator("input[name=option]:checked").count() == 2
            assert page.locator("input[value=bank_account]:not(:checked)").is_visible()
            if here is desk:
                assert page.evaluate("document.activeElement.tagName") == "H1"
                assert desk.violations() == [] and desk.small() == []
                page.set_viewport_size({"width": 320, "height": 256})
                assert desk.sideways() <= 0
                page.set_viewport_size({"width": 1280, "height": 800})
                store.put_into(row.id, "test", language="ar")
                page.reload()
                assert page.locator("html[dir=rtl] label[for=answer]").is_visible()
                assert desk.violations() == [] and desk.small() == []
                store.put_into(row.id, "test", language="en")
                page.reload()
            rasa.guesses, rasa.beside, rasa.perhaps = {}, [("where_will_live", "return")], []
            page.locator("label[for=perhaps-1]").click()
            page.locator("input[name=option]").first.focus()
            page.keyboard.press("Space")
            page.locator("input[name=words]").fill("I go back there")
            with page.expect_navigation():
                page.locator("input[name=words]").press("Enter")
            before = store.state(row.id).answers
            assert "where_will_live" not in before and page.locator("input[value=where_will_live]:checked").count() == 1
            with page.expect_navigation():
                page.locator("button[value=confirm]").click()
            answers = store.state(row.id).answers
            assert answers["where_will_live"].options == ("return",)
            assert answers["bank_account"].options == ("no",), "ticked by touch, though it was not sure"
            assert len({"partner", "gp"} & set(answers)) == 1, "the tick that was taken away is asked in its turn"
        assert desk.complaints == []
    finally:
        rasa.guesses, rasa.beside, rasa.perhaps = {}, [], []
        bare.context.close()
