"""What somebody would try: other people's ids, tampered forms, scripts in text, paths, SQL, headers, redirects, guessing."""

from __future__ import annotations

import html
import re

from tests.web.attacking import NORTHMERE, SCRIPT, harmless, quick_guesses
from tests.web.casing import case_of, item_page, plan_page, signed_in_as
from tests.web.conftest import PASSWORD, House

__all__ = ["quick_guesses"]


# -- other people's ids


def test_ids_of_others_and_of_other_kinds_open_nothing(cases: House) -> None:
    browser, lee = signed_in_as(cases, "worker"), case_of(cases, "Lee")
    daniel, row = cases.person("Daniel").id, cases.store.interviews_of(lee.person_id)[0].id
    item = next(item.id for item in lee.items if not item.sensitive)
    for address in (
        f"/people/{daniel}/plan/items/{item}",  # an item of somebody else
        f"/people/{row}",  # an interview as a person
        f"/interviews/{daniel}",
        f"/interviews/{'0' * 32}",
        f"/api/interviews/{daniel}",
        f"/people/{daniel.upper()}",
        f"/people/{daniel}%00",
        f"/people/{daniel}/../{row}",
    ):
        assert browser.get(address).status_code in (404, 308), address
    browser.get(f"/people/{daniel}/plan")
    assert browser.post(f"/people/{daniel}/plan/items/{item}/steps", {"seen": "1", "step": "agree"}).status_code == 404


def test_a_role_in_a_form_a_cookie_or_an_address_gives_nothing(cases: House) -> None:
    browser = signed_in_as(cases, "worker")
    before = {user.id: user for user in cases.store.users()}
    more = {"role": "administrator", "roles": "administrator", "user": "administrator", "prisons": "all"}
    assert browser.get("/admin/users?" + "&".join(f"{name}={value}" for name, value in more.items())).status_code == 403
    browser.get("/people")
    for endpoint in ("/admin/users/add", f"/admin/users/{cases.store.user_named('worker').id}", "/admin/settings", "/services/add"):
        assert browser.post(endpoint, {**more, "display_name": "x", "password": "three quiet words"}).status_code == 403, endpoint
        browser.get("/people")
    browser.client.set_cookie("roles", "administrator")
    assert browser.get("/admin/audit", headers={"X-Role": "administrator", "X-Forwarded-User": "administrator"}).status_code == 403
    assert browser.client.post("/api/sign-in", json={"username": "worker", "password": PASSWORD, **more}).status_code == 200
    assert browser.client.get("/admin/audit").status_code == 403
    assert {user.id: user for user in cases.store.users()} == before


def test_a_method_in_a_form_is_not_another_method(cases: House) -> None:
    browser = signed_in_as(cases, "worker")
    browser.get("/people")
    assert browser.post("/people?_method=DELETE", {"_method": "DELETE", "search": "Daniel"}).status_code == 200
    for method in ("PUT", "DELETE", "PATCH", "TRACE"):
        token = {"X-CSRFToken": browser.hidden("csrf_token")}
        assert browser.client.open(f"/people/{cases.person('Daniel').id}", method=method, headers=token).status_code == 405


# -- the session


def test_a_session_given_to_somebody_is_not_the_one_they_sign_in_to(house: House) -> None:
    attacker, victim = house.signed_in(), house.client()
    with attacker.client.session_transaction() as session:
        planted = session["token"]
    with victim.client.session_transaction() as session:
        session["token"] = planted
    victim.get("/sign-in")
    victim.post("/sign-in", {"username": "safeguarding", "password": PASSWORD})
    with victim.client.session_transaction() as session:
        assert session["token"] != planted
    assert house.store.session(planted) is None
    assert attacker.get("/people").status_code == 303


def test_a_cookie_that_was_made_up_or_changed_opens_nothing(house: House) -> None:
    browser = house.signed_in()
    cookie = browser.client.get_cookie("bcst2")
    assert cookie is not None
    for value in ("", "x", cookie.value[:-3] + "abc", "eyJ0b2tlbiI6ImFkbWluIn0.aaaa.bbbb", cookie.value.swapcase()):
        client = house.app.test_client()
        client.set_cookie("bcst2", value)
        assert client.get("/people").status_code == 303, value


def test_a_session_that_was_signed_out_cannot_be_used_again(house: House) -> None:
    browser = house.signed_in()
    cookie = browser.client.get_cookie("bcst2")
    browser.get("/people")
    browser.post("/sign-out", {})
    client = house.app.test_client()
    assert cookie is not None
    client.set_cookie("bcst2", cookie.value)
    assert client.get("/people").status_code == 303


def test_a_post_from_another_site_changes_nothing(cases: House) -> None:
    """Every POST there is, as a page of another site would send it: with the cookie and without, or with somebody else's, token."""
    browser, other = signed_in_as(cases, "worker"), signed_in_as(cases, "manager")
    other.get("/people")
    stolen, head, count = other.hidden("csrf_token"), cases.store.audit_head(), 0
    named = {"person_id": cases.person("Daniel").id, "interview_id": cases.store.interviews_of(cases.person("Daniel").id)[0].id}
    for rule in cases.app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint in ("api.sign_in",) or rule.endpoint.startswith("alone.away"):
            continue
        address = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: named.get(match[1], "0" * 32), rule.rule)
        for more in ({}, {"data": {"csrf_token": stolen}}, {"json": {}, "headers": {"X-CSRFToken": stolen}}):
            answer = browser.client.post(address, **more)  # type: ignore[arg-type]
            assert answer.status_code in (400, 404), (rule.endpoint, answer.status_code)
        count += 1
    assert count > 40
    assert cases.store.audit_head() == head


