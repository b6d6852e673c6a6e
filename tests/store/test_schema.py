from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from bot.store import Store
from bot.store.errors import StoreTooNew
from bot.store.models import Base
from tests.store.making import make_record

ROOT = Path(__file__).resolve().parents[2]


def test_the_migrations_make_what_the_models_say(store: Store) -> None:
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata) == []


def test_opening_again_changes_nothing(lite: Store, sqlite_url: str, file: Path, keys: Path) -> None:
    lite.add_person(make_record(), by="worker")
    lite.close()
    before = file.read_bytes()
    with Store.open(sqlite_url, keys) as again:
        assert again.count_people() == 1
    assert file.read_bytes() == before


def test_a_database_of_a_later_version_is_left_alone(lite: Store, sqlite_url: str, keys: Path) -> None:
    with lite.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreTooNew, match="a later version"):
        Store.open(sqlite_url, keys)


def test_processes_can_start_at_once(url: str, keys: Path) -> None:
    opening = f"Store.open({url!r}, Path({str(keys)!r}), create_keys=True).close()"
    command = [sys.executable, "-c", f"from pathlib import Path; from bot.store import Store; {opening}"]
    running = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [(process.communicate()[1], process.returncode) for process in running] == [("", 0)] * 3
    with Store.open(url, keys) as store, store.read() as session:
        assert session.scalar(text("SELECT count(*) FROM key_check")) == 1
