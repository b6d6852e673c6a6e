"""What holds for everybody, however they answer: the real questions, the real plan, people at random."""

from __future__ import annotations

import json
import os
from functools import cache
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.plan.alerts import find_alerts
from bot.plan.compare import compare, follow
from bot.plan.definitions import PATHWAYS
from bot.plan.life import act, begin, current
from bot.plan.needs import Known
from bot.plan.planning import find_cohorts
from bot.plan.profile import needs_profile
from tests.plan.making import NOW, Person, interview, plan_data, random_person

# Making somebody up takes longer than their plan: the same people serve all tests. BCST2_PEOPLE=5000 for a long run.
PEOPLE = int(os.environ.get("BCST2_PEOPLE", "60"))


@cache
def somebody(seed: int) -> Person:
    return random_person(Random(seed))


people = st.integers(0, PEOPLE - 1).map(somebody)
often = settings(max_examples=PEOPLE, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@often
@given(people)
def test_every_plan_is_whole(person: Person) -> None:
    plan, made, answers = plan_data(), person.plan(), person.path.answers
    activities = {item.activity.id for item in made.items}
    # Level 1 of every pathway, whatever was said.
    assert {activity.id for activity in plan.level1()} <= activities
    assert {item.pathway for item in made.items if item.level == "1"} == set(PATHWAYS)
    # Every need leads to an activity, declined where help is not wanted; one that is offered more widely only where it is a need.
    known = Known(person.context, person.path)
    called = {found.id for found in made.needs if plan.needs[found.id].when.holds(known) is True}
    assert {found.id for found in made.needs} - called <= {"adaptations"}
    answered = {need for item in made.items for need in item.needs}
    assert answered == called
    assert len(made.by_key) == len(made.items)
    for item in made.items:
        assert item.because, item.key
        assert item.source
        assert all(reason.source and reason.text for reason in item.because)
        assert item.owner.role
        assert item.owner.label
        assert item.level == plan.activities[item.activity.id].level
        # What was said is on the path, or of the record.
        for reason in item.because:
            for cause in reason.causes:
                if "." not in cause.question:
                    answer = answers[cause.question]
                    assert set(cause.options) <= {*answer.options, answer.state}
        if item.service is not None and item.service.service is not None:
            service = plan.directory.services[item.service.service]
            assert item.service.kind in service.kinds
            assert person.record.sex == "female" or not service.women_only
        elif item.service is not None:
            assert item.service.why
        assert item.due.on is not None or item.due.reason
        assert (item.state == "declined") == bool(item.declined)


@often
@given(people)
def test_level_3_is_for_those_who_are_vulnerable_or_whose_case_is_complex(person: Person) -> None:
    plan, made = plan_data(), person.plan()
    owed = {use.activity for rule in plan.needs.values() for use in rule.uses if plan.activities[use.activity].level == "3"}
    owed |= {name for _, names, _, _ in plan.answer_uses for name in names}
    for item in made.items:
        if item.level == "3" and item.activity.id not in owed:
            assert made.raised, item.key
            assert any(reason.kind in ("raised", "cohort") for reason in item.because)
        if item.level != "1":
            assert any(reason.kind in ("need", "cohort", "answer") for reason in item.because)
    if not made.needs:
        assert all(item.level == "1" or item.because[0].kind == "answer" for item in made.items)


@often
@given(people)
def test_nothing_sensitive_is_left_for_those_who_may_not_see_it(person: Person) -> None:
    seen = person.plan().without_sensitive()
    private = {question.id for question in interview().questions if question.sensitive}
    sensitive = {need.id for need in interview().needs if need.sensitive}
    groups = {cohort.id for cohort in plan_data().cohorts.values() if cohort.sensitive}
    assert not any(item.activity.sensitive for item in seen.items)
    assert not sensitive & {found.id for found in seen.needs}
    for item in seen.items:
        assert item.because
        assert not sensitive & set(item.needs)
        assert not any(need in item.key.split(":") for need in sensitive)
        assert not groups & {reason.cohort for reason in item.because}
        assert not private & {cause.question for reason in item.because for cause in reason.causes}
    found = [*seen.needs, *seen.cohorts, *seen.routes]
    assert not private & {cause.question for one in found for cause in one.because}


@often
@given(people)
def test_the_same_answers_give_the_same_plan_and_nothing_to_look_at(person: Person) -> None:
    first, second = person.plan(), person.plan()
    assert json.dumps(first.to_json()) == json.dumps(second.to_json())
    stored = [current(begin(item, NOW)) for item in first.items]
    assert compare(stored, second) == ()
    assert [state.state for state in stored] == [item.state for item in first.items]


@often
@given(people)
def test_the_rest_never_fails(person: Person) -> None:
    plan, made = plan_data(), person.plan()
    profile = needs_profile(plan, made.needs)
    assert 0 <= profile.count <= 10
    assert profile.high_need == made.high_need
    for alert in find_alerts(plan, person.path, person.context):
        assert alert.who
        assert ("detail" in alert.to_json()) is not alert.rule.sensitive
    assert find_cohorts(plan, Known(person.context, person.path)) == made.cohorts
    json.dumps(made.dates.to_json(person.today))


@often
@given(people, people)
def test_a_plan_nobody_has_worked_on_can_follow_any_answers(before: Person, after: Person) -> None:
    proposed = after.plan()
    plan = {item.key: begin(item, NOW) for item in before.plan().items}
    for change in compare(map(current, plan.values()), proposed):
        assert change.untouched
        plan[change.key] = (*plan.get(change.key, ()), *follow(plan.get(change.key, ()), change, NOW, plan_data().deadlines))
    assert compare(map(current, plan.values()), proposed) == ()
    stands = {key: current(history).state for key, history in plan.items()}
    assert {key: state for key, state in stands.items() if state != "removed"} == {item.key: item.state for item in proposed.items}


@often
@given(people, people)
def test_what_somebody_has_worked_on_is_never_touched(before: Person, after: Person) -> None:
    plan = {item.key: begin(item, NOW) for item in before.plan().items}
    plan = {
        key: (*history, act(history, "note", NOW, "worker1", deadlines=plan_data().deadlines, note="seen"))
        for key, history in plan.items()
    }
    for change in compare(map(current, plan.values()), after.plan()):
        if change.key in plan:
            assert not change.untouched
            assert follow(plan[change.key], change, NOW, plan_data().deadlines) == ()
