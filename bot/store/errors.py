"""What can go wrong in the store. Every message is one plain line that names what and the mend, without personal content."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class StoreError(Exception):
    """A failure of the store. Its text may be shown and logged: it holds nothing about a person."""


class BadInput(StoreError):
    """Something handed to the store cannot be stored."""


class NotFound(StoreError):
    """No row has this id."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: there is none with this id; go back to the list and choose again")


class ChangedMeanwhile(StoreError):
    """Somebody else took a step since the page was drawn; nothing was written."""

    def __init__(self, what: str = "plan") -> None:
        super().__init__(f"{what}: somebody has changed this since you opened it; nothing was saved, look at it again")


class AlreadyThere(StoreError):
    """Something that must be unique is there already."""


class StoreBusy(StoreError):
    """Another process holds the database; nothing was written."""


class StoreFull(StoreError):
    """The disk (or the database's limit) is full; nothing was written."""


class StoreDamaged(StoreError):
    """The database, or a row of it, cannot be read."""


class AuditBroken(StoreDamaged):
    """The audit was changed after it was written."""


class StoreUnreachable(StoreError):
    """The database cannot be opened or reached."""


class StoreTooNew(StoreError):
    """The database was written by a later version of the program."""


class StoreRefused(StoreError):
    """A rule of the database refused the change; nothing was written."""


class KeysError(StoreError):
    """The key file cannot be used."""


class KeysMissing(KeysError):
    """There is no key file."""


class KeysUnreadable(KeysError):
    """The key file cannot be read or written, or others can read it."""


class KeysMalformed(KeysError):
    """The key file does not hold keys."""


class KeysThere(KeysError):
    """A key file is there already and is not overwritten."""


class WrongKeys(KeysError):
    """The keys are not those the database was written with; nothing was written."""


class SignInFailed(StoreError):
    """The user name or the password is wrong, or the user is disabled: the caller cannot tell which."""

    def __init__(self) -> None:
        super().__init__("sign-in: the user name or the password is not right; try again")


class SignInLocked(StoreError):
    """Too many wrong passwords in a row; ``until`` (UTC) says when to try again."""

    def __init__(self, until: datetime) -> None:
        super().__init__("sign-in: too many wrong passwords; wait five minutes and try again")
        self.until = until


_BUSY = "database: another process is using it; nothing was written, try again"
_FULL = "database: the disk is full; nothing was written, free some space and try again"
_DAMAGED = "database: the file is damaged or is not a database; restore it from a backup"
_UNREACHABLE = "database: cannot be opened, read or written; check that it is there and that this user may write to it"
_REFUSED = "database: a rule of the database refused the change; nothing was written"

_SQLITE: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_BUSY: (StoreBusy, _BUSY),
    sqlite3.SQLITE_LOCKED: (StoreBusy, _BUSY),
    sqlite3.SQLITE_FULL: (StoreFull, _FULL),
    sqlite3.SQLITE_CORRUPT: (StoreDamaged, _DAMAGED),
    sqlite3.SQLITE_NOTADB: (StoreDamaged, _DAMAGED),
    sqlite3.SQLITE_FORMAT: (StoreDamaged, _DAMAGED),
    sqlite3.SQLITE_CANTOPEN: (StoreUnreachable, _UNREACHABLE),
    sqlite3.SQLITE_PERM: (StoreUnreachable, _UNREACHABLE),
    sqlite3.SQLITE_READONLY: (StoreUnreachable, _UNREACHABLE),
    sqlite3.SQLITE_IOERR: (StoreUnreachable, _UNREACHABLE),
    sqlite3.SQLITE_CONSTRAINT: (StoreRefused, _REFUSED),
}
# PostgreSQL's SQLSTATE codes, by the code and then by its first two characters (the class).
_SQLSTATE: dict[str, tuple[type[StoreError], str]] = {
    "55P03": (StoreBusy, _BUSY),
    "57014": (StoreBusy, _BUSY),
    "53100": (StoreFull, _FULL),
    "53300": (StoreBusy, _BUSY),
    "40": (StoreBusy, _BUSY),
    "XX": (StoreDamaged, _DAMAGED),
    "08": (StoreUnreachable, _UNREACHABLE),
    "28": (StoreUnreachable, _UNREACHABLE),
    "3D": (StoreUnreachable, _UNREACHABLE),
    "57": (StoreUnreachable, _UNREACHABLE),
    "23": (StoreRefused, _REFUSED),
    "P0": (StoreRefused, _REFUSED),
}


def translate(error: SQLAlchemyError | sqlite3.Error) -> StoreError:
    """The store's own error for one of SQLAlchemy or its drivers. What the driver said is left out: it may quote values."""
    if isinstance(error, PoolTimeout):
        return StoreBusy(_BUSY)
    cause = error.orig if isinstance(error, DBAPIError) else error
    kind: tuple[type[StoreError], str] | None = None
    if isinstance(cause, sqlite3.Error):
        # The low byte is the primary code; the rest says which variant.
        kind = _SQLITE.get((getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF)
    else:
        code = getattr(cause, "sqlstate", None) or ""
        kind = _SQLSTATE.get(code) or _SQLSTATE.get(code[:2])
        if kind is None and type(cause).__name__ in ("OperationalError", "ConnectionTimeout", "InterfaceError"):
            kind = (StoreUnreachable, _UNREACHABLE)
    if kind is None:
        return StoreError(f"database: it failed ({type(cause).__name__}); nothing was written, run bcst2 doctor")
    return kind[0](kind[1])


@contextmanager
def translated() -> Iterator[None]:
    """Turns errors of the database into the store's own; leaves other exceptions alone."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise translate(error) from None
    except UnicodeEncodeError:
        raise BadInput("text: it holds a character that cannot be stored; type it again") from None
