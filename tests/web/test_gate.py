"""The table of who may open what, tried on every address of the program; and the prisons of a user."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from werkzeug.routing import Rule

from bot.store.errors import NotFound
from bot.store.roles import roles
from bot.web.app import STATIC
from bot.web.gate import rules
from tests.store.making import make_record
from tests.web.casing import audited, case_of, signed_in_as
from tests.web.conftest import PASSWORD, Browser, House

NORTHMERE, ELSEWHERE = "HMP Northmere (made-up)", "HMP Westfold (made-up)"
ROLES = ("worker", "safeguarding", "manager", "administrator")


def every_rule(house: House) -> list[Rule]:
    return list(house.app.url_map.iter_rules())


def test_every_endpoint_has_a_rule_and_every_rule_an_endpoint(house: House) -> None:
    endpoints = {rule.endpoint for rule in every_rule(house)}
    assert endpoints - rules().endpoints == set(), "bot/web/gate.yml says nothing of these"
    assert rules().endpoints - endpoints == set(), "bot/web/gate.yml names endpoints that there are not"
    assert set(ROLES) == set(roles())


def test_an_endpoint_without_a_rule_is_refused(house: House) -> None:
    house.app.add_url_rule("/forgotten", "forgotten", lambda: "open to all")
    assert signed_in_as(house, "worker").get("/forgotten").status_code == 403
    assert house.client().get("/forgotten").status_code == 303


def addresses(house: House) -> list[tuple[str, str, str]]:
    """(endpoint, method, address) of every rule, with ids of a person, an interview, an item and an alert that are there."""
    case, alert = case_of(house), case_of(house, "Lee").alerts[0]
    row = house.store.interviews_of(case.person_id)[0].id
    named = {"person_id": case.person_id, "interview_id": row, "item_id": case.items[0].id, "alert_id": alert.id}
    named |= {"service_id": "nobody", "user_id": house.store.user_named("manager").id}
    found = []
    for rule in every_rule(house):
        address = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: named.get(match[1], "0" * 32), rule.rule)
        found += [(rule.endpoint, method, address) for method in (rule.methods or set()) & {"GET", "POST"}]
    return [each for each in found if each[0] not in rules().public and each[0] != "static"]


def tried(browser: Browser, method: str, address: str, token: str) -> int:
    """The status of a request that is well-formed and says nothing."""
    if method == "GET":
        return browser.client.get(address).status_code
    headers = {"X-CSRFToken": token}
    json: dict[str, Any] = {"json": {}} if address.startswith("/api/") else {}
    return browser.client.post(address, headers=headers, **json).status_code


def token_of(browser: Browser) -> str:
    browser.get("/account")
    return browser.hidden("csrf_token")


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_the_table_says_and_nothing_else(cases: House, role: str) -> None:
    browser = signed_in_as(cases, role)
    token = token_of(browser)
    ends = {"signing.sign_out", "api.sign_out", "account.end", "users.end", "users.disable", "together.hand_over"}
    seen = {True: 0, False: 0}
    for endpoint, method, address in addresses(cases):
        allowed = rules().allows(endpoint, [role])
        if allowed and (endpoint in ends or endpoint.startswith(("kiosk", "alone"))):
            continue
        status = tried(browser, method, address, token)
        assert (status == 403) is not allowed, (endpoint, method, address, status)
        assert status < 500, (endpoint, status)
        seen[allowed] += 1
    assert seen[True] > 10
    assert seen[False] > 10


def test_somebody_without_a_role_sees_their_account_only(cases: House) -> None:
    cases.store.add_user("nothing", "No Role", [], PASSWORD, by="test")
    browser = signed_in_as(cases, "nothing")
    assert browser.get("/", follow_redirects=True).status_code == 200
    assert "Your account" in browser.page
    token = token_of(browser)
    for endpoint, method, address in addresses(cases):
        if endpoint not in rules().signed_in:
            assert tried(browser, method, address, token) == 403, endpoint


def test_a_bound_session_opens_its_own_interview_only(cases: House) -> None:
    mine, other = (cases.store.interviews_of(cases.person(name).id)[0].id for name in ("Daniel", "Marcus"))
    browser = cases.client()
    with browser.client.session_transaction() as session:
        session["token"] = cases.store.start_session(cases.store.user_named("safeguarding").id, mine)
    table, checked = rules(), 0
    for endpoint, method, address in addresses(cases):
        foreign = address.replace(mine, other)
        if endpoint in table.own_interview:
            assert tried(browser, method, foreign, "") in (400, 403), endpoint
            continue
        if endpoint not in table.bound and method == "GET":
            assert tried(browser, method, address, "") == 403, endpoint
            checked += 1
    assert checked > 30


def test_a_refused_page_says_calmly_which_role_is_needed(cases: House) -> None:
    browser = signed_in_as(cases, "manager")
    assert browser.get("/admin/users").status_code == 403
    assert "It needs the role administrator. If you need it for your work, ask your administrator." in browser.page
    person = cases.person("Daniel").id
    assert browser.get(f"/people/{person}/plan").status_code == 403
    assert "It needs the role worker or safeguarding" in browser.page
    answer = browser.client.get("/api/alerts")
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "not_allowed")  # type: ignore[index]


def test_several_roles_open_what_each_of_them_does(cases: House) -> None:
    cases.store.add_user("both", "Both", ["manager", "administrator"], PASSWORD, by="test")
    browser = signed_in_as(cases, "both")
    assert browser.get("/report").status_code == 200
    assert browser.get("/admin/users").status_code == 200
    assert browser.get(f"/people/{cases.person('Daniel').id}/plan").status_code == 403


def test_an_administrator_sees_a_record_and_nothing_of_what_was_said(cases: House) -> None:
    browser, person = signed_in_as(cases, "administrator"), cases.person("Lee")
    for address in ("/people", f"/people/{person.id}", f"/people/{person.id}/change", "/services", "/admin/users"):
        assert browser.get(address).status_code == 200, address
        for told in ("alert", "I act on this", "Open the plan", "Look<", "/interviews/"):
            assert told not in browser.page, (address, told)
    assert audited(cases, "record seen")


def test_a_manager_sees_lists_and_reports_without_a_way_in(cases: House) -> None:
    browser = signed_in_as(cases, "manager")
    for address in ("/people", "/cases", "/cases?by=date", "/report", "/services"):
        assert browser.get(address).status_code == 200, address
        for link in re.findall(r'href="(/[^"?#]*)', browser.page):
            assert browser.client.get(link).status_code != 403, (address, link)


@pytest.mark.parametrize("role", ROLES)
def test_no_page_links_to_one_that_is_refused(cases: House, role: str) -> None:
    browser = signed_in_as(cases, role)
    browser.get("/", follow_redirects=True)
    links = set(re.findall(r'href="(/[^"]*)"', browser.page))
    assert len(links) > 4
    for link in links:
        assert browser.client.get(link.replace("&amp;", "&")).status_code in (200, 303), link


# -- prisons


@pytest.fixture
def westfold(cases: House) -> Browser:
    """A worker of another prison, who has one person there."""
    cases.store.add_person(make_record(77, name="Wes Toft", prison=ELSEWHERE), by="test")
    cases.store.add_user("westworker", "West Worker", ["worker", "safeguarding", "administrator"], PASSWORD, "test", [ELSEWHERE])
    return signed_in_as(cases, "westworker")


def test_people_of_another_prison_are_not_there(cases: House, westfold: Browser) -> None:
    token = token_of(westfold)
    for endpoint, method, address in addresses(cases):
        parts = next(rule for rule in every_rule(cases) if rule.endpoint == endpoint).arguments
        if parts & {"person_id", "interview_id", "alert_id"} and rules().allows(endpoint, ["worker", "safeguarding"]):
            status = tried(westfold, method, address, token)
            assert status == 404, (endpoint, method, status)


def test_lists_hold_ones_own_prison_only(cases: House, westfold: Browser) -> None:
    for address in ("/people", "/cases", "/cases?by=date", "/alerts", "/api/people", "/api/cases", "/api/cases/due", "/api/alerts"):
        for wanted in (address, f"{address}{'&' if '?' in address else '?'}prison={NORTHMERE}"):
            assert westfold.get(wanted).status_code == 200, wanted
            for person in cases.people:
                assert person.name not in westfold.page, (wanted, person.name)
    westfold.get("/people")
    assert "Wes Toft" in westfold.page
    assert "needs somebody now" not in westfold.page
    assert westfold.post("/people", {"search": "Daniel"}).status_code == 200
    assert "Nobody has that" in westfold.page
    for address in (f"/report?prison={NORTHMERE}", f"/report.csv?prison={NORTHMERE}", f"/services?prison={NORTHMERE}"):
        assert westfold.get(address).status_code == 404, address
    westfold.get("/report")
    assert NORTHMERE not in westfold.page


def test_nobody_is_brought_in_from_or_sent_to_another_prison(cases: House, westfold: Browser) -> None:
    theirs, ours = cases.person("Daniel"), make_record(78, prison=NORTHMERE)
    token = token_of(westfold)
    answer = westfold.client.post("/api/people", json=ours.to_json(), headers={"X-CSRFToken": token})
    assert answer.status_code == 422
    assert "one of your prisons" in answer.get_data(as_text=True)
    row = f"{theirs.prison_number},New Name,1990-01-01,male,{ELSEWHERE},2026-11-02T16:30,life"
    text = f"prison_number,name,date_of_birth,sex,prison,reception,sentence_type\r\n{row}\r\n"
    form = {"csrf_token": token, "file": (io.BytesIO(text.encode()), "people.csv")}
    assert westfold.client.post("/people/import", data=form).status_code == 422
    assert cases.store.person(theirs.id).name == theirs.name
    answer = westfold.client.post("/api/interviews", json={"person": theirs.id}, headers={"X-CSRFToken": token})
    assert answer.status_code == 404


def test_an_administrator_of_one_prison_looks_after_its_users_only(cases: House, westfold: Browser) -> None:
    westfold.get("/admin/users")
    assert "West Worker" in westfold.page
    assert "Demo worker" not in westfold.page
    other = cases.store.user_named("worker")
    assert westfold.get(f"/admin/users/{other.id}").status_code == 404
    westfold.get("/admin/users/add")
    wanted = {"username": "new", "display_name": "New", "roles": "worker", "password": "three quiet words"}
    for prisons in ("all", NORTHMERE):
        assert westfold.post("/admin/users/add", {**wanted, "prisons": prisons}).status_code == 422
        assert "you work with yourself" in westfold.page
    assert westfold.post("/admin/users/add", {**wanted, "prisons": ELSEWHERE}).status_code == 303
    assert cases.store.user_named("new").prisons == (ELSEWHERE,)
    westfold.get("/admin/audit")
    assert "Demo worker" not in westfold.page


def test_the_store_knows_what_belongs_where(cases: House) -> None:
    alert = case_of(cases, "Lee").alerts[0]
    assert cases.store.prison_of("alert", alert.id) == {NORTHMERE}
    assert cases.store.prison_of("interview", alert.interview_id) == {NORTHMERE}
    assert cases.store.open_alerts([ELSEWHERE]) == []
    assert not cases.store.has_open_alerts([ELSEWHERE])
    assert len(cases.store.open_alerts([ELSEWHERE, NORTHMERE])) == len(cases.store.open_alerts())
    assert cases.store.people(()) == []
    with pytest.raises(NotFound):
        cases.store.prison_of("person", "0" * 32)


def test_static_files_tell_nothing_of_anybody() -> None:
    assert not [path for path in STATIC.rglob("*") if path.suffix in (".json", ".sqlite3", ".keys")]
