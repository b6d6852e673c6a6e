"""Kiosk codes, PINs, sessions that lock, and tablets handed over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store import Store
from bot.store.errors import BadInput, NotFound, SignInFailed
from bot.store.kiosk import GRACE
from bot.store.kiosk_types import (
    CODE_LENGTH,
    LETTERS,
    CodeRefused,
    PinLocked,
    PinRefused,
    PinWrong,
    checked_pin,
    in_groups,
    new_code,
    new_number,
    read_code,
    read_figures,
)
from tests.store.making import PASSWORD, Clock, begin

PIN = "4827"


@pytest.fixture
def worker(store: Store) -> str:
    return store.add_user("worker", "A worker", ["worker"], PASSWORD, by="test").id


@pytest.fixture
def row(store: Store) -> str:
    return begin(store).id


def refused(store: Store, code: str) -> str:
    with pytest.raises(CodeRefused) as caught:
        store.check_code(code)
    return caught.value.why


def test_a_code_opens_its_interview_once(store: Store, worker: str, row: str) -> None:
    access, code = store.issue_code(row, worker)
    assert store.check_code(code).id == access.id
    # It is not used up before there is a PIN.
    assert store.check_code(in_groups(code).lower()).interview_id == row
    token = store.choose_pin(access.id, PIN)
    session = store.session(token)
    assert session is not None
    assert (session.interview_id, session.access_id, session.user.roles, session.locked) == (row, access.id, ("kiosk",), False)
    assert refused(store, code) == "used"
    with pytest.raises(CodeRefused):
        store.choose_pin(access.id, PIN)


def test_what_opens_is_not_in_the_database(lite: Store, file) -> None:  # type: ignore[no-untyped-def]
    worker = lite.add_user("worker", "A worker", ["worker"], PASSWORD, by="test").id
    access, code = lite.issue_code(begin(lite).id, worker)
    lite.choose_pin(access.id, "482715")
    lite.close()
    held = b"".join(each.read_bytes() for each in file.parent.glob("*sqlite3*"))
    assert code.encode() not in held
    assert b"482715" not in held
    assert b"$argon2id" in held  # a user's password, by which we see that a PIN's hash is not there as it is
    assert held.count(b"$argon2id") == 2


def test_codes_expire_and_are_revoked(store: Store, worker: str, row: str, clock: Clock) -> None:
    access, code = store.issue_code(row, worker, hours=1)
    clock.forward(minutes=59)
    assert store.check_code(code)
    clock.forward(minutes=1)
    assert refused(store, code) == "expired"
    assert store.access(access.id).state(clock()) == "expired"
    with pytest.raises(CodeRefused):
        store.choose_pin(access.id, PIN)
    _, first = store.issue_code(row, worker)
    second_access, second = store.issue_code(row, worker)
    assert refused(store, first) == "revoked"
    assert store.check_code(second)
    store.revoke_all(store.interview(second_access.interview_id).person_id, worker)
    assert refused(store, second) == "revoked"
    assert refused(store, "CDF347HJK") == "wrong"


def test_coming_back_with_the_number_or_the_code(store: Store, worker: str, row: str) -> None:
    access, code = store.issue_code(row, worker)
    with pytest.raises(PinWrong):
        store.come_back(code, PIN)
    first = store.choose_pin(access.id, PIN)
    second = store.come_back(in_groups(access.number), PIN)
    # One screen at a time.
    assert store.session(first) is None
    assert store.session(second) is not None
    third = store.come_back(code.lower(), "٤٨٢٧")
    assert store.session(second) is None
    found = store.session(third)
    assert found is not None
    assert found.interview_id == row
    with pytest.raises(PinWrong):
        store.come_back("999999", PIN)


def test_five_wrong_pins_lock_until_there_is_a_new_code(store: Store, worker: str, row: str, clock: Clock) -> None:
    access, code = store.issue_code(row, worker)
    token = store.choose_pin(access.id, PIN)
    for _ in range(4):
        with pytest.raises(PinWrong):
            store.come_back(access.number, "5930")
    # A right one in between begins the count anew.
    token = store.come_back(access.number, PIN)
    for _ in range(4):
        with pytest.raises(PinWrong):
            store.unlock_session(token, "5930")
    with pytest.raises(PinLocked):
        store.unlock_session(token, "5930")
    assert store.session(token) is None
    for who in (access.number, code):
        with pytest.raises(PinLocked):
            store.come_back(who, PIN)
    with pytest.raises(PinLocked):
        store.check_code(code)
    assert store.access(access.id).state(clock()) == "locked"
    assert "kiosk PIN locked" in [line.what for line in store.audit_rows()]
    clock.forward(days=2)
    with pytest.raises(PinLocked):
        store.come_back(access.number, PIN)
    again, _ = store.issue_code(row, worker)
    assert store.session(store.choose_pin(again.id, "7391")) is not None
    with pytest.raises((PinWrong, PinLocked)):
        store.come_back(access.number, PIN)


def test_a_new_code_ends_what_the_old_one_opened(store: Store, worker: str, row: str) -> None:
    old, _ = store.issue_code(row, worker)
    token = store.choose_pin(old.id, PIN)
    new, _ = store.issue_code(row, worker)
    # The person may go on until somebody has used the new one.
    assert store.session(token) is not None
    store.choose_pin(new.id, "7391")
    assert store.session(token) is None
    with pytest.raises(PinWrong):
        store.come_back(old.number, PIN)
    other = begin(store, 2).id
    third, _ = store.issue_code(other, worker)
    store.choose_pin(third.id, PIN)
    assert store.access(new.id).revoked_at is None


def test_a_page_that_rests_too_long_locks(store: Store, worker: str, row: str, clock: Clock) -> None:
    access, _ = store.issue_code(row, worker)
    token = store.choose_pin(access.id, PIN)
    store.rests_at(token, row, 180, opened=True)
    for _ in range(5):
        clock.forward(seconds=170)
        found = store.session(token)
        assert found is not None
        assert (found.locked, found.opened, found.idle_seconds) == (False, True, 180)
    clock.forward(seconds=180 + GRACE.total_seconds())
    found = store.session(token)
    assert found is not None
    assert (found.locked, found.opened) == (True, False)
    store.unlock_session(token, PIN)
    found = store.session(token)
    assert found is not None
    assert not found.locked
    store.lock_session(token)
    clock.forward(minutes=31)
    assert store.session(token) is None


def test_a_worker_s_own_session_opens_with_the_password(store: Store, worker: str) -> None:
    token = store.start_session(worker)
    store.lock_session(token)
    with pytest.raises(SignInFailed):
        store.unlock_session(token, "something else")
    store.unlock_session(token, PASSWORD)
    found = store.session(token)
    assert found is not None
    assert not found.locked


def test_a_tablet_is_handed_over_and_taken_back(store: Store, worker: str, row: str) -> None:
    mine = store.start_session(worker)
    theirs = store.hand_over(mine, row, "6294", worker)
    assert store.session(mine) is None
    session = store.session(theirs)
    assert session is not None
    assert (session.interview_id, session.user.roles) == (row, ("kiosk",))
    with pytest.raises(PinWrong):
        store.take_back(theirs, "1793")
    with pytest.raises(SignInFailed):
        store.take_back(theirs, "not the password")
    back = store.session(store.take_back(theirs, "6294"))
    assert back is not None
    assert (back.user.id, back.interview_id) == (worker, None)
    assert store.session(theirs) is None
    again = store.hand_over(store.start_session(worker), row, "6294", worker)
    assert store.session(store.take_back(again, PASSWORD)) is not None


def test_a_handed_tablet_after_five_wrong_pins_is_nobody_s(store: Store, worker: str, row: str) -> None:
    theirs = store.hand_over(store.start_session(worker), row, "6294", worker)
    for _ in range(4):
        with pytest.raises(PinWrong):
            store.take_back(theirs, "1793")
    with pytest.raises(PinLocked):
        store.take_back(theirs, "1793")
    assert store.session(theirs) is None
    # A person's own session is nothing to take back.
    access, _ = store.issue_code(row, worker)
    with pytest.raises(NotFound):
        store.take_back(store.choose_pin(access.id, PIN), PIN)


def test_what_helps_stays_with_the_interview(store: Store, worker: str, row: str) -> None:
    access, _ = store.issue_code(row, worker)
    store.adjust(access.id, frozenset({"more_time", "pictures"}))
    again, _ = store.issue_code(row, worker)
    assert again.adjust == {"pictures", "more_time"}
    with pytest.raises(BadInput):
        store.adjust(access.id, frozenset({"glitter"}))


def test_paper_is_asked_for_once(store: Store, worker: str, row: str) -> None:
    store.ask_for_paper(row)
    store.ask_for_paper(row)
    (asked,) = store.requests([row])
    assert (asked.kind, asked.done_at) == ("paper", None)
    store.request_done(asked.id, worker)
    store.request_done(asked.id, "somebody else")
    assert store.requests([row])[0].done_by == worker
    store.ask_for_paper(row)
    assert len(store.requests([row])) == 2


def test_the_prison_s_setting_is_among_the_facts(store: Store, row: str) -> None:
    assert store.state(row).settings == {"safety_at_kiosk": "yes"}
    prison = store.person(store.interview(row).person_id).prison
    store.put_settings(replace(store.settings(prison), safety_self_completion=False), by="test")
    assert store.state(row).settings == {"safety_at_kiosk": "no"}


def test_codes_can_be_read_out() -> None:
    seen = {new_code() for _ in range(200)}
    assert len(seen) == 200
    assert all(len(code) == CODE_LENGTH and set(code) <= set(LETTERS) for code in seen)
    assert not set(LETTERS) & set("AEIOU01L5S2Z8B6GVQ")
    assert in_groups("CDF347HJK") == "CDF 347 HJK"
    assert all(len(new_number()) == 6 for _ in range(50))


@given(st.text(LETTERS, min_size=CODE_LENGTH, max_size=CODE_LENGTH), st.lists(st.sampled_from(" -·\t"), max_size=9))
def test_a_code_is_read_however_it_is_typed(code: str, gaps: list[str]) -> None:
    typed = "".join(letter + gap for letter, gap in zip(code, [*gaps, *[""] * 9], strict=False))
    assert read_code(typed.lower()) == code


@given(st.text(max_size=200))
def test_anything_may_be_typed(typed: str) -> None:
    read_code(typed)
    read_figures(typed)
    try:
        pin = checked_pin(typed)
    except PinRefused:
        return
    assert pin.isascii()
    assert pin.isdigit()
    assert 4 <= len(pin) <= 6


@pytest.mark.parametrize("pin", ["0000", "1234", "4321", "123456", "987654", "1212", "252525", "123123", "7890", "٠٠٠٠"])
def test_pins_that_are_guessed_first_are_refused(pin: str) -> None:
    with pytest.raises(PinRefused) as caught:
        checked_pin(pin)
    assert caught.value.why == "easy"


@pytest.mark.parametrize("pin", ["", "123", "1234567", "12a4", "½½½½"])
def test_a_pin_is_four_to_six_figures(pin: str) -> None:
    with pytest.raises(PinRefused) as caught:
        checked_pin(pin)
    assert caught.value.why == "form"


def test_nobody_has_two_codes_or_two_pins(store: Store, worker: str, row: str, clock: Clock) -> None:
    other = store.start_interview(
        store.interview(row).person_id, kind="first", mode="kiosk", language="en", level="plain", by=worker, device="test"
    ).id
    unused, _ = store.issue_code(row, worker)
    used, _ = store.issue_code(other, worker)
    # A new code stops those that nobody has used, of whichever interview; a new PIN stops the one before.
    assert store.access(unused.id).state(clock()) == "revoked"
    first = store.choose_pin(used.id, PIN)
    new, _ = store.issue_code(row, worker)
    assert store.session(first) is not None
    second = store.choose_pin(new.id, "9147")
    assert (store.session(first), store.access(used.id).state(clock())) == (None, "revoked")
    with pytest.raises(PinWrong):
        store.come_back(used.number, PIN)
    # Somebody else's stay.
    elsewhere = begin(store, number=2).id
    theirs, _ = store.issue_code(elsewhere, worker)
    store.revoke_all(store.interview(row).person_id, worker)
    assert store.session(second) is None
    assert store.access(theirs.id).state(clock()) == "waiting"
