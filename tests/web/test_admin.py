"""The administrator's pages (users, settings, audit) and one's own account."""

from __future__ import annotations

import html
import re

import pytest

from bot.store.types import User
from tests.web.casing import audited, main_of, signed_in_as
from tests.web.conftest import PASSWORD, Browser, House

NORTHMERE = "HMP Northmere (made-up)"
NEW = {
    "username": "Sam.New",
    "display_name": "Sam New",
    "roles": ["worker"],
    "prisons": [NORTHMERE],
    "password": "three quiet words",
}


@pytest.fixture
def boss(house: House) -> Browser:
    return signed_in_as(house, "administrator")


def added(house: House, boss: Browser) -> User:
    boss.get("/admin/users/add")
    assert boss.post("/admin/users/add", NEW).status_code == 303
    return house.store.user_named("sam.new")


def test_a_new_user_chooses_a_password_before_anything_else(house: House, boss: Browser) -> None:
    user = added(house, boss)
    assert (user.roles, user.prisons, user.temporary) == (("worker",), (NORTHMERE,), True)
    browser = house.client()
    browser.get("/sign-in")
    browser.post("/sign-in", {"username": "sam.new", "password": NEW["password"]})
    for address in ("/people", "/account", "/cases"):
        assert browser.get(address).location == "/account/password", address
    assert browser.client.get("/api/people").status_code == 403
    browser.get("/account/password")
    assert "Choose your own password" in browser.page
    wanted = {"now": NEW["password"], "password": "kettle violin moss", "again": "kettle violin moss"}
    assert browser.post("/account/password", wanted).location == "/people"
    assert browser.get("/people").status_code == 200
    assert house.store.check_password("sam.new", "kettle violin moss").temporary is False


WRONG = [
    ({"username": "a b"}, "username", "use letters"),
    ({"username": "worker"}, "username", "it is taken"),
    ({"password": "short"}, "password", "use 12 to 1024 characters"),
    ({"password": "xx-sam.new-xx-yy"}, "password", "it holds the user name"),
    ({"roles": []}, "roles", "Choose at least one role"),
    ({"roles": ["king"]}, "roles", "Choose at least one role"),
    ({"prisons": []}, "prisons", "Choose which prisons"),
]


@pytest.mark.parametrize(("changes", "field", "told"), WRONG)
def test_mistakes_stand_beside_their_fields(house: House, boss: Browser, changes: dict[str, object], field: str, told: str) -> None:
    boss.get("/admin/users/add")
    assert boss.post("/admin/users/add", {**NEW, **changes}).status_code == 422
    assert boss.title().startswith("Error: ")
    assert f'href="#{field}"' in boss.page
    assert told in html.unescape(boss.page)
    assert str({**NEW, **changes}["password"]) not in boss.page
    assert len([user for user in house.store.users() if user.username == "sam.new"]) == 0


def test_roles_prisons_password_and_disabling(house: House, boss: Browser) -> None:
    user = added(house, boss)
    page, token = f"/admin/users/{user.id}", house.store.start_session(user.id)
    boss.get(page)
    changes = {"display_name": "Sam Newer", "roles": ["worker", "safeguarding"], "prisons": ["all"]}
    assert boss.post(page, changes).status_code == 303
    found = house.store.user(user.id)
    assert (found.display_name, found.roles, found.prisons) == ("Sam Newer", ("worker", "safeguarding"), ())
    assert house.store.session(token) is None
    boss.get(page)
    assert boss.post(f"{page}/password", {"password": "another quiet one"}).status_code == 303
    assert house.store.check_password("sam.new", "another quiet one").temporary
    token = house.store.start_session(user.id)
    boss.get(page)
    assert "Signed in in one place" in boss.page
    boss.post(f"{page}/sessions", {})
    assert house.store.session(token) is None
    boss.get(page)
    boss.post(f"{page}/disable", {"do": "disable"})
    assert house.store.user(user.id).disabled
    boss.get(page)
    assert "cannot sign in" in boss.page
    boss.post(f"{page}/disable", {"do": "enable"})
    assert not house.store.user(user.id).disabled
    boss_id = house.store.user_named("administrator").id
    assert [row.who for row in house.store.audit_rows(20) if row.what == "user disabled"] == [boss_id]


def test_nobody_changes_their_own_roles(house: House, boss: Browser) -> None:
    me = house.store.user_named("administrator")
    page = f"/admin/users/{me.id}"
    boss.get("/admin/users")
    changes = {"display_name": "x", "roles": ["administrator", "worker", "safeguarding"], "prisons": ["all"]}
    assert boss.post(page, changes).status_code == 422
    boss.get("/admin/users")
    assert boss.post(f"{page}/disable", {"do": "disable"}).status_code == 422
    boss.get("/admin/users")
    assert boss.post(f"{page}/password", {"password": "another quiet one"}).location == "/account/password"
    assert house.store.user(me.id) == me


