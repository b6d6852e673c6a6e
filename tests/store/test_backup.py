"""A backup while others write, and a restore: on an empty home, over what is here, of an old one, and of a damaged one."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from bot.interview.answers import Answer
from bot.store import Store, StoreError
from bot.store.backup import DATABASE, KEYS, MANIFEST, SESSION_KEY, BackupRefused, make_backup, read_manifest
from bot.store.database import MIGRATIONS, make_engine, utc_now
from bot.store.errors import StoreUnreachable
from bot.store.keys import create_keys, rotate
from bot.store.private import OpenParts
from bot.store.restoring import Restored, restore
from tests.store.making import begin, make_record, say

NOTHING = OpenParts(frozenset(), frozenset(), frozenset(), frozenset())


def erase(store: Store, person_id: str) -> None:
    store.erase_person(person_id, NOTHING, "restore", "again")


def back(path: Path, home: Path, force: bool = False) -> Restored:
    """Restore into a home."""
    return restore(path, address(home), home / "keys" / "store.keys", "restore", utc_now, erase, force)


def address(home: Path) -> str:
    return f"sqlite:///{home / 'bcst2.sqlite3'}"


def opened(home: Path) -> Store:
    return Store.open(address(home), home / "keys" / "store.keys")


def contents(home: Path) -> dict[str, bytes]:
    """Every file of a home but SQLite's own companions."""
    return {
        str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file() and "-shm" not in path.name
    }


@pytest.fixture
def backup(lite: Store, tmp_path: Path) -> Path:
    """A backup with its keys, of one interview with one answer."""
    (lite.cipher.path.parent / SESSION_KEY).write_text("a session key")
    interview = begin(lite)
    lite.take_turn(interview.id, "t1", say(Answer("q", text="zanzibar")))
    out = tmp_path / "backup.bcst2"
    make_backup(lite, out, "1.0", "test", with_keys=True)
    return out


def test_a_backup_says_what_it_is_and_is_private(lite: Store, backup: Path, tmp_path: Path) -> None:
    manifest = read_manifest(backup)
    assert (manifest.people, manifest.head[0], manifest.with_keys, manifest.program) == (1, 2, True, "1.0")
    assert backup.stat().st_mode & 0o777 == 0o600
    assert lite.audit_rows(1)[0].what == "backup made with keys"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".bcst2")] == []
    make_backup(lite, backup, "1.0", "test")
    with zipfile.ZipFile(backup) as file:
        assert set(file.namelist()) == {MANIFEST, DATABASE, SESSION_KEY}
        assert b"zanzibar" not in file.read(DATABASE)


