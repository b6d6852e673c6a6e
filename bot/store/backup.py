"""A backup in one file, and a restore that is looked at whole before anything is changed.

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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.store import models
from bot.store.audit import FIRST_DIGEST
from bot.store.database import make_engine, sqlite_file
from bot.store.errors import StoreDamaged, StoreError, StoreUnreachable, WrongKeys, translated
from bot.store.keys import Cipher
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


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did. ``lines`` of the audit verify; ``erased_again`` people had been erased since the backup was made."""

    manifest: Manifest
    people: int
    lines: int
    erased_again: int
    keys_written: bool
    kept_aside: Path | None


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
    with _beside(out.parent) as folder:
        copy = folder / DATABASE
        _copy_out(store, copy)
        schema, head, people = _look(copy)
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


def _look(file: Path) -> tuple[str, tuple[int, str], int]:
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
def _beside(folder: Path) -> Iterator[Path]:
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


def _unpack(path: Path, folder: Path) -> Manifest:
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


# -- putting one back


def restore(
    path: Path,
    url: str,
    keys_path: Path,
    by: str,
    clock: Callable[[], datetime],
    erase: Callable[[Store, str], None],
    force: bool = False,
) -> Restored:
    """Put a backup in the place of a database, or where there is none yet. Everything is tried on a copy first: the digests, the
    keys, the migrations, the whole file and the audit. ``erase`` erases a person (their id) from a store.

    What was there is kept beside it (``Restored.kept_aside``). People who were erased since the backup was made are erased again.

    Raises:
        BackupRefused: it is damaged, made by a later version, or something here is not in it (``force`` replaces that).
        StoreError: its keys are not here, or it does not verify. In each case nothing was changed.
        OSError: a file cannot be read or written.
    """
    if not url.startswith("sqlite"):
        raise StoreUnreachable("database: this is not SQLite; put a backup made by pg_dump back with pg_restore")
    engine = make_engine(url)
    file = sqlite_file(engine)
    engine.dispose()
    if file is None:
        raise StoreUnreachable("database: it must be a file; set BCST2_DATABASE to sqlite:///<path>")
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _beside(file.parent) as folder:
        manifest = _unpack(path, folder)
        _be_contained(file, folder / DATABASE, manifest, force)
        keys = _keys_for(folder, keys_path, manifest, force)
        gone = _erased_here(url, keys_path, manifest) if file.exists() else []
        erased_again = 0
        # The copy is opened as it would be in its place: what does not verify here changes nothing there.
        with Store.open(f"sqlite:///{folder / DATABASE}", keys, clock=clock) as store:
            store.check()
            for person_id in gone:
                with suppress(StoreError):
                    erase(store, person_id)
                    erased_again += 1
            store.audit(by, "restored from a backup", str(manifest.head[0]), manifest.head[1])
            lines, people = store.verify_audit(), store.count_people()
            store.squeeze()
        # The keys first: a database without its keys could not be opened, were this to end in between.
        keys_written = _put_keys(folder, keys, keys_path)
        kept_aside = _put(folder / DATABASE, file)
    return Restored(manifest, people, lines, erased_again, keys_written, kept_aside)


def _be_contained(file: Path, copy: Path, manifest: Manifest, force: bool) -> None:
    """Refuse where the database that is here holds something that the backup does not."""
    if force or not file.exists() or not file.stat().st_size:
        return
    try:
        _, head, people = _look(file)
    except StoreError:
        raise BackupRefused(
            "database: the one that is here is damaged; add --force to replace it, it is kept aside", True
        ) from None
    if (head[0] == 0 and people == 0) or _has_line(copy, head):
        return
    text = f"the database here has been used since this backup (audit line {head[0]}, the backup ends at {manifest.head[0]})"
    if head[0] <= manifest.head[0]:
        text = "the database here is not the one that this backup was made of"
    raise BackupRefused(f"database: {text}; add --force to replace it, it is kept aside", True)


