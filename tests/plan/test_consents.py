"""Consent: dated, for what was asked and no more, and taken back at any time."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from bot.plan.consents import ConsentEvent, Consents, from_answers, give, lapsed, read_consents, withdraw
from tests.plan.making import NOW, Person, answered_at, plan_data, record

LATER = NOW + timedelta(days=3)


def consents(*events: ConsentEvent) -> Consents:
    return read_consents(plan_data(), events)


def said(person: Person) -> tuple[ConsentEvent, ...]:
    return from_answers(plan_data(), person.path, answered_at(person.answers, NOW))


def sharing(**more: str) -> Person:
    return Person().says(where_will_live="nowhere", council_area="Northmere", help_accommodation=["find_home"], **more)


def test_nothing_is_shared_that_was_not_asked() -> None:
    now = consents()
    assert not any(now.may_share(name) for name in plan_data().consents)
    assert now.standing("officer").state == "not_asked"


def test_a_yes_is_dated_and_covers_what_it_asked() -> None:
    person = sharing(share_with_officer="yes", duty_to_refer_consent="yes", duty_to_refer_contact_consent="no")
    now = consents(*said(person))
    assert now.standing("officer").since == NOW
    assert now.may_share("officer")
    assert now.may_share("officer", "northmere_probation")
    assert not now.may_share("officer", "citizens_advice")
    assert now.may_share("council", "northmere_housing")
    assert not now.may_share("council", "mere_homes")
    assert not now.may_share("council_contact")
    assert now.standing("council_contact").state == "refused"
    assert not now.may_share("services")
    assert now.standing("services").state == "not_asked"


@pytest.mark.parametrize("answer", ["refused", "unknown", "later", "skipped"])
def test_who_does_not_answer_has_not_agreed(answer: str) -> None:
    now = consents(*said(sharing(share_with_officer=answer)))
    assert not now.may_share("officer")
    assert now.standing("officer").state == "not_asked"


def test_it_can_be_taken_back_and_given_again() -> None:
    events = said(sharing(share_with_officer="yes"))
    events += (withdraw(consents(*events), "officer", LATER, "worker1", note="told me on the wing"),)
    now = consents(*events)
    assert not now.may_share("officer")
    assert (now.standing("officer").state, now.standing("officer").since) == ("withdrawn", LATER)
    # The answer of then, computed again, gives nothing back.
    assert not consents(*events, *said(sharing(share_with_officer="yes"))).may_share("officer")
    events += (give(now, "officer", LATER + timedelta(days=1), "worker1"),)
    assert consents(*events).may_share("officer")


def test_one_service_can_be_left_out() -> None:
    events = said(sharing(share_with_services="yes"))
    now = consents(*events)
    assert now.may_share("services", "citizens_advice")
    assert now.may_share("services", "mere_homes")
    assert not now.may_share("services", "not_in_the_directory")
    events += (withdraw(now, "services", LATER, "worker1", service="mere_homes"),)
    now = consents(*events)
    assert now.may_share("services")
    assert not now.may_share("services", "mere_homes")
    assert "mere_homes" not in now.services("services")
    # A general yes at the next review does not bring it back; a yes for it does.
    events += (give(now, "services", LATER + timedelta(days=1), "worker1"),)
    assert not consents(*events).may_share("services", "mere_homes")
    events += (give(now, "services", LATER + timedelta(days=2), "worker1", service="mere_homes"),)
    assert consents(*events).may_share("services", "mere_homes")


def test_a_yes_taken_back_for_all_that_it_covers_is_taken_back() -> None:
    events = said(sharing(share_with_officer="yes"))
    events += (withdraw(consents(*events), "officer", LATER, "worker1", service="northmere_probation"),)
    now = consents(*events)
    assert not now.may_share("officer") and now.services("officer") == ()
    assert (now.standing("officer").state, now.standing("officer").since) == ("withdrawn", LATER)
    # It is no yes again because the directory names no such service any more.
    plan, services = plan_data(), plan_data().directory.services
    without = {name: service for name, service in services.items() if name != "northmere_probation"}
    gone = replace(plan, directory=replace(plan.directory, services=without))
    assert not read_consents(gone, events).may_share("officer")
    # A later yes is one, and so is one for that service alone.
    again = give(now, "officer", LATER + timedelta(days=1), "worker1")
    assert consents(*events, again).may_share("officer", "northmere_probation")
    own = give(now, "officer", LATER + timedelta(days=1), "worker1", service="northmere_probation")
    assert consents(*events, own).may_share("officer")
    no = withdraw(now, "officer", LATER + timedelta(days=1), "worker1")
    assert not consents(*events, no).may_share("officer")
    assert consents(*events, no, give(now, "officer", LATER + timedelta(days=2), "worker1")).may_share("officer")


def test_where_each_service_is_asked_about_the_general_yes_is_not_enough() -> None:
    person = Person().says(
        safety_room="private", safety_gate="now", sex_for_money="yes", sex_work_help=["specialist_service"], sex_work_speak="yes"
    )
    events = said(person)
    now = consents(*events)
    assert now.standing("sex_work_services").state == "given"
    assert not now.may_share("sex_work_services", "northmere_housing")
    events += (give(now, "sex_work_services", LATER, "worker1", service="northmere_housing"),)
    now = consents(*events)
    assert now.services("sex_work_services") == ("northmere_housing",)
    events += (withdraw(now, "sex_work_services", LATER + timedelta(days=1), "worker1"),)
    assert consents(*events).services("sex_work_services") == ()
    # And when it is given again, each is asked about again.
    events += (give(now, "sex_work_services", LATER + timedelta(days=2), "worker1"),)
    assert consents(*events).services("sex_work_services") == ()


def test_another_council_needs_another_yes() -> None:
    person = sharing(duty_to_refer_consent="yes")
    events = said(person)
    assert lapsed(consents(*events), person.path, LATER) == ()
    person.say("council_area", "Eastmarsh")
    gone = lapsed(consents(*events), person.path, LATER)
    assert [(event.consent, event.kind) for event in gone] == [("council", "lapsed")]
    assert not consents(*events, *gone).may_share("council")
    # The old answer is not read as consent to the new council.
    assert [event.consent for event in said(person)] == []


@pytest.mark.parametrize("answer", ["refused", "unknown", "later", "skipped"])
def test_a_yes_lapses_when_the_person_does_not_say_yes_any_more(answer: str) -> None:
    person = sharing(share_with_officer="yes")
    events = said(person)
    person.say("share_with_officer", answer)
    gone = lapsed(consents(*events), person.path, LATER)
    assert [(event.consent, event.kind) for event in gone] == [("officer", "lapsed")]
    assert not consents(*events, *gone).may_share("officer")


def test_a_consent_told_to_a_worker_does_not_lapse_with_an_answer() -> None:
    person = sharing()
    events = (give(consents(), "council", NOW, "worker1"),)
    assert lapsed(consents(*events), person.path, LATER) == ()


def test_the_adviser_of_a_care_leaver_under_25() -> None:
    person = Person(record(care_leaver="yes", date_of_birth=datetime(2004, 5, 4).date())).says(share_with_adviser="yes")
    assert consents(*said(person)).services("adviser") == ("northmere_leaving_care", "bro_aled_leaving_care")


def test_the_order_in_which_events_come_does_not_matter() -> None:
    events = [
        *said(sharing(share_with_services="yes")),
        withdraw(consents(), "services", LATER, "worker1", service="stepchange"),
        withdraw(consents(), "services", LATER + timedelta(days=1), "worker1"),
        give(consents(), "services", LATER + timedelta(days=2), "worker1"),
    ]
    found = {str(sorted(read_consents(plan_data(), order).services("services"))) for order in permutations(events)}
    assert len(found) == 1


def test_no_consent_without_its_date() -> None:
    person = sharing(share_with_officer="yes")
    assert from_answers(plan_data(), person.path, {}) == ()
    with pytest.raises(ValueError, match="needs its zone"):
        from_answers(plan_data(), person.path, {"share_with_officer": datetime(2026, 11, 23, 9)})


def test_unknown_consents_and_services_are_refused() -> None:
    with pytest.raises(KeyError):
        consents().may_share("everything")
    with pytest.raises(KeyError):
        give(consents(), "services", NOW, "worker1", service="a_friend")


def test_events_go_through_json() -> None:
    event = withdraw(consents(), "services", NOW, "worker1", service="stepchange", note="he knows them")
    assert ConsentEvent.from_json(json.loads(json.dumps(event.to_json()))) == event
