"""The audit: who did what to which ids and when, each line chained to the one before. It never holds an answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Text, cast, delete, select
from sqlalchemy.orm import Session

from bot.store import models
from bot.store.database import AUDIT_LOCK, Database, lock
from bot.store.errors import AuditBroken, BadInput
from bot.store.keeping_models import AuditStart
from bot.store.types import AuditRow

FIRST_DIGEST = "0" * 64
REMOVED = "audit lines removed"


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which lines are wanted: of ``who`` (user ids or system names; None for all), from ``start`` to before ``end``, of one
    ``what``, and about one ``subject`` (an id)."""

    who: Collection[str] | None = None
    start: datetime | None = None
    end: datetime | None = None
    what: str = ""
    subject: str = ""


class AuditTrail(Database):
    """The part of the store that keeps the audit."""

    def note(self, session: Session, who: str, what: str, *subjects: str) -> None:
        """Add a line in a transaction of the caller's, so that it stands or falls with what it tells of.

        ``what`` is a few plain words ("interview started"), ``subjects`` ids; neither may tell of a person.
        """
        # Ids without a gap need one writer at a time.
        lock(session, AUDIT_LOCK)
        session.flush()
        last = session.execute(select(models.Audit.id, models.Audit.digest).order_by(models.Audit.id.desc()).limit(1)).first()
        number, before = (last[0] + 1, last[1]) if last else (1, FIRST_DIGEST)
        at = self.clock()
        digest = _digest(before, number, at, who, what, subjects)
        session.add(models.Audit(id=number, at=at, who=who, what=what, subjects=list(subjects), digest=digest))
        session.flush()

    def audit(self, who: str, what: str, *subjects: str) -> None:
        """Add a line of its own. See ``note`` for what may be in it."""
        with self.write() as session:
            self.note(session, who, what, *subjects)

    def audit_rows(self, limit: int = 100, before: int | None = None, wanted: AuditQuery | None = None) -> list[AuditRow]:
        """The newest lines first; ``before``: only those with a lower id; ``wanted``: only those it describes."""
        query = select(models.Audit).order_by(models.Audit.id.desc()).limit(limit)
        conditions = [] if wanted is None else _conditions(wanted)
        if before is not None:
            conditions.append(models.Audit.id < before)
        with self.read() as session:
            return [_row(row) for row in session.scalars(query.where(*conditions))]

    def audit_kinds(self) -> list[str]:
        """Everything that lines say was done, by name."""
        with self.read() as session:
            return list(session.scalars(select(models.Audit.what).distinct().order_by(models.Audit.what)))

    def audit_head(self) -> tuple[int, str]:
        """The newest line's id and digest, (0, zeros) if there is none. Kept elsewhere, it shows lines cut off the end."""
        rows = self.audit_rows(limit=1)
        return (rows[0].id, rows[0].digest) if rows else (0, FIRST_DIGEST)

    def verify_audit(self, head: tuple[int, str] | None = None) -> int:
        """Check every line against the one before, and against a ``head`` kept elsewhere; how many lines there are.

        Lines whose time was over may be gone from its beginning (``bot.store.purging``).

        Raises:
            AuditBroken: a line was changed, taken out or put in; the message names the first one that does not fit.
            BadInput: the ``head`` is that of a line removed since.
        """
        with self.read() as session:
            start = session.get(AuditStart, 1)
            begun = (0, FIRST_DIGEST) if start is None else (start.line, start.digest)
            if head is not None and 0 < head[0] < begun[0]:
                raise BadInput(f"audit: line {head[0]} was removed when its time was over; use a head that was kept later")
            count, digest = begun
            head_seen = head in (None, (0, FIRST_DIGEST), begun)
            # Lines that were removed are vouched for by a line of the chain.
            vouched = start is None
            for row in _in_order(session):
                count += 1
                digest = _digest(digest, count, row.at, row.who, row.what, row.subjects)
                if row.id != count or row.digest != digest:
                    raise AuditBroken(f"audit: line {count} was changed or taken out; restore the database from a backup")
                head_seen = head_seen or head == (count, digest)
                vouched = vouched or (row.what == REMOVED and row.subjects == (str(begun[0]), begun[1]))
        if not head_seen:
            raise AuditBroken(f"audit: lines are missing after line {count}; restore the database from a backup")
        if not vouched:
            raise AuditBroken(f"audit: lines up to {begun[0]} were taken out; restore the database from a backup")
        return count - begun[0]

    def _cut_audit(self, session: Session, before: datetime, by: str) -> int:
        """Remove the lines from before a moment, as their time is over; how many. The chain begins after them, and says so."""
        first = session.scalar(select(models.Audit.id).where(models.Audit.at >= before).order_by(models.Audit.id).limit(1))
        newest = select(models.Audit.id, models.Audit.digest).order_by(models.Audit.id.desc())
        if first is not None:
            newest = newest.where(models.Audit.id < first)
        last = session.execute(newest.limit(1)).first()
        if last is None:
            return 0
        # First the line that vouches, so that there is always one to count on from.
        self.note(session, by, REMOVED, str(last[0]), last[1])
        session.merge(AuditStart(id=1, line=last[0], digest=last[1]))
        session.flush()
        gone = session.execute(delete(models.Audit).where(models.Audit.id <= last[0]))
        return int(gone.rowcount)  # type: ignore[attr-defined]


def _conditions(wanted: AuditQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.who is not None:
        found.append(models.Audit.who.in_(tuple(wanted.who)))
    if wanted.start is not None:
        found.append(models.Audit.at >= wanted.start)
    if wanted.end is not None:
        found.append(models.Audit.at < wanted.end)
    if wanted.what:
        found.append(models.Audit.what == wanted.what)
    if wanted.subject:
        # The ids of a line are a list of JSON: one is looked for with its quotation marks.
        found.append(cast(models.Audit.subjects, Text).contains(f'"{wanted.subject}"', autoescape=True))
    return found


def _in_order(session: Session) -> Iterator[AuditRow]:
    try:
        for row in session.scalars(select(models.Audit).order_by(models.Audit.id).execution_options(yield_per=1000)):
            yield _row(row)
    except ValueError:
        # A time or a list of ids that is none.
        raise AuditBroken("audit: a line cannot be read; restore the database from a backup") from None


def _row(row: models.Audit) -> AuditRow:
    return AuditRow(row.id, row.at, row.who, row.what, tuple(row.subjects), row.digest)


def _digest(before: str, number: int, at: datetime, who: str, what: str, subjects: Sequence[str]) -> str:
    content = [number, at.astimezone(UTC).isoformat(timespec="microseconds"), who, what, list(subjects)]
    return hashlib.sha256((before + json.dumps(content)).encode("ascii")).hexdigest()
