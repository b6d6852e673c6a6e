"""A restore over what is here: what the backup does not know of, and a database that cannot be replaced just now."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bot.store import Store, restoring
from bot.store.backup import make_backup
from bot.store.database import utc_now
from bot.store.errors import StoreBusy, StoreFull
from bot.store.kiosk_types import CodeRefused, PinWrong
from bot.store.restoring import Restored, restore
from bot.store.was_here import DISABLED, NEW, PASSWORD, ROLES, look_here
from tests.store.making import PASSWORD as WORDS
from tests.store.making import begin, make_record
from tests.store.test_backup import NOTHING, address, back, contents, erase, opened
from tests.store.test_backup import backup as backup

PIN = "4827"


def over(file: Path, keys: Path, path: Path) -> Restored:
    """Restore over the database of the test."""
    return restore(path, f"sqlite:///{file}", keys, "restore", utc_now, erase, force=True)


def test_who_may_sign_in_otherwise_than_here_is_named(
    lite: Store, file: Path, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ann", "bob", "cat", "dan"):
        lite.add_user(name, name.title(), ["worker"], WORDS, by="test")
    lite.kiosk_user()
    out = tmp_path / "a.bcst2"
    make_backup(lite, out, "1.0", "test")
    lite.disable_user("ann", True, by="test")
    lite.set_password("bob", "three other words", by="test")
    lite.set_access("cat", ["manager"], [], by="test")
    lite.add_user("eve", "Eve", ["worker"], WORDS, by="test")
    lite.close()
    done = over(file, keys, out)
    assert done.access == (("ann", DISABLED), ("bob", PASSWORD), ("cat", ROLES), ("eve", NEW))
    assert not done.unread
    monkeypatch.setattr(restoring, "_stamp", lambda: "later")
    assert over(file, keys, out).access == ()


def test_what_opened_something_opens_nothing_after_a_restore(lite: Store, file: Path, keys: Path, tmp_path: Path) -> None:
    worker = lite.add_user("worker", "A worker", ["worker"], WORDS, by="test").id
    rows = [begin(lite, number).id for number in (1, 2, 3)]
    unused, code = lite.issue_code(rows[0], worker)
    stopped, kept = (lite.issue_code(row, worker)[0] for row in rows[1:])
    for access in (stopped, kept):
        lite.choose_pin(access.id, PIN)
    token = lite.start_session(worker)
    out = tmp_path / "a.bcst2"
    make_backup(lite, out, "1.0", "test")
    lite.revoke_all(lite.interview(rows[1]).person_id, worker)
    lite.close()
    over(file, keys, out)
    with Store.open(f"sqlite:///{file}", keys) as store:
        assert store.session(token) is None
        with pytest.raises(CodeRefused):
            store.check_code(code)
        with pytest.raises(PinWrong):
            store.come_back(stopped.number, PIN)
        # What nobody had stopped is as it was: the person comes back with their PIN.
        assert store.session(store.come_back(kept.number, PIN)) is not None
        assert store.access(unused.id).revoked_at is not None
        store.check()


def test_a_damaged_database_does_not_hide_who_was_erased(lite: Store, backup: Path, file: Path, keys: Path) -> None:
    lite.erase_person(lite.person_by_number("A0001ZZ").id, NOTHING, "test", "they asked for it")
    lite.close()
    spoil_all_but_the_beginning(file)
    done = over(file, keys, backup)
    # They may be back: it says so.
    assert (done.people, done.unread) == (1, True)


def test_who_was_erased_is_found_without_the_keys_that_fit(lite: Store, backup: Path, file: Path, keys: Path) -> None:
    person = lite.person_by_number("A0001ZZ").id
    lite.erase_person(person, NOTHING, "test", "they asked for it")
    lite.close()
    keys.unlink()
    done = over(file, keys, backup)
    assert (done.people, done.erased_again, done.keys_written, done.unread) == (0, 1, True, False)


def spoil_all_but_the_beginning(file: Path) -> None:
    data = bytearray(file.read_bytes())
    for start in range(4096 * 3, len(data), 4096):
        data[start : start + 64] = b"\xff" * 64
    file.write_bytes(bytes(data))
    for companion in file.parent.glob(f"{file.name}-*"):
        companion.unlink()


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A home with another database and keys of its own."""
    home = tmp_path / "other"
    with Store.open(address(home), home / "keys" / "store.keys", create_keys=True) as store:
        store.add_person(make_record(7), by="worker")
    return home


def test_a_database_that_is_held_keeps_its_keys(backup: Path, other: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restoring, "LOCK_SECONDS", 0.3)
    before = contents(other)
    holder = sqlite3.connect(other / "bcst2.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreBusy, match="nothing was changed, stop the assistant"):
            back(backup, other, force=True)
        # Also where it is taken just after it was looked at.
        monkeypatch.setattr(restoring, "_be_free", lambda file: None)
        with pytest.raises(StoreBusy, match="nothing was changed, stop the assistant"):
            back(backup, other, force=True)
    finally:
        holder.close()
    assert {name: content for name, content in contents(other).items() if "-wal" not in name} == before
    with opened(other) as store:
        assert [person.prison_number for person in store.people()] == ["A0007ZZ"]


def test_a_full_disk_leaves_the_keys_as_they_were(backup: Path, other: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StoreFull("database: the disk is full; nothing was written, free some space and try again")

    before = contents(other)
    monkeypatch.setattr(restoring, "_overwrite", full)
    with pytest.raises(StoreFull):
        back(backup, other, force=True)
    assert {name: content for name, content in contents(other).items() if "-wal" not in name} == before
    monkeypatch.undo()
    assert back(backup, other, force=True).keys_written


def test_looking_changes_nothing_and_needs_no_newest_schema(other: Path) -> None:
    file, before = other / "bcst2.sqlite3", contents(other)
    assert look_here(file, 0).users == {}
    assert {name: content for name, content in contents(other).items() if "-wal" not in name} == before
    connection = sqlite3.connect(file)
    connection.execute("DROP TABLE kiosk_access")
    connection.execute("ALTER TABLE users DROP COLUMN prisons")
    connection.commit()
    connection.close()
    found = look_here(file, 0)
    assert (found.erased, found.stopped, found.users, found.damaged) == ((), frozenset(), None, False)
