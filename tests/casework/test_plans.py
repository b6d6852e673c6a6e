"""Plans made from answers, and how they go on when answers and record change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest

from bot.casework import proposing
from bot.casework.casework import Casework
from bot.plan.dates import NO_PART1, NO_RELEASE, OVER_4_YEARS, add_days
from bot.plan.life import RULES, NotAllowed
from bot.plan.planning import make_plan
from bot.store import Store
from bot.store.columns import columns_of
from bot.store.errors import StoreFull
from bot.store.plan_models import Plan, PlanItem, PlanNeed
from bot.store.plan_types import LIVE
from bot.store.types import PRERELEASE
from tests.casework.making import Clock, interviewed, somebody, write_answers
from tests.plan.making import Person, finder, interview, plan_data, random_person, record

SEEDS = (3, 24, 58)


def made(store: Store, casework: Casework, person: Person, **more: str) -> str:
    """The person's id, once they have an interview and a plan."""
    row = interviewed(store, person, **more)
    assert casework.ensure_plan(row.id, "worker") is not None
    return row.person_id


# -- what every plan has


@pytest.mark.parametrize("seed", SEEDS)
def test_no_plan_lacks_a_level_1_activity_and_no_item_a_cause_an_owner_or_a_source(
    store: Store, casework: Casework, seed: int
) -> None:
    person = random_person(Random(seed))
    case = casework.case(made(store, casework, person))
    assert {item.activity.id for item in case.items} >= {activity.id for activity in plan_data().level1()}
    for item in case.items:
        assert item.because and all(reason["text"] and reason["source"] for reason in item.because), item.key
        assert item.owner["label"] and item.owner["role"]
        assert item.source
    assert [item.key for item in case.items] == [item.key for item in case.proposed.items], "nothing is added or left out"
    assert case.changes == ()


def test_the_plan_is_made_when_the_interview_is_complete_and_only_once(store: Store, casework: Casework) -> None:
    row = interviewed(store, somebody(), state="open")
    assert casework.ensure_plan(row.id, "worker") is None
    write_answers(store, row.id, [], state="complete")
    plan = casework.ensure_plan(row.id, "worker")
    assert plan is not None and plan.interview_id == row.id
    head = store.audit_head()
    assert casework.ensure_plan(row.id, "worker") == plan
    assert casework.case(row.person_id).plan == plan
    assert store.audit_head() == head, "doing it again writes nothing"


def test_a_worker_may_ask_for_the_plan_earlier_and_it_follows(store: Store, casework: Casework) -> None:
    person = somebody()
    row = interviewed(store, person, state="open")
    plan = casework.ensure_plan(row.id, "worker", early=True)
    assert plan is not None
    person.says(where_will_live="nowhere", debts="yes")
    write_answers(store, row.id, list(person.answers.values()), state="open")
    assert casework.ensure_plan(row.id, "worker") == plan
    case = casework.case(row.person_id)
    assert any("debt" in need for item in case.items for need in item.needs)


def test_the_responsible_worker_is_who_held_the_interview(store: Store, casework: Casework) -> None:
    user = store.add_user("ann", "Ann", ["worker"], "three random words", by="system")
    row = interviewed(store, somebody(), by=user.id)
    plan = casework.ensure_plan(row.id, user.id)
    assert plan is not None and plan.worker == user.id
    casework.set_worker(row.person_id, None, user.id)
    assert casework.case(row.person_id).plan.worker is None


# -- a crash in between


def test_a_plan_left_unmade_is_made_by_whoever_opens_it(store: Store, casework: Casework) -> None:
    row = interviewed(store, somebody())
    assert store.plan_of(row.id) is None, "the process ended after the turn"
    assert casework.case(row.person_id).plan is not None


def test_answers_not_followed_are_followed_by_whoever_opens_it(store: Store, casework: Casework) -> None:
    person = somebody()
    person_id = made(store, casework, person)
    person.says(where_will_live="nowhere", debts="yes")
    write_answers(store, store.plans_of(person_id)[0].interview_id, list(person.answers.values()), state="complete")
    case = casework.case(person_id)
    assert [item.key for item in case.items] == [item.key for item in case.proposed.items]


