"""The pages of cases in a real browser: accessible at every width, by keyboard, without JavaScript, asking no other host."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright

from bot.web.case_view import for_everybody
from tests.web.casing import case_of, casework_of, item_of, item_page, plan_page
from tests.web.conftest import Live
from tests.web.test_browser import ARGUMENTS, PROGRAM, Desk
from tests.web.test_browser import pytestmark as pytestmark

DUTY = "acc_duty_to_refer"
LANDSCAPE, ZOOMED = {"width": 1080, "height": 810}, {"width": 320, "height": 256}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def desk(chromium: Chromium, live_cases: Live) -> Iterator[Desk]:
    made = Desk(chromium, live_cases, viewport=LANDSCAPE)
    yield made
    made.context.close()


def wanting(desk: Desk) -> list[str]:
    """What is wrong with the page that is open: with axe, with targets to press, and when it is magnified by 400 %."""
    desk.page.set_viewport_size(LANDSCAPE)
    desk.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    found = desk.violations() + [f"small: {each}" for each in small(desk)]
    desk.page.set_viewport_size(ZOOMED)
    found += ["wider than its window"] * (desk.sideways() > 0)
    desk.page.set_viewport_size(LANDSCAPE)
    return found


def small(desk: Desk) -> list[str]:
    """What can be pressed and is less than 44 pixels high, but for a link in the middle of a sentence."""
    return list(
        desk.page.evaluate(
            """() => [...document.querySelectorAll("button, a[href], input, select, textarea, summary")]
            .filter((each) => each.type !== "hidden" && each.checkVisibility())
            .filter((each) => !each.closest(".govuk-skip-link, .govuk-error-summary"))
            .filter((each) => !(each.tagName === "A" && each.closest("p, dd, li")
              && each.closest("p, dd, li").innerText.trim() !== each.innerText.trim() && !each.closest("h2, h3")))
            .filter((each) => each.getBoundingClientRect().height < 43.5 || each.getBoundingClientRect().width < 24)
            .map((each) => each.outerHTML.slice(0, 140))"""
        )
    )


def addresses(live: Live, name: str) -> list[str]:
    house = live.house
    person, plan = house.person(name).id, plan_page(house, name)
    item, row = item_page(house, DUTY, name), house.store.interviews_of(house.person(name).id)[0].id
    return [
        *(f"{plan}{page}" for page in ("", "/groups", "/consents", "/referrals", "/add", "/earlier")),
        *(f"{item}?step=change", f"/people/{person}", "/people", f"/people/{person}/papers/preview?kind=plan-pdf"),
        *(f"/people/{person}/held", f"/people/{person}/papers", f"/interviews/{row}", f"/interviews/{row}/staff", "/alerts"),
        *(f"/alerts/{case_of(house, 'Lee').alerts[0].id}", "/cases?due=overdue&need=debt_advice", "/cases?by=date", "/report"),
        "/services?where=custody",
    ]


def test_every_page_is_accessible_at_every_width(desk: Desk) -> None:
    for address in addresses(desk.live, "Daniel"):
        response = desk.page.goto(address)
        assert response is not None
        assert response.status == 200, address
        assert wanting(desk) == [], address
    assert desk.complaints == []
    assert [url for url in desk.asked if not url.startswith(desk.live.address)] == []


def test_the_pages_with_private_parts(chromium: Chromium, live_cases: Live) -> None:
    desk = Desk(chromium, live_cases, "guard", viewport=LANDSCAPE)
    for address in addresses(live_cases, "Siobhan")[:3]:
        desk.page.goto(address)
        assert wanting(desk) == [], address
    desk.page.goto(f"/alerts/{case_of(live_cases.house, 'Siobhan').alerts[0].id}")
    assert desk.page.get_by_text("For the safeguarding role only").is_visible()
    assert wanting(desk) == []
    assert desk.complaints == []
    desk.context.close()


def test_mistakes_are_where_the_page_begins(desk: Desk) -> None:
    house, page = desk.live.house, desk.page
    plan = plan_page(house, "Marcus")
    page.goto(f"{item_page(house, DUTY)}?step=change")
    page.fill("#due", "31")
    page.fill("#words", "What I wrote")
    desk.press("Change")
    assert "govuk-error-summary" in str(page.evaluate("document.activeElement.className"))
    assert page.title().startswith("Error: ")
    assert page.input_value("#words") == "What I wrote"
    page.click(".govuk-error-summary a >> nth=-1")
    assert page.evaluate("document.activeElement.id") == "reason"
    assert wanting(desk) == []
    for address, opened, button in (
        (f"{plan}/referrals", "Record what was done", "Record it.*Needs profile"),
        (f"{plan}/groups", "Groups the person is not in", "Save.*People who were in care"),
        (plan, "For everybody: 3 items", "Mark these as done"),
    ):
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        assert not opened or page.get_by_text(opened).first.is_visible(), address
        with page.expect_navigation():
            page.get_by_role("button", name=re.compile(f"^{button}")).first.click()
        assert page.locator(".govuk-error-summary").is_visible(), address
        assert wanting(desk) == [], address
        page.click(".govuk-error-summary a >> nth=0")
        assert page.evaluate(
            "document.activeElement.matches('input, select, textarea') && document.activeElement.checkVisibility()"
        )


def test_a_case_from_end_to_end_without_javascript(chromium: Chromium, live_cases: Live) -> None:
    desk, house = Desk(chromium, live_cases, java_script_enabled=False, viewport=LANDSCAPE), live_cases.house
    page = desk.page
    page.click("text=Cases: who is due what")
    page.click("text=Tyler Brennan")
    own = (item for item in case_of(house, "Tyler").items if not item.sensitive and not for_everybody(item))
    item = next(item for item in own if "agree" in item.steps)
    card = page.locator(f"#item-{item.id}")
    with page.expect_navigation():
        card.get_by_role("button", name="Agree").click()
    assert page.locator("[role=status]").inner_text() == "It is agreed."
    with page.expect_navigation():
        page.locator(f"#item-{item.id}").get_by_role("link", name="Send to a service").click()
    page.select_option("#service", index=1)
    page.select_option("#how", "Told by telephone")
    desk.press("Send to a service")
    assert "It is noted, with a day to follow it up." in page.inner_text("main")
    page.click("text=Follow up >> nth=0")
    page.get_by_label("It helped").check()
    desk.press("Follow up")
    page.get_by_role("link", name="Mark as done", exact=True).click()
    page.fill("#what", "He starts on Monday")
    desk.press("Mark as done")
    assert case_of(house, "Tyler").item(item.id).state.state == "done"
    page.goto(plan_page(house, "Tyler") + "/consents")
    page.click("text=Change this >> nth=0")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("The person agrees.*responsible officer")).click()
    assert case_of(house, "Tyler").consents.may_share("officer")
    page.goto(plan_page(house, "Tyler") + "/add")
    page.fill("#search", "bidding")
    desk.press("Show")
    page.get_by_role("button", name=re.compile("Add.*Support bidding")).click()
    page.fill("#reason", "He asked")
    desk.press("Add it")
    assert "Added by a worker: He asked" in page.inner_text("main")
    page.goto("/services?where=custody")
    assert page.locator(".card").count() > 3
    desk.context.close()


def test_an_alert_is_acknowledged_by_keyboard_alone(desk: Desk) -> None:
    house, page = desk.live.house, desk.page
    casework_of(house).open_alerts()
    page.goto("/people")
    seen = []
    for _ in range(16):
        page.keyboard.press("Tab")
        seen.append(str(page.evaluate("document.activeElement.innerText")).strip())
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'"), seen[-1]
        if seen[-1].startswith("I act on this"):
            break
    assert seen[0] == "Skip to main content"
    assert seen[1:7] == ["Resettlement interview", "People", "Cases", "Alerts", "Services", "Report"]
    assert seen[8] == "Sign out", "after one's own account"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    name = page.inner_text("h1")
    page.focus("#note")
    page.keyboard.type("I go now")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "I act on this"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Acknowledged by Demo worker" in page.locator("[role=status]").first.inner_text()
    assert name not in page.inner_text(".alerts")


def test_steps_by_keyboard_and_pressed_twice(desk: Desk) -> None:
    house, page = desk.live.house, desk.page
    item = item_of(house, DUTY, "Gareth")
    page.goto(f"{item_page(house, DUTY, 'Gareth')}?step=note")
    page.focus("#note")
    page.keyboard.type("Once")
    with page.expect_navigation():
        page.get_by_role("button", name="Add a note").dblclick()
    page.wait_for_load_state("networkidle")
    assert case_of(house, "Gareth").item(item.id).seen == item.seen + 1
    page.goto(plan_page(house, "Gareth"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
