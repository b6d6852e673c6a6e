"""The engine, its transactions and the migrations: what every part of the store stands on."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from bot.store import models
from bot.store.errors import StoreTooNew, StoreUnreachable, translated
from bot.store.in_turn import InTurn
from bot.store.keys import Cipher

BUSY_SECONDS = 5
MIGRATIONS = Path(__file__).parent / "migrations"
# PostgreSQL's advisory locks: any numbers, as long as nothing else in the database uses them.
MIGRATION_LOCK, AUDIT_LOCK, KEYS_LOCK = 8_320_001, 8_320_002, 8_320_003
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


def lock(session: Session, number: int, shared: bool = False) -> None:
    """Take one of PostgreSQL's advisory locks until the transaction ends. SQLite has one writer at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        name = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
        session.execute(text(f"SELECT {name}(:number)"), {"number": number})


class Database:
    """An open database: ``read`` and ``write`` give sessions; errors come out as StoreError."""

    def __init__(self, engine: Engine, cipher: Cipher, clock: Clock = utc_now) -> None:
        self.engine = engine
        self.cipher = cipher
        self.clock = clock
        self._writer = engine.execution_options(write=True)
        # One picture of the database for the whole of a read; SQLite gives that anyway.
        postgres = engine.dialect.name == "postgresql"
        self._reader = engine.execution_options(isolation_level="REPEATABLE READ") if postgres else engine
        self._in_turn = None if postgres else InTurn()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that reads one consistent picture of the database."""
        with translated(), Session(self._reader) as session:
            yield session

    @contextmanager
    def write(self, alone: bool = False) -> Iterator[Session]:
        """One write transaction: committed at the end of the block, undone by any exception.

        On SQLite it holds the write lock from the start, so what it has read is still true when it writes. On PostgreSQL
        others may write too, unless ``alone`` says that keys are to change: nobody may then be encrypting with older ones.
        """
        turn: AbstractContextManager[None] = nullcontext() if self._in_turn is None else self._in_turn.turn(BUSY_SECONDS)
        with translated(), turn, Session(self._writer, expire_on_commit=False) as session, session.begin():
            session.connection()
            lock(session, KEYS_LOCK, shared=not alone)
            self.cipher.refresh()
            yield session

    def note(self, session: Session, who: str, what: str, *subjects: str) -> None:
        """Add a line to the audit in this transaction; ``audit.AuditTrail`` does it."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def make_engine(url: str) -> Engine:
    """An engine for a database address. Nothing is opened or made yet.

    Raises:
        StoreUnreachable: it is not an address, its driver is not installed, or it is an SQLite database in memory.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            if not parsed.database or parsed.database == ":memory:" or "mode=memory" in url:
                raise StoreUnreachable("database: it must be a file; set BCST2_DATABASE to sqlite:///<path>")
            engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        options = f"-c lock_timeout={BUSY_SECONDS}s -c timezone=UTC"
        return create_engine(parsed, hide_parameters=True, pool_pre_ping=True, connect_args={"options": options})
    except ArgumentError:
        raise StoreUnreachable("database: its address is not one; set BCST2_DATABASE to sqlite:///<path>") from None
    except ImportError as error:
        raise StoreUnreachable(f"database: its driver is not installed; install {error.name}") from None


def _prepare_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    # SQLAlchemy's events begin transactions, not Python's sqlite3.
    connection.isolation_level = None
    wait = f"busy_timeout={round(BUSY_SECONDS * 1000)}"
    for pragma in (wait, "foreign_keys=ON", "synchronous=FULL", "temp_store=MEMORY", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    # SQLite's own lower() knows ASCII only; searches for names use it.
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("write") else "BEGIN")


def sqlite_file(engine: Engine) -> Path | None:
    """The file of an SQLite database; None for another kind."""
    if engine.dialect.name != "sqlite" or engine.url.database is None:
        return None
    return Path(engine.url.database.removeprefix("file:").split("?")[0])


def key_tokens(engine: Engine) -> Sequence[str]:
    """The ``key_check`` rows of a database, none if it is new. Writes nothing, and makes no file."""
    file = sqlite_file(engine)
    if file is not None and not file.exists():
        return []
    with translated(), engine.connect() as connection:
        if not inspect(connection).has_table(models.KeyCheck.__tablename__):
            return []
        return connection.scalars(select(models.KeyCheck.token)).all()


def migrate(engine: Engine) -> None:
    """Bring the database to the newest schema, making it if need be. Processes starting at once wait for each other.

    Raises:
        StoreTooNew: a later version of the program has changed the database.
        StoreUnreachable: the database cannot be made or opened.
    """
    file = sqlite_file(engine)
    if file is not None:
        _make_file(file)
    script = ScriptDirectory(str(MIGRATIONS))
    with translated():
        with engine.connect() as connection:
            if _is_current(connection, script):
                return
        if file is not None:
            _use_wal(engine)
        with engine.execution_options(write=True).begin() as connection:
            if file is None:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
            config.attributes["connection"] = connection
            if not _is_current(connection, script):
                command.upgrade(config, "head")


def _is_current(connection: Connection, script: ScriptDirectory) -> bool:
    found = MigrationContext.configure(connection).get_current_revision()
    try:
        script.get_revision(found or "base")
    except CommandError:
        raise StoreTooNew("database: a later version of the program has changed it; install that version") from None
    return found == script.get_current_head()


def _make_file(file: Path) -> None:
    """An empty file that only this user may read; SQLite gives its companion files the same mode.

    One that is there is never opened here: closing it would drop every lock this process has on it, and another program
    that came and went would then unlink the log that this one still writes to.
    """
    if file.exists():
        return
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreUnreachable(f"database: {file} cannot be written ({error.strerror}); let this user write there") from None


def _use_wal(engine: Engine) -> None:
    """Let readers and the writer work side by side. SQLite does not wait for others here, so this does."""
    connection = engine.raw_connection()
    try:
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                mode = connection.cursor().execute("PRAGMA journal_mode=WAL").fetchone()
                break
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
    finally:
        connection.close()
    if mode != ("wal",):
        raise StoreUnreachable("database: write-ahead logging does not work there; move it to a local disk")
