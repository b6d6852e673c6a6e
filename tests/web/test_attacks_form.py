"""What somebody would send: too much, what is not of its form, paths, SQL, headers, redirects, and guesses."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest

from bot.web.app import MOST_BYTES
from tests.web.attacking import quick_guesses
from tests.web.casing import signed_in_as
from tests.web.conftest import PASSWORD, House

__all__ = ["quick_guesses"]


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
