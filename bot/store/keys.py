"""The keys the store encrypts with: a file outside the database, one Fernet key a line, newest first, mode 0600.

The newest key encrypts; every key decrypts. Keep old keys for as long as backups made with them are kept.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import delete, select, update
from sqlalchemy.orm import InstrumentedAttribute

from bot.store import keeping_models, kiosk_models, models, note_models, plan_models
from bot.store.errors import BadInput, KeysMalformed, KeysMissing, KeysThere, KeysUnreadable, StoreDamaged, WrongKeys

if TYPE_CHECKING:
    from bot.store.database import Database

CHECK = "bcst2"
# Encrypted text is padded to a multiple of this many bytes, so that its length does not tell which choice was made.
PADDING = 256


def create_keys(path: Path) -> None:
    """Make a key file with one new key, mode 0600, and its directory if need be.

    Raises:
        KeysThere: there is one already.
        KeysUnreadable: it cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = _write_aside(path, [Fernet.generate_key().decode()])
        try:
            # Unlike a rename, a link never takes the place of a file that another process has just made.
            os.link(new, path)
        except FileExistsError:
            raise KeysThere(f"keys: {path} is there already; use it, or move it away first") from None
        finally:
            new.unlink()
        _sync_directory(path.parent)
    except OSError as error:
        raise KeysUnreadable(f"keys: {path} cannot be written ({error.strerror}); make its directory writable") from None


def load_keys(path: Path) -> list[str]:
    """The keys of a file, newest first.

    Raises:
        KeysMissing: there is no such file.
        KeysUnreadable: it cannot be read, or others may read it.
        KeysMalformed: it is empty or a line is not a key.
    """
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise KeysUnreadable(f"keys: {path} can be read by others; run chmod 600 on it")
        lines = path.read_text(encoding="ascii").split()
    except FileNotFoundError:
        raise KeysMissing(f"keys: {path} is not there; put the key file back, or make one for a new database") from None
    except UnicodeDecodeError:
        raise KeysMalformed(f"keys: {path} is not a key file; put the right file back") from None
    except OSError as error:
        raise KeysUnreadable(f"keys: {path} cannot be read ({error.strerror}); let this user read it") from None
    for number, line in enumerate(lines, start=1):
        if not _is_key(line):
            raise KeysMalformed(f"keys: {path}: line {number} is not a key; put the right file back")
    if not lines:
        raise KeysMalformed(f"keys: {path} is empty; put the right file back")
    return lines


class Cipher:
    """Encrypts plain JSON values to text and back. Follows the key file when another process adds a key to it."""

    def __init__(self, path: Path) -> None:
        """Raises KeysError, as ``load_keys`` does."""
        self.path = path
        self._lock = threading.Lock()
        self._stamp = _stamp(path)
        self._use(load_keys(path))

    def _use(self, keys: Sequence[str]) -> None:
        fernets = [Fernet(key) for key in keys]
        self._newest, self._all = fernets[0], MultiFernet(fernets)

    def refresh(self) -> bool:
        """Read the key file again if it has changed; whether it had. Keys once loaded are kept if the file goes away."""
        with self._lock:
            stamp = _stamp(self.path)
            if stamp is None or stamp == self._stamp:
                return False
            try:
                self._use(load_keys(self.path))
            except (KeysMissing, KeysMalformed, KeysUnreadable):
                return False
            self._stamp = stamp
            return True

    def seal(self, data: object) -> str:
        """A plain JSON value, encrypted with the newest key.

        Raises:
            BadInput: the value is not plain JSON.
        """
        try:
            text = json.dumps(data, separators=(",", ":"))
        except (TypeError, ValueError):
            raise BadInput("store: what was to be encrypted is not plain JSON; this is a fault of the program") from None
        return self._newest.encrypt(text.ljust(-len(text) % PADDING + len(text)).encode("ascii")).decode("ascii")

    def unseal(self, token: str) -> Any:
        """The value that ``seal`` encrypted.

        Raises:
            StoreDamaged: no key fits, or the token was changed.
        """
        try:
            return json.loads(self._all.decrypt(token))
        except (InvalidToken, ValueError):
            if self.refresh():
                return self.unseal(token)
        raise StoreDamaged("database: an encrypted row cannot be read; restore the database and its keys from one backup")

    def reseal(self, token: str) -> str:
        """The same value, encrypted with the newest key. Raises StoreDamaged as ``unseal`` does."""
        try:
            return self._all.rotate(token).decode("ascii")
        except (InvalidToken, ValueError):
            raise StoreDamaged("database: an encrypted row cannot be read; restore it and its keys from one backup") from None

    def is_newest(self, token: str) -> bool:
        """Whether the newest key encrypted it."""
        try:
            self._newest.decrypt(token)
        except (InvalidToken, ValueError):
            return False
        return True

    def check(self, tokens: Sequence[str]) -> None:
        """Check the ``key_check`` rows of a database against these keys.

        Raises:
            WrongKeys: a key that rows of the database need is not in the file.
        """
        for token in tokens:
            try:
                self._all.decrypt(token)
            except (InvalidToken, ValueError):
                text = f"keys: {self.path} does not fit this database; put back the key file it was written with"
                raise WrongKeys(text) from None