# -- scripts in text fields


def test_a_script_in_any_text_field_is_only_text(cases: House) -> None:
    guard = signed_in_as(cases, "guard")
    person, plan = cases.person("Daniel").id, plan_page(cases)
    page = item_page(cases, "acc_duty_to_refer")
    guard.get(f"{page}?step=note")
    assert guard.post(f"{page}/steps", {"seen": guard.hidden("seen"), "step": "note", "note": SCRIPT}).status_code == 303
    guard.get(f"{plan}/add")
    guard.post(f"{plan}/add", {"activity": "acc_bidding", "reason": SCRIPT})
    guard.get(f"{plan}/consents")
    guard.post(f"{plan}/consents", {"consent": "officer", "do": "give", "note": SCRIPT})
    guard.get(f"{plan}/groups")
    guard.post(f"{plan}/groups", {"group": "veterans", "mark": "in", "reason": SCRIPT})
    alert = case_of(cases, "Lee").alerts[0].id
    guard.get(f"/alerts/{alert}")
    guard.post(f"/alerts/{alert}/acknowledge", {"note": SCRIPT})
    guard.get(f"/people/{person}/change")
    form = {name: html.unescape(value) for name, value in re.findall(r'name="([\w-]+)"[^>]*? value="([^"]*)"', guard.page)}
    form |= {"name": f"Daniel {SCRIPT}", "home_area": SCRIPT, "sex": "male", "sentence_type": "determinate"}
    guard.post(f"/people/{person}/change", {**form, "why_changed": SCRIPT})
    guard.get(f"/people/{person}/held")
    guard.post(f"/people/{person}/held/wrong", {"about": "record:name", "words": SCRIPT})
    boss = signed_in_as(cases, "administrator")
    boss.get("/services/add")
    service = {"prison": NORTHMERE, "name": SCRIPT, "where": "community", "area": "national", "how": SCRIPT, "kinds": ["dwp"]}
    boss.post("/services/add", {**service, "opening": SCRIPT, "interpreters": "no", "women_only": "no"})
    boss.get("/services")
    boss.post("/services/areas", {"prison": NORTHMERE, "area_name": SCRIPT})
    boss.get("/admin/users/add")
    new = {"username": "scripted", "display_name": SCRIPT, "roles": "worker", "prisons": "all", "password": "three quiet words"}
    assert boss.post("/admin/users/add", new).status_code == 303
    boss.get("/admin/settings")
    contact = {"contact-1-name": SCRIPT[:80], "contact-1-what": SCRIPT, "contact-1-how": SCRIPT, "idle_minutes": "10"}
    settings = {"prison": NORTHMERE, "version": "0", "safety_idle_minutes": "3", "safety_self_completion": "yes"}
    assert boss.post("/admin/settings", {**settings, **contact}).status_code == 303
    shown = 0
    for browser, addresses in (
        (
            guard,
            [plan, f"{plan}/consents", f"{plan}/groups", f"{plan}/add", page, f"/people/{person}", "/people", "/cases", "/alerts"],
        ),
        (
            guard,
            [
                f"/people/{cases.person('Lee').id}",
                "/cases?by=date",
                "/services",
                f"/people/{person}/papers/preview?kind=worker-pdf",
            ],
        ),
        (boss, ["/services", "/admin/users", "/admin/settings", "/admin/audit", f"/people/{person}", "/people"]),
    ):
        for address in addresses:
            assert browser.get(address).status_code == 200, address
            assert harmless(browser.page), address
            shown += "&lt;script&gt;" in browser.page
    assert shown > 8, "the text itself is there"


def test_a_script_that_is_sent_back_is_only_text(cases: House) -> None:
    guard, boss = signed_in_as(cases, "guard"), signed_in_as(cases, "administrator")
    for browser, address in ((guard, "/people"), (guard, "/cases"), (boss, "/people")):
        browser.get(address)
        browser.post(address, {"search": SCRIPT})
        assert harmless(browser.page), address
        assert "&lt;script&gt;" in browser.page
    client = cases.client()
    client.get("/sign-in")
    client.post("/sign-in", {"username": SCRIPT, "password": SCRIPT, "next": SCRIPT})
    assert harmless(client.page)
    for address in (
        "/cases?worker={0}&need={0}&by={0}&prison={0}",
        "/report?from-day={0}",
        "/admin/audit?who={0}&what={0}&subject={0}&x={0}",
    ):
        for browser in (guard, boss):
            browser.get(address.format(html.escape(SCRIPT).replace("&", "%26").replace("#", "%23")))
            browser.get(address.format("%22%3E%3Cscript%3Ealert(7)%3C/script%3E"))
            assert harmless(browser.page), address
    guard.get(f"/{SCRIPT}")
    assert harmless(guard.page)
    boss.get("/admin/users/add")
    boss.post("/admin/users/add", {"username": SCRIPT, "display_name": SCRIPT, "new_prison": SCRIPT, "roles": SCRIPT})
    assert harmless(boss.page)
