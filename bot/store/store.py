"""The store: people, interviews, plans, users and the audit in one database."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import text

from bot.store import keys
from bot.store.case_lists import CaseLists
from bot.store.cases import Cases
from bot.store.database import Clock, key_tokens, make_engine, migrate, utc_now
from bot.store.erasing import Erasure
from bot.store.errors import KeysThere, StoreDamaged, translated
from bot.store.kiosk import Kiosk
from bot.store.notes import Notes
from bot.store.people import People
from bot.store.prison_settings import Settings
from bot.store.services import Services
from bot.store.sessions import Sessions
from bot.store.subjects import Subjects
from bot.store.users import Users


class Store(Erasure, People, Cases, CaseLists, Notes, Services, Settings, Subjects, Kiosk, Sessions, Users):
    """An open store, for any number of threads. Every failure is a ``StoreError``."""

    @classmethod
    def open(cls, url: str, keys_path: Path, create_keys: bool = False, clock: Clock = utc_now) -> Store:
        """Open a database (an SQLAlchemy address), making and migrating it as needed.

        ``create_keys`` makes the key file if there is none, but only for a new database. ``clock`` gives aware times.

        Raises:
            KeysError: the key file is missing, unreadable, malformed or not the one of this database; nothing was written.
            StoreError: the database cannot be opened; see ``bot.store.errors``.
        """
        engine = make_engine(url)
        try:
            tokens = key_tokens(engine)
            if create_keys and not tokens and not keys_path.exists():
                # Another process may be first.
                with suppress(KeysThere):
                    keys.create_keys(keys_path)
            cipher = keys.Cipher(keys_path)
            cipher.check(tokens)
            migrate(engine)
            store = cls(engine, cipher, clock)
            keys.admit_newest(store)
            store.fill_columns()
            store.fill_closings()
            store.fill_plan_prisons()
        except BaseException:
            engine.dispose()
            raise
        return store

    def check(self) -> None:
        """Look through the whole database for damage; takes seconds on a large one.

        Raises:
            StoreDamaged: SQLite finds the file damaged, or a line of the audit does not fit (``AuditBroken``).
        """
        if self.engine.dialect.name == "sqlite":
            with translated(), self.engine.connect() as connection:
                found = connection.scalar(text("PRAGMA integrity_check(1)"))
                astray = connection.execute(text("PRAGMA foreign_key_check")).first()
            if found != "ok" or astray is not None:
                raise StoreDamaged("database: the file is damaged; restore it from a backup")
        self.verify_audit()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
