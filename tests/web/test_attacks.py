"""What somebody would try: other people's ids, tampered forms, scripts in text, paths, SQL, headers, redirects, guessing."""

from __future__ import annotations

import html
import io
import re
from datetime import timedelta

import pytest

from bot.store import users
from bot.web.app import MOST_BYTES
from tests.web.casing import case_of, item_page, plan_page, signed_in_as
from tests.web.conftest import PASSWORD, House

SCRIPT = "\"'><script>alert(7)</script><img src=x onerror=alert(7)>{{7*7}}"
NORTHMERE = "HMP Northmere (made-up)"


@pytest.fixture(autouse=True)
def quick_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password of nobody that costs next to nothing to check."""
    monkeypatch.setattr(users, "_NOBODY", users._hasher.hash("of nobody"))


def harmless(page: str) -> bool:
    return "<script>alert" not in page and "<img src=x" not in page and "onerror=alert(7)>" not in page


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


# -- too much, and what is not of its form


def test_too_much_is_refused_in_clear_words(cases: House) -> None:
    browser = signed_in_as(cases, "worker")
    browser.get("/people")
    big = "x" * (MOST_BYTES + 1)
    assert browser.post("/people", {"search": big}).status_code == 413
    assert "The most is 256 KB" in browser.page
    browser.get("/people/import")
    files = {"file": (io.BytesIO(big.encode()), "people.csv")}
    assert browser.post("/people/import", files, content_type="multipart/form-data").status_code == 413
    browser.get("/people")
    token = {"X-CSRFToken": browser.hidden("csrf_token")}
    answer = browser.client.post("/api/people/search", json={"search": big}, headers=token)
    assert (answer.status_code, answer.json["error"]["code"]) == (413, "too_large")  # type: ignore[index]
    many = {f"field{number}": "x" for number in range(2000)}
    browser.get("/people")
    assert browser.post("/people", many).status_code in (200, 413)
    # Signed out, nothing is read at all.
    assert cases.client().client.post("/sign-in", data={"username": big}).status_code in (400, 413)


def test_json_that_is_none_breaks_nothing(cases: House) -> None:
    browser = signed_in_as(cases, "worker")
    browser.get("/people")
    token = {"X-CSRFToken": browser.hidden("csrf_token")}
    row = cases.store.interviews_of(cases.person("Daniel").id)[0].id
    bodies = (
        b"",
        b"[",
        b"[]",
        b"1",
        b'"x"',
        b"null",
        b"{" * 5000,
        b'{"a":' * 5000,
        b"\xff\xfe",
        b'{"search": {"$gt": ""}}',
        b'{"turn": NaN}',
    )
    for address in ("/api/people/search", "/api/cases/search", "/api/people", f"/api/interviews/{row}/turns", "/api/interviews"):
        for body in bodies:
            status = browser.client.post(address, data=body, content_type="application/json", headers=token).status_code
            assert status < 500, (address, body[:20], status)
    for kind in (
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-99",
    ):
        assert browser.client.post("/api/people", data=b"{}", content_type=kind, headers=token).status_code in (400, 415, 422), kind


# -- paths, SQL, headers, redirects


def test_paths_lead_to_no_file(cases: House) -> None:
    browser = signed_in_as(cases, "guard")
    key = (cases.settings.keys.parent / "session.key").read_text()
    tricks = (
        "../../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/store.keys",
        "....//....//keys",
        "/etc/passwd",
        "file:///etc/passwd",
    )
    person = cases.person("Daniel").id
    for trick in tricks:
        for address in (f"/static/{trick}", f"/people/{person}/papers/file?kind={trick}", f"/services/directory.csv?prison={trick}",
                        f"/people/{person}/papers/preview?kind=plan-pdf&language={trick}", f"/services/{trick}"):  # fmt: skip
            answer = browser.get(address)
            assert answer.status_code in (200, 303, 308, 404, 422), address
            assert "root:" not in browser.page
            assert key not in browser.page
    for name in ("../../x.csv", "/tmp/x.csv", "x.csv\x00.png", "..\\x.csv", "x.csv\r\nX: y"):
        browser.get("/people/import")
        text = b"prison_number,name\r\nA9999ZZ,x\r\n"
        assert (
            browser.post("/people/import", {"file": (io.BytesIO(text), name)}, content_type="multipart/form-data").status_code
            == 422
        )


SQL = (
    "' OR '1'='1",
    "'; DROP TABLE people; --",
    '" OR 1=1 --',
    "%",
    "_",
    "\\",
    "' UNION SELECT password FROM users --",
    "1) OR (1=1",
)


def test_sql_in_a_search_or_a_filter_is_only_text(cases: House) -> None:
    browser, boss = signed_in_as(cases, "worker"), signed_in_as(cases, "administrator")
    for text in SQL:
        browser.get("/people")
        browser.post("/people", {"search": text})
        assert "Nobody has that in their name or number" in browser.page, text
        every = dict.fromkeys(("prison", "worker", "due", "need", "pathway", "state"), text)
        for address in ("/cases", "/api/cases", "/api/cases/due"):
            assert browser.client.get(address, query_string=every).status_code == 200, (address, text)
        assert browser.client.get("/api/people", query_string={"limit": text, "offset": text}).status_code == 200
        assert boss.client.get("/admin/audit", query_string={"who": text, "what": text}).status_code == 200
        assert boss.client.get("/admin/audit", query_string={"before": text}).status_code == 200
        client = cases.client()
        client.get("/sign-in")
        assert client.post("/sign-in", {"username": text, "password": text}).status_code in (422, 429)
    assert browser.client.get("/api/cases", query_string={"prison": "%"}).json["cases"] == []  # type: ignore[index]
    assert cases.store.count_people() == len(cases.people)


def test_no_header_is_made_of_what_was_sent(cases: House) -> None:
    browser = signed_in_as(cases, "administrator")
    for trick in ("x%0d%0aSet-Cookie:%20a=b", "x%0aX-Injected:%20yes", "%E5%98%8A%E5%98%8DX-Injected:yes"):
        for address in (
            f"/sign-in?next=/people{trick}",
            f"/services?prison={trick}",
            f"/services/directory.csv?prison={trick}",
            f"/{trick}",
        ):
            answer = browser.client.get(address)
            assert "X-Injected" not in answer.headers
            assert not [value for value in answer.headers.getlist("Set-Cookie") if value.startswith("a=")]
    answer = browser.client.get("/people", headers={"Host": "elsewhere.invalid"})
    assert "elsewhere.invalid" not in answer.get_data(as_text=True)
    assert "elsewhere.invalid" not in str(browser.client.get("/", headers={"Host": "elsewhere.invalid"}).location)


ELSEWHERE = (
    "https://elsewhere.invalid/", "//elsewhere.invalid", "/\\elsewhere.invalid", "///elsewhere.invalid", "https:elsewhere.invalid",
    "/people//elsewhere.invalid", "\t//elsewhere.invalid", "/people?next=//elsewhere.invalid", "/people@elsewhere.invalid",
    "javascript:alert(7)", "data:text/html,x", "/people/%0d%0aLocation:x", "/sign-in", "/static/x", "/interviews/../../x",
)  # fmt: skip


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_signing_in_leads_nowhere_else(house: House, wanted: str) -> None:
    browser = house.client()
    browser.get("/sign-in", query_string={"next": wanted})
    answer = browser.post("/sign-in", {"username": "worker", "password": PASSWORD, "next": wanted})
    assert answer.location == "/people"


# -- guessing


def test_guessing_is_slowed_by_account_and_by_address(house: House) -> None:
    statuses: list[int] = []
    for number in range(60):
        browser = house.client()
        browser.get("/sign-in")
        # Another name each time, so that no single account locks.
        statuses.append(browser.post("/sign-in", {"username": f"guess{number}", "password": "wrong"}).status_code)
    assert statuses[:40] == [422] * 40
    assert set(statuses[40:]) == {429}
    browser.get("/sign-in")
    assert browser.sign_in().status_code == 429, "from that address even the right one waits"
    other = house.client()
    token_page = other.get("/sign-in", environ_base={"REMOTE_ADDR": "10.1.2.3"})
    assert token_page.status_code == 200
    form = {"username": "worker", "password": PASSWORD}
    assert other.post("/sign-in", form, environ_base={"REMOTE_ADDR": "10.1.2.3"}).status_code == 303
    house.clock.ahead += timedelta(minutes=11)
    browser.get("/sign-in")
    assert browser.sign_in().status_code == 303


def test_an_address_in_a_header_is_no_address(house: House) -> None:
    statuses = []
    for number in range(45):
        browser = house.client()
        browser.get("/sign-in")
        headers = {"X-Forwarded-For": f"10.0.0.{number}", "Forwarded": f"for=10.0.0.{number}", "X-Real-IP": f"10.0.0.{number}"}
        statuses.append(browser.post("/sign-in", {"username": f"g{number}", "password": "x"}, headers=headers).status_code)
    assert statuses[-1] == 429


def test_a_known_and_an_unknown_name_are_answered_alike(house: House) -> None:
    def answers(name: str) -> list[tuple[int, str]]:
        found = []
        for _ in range(7):
            browser = house.client()
            browser.get("/sign-in")
            status = browser.post("/sign-in", {"username": name, "password": "wrong"}).status_code
            found.append((status, re.sub(r'value="[^"]*"', "", browser.page)))
        return found

    assert answers("manager") == answers("nobody-of-that-name")
