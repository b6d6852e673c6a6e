from __future__ import annotations

import hashlib
import time

import pytest
from sqlalchemy import text

from bot.store import NotFound, Store
from bot.store import users as users_module
from bot.store.errors import AlreadyThere, BadInput, SignInFailed, SignInLocked
from bot.store.types import User
from tests.store.making import PASSWORD, Clock, begin

# The real one: the tests have a quick one in its place.
HASHER = users_module._hasher


@pytest.fixture
def user(store: Store) -> User:
    return store.add_user("Jo.Worker", "Jo Worker", ["worker", "manager"], PASSWORD, by="admin")


def test_a_user_signs_in(store: Store, user: User) -> None:
    assert (user.username, user.display_name, user.roles) == ("jo.worker", "Jo Worker", ("worker", "manager"))
    assert store.check_password(" JO.worker ", PASSWORD) == user == store.user(user.id)
    assert store.users() == [user]
    with store.read() as session:
        assert session.scalar(text("SELECT password FROM users")).startswith("$argon2id$")


WRONG = [("jo.worker", "wrong"), ("nobody", PASSWORD), ("jo.worker", ""), ("jo.worker", "\ud800")]


@pytest.mark.parametrize(("name", "password"), WRONG)
def test_a_wrong_name_and_a_wrong_password_look_the_same(store: Store, user: User, name: str, password: str) -> None:
    with pytest.raises(SignInFailed, match="the user name or the password is not right"):
        store.check_password(name, password)


def test_a_name_that_nobody_has_takes_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users_module, "_hasher", HASHER)
    real = users_module._hash(PASSWORD)
    assert not users_module._hasher.check_needs_rehash(users_module._NOBODY)
    times: dict[str, list[float]] = {real: [], users_module._NOBODY: []}
    for _ in range(2):
        for digest, taken in times.items():
            start = time.perf_counter()
            assert not users_module._verify(digest, "wrong")
            taken.append(time.perf_counter() - start)
    quick, slow = sorted(min(taken) for taken in times.values())
    assert slow < 3 * quick


def test_five_wrong_passwords_lock_for_five_minutes(store: Store, user: User, clock: Clock) -> None:
    for _ in range(5):
        with pytest.raises(SignInFailed):
            store.check_password("jo.worker", "wrong")
    with pytest.raises(SignInLocked) as caught:
        store.check_password("jo.worker", PASSWORD)
    clock.forward(minutes=4, seconds=59)
    with pytest.raises(SignInLocked):
        store.check_password("jo.worker", PASSWORD)
    clock.forward(seconds=1)
    assert caught.value.until == clock.now
    assert store.check_password("jo.worker", PASSWORD).locked_until is None
    assert "user locked" in [row.what for row in store.audit_rows()]


def test_only_wrong_passwords_in_a_row_count(store: Store, user: User) -> None:
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(SignInFailed):
                store.check_password("jo.worker", "wrong")
        assert store.check_password("jo.worker", PASSWORD)


def test_users_that_cannot_be_are_refused(store: Store, user: User) -> None:
    with pytest.raises(AlreadyThere):
        store.add_user("JO.WORKER", "Jo", [], PASSWORD, by="admin")
    names = [(name, PASSWORD) for name in ("", "a b", "x" * 65)]
    passwords = [("ok", password) for password in ("short", "x" * 1025, "\ud800" * 9)]
    for name, password in names + passwords:
        with pytest.raises(BadInput):
            store.add_user(name, "Jo", [], password, by="admin")
    with pytest.raises(NotFound):
        store.set_password("nobody", PASSWORD, by="admin")
    with pytest.raises(NotFound):
        store.user("nobody")


def test_a_new_password_ends_the_sessions_and_unlocks(store: Store, user: User) -> None:
    token = store.start_session(user.id)
    for _ in range(5):
        with pytest.raises(SignInFailed):
            store.check_password("jo.worker", "wrong")
    store.set_password("jo.worker", "quite another one", by="admin")
    assert store.session(token) is None
    with pytest.raises(SignInFailed):
        store.check_password("jo.worker", PASSWORD)
    assert store.check_password("jo.worker", "quite another one").id == user.id


def test_a_disabled_user_cannot_sign_in(store: Store, user: User) -> None:
    token = store.start_session(user.id)
    store.disable_user("jo.worker", True, by="admin")
    assert store.session(token) is None
    with pytest.raises(SignInFailed):
        store.check_password("jo.worker", PASSWORD)
    store.disable_user("jo.worker", False, by="admin")
    assert store.check_password("jo.worker", PASSWORD)
    assert [row.what for row in store.audit_rows()] == [
        "user enabled",
        "sign-in failed",
        "user disabled",
        "signed in",
        "user added",
    ]


def test_a_session_lasts_twelve_hours_at_most(store: Store, user: User, clock: Clock) -> None:
    token = store.start_session(user.id)
    for _ in range(24):
        session = store.session(token)
        assert session is not None
        assert session.user == user
        clock.forward(minutes=29.9)
    clock.forward(minutes=2.4)
    assert store.session(token) is None


def test_a_session_ends_after_thirty_idle_minutes(store: Store, user: User, clock: Clock) -> None:
    token = store.start_session(user.id)
    clock.forward(minutes=29)
    assert store.session(token) is not None
    clock.forward(minutes=29)
    assert store.session(token) is not None
    clock.forward(minutes=30)
    assert store.session(token) is None
    store.start_session(user.id)
    with store.read() as session:
        assert session.scalar(text("SELECT count(*) FROM sessions")) == 1


def test_a_session_can_be_bound_to_an_interview_and_ended(store: Store, user: User) -> None:
    interview = begin(store)
    token = store.start_session(user.id, interview.id)
    found = store.session(token)
    assert found is not None
    assert found.interview_id == interview.id
    store.bind_session(token, None)
    assert store.session(token).interview_id is None  # type: ignore[union-attr]
    store.bind_session(token, interview.id)
    assert store.session(token).interview_id == interview.id  # type: ignore[union-attr]
    store.end_session(token)
    store.end_session(token)
    assert store.session(token) is None
    for ask in (
        lambda: store.start_session("nobody"),
        lambda: store.start_session(user.id, "none"),
        lambda: store.bind_session(token, None),
    ):
        with pytest.raises(NotFound):
            ask()


def test_the_token_itself_is_not_kept(store: Store, user: User) -> None:
    token = store.start_session(user.id)
    with store.read() as session:
        assert session.scalar(text("SELECT id FROM sessions")) == hashlib.sha256(token.encode()).hexdigest()
    assert store.session("") is None
    assert store.session("\ud800") is None
