"""Closing a plan by hand on its page, seeing it closed, and opening it again."""

from __future__ import annotations

import pytest

from bot.outputs.making import CannotMake, Wanted
from tests.web.casing import audited, case_of, plan_page, signed_in_as
from tests.web.conftest import Browser, House, text_of, web_of


def got(browser: Browser, path: str) -> str:
    assert browser.get(path).status_code == 200
    return text_of(browser.page)


def test_a_plan_is_closed_with_a_reason_and_opened_again(cases: House) -> None:
    house, page = cases, plan_page(cases)
    browser = signed_in_as(house, "worker")
    assert "Close this plan" in got(browser, page)
    form = got(browser, f"{page}/close")
    assert "contacts after release are still to be held" in form
    reply = browser.post(f"{page}/close", {})
    assert reply.status_code == 422
    assert "Choose why it is closed" in text_of(browser.page)
    reply = browser.post(f"{page}/close", {"reason": "other", "note": " "})
    assert reply.status_code == 422
    assert "Write which other reason it is" in text_of(browser.page)
    assert case_of(house).plan is not None
    reply = browser.post(f"{page}/close", {"reason": "transferred", "note": "to HMP Elsewhere"})
    assert reply.status_code == 303
    assert len(audited(house, "plan closed")) == 1
    shown = got(browser, page)
    assert "This plan is closed: Transferred to another prison." in shown
    assert "to HMP Elsewhere" in shown
    assert "Make the plan now" not in shown
    assert "Closed: Transferred to another prison" in got(browser, f"{page}/earlier")
    assert "The plan is closed: Transferred" in got(browser, page.removesuffix("/plan"))
    assert "Daniel" not in got(browser, "/cases")
    # Nothing is printed of a plan that is closed, and it says so.
    with pytest.raises(CannotMake, match="the plan is closed; open it again"):
        web_of(house).papers.make(case_of(house), Wanted("csv"))
    # Closing it twice is said, and does nothing.
    reply = browser.post(f"{page}/close", {"reason": "died"})
    assert reply.status_code == 422
    assert browser.get(f"{page}/close").status_code == 303
    browser.get(page)
    reply = browser.post(f"{page}/reopen", {"why": ""})
    assert reply.status_code == 422
    assert "Write why it is opened again" in text_of(browser.page)
    assert browser.post(f"{page}/reopen", {"why": "a mistake"}).status_code == 303
    assert case_of(house).plan is not None
    assert [one.kind for one in case_of(house).closings] == ["closed", "reopened"]


def test_what_is_due_by_date_has_assessments_and_contacts(cases: House) -> None:
    shown = got(signed_in_as(cases, "worker"), "/cases?by=date")
    # Rhys has had no interview: his part 2 was due long ago.
    assert "Interview (part 2)" in shown
    assert "Rhys" in shown
    assert "Contact after release, day 1" in shown
