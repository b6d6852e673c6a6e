"""``bcst2 person``, ``purge``, ``backup`` and ``restore`` on real files: what they say, what they write, and what they refuse."""

from __future__ import annotations

import io
import json
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from bot import cli
from bot.casework.casework import Casework
from bot.settings import read_settings
from bot.store import Store, users
from bot.store.errors import NotFound
from bot.supervise import only_one
from tests.casework.making import Clock, interviewed, somebody, wording
from tests.plan.making import interview, plan_data

CLOSED, OPEN = "A0001AA", "A0002AA"
PRIVATE = {"safety_room": "private", "safety_gate": "now", "hurt_ever": "yes"}
Said = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a case whose time is over, and an open one."""
    home = tmp_path_factory.mktemp("made") / "home"
    (home / "keys").mkdir(mode=0o700, parents=True)
    clock = Clock()
    with (
        pytest.MonkeyPatch.context() as patch,
        Store.open(f"sqlite:///{home / 'bcst2.sqlite3'}", home / "keys" / "store.keys", create_keys=True, clock=clock) as store,
    ):
        patch.setattr(users, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        store.add_user("sam", "Sam Worker", ["worker"], "three random words", by="test")
        interviewed(store, somebody(1, said={"where_will_live": "nowhere", **PRIVATE}, release=clock.today))
        for alert in store.open_alerts():
            store.acknowledge_alert(alert.id, "sam")
        row = interviewed(store, somebody(2, said={"where_will_live": "nowhere"}))
        Casework(store, interview(), plan_data(), wording(), today=lambda: clock.today).ensure_plan(row.id, "sam")
    (home / "keys" / "session.key").write_text("a key")
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "home"
    shutil.copytree(made, copy)
    monkeypatch.setenv("BCST2_HOME", str(copy))
    for name in ("BCST2_DATABASE", "BCST2_KEYS"):
        monkeypatch.delenv(name, raising=False)
    # Ten years later, by the prison's own day.
    monkeypatch.setenv("BCST2_DEMO", "1")
    monkeypatch.setenv("BCST2_TODAY", "2036-11-23")
    return copy


def opened() -> Store:
    settings = read_settings()
    return Store.open(settings.database, settings.keys)


def there(number: str) -> bool:
    with opened() as store:
        try:
            return store.person_by_number(number) is not None
        except NotFound:
            return False


def last_line() -> str:
    with opened() as store:
        return store.audit_rows(1)[0].what


def run(capsys: Said, *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = cli.main(list(words))
    said = capsys.readouterr()
    return code, said.out, said.err


def test_everything_held_is_written_and_noted(home: Path, tmp_path: Path, capsys: Said) -> None:
    out = tmp_path / "held.zip"
    code, _, said = run(capsys, "person", "export", CLOSED.lower(), "--out", str(out))
    assert (code, last_line()) == (0, "exported everything held")
    assert "is NOT in this copy" in said
    assert out.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(out) as file:
        data = json.loads(file.read("everything-held.json"))
    assert (data["private_included"], data["record"]["as_stored"]["prison_number"]) == (False, CLOSED)
    assert "hurt_ever" not in json.dumps(data)
    code, _, said = run(capsys, "person", "export", CLOSED, "--out", str(out), "--with-private")
    assert (code, last_line()) == (0, "exported everything held with private parts")
    assert "IS in this copy" in said
    with zipfile.ZipFile(out) as file:
        assert b"hurt_ever" in file.read("everything-held.json")


def test_a_purge_is_rehearsed_unless_it_is_meant(home: Path, capsys: Said) -> None:
    before = (home / "bcst2.sqlite3").read_bytes()
    for words in (("purge",), ("purge", "--rehearse")):
        code, counted, said = run(capsys, *words)
        assert code == 0
        assert "HMP Northmere: everything: " in counted and "of 1 person" in counted
        assert "1 open case would be over the time" in said and "this was a rehearsal" in said
    assert (home / "bcst2.sqlite3").read_bytes() == before
    code, done, said = run(capsys, "purge", "--do-it")
    assert (code, done) == (0, counted)
    assert "the database file was rewritten without it" in said and "backups" in said
    assert (there(CLOSED), there(OPEN)) == (False, True)
    assert CLOSED.encode() not in (home / "bcst2.sqlite3").read_bytes()
    code, again, said = run(capsys, "purge", "--do-it")
    assert (code, again) == (0, "") and "nothing was over its time" in said
    assert run(capsys, "audit", "verify")[0] == 0


def test_the_two_ways_of_a_purge_are_not_mixed(home: Path) -> None:
    with pytest.raises(SystemExit):
        cli.main(["purge", "--rehearse", "--do-it"])


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(f"{text}\n"))


def test_a_person_is_erased_when_the_number_is_typed(home: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, OPEN)
    code, _, said = run(capsys, "person", "erase", CLOSED, "--reason", "asked")
    assert (code, there(CLOSED)) == (2, True)
    assert "the record" in said and "that is not the number; nothing was erased" in said
    type_in(monkeypatch, CLOSED)
    code, _, said = run(capsys, "person", "erase", CLOSED, "--reason", "asked")
    assert (code, there(CLOSED), last_line()) == (0, False, "person erased: they asked for it")
    assert "backups made before still hold them" in said


def test_an_open_case_is_erased_only_when_that_is_said(home: Path, capsys: Said) -> None:
    code, _, said = run(capsys, "person", "erase", OPEN, "--reason", "order", "--yes")
    assert (code, there(OPEN)) == (2, True)
    assert "the case is open (a plan is active" in said
    assert run(capsys, "person", "erase", OPEN, "--reason", "order", "--yes", "--even-open")[0] == 0
    assert not there(OPEN)


BAD = [
    (("person", "export", "nobody", "--out", "x.zip"), "is not a prison number; write it as A1234BC"),
    (("person", "export", "Z9999ZZ", "--out", "x.zip"), "nobody here has this prison number"),
    (("person", "erase", "Z9999ZZ", "--reason", "asked"), "nobody here has this prison number"),
    (("person", "erase", CLOSED, "--reason", "asked"), "there is no terminal to ask on; add --yes"),
    (("person", "export", CLOSED, "--out", "/no/such/place.zip"), "--out: its folder is not there"),
    (("backup", "/no/such/place"), "its folder is not there"),
    (("restore", "/no/such/backup"), "cannot be read or written (No such file or directory); nothing was changed"),
]


@pytest.mark.parametrize(("words", "named"), BAD)
def test_a_mistake_is_one_line(
    home: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], named: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    code, _, said = run(capsys, *words)
    assert code == 2
    assert named in said.splitlines()[-1]
    assert "Traceback" not in said


def test_without_a_database_each_says_so(tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCST2_HOME", str(tmp_path / "none"))
    for words in (("purge",), ("backup", str(tmp_path / "b")), ("person", "export", CLOSED, "--out", str(tmp_path / "x.zip"))):
        code, _, said = run(capsys, *words)
        assert (code, "there is no database yet" in said) == (2, True)


def test_a_backup_gives_an_empty_home_everything_back(
    home: Path, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "backup.bcst2"
    code, _, said = run(capsys, "backup", str(out), "--with-keys")
    assert code == 0 and "the keys are in it: whoever has this file can read everything" in said
    assert "keep a copy of" in run(capsys, "backup", str(tmp_path / "without"))[2]
    monkeypatch.setenv("BCST2_HOME", str(tmp_path / "new"))
    code, _, said = run(capsys, "restore", str(tmp_path / "without"))
    assert code == 2 and "put the key file it was made with at" in said
    code, _, said = run(capsys, "restore", str(out))
    assert code == 0 and "2 people; the audit verifies" in said and "run bcst2 purge --rehearse" in said
    assert there(CLOSED) and there(OPEN)
    with opened() as store:
        assert store.check_password("sam", "three random words").display_name == "Sam Worker"
    assert (tmp_path / "new" / "keys" / "session.key").read_text() == "a key"
    assert run(capsys, "audit", "verify")[0] == 0


def test_a_running_or_newer_database_is_not_replaced_unasked(home: Path, tmp_path: Path, capsys: Said) -> None:
    out = tmp_path / "backup.bcst2"
    run(capsys, "backup", str(out))
    with only_one(home):
        code, _, said = run(capsys, "restore", str(out))
        assert code == 2 and "the assistant is running here; stop it first" in said
    run(capsys, "person", "erase", CLOSED, "--reason", "asked", "--yes")
    code, _, said = run(capsys, "restore", str(out))
    assert code == 2 and "has been used since this backup" in said and "--force" in said
    with only_one(home):
        code, _, said = run(capsys, "restore", str(out), "--force")
    assert code == 0 and "restart the assistant now" in said
    # Who was erased since is not brought back.
    assert "1 people who had been erased since were erased again" in said or "erased again" in said
    assert (there(CLOSED), there(OPEN)) == (False, True)
    assert "bcst2-before-restore-" in said


def test_a_restore_says_what_the_backup_does_not_know(home: Path, tmp_path: Path, capsys: Said) -> None:
    out = tmp_path / "backup.bcst2"
    run(capsys, "backup", str(out))
    assert run(capsys, "users", "disable", "sam")[0] == 0
    code, _, said = run(capsys, "restore", str(out), "--force")
    assert code == 0 and "look at each of these (bcst2 users list): sam was disabled here" in said
    assert "codes that nobody had used are stopped" in said and "is damaged" not in said
    run(capsys, "person", "erase", CLOSED, "--reason", "asked", "--yes")
    (home / "bcst2.sqlite3").write_bytes(b"This is not a database. " * 400)
    code, _, said = run(capsys, "restore", str(out), "--force")
    assert code == 0 and "who was erased here since the backup cannot be told for sure" in said
    assert "look for users disabled or changed since then" in said
    assert there(CLOSED)


def test_a_damaged_backup_changes_nothing(home: Path, tmp_path: Path, capsys: Said) -> None:
    out = tmp_path / "backup.bcst2"
    run(capsys, "backup", str(out))
    out.write_bytes(out.read_bytes()[:-500])
    before = (home / "bcst2.sqlite3").read_bytes()
    code, _, said = run(capsys, "restore", str(out), "--force")
    assert code == 2 and "is damaged or is no backup; nothing was changed" in said
    assert (home / "bcst2.sqlite3").read_bytes() == before


def test_with_postgresql_its_own_tools_are_named(tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCST2_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BCST2_DATABASE", "postgresql+psycopg://nobody@localhost:1/none")
    assert "pg_restore" in run(capsys, "restore", str(tmp_path / "x"))[2]
    assert "pg_dump" in run(capsys, "backup", str(tmp_path / "x"))[2]
