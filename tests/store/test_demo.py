from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.interview.record import read_record
from bot.store import Store
from bot.store.demo import demo_records, fill_demo
from bot.store.errors import SignInFailed
from bot.store.roles import roles
from tests.store.making import PASSWORD


def test_the_demo_can_be_filled_twice(store: Store) -> None:
    people = fill_demo(store, PASSWORD)
    assert len(people) == 12
    assert all(person.made_up and person.record.made_up for person in people)
    assert store.check_password("worker", PASSWORD)
    lines = store.audit_head()
    assert fill_demo(store, PASSWORD) == people
    assert store.audit_head() == lines


def test_a_new_demo_password_replaces_the_old(store: Store) -> None:
    fill_demo(store, PASSWORD)
    fill_demo(store, "another password")
    assert store.check_password("worker", "another password")
    with pytest.raises(SignInFailed):
        store.check_password("worker", PASSWORD)


@pytest.mark.parametrize("today", [date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 1)])
def test_the_demo_covers_the_people_there_are_rules_for(today: date) -> None:
    records = demo_records(today)
    assert [read_record(record.to_json()) for record in records] == records
    assert any(record.sex == "female" for record in records)
    assert any(record.sentence_type.startswith("recall") for record in records)
    assert any(record.nationality != "British" for record in records)
    assert any(record.care_leaver == "yes" and record.age(today) == 20 for record in records)
    assert any(record.armed_forces == "regular" for record in records)
    assert any((record.sentence_months or 0) > 48 and record.release for record in records)
    assert any((record.sentence_months or 99) <= 6 for record in records)
    assert any("ppo" in record.flags for record in records)
    assert any(record.release is None for record in records)
    assert all(record.reception.date() > today - timedelta(days=365 * record.age(today)) for record in records)


def test_the_demo_has_an_account_for_each_role(store: Store) -> None:
    fill_demo(store, PASSWORD)
    assert {user.username: user.roles for user in store.users()} == {role: (role,) for role in roles()}
    assert all(store.check_password(role, PASSWORD) for role in roles())
