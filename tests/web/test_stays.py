"""Somebody who left prison and is back starts from scratch: what an earlier stay left behind is there to read, and no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.actions.situation import PRISON_TIME
from bot.store.notes import HANDED_OVER
from bot.store.types import COMPLETE, FIRST, KIOSK, PRERELEASE, InterviewRow
from bot.web.talk import Speaker
from tests.web.casing import casework_of, shown_in
from tests.web.conftest import Browser, House, answer_until, web_of

REVIEW = 'value="prerelease"'


def finished(house: House, name: str, **more: str) -> InterviewRow:
    row = house.started(name, **more)
    answer_until(house, row.id, lambda step: False)
    casework_of(house).ensure_plan(row.id, "test")
    found = house.store.interview(row.id)
    assert found.state == COMPLETE
    return found


def comes_back(house: House, name: str, days: int = 60) -> str:
    """The person is released, and received again so many days from now; their id."""
    person = house.person(name)
    house.clock.ahead = timedelta(days=days)
    now = house.clock().astimezone(PRISON_TIME).replace(tzinfo=None)
    back = replace(
        person.record, reception=now - timedelta(minutes=5), part1_completed=None, release=now.date() + timedelta(days=300)
    )
    house.store.update_person(person.id, back, by="test", reason="back in prison")
    return person.id


def newest(house: House, person_id: str) -> InterviewRow:
    return house.store.interviews_of(person_id)[0]


@pytest.fixture
def back(house: House) -> tuple[str, InterviewRow]:
    """A person who is back, and the interview of the stay before, which was finished."""
    before = finished(house, "Tyler")
    return comes_back(house, "Tyler"), before


@pytest.fixture
def left_open(house: House) -> tuple[str, InterviewRow]:
    """A person who is back, and the interview of the stay before, which never was finished."""
    before = house.started("Tyler")
    answer_until(house, before.id, lambda step: step.question.id == "where_lived")
    return comes_back(house, "Tyler"), before


def person_page(house: House, person_id: str) -> Browser:
    worker = house.signed_in()
    worker.get(f"/people/{person_id}")
    return worker


# -- alone


def test_a_code_after_a_return_begins_a_first_interview_that_carries_nothing(house: House, back: tuple[str, InterviewRow]) -> None:
    worker = person_page(house, back[0])
    assert worker.post(f"/people/{back[0]}/kiosk-codes").status_code == 200
    row = newest(house, back[0])
    assert (row.kind, row.mode, row.earlier) == (FIRST, KIOSK, None)
    assert house.store.state(row.id).answers == {}
    # The next code of this stay is for that interview, and when it is finished for a review of it.
    worker.post(f"/people/{back[0]}/kiosk-codes")
    assert newest(house, back[0]).id == row.id
    answer_until(house, row.id, lambda step: False)
    house.clock.ahead += timedelta(minutes=1)
    worker.post(f"/people/{back[0]}/kiosk-codes")
    review = newest(house, back[0])
    assert (review.kind, review.earlier) == (PRERELEASE, row.id)
    assert house.store.state(review.id).answers


def test_an_unfinished_interview_of_an_earlier_stay_is_not_carried_on_alone(
    house: House, left_open: tuple[str, InterviewRow]
) -> None:
    person_id, before = left_open
    worker = person_page(house, person_id)
    assert "Issue a code to start" in worker.page
    assert f"/interviews/{before.id}/tablet" not in worker.page
    worker.post(f"/people/{person_id}/kiosk-codes")
    row = newest(house, person_id)
    assert row.id != before.id
    assert (row.kind, row.earlier) == (FIRST, None)
    worker.get(f"/people/{person_id}")
    assert "Issue a code to carry on" in worker.page
    assert f"/interviews/{row.id}/tablet" in worker.page


def test_a_pin_of_an_earlier_stay_can_still_be_stopped(house: House, left_open: tuple[str, InterviewRow]) -> None:
    person_id, before = left_open
    user = next(user for user in house.store.users() if user.username == "worker")
    house.store.issue_code(before.id, user.id)
    worker = person_page(house, person_id)
    assert "Stop the code" in worker.page
    worker.post(f"/people/{person_id}/kiosk-codes/stop")
    assert house.store.accesses([before.id])[0].revoked_at is not None


# -- with a worker


def test_the_page_offers_no_review_after_a_return(house: House, back: tuple[str, InterviewRow]) -> None:
    worker = person_page(house, back[0])
    assert REVIEW not in worker.page
    assert worker.hidden("kind") == FIRST
    assert "Start another interview" in worker.page
    assert f'href="/interviews/{back[1].id}/answers"' in worker.page
    assert "From an earlier stay in prison." in shown_in(worker.page)


def test_the_plan_says_that_it_is_of_an_earlier_stay(house: House, back: tuple[str, InterviewRow]) -> None:
    worker = person_page(house, back[0])
    worker.get(f"/people/{back[0]}/plan")
    assert "This plan is of an earlier stay in prison." in shown_in(worker.page)
    assert worker.get(f"/api/people/{back[0]}/case").get_json()["earlier_stay"] is True
    row = house.started("Tyler")
    answer_until(house, row.id, lambda step: False)
    casework_of(house).ensure_plan(row.id, "test")
    worker.get(f"/people/{back[0]}/plan")
    assert "of an earlier stay" not in shown_in(worker.page)


def test_the_page_offers_a_review_of_an_interview_of_this_stay(house: House) -> None:
    row = finished(house, "Tyler")
    worker = person_page(house, row.person_id)
    assert REVIEW in worker.page
    assert "From an earlier stay" not in worker.page


def test_a_review_that_is_asked_for_all_the_same_begins_a_first_interview(house: House, back: tuple[str, InterviewRow]) -> None:
    worker = person_page(house, back[0])
    response = worker.post(f"/people/{back[0]}/interviews", {"kind": PRERELEASE, "level": "plain"})
    state = house.store.state(response.location.split("/")[-1])
    assert (state.interview.kind, state.interview.earlier, state.answers) == (FIRST, None, {})


def test_a_program_gets_a_first_interview_too(house: House, back: tuple[str, InterviewRow]) -> None:
    row = web_of(house).talk.start(back[0], PRERELEASE, "plain", Speaker("test", "test"))
    assert (row.kind, row.earlier) == (FIRST, None)


def test_an_unfinished_interview_of_an_earlier_stay_is_there_to_read_only(
    house: House, left_open: tuple[str, InterviewRow]
) -> None:
    person_id, before = left_open
    worker = person_page(house, person_id)
    assert f'href="/interviews/{before.id}"' not in worker.page
    assert f"/interviews/{before.id}/hand-over" not in worker.page
    assert worker.get(f"/interviews/{before.id}/answers").status_code == 200
    worker.get("/people")
    assert f"/interviews/{before.id}" not in worker.page
    assert f'href="/people/{person_id}#start">Start' in worker.page


def test_what_was_handed_over_in_an_earlier_stay_is_not_on_the_list(house: House) -> None:
    row, user = house.started("Tyler"), next(user for user in house.store.users() if user.username == "worker")
    house.store.add_note(row.id, HANDED_OVER, "", "test", to_user=user.id)
    worker = house.signed_in()
    assert "Handed over to you" in worker.get("/people").get_data(as_text=True)
    comes_back(house, "Tyler")
    worker = house.signed_in()
    assert "Handed over to you" not in worker.get("/people").get_data(as_text=True)


def test_a_review_carries_only_what_was_said_in_this_stay(house: House, back: tuple[str, InterviewRow]) -> None:
    """However it is asked for: the API names the kind itself."""
    worker = person_page(house, back[0])
    token = worker.hidden("csrf_token")
    answer = worker.client.post(
        "/api/interviews", json={"person": back[0], "kind": PRERELEASE, "level": "plain"}, headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 201, answer.get_data(as_text=True)
    row = newest(house, back[0])
    assert (row.earlier, house.store.state(row.id).answers) == (None, {})


# -- what is due


def test_an_early_review_leaves_the_one_before_release_due(house: House) -> None:
    """Tyler has 20 weeks left: the window opens in 8."""
    row = finished(house, "Tyler")
    house.clock.ahead = timedelta(days=1)
    finished(house, "Tyler", kind=PRERELEASE)
    worker = house.signed_in()
    assert "Pre-release review" in in_list(worker, "Tyler Brennan")
    worker.get(f"/people/{row.person_id}")
    assert "<dt>Pre-release review</dt>" in worker.page


def test_a_review_in_the_last_weeks_is_the_one_before_release(house: House) -> None:
    """Gareth has 11 weeks left."""
    row = finished(house, "Gareth")
    worker = house.signed_in()
    assert "Pre-release review" in in_list(worker, "Gareth Pugh")
    house.clock.ahead = timedelta(days=1)
    finished(house, "Gareth", kind=PRERELEASE)
    worker = house.signed_in()
    assert "Pre-release review" not in in_list(worker, "Gareth Pugh")
    worker.get(f"/people/{row.person_id}")
    assert "<dt>Pre-release review</dt>" not in worker.page


def test_over_4_years_the_first_interview_in_the_last_weeks_is_the_one_before_release(house: House) -> None:
    """Imran has 10 weeks left of seven years, and nobody has interviewed him."""
    worker = house.signed_in()
    assert "Pre-release review" in in_list(worker, "Imran Sheikh")
    row = finished(house, "Imran")
    assert row.kind == FIRST
    assert "Pre-release review" not in in_list(worker, "Imran Sheikh")
    worker.get(f"/people/{row.person_id}")
    assert "<dt>Pre-release review</dt>" not in worker.page


def in_list(worker: Browser, name: str) -> str:
    """What the list of people says of somebody."""
    worker.get("/people")
    return worker.page.split(name, 1)[1].split("</tr>", 1)[0]


def test_a_plan_that_was_never_made_is_made_though_another_interview_came_after(house: House) -> None:
    """As after a power cut between the end of an interview and its plan."""
    person = house.person("Daniel").id
    for _ in range(2):
        row = house.started("Daniel")
        answer_until(house, row.id, lambda step: False)
        assert house.store.plan_of(row.id) is None
    worker = house.signed_in()
    assert worker.get(f"/people/{person}").status_code == 200
    assert casework_of(house).ensure_plan(row.id, "test") is not None
    assert worker.get(f"/people/{person}").status_code == 200


# -- what opened the earlier stay


def with_pin(house: House, interview_id: str) -> str:
    """Somebody chooses a PIN for an interview; their number."""
    user = next(user for user in house.store.users() if user.username == "worker")
    access, _ = house.store.issue_code(interview_id, user.id)
    house.store.choose_pin(access.id, "2580")
    return access.number


def comes_in(house: House, number: str) -> Browser:
    kiosk = house.client()
    kiosk.get("/kiosk/back")
    kiosk.post("/kiosk/back", {"number": number, "pin": "2580"})
    return kiosk


def test_a_pin_of_an_earlier_stay_opens_nothing(house: House) -> None:
    before = house.started("Tyler")
    answer_until(house, before.id, lambda step: step.question.id == "where_lived")
    number = with_pin(house, before.id)
    assert comes_in(house, number).get(f"/interviews/{before.id}").status_code == 200
    comes_back(house, "Tyler")
    kiosk = comes_in(house, number)
    assert "That PIN is too old. Ask your worker for a new code." in shown_in(kiosk.page)
    assert number not in kiosk.page
    assert kiosk.get(f"/interviews/{before.id}").status_code == 303
    # A wrong PIN is told no more than before.
    kiosk.get("/kiosk/back")
    assert kiosk.post("/kiosk/back", {"number": number, "pin": "9731"}).status_code == 422
    assert "too old" not in kiosk.page


def test_a_code_of_an_earlier_stay_opens_nothing(house: House) -> None:
    before = house.started("Tyler")
    user = next(user for user in house.store.users() if user.username == "worker")
    _, code = house.store.issue_code(before.id, user.id, hours=24 * 90)
    comes_back(house, "Tyler")
    kiosk = house.client()
    kiosk.get("/kiosk")
    assert kiosk.post("/kiosk", {"code": code}).status_code == 422
    assert "That code is too old. Ask your worker for a new one." in shown_in(kiosk.page)


def test_no_plan_of_this_stay_is_made_of_an_interview_of_the_one_before(house: House, left_open: tuple[str, InterviewRow]) -> None:
    person_id, before = left_open
    answer_until(house, before.id, lambda step: False)
    assert house.store.interview(before.id).state == COMPLETE
    casework = casework_of(house)
    assert casework.ensure_plan(before.id, "test") is None
    assert casework.ensure_plan(before.id, "test", early=True) is None
    assert casework.catch_up() == 0 and house.store.without_plan() == []
    assert casework.case(person_id).plan is None
    # The interview of this stay gets its own.
    row = finished(house, "Tyler")
    made = house.store.plan_of(row.id)
    assert made is not None and made.earlier is None


def test_stopping_the_code_closes_every_way_in(house: House) -> None:
    """Also the PIN of an interview that was finished, beside a code for its review."""
    first = finished(house, "Tyler")
    number = with_pin(house, first.id)
    inside = comes_in(house, number)
    house.clock.ahead = timedelta(minutes=1)
    worker = person_page(house, first.person_id)
    worker.post(f"/people/{first.person_id}/kiosk-codes")
    review = newest(house, first.person_id)
    assert review.id != first.id
    worker.get(f"/people/{first.person_id}")
    answer = worker.post(f"/people/{first.person_id}/kiosk-codes/stop", follow=True).get_data(as_text=True)
    assert "Every code and PIN of this person is stopped" in answer
    assert "Stop the" not in answer
    assert {access.state(house.store.clock()) for access in house.store.accesses([first.id, review.id])} == {"revoked"}
    assert inside.get(f"/interviews/{first.id}/answers").status_code == 303
    assert "That did not work" in shown_in(comes_in(house, number).page)


def test_an_older_pin_can_be_stopped_where_the_newest_code_opens_nothing(house: House) -> None:
    first = finished(house, "Tyler")
    with_pin(house, first.id)
    house.clock.ahead = timedelta(minutes=1)
    worker = person_page(house, first.person_id)
    worker.post(f"/people/{first.person_id}/kiosk-codes")
    house.clock.ahead = timedelta(hours=25)
    worker = person_page(house, first.person_id)
    assert "Code expired" in worker.page and "Stop the PIN" in worker.page