def test_what_fails_half_way_leaves_nothing(store: Store, casework: Casework, monkeypatch: pytest.MonkeyPatch) -> None:
    row = interviewed(store, somebody())

    def fail(*_: object) -> None:
        raise StoreFull("database: the disk is full")

    with monkeypatch.context() as full:
        full.setattr(Store, "_write_summary", fail)
        with pytest.raises(StoreFull):
            casework.ensure_plan(row.id, "worker")
        assert casework.case(row.person_id).plan is None, "it can be looked at all the same"
    with store.read() as session:
        assert session.query(PlanItem).count() == session.query(Plan).count() == 0
    assert casework.ensure_plan(row.id, "worker") is not None


def test_plans_from_before_are_caught_up_with(store: Store, casework: Casework) -> None:
    rows = [interviewed(store, somebody(number)) for number in (1, 2, 3)]
    interviewed(store, somebody(4), state="open")
    assert casework.catch_up() == 3
    assert casework.catch_up() == 0
    assert all(store.plan_of(row.id) for row in rows)


# -- answers and record change


def test_untouched_items_follow_and_decided_ones_wait(store: Store, casework: Casework) -> None:
    person = somebody()
    person_id = made(store, casework, person)
    case = casework.case(person_id)
    first, *rest = [item for item in case.items if item.activity.id == "acc_housing_referrals"]
    casework.step(person_id, first.id, "agree", by="worker", seen=first.seen)
    before = casework.case(person_id).item(first.id)
    person.says(where_will_live="return")
    write_answers(store, case.interview.id, list(person.answers.values()), state="complete")
    after = casework.case(person_id)
    assert after.item(first.id).state == before.state
    assert [change.kind for change in after.changes] == ["gone"]
    assert after.item(first.id).change == after.changes[0]
    assert {after.item(item.id).state.state for item in rest} == {"removed"}
    assert all(event.by == RULES for item in rest for event in after.item(item.id).history)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_a_worker_decided_changes_when_answers_change(store: Store, casework: Casework, clock: Clock, seed: int) -> None:
    random = Random(seed)
    person_id = made(store, casework, random_person(Random(seed)))
    case = casework.case(person_id)
    decided = {}
    for item in random.sample(case.items, 7):
        step = random.choice(
            [one for one in ("agree", "decline", "remove", "note", "not_available", "change") if one in item.steps]
        )
        given = {"remove": {"reason": "no"}, "note": {"note": "n"}, "not_available": {"why": "none"}}
        given["change"] = {"due": clock.today, "reason": "sooner"}
        casework.step(person_id, item.id, step, "worker", item.seen, **given.get(step, {}))
        decided[item.id] = casework.case(person_id).item(item.id).history
    other = random_person(Random(seed + 1000))
    clock.forward(days=3)
    write_answers(store, case.interview.id, list(other.answers.values()), state="complete")
    casework.ensure_plan(case.interview.id, "worker")
    after = casework.case(person_id)
    assert {item_id: after.item(item_id).history for item_id in decided} == decided
    assert_columns(store, person_id)
    head = store.audit_head()
    casework.case(person_id)
    assert store.audit_head() == head, "there is nothing left to follow"


def test_a_new_release_date_moves_what_nobody_has_decided_on(store: Store, casework: Casework) -> None:
    person_id = made(store, casework, somebody())
    case = casework.case(person_id)
    by_release = [item for item in case.items if item.due == case.record.release]
    kept = by_release[0]
    casework.step(person_id, kept.id, "agree", "worker", kept.seen)
    later = date(2027, 6, 18)
    store.update_person(person_id, replace(case.record, release=later), by="worker")
    after = casework.case(person_id)
    assert after.item(kept.id).due == case.record.release
    assert after.item(kept.id).due_now == later
    assert {after.item(item.id).due for item in by_release[1:]} == {later}
    store.update_person(person_id, replace(case.record, release=None), by="worker")
    unknown = casework.case(person_id)
    # Somewhere to live is then found at once: the person has nowhere.
    housing = {item.id for item in by_release if item.activity.id in ("acc_housing_referrals", "acc_emergency", "acc_safe_place")}
    assert {unknown.item(item).due for item in housing - {kept.id}} == {date(2026, 12, 7)}
    rest = {unknown.item(item.id).due for item in by_release[1:] if item.id not in housing}
    assert rest == {None}, "not known is shown, not guessed"


def moved(store: Store, casework: Casework, person_id: str, release: date | None) -> None:
    store.update_person(person_id, replace(casework.case(person_id).record, release=release), by="worker")
    casework.case(person_id)


def due_on(casework: Casework, item_id: str) -> list[date]:
    return [line.on for line in casework.due_list(casework.query(), 500) if line.item_id == item_id and line.what == "item"]


