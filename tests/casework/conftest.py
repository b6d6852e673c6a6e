from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.casework.casework import Casework
from bot.store import Store
from tests.casework.making import Clock, make_casework
from tests.store.conftest import BACKENDS, empty_postgres


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database and its keys, made once."""
    home = tmp_path_factory.mktemp("empty")
    Store.open(f"sqlite:///{home / 'database'}", home / "keys", create_keys=True).close()
    return home


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, empty_store: Path, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """An empty store: on SQLite, and on PostgreSQL where there is one for tests."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    if request.param == "sqlite":
        for name in ("database", "keys"):
            shutil.copy(empty_store / name, home / name)
    url = f"sqlite:///{home / 'database'}" if request.param == "sqlite" else empty_postgres()
    with Store.open(url, home / "keys", create_keys=True, clock=clock) as store:
        yield store


@pytest.fixture
def casework(store: Store, clock: Clock) -> Casework:
    return make_casework(store, clock)
