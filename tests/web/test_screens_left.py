"""Screens that somebody has left: a code that waits for its PIN, and a lock that a worker opens. Without a browser."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import requests
from flask import Flask

from bot.store.types import InterviewRow
from tests.web.conftest import PASSWORD, Browser, House, answer_until
from tests.web.test_kiosk import PIN, issue
from tests.web.test_kiosk import begun as begun
from tests.web.test_sign_on import app as app
from tests.web.test_sign_on import journey
from tests.web.test_sign_on import key as key
from tests.web.test_sign_on import provider as provider


def test_a_code_waits_five_minutes_for_its_pin(house: House, begun: InterviewRow) -> None:
    """At a shared screen whoever comes next must not choose the PIN."""
    code, _ = issue(house, begun.id)
    person = house.client()
    person.get("/kiosk")
    person.post("/kiosk", {"code": code})
    assert person.get("/kiosk/pin").headers["Refresh"] == "300; url=/kiosk"
    house.clock.ahead = timedelta(minutes=4)
    assert person.get("/kiosk/pin").headers["Refresh"] == "60; url=/kiosk"
    # Who tries has five minutes again.
    assert person.post("/kiosk/pin", {"pin": "12", "again": "12"}).headers["Refresh"] == "300; url=/kiosk"
    left = person.page
    house.clock.ahead += timedelta(minutes=5)
    assert person.get("/kiosk/pin").location.endswith("/kiosk")
    person.page = left
    assert person.post("/kiosk/pin", {"pin": PIN, "again": PIN}).location.endswith("/kiosk")
    assert "Refresh" not in person.get("/kiosk").headers
    # The code is not used up.
    assert house.store.accesses([begun.id])[0].used_at is None
    assert person.post("/kiosk", {"code": code}).location.endswith("/kiosk/pin")


# -- a worker who signs on, and has no password here


def at_private_page(house: House, browser: Browser, name: str = "Daniel") -> str:
    """An interview at a private question, open on this screen."""
    row = house.started(name)
    answer_until(
        house, row.id, lambda step: step.question.section == "safety" and step.question.asked_of == "person", safety_room="private"
    )
    browser.get(f"/interviews/{row.id}")
    browser.post(f"/interviews/{row.id}/on", follow=True)
    return row.id


def again(app: Flask, browser: Browser) -> str:
    """Sign on again by the link of this page, in the same browser; the page that it leads on to."""
    link = re.search(r'href="(/sign-on[^"]*)"', browser.page)
    assert link is not None
    off = browser.get(link[1])
    assert parse_qs(urlsplit(off.location).query)["prompt"] == ["login"]
    answer = requests.get(off.location, allow_redirects=False, timeout=5)
    back = urlsplit(answer.headers["Location"])
    # The session's own cookie does not come along from another site.
    browser.client.delete_cookie("bcst2")
    browser.get(back.path, query_string={name: values[0] for name, values in parse_qs(back.query).items()})
    return re.search(r'content="0; url=([^"]*)"', browser.page)[1]  # type: ignore[index]


def test_a_locked_page_of_who_signs_on_asks_for_no_password(house: House, app: Flask) -> None:
    browser, _ = journey(app)
    interview_id = at_private_page(house, browser)
    browser.get("/away")
    browser.get("/locked")
    assert "Sign in again with the prison’s sign-on" in browser.page
    assert 'type="password"' not in browser.page and "A worker can open it again" in browser.page
    with browser.client.session_transaction() as cookie:
        old = cookie["token"]
    assert again(app, browser) == f"/interviews/{interview_id}"
    assert browser.get(f"/interviews/{interview_id}").status_code == 200
    # The private part is asked for anew, and the locked session is over.
    assert "The next part is private" in browser.page
    assert house.store.session(old) is None


def test_who_leaves_a_locked_page_is_not_let_in_by_the_service_unasked(house: House, app: Flask) -> None:
    browser, _ = journey(app)
    assert "prompt" not in parse_qs(urlsplit(Browser(app).get("/sign-on").location).query)
    at_private_page(house, browser)
    browser.get("/away")
    browser.get("/locked")
    browser.post("/locked/leave", follow=True)
    assert "prompt=login" in browser.get("/sign-on").location


def test_a_tablet_is_taken_back_by_signing_on_with_the_words(house: House, app: Flask, begun: InterviewRow) -> None:
    tablet, _ = journey(app)
    tablet.get(f"/interviews/{begun.id}/tablet")
    assert "type this PIN, or sign in again" in tablet.page
    tablet.post(f"/interviews/{begun.id}/tablet", {"pin": "6294"}, follow=True)
    tablet.get(f"/interviews/{begun.id}")
    kept = {name: tablet.hidden(name) for name in ("turn", "seen", "question")}
    tablet.post(f"/interviews/{begun.id}/aside", {**kept, "words": "a tent by the sea", "to": "lock"}, follow=True)
    assert "For the worker: your PIN</label>" in tablet.page and "password</label>" not in tablet.page
    # What is no PIN is a wrong PIN: there is no password to be wrong about.
    for _ in range(2):
        assert tablet.post("/locked", {"secret": "my password elsewhere", "do": "back"}).status_code == 422
    assert again(app, tablet) == f"/interviews/{begun.id}"
    assert "a tent by the sea" in tablet.get(f"/interviews/{begun.id}").get_data(as_text=True)
    assert tablet.get("/people").status_code == 200


def test_a_worker_with_a_password_types_it(house: House, app: Flask) -> None:
    browser = Browser(app)
    browser.sign_in()
    interview_id = at_private_page(house, browser)
    browser.get("/away")
    browser.get("/locked")
    assert "For the worker: your password" in browser.page and "Sign in again with" not in browser.page
    assert browser.post("/locked", {"secret": PASSWORD, "do": "on"}).location == f"/interviews/{interview_id}"
