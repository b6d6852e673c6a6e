"""By touch alone, as on a tablet and an in-cell screen: a co-run from the list to the answers, what goes wrong at the kiosk, and
servers that are started again while a page is open."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page
from waitress.server import create_server

from bot.casework.casework import Casework
from bot.interview.definitions import Interview
from bot.language.wording import Wording
from bot.store.store import Store
from bot.web.app import create_app
from tests.web.conftest import House, Live, make_house, plan_data
from tests.web.fake import FakeRasa
from tests.web.test_browser import Desk, chromium, pytestmark
from tests.web.test_browser_kiosk import IN_CELL, PIN, Screen, at, issue

__all__ = ["chromium", "pytestmark"]
TABLET = {"width": 800, "height": 1280}


def tap(page: Page, role: Any, name: str) -> None:
    """Tap on something and wait for the page after it."""
    with page.expect_navigation():
        page.get_by_role(role, name=name, exact=True).first.tap()


def test_a_co_run_by_touch(chromium: Chromium, live: Live) -> None:
    desk = Desk(chromium, live, viewport=TABLET, has_touch=True)
    page, store = desk.page, live.house.store
    person = next(each for each in live.house.people if "Daniel" in each.name)
    with page.expect_navigation():
        page.locator(f"a[href='/people/{person.id}']").first.tap()
    page.locator("label[for=level]").first.tap()
    tap(page, "button", "Start")
    asked = []
    for _ in range(12):
        heading = page.locator("h1").inner_text()
        asked.append(heading)
        options = page.locator(
            ".beside__person main label, .beside__person label.govuk-radios__label, label.govuk-checkboxes__label"
        )
        if options.count():
            options.first.tap()
        with page.expect_navigation():
            page.locator("button[value=answer]").first.tap()
        assert desk.small() == []
    row = store.interviews_of(person.id)[0]
    assert len(set(asked)) > 8 and len(store.state(row.id).answers) >= 8
    # What was put down last is there to be undone, and the answers are one tap away.
    before = len(store.state(row.id).answers)
    tap(page, "button", "See my answers")
    assert page.locator("dt").count() >= before
    assert desk.complaints == []
    desk.context.close()


def test_a_code_whose_time_is_over_and_five_wrong_pins(chromium: Chromium, live: Live) -> None:
    screen = Screen(chromium, live, has_touch=True)
    row, page, store = at(live, "Tyler"), screen.page, live.house.store
    worker = next(user for user in store.users() if user.username == "worker")
    page.goto("/kiosk")
    page.fill("#code", store.issue_code(row.id, worker.id, hours=1e-9)[1])
    tap(page, "button", "Continue")
    assert page.title().startswith("Error:") and "too old" in page.inner_text(".govuk-error-summary").lower()
    code, number = issue(live, row)
    page.fill("#code", code)
    tap(page, "button", "Continue")
    page.fill("#pin", PIN)
    page.fill("#again", PIN)
    tap(page, "button", "Continue")
    assert number[:3] in page.inner_text(".big-number")
    other = Screen(chromium, live, has_touch=True)
    other.page.goto("/kiosk/back")
    for _ in range(5):
        other.page.fill("#number", number)
        other.page.fill("#pin", "9182")
        tap(other.page, "button", "Continue")
        assert other.page.title().startswith("Error:") and other.violations() == []
    other.page.fill("#number", number)
    other.page.fill("#pin", PIN)
    tap(other.page, "button", "Continue")
    assert "/interviews/" not in other.page.url
    # The screen that was in is out, too; the answers are kept, and a new code opens them.
    page.goto(f"/interviews/{row.id}")
    assert "/interviews/" not in page.url
    kept = store.state(row.id).answers
    screen.come_in(row)
    assert store.state(row.id).answers == kept and page.locator("h1").count() == 1
    other.context.close()
    screen.context.close()


class Restarted:
    """One home, served again and again on one port, each time by a new application."""

    def __init__(self, house: House) -> None:
        self.house, self.port = house, 0
        self._start(house.app)

    def _start(self, app: Any) -> None:
        self.server: Any = create_server(app, host="127.0.0.1", port=self.port, threads=8)
        self.port = self.server.effective_port
        threading.Thread(target=self.server.run, daemon=True).start()

    def stop(self) -> None:
        # As when a process ends: connections that a browser keeps open end with it.
        for channel in list(self.server._map.values()):
            channel.close()
        self.server.task_dispatcher.shutdown(timeout=2)
        self.house.store.close()

    def start(self) -> None:
        settings, interview, wording = self.house.settings, self.house.interview, self.house.wording
        store = Store.open(settings.database, settings.keys, clock=self.house.clock)
        rasa = FakeRasa(store, interview, wording)
        app = create_app(settings, store, interview, wording, rasa, Casework(store, interview, plan_data(), wording))
        self.house = replace(self.house, store=store, rasa=rasa, app=app)
        self._start(app)


@pytest.fixture
def restarted(furnished: Path, tmp_path: Path, interview: Interview, wording: Wording) -> Iterator[Restarted]:
    made = Restarted(make_house(furnished, tmp_path / "home", interview, wording))
    yield made
    made.stop()


def test_servers_that_start_again_while_a_page_is_open(chromium: Chromium, restarted: Restarted) -> None:
    live = Live(restarted.house, f"http://127.0.0.1:{restarted.port}")
    screen = Screen(chromium, live, viewport=IN_CELL, has_touch=True)
    row, page = at(live, "Marcus"), screen.page
    screen.come_in(row)
    question = screen.heading()
    page.fill("#words", "a hostel")
    restarted.stop()
    page.get_by_role("button", name="Continue", exact=True).first.tap()
    page.wait_for_selector("#offline:not([hidden])")
    assert page.input_value("#words") == "a hostel"
    restarted.start()
    tap(page, "button", "Try again")
    assert restarted.house.store.state(row.id).answers["where_lived"].options == ("hostel",)
    assert screen.heading() != question
    assert [each.question for each in restarted.house.store.history(row.id)].count("where_lived") == 1
    screen.context.close()
