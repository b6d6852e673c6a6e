"""PostgreSQL runs the other tests of this directory too, beside SQLite, where there is a database for it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from bot.store import Store
from tests.store.conftest import POSTGRES
from tests.store.making import Clock, begin


@pytest.mark.skipif(not POSTGRES, reason="PostgreSQL: set BCST2_TEST_POSTGRES to the address of a database whose name ends in test")
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_postgresql_is_really_used(store: Store, clock: Clock) -> None:
    begin(store)
    with store.read() as session:
        assert "PostgreSQL" in str(session.scalar(text("SELECT version()")))
        assert session.scalar(text("SHOW transaction_isolation")) == "repeatable read"
        assert session.scalar(text("SHOW lock_timeout")) == "5s"
