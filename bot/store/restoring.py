"""A restore that is looked at whole before anything is changed, and that leaves everything as it was where it cannot be done."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from bot.store import models
from bot.store.backup import DATABASE, KEYS, SESSION_KEY, BackupRefused, Manifest, beside, look, unpack
from bot.store.database import make_engine, sqlite_file
from bot.store.errors import StoreBusy, StoreDamaged, StoreError, StoreUnreachable, WrongKeys, translated
from bot.store.keys import Cipher
from bot.store.store import Store
from bot.store.was_here import Here, look_here, other_access

# So long another process may hold the database; then nothing is changed.
LOCK_SECONDS = 10.0
HELD = "database: another process is using it; nothing was changed, stop the assistant and try again"
LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did. ``lines`` of the audit verify; ``erased_again`` people had been erased since the backup was made.

    ``unread``: the database that was here is damaged, so more people may have been erased here than it says. ``access``: users
    whose access was another here, each with how it was (``bot.store.was_here``).
    """

    manifest: Manifest
    people: int
    lines: int
    erased_again: int
    keys_written: bool
    kept_aside: Path | None
    unread: bool = False
    access: tuple[tuple[str, str], ...] = ()


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

    What was there is kept beside it (``Restored.kept_aside``). People who were erased since the backup was made are erased again;
    sessions end, and codes that nobody has used, or that were stopped since, open nothing.

    Raises:
        BackupRefused: it is damaged, made by a later version, or something here is not in it (``force`` replaces that).
        StoreError: its keys are not here, it does not verify, another process holds the database, or the disk is full.
        OSError: a file cannot be read or written.
        In each case nothing was changed.
    """
    if not url.startswith("sqlite"):
        raise StoreUnreachable("database: this is not SQLite; put a backup made by pg_dump back with pg_restore")
    engine = make_engine(url)
    file = sqlite_file(engine)
    engine.dispose()
    if file is None:
        raise StoreUnreachable("database: it must be a file; set BCST2_DATABASE to sqlite:///<path>")
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with beside(file.parent) as folder:
        manifest = unpack(path, folder)
        _be_contained(file, folder / DATABASE, manifest, force)
        keys = _keys_for(folder, keys_path, manifest, force)
        here = look_here(file, manifest.head[0]) if _there(file) else Here()
        erased_again = 0
        # The copy is opened as it would be in its place: what does not verify here changes nothing there.
        with Store.open(f"sqlite:///{folder / DATABASE}", keys, clock=clock) as store:
            store.check()
            for person_id in here.erased:
                with suppress(StoreError):
                    erase(store, person_id)
                    erased_again += 1
            store.close_all(by, here.stopped)
            store.audit(by, "restored from a backup", str(manifest.head[0]), manifest.head[1])
            lines, people = store.verify_audit(), store.count_people()
            store.squeeze()
        access = other_access(here, folder / DATABASE)
        _be_free(file)
        # The keys first: a database without its keys could not be opened, were this to end in between.
        with _keys_in_place(folder, keys, keys_path) as keys_written:
            kept_aside = _put(folder / DATABASE, file)
    return Restored(manifest, people, lines, erased_again, keys_written, kept_aside, here.damaged, access)


def _there(file: Path) -> bool:
    """Whether there is a database, be it damaged."""
    return file.exists() and file.stat().st_size > 0


def _be_contained(file: Path, copy: Path, manifest: Manifest, force: bool) -> None:
    """Refuse where the database that is here holds something that the backup does not."""
    if force or not _there(file):
        return
    try:
        _, head, people = look(file)
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


def _be_free(file: Path) -> None:
    """Refuse where another process keeps the database from being written. Raises StoreBusy."""
    if not _there(file):
        return
    # What cannot even be read is in nobody's use; it is moved aside as it is.
    with suppress(StoreDamaged), translated():
        target = sqlite3.connect(file, timeout=LOCK_SECONDS, isolation_level=None)
        try:
            target.execute("BEGIN IMMEDIATE")
            target.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in LOCKED:
                raise StoreBusy(HELD) from None
            raise
        finally:
            target.close()


def _put(copy: Path, file: Path) -> Path | None:
    """Put the copy into its place at one go; what was there, kept aside under another name."""
    aside: Path | None = None
    if _there(file):
        aside = file.with_name(f"{file.stem}-before-restore-{_stamp()}{file.suffix}")
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


def _stamp() -> str:
    # To the microsecond: two restores within a second must not take each other for the copy put aside.
    return datetime.now().astimezone().strftime("%Y%m%d-%H%M%S-%f")


def _overwrite(copy: Path, file: Path, aside: Path) -> None:
    """By SQLite's own means, in one transaction: a process that has the file open sees the one or the other, never a mixture."""
    with translated():
        target = sqlite3.connect(file, timeout=LOCK_SECONDS)
        try:
            os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            before = sqlite3.connect(aside)
            try:
                target.backup(before, progress=_in_time())
            finally:
                before.close()
            source = sqlite3.connect(copy)
            try:
                target.execute("PRAGMA secure_delete=ON")
                source.backup(target, progress=_in_time())
            finally:
                source.close()
            # It is in its place by now, whether or not its log can be emptied at once.
            with suppress(sqlite3.Error):
                target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except (sqlite3.Error, StoreBusy):
            aside.unlink(missing_ok=True)
            raise
        finally:
            target.close()


def _in_time() -> Callable[[int, int, int], None]:
    """Ends a copy that another process keeps from going on: Python's own would try again for ever."""
    until = time.monotonic() + LOCK_SECONDS

    def look_at(status: int, _left: int, _pages: int) -> None:
        if status & 0xFF in LOCKED and time.monotonic() >= until:
            raise StoreBusy(HELD)

    return look_at


@contextmanager
def _keys_in_place(folder: Path, keys: Path, keys_path: Path) -> Iterator[bool]:
    """Put the backup's keys where the store looks for them, if they are needed; another file there is kept aside. Everything is as
    it was where what is done meanwhile fails."""
    keys_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    session_key = keys_path.parent / SESSION_KEY
    with ExitStack() as undo:
        if (folder / SESSION_KEY).exists() and not session_key.exists():
            undo.callback(session_key.unlink, missing_ok=True)
            _place(folder / SESSION_KEY, session_key)
        if keys != keys_path:
            if keys_path.exists():
                aside = keys_path.with_name(f"{keys_path.name}-before-restore-{_stamp()}")
                _place(keys_path, aside)
                undo.callback(aside.replace, keys_path)
            else:
                undo.callback(keys_path.unlink, missing_ok=True)
            _place(keys, keys_path)
        yield keys != keys_path
        undo.pop_all()


def _place(source: Path, target: Path) -> None:
    """A copy of a small file under its name at one go, for this user only: the folder may be on another disk."""
    aside = target.with_name(f"{target.name}.new")
    aside.unlink(missing_ok=True)
    with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(source.read_bytes())
        file.flush()
        os.fsync(file.fileno())
    aside.replace(target)