def admit_newest(database: Database) -> None:
    """Check the keys against the database and note the newest one there, if it is not noted yet.

    Raises:
        WrongKeys: the keys do not fit; nothing was written.
    """
    with database.read() as session:
        tokens = list(session.scalars(select(models.KeyCheck.token)))
    database.cipher.check(tokens)
    if any(database.cipher.is_newest(token) for token in tokens):
        return
    with database.write(alone=True) as session:
        # Another process may have been first, with other keys.
        tokens = list(session.scalars(select(models.KeyCheck.token)))
        database.cipher.check(tokens)
        if not any(database.cipher.is_newest(token) for token in tokens):
            session.add(models.KeyCheck(token=database.cipher.seal(CHECK)))


def rotate(store: Database, path: Path, by: str = "system", batch: int = 500) -> int:
    """Put a new key first in the key file and encrypt every row with it, ``batch`` rows a transaction; how many rows.

    A rotation that was cut short goes on with the key it had made. Others may go on using the store meanwhile. The old
    keys stay in the file, for backups; take them out by hand once no backup needs them.

    Raises:
        KeysError: the key file cannot be read or written, or ``path`` is not the store's own.
    """
    if path.resolve() != store.cipher.path.resolve():
        raise KeysUnreadable(f"keys: {path} is not the key file the store was opened with; name that one")
    with store.write(alone=True) as session:
        if all(store.cipher.is_newest(token) for token in session.scalars(select(models.KeyCheck.token))):
            # The new key is safe in the file before any row needs it.
            _add_key(path)
            store.cipher.refresh()
            session.add(models.KeyCheck(token=store.cipher.seal(CHECK)))
            store.note(session, by, "key rotation begun")
    done = 0
    # A process that had not seen the new key yet may have written meanwhile: go round until all is done.
    while again := sum(_reseal(store, *columns, batch) for columns in _ENCRYPTED):
        done += again
    with store.write(alone=True) as session:
        for check in session.scalars(select(models.KeyCheck)):
            if not store.cipher.is_newest(check.token):
                session.execute(delete(models.KeyCheck).where(models.KeyCheck.id == check.id))
        store.note(session, by, "key rotated")
    return done


_ENCRYPTED: tuple[tuple[InstrumentedAttribute[Any], InstrumentedAttribute[Any]], ...] = (
    (models.Person.id, models.Person.details),
    (models.Answer.id, models.Answer.payload),
    (models.Turn.id, models.Turn.reply),
    (kiosk_models.KioskAccess.id, kiosk_models.KioskAccess.pin),
    (plan_models.Alert.id, plan_models.Alert.payload),
    (plan_models.Alert.id, plan_models.Alert.note),
    (plan_models.Plan.id, plan_models.Plan.payload),
    (plan_models.PlanItem.id, plan_models.PlanItem.payload),
    (plan_models.ItemEvent.id, plan_models.ItemEvent.payload),
    (plan_models.ConsentEvent.id, plan_models.ConsentEvent.payload),
    (plan_models.CaseEvent.id, plan_models.CaseEvent.payload),
    (note_models.InterviewNote.id, note_models.InterviewNote.payload),
    (plan_models.PlanClosing.id, plan_models.PlanClosing.payload),
    (keeping_models.RecordChange.id, keeping_models.RecordChange.payload),
    (keeping_models.Dispute.id, keeping_models.Dispute.payload),
    (keeping_models.Dispute.id, keeping_models.Dispute.note),
)


def _reseal(store: Database, id_: InstrumentedAttribute[Any], column: InstrumentedAttribute[Any], batch: int) -> int:
    """Encrypt a column with the newest key where it is not yet; how many rows."""
    done, last = 0, None
    while True:
        with store.write() as session:
            rows = select(id_, column).where(column.is_not(None)).order_by(id_).limit(batch).with_for_update()
            found = session.execute(rows if last is None else rows.where(id_ > last)).all()
            for row_id, token in found:
                if not store.cipher.is_newest(token):
                    session.execute(update(id_.class_).where(id_ == row_id).values({column: store.cipher.reseal(token)}))
                    done += 1
        if not found:
            return done
        last = found[-1][0]


def _add_key(path: Path) -> None:
    try:
        _write_aside(path, [Fernet.generate_key().decode(), *load_keys(path)]).replace(path)
        _sync_directory(path.parent)
    except OSError as error:
        raise KeysUnreadable(f"keys: {path} cannot be written ({error.strerror}); make its directory writable") from None


def _write_aside(path: Path, keys: Sequence[str]) -> Path:
    """The keys in a new file beside ``path``, on the disk for certain."""
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write("".join(f"{key}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    return aside


def _sync_directory(path: Path) -> None:
    """Make a new name in a directory last through a loss of power, where the system can."""
    if os.name == "posix":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _is_key(line: str) -> bool:
    try:
        Fernet(line)
    except ValueError:
        return False
    return True


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