def _has_line(copy: Path, head: tuple[int, str]) -> bool:
    with translated():
        connection = sqlite3.connect(f"file:{copy}?mode=rw", uri=True)
        try:
            return connection.execute("SELECT 1 FROM audit WHERE id = ? AND digest = ?", head).fetchone() is not None
        finally:
            connection.close()


def _keys_for(folder: Path, keys_path: Path, manifest: Manifest, force: bool) -> Path:
    """The key file that opens the copy: the one that is here if it does, else the backup's own."""
    engine = make_engine(f"sqlite:///{folder / DATABASE}")
    try:
        with translated(), engine.connect() as connection:
            tokens = connection.scalars(select(models.KeyCheck.token)).all()
    finally:
        engine.dispose()
    if keys_path.exists():
        try:
            Cipher(keys_path).check(tokens)
            return keys_path
        except WrongKeys:
            if not manifest.with_keys or not force:
                mend = (
                    "add --force to put the backup's own keys there"
                    if manifest.with_keys
                    else "put the key file of the backup there"
                )
                raise BackupRefused(f"keys: {keys_path} does not fit the backup; {mend}", manifest.with_keys) from None
    elif not manifest.with_keys:
        raise BackupRefused(f"keys: the backup has none in it; put the key file it was made with at {keys_path} first")
    Cipher(folder / KEYS).check(tokens)
    return folder / KEYS


def _erased_here(url: str, keys_path: Path, manifest: Manifest) -> list[str]:
    """Who was erased here since the backup was made; none where what is here cannot be read."""
    try:
        with Store.open(url, keys_path) as store:
            return store.erased_since(manifest.head[0])
    except StoreError:
        return []


def _put(copy: Path, file: Path) -> Path | None:
    """Put the copy into its place at one go; what was there, kept aside under another name."""
    aside: Path | None = None
    if file.exists() and file.stat().st_size:
        stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        aside = file.with_name(f"{file.stem}-before-restore-{stamp}{file.suffix}")
        try:
            _overwrite(copy, file, aside)
            return aside
        except StoreDamaged:
            # SQLite cannot even read it: nobody else can be using it either.
            file.replace(aside)
    for companion in ("-wal", "-shm"):
        file.with_name(file.name + companion).unlink(missing_ok=True)
    copy.replace(file)
    return aside


def _overwrite(copy: Path, file: Path, aside: Path) -> None:
    """By SQLite's own means, in one transaction: a process that has the file open sees the one or the other, never a mixture."""
    with translated():
        target = sqlite3.connect(file, timeout=10)
        try:
            os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            before = sqlite3.connect(aside)
            try:
                target.backup(before)
            finally:
                before.close()
            source = sqlite3.connect(copy)
            try:
                target.execute("PRAGMA secure_delete=ON")
                source.backup(target)
                target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                source.close()
        except sqlite3.Error:
            aside.unlink(missing_ok=True)
            raise
        finally:
            target.close()


def _put_keys(folder: Path, keys: Path, keys_path: Path) -> bool:
    """Put the backup's keys where the store looks for them, if they are needed; another file there is kept aside."""
    keys_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    session_key = keys_path.parent / SESSION_KEY
    if (folder / SESSION_KEY).exists() and not session_key.exists():
        _place(folder / SESSION_KEY, session_key)
    if keys == keys_path:
        return False
    if keys_path.exists():
        stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        keys_path.replace(keys_path.with_name(f"{keys_path.name}-before-restore-{stamp}"))
    _place(keys, keys_path)
    return True


def _place(source: Path, target: Path) -> None:
    """A copy of a small file under its name at one go, for this user only: the folder may be on another disk."""
    aside = target.with_name(f"{target.name}.new")
    aside.unlink(missing_ok=True)
    with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(source.read_bytes())
        file.flush()
        os.fsync(file.fileno())
    aside.replace(target)