@pytest.mark.parametrize("accept", [True, False])
def test_a_release_date_that_moves_after_a_decision_is_looked_at(
    store: Store, casework: Casework, clock: Clock, accept: bool
) -> None:
    person_id = made(store, casework, somebody(said={"where_will_live": "nowhere", "duty_to_refer_consent": "yes"}))
    release = casework.case(person_id).record.release
    chosen = {item.activity.id: item for item in casework.case(person_id).items}
    ids = {name: chosen[name].id for name in ("acc_duty_to_refer", "acc_emergency")}
    for item_id in ids.values():
        casework.step(person_id, item_id, "agree", "worker", casework.case(person_id).item(item_id).seen)
    assert casework.case(person_id).changes == ()
    sooner = date(2027, 1, 29)
    moved(store, casework, person_id, sooner)
    days = {"acc_duty_to_refer": sooner - timedelta(days=56), "acc_emergency": sooner}
    case = casework.case(person_id)
    assert {(one.kind, one.activity, one.due) for one in case.changes} == {("date", name, day) for name, day in days.items()}
    for name, item_id in ids.items():
        assert due_on(casework, item_id) == [days[name]], "the earlier of the two counts until somebody has decided"
        item = case.item(item_id)
        assert (item.due, item.due_by, item.due_now) == (chosen[name].due, days[name], days[name])
        casework.look(person_id, item_id, "worker", item.seen, accept)
        now = casework.case(person_id).item(item_id)
        assert now.change is None and now.state.state == "agreed"
        assert due_on(casework, item_id) == [now.due] == [days[name] if accept else chosen[name].due]
    # What was decided on is asked about again only when the date moves again, and no more when it moves back.
    later = date(2027, 7, 30)
    moved(store, casework, person_id, later)
    assert {one.due for one in casework.case(person_id).changes} == {later, later - timedelta(days=56)}
    assert due_on(casework, ids["acc_emergency"]) == [sooner if accept else release], "the later date waits for somebody"
    moved(store, casework, person_id, sooner)
    assert casework.case(person_id).changes == ()
    assert due_on(casework, ids["acc_emergency"]) == [sooner if accept else release]


def test_a_date_of_a_workers_own_is_asked_about_only_when_release_moves(store: Store, casework: Casework, clock: Clock) -> None:
    person_id = made(store, casework, somebody(said={"where_will_live": "nowhere"}, release=None))
    item = next(item for item in casework.case(person_id).items if item.due is None and item.level != "everybody")
    casework.step(person_id, item.id, "change", "worker", item.seen, due=date(2027, 1, 4), reason="she asked for it")
    added = casework.add_item(person_id, "ttg_support_networks", "she asked for it", "worker")
    assert casework.case(person_id).changes == ()
    release = date(2027, 5, 14)
    moved(store, casework, person_id, release)
    case = casework.case(person_id)
    assert {(one.kind, one.due) for one in case.changes} == {("date", release)}
    assert due_on(casework, added) == [release], "what had no date has one in the lists"
    assert due_on(casework, item.id) == [date(2027, 1, 4)]
    casework.step(person_id, added, "change", "worker", case.item(added).seen, due=release, reason="as the record says")
    assert [one.key for one in casework.case(person_id).changes] == [item.key]


def test_what_was_due_at_once_stays_so_and_the_duty_to_refer_is_overdue_once_its_day_has_passed(
    store: Store, casework: Casework, clock: Clock
) -> None:
    said = {"where_will_live": "nowhere", "duty_to_refer_consent": "yes"}
    person_id = made(store, casework, somebody(said=said, release=date(2027, 1, 8)))
    item = next(item for item in casework.case(person_id).items if item.activity.id == "acc_duty_to_refer")
    assert item.due == clock.today, "its 56 days have begun"
    casework.step(person_id, item.id, "agree", "worker", item.seen)
    clock.forward(days=3)
    case = casework.case(person_id)
    assert case.changes == () and case.item(item.id).due_status == "overdue"
    route = next(view for view in case.routes if view.id == "duty_to_refer")
    assert route.found is not None and route.found.due < item.due and route.status == "overdue"
    moved(store, casework, person_id, date(2027, 3, 31))
    assert [(one.kind, one.due) for one in casework.case(person_id).changes] == [("date", date(2027, 2, 3))]


