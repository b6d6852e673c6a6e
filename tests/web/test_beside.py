"""Consents, referral routes, contacts after release, groups and the needs profile."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.web.case_words import day as words_for
from tests.web.casing import case_of, casework_of, main_of, plan_page, shown_in, signed_in_as
from tests.web.conftest import Browser, House


@pytest.fixture
def at_work(cases: House) -> Browser:
    return signed_in_as(cases, "worker")


def part(page: str, name: str) -> str:
    """The part of a page for one consent, route or contact."""
    found = re.search(rf'id="{name}".*?</li>\s*(?=<li class="card|</ul>)', page, re.DOTALL)
    assert found, name
    return found[0]


def post(browser: Browser, house: House, page: str, **data: str) -> int:
    browser.get(plan_page(house) + page.replace("/contacts", "/referrals"))
    return browser.post(plan_page(house) + page, data, follow=True).status_code


def test_consents_are_given_and_taken_back(cases: House, at_work: Browser) -> None:
    at_work.get(plan_page(cases) + "/consents")
    assert "Said no" in part(at_work.page, "consent-officer")
    assert "by an answer in the interview" in part(at_work.page, "consent-officer")
    assert "Not asked yet" in part(at_work.page, "consent-employer")
    assert post(at_work, cases, "/consents", consent="officer", do="give", note="Asked again today") == 200
    assert case_of(cases).consents.may_share("officer")
    shown = part(at_work.page, "consent-officer")
    assert "Agreed</strong>" in shown
    assert "told to Demo worker" in shown
    assert "Asked again today" in shown
    assert post(at_work, cases, "/consents", consent="officer", do="withdraw") == 200
    assert not case_of(cases).consents.may_share("officer")
    assert "Taken back" in part(at_work.page, "consent-officer")


def test_a_consent_for_one_service(cases: House, at_work: Browser) -> None:
    assert case_of(cases).consents.may_share("services", "northmere_housing")
    assert post(at_work, cases, "/consents", consent="services", do="withdraw", service="northmere_housing") == 200
    consents = case_of(cases).consents
    assert not consents.may_share("services", "northmere_housing")
    assert consents.may_share("services", "mere_homes")
    assert "Northmere City Council housing options team" in part(at_work.page, "consent-services")


def test_what_cannot_be_noted_of_a_consent(cases: House, at_work: Browser) -> None:
    assert post(at_work, cases, "/consents", consent="nope", do="give") == 404
    assert post(at_work, cases, "/consents", consent="officer", do="give", note="z" * 2001) == 422
    assert "z" * 2001 in at_work.page
    assert 'href="#note-officer"' in at_work.page
    assert 'id="note-officer-error"' in at_work.page
    assert post(at_work, cases, "/consents", consent="officer", do="give", service="nowhere") == 422
    assert "choose one of the list" in at_work.page


def test_a_route_is_recorded_step_by_step(cases: House, at_work: Browser) -> None:
    at_work.get(plan_page(cases) + "/referrals")
    shown = part(at_work.page, "route-duty_to_refer")
    assert "The person has agreed" in shown
    route = next(view for view in case_of(cases).routes if view.id == "duty_to_refer")
    assert route.found is not None
    assert f"Due {words_for(route.found.due)}" in shown
    step = route.found.route.steps[0]
    data = {
        "keep-council": "Northmere",
        "keep-referred_on-day": "20",
        "keep-referred_on-month": "11",
        "keep-referred_on-year": "2026",
    }
    assert post(at_work, cases, "/referrals", route="duty_to_refer", step=step.id, note="By e-mail", **data) == 200
    route = next(view for view in case_of(cases).routes if view.id == "duty_to_refer")
    assert dict(route.recorded)["council"] == "Northmere"
    assert dict(route.recorded)["referred_on"] == "2026-11-20"
    assert route.done == {step.id}
    shown = part(at_work.page, "route-duty_to_refer")
    assert "Done</strong>" in shown
    assert "20 November 2026" in shown
    assert "By e-mail" in shown
    assert 'value="Northmere"' in shown
    # What is the same as before is not recorded again.
    assert post(at_work, cases, "/referrals", route="duty_to_refer", **data, note="Rang them") == 200
    records = next(view for view in case_of(cases).routes if view.id == "duty_to_refer").records
    assert dict(records[-1].data) == {"note": "Rang them"}


def test_what_cannot_be_recorded_of_a_route(cases: House, at_work: Browser) -> None:
    assert post(at_work, cases, "/referrals", route="nope", note="x") == 404
    assert post(at_work, cases, "/referrals", route="duty_to_refer") == 422
    assert "Choose a step, or write something down" in at_work.page
    wrong = {"keep-referred_on-day": "32", "keep-referred_on-month": "1", "keep-referred_on-year": "2026", "note": "Kept words"}
    assert post(at_work, cases, "/referrals", route="duty_to_refer", **wrong) == 422
    assert 'href="#keep-referred_on-duty_to_refer"' in at_work.page
    assert "Kept words" in at_work.page
    casework_of(cases).withdraw_consent(case_of(cases).person_id, "council", "test")
    route = next(view for view in case_of(cases).routes if view.id == "duty_to_refer")
    assert route.found is not None
    waiting = next(step.id for step in route.found.route.steps if route.found.waits(step))
    assert post(at_work, cases, "/referrals", route="duty_to_refer", step=waiting) == 422
    assert "This waits for the person's yes" in shown_in(at_work.page)
    assert "After the yes" in part(at_work.page, "route-duty_to_refer")


def test_contacts_after_release(cases: House, at_work: Browser) -> None:
    days = [view.day for view in case_of(cases).contacts]
    at_work.get(plan_page(cases) + "/referrals")
    shown = shown_in(at_work.page)
    for number in (1, 7, 30, 60, 90):
        assert f"Day {number} " in shown
    day = days[0].isoformat()
    assert post(at_work, cases, "/contacts", day=day) == 422
    assert f'href="#held-{day}"' in at_work.page
    assert post(at_work, cases, "/contacts", day=day, held="no", how="By telephone", note="Nobody answered") == 200
    assert post(at_work, cases, "/contacts", day=day, held="yes", how="In person") == 422
    assert "This day is still to come" in shown_in(at_work.page)
    person = cases.person("Daniel")
    cases.store.update_person(person.id, replace(person.record, release=case_of(cases).today - timedelta(days=1)), by="test")
    day = case_of(cases).contacts[0].day.isoformat()
    assert post(at_work, cases, "/contacts", day=day, held="no", how="By telephone", note="Nobody answered") == 200
    assert post(at_work, cases, "/contacts", day=day, held="yes", how="In person") == 200
    first = case_of(cases).contacts[0]
    assert first.held
    assert [record.data["held"] for record in first.records] == [False, True]
    shown = shown_in(at_work.page)
    assert "Tried , by telephone" in shown or "Tried, by telephone" in shown
    assert "Nobody answered" in shown
    for wrong in ("", "x", date(2000, 1, 1).isoformat()):
        assert post(at_work, cases, "/contacts", day=wrong, held="yes") == 404


def test_without_a_release_date_there_are_no_days_for_contacts(cases: House, at_work: Browser) -> None:
    row = cases.started("Joseph")
    casework_of(cases).ensure_plan(row.id, "test", early=True)
    at_work.get(plan_page(cases, "Joseph") + "/referrals")
    assert "There are no days for contacts yet: release date not known" in shown_in(at_work.page)


def test_the_needs_profile_is_a_table_with_bars(cases: House, at_work: Browser) -> None:
    at_work.get(plan_page(cases) + "/groups")
    profile = case_of(cases).without_sensitive().profile
    assert profile is not None
    assert f"{profile.count} of 10 factors apply" in shown_in(at_work.page)
    rows = re.findall(r'<th scope="row".*?</tr>', main_of(at_work.page), re.DOTALL)
    assert len(rows) == 10
    for factor, row in zip(profile.factors, rows, strict=True):
        assert f'<span class="figure">{len(factor.needs)}</span>' in row
        assert (">Yes<" in row) == factor.applies
        assert 'aria-hidden="true"' in row
    assert "style=" not in at_work.page


def test_groups_are_decided_with_a_reason(cases: House, at_work: Browser) -> None:
    def put(**data: str) -> int:
        return post(at_work, cases, "/groups", **data)

    assert put(group="care_leavers", mark="in") == 422
    assert 'href="#reason-care_leavers"' in at_work.page
    assert put(group="care_leavers", reason="He told me") == 422
    assert "He told me" in at_work.page
    assert put(group="care_leavers", mark="in", reason="He told me") == 200
    view = next(view for view in case_of(cases).cohorts if view.cohort.id == "care_leavers")
    assert (view.mark, view.by_rule, view.found is not None) == (True, False, True)
    assert "Decided by a worker" in at_work.page
    assert "He told me" in at_work.page
    assert put(group="care_leavers", mark="rule", reason="A mistake") == 200
    assert next(view for view in case_of(cases).cohorts if view.cohort.id == "care_leavers").found is None
    assert put(group="nope", mark="in", reason="x") == 404
