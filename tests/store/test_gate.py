"""Passwords, tries, sessions by role, settings of a prison, and looking into the audit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store import Store, passwords, users
from bot.store.audit import AuditQuery
from bot.store.errors import BadInput, ChangedMeanwhile, SignInFailed, SignInLocked
from bot.store.prison_settings import IDLE, Contact, PrisonSettings, usual_contacts
from bot.store.roles import limits_of, roles
from bot.store.types import User
from tests.store.making import PASSWORD, Clock, begin

NORTHMERE = "HMP Northmere (made-up)"
# Made up of what is guessed first, each at least twelve long.
GUESSED = [
    "password1234", "P@ssw0rd1234!", "Passwordpassword", "123456789012", "098765432109", "aaaaaaaaaaaa", "Liverpool2026!",
    "iloveyou12345", "welcome-welcome", "letmeinletmein", "qwertyuiop[]123", "correct horse battery staple", "summer-2026-2026",
    "Admin.Password.1", "121212121212",
]  # fmt: skip


@pytest.mark.parametrize("password", GUESSED)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    assert len(password) >= passwords.LENGTHS[0]
    with pytest.raises(BadInput, match="guessed first") as caught:
        passwords.check_new(password, "jo.worker")
    assert password not in str(caught.value)


@pytest.mark.parametrize("password", [PASSWORD, "quite another one", "kettle-violin-79-moss", "пароль из слов", "made-up-password"])
def test_words_of_ones_own_are_taken(password: str) -> None:
    passwords.check_new(password, "jo.worker")


def test_the_user_name_is_no_part_of_a_password() -> None:
    with pytest.raises(BadInput, match="user name"):
        passwords.check_new("xx-Jo.Worker-xx", "jo.worker")
    passwords.check_new("jogging in the rain", "jo")  # too short a name to count


@given(st.text(max_size=11))
def test_short_ones_are_refused(password: str) -> None:
    with pytest.raises(BadInput, match="12 to 1024"):
        passwords.check_new(password)


def test_a_name_that_nobody_has_locks_like_one_that_somebody_has(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(users, "_NOBODY", users._hasher.hash("quick to check"))
    store.add_user("jo.worker", "Jo", ["worker"], PASSWORD, by="admin")
    told = {}
    for name in ("jo.worker", "nobody"):
        told[name] = []
        for _ in range(7):
            try:
                store.check_password(name, "wrong")
            except (SignInFailed, SignInLocked) as error:
                told[name].append((type(error), str(error)))
    assert told["jo.worker"] == told["nobody"]
    assert told["nobody"][-1][0] is SignInLocked
    clock.forward(minutes=5)
    with pytest.raises(SignInFailed):
        store.check_password("nobody", "wrong")


def test_tries_are_counted_for_a_time(store: Store, clock: Clock) -> None:
    for _ in range(40):
        store.refuse_many("address", "10.0.0.7")
        store.count_try("address", "10.0.0.7")
    with pytest.raises(SignInLocked) as caught:
        store.refuse_many("address", "10.0.0.7")
    assert caught.value.until == clock.now + timedelta(minutes=10)
    store.refuse_many("address", "10.0.0.8")
    clock.forward(minutes=10)
    store.refuse_many("address", "10.0.0.7")
    store.count_try("address", "10.0.0.7")
    store.refuse_many("address", "10.0.0.7")
    with store.read() as session:
        assert "10.0.0.7" not in str(session.connection().exec_driver_sql("SELECT * FROM sign_in_tries").all())


def test_the_shortest_limits_of_the_roles_count(store: Store, clock: Clock) -> None:
    assert limits_of(["worker", "administrator"]) == limits_of(["administrator"])
    assert limits_of(["worker"]).idle > limits_of(["administrator"]).idle
    user = store.add_user("boss", "Boss", ["worker", "administrator"], PASSWORD, by="admin")
    token = store.start_session(user.id)
    clock.forward(minutes=14)
    assert store.session(token) is not None
    clock.forward(minutes=15)
    assert store.session(token) is None
    token = store.start_session(user.id)
    for _ in range(8 * 6):
        clock.forward(minutes=10)
        found = store.session(token)
    assert found is None


def test_sessions_are_listed_and_ended(store: Store, clock: Clock) -> None:
    user = store.add_user("jo", "Jo", ["worker"], PASSWORD, by="admin")
    other = store.add_user("al", "Al", ["worker"], PASSWORD, by="admin")
    first, theirs = store.start_session(user.id), store.start_session(other.id)
    clock.forward(minutes=1)
    second = store.start_session(user.id, how="sign_on")
    third = store.start_session(user.id, begin(store).id)
    rows = store.sessions_of(user.id)
    assert {row.id for row in rows} == {store.session_id(token) for token in (first, second, third)}
    assert {row.how for row in rows} == {"password", "sign_on"}
    assert store.end_sessions(user.id, user.id, only=store.session_id(theirs)) == 0
    assert store.end_sessions(user.id, user.id, but=second) == 2
    assert store.session(first) is None
    assert store.session(second) is not None
    assert store.session(theirs) is not None
    assert store.end_sessions(user.id, "admin") == 1
    assert store.session(second) is None
    assert "sessions ended" in [row.what for row in store.audit_rows()]


def test_other_roles_end_the_sessions_and_stand_in_the_audit(store: Store) -> None:
    user = store.add_user("jo", "Jo", ["worker"], PASSWORD, by="admin")
    token = store.start_session(user.id)
    store.set_access("jo", ["manager"], [NORTHMERE, NORTHMERE, " "], by="admin")
    assert store.session(token) is None
    found = store.user(user.id)
    assert (found.roles, found.prisons) == (("manager",), (NORTHMERE,))
    assert store.audit_rows(1)[0].what == "user: roles manager"
    for wanted in (["king"], ["worker", ""]):
        with pytest.raises(BadInput, match="no role of that name"):
            store.set_access("jo", wanted, [], by="admin")
    assert set(roles()) == {"worker", "safeguarding", "manager", "administrator"}


def test_a_prison_has_the_usual_settings_until_it_has_its_own(store: Store) -> None:
    usual = store.settings(NORTHMERE)
    assert usual == PrisonSettings(NORTHMERE, contacts=usual_contacts())
    assert usual.safety_self_completion
    assert "116 123" in [contact.phone for contact in usual.contacts]
    assert [contact.name for contact in usual.contacts] == [
        "Listeners",
        "Samaritans",
        "Safer custody team",
        "Chaplain",
        "Healthcare",
    ]
    own = (Contact("The safer custody line", "Day and night", "Ring from your cell", "*77"),)
    kept = store.put_settings(replace(usual, safety_self_completion=False, contacts=own, idle_minutes=5), "boss")
    assert kept == store.settings(NORTHMERE) == PrisonSettings(NORTHMERE, False, own, 5, 3, version=1)
    assert store.settings("HMP Westfold (made-up)").version == 0
    with pytest.raises(ChangedMeanwhile):
        store.put_settings(usual, "other")
    row = store.audit_rows(1)[0]
    assert (row.who, row.what) == ("boss", "settings changed")
    assert set(row.subjects) == {NORTHMERE, "safety_self_completion", "contacts", "idle_minutes", "safety_idle_minutes"}


BAD = [
    {"contacts": ()},
    {"contacts": (Contact("", "x", "y"),)},
    {"contacts": (Contact("x", "y", "", ""),)},
    {"contacts": (Contact("x" * 81, "y", "z"),)},
    {"contacts": (Contact("x", "y", "z"),) * 13},
    {"idle_minutes": IDLE[0] - 1},
    {"idle_minutes": IDLE[1] + 1},
    {"safety_idle_minutes": 4},
    {"prison": " "},
]


@pytest.mark.parametrize("changes", BAD)
def test_settings_out_of_bounds_are_refused(store: Store, changes: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        store.put_settings(replace(store.settings(NORTHMERE), **changes), "boss")
    assert store.settings(NORTHMERE).version == 0


def test_the_audit_is_looked_into_by_user_day_and_kind(store: Store, clock: Clock) -> None:
    store.audit("jo", "plan seen", "p1")
    clock.forward(days=1)
    store.audit("al", "plan seen", "p2", "p1")
    store.audit("jo", "exported", "p2")

    def found(**wanted: object) -> list[int]:
        return [row.id for row in store.audit_rows(wanted=AuditQuery(**wanted))]  # type: ignore[arg-type]

    assert found() == [3, 2, 1]
    assert found(who=["jo"]) == [3, 1]
    assert found(who=[]) == []
    assert found(what="plan seen") == [2, 1]
    assert found(subject="p1") == [2, 1]
    assert found(subject="%") == []
    assert found(end=clock.now) == [1]
    assert found(start=clock.now, who=["jo", "al"]) == [3, 2]
    assert store.audit_kinds() == ["exported", "plan seen"]


def test_who_signed_on_is_the_same_user_each_time(store: Store) -> None:
    def sign_on(subject: str, **more: str) -> User:
        return store.sign_on_user(subject, more.get("name", "Jo Smith!"), "Jo", ["worker"], [NORTHMERE])

    first = sign_on("issuer 1")
    assert (first.username, first.sign_on) == ("jo-smith", True)
    assert sign_on("issuer 1", name="renamed").id == first.id
    assert sign_on("issuer 2").username == "jo-smith-2"
    assert sign_on("issuer 3", name="///").username == "user"
    with pytest.raises(BadInput, match="sign-on service"):
        store.set_password("jo-smith", PASSWORD, by="admin")
    with pytest.raises(SignInFailed):
        store.check_password("jo-smith", PASSWORD)