def test_roles_in_a_form_of_ones_own_account_change_nothing(house: House) -> None:
    browser = signed_in_as(house, "worker")
    before = house.store.user_named("worker")
    more = {"roles": ["administrator"], "prisons": ["all"], "user_id": house.store.user_named("manager").id, "username": "manager"}
    browser.get("/account/password")
    wanted = {"now": PASSWORD, "password": "kettle violin moss", "again": "kettle violin moss", **more}
    assert browser.post("/account/password", wanted).status_code == 303
    assert house.store.user_named("worker") == before
    assert house.store.check_password("manager", PASSWORD)


# -- one's own account


def test_a_password_is_changed_and_one_is_signed_out_elsewhere(house: House) -> None:
    here, there = signed_in_as(house, "worker"), signed_in_as(house, "worker")
    for wanted, told in (
        ({"now": "wrong", "password": "kettle violin moss", "again": "kettle violin moss"}, "This is not your password now"),
        ({"now": PASSWORD, "password": "kettle violin moss", "again": "kettle violin mos"}, "are not the same"),
        ({"now": PASSWORD, "password": PASSWORD, "again": PASSWORD}, "choose another"),
        ({"now": PASSWORD, "password": "worker-worker-99", "again": "worker-worker-99"}, "it holds the user name"),
    ):
        here.get("/account/password")
        assert here.post("/account/password", wanted).status_code == 422
        assert told in here.page
        assert "violin" not in here.page
    here.get("/account/password")
    wanted = {"now": PASSWORD, "password": "kettle violin moss", "again": "kettle violin moss"}
    assert here.post("/account/password", wanted).status_code == 303
    assert here.get("/people").status_code == 200
    assert there.get("/people").status_code == 303
    assert house.store.check_password("worker", "kettle violin moss")


def test_guessing_at_the_password_of_an_open_screen_locks(house: House) -> None:
    browser = signed_in_as(house, "worker")
    for _ in range(5):
        browser.get("/account/password")
        browser.post("/account/password", {"now": "wrong", "password": "kettle violin moss", "again": "kettle violin moss"})
    browser.get("/account/password")
    wanted = {"now": PASSWORD, "password": "kettle violin moss", "again": "kettle violin moss"}
    assert browser.post("/account/password", wanted).status_code == 429


def test_sessions_are_seen_and_ended(house: House) -> None:
    here, there, third = (signed_in_as(house, "worker") for _ in range(3))
    here.get("/account")
    assert main_of(here.page).count("Sign out there") == 2
    there.get("/account")
    ids = re.findall(r'name="session" value="([0-9a-f]{64})"', here.page)
    here.post("/account/sessions", {"session": ids[0]})
    assert [browser.get("/people").status_code for browser in (there, third)].count(200) == 1
    here.get("/account")
    assert here.post("/account/sessions", {"session": "f" * 64}).status_code == 404
    here.get("/account")
    here.post("/account/sessions", {"session": "others"})
    assert {browser.get("/people").status_code for browser in (there, third)} == {303}
    here.get("/account")
    assert here.post("/account/sessions", {"session": "all"}).location == "/sign-in"
    assert here.get("/people").status_code == 303


# -- settings


def settings_form(browser: Browser, **changes: str) -> dict[str, str]:
    browser.get("/admin/settings")
    found = dict(
        re.findall(r'name="(contact-\d+-\w+|version|prison|idle_minutes|safety_idle_minutes)"[^>]*? value="([^"]*)"', browser.page)
    )
    return {name: html.unescape(value) for name, value in found.items()} | {"safety_self_completion": "yes"} | changes


def test_settings_are_changed_and_put_in_another_order(house: House, boss: Browser) -> None:
    form = settings_form(boss, safety_self_completion="no", idle_minutes="8")
    form |= {
        "contact-2-place": "1",
        "contact-1-place": "2",
        "contact-6-name": "Wing officer",
        "contact-6-how": "Ring the cell bell.",
    }
    form |= {f"contact-4-{name}": "" for name in ("name", "what", "how", "phone")}
    assert boss.post("/admin/settings", form).status_code == 303
    found = house.store.settings(NORTHMERE)
    names = [contact.name for contact in found.contacts]
    assert names[:2] in (["Listeners", "Samaritans"], ["Samaritans", "Listeners"])
    assert "Chaplaincy" not in names
    assert names[-1] == "Wing officer"
    assert (found.safety_self_completion, found.idle_minutes, found.version) == (False, 8, 1)
    assert audited(house, "settings changed")


SETTINGS = [
    ({"idle_minutes": "500"}, "idle_minutes", "write a number from 3 to 15"),
    ({"safety_idle_minutes": "x"}, "safety_idle_minutes", "write a number from 2 to 3"),
    ({"contact-1-name": ""}, "contact-1-name", "Contact 1: write who it is"),
    ({"contact-1-how": "", "contact-1-phone": ""}, "contact-1-how", "Contact 1: write how to reach them"),
    ({"contact-2-what": "y" * 301}, "contact-2-what", "at most 300 characters; there are 301"),
]


