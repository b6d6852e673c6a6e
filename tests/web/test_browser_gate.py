"""The administrator's pages, the account and signing on in a real browser: accessible at every width, asking no other host."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright

from bot.casework.casework import Casework
from bot.interview.definitions import Interview
from bot.language.wording import Wording
from bot.web.app import create_app
from tests.web.conftest import COMPILED, Live, make_house, plan_data, serving
from tests.web.provider import Provider, made_key
from tests.web.test_browser import ARGUMENTS, PROGRAM, Desk
from tests.web.test_browser import pytestmark as pytestmark
from tests.web.test_browser_cases import LANDSCAPE, wanting
from tests.web.test_sign_on import JO, settings_for


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=ARGUMENTS)
        yield browser
        browser.close()


def test_the_pages_of_an_administrator(chromium: Chromium, live_cases: Live) -> None:
    desk, house = Desk(chromium, live_cases, "administrator", viewport=LANDSCAPE), live_cases.house
    users = house.store.users()
    for address in (
        *("/admin/users", "/admin/users/add", f"/admin/users/{users[0].id}", f"/admin/users/{users[-1].id}"),
        *("/admin/settings", "/admin/audit", "/account", "/account/password", "/people", f"/people/{house.person('Lee').id}"),
        *("/services/add", "/services/import"),
    ):
        response = desk.page.goto(address)
        assert response is not None
        assert response.status == 200, address
        assert wanting(desk) == [], address
    for address, button in (
        *(("/services/add", "Save"), ("/admin/users/add", "Add the user"), ("/account/password", "Change the password")),
        ("/admin/settings", "Save"),
    ):
        desk.page.goto(address)
        if address == "/admin/settings":
            desk.page.fill("#idle_minutes", "999")
        desk.press(button)
        assert desk.page.title().startswith("Error: "), address
        assert wanting(desk) == [], address
        desk.page.click(".govuk-error-summary a >> nth=0")
        assert desk.page.evaluate("document.activeElement.matches('input, select, textarea')"), address
    desk.page.goto(f"/people/{house.person('Lee').id}/plan")
    assert "It needs the role worker or safeguarding" in desk.page.inner_text("main")
    assert wanting(desk) == []
    assert [each for each in desk.complaints if "403" not in each and "422" not in each] == []
    assert [url for url in desk.asked if not url.startswith(desk.live.address)] == []
    desk.context.close()


def test_a_managers_lists(chromium: Chromium, live_cases: Live) -> None:
    desk = Desk(chromium, live_cases, "manager", viewport=LANDSCAPE)
    for address in ("/people", "/cases", "/cases?by=date", "/report", "/services", "/account"):
        desk.page.goto(address)
        assert wanting(desk) == [], address
    desk.context.close()


def test_signing_on_brings_the_session_along(
    chromium: Chromium, furnished: Path, tmp_path: Path, interview: Interview, wording: Wording
) -> None:
    """The provider is another site than ours (127.0.0.1 and localhost): our cookie is sent from our own pages only."""
    provider = Provider(made_key(), claims=dict(JO))
    provider.start()
    house = make_house(furnished, tmp_path / "home", interview, wording)
    settings = replace(house.settings, sign_on=settings_for(provider, tmp_path))
    casework = Casework(house.store, interview, plan_data(), wording)
    house.app = create_app(settings, house.store, interview, wording, house.rasa, casework)
    house.app.jinja_env.bytecode_cache = COMPILED
    for live in serving(house):
        context = chromium.new_context(base_url=live.address.replace("127.0.0.1", "localhost"))
        page = context.new_page()
        page.goto("/sign-in?next=/cases")
        page.get_by_role("link", name="Sign in with the prison’s sign-on").click()
        page.wait_for_url("**/cases")
        assert page.get_by_role("heading", name="Cases").is_visible()
        context.close()
    provider.stop()
