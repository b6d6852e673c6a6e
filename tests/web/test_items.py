"""Every step on an item by its form: taken, mistaken, taken by somebody else first, and kept over a sign-in."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from bot.plan.dates import follow_up_by
from bot.web.case_view import buttons, next_steps
from tests.web.casing import case_of, casework_of, item_of, item_page, plan_page, shown_in, signed_in_as
from tests.web.conftest import PASSWORD, Browser, House

DUTY = "acc_duty_to_refer"


@pytest.fixture
def at_work(cases: House) -> Browser:
    return signed_in_as(cases, "worker")


def day(name: str, on: date) -> dict[str, str]:
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}


def take(browser: Browser, house: House, step: str, activity: str = DUTY, follow: bool = True, **given: str) -> int:
    """Open the form of a step and post it as a browser does."""
    page = item_page(house, activity)
    assert browser.get(f"{page}?step={step}").status_code == 200
    return browser.post(f"{page}/steps", {"seen": browser.hidden("seen"), "step": step, **given}, follow=follow).status_code


def state_of(house: House, activity: str = DUTY) -> str:
    return item_of(house, activity).state.state


def test_from_proposal_to_outcome_by_its_forms(cases: House, at_work: Browser) -> None:
    case, today = case_of(cases), case_of(cases).today
    service = case.directory.services["northmere_housing"]
    assert take(at_work, cases, "agree", note="Talked it over") == 200
    assert take(at_work, cases, "signpost", service=service.id, how="Referral form sent", **day("on", today)) == 200
    item = item_of(cases, DUTY)
    assert item.state.state == "signposted"
    assert item.follow_up_by == follow_up_by(today, casework_of(cases).plan_data.deadlines)
    assert service.name in at_work.page
    assert "It is noted, with a day to follow it up." in at_work.page
    assert take(at_work, cases, "follow_up", outcome="waiting", **day("follow_up_by", today + timedelta(days=3))) == 200
    assert item_of(cases, DUTY).follow_up_by == today + timedelta(days=3)
    assert take(at_work, cases, "follow_up", outcome="helped") == 200
    assert take(at_work, cases, "deliver", what="The council found a place", who="J. Example") == 200
    item = item_of(cases, DUTY)
    assert item.state.state == "done"
    assert (item.state.done["what"], item.state.done["by"], item.state.done["on"]) == (
        "The council found a place",
        "J. Example",
        today.isoformat(),
    )
    shown = shown_in(at_work.page)
    for words in (
        "Talked it over",
        "Referral form sent",
        "It helped",
        "Still waiting",
        "The council found a place",
        "by Demo worker",
    ):
        assert words in shown
    assert take(at_work, cases, "reopen", reason="It fell through") == 200
    assert state_of(cases) == "agreed"


def test_an_open_follow_up_comes_first_on_the_card_until_it_is_made(cases: House, at_work: Browser) -> None:
    today = case_of(cases).today
    take(at_work, cases, "agree")
    take(at_work, cases, "signpost", service="northmere_housing", how="Referral form sent", **day("on", today))
    take(at_work, cases, "follow_up", outcome="waiting")
    assert next_steps(item_of(cases, DUTY))[0] == "follow_up"
    assert take(at_work, cases, "start") == 200
    item = item_of(cases, DUTY)
    assert (item.state.state, next_steps(item)[0], buttons(item)[0]) == ("in_progress", "follow_up", "follow_up")
    at_work.get(f"{plan_page(cases)}?show=follow_up")
    assert item_page(cases, DUTY) in at_work.page
    take(at_work, cases, "decline")
    take(at_work, cases, "reopen", reason="Pressed by mistake")
    assert next_steps(item_of(cases, DUTY))[0] == "follow_up"
    assert take(at_work, cases, "follow_up", outcome="helped") == 200
    assert item_of(cases, DUTY).follow_up_by is None


@pytest.mark.parametrize(
    ("step", "given", "state"),
    [
        ("decline", {"reason": "They have a friend"}, "declined"),
        ("not_available", {"why": "No such service here"}, "not_available"),
        ("note", {"note": "Ring on Monday"}, "proposed"),
        ("remove", {"reason": "Put on by mistake"}, "removed"),
        ("change", {"level": "2", "reason": "Agreed with the manager"}, "proposed"),
    ],
)
def test_the_other_steps_by_their_forms(cases: House, at_work: Browser, step: str, given: dict[str, str], state: str) -> None:
    assert take(at_work, cases, step, **given) == 200
    item = item_of(cases, DUTY)
    assert item.state.state == state
    assert item.history[-1].kind == step
    at_work.get(item_page(cases, DUTY))
    assert next(iter(reversed(given.values()))) in at_work.page
    if step == "decline":
        assert item.history[-1].data["who"] == "person"


def test_owner_date_service_and_words_are_changed_together(cases: House, at_work: Browser) -> None:
    due = case_of(cases).today + timedelta(days=20)
    given = {
        "owner_role": "prison_healthcare", "owner_name": "Sister Example", "service": "northmere_housing",
        "words": "Ring the council", "level": "3", "reason": "She knows them", **day("due", due),
    }  # fmt: skip
    assert take(at_work, cases, "change", **given) == 200
    item = item_of(cases, DUTY)
    assert (item.due, item.words, item.service.id if item.service else "") == (due, "Ring the council", "northmere_housing")
    assert (item.owner["name"], item.owner["label"]) == ("Sister Example", "Prison healthcare")
    # The level was the same before: it is not among what changed.
    assert "level" not in item.history[-1].data
    at_work.get(plan_page(cases))
    assert "Ring the council" in at_work.page
    assert "Sister Example (prison healthcare)" in at_work.page


def test_a_change_that_changes_nothing_is_told(cases: House, at_work: Browser) -> None:
    at_work.get(f"{item_page(cases, DUTY)}?step=change")
    kept = dict(re.findall(r'name="(due-\w+)" type="text" inputmode="numeric" autocomplete="off" value="(\d+)"', at_work.page))
    assert len(kept) == 3
    assert take(at_work, cases, "change", level="3", owner_role="resettlement_worker", reason="Why not", **kept) == 422
    assert "Nothing is other than before" in at_work.page
    assert "Why not" in at_work.page


MISTAKES: tuple[tuple[str, dict[str, str], dict[str, str]], ...] = (
    ("signpost", {"how": "Told by letter", "note": "Half a note"}, {"service": "Choose a service"}),
    ("signpost", {"service": "nowhere", "how": "Told by letter"}, {"service": "choose one of the list"}),
    ("signpost", {"service": "northmere_housing", "how": "Told by letter", "on-day": "31", "on-month": "2", "on-year": "2026"},
     {"on": "write a real day"}),
    ("note", {"note": " "}, {"note": "Write the note"}),
    ("note", {"note": "x" * 2001}, {"note": "at most 2000 characters; there are 2001"}),
    ("not_available", {}, {"why": "Write why"}),
    ("remove", {}, {"reason": "Write why"}),
    ("change", {"level": "9"}, {"level": "choose one", "reason": "Write why"}),
)  # fmt: skip


def test_mistakes_stand_beside_their_fields_and_nothing_typed_is_lost(cases: House, at_work: Browser) -> None:
    take(at_work, cases, "agree")
    before = item_of(cases, DUTY).seen
    for step, given, wrong in MISTAKES:
        assert take(at_work, cases, step, **given) == 422, step
        assert at_work.title().startswith("Error: ")
        for field, text in wrong.items():
            assert text in at_work.page, (step, text)
            assert f'href="#{field}"' in at_work.page
            assert f'id="{field}"' in at_work.page
            assert f'id="{field}-error"' in at_work.page
        for name, value in given.items():
            if name not in wrong and value.strip():
                assert value in at_work.page, (step, name)
    assert item_of(cases, DUTY).seen == before


def test_what_the_rules_of_an_item_do_not_allow_is_one_line(cases: House, at_work: Browser) -> None:
    take(at_work, cases, "agree")
    tomorrow = case_of(cases).today + timedelta(days=1)
    assert take(at_work, cases, "deliver", what="Done it", **day("on", tomorrow)) == 422
    assert "The day is still to come; write the day it happened." in at_work.page
    assert "Done it" in at_work.page
    assert 'role="alert"' in at_work.page


def test_somebody_else_was_faster(cases: House, at_work: Browser) -> None:
    other = signed_in_as(cases, "guard")
    take(at_work, cases, "agree")
    page = item_page(cases, DUTY)
    at_work.get(f"{page}?step=note")
    seen = at_work.hidden("seen")
    take(other, cases, "note", note="From the other one")
    assert at_work.post(f"{page}/steps", {"seen": seen, "step": "note", "note": "My own words"}).status_code == 409
    assert "Somebody took a step on this after you opened the page" in at_work.page
    assert "My own words" in at_work.page
    assert "From the other one" in at_work.page
    # The page that came back knows how it stands now.
    again = {"seen": at_work.hidden("seen"), "step": "note", "note": "My own words"}
    assert at_work.post(f"{page}/steps", again).status_code == 303
    assert item_of(cases, DUTY).history[-1].data["note"] == "My own words"


def test_what_was_typed_stays_when_the_step_is_gone(cases: House, at_work: Browser) -> None:
    page, item = item_page(cases, DUTY), item_of(cases, DUTY)
    at_work.get(f"{page}?step=not_available")
    seen = at_work.hidden("seen")
    casework_of(cases).remove(case_of(cases).person_id, item.id, "mistake", "test", item.seen)
    data = {"seen": seen, "step": "not_available", "why": "Nobody does this here"}
    assert at_work.post(f"{page}/steps", data).status_code == 409
    assert "Nobody does this here" in at_work.page
    assert state_of(cases) == "removed"


def test_pressed_twice_is_one_step(cases: House, at_work: Browser) -> None:
    page = item_page(cases, DUTY)
    at_work.get(f"{page}?step=note")
    data = {"seen": at_work.hidden("seen"), "step": "note", "note": "Once"}
    assert at_work.post(f"{page}/steps", data).status_code == 303
    assert at_work.post(f"{page}/steps", data).status_code == 303
    assert [event.data.get("note") for event in item_of(cases, DUTY).history].count("Once") == 1
    # Other words are another note, and are not taken for the first.
    assert at_work.post(f"{page}/steps", {**data, "note": "Twice"}).status_code == 409
    assert "Twice" in at_work.page


def test_what_was_typed_when_the_session_had_ended_is_kept(cases: House, at_work: Browser) -> None:
    page, item = item_page(cases, DUTY), item_of(cases, DUTY)
    at_work.get(f"{page}?step=note")
    data = {"seen": at_work.hidden("seen"), "step": "note", "note": "A long note"}
    cases.clock.ahead = timedelta(minutes=31)
    response = at_work.post(f"{page}/steps", data)
    assert response.location == f"/sign-in?next={page}"
    assert item_of(cases, DUTY).seen == item.seen
    at_work.get(response.location)
    response = at_work.post("/sign-in", {"username": "worker", "password": PASSWORD, "next": at_work.hidden("next")})
    assert response.location == page
    at_work.get(page)
    assert "You were signed out before this was saved" in at_work.page
    assert "A long note" in at_work.page
    at_work.post(f"{page}/steps", {**data, "seen": at_work.hidden("seen")})
    assert item_of(cases, DUTY).history[-1].data["note"] == "A long note"
    at_work.get(page)
    assert "You were signed out" not in at_work.page


def test_another_user_does_not_get_what_was_typed(cases: House, at_work: Browser) -> None:
    page = item_page(cases, DUTY)
    at_work.get(f"{page}?step=note")
    data = {"seen": at_work.hidden("seen"), "step": "note", "note": "Of the first user"}
    cases.clock.ahead = timedelta(minutes=31)
    at_work.get(at_work.post(f"{page}/steps", data).location)
    at_work.post("/sign-in", {"username": "guard", "password": PASSWORD})
    at_work.get(page)
    assert "Of the first user" not in at_work.page