def test_dates_counted_from_today_do_not_creep(store: Store, casework: Casework, clock: Clock) -> None:
    person_id = made(store, casework, somebody(said={"where_will_live": "nowhere", "debts": "yes"}))
    before = {item.id: item.due for item in casework.case(person_id).items}
    for _ in range(3):
        clock.forward(days=4)
        assert {item.id: item.due for item in casework.case(person_id).items} == before


def test_another_prison_means_another_directory(store: Store, casework: Casework) -> None:
    person_id = made(store, casework, somebody())
    casework.import_services("HMP Elsewhere", b"id,name,kinds,area,where,how\nonly,Only one,citizens_advice,national,custody,Ask\n",
                             "csv", "worker", replace_all=True)  # fmt: skip
    case = casework.case(person_id)
    assert any(item.service is not None for item in case.items)
    store.update_person(person_id, replace(case.record, prison="HMP Elsewhere"), by="worker")
    named = {item.service.id for item in casework.case(person_id).items if item.service is not None}
    assert named <= {"only"}


# -- what lists see


def assert_columns(store: Store, person_id: str) -> None:
    """The current columns are what the events add up to."""
    file = store.case_file(person_id)
    with store.read() as session:
        for plan in file.plans:
            items = {item.id: columns_of(item.state) for item in file.items[plan.id]}
            rows = {row.id: row for row in session.query(PlanItem).filter_by(plan_id=plan.id)}
            assert rows.keys() == items.keys()
            for item_id, row in rows.items():
                columns = items[item_id]
                assert {name: getattr(row, name) for name in columns.plain} == columns.plain
                assert (store.cipher.unseal(row.payload) if row.payload else {}) == columns.hidden
                assert row.open == (columns.live and plan.state == "active")
            live = [one for one in items.values() if one.live and plan.state == "active"]
            days = [day for one in live for day in (one.due, one.follow_up_by) if day is not None]
            days += (*file.contacts[plan.id], *file.routes[plan.id]) if plan.state == "active" else ()
            kept = session.get(Plan, plan.id)
            assert (kept.open_items, kept.next_due, kept.last_due) == (
                len(live),
                min(days, default=None),
                max(days, default=None),
            )
            summary = file.summaries[plan.id]
            shown = {row.need for row in session.query(PlanNeed).filter_by(plan_id=plan.id)}
            assert shown == {need for need, _, _ in summary.needs} - summary.private


@pytest.mark.parametrize("seed", SEEDS)
def test_the_columns_are_what_the_events_add_up_to(store: Store, casework: Casework, clock: Clock, seed: int) -> None:
    random = Random(seed)
    person = random_person(random)
    person_id = made(store, casework, person)
    services = list(plan_data().directory.services)
    given = {
        "deliver": lambda: {"what": "it", "on": clock.today},
        "signpost": lambda: {"service": random.choice(services), "on": clock.today, "how": "letter"},
        "follow_up": lambda: {"on": clock.today, "outcome": random.choice(["seen", "waiting", "not_seen"])},
        "not_available": lambda: {"why": "no such thing here"},
        "reopen": lambda: {"reason": "again"},
        "remove": lambda: {"reason": "not now"},
        "change": lambda: {"reason": "better", "due": date(2027, 1, random.randint(1, 28)), "level": random.choice("123")},
        "note": lambda: {"note": "said so"},
    }
    for _ in range(12):
        clock.forward(hours=5)
        item = random.choice(casework.case(person_id).items)
        step = random.choice([one for one in item.steps if one not in ("carry_over", "look")])
        try:
            casework.step(person_id, item.id, step, "worker", item.seen, **given.get(step, dict)())
        except NotAllowed:
            continue
    assert_columns(store, person_id)


# -- the kinds of case of the instruction, each through the store


def test_recall(store: Store, casework: Casework) -> None:
    fixed = casework.case(made(store, casework, somebody(1, sentence_type="recall_fixed", sentence_months=20)))
    assert fixed.dates.recall_release_by is None
    assert "recall_fixed" in {notice.id for notice in fixed.notices}
    standard = casework.case(made(store, casework, somebody(2, sentence_type="recall_standard", sentence_months=20)))
    assert standard.dates.reviews[0] == date(2026, 12, 14)
    assert "recall_standard" in {notice.id for notice in standard.notices}


def test_remand_without_a_release_date(store: Store, casework: Casework) -> None:
    case = casework.case(made(store, casework, somebody(sentence_type="remand", sentence_months=None, release=None)))
    assert {"remand", "no_release"} <= {notice.id for notice in case.notices}
    assert case.dates.why["release"] == NO_RELEASE
    assert case.contacts == ()
    assert all(item.due is None for item in case.items if item.state.snapshot["due_rule"] == "release")


