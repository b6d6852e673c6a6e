"""Signing on by OpenID Connect, against a real provider on loopback (``tests.web.provider``)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from bot.interview.yamlfile import ContentError
from bot.settings import SettingsError, SignOnSettings, read_settings
from bot.web.app import create_app
from bot.web.sign_on import SignOn
from tests.web.casing import audited
from tests.web.conftest import COMPILED, PASSWORD, Browser, House, plan_data
from tests.web.provider import CLIENT, SECRET, Provider, made_key

NORTHMERE = "HMP Northmere (made-up)"
MAP = f"""
role_claim: groups
roles:
  resettlement: worker
  safeguarding-leads: [worker, safeguarding]
  it: administrator
prison_claim: establishments
prisons:
  NMI: {NORTHMERE}
  WFI: HMP Westfold (made-up)
"""
JO: dict[str, Any] = {
    "preferred_username": "Jo.Worker",
    "name": "Jo Worker",
    "groups": ["resettlement", "chess"],
    "establishments": "NMI",
}


@pytest.fixture(scope="module")
def key() -> RSAKey:
    return made_key()


@pytest.fixture
def provider(key: RSAKey) -> Iterator[Provider]:
    made = Provider(key, claims=dict(JO))
    made.start()
    yield made
    made.stop()


def settings_for(provider: Provider, folder: Path, mapping: str = MAP) -> SignOnSettings:
    secret, claims = folder / "client.secret", folder / "claims.yml"
    secret.write_text(f"{SECRET}\n", encoding="utf-8")
    claims.write_text(mapping, encoding="utf-8")
    return SignOnSettings(provider.issuer, CLIENT, secret, claims, "the prison’s sign-on")


@pytest.fixture
def app(house: House, provider: Provider, tmp_path: Path) -> Flask:
    settings = replace(house.settings, sign_on=settings_for(provider, tmp_path))
    from bot.casework.casework import Casework

    made = create_app(
        settings,
        house.store,
        house.interview,
        house.wording,
        house.rasa,
        Casework(house.store, house.interview, plan_data(), house.wording),
    )
    made.jinja_env.bytecode_cache = COMPILED
    return made


def journey(app: Flask, wanted: str = "", **changes: str) -> tuple[Browser, TestResponse]:
    """Off to the provider and back, as a browser goes. ``changes`` are to what comes back."""
    browser = Browser(app)
    off = browser.get("/sign-on", query_string={"next": wanted} if wanted else {})
    assert off.status_code == 303, browser.page
    answer = requests.get(off.location, allow_redirects=False, timeout=5)
    assert answer.status_code == 302
    back = urlsplit(answer.headers["Location"])
    query = {name: values[0] for name, values in parse_qs(back.query).items()} | changes
    return browser, browser.get(back.path, query_string=query)


def test_the_good_journey(house: House, app: Flask, provider: Provider) -> None:
    person = house.person("Daniel").id
    browser, answer = journey(app, f"/people/{person}")
    assert answer.status_code == 200
    assert f'content="0; url=/people/{person}"' in browser.page
    assert browser.get(f"/people/{person}").status_code == 200
    user = house.store.user_named("jo.worker")
    assert (user.display_name, user.roles, user.prisons, user.sign_on) == ("Jo Worker", ("worker",), (NORTHMERE,), True)
    assert audited(house, "signed in: sign-on") == [(user.id,)]
    browser.get("/account")
    assert "through the sign-on service" in browser.page
    assert browser.get("/account/password").status_code == 404
    # Once more: the same user.
    journey(app)
    assert [each.id for each in house.store.users() if each.sign_on] == [user.id]


def test_the_sign_in_page_offers_both(app: Flask, house: House) -> None:
    browser = Browser(app)
    browser.get("/sign-in")
    assert 'href="/sign-on"' in browser.page
    assert "Sign in with the prison’s sign-on" in browser.page
    assert browser.sign_in().status_code == 303
    house.client().get("/sign-on")
    plain = house.client()
    assert plain.get("/sign-on").status_code == 404
    plain.get("/sign-in")
    assert "/sign-on" not in plain.page


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("token: nonce", {"nonce": "of another browser"}),
    ("token: aud", {"aud": "another-program"}),
    ("token: azp", {"azp": "another-program"}),
    ("token: exp", {"exp": int(time.time()) - 3600, "iat": int(time.time()) - 7200}),
    ("token: iss", {"iss": "https://elsewhere.invalid"}),
    ("token", {"sub": None}),
    ("no role", {"groups": ["chess"]}),
    ("no role", {"groups": {"worker": True}}),
    ("no prison", {"establishments": ["XXI"]}),
]


@pytest.mark.parametrize(("why", "spoil"), WRONG)
def test_what_is_not_right_lets_nobody_in(house: House, app: Flask, provider: Provider, why: str, spoil: dict[str, Any]) -> None:
    provider.spoil = spoil
    browser, answer = journey(app)
    assert answer.status_code == 403
    assert "Sign in" in browser.title()
    assert browser.get("/people").status_code == 303
    assert len(audited(house, f"sign-on refused: {why}")) == 1
    assert not [user for user in house.store.users() if user.sign_on]
    assert browser.sign_in().status_code == 303  # the password still does


def test_a_token_of_another_key_lets_nobody_in(house: House, app: Flask, provider: Provider) -> None:
    provider.signed_with = made_key()
    assert journey(app)[1].status_code == 403


def test_a_code_for_another_browser_lets_nobody_in(app: Flask, provider: Provider) -> None:
    assert journey(app, state="that-of-another")[1].status_code == 403
    assert journey(app, code="made-up")[1].status_code == 403
    browser = Browser(app)
    off = browser.get("/sign-on")
    back = urlsplit(requests.get(off.location, allow_redirects=False, timeout=5).headers["Location"])
    # Somebody else's browser, with no cookie of its own.
    assert Browser(app).get(f"{back.path}?{back.query}").status_code == 422
    assert browser.get(f"{back.path}?{back.query}").status_code == 200
    # Pressed twice: the code and the cookie are used up.
    assert browser.get(f"{back.path}?{back.query}").status_code == 422
    assert browser.get("/sign-on/back?error=access_denied").status_code == 422


def test_with_the_issuer_down_a_password_is_still_offered(app: Flask, provider: Provider) -> None:
    provider.stop()
    browser = Browser(app)
    assert browser.get("/sign-on").status_code == 503
    assert "does not answer just now" in browser.page
    assert browser.sign_in().status_code == 303


def test_an_issuer_that_leads_elsewhere_is_not_followed(app: Flask, provider: Provider) -> None:
    provider.metadata = {"token_endpoint": "http://127.0.0.2:9/token"}
    browser = Browser(app)
    off = browser.get("/sign-on")
    back = urlsplit(requests.get(off.location, allow_redirects=False, timeout=5).headers["Location"])
    assert browser.get(f"{back.path}?{back.query}").status_code == 503
    assert "/realm/token" not in provider.asked


def test_roles_that_are_taken_away_there_are_gone_here(house: House, app: Flask, provider: Provider) -> None:
    first, _ = journey(app)
    provider.spoil = {"groups": ["safeguarding-leads"], "establishments": ["NMI", "WFI", "XXI"]}
    second, _ = journey(app)
    user = house.store.user_named("jo.worker")
    assert user.roles == ("worker", "safeguarding")
    assert set(user.prisons) == {NORTHMERE, "HMP Westfold (made-up)"}
    assert first.get("/people").status_code == 303, "what was signed in with the old roles has ended"
    assert second.get("/people").status_code == 200
    house.store.disable_user("jo.worker", True, by="test")
    assert journey(app)[1].status_code == 403


def test_an_account_made_here_is_never_taken_for_theirs(house: House, app: Flask, provider: Provider) -> None:
    provider.claims["preferred_username"] = "administrator"
    journey(app)
    assert house.store.user_named("administrator").roles == ("administrator",)
    assert not house.store.user_named("administrator").sign_on
    assert house.store.user_named("administrator-2").roles == ("worker",)
    # And none of theirs can be signed in to with a password.
    browser = house.client()
    browser.get("/sign-in")
    assert browser.post("/sign-in", {"username": "administrator-2", "password": PASSWORD}).status_code == 422


def test_the_cookie_of_the_way_out_opens_nothing_and_is_short(app: Flask) -> None:
    browser = Browser(app)
    cookie = browser.get("/sign-on").headers["Set-Cookie"]
    for part in ("HttpOnly", "Path=/sign-on", "SameSite=Lax", "Max-Age=600"):
        assert part in cookie
    _, answer = journey(app, "//elsewhere.invalid/")
    assert "elsewhere" not in answer.get_data(as_text=True)


BAD_MAPS = [
    ("roles: {a: worker}", "role_claim"),
    ("role_claim: groups", "role_claim, roles"),
    ("role_claim: groups\nroles: {a: king}", "no such role"),
    ("role_claim: groups\nroles: {a: worker}\nprisons: {NMI: x}", "prison_claim"),
    ("role_claim: groups\nroles: {a: worker}\nrole: b", "no such key"),
]


@pytest.mark.parametrize(("text", "named"), BAD_MAPS)
def test_a_mapping_that_cannot_be_used_says_where(provider: Provider, tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ContentError, match=named):
        SignOn(settings_for(provider, tmp_path, text))


def test_settings_by_halves_are_refused(tmp_path: Path, provider: Provider) -> None:
    with pytest.raises(SettingsError, match="BCST2_SIGN_ON_CLIENT_ID"):
        read_settings({"BCST2_SIGN_ON_ISSUER": "https://issuer.invalid"})
    whole = {"ISSUER": "https://issuer.invalid/", "CLIENT_ID": "x", "SECRET_FILE": "/s", "MAP": "/m", "NAME": "Work"}
    found = read_settings({f"BCST2_SIGN_ON_{name}": value for name, value in whole.items()}).sign_on
    assert found == SignOnSettings("https://issuer.invalid", "x", Path("/s"), Path("/m"), "Work")
    assert read_settings({}).sign_on is None
    with pytest.raises(ContentError, match="https"):
        SignOn(replace(settings_for(provider, tmp_path), issuer="http://issuer.invalid"))
    with pytest.raises(ContentError, match="SECRET_FILE"):
        SignOn(replace(settings_for(provider, tmp_path), secret_file=tmp_path / "none"))
