from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import create_engine, text

from bot.store import Store, users
from tests.store.making import Clock

POSTGRES = os.environ.get("BCST2_TEST_POSTGRES", "")
BACKENDS = ["sqlite", "postgresql"] if POSTGRES else ["sqlite"]


def empty_postgres() -> str:
    """The address of the PostgreSQL database for tests, emptied."""
    assert POSTGRES.split("?")[0].endswith("test"), "BCST2_TEST_POSTGRES: everything in it is dropped; its name must end in test"
    engine = create_engine(POSTGRES)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return POSTGRES


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that cost next to nothing to check."""
    monkeypatch.setattr(users, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "store.keys"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "bcst2.sqlite3"


@pytest.fixture
def sqlite_url(file: Path) -> str:
    return f"sqlite:///{file}"


@pytest.fixture(params=BACKENDS)
def url(request: pytest.FixtureRequest, sqlite_url: str) -> str:
    """The address of an empty database: of SQLite, and of PostgreSQL where there is one for tests."""
    return sqlite_url if request.param == "sqlite" else empty_postgres()


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An empty database and its keys, made once: making one takes most of a test's time."""
    home = tmp_path_factory.mktemp("empty")
    Store.open(f"sqlite:///{home / 'database'}", home / "keys", create_keys=True).close()
    return home / "database", home / "keys"


@pytest.fixture
def made(empty: tuple[Path, Path], file: Path, keys: Path) -> None:
    """A copy of the empty database, where ``sqlite_url`` and ``keys`` are."""
    for source, target in zip(empty, (file, keys), strict=True):
        target.parent.mkdir(mode=0o700)
        shutil.copy(source, target)


@pytest.fixture
def store(request: pytest.FixtureRequest, url: str, keys: Path, clock: Clock) -> Iterator[Store]:
    if url.startswith("sqlite"):
        request.getfixturevalue("made")
    with Store.open(url, keys, create_keys=True, clock=clock) as store:
        yield store


@pytest.fixture
def lite(made: None, sqlite_url: str, keys: Path, clock: Clock) -> Iterator[Store]:
    """A store on SQLite, for tests that look into its file."""
    with Store.open(sqlite_url, keys, create_keys=True, clock=clock) as store:
        yield store
