"""``bcst2 users`` and ``bcst2 audit``: the first account, and whether the audit verifies."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from bot import cli
from bot.settings import read_settings
from bot.store import Store, users
from bot.store.errors import SignInFailed

Said = pytest.CaptureFixture[str]
WORDS = "three quiet words"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BCST2_HOME", str(tmp_path / "home"))
    for name in ("BCST2_DATABASE", "BCST2_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(users, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    return tmp_path / "home"


def opened() -> Store:
    settings = read_settings()
    return Store.open(settings.database, settings.keys)


def run(monkeypatch: pytest.MonkeyPatch, *words: str, password: str = WORDS) -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
    return cli.main(list(words))


def add(monkeypatch: pytest.MonkeyPatch, name: str = "jo", **more: str) -> int:
    return run(monkeypatch, "users", "add", name, "--name", "Jo", "--role", "administrator", "--password-stdin", **more)


def test_the_first_account_makes_the_database(monkeypatch: pytest.MonkeyPatch, capsys: Said, home: Path) -> None:
    assert cli.main(["users", "list"]) == 2
    assert "there is no database yet" in capsys.readouterr().err
    assert add(monkeypatch) == 0
    assert "jo can sign in (administrator; all prisons)" in capsys.readouterr().err
    with opened() as store:
        assert store.check_password("jo", WORDS).roles == ("administrator",)
    assert cli.main(["users", "list"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(user["username"], user["roles"], user["prisons"]) for user in found] == [("jo", ["administrator"], [])]
    assert (home / "bcst2.sqlite3").stat().st_mode & 0o077 == 0


def test_roles_prisons_passwords_and_disabling(monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    add(monkeypatch)
    assert run(monkeypatch, "users", "roles", "jo", "worker", "manager") == 0
    assert run(monkeypatch, "users", "prisons", "jo", "HMP Northmere (made-up)") == 0
    assert run(monkeypatch, "users", "password", "jo", "--password-stdin", password="other quiet words") == 0
    with opened() as store:
        user = store.check_password("jo", "other quiet words")
        assert (user.roles, user.prisons) == (("worker", "manager"), ("HMP Northmere (made-up)",))
    assert run(monkeypatch, "users", "disable", "jo") == 0
    with opened() as store, pytest.raises(SignInFailed):
        store.check_password("jo", "other quiet words")
    assert run(monkeypatch, "users", "enable", "jo") == 0
    with opened() as store:
        assert store.check_password("jo", "other quiet words")
    assert WORDS not in capsys.readouterr().err


BAD: list[tuple[list[str], str, str]] = [
    (["add", "jo2", "--role", "king", "--password-stdin"], WORDS, "there is no role of that name"),
    (["add", "jo2", "--password-stdin"], WORDS, "--role"),
    (["add", "jo2", "--role", "worker"], WORDS, "use --password-stdin"),
    (["add", "jo2", "--role", "worker", "--password-stdin"], "short", "12 to 1024"),
    (["add", "jo2", "--role", "worker", "--password-stdin"], "Password123456!", "many people use"),
    (["add", "jo", "--role", "worker", "--password-stdin"], WORDS, "it is taken"),
    (["roles", "nobody", "worker"], WORDS, "user: there is none"),
    (["password", "nobody", "--password-stdin"], WORDS, "user: there is none"),
]


@pytest.mark.parametrize(("words", "password", "named"), BAD)
def test_a_mistake_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: Said, words: list[str], password: str, named: str) -> None:
    add(monkeypatch)
    capsys.readouterr()
    assert run(monkeypatch, "users", *words, password=password) == 2
    said = capsys.readouterr().err.strip()
    assert named in said
    assert "\n" not in said
    assert password not in said


def test_a_password_is_no_argument() -> None:
    with pytest.raises(SystemExit):
        cli.main(["users", "add", "jo", "--role", "worker", "--password", WORDS])


def test_the_audit_verifies_and_finds_what_was_changed(monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    add(monkeypatch)
    add(monkeypatch, "second")
    assert cli.main(["audit", "verify"]) == 0
    assert "the audit verifies: 2 lines" in capsys.readouterr().err
    assert cli.main(["audit", "head"]) == 0
    head = capsys.readouterr().out.strip()
    assert cli.main(["audit", "verify", "--head", head]) == 0
    assert cli.main(["audit", "verify", "--head", "x"]) == 2
    assert cli.main(["audit", "show", "--what", "user added", "--limit", "1"]) == 0
    shown: Any = json.loads(capsys.readouterr().out)
    assert [line["line"] for line in shown] == [2]
    assert shown[0]["digest"] == head.split()[1]
    assert cli.main(["audit", "show", "--user", "jo", "--on", "2001-01-01"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    with opened() as store, store.engine.begin() as connection:
        for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'")).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("DELETE FROM audit WHERE id = 2"))
    assert cli.main(["audit", "verify"]) == 0
    assert cli.main(["audit", "verify", "--head", head]) == 2
    assert "lines are missing after line 1" in capsys.readouterr().err
