"""A backup in one file: making one, and looking at one. ``bot.store.restoring`` puts it back.

The file is a ZIP: ``manifest.json`` (versions, when, digests, the head of the audit), the database as one consistent copy made
while others read and write, ``session.key``, and the store's keys only where they were asked for. What is encrypted stays so.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.store.audit import FIRST_DIGEST
from bot.store.database import sqlite_file
from bot.store.errors import StoreDamaged, StoreError, StoreUnreachable, translated
from bot.store.store import Store

FORMAT, VERSION = "bcst2 backup", 1
MANIFEST, DATABASE, KEYS, SESSION_KEY = "manifest.json", "database.sqlite3", "store.keys", "session.key"
CHUNK = 1 << 20
ONLY_SQLITE = "database: this is not SQLite; make the backup with pg_dump, and keep a copy of the key file with it, elsewhere"
DAMAGED = "is damaged or is no backup; nothing was changed, use another backup"


class BackupRefused(StoreError):
    """A backup that is not put back here, and why; ``force`` says whether --force would do it."""

    def __init__(self, text: str, force: bool = False) -> None:
        super().__init__(text)
        self.force = force


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. ``head`` is the newest line of the audit in it (number, digest), ``schema`` the migration."""

    made_at: datetime
    program: str
    schema: str
    head: tuple[int, str]
    people: int
    digests: dict[str, str]

    @property
    def with_keys(self) -> bool:
        return KEYS in self.digests

    def to_json(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {
            "format": FORMAT, "version": VERSION, "made_at": self.made_at.isoformat(), "program": self.program,
            "schema": self.schema, "audit": list(self.head), "people": self.people, "files": self.digests,
        }  # fmt: skip


# -- making one


def make_backup(store: Store, out: Path, program: str, by: str, with_keys: bool = False) -> Manifest:
    """Write a backup beside its place and give it its name once it is whole; mode 0600.

    Raises:
        StoreUnreachable: the database is not SQLite.
        StoreError: the copy is not whole, or the disk is full; there is no new file.
        OSError: the file cannot be written.
    """
    if sqlite_file(store.engine) is None:
        raise StoreUnreachable(ONLY_SQLITE)
    with beside(out.parent) as folder:
        copy = folder / DATABASE
        _copy_out(store, copy)
        schema, head, people = look(copy)
        files = {DATABASE: copy}
        session_key = store.cipher.path.parent / SESSION_KEY
        if session_key.exists():
            files[SESSION_KEY] = session_key
        if with_keys:
            files[KEYS] = store.cipher.path
        digests = {name: _digest(path) for name, path in files.items()}
        manifest = Manifest(store.clock(), program, schema, head, people, digests)
        whole = folder / "whole"
        with open(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
                file.writestr(MANIFEST, json.dumps(manifest.to_json(), indent=1) + "\n")
                for name, path in files.items():
                    file.write(path, name)
            target.flush()
            os.fsync(target.fileno())
        # Noted before it has its name.
        store.audit(by, "backup made with keys" if with_keys else "backup made")
        whole.replace(out)
    return manifest


def _copy_out(store: Store, copy: Path) -> None:
    """The database as it is at one moment, whoever is writing."""
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    raw = store.engine.raw_connection()
    try:
        with translated():
            target = sqlite3.connect(copy)
            try:
                source: Any = raw.driver_connection
                source.backup(target)
                if target.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                    raise StoreDamaged("database: the file is damaged; restore it from an earlier backup")
            finally:
                target.close()
    finally:
        raw.close()


def look(file: Path) -> tuple[str, tuple[int, str], int]:
    """The schema, the newest line of the audit and the number of people of a database file."""
    with translated():
        connection = sqlite3.connect(f"file:{file}?mode=rw", uri=True)
        try:
            schema = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            head = connection.execute("SELECT id, digest FROM audit ORDER BY id DESC LIMIT 1").fetchone()
            people = connection.execute("SELECT count(*) FROM people").fetchone()
        finally:
            connection.close()
    return str(schema[0]), (int(head[0]), str(head[1])) if head else (0, FIRST_DIGEST), int(people[0])


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def beside(folder: Path) -> Iterator[Path]:
    """A scratch folder on the same disk, for this user only; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=".bcst2-", dir=folder) as name:
        yield Path(name)


# -- reading one


def read_manifest(path: Path) -> Manifest:
    """What a backup says of itself. Raises BackupRefused where it is none, OSError where it cannot be read."""
    with _opened(path) as file:
        return _manifest(path, file)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as file:
            yield file
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, NotImplementedError, RuntimeError):
        raise BackupRefused(f"{path}: {DAMAGED}") from None


def _manifest(path: Path, file: zipfile.ZipFile) -> Manifest:
    if file.getinfo(MANIFEST).file_size > CHUNK:
        raise BackupRefused(f"{path}: {DAMAGED}")
    found = json.loads(file.read(MANIFEST))
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise BackupRefused(f"{path}: {DAMAGED}")
    if found["version"] > VERSION:
        raise BackupRefused(f"{path}: a later version of the program has made it; install that version")
    number, digest = found["audit"]
    files = {str(name): str(value) for name, value in found["files"].items()}
    if not {DATABASE} <= set(files) <= {DATABASE, KEYS, SESSION_KEY}:
        raise BackupRefused(f"{path}: {DAMAGED}")
    made_at = datetime.fromisoformat(found["made_at"])
    return Manifest(made_at, str(found["program"]), str(found["schema"]), (int(number), str(digest)), int(found["people"]), files)


def unpack(path: Path, folder: Path) -> Manifest:
    """Every file of a backup, checked against its digest."""
    with _opened(path) as file:
        manifest = _manifest(path, file)
        for name, digest in manifest.digests.items():
            seen = hashlib.sha256()
            with (
                file.open(name) as source,
                open(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target,
            ):
                while chunk := source.read(CHUNK):
                    seen.update(chunk)
                    target.write(chunk)
            if seen.hexdigest() != digest:
                raise BackupRefused(f"{path}: {DAMAGED}")
    return manifest