def test_over_4_years_has_a_plan_and_no_part_2(store: Store, casework: Casework) -> None:
    case = casework.case(made(store, casework, somebody(sentence_months=60, release=date(2029, 5, 14))))
    assert case.dates.why["part2_due"] == OVER_4_YEARS
    assert "no_part2" in {notice.id for notice in case.notices}
    assert {item.activity.id for item in case.items} >= {activity.id for activity in plan_data().level1()}


def test_another_prison_than_a_resettlement_prison(store: Store, casework: Casework) -> None:
    host = casework.case(made(store, casework, somebody(1)))
    other = casework.case(made(store, casework, somebody(2, resettlement_prison=False)))
    assert host.funding != other.funding
    assert "rate_card" in {notice.id for notice in other.notices} - {notice.id for notice in host.notices}


def test_part_1_not_done(store: Store, casework: Casework) -> None:
    case = casework.case(made(store, casework, somebody(part1_completed=None)))
    assert case.dates.why["part2_due"] == NO_PART1
    assert next(due.what for due in case.assessments) == "part1"


def test_release_in_under_12_weeks_has_both_assessments_at_once(store: Store, casework: Casework) -> None:
    case = casework.case(made(store, casework, somebody(sentence_months=2, release=date(2027, 1, 8))))
    assert case.dates.both_at_once
    assert "both_at_once" in {notice.id for notice in case.notices}
    assert [contact.number for contact in case.contacts][:5] == [1, 7, 30, 60, 90]


def test_a_pre_release_plan_carries_on_what_was_decided(store: Store, casework: Casework, clock: Clock) -> None:
    person = somebody(said={"where_will_live": "nowhere", "debts": "yes"})
    person_id = made(store, casework, person)
    first = casework.case(person_id)
    agreed, signposted, declined, done = [item for item in first.items if item.level != "1" and "agree" in item.steps][:4]
    for item in (agreed, signposted, done):
        casework.step(person_id, item.id, "agree", "worker", item.seen)
    today, service = clock.today, next(iter(plan_data().directory.services))
    casework.step(person_id, signposted.id, "signpost", "worker", signposted.seen + 1, service=service, on=today, how="by letter")
    casework.step(person_id, declined.id, "decline", "worker", declined.seen, reason="not now")
    casework.step(person_id, done.id, "deliver", "worker", done.seen + 1, what="it", on=today)
    clock.forward(days=100)
    later = Person(person.record, clock.today, kind=PRERELEASE)
    later.says(where_will_live="nowhere", debts="yes")
    row = interviewed(store, later, kind=PRERELEASE)
    casework.ensure_plan(row.id, "worker")
    case = casework.case(person_id)
    assert case.plan.carried and case.plan.earlier == first.plan.id
    by_key = {item.key: item for item in case.items}
    assert by_key[agreed.key].state.state == "agreed"
    assert by_key[signposted.key].state.state == "signposted"
    assert by_key[signposted.key].follow_up_by is not None
    assert by_key[declined.key].state.state == "proposed", "what was declined is offered again"
    assert by_key[done.key].state.state == "proposed" and by_key[done.key].before.state == "done"
    untouched = [item for item in case.items if item.key not in (agreed.key, signposted.key, declined.key)]
    assert all(not item.state.decided for item in untouched), "what nobody decided is proposed anew"
    old = {item.key: item.state.state for item in case.earlier[0].items}
    assert old[agreed.key] == old[signposted.key] == old[declined.key] == "carried_over"
    assert old[done.key] == "done"
    assert {activity.id for activity in plan_data().level1()} <= {item.activity.id for item in case.items}
    assert_columns(store, person_id)
    assert casework.counts(casework.query()).plans == 1, "the earlier plan is closed"