def test_an_empty_home_gets_a_working_system(backup: Path, tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    done = back(backup, home)
    assert (done.people, done.lines, done.keys_written, done.kept_aside, done.erased_again) == (1, 3, True, None, 0)
    assert (home / "keys" / SESSION_KEY).read_text() == "a session key"
    assert {path.stat().st_mode & 0o777 for path in home.rglob("*") if path.is_file()} == {0o600}
    assert {path.name for path in home.iterdir()} == {"bcst2.sqlite3", "keys"}
    with opened(home) as store:
        interview = store.interviews_of(store.person_by_number("A0001ZZ").id)[0]
        assert store.state(interview.id).answers["q"].text == "zanzibar"
        store.take_turn(interview.id, "t2", say(Answer("q2", text="goes on")))
        assert store.audit_rows(1, before=4)[0].what == "restored from a backup"
        store.check()


def test_a_backup_is_whole_while_others_write(lite: Store, tmp_path: Path) -> None:
    interview, stop = begin(lite), threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            lite.take_turn(interview.id, f"t{number}", say(Answer("q", text=str(number)), state="open"))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            make_backup(lite, tmp_path / f"{number}.bcst2", "1.0", "test", with_keys=True)
    finally:
        stop.set()
        writer.join()
    for number in range(3):
        back(tmp_path / f"{number}.bcst2", tmp_path / f"home{number}")
        with opened(tmp_path / f"home{number}") as store:
            assert all(store.turn(interview.id, row.turn_id or "") for row in store.history(interview.id))


def test_keys_that_were_kept_elsewhere_are_asked_for(lite: Store, keys: Path, tmp_path: Path) -> None:
    begin(lite)
    out, home = tmp_path / "backup.bcst2", tmp_path / "new"
    make_backup(lite, out, "1.0", "test")
    with pytest.raises(BackupRefused, match="put the key file it was made with at"):
        back(out, home)
    (home / "keys").mkdir()
    create_keys(home / "keys" / "store.keys")
    with pytest.raises(BackupRefused, match="does not fit the backup; put the key file"):
        back(out, home, force=True)
    shutil.copy(keys, home / "keys" / "store.keys")
    assert not back(out, home).keys_written
    assert not [path for path in home.iterdir() if path.name.startswith(".bcst2")]


def test_a_later_key_file_that_still_opens_it_stays(lite: Store, backup: Path, keys: Path, file: Path) -> None:
    rotate(lite, keys)
    before = keys.read_bytes()
    lite.close()
    done = restore(backup, f"sqlite:///{file}", keys, "restore", utc_now, erase, force=True)
    assert not done.keys_written
    assert keys.read_bytes() == before


def test_what_is_here_and_not_in_the_backup_is_not_lost(lite: Store, backup: Path, file: Path, keys: Path) -> None:
    # The line that the backup itself was noted with came later than its copy.
    home_url, before = f"sqlite:///{file}", lite.audit_head()
    with pytest.raises(BackupRefused, match="has been used since this backup"):
        restore(backup, home_url, keys, "restore", utc_now, erase)
    assert lite.audit_head() == before
    lite.add_person(make_record(2), by="worker")
    done = restore(backup, home_url, keys, "restore", utc_now, erase, force=True)
    assert done.kept_aside is not None
    # A process that has the file open goes on with what is there now.
    assert lite.count_people() == 1
    lite.add_person(make_record(3), by="worker")
    lite.check()
    with Store.open(f"sqlite:///{done.kept_aside}", keys) as aside:
        assert aside.count_people() == 2


def test_another_database_is_not_replaced_unasked(backup: Path, tmp_path: Path) -> None:
    home = tmp_path / "other"
    with Store.open(address(home), home / "keys" / "store.keys", create_keys=True) as store:
        store.add_person(make_record(7), by="worker")
    before = contents(home)
    with pytest.raises(BackupRefused, match="is not the one that this backup was made of"):
        back(backup, home)
    assert contents(home) == before
    done = back(backup, home, force=True)
    assert done.keys_written
    assert len(list((home / "keys").glob("store.keys-before-restore-*"))) == 1
    with opened(home) as store:
        assert [person.prison_number for person in store.people()] == ["A0001ZZ"]


def test_who_was_erased_since_is_erased_again(lite: Store, backup: Path, file: Path, keys: Path) -> None:
    person = lite.person_by_number("A0001ZZ").id
    lite.erase_person(person, NOTHING, "test", "they asked for it")
    lite.close()
    done = restore(backup, f"sqlite:///{file}", keys, "restore", utc_now, erase, force=True)
    assert (done.people, done.erased_again) == (0, 1)


def spoil_byte(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def other_head(path: Path) -> None:
    """A backup whose database was changed and whose manifest was made to fit."""
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    manifest = json.loads(parts[MANIFEST])
    manifest["files"][DATABASE] = "0" * 64
    with zipfile.ZipFile(path, "w") as file:
        for name, content in {**parts, MANIFEST: json.dumps(manifest).encode()}.items():
            file.writestr(name, content)


def rewritten(change: Callable[[dict[str, bytes]], None]) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        with zipfile.ZipFile(path) as file:
            parts = {name: file.read(name) for name in file.namelist()}
        change(parts)
        with zipfile.ZipFile(path, "w") as file:
            for name, content in parts.items():
                file.writestr(name, content)

    return spoil


SPOILT: dict[str, Callable[[Path], object]] = {
    "nothing": lambda path: path.write_bytes(b""),
    "another file": lambda path: path.write_bytes(b"not a backup " * 100),
    "a byte": lambda path: path.write_bytes(spoil_byte(path.read_bytes())),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-200]),
    "cut in half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "a wrong digest": other_head,
    "no database": rewritten(lambda parts: parts.pop(DATABASE)),
    "no manifest": rewritten(lambda parts: parts.pop(MANIFEST)),
    "a manifest that is none": rewritten(lambda parts: parts.update({MANIFEST: b"[1]"})),
    "a manifest without digests": rewritten(lambda parts: parts.update({MANIFEST: b'{"format": "bcst2 backup", "version": 1}'})),
    "a path out of the folder": rewritten(
        lambda parts: parts.update({MANIFEST: parts[MANIFEST].replace(b'"session.key"', b'"../session.key"')})
    ),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_damaged_backup_is_one_line_and_changes_nothing(backup: Path, tmp_path: Path, how: str) -> None:
    home = tmp_path / "there"
    back(backup, home)
    before = contents(home)
    SPOILT[how](backup)
    with pytest.raises(BackupRefused, match="is damaged or is no backup; nothing was changed") as caught:
        back(backup, home, force=True)
    assert "\n" not in str(caught.value)
    assert contents(home) == before
    with opened(home) as store:
        store.check()


def test_a_backup_whose_audit_was_changed_is_not_put_back(lite: Store, tmp_path: Path) -> None:
    begin(lite)
    with lite.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_kept"))
        connection.execute(text("UPDATE audit SET who = 'nobody' WHERE id = 1"))
    out = tmp_path / "backup.bcst2"
    make_backup(lite, out, "1.0", "test", with_keys=True)
    with pytest.raises(StoreError, match="line 1 was changed"):
        back(out, tmp_path / "new")
    assert not (tmp_path / "new" / "bcst2.sqlite3").exists()


def test_a_damaged_database_is_replaced_when_told_to(backup: Path, tmp_path: Path) -> None:
    home = tmp_path / "there"
    back(backup, home)
    (home / "bcst2.sqlite3").write_bytes(b"This is not a database. " * 400)
    with pytest.raises(BackupRefused, match="the one that is here is damaged; add --force"):
        back(backup, home)
    assert back(backup, home, force=True).kept_aside is not None
    with opened(home) as store:
        assert store.count_people() == 1
        store.check()


def newest(store: Store) -> str | None:
    with store.read() as session:
        return session.scalar(text("SELECT version_num FROM alembic_version"))


def old_database(file: Path, keys: Path, revision: str) -> None:
    """A database as an earlier version of the program left it, with a person."""
    create_keys(keys)
    engine = make_engine(f"sqlite:///{file}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.execution_options(write=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


@pytest.mark.parametrize("revision", ["0002", "0005", "0007", "0008", "0009", "0010"])
def test_an_old_backup_is_brought_up_to_date(tmp_path: Path, revision: str) -> None:
    old, keys = tmp_path / "old.sqlite3", tmp_path / "old.keys"
    old_database(old, keys, revision)
    with Store.open(f"sqlite:///{old}", keys) as store:
        head = newest(store)
        begin(store)
        out = tmp_path / "backup.bcst2"
        make_backup(store, out, "0.9", "test", with_keys=True)

    def older(parts: dict[str, bytes]) -> None:
        # As the program of that time would have made it: with its own schema.
        plain = tmp_path / "plain.sqlite3"
        (tmp_path / "plain.keys").unlink(missing_ok=True)
        old_database(plain, tmp_path / "plain.keys", revision)
        parts[DATABASE] = plain.read_bytes()
        parts[KEYS] = (tmp_path / "plain.keys").read_bytes()
        manifest = json.loads(parts[MANIFEST])
        manifest["schema"], manifest["people"] = revision, 0
        manifest["files"] = {name: hashlib.sha256(parts[name]).hexdigest() for name in (DATABASE, KEYS)}
        parts[MANIFEST] = json.dumps(manifest).encode()

    rewritten(older)(out)
    assert read_manifest(out).schema == revision
    back(out, tmp_path / "new")
    with opened(tmp_path / "new") as store:
        assert newest(store) == head
        store.check()


def test_a_backup_of_a_later_version_is_refused(lite: Store, tmp_path: Path) -> None:
    with lite.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    out = tmp_path / "backup.bcst2"
    make_backup(lite, out, "9.0", "test", with_keys=True)
    with pytest.raises(StoreError, match="a later version of the program"):
        back(out, tmp_path / "new")
    rewritten(lambda parts: parts.update({MANIFEST: parts[MANIFEST].replace(b'"version": 1', b'"version": 2')}))(out)
    with pytest.raises(BackupRefused, match="a later version of the program has made it"):
        back(out, tmp_path / "new")


def test_another_database_than_sqlite_has_its_own_tools(backup: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match="pg_restore"):
        restore(backup, "postgresql+psycopg://nobody@localhost/x", tmp_path / "keys", "restore", utc_now, erase)
