"""The answers changed: what a worker is asked to look at, and what is never touched."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from bot.plan.compare import Change, compare, follow
from bot.plan.items import ProposedPlan
from bot.plan.life import History, act, add, begin, current
from bot.plan.planning import added_item
from tests.plan.making import NOW, TODAY, Person, plan_data, record

NUMBERS = plan_data().deadlines
Plan = dict[str, History]


def stored(proposed: ProposedPlan) -> Plan:
    return {item.key: begin(item, NOW) for item in proposed.items}


def step(plan: Plan, key: str, name: str, by: str = "worker1", **given: Any) -> None:
    event = act(plan[key], name, NOW + timedelta(hours=1), by, deadlines=NUMBERS, services=plan_data().directory.services, **given)
    plan[key] = (*plan[key], event)


def looks(plan: Plan, proposed: ProposedPlan) -> list[tuple[str, str, bool]]:
    return [(change.kind, change.key, change.untouched) for change in compare(map(current, plan.values()), proposed)]


def follow_all(plan: Plan, changes: tuple[Change, ...]) -> None:
    for change in changes:
        plan[change.key] = (*plan.get(change.key, ()), *follow(plan.get(change.key, ()), change, NOW + timedelta(hours=2), NUMBERS))


def debtor(**said: Any) -> Person:
    return Person().says(debts="yes", debt_kinds=["loans"], **said)


def test_nothing_changed_nothing_to_look_at() -> None:
    proposed = debtor().plan()
    assert looks(stored(proposed), proposed) == []


def test_a_new_need_is_new_and_one_that_is_gone_is_gone() -> None:
    person = debtor()
    plan = stored(person.plan())
    step(plan, "fin_debt_advice:debt_advice", "agree")
    person.say("debts", "no")
    person.say("bank_account", "no")
    now = person.plan()
    assert looks(plan, now) == [
        ("new", "fin_bank_account:open_account", True),
        ("gone", "fin_debt_advice:debt_advice", False),
        ("gone", "fin_other_debts", True),
    ]


def test_other_reasons_for_the_same_item() -> None:
    person = Person().says(where_lived="private_rented", debts="yes", rent_owed="no", debt_kinds=["rent"])
    plan = stored(person.plan())
    step(plan, "fin_housing_arrears", "agree")
    person.say("rent_owed", "yes")
    (change,) = [one for one in compare(map(current, plan.values()), person.plan()) if one.key == "fin_housing_arrears"]
    assert (change.kind, change.untouched) == ("reasons", False)
    (reason,) = change.added
    assert {answer["question"] for answer in reason["answers"]} == {"rent_owed", "debt_kinds"}


def test_the_person_wants_it_now() -> None:
    person = debtor(help_finance="none")
    plan = stored(person.plan())
    person.say("help_finance", ["debt_advice"])
    kinds = {(kind, key) for kind, key, _ in looks(plan, person.plan())}
    assert ("wish", "fin_debt_advice:debt_advice") in kinds
    assert ("wish", "fin_other_debts") not in kinds


def test_what_a_worker_decided_is_only_shown() -> None:
    """Declined for the person, removed with a reason, done: nothing undoes it."""
    person = debtor(bank_account="no")
    plan = stored(person.plan())
    step(plan, "fin_debt_advice:debt_advice", "decline", reason="said so at the door")
    step(plan, "fin_other_debts", "remove", reason="paid already")
    step(plan, "fin_bank_account:open_account", "agree")
    step(plan, "fin_bank_account:open_account", "deliver", what="account opened", on=TODAY)
    assert looks(plan, person.plan()) == []
    before = dict(plan)
    person.say("debt_kinds", ["council_tax"])
    changes = compare(map(current, plan.values()), person.plan())
    # Other debts than those it was removed for: shown again, for the worker to decide.
    assert [(change.kind, change.key, change.untouched) for change in changes] == [("new", "fin_other_debts", False)]
    follow_all(plan, changes)
    assert plan == before


def test_what_nobody_touched_follows_the_answers() -> None:
    person = debtor(help_finance="none")
    plan = stored(person.plan())
    step(plan, "acc_identify_needs", "start")
    person.say("help_finance", ["debt_advice"])
    person.say("debt_kinds", ["council_tax", "phone"])
    person.say("bank_account", "no")
    follow_all(plan, compare(map(current, plan.values()), person.plan()))
    states = {key: current(history).state for key, history in plan.items()}
    assert states["fin_debt_advice:debt_advice"] == "proposed"
    assert states["fin_bank_account:open_account"] == "proposed"
    assert looks(plan, person.plan()) == []
    # And back again.
    person.say("debts", "no")
    follow_all(plan, compare(map(current, plan.values()), person.plan()))
    assert current(plan["fin_debt_advice:debt_advice"]).state == "removed"
    assert not current(plan["fin_debt_advice:debt_advice"]).decided
    person.say("debts", "yes")
    person.say("debt_kinds", ["loans"])
    follow_all(plan, compare(map(current, plan.values()), person.plan()))
    assert current(plan["fin_debt_advice:debt_advice"]).state == "proposed"
    assert looks(plan, person.plan()) == []
    # Each step is in its history.
    kinds = [event.kind for event in plan["fin_debt_advice:debt_advice"]]
    assert kinds == ["propose", "decline", "reopen", "look", "remove", "reopen", "look"]


def test_what_comes_back_unwanted_comes_back_declined() -> None:
    person = debtor()
    plan = stored(person.plan())
    person.say("debts", "no")
    follow_all(plan, compare(map(current, plan.values()), person.plan()))
    person.say("debts", "yes")
    person.say("debt_kinds", ["loans"])
    person.say("help_finance", "none")
    follow_all(plan, compare(map(current, plan.values()), person.plan()))
    assert current(plan["fin_other_debts"]).state == "declined"
    assert not current(plan["fin_other_debts"]).decided
    assert looks(plan, person.plan()) == []


def test_once_looked_at_it_is_not_shown_again() -> None:
    person = debtor()
    plan = stored(person.plan())
    for key in ("fin_debt_advice:debt_advice", "fin_other_debts"):
        step(plan, key, "agree")
    person.say("debts", "no")
    assert [kind for kind, _, _ in looks(plan, person.plan())] == ["gone", "gone"]
    step(plan, "fin_debt_advice:debt_advice", "look")
    assert looks(plan, person.plan()) == [("gone", "fin_other_debts", False)]
    assert current(plan["fin_debt_advice:debt_advice"]).state == "agreed"
    # Called for again, for a reason that was not there when it was looked at.
    person.say("debts", "yes")
    assert ("reasons", "fin_debt_advice:debt_advice", False) in looks(plan, person.plan())
    step(plan, "fin_debt_advice:debt_advice", "look", item=person.plan().by_key["fin_debt_advice:debt_advice"].to_json())
    assert "fin_debt_advice:debt_advice" not in {key for _, key, _ in looks(plan, person.plan())}


def test_what_a_worker_added_is_never_questioned() -> None:
    person = Person().says(gp="yes")
    plan = stored(person.plan())
    extra = added_item(
        plan_data(), person.path, person.context, person.record, TODAY, "fin_debt_advice", "told me at the door", plan
    )
    plan[extra.key] = add(extra, NOW, "worker1", "told me at the door")
    assert looks(plan, person.plan()) == []


def test_a_release_date_or_a_new_day_is_no_change_of_answers() -> None:
    person = debtor()
    plan = stored(person.plan())
    person.today += timedelta(days=5)
    assert looks(plan, person.plan()) == []


def test_what_nobody_decided_on_takes_over_dates_and_services_and_no_date_creeps() -> None:
    who = record(release=date(2027, 5, 14))
    person = Person(who).says(where_will_live="nowhere")
    before = {item.key: begin(item, NOW) for item in person.plan().items}
    later = Person(record(release=date(2027, 6, 18)), date(2026, 11, 30)).says(where_will_live="nowhere")
    changes = compare((current(history) for history in before.values()), later.plan())
    assert {change.kind for change in changes} == {"details"}
    at = NOW + timedelta(days=7)
    for change in changes:
        history = before[change.key]
        history = (*history, *follow(history, change, at, plan_data().deadlines))
        now, item = current(history), later.plan().by_key[change.key]
        assert now.decided is False
        if item.due.rule == "at_once":
            assert now.due == current(before[change.key]).due, "counted from the day it came up"
        else:
            assert now.due == item.due.on
        before[change.key] = history
    assert compare((current(history) for history in before.values()), later.plan()) == ()


def test_what_somebody_decided_on_keeps_its_date_and_is_asked_about() -> None:
    person = Person(record(release=date(2027, 5, 14))).says(where_will_live="nowhere")
    states = []
    for item in person.plan().items:
        history = begin(item, NOW)
        states.append(current((*history, act(history, "note", NOW, "worker", deadlines=plan_data().deadlines, note="mine"))))
    later = Person(record(release=date(2027, 6, 18))).says(where_will_live="nowhere")
    changes = compare(states, later.plan())
    assert {change.kind for change in changes} == {"date"} and not any(change.untouched for change in changes)
    by_release = {state.key for state in states if state.snapshot["due_rule"] in ("release", "duty_to_refer")}
    assert {change.key for change in changes} == by_release