@pytest.mark.parametrize(("changes", "field", "told"), SETTINGS)
def test_settings_that_cannot_be(house: House, boss: Browser, changes: dict[str, str], field: str, told: str) -> None:
    assert boss.post("/admin/settings", settings_form(boss, **changes)).status_code == 422
    assert f'href="#{field}"' in boss.page
    assert told in boss.page
    assert house.store.settings(NORTHMERE).version == 0


def test_somebody_else_was_faster_with_the_settings(house: House, boss: Browser) -> None:
    mine = settings_form(boss, idle_minutes="7")
    other = signed_in_as(house, "administrator")
    assert other.post("/admin/settings", settings_form(other, idle_minutes="9")).status_code == 303
    assert boss.post("/admin/settings", mine).status_code == 409
    assert "Somebody else changed these settings" in boss.page
    assert house.store.settings(NORTHMERE).idle_minutes == 9
    assert boss.get("/admin/settings?prison=HMP Nowhere").status_code == 404


# -- the audit


def test_signing_in_and_out_and_looking_stand_in_the_audit(house: House) -> None:
    worker, user = house.client(), house.store.user_named("worker")
    worker.sign_in("wrong-password")
    worker.sign_in()
    person = house.person("Daniel").id
    worker.get(f"/people/{person}")
    worker.post("/sign-out", {})
    whats = [row.what for row in house.store.audit_rows(4)]
    assert whats == ["signed out", "person seen", "signed in", "sign-in failed"]
    assert {row.who for row in house.store.audit_rows(3)} == {user.id}
    worker.get("/sign-in")
    worker.post("/sign-in", {"username": "Somebody Typed", "password": "x"})
    row = house.store.audit_rows(1)[0]
    assert (row.what, row.subjects) == ("sign-in failed: no such user", ())


def test_the_audit_is_read_filtered_and_paged(house: House, boss: Browser) -> None:
    for number in range(120):
        house.store.audit("demo", "plan seen" if number % 2 else "exported plan-pdf", "0" * 32)
    assert boss.get("/admin/audit").status_code == 200
    assert "The audit verifies:" in boss.page
    assert main_of(boss.page).count('<th scope="row"') == 100
    older = re.search(r'href="([^"]*before=\d+)">Older', boss.page)
    assert older
    assert boss.get(html.unescape(older[1])).status_code == 200
    worker = house.store.user_named("worker")
    house.store.audit(worker.id, "plan seen", "a" * 32)
    boss.get(f"/admin/audit?who={worker.id}&what=plan+seen")
    assert main_of(boss.page).count('<th scope="row"') == 1
    boss.get(f"/admin/audit?subject={'a' * 32}")
    assert main_of(boss.page).count('<th scope="row"') == 1
    boss.get("/admin/audit?on-day=1&on-month=1&on-year=2001")
    assert "No line is like that" in boss.page
    assert boss.get("/admin/audit?on-day=31&on-month=2&on-year=2026").status_code == 422
    assert boss.get("/admin/audit?subject=%25").status_code == 422
    assert boss.get("/admin/audit?before=99999999999999999999999").status_code == 200
    assert boss.get("/admin/audit?who='%20OR%201=1").status_code == 200
    assert "No line is like that" in boss.page


def test_an_audit_that_was_changed_says_so(house: House, boss: Browser) -> None:
    with house.store.engine.begin() as connection:
        names = (
            connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='audit'").scalars().all()
        )
        for name in names:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE audit SET what = 'plan seen' WHERE id = 2")
    boss.get("/admin/audit")
    assert "The audit does not verify." in boss.page
    assert "line 2 was changed" in boss.page


def test_opening_an_interview_is_noted_once_and_reading_answers_each_time(house: House) -> None:
    worker, row = house.signed_in(), house.started("Marcus").id
    for _ in range(3):
        worker.get(f"/interviews/{row}")
        worker.get(f"/interviews/{row}/answers")
    assert audited(house, "interview opened") == [(row,)]
    assert audited(house, "answers seen") == [(row,)] * 3


def test_lists_are_noted_once_a_session(house: House) -> None:
    worker = house.signed_in()
    for _ in range(2):
        for page in ("/people", "/cases", "/alerts"):
            assert worker.get(page).status_code == 200
        worker.post("/people", {"search": "daniel"})
    for what in ("list of people seen", "people searched for", "list of cases seen", "list of alerts seen"):
        assert audited(house, what) == [()], what
    other = house.signed_in()
    other.get("/cases")
    assert audited(house, "list of cases seen") == [(), ()]


def test_the_audit_says_whose_an_id_is(house: House, boss: Browser) -> None:
    row, person = house.started("Marcus"), house.person("Marcus")
    house.signed_in().get(f"/interviews/{row.id}")
    boss.get(f"/admin/audit?subject={row.id}")
    assert f'interview of <a class="govuk-link" href="/people/{person.id}">{person.prison_number}</a>' in boss.page
    assert row.id not in main_of(boss.page).split("<table")[1]
