"""Answering alone by keyboard only, the colours that somebody has forced, and what a worker sees when a person is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium

from bot.actions.forms import Turns
from bot.interview.definitions import Interview
from bot.language.catalogue import Catalogues
from bot.language.wording import Wording
from tests.web.conftest import Live, answer_until, make_house, serving, web_of
from tests.web.test_browser import Desk
from tests.web.test_browser_kiosk import IN_CELL, PIN, Screen, at, chromium, issue, pytestmark

__all__ = ["chromium", "pytestmark"]
MOST_TABS = 60
# What has the focus: whether it is what was looked for, whether it can be seen to have it, and whether all of it is in sight.
FOCUSED = """(wanted) => {
  const each = document.activeElement, style = getComputedStyle(each), box = each.getBoundingClientRect();
  const words = (each.labels?.[0] ?? each).innerText.trim().split("\\n")[0];
  const over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const drawn = ["radio", "checkbox"].includes(each.type);
  return {
    words, found: words === wanted || each.id === wanted,
    shown: drawn || each === document.body || style.outlineStyle !== "none" || style.boxShadow !== "none",
    hidden: each.matches("button, input, a") && over?.closest(".strip") && !each.closest(".strip") ? words : "",
  };
}"""
# Buttons without an edge of their own cannot be told from words where colours are forced.
EDGELESS = """() => [...document.querySelectorAll(".govuk-button, .pick, .strip__button, .listen__button, .govuk-input")]
  .filter((each) => each.checkVisibility() && getComputedStyle(each).borderTopStyle === "none")
  .map((each) => each.outerHTML.slice(0, 100))"""


@pytest.fixture(scope="module")
def live(furnished: Path, tmp_path_factory: pytest.TempPathFactory, interview: Interview) -> Iterator[Live]:
    """The application with its catalogues, and with the real casework behind the dialogue."""
    wording = Wording(interview, lookup=Catalogues().lookup)
    house = make_house(furnished, tmp_path_factory.mktemp("keyboard") / "home", interview, wording)
    house.rasa.turns = Turns(house.store, interview, wording, casework=web_of(house).casework)
    yield from serving(house)


class Keys(Screen):
    """A screen in a cell whose mouse is broken."""

    def to(self, wanted: str) -> None:
        """Tab until something with these words (or this id) has the focus."""
        passed = []
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            now = self.page.evaluate(FOCUSED, wanted)
            assert now["shown"], f"{now['words']} does not show that it has the focus"
            assert not now["hidden"], f"{now['hidden']} has the focus and is behind the strip"
            if now["found"]:
                return
            passed.append(now["words"])
        raise AssertionError(f"{wanted} is not among {passed}")

    def enter(self) -> None:
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def type(self, wanted: str, text: str) -> None:
        self.to(wanted)
        self.page.keyboard.type(text)

    def answer(self) -> None:
        """The first answer, or some words."""
        kind = self.page.locator("#answer").get_attribute("type")
        self.to("answer")
        if kind in ("radio", "checkbox"):
            self.page.keyboard.press("Space")
        else:
            self.page.keyboard.type("3")
        self.to("Continue")
        self.enter()


def test_the_whole_way_at_the_kiosk_by_keyboard_alone(chromium: Chromium, live: Live) -> None:
    keys = Keys(chromium, live)
    row, page, store = live.house.started("Gareth", mode="kiosk"), keys.page, live.house.store
    code, _ = issue(live, row)
    page.goto("/kiosk")
    keys.type("code", code)
    keys.enter()
    keys.type("pin", PIN)
    keys.type("again", PIN)
    keys.enter()
    assert keys.heading() == "This is your number"
    keys.to("Continue")
    keys.enter()
    keys.to("English")
    keys.enter()
    keys.to("adjust-bigger")
    page.keyboard.press("Space")
    keys.to("Start the questions")
    keys.enter()
    assert "with-bigger" in str(page.get_attribute("body", "class"))
    for _ in range(2):
        before = keys.heading()
        keys.answer()
        assert keys.heading() != before
    keys.to("Stop for now")
    keys.enter()
    assert store.interview(row.id).state == "paused"
    keys.to("Carry on")
    keys.enter()
    keys.type("secret", PIN)
    keys.enter()
    answer_until(live.house, row.id, lambda step: step.question.section == "safety", who_is_here="alone")
    page.goto(f"/interviews/{row.id}")
    keys.to("Go on to this part")
    keys.enter()
    assert page.title().startswith("A private question")
    keys.answer()
    answer_until(live.house, row.id, lambda step: step.question.reads_back == "plan" or step.question.id == "paper_copy")
    page.goto(f"/interviews/{row.id}")
    for _ in range(6):
        if page.locator("main form[action$='/close']").count():
            break
        keys.answer()
    keys.to("Close this screen")
    keys.enter()
    assert page.url.endswith("/kiosk")
    keys.context.close()


def test_pages_hold_where_colours_are_forced(chromium: Chromium, live: Live) -> None:
    screen = Screen(chromium, live, forced_colors="active")
    row, page = at(live, "Lee", "where_lived"), screen.page
    for path in ("/kiosk", "/kiosk/back", "/away"):
        page.goto(path)
        assert screen.violations() == [] and page.evaluate(EDGELESS) == [], path
    screen.come_in(row)
    for path in ("", "/languages", "/adjust", "/support", "/answers"):
        page.goto(f"/interviews/{row.id}{path}")
        assert screen.violations() == [] and page.evaluate(EDGELESS) == [], path
    answer_until(live.house, row.id, lambda step: step.question.section == "safety", who_is_here="alone")
    page.goto(f"/interviews/{row.id}")
    assert screen.violations() == [] and page.evaluate(EDGELESS) == []
    screen.context.close()
    desk = Desk(chromium, live, forced_colors="active", viewport=IN_CELL)
    for language in ("pl", "ar"):
        together = live.house.started("Daniel", language=language)
        answer_until(live.house, together.id, lambda step: step.question.id == "where_lived")
        desk.page.goto(f"/interviews/{together.id}")
        assert desk.violations() == [] and desk.page.evaluate(EDGELESS) == [], language
    desk.context.close()


def test_talk_to_a_person_at_the_kiosk_is_an_alert_that_the_worker_sees(chromium: Chromium, live: Live) -> None:
    screen = Screen(chromium, live)
    row = at(live, "Siobhan")
    screen.come_in(row)
    screen.press("Talk to a person")
    assert "Where did you live" in screen.heading(), "the question stays"
    assert screen.violations() == []
    desk = Desk(chromium, live, viewport=IN_CELL)
    desk.page.goto("/alerts")
    assert "This person asked to talk to a person" in desk.page.inner_text("main")
    assert "Siobhan Keane" in desk.page.inner_text("main")
    # What they typed and answered stays with them.
    assert live.house.store.state(row.id).answers.get("where_lived") is None
    desk.context.close()
    screen.context.close()