def test_back_within_6_months_the_plan_starts_from_scratch_and_the_old_one_is_shown(
    store: Store, casework: Casework, clock: Clock
) -> None:
    person = somebody(release=date(2026, 12, 1), sentence_months=1)
    person_id = made(store, casework, person)
    first = casework.case(person_id)
    item = next(item for item in first.items if item.level != "1")
    casework.step(person_id, item.id, "agree", "worker", item.seen)
    casework.give_consent(person_id, "services", "worker")
    clock.forward(days=60)
    back = replace(
        person.record,
        reception=datetime(2027, 1, 20, 14, 0),
        release=date(2027, 9, 1),
        part1_completed=date(2027, 1, 21),
        returned_within_6_months=True,
    )
    store.update_person(person_id, back, by="worker")
    again = Person(back, clock.today).says(where_will_live="nowhere")
    row = interviewed(store, again)
    casework.ensure_plan(row.id, "worker")
    case = casework.case(person_id)
    assert not case.plan.carried
    assert "returned" in {notice.id for notice in case.notices}
    assert all(one.state.state in ("proposed", "declined") and not one.state.decided for one in case.items)
    assert [one.plan.id for one in case.earlier] == [first.plan.id]
    assert {one.key: one.state.state for one in case.earlier[0].items}[item.key] == "agreed", "left as it was"
    assert case.consents.standing("services").state == "lapsed", "what was agreed in the stay before is asked about again"
    assert [due.what for due in case.assessments] == ["prerelease"]


def comes_back(store: Store, clock: Clock, person: Person) -> Person:
    """The person 200 days later, back in prison since this morning, with another sentence."""
    clock.forward(days=200)
    today = clock.today
    back = replace(person.record, reception=datetime.combine(today, time(8)), part1_completed=today, release=add_days(today, 150))
    (known,) = store.people(search=back.prison_number)
    store.update_person(known.id, back, by="worker")
    return Person(back, today)


def test_a_plan_of_an_earlier_stay_does_not_follow_the_record_of_this_one(store: Store, casework: Casework, clock: Clock) -> None:
    """Nobody closed it at the release: it is left as it was until this stay has its own."""
    person = somebody(release=date(2027, 3, 1))
    person_id = made(store, casework, person)
    first = casework.case(person_id)
    agreed = next(item for item in first.items if "agree" in item.steps and item.due is not None)
    casework.step(person_id, agreed.id, "agree", "worker", agreed.seen)
    before = store.case_file(person_id)
    comes_back(store, clock, person)
    case = casework.case(person_id)
    after = store.case_file(person_id)
    assert case.earlier_stay and not first.earlier_stay
    assert case.plan is not None and case.plan.id == first.plan.id
    assert after.items == before.items and after.summaries == before.summaries, "no date moved, nothing added"
    assert case.changes == () and all(item.due_now is None and item.change is None for item in case.items)
    assert [line for line in casework.due_list(casework.query(), 500) if line.what == "contact"] == [], "that release is over"


def test_groups_decided_in_an_earlier_stay_are_not_those_of_this_one(store: Store, casework: Casework, clock: Clock) -> None:
    person = somebody(care_leaver="yes", date_of_birth=date(2004, 1, 1))
    person_id = made(store, casework, person)
    casework.mark_cohort(person_id, "care_leavers", False, "the record is wrong", "worker")
    assert "care_leavers" not in groups(casework, person_id)
    row = interviewed(store, comes_back(store, clock, person).says(where_will_live="nowhere"))
    casework.ensure_plan(row.id, "worker")
    assert "care_leavers" in groups(casework, person_id)
    (view,) = [view for view in casework.case(person_id).cohorts if view.cohort.id == "care_leavers"]
    assert view.mark is None and len(view.records) == 1, "what was decided then is there to read"
    casework.mark_cohort(person_id, "care_leavers", False, "still wrong", "worker")
    assert "care_leavers" not in groups(casework, person_id)


def groups(casework: Casework, person_id: str) -> set[str]:
    return {view.cohort.id for view in casework.case(person_id).cohorts if view.found is not None}


def test_an_interview_from_before_the_newest_plan_gets_none(store: Store, casework: Casework, clock: Clock) -> None:
    person = somebody()
    old = interviewed(store, person, state="open")
    clock.forward(hours=1)
    new = interviewed(store, person)
    casework.ensure_plan(new.id, "worker")
    write_answers(store, old.id, [], state="complete")
    assert casework.ensure_plan(old.id, "worker") is None
    assert casework.catch_up() == 0


def test_the_store_and_the_pure_plan_agree(store: Store, casework: Casework) -> None:
    person = somebody()
    case = casework.case(made(store, casework, person))
    path = finder().path(person.context, person.answers)
    plan = make_plan(casework.plan_data, interview(), path, person.context, record(prison="HMP Northmere"), case.today)
    assert [item.to_json() for item in plan.items] == [dict(item.state.snapshot) for item in case.items]
    assert {item.state.state for item in case.items} <= {*LIVE, "declined"}
    assert proposing.current_plan(store.case_file(case.person_id)) == case.plan
    assert case.plan.made_at.tzinfo == UTC
