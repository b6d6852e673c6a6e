"""The tables of keeping and erasing: earlier versions of a record, what a person says is wrong, and the way rows may go."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.models import NEVER_AGAIN, Base


class RecordChange(Base):
    """A record as it was before somebody changed it. Rows are only ever added; only ``payload`` can change (key rotation)."""

    __tablename__ = "record_changes"
    __table_args__ = (NEVER_AGAIN,)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    payload: Mapped[str]


class Dispute(Base):
    """Something the person says is wrong. Only how it was settled is ever written later, and once."""

    __tablename__ = "disputes"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    raised_at: Mapped[datetime]
    raised_by: Mapped[str]
    payload: Mapped[str]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]
    note: Mapped[str | None]


class Erasing(Base):
    """Whose rows this transaction may delete. No row outlives its transaction: there is never a line 0 of the audit to end on."""

    __tablename__ = "erasing"
    __table_args__ = (CheckConstraint("never = 0", name="never"),)

    person_id: Mapped[str] = mapped_column(primary_key=True)
    never: Mapped[int] = mapped_column(ForeignKey("audit.id", deferrable=True, initially="DEFERRED"))


class AuditStart(Base):
    """The last line of the audit that was removed because its time was over, and its digest: the chain begins after it."""

    __tablename__ = "audit_start"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int]
    digest: Mapped[str]
