"""The tables of the kiosk: who may come in by which code, and what a person asked for there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.models import Base


class KioskAccess(Base):
    """One way in to one interview: by a code that a worker issued, or on a tablet that one handed over.

    ``code`` and ``pin`` are hashes; ``number`` is what the person calls themself by when they come back, and no secret.
    """

    __tablename__ = "kiosk_access"
    __table_args__ = (CheckConstraint("kind IN ('code', 'handed')", name="kind"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.id"), index=True)
    kind: Mapped[str]
    code: Mapped[str | None] = mapped_column(unique=True)
    number: Mapped[str | None] = mapped_column(unique=True)
    pin: Mapped[str | None]
    wrong: Mapped[int]
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]
    locked_at: Mapped[datetime | None]
    adjust: Mapped[dict[str, Any]]


class KioskRequest(Base):
    """Something a person asked a worker for at the kiosk."""

    __tablename__ = "kiosk_requests"
    __table_args__ = (CheckConstraint("kind IN ('paper')", name="kind"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.id"), index=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
