"""Alerts: at the top of every staff page until somebody acts, and never in front of the person."""

from __future__ import annotations

import pytest

from bot.store.errors import StoreBusy
from bot.web.security import TOKEN
from tests.web.casing import audited, case_of, casework_of, main_of, plan_page, shown_in, signed_in_as
from tests.web.conftest import Browser, House, answer_until

SELF_HARM = "See this person now, in private. They may be at risk of harming themselves."
WHY = "They said today that they feel like hurting themselves."
TOP = 'class="alerts"'


def open_page(house: House, name: str = "Lee") -> str:
    return f"/alerts/{case_of(house, name).alerts[0].id}"


def test_they_stand_at_the_top_of_every_staff_page(cases: House) -> None:
    worker = signed_in_as(cases, "worker")
    person = cases.person("Daniel").id
    for address in ("/people", "/people/add", "/cases", "/services", "/services/add", "/report", f"/people/{person}",
                    plan_page(cases), f"{plan_page(cases)}/consents", f"{plan_page(cases)}/add", "/nowhere"):  # fmt: skip
        worker.get(address)
        assert TOP in worker.page, address
        assert worker.page.index(TOP) < worker.page.index("<main"), address
        assert "2 alerts need somebody now" in worker.page
        assert "Lee Carter" in worker.page
        assert SELF_HARM in worker.page
        assert WHY not in worker.page
    worker.get("/alerts")
    assert SELF_HARM in main_of(worker.page)
    assert "Prison staff on the wing, Safer custody team, Prison healthcare" in shown_in(worker.page)


def test_more_than_two_are_counted(cases: House) -> None:
    alert = casework_of(cases).open_alerts()[0]
    row = cases.started("Rhys")
    answer_until(cases, row.id, lambda step: False, urgent_today="feel_unsafe")
    casework_of(cases).ensure_plan(row.id, "test")
    worker = signed_in_as(cases, "worker")
    worker.get("/people")
    assert "3 alerts need somebody now" in worker.page
    assert worker.page.count("I act on this") == 2
    assert "1 more: see all alerts" in worker.page
    assert f"/alerts/{alert.id}" in worker.page


def test_in_front_of_the_person_only_a_quiet_word_stands(cases: House) -> None:
    worker = signed_in_as(cases, "worker")
    row = cases.store.interviews_of(cases.person("Daniel").id)[0].id
    for address in (f"/interviews/{row}", f"/interviews/{row}/answers"):
        worker.get(address)
        assert TOP not in worker.page
        assert "Lee" not in worker.page
        assert f'href="/interviews/{row}/staff">Staff</a>' in worker.page
    worker.get(f"/interviews/{row}/staff")
    assert "Turn the screen" in worker.page
    assert TOP not in worker.page
    assert "Lee" not in worker.page
    for alert in casework_of(cases).open_alerts():
        casework_of(cases).acknowledge(alert.id, "test")
    worker.get(f"/interviews/{row}")
    assert "/staff" not in worker.page
    assert worker.get(f"/interviews/{'0' * 32}/staff").status_code == 404


def test_a_page_that_was_handed_over_shows_none(cases: House) -> None:
    worker = signed_in_as(cases, "worker")
    row = cases.store.interviews_of(cases.person("Daniel").id)[0].id
    with worker.client.session_transaction() as session:
        token = session[TOKEN]
    cases.store.bind_session(token, row)
    for address, status in (
        (f"/interviews/{row}", 200),
        (f"/interviews/{row}/staff", 403),
        ("/alerts", 403),
        (plan_page(cases), 403),
        ("/cases", 403),
        (open_page(cases), 403),
        (f"/people/{cases.person('Daniel').id}/papers", 403),
        ("/nowhere", 404),
    ):
        assert worker.get(address).status_code == status, address
        assert TOP not in worker.page, address
        assert "Lee Carter" not in worker.page
        assert "/staff" not in worker.page
        assert 'href="/cases"' not in worker.page


def test_what_was_said_is_for_the_safeguarding_role_only(cases: House) -> None:
    worker, guard = signed_in_as(cases, "worker"), signed_in_as(cases, "guard")
    for name, detail in (("Lee", WHY), ("Siobhan", "someone close hurts, scares or controls them")):
        worker.get(open_page(cases, name))
        assert detail not in worker.page
        assert "What was said is for staff with the safeguarding role" in worker.page
        assert "domestic" not in worker.page.lower()
        guard.get(open_page(cases, name))
        assert detail in guard.page
    assert len(audited(cases, "alert seen")) == 2
    assert len(audited(cases, "alert seen with detail")) == 2


def acknowledge(browser: Browser, page: str, note: str = "", follow: bool = True) -> int:
    browser.get(page)
    return browser.post(f"{page}/acknowledge", {"note": note}, follow=follow).status_code


def test_it_is_acknowledged_by_name_and_time_and_is_gone(cases: House) -> None:
    worker, guard, page = signed_in_as(cases, "worker"), signed_in_as(cases, "guard"), open_page(cases)
    alert = case_of(cases, "Lee").alerts[0]
    guard.get(page)
    assert acknowledge(worker, page, "The wing manager sees him at 11") == 200
    assert "Acknowledged by Demo worker" in worker.page
    assert "1 alert needs somebody now" in worker.page
    user = cases.store.check_password("worker", "made-up-password")
    row = case_of(cases, "Lee").acknowledged[0]
    assert (row.acknowledged_by, row.note) == (user.id, "The wing manager sees him at 11")
    assert audited(cases, "alert acknowledged")[0][0] == alert.id
    # What was noted with a private alert is as private.
    worker.get(f"/people/{cases.person('Lee').id}")
    assert "acknowledged by Demo worker" in shown_in(worker.page)
    assert "wing manager" not in worker.page
    guard.get(f"/people/{cases.person('Lee').id}")
    assert "The wing manager sees him at 11" in guard.page
    worker.get(page)
    worker.get("/alerts")
    assert "Lee Carter" not in main_of(worker.page)
    # The second one is told who was first.
    worker.get("/alerts")
    assert guard.post(f"{page}/acknowledge", {"note": "Me too"}, follow=True).status_code == 200
    assert "Demo worker acknowledged it first" in guard.page
    assert case_of(cases, "Lee").acknowledged[0].acknowledged_by == user.id


def test_a_note_that_is_too_long_comes_back(cases: House) -> None:
    worker, page = signed_in_as(cases, "worker"), open_page(cases)
    assert acknowledge(worker, page, "y" * 2001) == 422
    assert "at most 2000 characters; there are 2001" in worker.page
    assert "y" * 2001 in worker.page
    assert case_of(cases, "Lee").alerts
    worker.get("/alerts")
    assert worker.post(f"/alerts/{'0' * 32}/acknowledge", {}).status_code == 404
    response = worker.get(f"/alerts/{'0' * 32}")
    assert response.location == "/alerts"


def test_an_alert_that_cannot_be_looked_up_is_said(cases: House, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = signed_in_as(cases, "worker")

    def busy(*_: object) -> None:
        raise StoreBusy("database: another process is using it")

    monkeypatch.setattr(type(cases.store), "open_alerts", busy)
    monkeypatch.setattr(type(cases.store), "has_open_alerts", busy)
    assert worker.get("/people").status_code == 200
    assert "Alerts cannot be shown just now" in worker.page
    assert worker.get("/alerts").status_code == 503
    row = cases.store.interviews_of(cases.person("Daniel").id)[0].id
    worker.get(f"/interviews/{row}")
    assert "Alerts cannot" not in worker.page
    assert ">Staff</a>" in worker.page
