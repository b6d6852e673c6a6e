"""Signing in, the session, CSRF and the headers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from bot.web.app import create_app
from bot.web.gate import rules
from tests.web.conftest import PASSWORD, House


def test_a_page_asks_to_sign_in_first_and_comes_back_to_itself(house: House) -> None:
    browser, row = house.client(), house.started()
    response = browser.get(f"/interviews/{row.id}")
    assert response.status_code == 303
    assert response.location == f"/sign-in?next=/interviews/{row.id}"
    browser.get(response.location)
    assert "The answers are safe" in browser.page
    response = browser.post("/sign-in", {"username": "Worker", "password": PASSWORD, "next": browser.hidden("next")})
    assert response.location == f"/interviews/{row.id}"


@pytest.mark.parametrize(
    "wanted", ["https://example.org/", "//example.org", "/\\example.org", "/people\r\nX: y", "javascript:alert(1)", "/people/../.."]
)
def test_signing_in_never_leads_elsewhere(house: House, wanted: str) -> None:
    browser = house.client()
    assert browser.sign_in(next=wanted).location == "/people"


def test_a_wrong_password_says_so_without_saying_which(house: House) -> None:
    browser = house.client()
    for username in ("worker", "nobody"):
        browser.get("/sign-in")
        response = browser.post("/sign-in", {"username": username, "password": "wrong-password"})
        assert response.status_code == 422
        assert browser.title().startswith("Error: Sign in")
        assert "The user name or the password is not right" in browser.page
        assert "wrong-password" not in browser.page


def test_too_many_wrong_passwords(house: House) -> None:
    browser = house.client()
    for _ in range(5):
        browser.sign_in("wrong-password")
    assert browser.sign_in().status_code == 429
    assert "Wait five minutes" in browser.page
    answer = browser.client.post("/api/sign-in", json={"username": "worker", "password": PASSWORD})
    assert answer.status_code == 429
    assert answer.json is not None
    assert answer.json["error"]["code"] == "too_many_tries"


def test_the_cookie_tells_scripts_and_other_sites_nothing(house: House) -> None:
    browser = house.client()
    cookie = browser.sign_in().headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Secure" not in cookie
    assert "Expires" not in cookie
    browser.get("/sign-in")
    form = {"csrf_token": browser.hidden("csrf_token"), "username": "worker", "password": PASSWORD}
    assert "Secure" in browser.client.post("/sign-in", base_url="https://localhost", data=form).headers["Set-Cookie"]


def test_signing_out_ends_the_session_on_the_server(house: House) -> None:
    browser = house.signed_in()
    browser.get("/people")
    stolen = browser.client.get_cookie("bcst2")
    assert stolen is not None
    assert browser.post("/sign-out").location == "/sign-in"
    browser.client.set_cookie("bcst2", stolen.value)
    assert browser.get("/people").status_code == 303


def test_a_new_sign_in_ends_the_old_session(house: House) -> None:
    browser = house.signed_in()
    old = browser.client.get_cookie("bcst2")
    browser.sign_in()
    assert old is not None
    browser.client.set_cookie("bcst2", old.value)
    assert browser.get("/people").status_code == 303


def test_a_session_ends_after_half_an_hour(house: House) -> None:
    browser = house.signed_in()
    house.clock.ahead = timedelta(minutes=31)
    assert browser.get("/people").location == "/sign-in?next=/people"


def test_a_restart_signs_nobody_out(house: House) -> None:
    browser = house.signed_in()
    again = create_app(house.settings, house.store, house.interview, house.wording, house.rasa).test_client()
    cookie = browser.client.get_cookie("bcst2")
    assert cookie is not None
    again.set_cookie("bcst2", cookie.value)
    assert again.get("/people").status_code == 200


def test_the_key_of_the_cookies_is_private(house: House) -> None:
    path = house.settings.keys.parent / "session.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_text()) == 64


def filled_in(rule: str) -> str:
    """An address with ids that are those of nobody."""
    return re.sub(r"<\w+>", "0" * 32, rule.replace("<service_id>", "nobody"))


def every_post(app: Flask) -> list[str]:
    found = []
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            found.append(filled_in(rule.rule))
    return found


def test_every_post_needs_the_csrf_token(house: House) -> None:
    browser = house.signed_in()
    paths = [path for path in every_post(house.app) if path != "/api/sign-in"]
    assert len(paths) >= 9
    for path in paths:
        for response in (
            browser.client.post(path),
            browser.client.post(path, data={"csrf_token": "x"}),
            browser.client.post(path, json={}),
        ):
            assert response.status_code == 400, path
            assert "safe" in response.get_data(as_text=True)


def test_every_page_needs_a_sign_in(house: House) -> None:
    browser = house.client()
    for rule in house.app.url_map.iter_rules():
        path = filled_in(rule.rule)
        if "GET" not in (rule.methods or ()) or rule.endpoint in rules().public:
            continue
        response = browser.get(path)
        assert response.status_code == (401 if path.startswith("/api/") else 303), path


def test_the_headers_of_every_answer(house: House) -> None:
    browser, row = house.signed_in(), house.started()
    for path in ("/people", f"/interviews/{row.id}", "/nowhere", "/api/people", "/sign-in", "/health"):
        headers = browser.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Frame-Options"] == "DENY"


def test_pages_hold_no_code_or_style_inline(house: House) -> None:
    browser, row = house.signed_in(), house.started()
    for path in (
        "/people",
        "/people/add",
        "/people/import",
        f"/people/{house.people[0].id}",
        f"/interviews/{row.id}",
        f"/interviews/{row.id}/answers",
    ):
        browser.get(path)
        assert "<style" not in browser.page
        assert " style=" not in browser.page
        assert " onclick=" not in browser.page
        assert "http://" not in browser.page
        assert "https://" not in browser.page


def test_a_kiosk_session_sees_its_interview_only(house: House) -> None:
    mine, other = house.started("Daniel"), house.started("Marcus")
    browser = house.client()
    with browser.client.session_transaction() as session:
        session["token"] = house.store.start_session(house.store.users()[0].id, mine.id)
    assert browser.get(f"/interviews/{mine.id}").status_code == 200
    for path in (
        "/people",
        f"/interviews/{other.id}",
        f"/people/{house.people[0].id}",
        f"/api/interviews/{other.id}",
        "/api/people",
    ):
        assert browser.get(path).status_code == 403, path


def test_the_made_up_account_is_shown_in_a_demonstration_only(house: House) -> None:
    text = '{"sign_in": [{"user": "worker", "password": "shown-password", "role": "worker"}]}'
    (house.settings.home / "demo.json").write_text(text)
    browser = house.client()
    browser.get("/sign-in")
    assert "shown-password" not in browser.page
    demo = create_app(replace(house.settings, demo=True), house.store, house.interview, house.wording, house.rasa)
    page = demo.test_client().get("/sign-in").get_data(as_text=True)
    assert "shown-password" in page
    assert "made-up people only" in page
    (house.settings.home / "demo.json").write_text("not json")
    assert demo.test_client().get("/sign-in").status_code == 200
