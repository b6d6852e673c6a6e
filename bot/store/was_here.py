"""What the database that is here knows and a backup of before does not: who was erased, what was stopped, who may do what.

It is read as it stands, without its keys and without bringing it up to date: nothing here is changed by looking.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.store.erasing import ALTOGETHER, WHOLE
from bot.store.users import KIOSK_NAME

# How the access of a user differed here.
DISABLED, ENABLED, ROLES, PASSWORD, GONE, NEW = (
    "was disabled here",
    "was not disabled here",
    "had other roles or prisons here",
    "had another password here",
    "was not a user here",
    "was a user here, and is none now",
)
Rows = list[tuple[Any, ...]]
_USERS = "SELECT id, username, disabled, roles, prisons, password FROM users"


@dataclass(frozen=True, slots=True)
class Here:
    """What stands here. ``damaged``: more people may have been erased than ``erased`` says. ``users``: None where nobody knows."""

    erased: tuple[str, ...] = ()
    stopped: frozenset[str] = frozenset()
    users: dict[str, tuple[Any, ...]] | None = field(default=None)
    damaged: bool = False


def look_here(file: Path, line: int) -> Here:
    """What happened here after a line of the audit, as far as the file can be read."""
    with _opened(file) as connection:
        whole = _rows(connection, "PRAGMA quick_check(1)") == [("ok",)]
        said = "SELECT subjects FROM audit WHERE id > ? AND (what LIKE ? OR what = ?) ORDER BY id"
        erased = _rows(connection, said, (line, f"{WHOLE}: %", ALTOGETHER))
        stopped = _rows(connection, "SELECT id FROM kiosk_access WHERE revoked_at IS NOT NULL OR locked_at IS NOT NULL")
        users = _rows(connection, _USERS)
    return Here(
        erased=tuple(json.loads(subjects)[0] for (subjects,) in erased or ()),
        stopped=frozenset(name for (name,) in stopped or ()),
        users=None if users is None else _by_id(users),
        damaged=not whole or erased is None,
    )


def other_access(here: Here, file: Path) -> tuple[tuple[str, str], ...]:
    """The users whose access in another database file is not what it was here, by name, each with how it was."""
    if here.users is None:
        return ()
    with _opened(file) as connection:
        now = _by_id(_rows(connection, _USERS) or [])
    found = []
    for name in {**here.users, **now}:
        before, after = here.users.get(name), now.get(name)
        how = _difference(before, after)
        if how:
            found.append((str((after or before or ("",))[0]), how))
    return tuple(sorted(found))


def _difference(before: tuple[Any, ...] | None, after: tuple[Any, ...] | None) -> str:
    if before is None or after is None:
        return GONE if before is None else NEW
    if before[1] != after[1]:
        return DISABLED if before[1] else ENABLED
    if before[2:4] != after[2:4]:
        return ROLES
    return PASSWORD if before[4] != after[4] else ""


def _by_id(rows: Rows) -> dict[str, tuple[Any, ...]]:
    return {str(row[0]): row[1:] for row in rows if row[1] != KIOSK_NAME}


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{file}?mode=rw", uri=True)
    try:
        yield connection
    finally:
        connection.close()


def _rows(connection: sqlite3.Connection, query: str, given: tuple[Any, ...] = ()) -> Rows | None:
    """What a query finds; None where the file is damaged there, or of a time that had no such table or column."""
    with suppress(sqlite3.Error):
        return connection.execute(query, given).fetchall()
    return None
