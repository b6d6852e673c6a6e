"""What workers do on a case: steps on items, changes, consents, routes, contacts, groups."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.casework.case import ItemView
from bot.casework.casework import Casework
from bot.plan.dates import add_days
from bot.plan.life import NotAllowed
from bot.store import NotFound, Store
from bot.store.errors import ChangedMeanwhile, StoreBusy
from bot.store.types import PRERELEASE
from tests.casework.making import Clock, interviewed, somebody, write_answers
from tests.plan.making import Person, plan_data


@pytest.fixture
def person() -> Person:
    return somebody(said={"where_will_live": "nowhere", "debts": "yes"})


@pytest.fixture
def person_id(store: Store, casework: Casework, person: Person) -> str:
    row = interviewed(store, person)
    casework.ensure_plan(row.id, "worker")
    return row.person_id


def wanted(casework: Casework, person_id: str, step: str = "agree", level: str = "2") -> str:
    """The address of an item that can take a step."""
    return next(item.id for item in casework.case(person_id).items if step in item.steps and item.level == level)


def test_a_life_from_agreed_to_done(casework: Casework, person_id: str, clock: Clock) -> None:
    item_id = wanted(casework, person_id)
    service = next(iter(plan_data().directory.services))

    def step(name: str, **given: object) -> None:
        casework.step(person_id, item_id, name, "worker", casework.case(person_id).item(item_id).seen, **given)

    step("agree")
    step("signpost", service=service, on=clock.today, how="by letter")
    item = casework.case(person_id).item(item_id)
    assert item.state.state == "signposted" and item.follow_up_status == "coming"
    assert casework.case(person_id).profile.referrals >= 0
    clock.forward(days=30)
    item = casework.case(person_id).item(item_id)
    assert item.overdue and item.follow_up_status == "overdue"
    assert [line.item_id for line in casework.due_list(casework.query(due="overdue")) if line.what == "follow_up"] == [item_id]
    step("follow_up", on=clock.today, outcome="helped")
    step("deliver", what="a place", on=clock.today)
    done = casework.case(person_id).item(item_id)
    assert done.state.state == "done" and not done.overdue
    assert [event.by for event in done.history[1:]] == ["worker"] * 4
    assert len(done.history) == done.seen == 5


def test_a_step_that_is_not_allowed_writes_nothing(store: Store, casework: Casework, person_id: str) -> None:
    item = casework.case(person_id).item(wanted(casework, person_id))
    head = store.audit_head()
    for step, given in (("deliver", {"what": "x"}), ("signpost", {}), ("look", {}), ("carry_over", {"to": "x"}), ("fly", {})):
        with pytest.raises(NotAllowed):
            casework.step(person_id, item.id, step, "worker", item.seen, **given)
    with pytest.raises(NotAllowed, match="shorten"):
        casework.step(person_id, item.id, "note", "worker", item.seen, note="x" * 2001)
    assert store.audit_head() == head
    assert casework.case(person_id).item(item.id) == item


def test_a_worker_names_who_does_it_and_the_role_stays(store: Store, casework: Casework, person_id: str) -> None:
    item = casework.case(person_id).item(wanted(casework, person_id))
    casework.step(person_id, item.id, "change", "worker", item.seen, owner="A. Worker", reason="she knows him")
    changed = casework.case(person_id).item(item.id)
    assert changed.owner == {**item.owner, "name": "A. Worker", "decide": False}
    casework.step(person_id, item.id, "change", "worker", changed.seen, words="Ring the landlord", reason="he asked")
    assert casework.case(person_id).item(item.id).words == "Ring the landlord"


def test_after_a_transfer_a_service_of_the_first_prison_is_followed_up(
    store: Store, casework: Casework, person: Person, person_id: str, clock: Clock
) -> None:
    item_id, service = wanted(casework, person_id), next(iter(plan_data().directory.services))

    def step(name: str, **given: object) -> None:
        casework.step(person_id, item_id, name, "worker", casework.case(person_id).item(item_id).seen, **given)

    step("agree")
    step("signpost", service=service, on=clock.today, how="by letter")
    store.update_person(person_id, replace(person.record, prison="HMP Elsewhere"), by="worker")
    clock.forward(days=30)
    overdue = casework.query(due="overdue", prison="HMP Elsewhere")
    assert item_id in [line.item_id for line in casework.due_list(overdue) if line.what == "follow_up"]
    step("follow_up", on=clock.today, outcome="helped")
    assert item_id not in [line.item_id for line in casework.due_list(overdue) if line.what == "follow_up"]


def test_two_workers_at_once_the_second_is_told(casework: Casework, person_id: str) -> None:
    item = casework.case(person_id).item(wanted(casework, person_id))
    casework.step(person_id, item.id, "agree", "ann", item.seen)
    with pytest.raises(ChangedMeanwhile, match="somebody has changed this"):
        casework.step(person_id, item.id, "decline", "bob", item.seen)
    now = casework.case(person_id).item(item.id)
    assert now.state.state == "agreed" and [event.by for event in now.history] == ["rules", "ann"]


def at_once(*work: Callable[[], object]) -> list[object]:
    """What each piece of work gave or raised, all begun together."""
    gate = threading.Barrier(len(work))
    found: list[object] = [None] * len(work)

    def run(place: int) -> None:
        gate.wait()
        while True:
            try:
                found[place] = work[place]()
            except StoreBusy:
                continue
            except Exception as error:  # what it raised is what the test looks at
                found[place] = error
            return

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_of_many_steps_at_once_on_one_item_one_is_taken(casework: Casework, person_id: str) -> None:
    item = casework.case(person_id).item(wanted(casework, person_id))

    def by(name: str) -> Callable[[], object]:
        return lambda: casework.step(person_id, item.id, "agree", name, item.seen)

    found = at_once(*(by(f"worker-{number}") for number in range(4)))
    assert sum(isinstance(one, ChangedMeanwhile) for one in found) == 3
    assert len(casework.case(person_id).item(item.id).history) == 2


def test_steps_at_once_on_different_items_are_all_kept(casework: Casework, person_id: str) -> None:
    items = [item for item in casework.case(person_id).items if "agree" in item.steps][:4]

    def on(place: int) -> Callable[[], object]:
        return lambda: casework.step(person_id, items[place].id, "agree", "worker", items[place].seen)

    found = at_once(*(on(place) for place in range(4)))
    assert not any(isinstance(one, Exception) for one in found)
    after = casework.case(person_id)
    assert {after.item(item.id).state.state for item in items} == {"agreed"}


def test_two_processes_that_make_the_plan_make_one(store: Store, casework: Casework) -> None:
    row = interviewed(store, somebody(9))
    found = at_once(*(lambda: casework.ensure_plan(row.id, "worker") for _ in range(3)))
    assert len({one.id for one in found}) == 1
    assert len(store.plans_of(row.person_id)) == 1


# -- items of the worker's own


def test_a_worker_adds_an_item_and_takes_it_off_again(casework: Casework, person_id: str) -> None:
    with pytest.raises(NotAllowed, match="reason"):
        casework.add_item(person_id, "ttg_support_networks", " ", "worker")
    with pytest.raises(NotFound):
        casework.add_item(person_id, "no_such_activity", "why not", "worker")
    first = casework.add_item(person_id, "ttg_support_networks", "she asked for it", "worker")
    second = casework.add_item(person_id, "ttg_support_networks", "and again", "worker")
    case = casework.case(person_id)
    assert case.item(first).because[0]["text"] == "she asked for it"
    assert case.item(first).key != case.item(second).key
    casework.remove(person_id, first, "asked twice", "worker", case.item(first).seen)
    after = casework.case(person_id)
    assert after.item(first).state.state == "removed" and after.item(first) not in tuple(after.shown())
    assert after.changes == (), "nobody questions what a worker added or removed"


def test_a_removed_item_comes_back_to_be_looked_at_only_for_other_reasons(
    store: Store, casework: Casework, person: Person, person_id: str
) -> None:
    case = casework.case(person_id)
    item = next(item for item in case.items if item.activity.id == "acc_housing_referrals" and item.needs == ("find_home",))
    casework.remove(person_id, item.id, "has a place after all", "worker", item.seen)
    assert casework.case(person_id).changes == ()
    person.says(where_will_live="not_sure", debts="yes")
    write_answers(store, case.interview.id, list(person.answers.values()), state="complete")
    casework.ensure_plan(case.interview.id, "worker")
    changed = casework.case(person_id).item(item.id)
    assert changed.state.state == "removed" and changed.change is not None and changed.change.kind == "new"
    left = casework.look(person_id, item.id, "worker", changed.seen, accept=False)
    assert left.state == "removed"
    assert casework.case(person_id).item(item.id).change is None, "left off, and not asked again"


@pytest.mark.parametrize("accept", [True, False])
def test_what_nothing_calls_for_any_more_is_removed_or_stays(
    store: Store, casework: Casework, person: Person, person_id: str, accept: bool
) -> None:
    case = casework.case(person_id)
    item = next(item for item in case.items if item.activity.id == "acc_housing_referrals")
    casework.step(person_id, item.id, "agree", "worker", item.seen)
    person.says(where_will_live="return", debts="yes")
    write_answers(store, case.interview.id, list(person.answers.values()), state="complete")
    changed = casework.case(person_id).item(item.id)
    assert changed.change is not None and changed.change.kind == "gone"
    after = casework.look(person_id, item.id, "worker", changed.seen, accept)
    assert after.state == ("removed" if accept else "agreed")
    assert casework.case(person_id).changes == ()
    with pytest.raises(NotAllowed, match="nothing to look at"):
        casework.look(person_id, item.id, "worker", after.events)


# -- consents, routes, contacts, groups, alerts


def test_consents_are_given_and_withdrawn_and_dated(store: Store, casework: Casework, person_id: str, clock: Clock) -> None:
    consents = casework.case(person_id).consents
    assert not consents.may_share("officer")
    casework.give_consent(person_id, "officer", "worker", note="said so")
    given = casework.case(person_id)
    assert given.consents.may_share("officer")
    clock.forward(days=1)
    casework.withdraw_consent(person_id, "officer", "worker")
    after = casework.case(person_id)
    assert not after.consents.may_share("officer")
    view = next(view for view in after.consent_views if view.rule.id == "officer")
    assert [event.kind for event in view.events] == ["given", "withdrawn"]
    with pytest.raises(NotFound):
        casework.give_consent(person_id, "everything", "worker")
    with pytest.raises(NotFound):
        casework.give_consent(person_id, "services", "worker", service="no_such_service")


@pytest.mark.parametrize("decided", [False, True])
def test_a_consent_told_to_a_worker_later_opens_what_waited_for_it(
    store: Store, casework: Casework, clock: Clock, decided: bool
) -> None:
    person_id = interviewed(store, somebody(said={"where_will_live": "nowhere", "duty_to_refer_consent": "no"})).person_id

    def refer() -> ItemView:
        return next(item for item in casework.case(person_id).items if item.activity.id == "acc_duty_to_refer")

    assert refer().state.state == "declined"
    if decided:
        casework.step(person_id, refer().id, "note", "worker", refer().seen, note="asked again on Monday")
    clock.forward(days=3)
    casework.give_consent(person_id, "council", "worker", note="has changed his mind")
    listed = [line.item_id for line in casework.due_list(casework.query(), 500)] if refer() else []
    if decided:
        change = refer().change
        assert refer().state.state == "declined" and change is not None and change.kind == "wish"
        casework.look(person_id, refer().id, "worker", refer().seen)
    else:
        assert refer().change is None and refer().id in listed
    assert refer().state.state == "proposed" and refer().consent == "given"
    clock.forward(days=3)
    casework.withdraw_consent(person_id, "council", "worker")
    change = refer().change
    assert refer().consent == "not_given"
    if decided:
        assert refer().state.state == "proposed" and change is not None and change.kind == "wish"
    else:
        assert refer().state.state == "declined" and change is None


def test_a_consent_told_in_an_earlier_stay_opens_nothing_in_this_one(store: Store, casework: Casework, clock: Clock) -> None:
    person = somebody(said={"where_will_live": "nowhere"})
    person_id = interviewed(store, person).person_id
    casework.give_consent(person_id, "council", "worker")
    before = casework.case(person_id)
    assert [item.consent for item in before.items if item.activity.id == "acc_duty_to_refer"] == ["given"]
    casework.close_plan(person_id, "released", "worker")
    clock.forward(days=60)
    person.record = replace(person.record, reception=clock.now.replace(tzinfo=None), part1_completed=clock.today)
    store.update_person(person_id, person.record, by="worker")
    clock.forward(days=1)
    casework.ensure_plan(interviewed(store, person).id, "worker")
    item = next(item for item in casework.case(person_id).items if item.activity.id == "acc_duty_to_refer")
    assert item.consent == "ask_first"
    assert [event.data["item"]["consent"] for event in item.history] == ["ask_first"]


def test_a_consent_of_the_interview_is_written_down_once_and_the_later_word_counts(
    store: Store, casework: Casework, clock: Clock
) -> None:
    person = somebody(7, said={"where_will_live": "nowhere", "share_with_officer": "yes"})
    row = interviewed(store, person)
    case = casework.case(row.person_id)
    assert case.consents.may_share("officer")
    assert [event.how for event in store.case_file(row.person_id).consents] == ["answer"]
    casework.case(row.person_id)
    assert len(store.case_file(row.person_id).consents) == 1
    clock.forward(days=1)
    casework.withdraw_consent(row.person_id, "officer", "worker")
    assert not casework.case(row.person_id).consents.may_share("officer")
    person.says(where_will_live="nowhere", share_with_officer="no")
    write_answers(store, row.id, [person.answers["share_with_officer"]], state="complete")
    assert casework.case(row.person_id).consents.standing("officer").state == "refused"


def test_a_no_counts_wherever_in_this_stay_it_was_said_and_a_yes_once_the_interview_is_complete(
    store: Store, casework: Casework, clock: Clock
) -> None:
    said = {"where_will_live": "nowhere", "council_area": "Northmere", "duty_to_refer_consent": "yes", "share_with_officer": "yes"}
    person = somebody(7, said=said)
    first = interviewed(store, person)
    assert casework.case(first.person_id).consents.may_share("officer")
    item = next(item for item in casework.case(first.person_id).items if item.activity.id == "acc_duty_to_refer")
    clock.forward(days=3)
    later = Person(person.record, clock.today, kind=PRERELEASE)
    no = {"duty_to_refer_consent": "no", "share_with_officer": "no"}
    later.says(**{**said, **no, "help_accommodation": ["find_home"], "share_with_services": "yes"})
    review = interviewed(store, later, state="paused", kind=PRERELEASE)
    case = casework.case(first.person_id)
    assert case.plan is not None and case.plan.interview_id == first.id
    assert case.consents.standing("officer").state == "refused" and not case.consents.may_share("officer")
    assert not case.consents.may_share("services"), "a yes may still be changed"
    assert case.item(item.id).consent == "not_given"
    with pytest.raises(NotAllowed, match="said no"):
        casework.step(first.person_id, item.id, "start", "worker", item.seen)
    # Somebody who asks again gets the later word.
    clock.forward(days=1)
    casework.give_consent(first.person_id, "officer", "worker")
    assert casework.case(first.person_id).consents.may_share("officer")
    clock.forward(days=1)
    write_answers(store, review.id, [later.answers["share_with_officer"]], state="paused")
    assert not casework.case(first.person_id).consents.may_share("officer")
    # Another interview changes nothing about it; completing the review neither.
    clock.forward(days=1)
    interviewed(store, Person(person.record, clock.today, kind=PRERELEASE), state="open", kind=PRERELEASE)
    assert not casework.case(first.person_id).consents.may_share("officer")
    write_answers(store, review.id, [], state="complete")
    case = casework.case(first.person_id)
    assert not case.consents.may_share("officer") and case.consents.may_share("services")


def test_a_no_of_another_stay_is_not_of_this_one(store: Store, casework: Casework, clock: Clock) -> None:
    person = somebody(7, said={"where_will_live": "nowhere", "share_with_officer": "no"})
    earlier = interviewed(store, person, state="paused")
    clock.forward(days=60)
    record = replace(
        person.record, reception=clock.now.replace(tzinfo=None), release=add_days(clock.today, 100), part1_completed=None
    )
    store.update_person(earlier.person_id, record, by="worker")
    clock.forward(days=1)
    interviewed(store, Person(record, clock.today).says(where_will_live="nowhere", help_accommodation="skipped"))
    assert casework.case(earlier.person_id).consents.standing("officer").state == "not_asked"


def test_a_route_keeps_what_was_done_and_waits_for_the_yes(casework: Casework, person_id: str, clock: Clock) -> None:
    route = next(view for view in casework.case(person_id).routes if view.id == "duty_to_refer")
    assert route.found is not None and route.found.consent == "ask_first"
    with pytest.raises(NotAllowed, match="yes"):
        casework.record_route(person_id, "duty_to_refer", "worker", step="refer", referred_on=clock.today)
    with pytest.raises(NotAllowed, match="does not keep"):
        casework.record_route(person_id, "duty_to_refer", "worker", diagnosis="x")
    with pytest.raises(NotAllowed, match="nothing to record"):
        casework.record_route(person_id, "duty_to_refer", "worker", reference="")
    with pytest.raises(NotFound):
        casework.record_route(person_id, "no_route", "worker", note="x")
    casework.give_consent(person_id, "council", "worker")
    casework.record_route(person_id, "duty_to_refer", "worker", step="refer", referred_on=clock.today, reference="HRA 7")
    casework.record_route(person_id, "duty_to_refer", "worker", reference="HRA 8")
    route = next(view for view in casework.case(person_id).routes if view.id == "duty_to_refer")
    assert route.found.consent == "given"
    assert route.recorded == {"referred_on": clock.today.isoformat(), "reference": "HRA 8"}
    assert route.done == {"refer"} and len(route.records) == 2
    assert all(service.women_only is False for service in route.services)


def test_contacts_after_release_are_recorded_and_overdue_until_held(casework: Casework, person_id: str, clock: Clock) -> None:
    contacts = casework.case(person_id).contacts
    assert [contact.number for contact in contacts][:5] == [1, 7, 30, 60, 90]
    with pytest.raises(NotAllowed):
        casework.record_contact(person_id, date(2020, 1, 1), "worker", held=True)
    clock.forward(days=(contacts[1].day - clock.today).days + 1)
    assert [contact.status for contact in casework.case(person_id).contacts][:2] == ["overdue", "overdue"]
    casework.record_contact(person_id, contacts[0].day, "worker", held=False, how="telephone", note="no answer")
    casework.record_contact(person_id, contacts[0].day, "worker", held=True, how="visit")
    first, second = casework.case(person_id).contacts[:2]
    assert first.held and first.status is None and len(first.records) == 2
    assert second.status == "overdue"


def test_a_contact_is_held_on_its_day_at_the_earliest_and_can_be_taken_back(
    casework: Casework, person_id: str, clock: Clock
) -> None:
    first = casework.case(person_id).contacts[0].day

    def listed() -> bool:
        return first in [line.on for line in casework.due_list(casework.query(), 500) if line.what == "contact"]

    with pytest.raises(NotAllowed, match="still to come"):
        casework.record_contact(person_id, first, "worker", held=True)
    casework.record_contact(person_id, first, "worker", held=False, note="rang to say when")
    clock.forward(days=(first - clock.today).days)
    casework.record_contact(person_id, first, "worker", held=True, how="telephone")
    assert casework.case(person_id).contacts[0].held and not listed()
    casework.record_contact(person_id, first, "worker", held=False, note="that was somebody else")
    view = casework.case(person_id).contacts[0]
    assert not view.held and view.status == "this_week" and len(view.records) == 3 and listed()


def test_a_group_decided_by_a_worker_changes_the_plan_in_one_step(store: Store, casework: Casework) -> None:
    person_id = interviewed(store, somebody(4, said={"where_will_live": "return", "gp": "no"})).person_id
    before = casework.case(person_id)
    view = next(view for view in before.cohorts if view.found is None and view.cohort.raises and not view.cohort.sensitive)
    with pytest.raises(NotAllowed, match="reason"):
        casework.mark_cohort(person_id, view.cohort.id, True, "", "worker")
    casework.mark_cohort(person_id, view.cohort.id, True, "told me", "worker")
    after = casework.case(person_id)
    mark = next(one for one in after.cohorts if one.cohort.id == view.cohort.id)
    assert mark.mark is True and mark.found is not None and not mark.by_rule
    assert len(after.items) > len(before.items), "needs are met at level 3 as well"
    casework.mark_cohort(person_id, view.cohort.id, None, "a mistake", "worker")
    again = casework.case(person_id)
    assert {item.key for item in again.shown()} == {item.key for item in before.items}
    mark = next(one for one in again.cohorts if one.cohort.id == view.cohort.id)
    assert mark.mark is None and [record.data["reason"] for record in mark.records] == ["told me", "a mistake"]


def test_steps_ask_for_a_plan(store: Store, casework: Casework) -> None:
    row = interviewed(store, somebody(5), state="open")
    with pytest.raises(NotAllowed, match="no plan yet"):
        casework.add_item(row.person_id, "ttg_support_networks", "x", "worker")
    with pytest.raises(NotFound):
        casework.set_worker(row.person_id, None, "worker")
    with pytest.raises(NotFound):
        casework.case("nobody")
    case = casework.case(row.person_id)
    assert case.plan is None and case.items == () and case.proposed is not None


def test_somebody_elses_item_is_not_found(store: Store, casework: Casework, person_id: str) -> None:
    other = interviewed(store, somebody(6)).person_id
    item = casework.case(other).items[0]
    with pytest.raises(NotFound):
        casework.step(person_id, item.id, "note", "worker", item.seen, note="x")


def test_a_person_nobody_has_interviewed_has_a_case(store: Store, casework: Casework, clock: Clock) -> None:
    person_id = store.add_person(somebody(8).record, by="worker").id
    case = casework.case(person_id)
    assert case.interview is None and case.path is None and case.proposed is None
    assert [due.what for due in case.assessments] == ["part2", "prerelease"]
    assert case.without_sensitive().items == ()
    assert case.contacts[0].day - case.record.release == timedelta(days=1)


def test_nothing_goes_ahead_against_the_persons_no(store: Store, casework: Casework, clock: Clock) -> None:
    """Consent: nothing goes to a service without it, and it can be taken back at any time."""
    row = interviewed(store, somebody(said={"where_will_live": "nowhere", "duty_to_refer_consent": "yes"}, home_area="Northmere"))
    casework.ensure_plan(row.id, "worker")
    person = row.person_id

    def refer() -> ItemView:
        return next(item for item in casework.case(person).items if item.activity.id == "acc_duty_to_refer")

    casework.step(person, refer().id, "agree", "worker", refer().seen)
    casework.withdraw_consent(person, "council", "worker")
    sent = {"service": "northmere_housing", "on": clock.today, "how": "Referral form sent"}
    for step, given in (("signpost", sent), ("deliver", {"what": "told the council", "on": clock.today}), ("start", {})):
        with pytest.raises(NotAllowed, match="said no to this, or taken their yes back"):
            casework.step(person, refer().id, step, "worker", refer().seen, **given)
    assert refer().state.state == "agreed"
    casework.give_consent(person, "council", "worker")
    casework.step(person, refer().id, "signpost", "worker", refer().seen, **sent)
    assert refer().state.state == "signposted"
