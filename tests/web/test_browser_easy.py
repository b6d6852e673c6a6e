"""Easy words and pictures in a real browser: large enough, nothing moves, nothing is asked of another host, sound for axe."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Route

from tests.web.conftest import Live
from tests.web.test_browser import pytestmark as pytestmark
from tests.web.test_browser_kiosk import Screen, at
from tests.web.test_browser_kiosk import chromium as chromium

TABLET = {"width": 800, "height": 1280}
# Words on the page that are smaller than easy words may be, or, but for headings and buttons, closer together.
SMALL = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const each = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !each.checkVisibility()) continue;
    if (each.closest(".govuk-visually-hidden, .govuk-skip-link, .demo, script")) continue;
    const style = getComputedStyle(each), size = parseFloat(style.fontSize);
    const close = !each.closest("h1, h2, button, a, summary, header") && parseFloat(style.lineHeight) < 1.5 * size - 0.1;
    if (size < 21 || close || style.fontStyle === "italic" || style.textAlign === "justify") {
      found.push(`${walker.currentNode.textContent.trim()} ${style.fontSize} ${style.lineHeight}`);
    }
  }
  return found;
}"""
PLACES = """() => [...document.querySelectorAll("h1, label, button, .lines, summary")].filter((each) => each.checkVisibility())
  .map((each) => each.getBoundingClientRect())
  .map((box) => [box.x, box.y, box.width, box.height].map(Math.round).join())"""
LOADED = "() => [...document.images].every((each) => each.complete && each.naturalWidth > 0)"


def in_easy_words(chromium: Chromium, live: Live, where: str, pictures: bool = True, **more: Any) -> Screen:
    """A screen at a question, in easy words."""
    row = at(live, "Lee", where, level="easy")
    screen = Screen(chromium, live, **more)
    screen.come_in(row)
    screen.page.goto(f"/interviews/{row.id}/adjust")
    screen.page.set_checked("#adjust-pictures", pictures)
    with screen.page.expect_navigation():
        screen.page.locator("main button.govuk-button").click()
    return screen


@pytest.mark.parametrize(("where", "window"), [("daily_help", {}), ("where_lived", {"viewport": TABLET})])
def test_easy_words_with_pictures_are_sound_and_large(chromium: Chromium, live: Live, where: str, window: dict[str, Any]) -> None:
    screen = in_easy_words(chromium, live, where, **window)
    screen.page.wait_for_function(LOADED)
    assert screen.page.evaluate(SMALL) == []
    assert screen.page.locator("h1 .picture").evaluate("(each) => each.getBoundingClientRect().width") == 88
    assert screen.wrong() == []
    assert screen.complaints == []
    assert [url for url in screen.asked if not url.startswith(live.address)] == []
    screen.context.close()


def test_nothing_moves_when_a_picture_comes_or_stays_away(chromium: Chromium, live: Live) -> None:
    screen = in_easy_words(chromium, live, "daily_help", pictures=True)
    held: list[Route] = []
    screen.context.route("**/pictures/*.svg*", lambda route: held.append(route))
    address = screen.page.url
    cache = screen.context.new_cdp_session(screen.page)
    cache.send("Network.setCacheDisabled", {"cacheDisabled": True})
    screen.page.goto(address, wait_until="commit")
    screen.page.wait_for_selector("h1 .picture", state="attached")
    screen.page.wait_for_timeout(300)
    before = screen.page.evaluate(PLACES)
    assert held and not screen.page.evaluate(LOADED)
    for route in held:
        route.continue_()
    screen.page.wait_for_function(LOADED)
    assert screen.page.evaluate(PLACES) == before
    screen.context.unroute("**/pictures/*.svg*")
    screen.context.route("**/pictures/*.svg*", lambda route: route.abort())
    screen.page.goto(address)
    assert screen.page.evaluate(PLACES) == before, "words stay where they are without the file"
    screen.context.close()
