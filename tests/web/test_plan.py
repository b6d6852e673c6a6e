"""The plan page: what it shows, what everybody has, what changed answers say, the menu, plans made early and plans before."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.casework.case import ItemView
from bot.outputs import staff
from bot.store.types import Decision, Entry
from tests.web.casing import (
    audited,
    case_of,
    casework_of,
    item_of,
    item_page,
    main_of,
    plan_page,
    shown_in,
    signed_in_as,
)
from tests.web.conftest import Browser, House, answer_until

DUTY = "acc_duty_to_refer"


@pytest.fixture
def at_work(cases: House) -> Browser:
    return signed_in_as(cases, "worker")


def state_of(house: House, activity: str = DUTY) -> str:
    return item_of(house, activity).state.state


def test_the_plan_shows_needs_first_and_folds_what_everybody_has(cases: House, at_work: Browser) -> None:
    assert at_work.get(plan_page(cases)).status_code == 200
    page, case = main_of(at_work.page), case_of(cases)
    shown = shown_in(at_work.page)
    assert page.index('id="pathway-accommodation"') < page.index('id="pathway-ete"') < page.index('id="pathway-finance"')
    first = page[page.index('id="pathway-accommodation"') : page.index('id="pathway-ete"')]
    assert first.index("Agree") < first.index("<details") < first.index("For everybody: 3 items, 3 to do")
    for item in case.shown():
        assert (item.id in page) == (not item.sensitive)
    assert "Because “you need a settled place to live when you leave”" in shown
    assert "Resettlement worker in this prison" in shown
    assert "None: the area the person goes to is not known" in shown
    assert "Fee for Service" in shown
    assert case.notices[0].text in shown
    assert "Daniel" not in at_work.title()
    assert audited(cases, "plan seen") == [(case.person_id,)]


def test_show_only_what_is_asked_for(cases: House, at_work: Browser) -> None:
    case = case_of(cases, "Gareth")
    at_work.get(f"{plan_page(cases, 'Gareth')}?show=due")
    shown = set(re.findall(r'id="item-([0-9a-f]{32})"', at_work.page))
    due = {item.id for item in case.shown() if item.overdue or "this_week" in (item.due_status, item.follow_up_status)}
    assert shown == due - {item.id for item in case.items if item.sensitive}
    assert shown
    at_work.get(f"{plan_page(cases, 'Gareth')}?show=follow_up")
    assert "Nothing on this plan is like that" in at_work.page
    assert at_work.get(f"{plan_page(cases, 'Gareth')}?show=x").status_code == 200


def test_a_step_from_the_list_comes_back_to_the_list(cases: House, at_work: Browser) -> None:
    at_work.get(plan_page(cases))
    item = item_of(cases, DUTY)
    data = {"seen": str(item.seen), "step": "agree", "back": "plan"}
    response = at_work.post(f"{item_page(cases, DUTY)}/steps", data)
    assert response.location == f"{plan_page(cases)}#item-{item.id}"
    at_work.get(plan_page(cases))
    assert "It is agreed." in at_work.page
    assert state_of(cases) == "agreed"
    worker = cases.store.check_password("worker", "made-up-password")
    assert item_of(cases, DUTY).history[-1].by == worker.id


def test_what_everybody_has_is_marked_together(cases: House, at_work: Browser) -> None:
    at_work.get(plan_page(cases))
    finance = re.search(r'name="pathway" value="finance".*?</form>', at_work.page, re.DOTALL)
    assert finance
    chosen = re.findall(r'name="item" type="checkbox" value="([^"]+)" checked', finance[0])
    assert len(chosen) == 3
    assert at_work.post(f"{plan_page(cases)}/everybody", {"pathway": "finance", "item": chosen}).status_code == 422
    assert 'id="what-finance-error"' in at_work.page
    data = {"pathway": "finance", "item": chosen[:2], "what": "Gone through in the interview"}
    assert at_work.post(f"{plan_page(cases)}/everybody", data).status_code == 303
    done = [item for item in case_of(cases).items if item.state.state == "done"]
    assert {f"{item.id}" for item in done} == {value.partition(":")[0] for value in chosen[:2]}
    assert {item.state.done["what"] for item in done} == {"Gone through in the interview"}
    # One of them again: it is told by name, and the third is done all the same.
    assert at_work.post(f"{plan_page(cases)}/everybody", {**data, "item": chosen[1:]}).status_code == 422
    assert "somebody took a step on it meanwhile" in at_work.page
    assert sum(item.state.state == "done" for item in case_of(cases).items) == 3
    assert at_work.post(f"{plan_page(cases)}/everybody", {"pathway": "finance", "what": "x"}).status_code == 422


def changed(house: House, activity: str = DUTY) -> ItemView:
    """The item after the person has taken back an answer that it rests on; somebody had agreed it."""
    case = case_of(house)
    item = item_of(house, activity)
    casework_of(house).step(case.person_id, item.id, "agree", "test", item.seen)
    assert case.interview is not None
    answer_again(house, case.interview.id, "where_will_live", "return")
    casework_of(house).ensure_plan(case.interview.id, "test")
    return item_of(house, activity)


@pytest.mark.parametrize(("do", "taken"), [("accept", True), ("leave", False)])
def test_a_release_date_that_moved_is_looked_at(cases: House, at_work: Browser, do: str, taken: bool) -> None:
    item, person = item_of(cases, DUTY), cases.person("Daniel")
    casework_of(cases).step(person.id, item.id, "agree", "test", item.seen)
    sooner = case_of(cases).today + timedelta(days=70)
    cases.store.update_person(person.id, replace(person.record, release=sooner), by="test")
    now, new = item_of(cases, DUTY), sooner - timedelta(days=56)
    for page in (plan_page(cases), item_page(cases, DUTY)):
        at_work.get(page)
        shown = shown_in(at_work.page)
        assert f"The record now calls for another date: {staff.day(new)}. The plan has {staff.day(item.due)}." in shown
        assert "Take the new date" in shown and "Keep the old date" in shown
    at_work.get(f"/people/{person.id}")
    assert "The release date changed: 1 to look at." in shown_in(at_work.page)
    at_work.get(plan_page(cases))
    assert at_work.post(f"{plan_page(cases)}/look", {"item": item.id, "seen": str(now.seen), "do": do}).status_code == 303
    decided = item_of(cases, DUTY)
    assert decided.change is None and decided.due == (new if taken else item.due)
    at_work.get(item_page(cases, DUTY))
    assert f"Another date: {'taken over' if taken else 'it stays as it was'}" in shown_in(at_work.page)


def answer_again(house: House, interview_id: str, question: str, option: str) -> None:
    state = house.store.state(interview_id)
    answer = replace(state.answers[question], options=(option,))
    decision = Decision("answer", question, [Entry(answer, "button", "test")], [], None, "complete", by="test", device="test")
    house.store.take_turn(interview_id, f"again-{question}-{option}", lambda _: decision)


@pytest.mark.parametrize(("do", "state"), [("accept", "removed"), ("leave", "agreed")])
def test_changed_answers_are_looked_at(cases: House, at_work: Browser, do: str, state: str) -> None:
    item = changed(cases)
    assert item.change is not None
    at_work.get(plan_page(cases))
    part = re.search(r'<section class="changes".*?</section>', at_work.page, re.DOTALL)
    assert part
    assert "The answers changed: look at" in part[0]
    assert "Nothing in the answers calls for this any more" in part[0]
    data = {"item": item.id, "seen": str(item.seen), "do": do}
    assert at_work.post(f"{plan_page(cases)}/look", data).status_code == 303
    assert state_of(cases) == state
    assert item_of(cases, DUTY).change is None
    at_work.get(plan_page(cases))
    assert at_work.post(f"{plan_page(cases)}/look", data).status_code in (409, 422)
    assert 'role="alert"' in at_work.page


def test_an_activity_is_found_in_the_menu_and_added_with_a_reason(cases: House, at_work: Browser) -> None:
    at_work.get(plan_page(cases) + "/add")
    everything = shown_in(at_work.page)
    menu = casework_of(cases).plan_data.activities.values()
    for activity in menu:
        assert (activity.activity in everything) == (not activity.sensitive)
    at_work.get(plan_page(cases) + "/add?pathway=finance")
    assert "Identify and discuss housing needs" not in at_work.page
    at_work.post(plan_page(cases) + "/add", {"do": "search", "search": "bidding HOUSING"})
    assert "1 activity" in at_work.page
    assert at_work.post(plan_page(cases) + "/add", {"activity": "acc_bidding"}).status_code == 200
    assert "Why do you add it?" in at_work.page
    assert "on the plan already" in at_work.page
    before = len(case_of(cases).items)
    assert at_work.post(plan_page(cases) + "/add", {"activity": "acc_bidding", "do": "add", "reason": " "}).status_code == 422
    assert "Write why you add it" in at_work.page
    response = at_work.post(plan_page(cases) + "/add", {"activity": "acc_bidding", "do": "add", "reason": "They asked again"})
    assert response.status_code == 303
    at_work.get(response.location)
    assert "Added by a worker: They asked again" in shown_in(at_work.page)
    assert len(case_of(cases).items) == before + 1
    for wrong in ("", "nope", next(activity.id for activity in menu if activity.sensitive)):
        at_work.get(plan_page(cases) + "/add")
        assert at_work.post(plan_page(cases) + "/add", {"activity": wrong, "do": "add", "reason": "x"}).status_code == 404


def test_who_is_responsible(cases: House, at_work: Browser) -> None:
    me = cases.store.check_password("worker", "made-up-password").id
    at_work.get(plan_page(cases))
    assert "Nobody yet" in at_work.page
    at_work.post(plan_page(cases) + "/worker", {"worker": me}, follow=True)
    assert "Demo worker is responsible for this plan." in at_work.page
    assert case_of(cases).plan.worker == me  # type: ignore[union-attr]
    assert at_work.post(plan_page(cases) + "/worker", {"worker": "0" * 32}).status_code == 404
    at_work.get(plan_page(cases))
    at_work.post(plan_page(cases) + "/worker", {"worker": ""}, follow=True)
    assert "Nobody is responsible" in at_work.page


def test_a_plan_can_be_made_before_the_interview_is_finished(cases: House, at_work: Browser) -> None:
    page = plan_page(cases, "Rhys")
    at_work.get(page)
    assert "There is no plan yet" in at_work.page
    assert at_work.post(f"{page}/make").status_code == 404
    row = cases.started("Rhys")
    at_work.get(page)
    assert "Make the plan now" in at_work.page
    answer_until(
        cases, row.id, lambda step: step.question.id == "job_before", where_will_live="nowhere", help_accommodation="find_home"
    )
    at_work.get(page)
    at_work.post(f"{page}/make", follow=True)
    assert "The plan is made." in at_work.page
    assert case_of(cases, "Rhys").plan is not None


def test_the_plan_before_is_kept_to_look_at(cases: House, at_work: Browser) -> None:
    at_work.get(plan_page(cases))
    assert "Earlier plans" not in at_work.page
    row = cases.started("Daniel", kind="prerelease")
    answer_until(cases, row.id, lambda step: False)
    casework_of(cases).ensure_plan(row.id, "test")
    at_work.get(plan_page(cases))
    assert "Earlier plans" in at_work.page
    at_work.get(plan_page(cases) + "/earlier")
    assert "Carried over" in at_work.page
    assert audited(cases, "earlier plans seen")


def test_unknown_people_and_items(cases: House, at_work: Browser) -> None:
    nobody, item = "0" * 32, item_of(cases, DUTY)
    for address in (
        f"/people/{nobody}/plan",
        f"/people/{nobody}/plan/add",
        f"/people/{nobody}/plan/items/{item.id}",
        f"{plan_page(cases)}/items/{nobody}",
        # Of another person.
        f"{plan_page(cases, 'Lee')}/items/{item.id}",
        f"{plan_page(cases)}/items/x",
    ):
        assert at_work.get(address).status_code == 404, address
    at_work.get(plan_page(cases))
    wrong: tuple[dict[str, Any], ...] = ({}, {"step": "carry_over"}, {"step": "look", "seen": "1"}, {"step": "propose"})
    for data in wrong:
        assert at_work.post(f"{item_page(cases, DUTY)}/steps", data).status_code == 400, data
        at_work.get(plan_page(cases))
    for seen in ("", "x", "-1", "9" * 30, "١"):
        assert at_work.post(f"{item_page(cases, DUTY)}/steps", {"step": "agree", "seen": seen}).status_code == 409
    assert state_of(cases) == "proposed"
