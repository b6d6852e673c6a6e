"""What doctor finds and what it makes of it."""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.commands import doctor
from bot.settings import Settings, read_settings
from bot.store.store import Store
from bot.supervise import only_one

HOLD = """
import pathlib, sys
from bot.supervise import only_one
with only_one(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    input()
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("BCST2_HOME", str(tmp_path / "home"))
    for name in ("BCST2_DATABASE", "BCST2_KEYS", "BCST2_HOST"):
        monkeypatch.delenv(name, raising=False)
    with socket.socket() as one, socket.socket() as two, socket.socket() as three:
        for name, free in zip(("BCST2_PORT", "BCST2_RASA_PORT", "BCST2_ACTIONS_PORT"), (one, two, three), strict=True):
            free.bind(("127.0.0.1", 0))
            monkeypatch.setenv(name, str(free.getsockname()[1]))
    return read_settings()


def states(settings: Settings) -> dict[str, str]:
    return {check.name: check.state for check in doctor.keys_and_database(settings)}


def opened(settings: Settings) -> None:
    settings.home.mkdir()
    Store.open(settings.database, settings.keys, create_keys=True).close()


def test_a_new_home_lacks_nothing_and_nothing_is_made(settings: Settings) -> None:
    assert states(settings) == {"database": "later", "keys": "later"}
    assert not settings.home.exists()


def test_a_used_home_is_well(settings: Settings) -> None:
    opened(settings)
    assert states(settings) == {"database": "ok", "keys": "ok"}


def test_lost_and_foreign_keys_stop_the_interview(settings: Settings) -> None:
    opened(settings)
    settings.keys.rename(settings.keys.with_suffix(".lost"))
    assert states(settings)["keys"] == "wrong"
    settings.keys.touch(mode=0o600)
    settings.keys.write_bytes(Fernet.generate_key())
    (check,) = [check for check in doctor.keys_and_database(settings) if check.name == "keys"]
    assert (check.state, check.stops) == ("wrong", True)
    assert "does not fit this database" in check.detail


def test_keys_that_others_can_read_are_wrong(settings: Settings) -> None:
    opened(settings)
    settings.keys.chmod(0o644)
    assert states(settings)["keys"] == "wrong"


def test_a_damaged_database_is_wrong_in_one_line(settings: Settings) -> None:
    settings.home.mkdir()
    (settings.home / "bcst2.sqlite3").write_bytes(b"no database at all" * 100)
    (check,) = doctor.keys_and_database(settings)
    assert check.stops
    assert "\n" not in check.detail


def test_a_taken_port_is_named_unless_it_is_ours(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", settings.rasa_port))
        taken.listen()
        check = doctor.ports(settings)
        assert check.stops
        assert check.detail == f"{settings.rasa_port} is in use (set BCST2_RASA_PORT)"
        settings.home.mkdir()
        holder = subprocess.Popen(
            [
                sys.executable,
                "-c",
                HOLD,
                str(settings.home),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=doctor.ROOT,
        )
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert doctor.ports(settings).state == "ok"
        holder.communicate(b"\n")
    assert doctor.ports(settings).state == "ok"


def test_a_lock_is_free_again_after_its_holder(settings: Settings) -> None:
    settings.home.mkdir()
    with only_one(settings.home):
        pass
    with only_one(settings.home):
        pass


def test_an_environment_that_is_not_as_locked_is_wrong(tmp_path: Path) -> None:
    site = tmp_path / "lib" / "python3.11" / "site-packages"
    info = site / "py_yaml-6.0.3.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: Py_YAML\nVersion: 6.0.3\n")
    lock = tmp_path / "lock.txt"
    lock.write_text("py-yaml==6.0.3 \\\n    --hash=sha256:0\ncolorama==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:0\n")
    assert doctor._differing(site, lock) == ([], [])
    lock.write_text("py-yaml==6.0.4 \\\n    --hash=sha256:0\nflask==3.0 \\\n    --hash=sha256:0\n")
    assert doctor._differing(site, lock) == (["flask"], ["py-yaml"])


@pytest.mark.parametrize(("model", "code"), [("bcst2-0.tar.gz", 0), (None, 1)])
def test_it_exits_by_whether_interviews_can_be_held(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    model: str | None,
    code: int,
) -> None:
    if model:
        (tmp_path / model).touch()
    monkeypatch.setattr(doctor, "current_model", lambda: tmp_path / model if model else None)
    assert doctor.run(argparse.Namespace(json=True)) == code
    said = json.loads(capsys.readouterr().out)
    assert said["works"] is (code == 0)
    assert {"name", "state", "detail", "cost", "needed"} <= set(said["checks"][0])
    # Whatever is missing says what that costs.
    assert all(check["cost"] for check in said["checks"] if check["state"] in ("missing", "wrong"))

    assert doctor.run(argparse.Namespace(json=False)) == code
    table = capsys.readouterr().out
    assert ("NO  model" in table) is (model is None)
