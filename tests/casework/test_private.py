"""What is for the safeguarding role only: not in the plain columns of the database, and not in a covered case."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from sqlalchemy import text

from bot.casework.case import Case
from bot.casework.casework import Casework
from bot.interview.definitions import Interview
from bot.interview.rules import Rule
from bot.plan.definitions import PlanData
from bot.plan.items import item_key
from bot.store import Store
from tests.casework.making import Clock, interviewed, somebody
from tests.plan.making import interview, plan_data

HURT: dict[str, Any] = {
    "where_will_live": "nowhere",
    "safety_room": "private",
    "safety_gate": "now",
    "hurt_ever": "yes",
    "hurt_now_or_after": ["now"],
    "children_at_risk": "yes",
    "da_help": ["safety_plan", "specialist_service"],
    "da_speak_children": "yes",
    "trauma": "yes",
    "safe_home_help": ["secret"],
}


@pytest.fixture
def person_id(store: Store, casework: Casework, clock: Clock) -> str:
    row = interviewed(store, somebody(sex="female", said=HURT))
    casework.ensure_plan(row.id, "worker")
    case = casework.case(row.person_id)
    private = [item for item in case.items if item.sensitive and item.level != "1"]
    assert private, "this person has sensitive items"
    for item in private[:2]:
        casework.step(row.person_id, item.id, "agree", "worker", item.seen)
    casework.mark_cohort(row.person_id, "domestic_abuse", True, "she was hurt by her partner", "worker")
    casework.give_consent(row.person_id, "marac", "worker", note="she said so")
    return row.person_id


def sensitive_words() -> set[str]:
    """Ids and keys that tell of a sensitive need, wherever they stand."""
    private = {need.id for need in interview().needs if need.sensitive}
    acts = {activity.id for activity in plan_data().activities.values() if activity.sensitive}
    keys = {item_key("x", need, private=True).partition(":")[2] for need in private}
    groups = {cohort.id for cohort in plan_data().cohorts.values() if cohort.sensitive}
    return private | acts | keys | groups | {"domestic_abuse", "sex_work", "marac", "hurt", "urgent_today"}


def test_the_database_tells_nothing_of_it_in_the_clear(store: Store, person_id: str) -> None:
    tables = ("alerts", "plans", "plan_needs", "plan_items", "item_events", "consent_events", "case_events", "audit")
    words, found = sensitive_words(), []
    with store.read() as session:
        for table in tables:
            for row in session.execute(text(f"SELECT * FROM {table}")):
                plain = [str(value) for value in row if not str(value).startswith("gAAAA")]
                found += [(table, word, value) for value in plain for word in words if word in value]
    assert found == []


def strings(value: Any) -> list[str]:
    """Every string in an object, however deep; the menu and the interview itself are left out."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, (PlanData, Interview, Rule)):
        return []
    if isinstance(value, dict):
        return [found for pair in value.items() for one in pair for found in strings(one)]
    if isinstance(value, (list, tuple, set, frozenset)):
        return [found for one in value for found in strings(one)]
    if is_dataclass(value):
        return [found for field in fields(value) for found in strings(getattr(value, field.name))]
    return []


def test_a_covered_case_tells_nothing_of_it(casework: Casework, person_id: str) -> None:
    case = casework.case(person_id)
    covered = case.without_sensitive()
    assert case.complete and not covered.complete
    assert covered.without_sensitive() is covered
    parts = {field.name: strings(getattr(covered, field.name)) for field in fields(Case) if field.name not in ("proposed",)}
    # The names of the private questions are public; what was answered is not. The directory is the prison's.
    parts.pop("directory")
    private = sensitive_words() - {"domestic_abuse", "sex_work", "marac", "hurt"} | {"she was hurt by her partner", "she said so"}
    told = {need.because for need in interview().needs if need.sensitive}
    private_questions = {question.id for question in interview().questions if question.sensitive}
    for name, texts in parts.items():
        for found in texts:
            assert found not in private | told and not any(found.endswith(f":{word}") for word in private), (name, found)
            if name not in ("consents", "consent_views", "path"):
                assert found not in private_questions, (name, found)
    assert not any(item.sensitive for item in covered.items)
    assert all(step.question.id not in private_questions for step in covered.path.steps)
    assert covered.path.remaining()[0] >= 0


def test_what_is_left_still_says_what_is_to_be_done(casework: Casework, person_id: str) -> None:
    case, covered = casework.case(person_id), casework.case(person_id).without_sensitive()
    assert [item.id for item in covered.items] == [item.id for item in case.items if not item.sensitive]
    assert all(item.because for item in covered.items)
    hidden = [item for item in covered.items if item.hides]
    assert hidden and any(item.because[0]["kind"] == "private" for item in hidden)


def test_alerts_are_covered(store: Store, casework: Casework, person_id: str) -> None:
    case = casework.case(person_id)
    assert case.alerts, "the answers raise alerts even where the turn did not"
    for alert, shown in zip(case.alerts, case.without_sensitive().alerts, strict=True):
        assert shown.words == alert.words
        assert (shown.detail, shown.because, shown.said, shown.rule) == ("", (), "", None)


def test_lists_and_due_lists_name_no_sensitive_item(casework: Casework, person_id: str) -> None:
    lines = casework.due_list(casework.query(), limit=500)
    private = [line for line in lines if line.sensitive]
    assert private
    assert {(line.activity, line.pathway, line.service) for line in private} == {(None, None, None)}
    assert casework.case_list(casework.query(pathway="domestic_abuse")) == []
