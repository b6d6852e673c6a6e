"""The tables of the gate beside users and sessions: settings of a prison, and wrong tries to sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from bot.store.models import Base


class PrisonSettings(Base):
    """What a prison has set for itself. Nothing here tells of a person."""

    __tablename__ = "prison_settings"

    prison: Mapped[str] = mapped_column(primary_key=True)
    details: Mapped[dict[str, Any]]
    version: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]


class SignInTries(Base):
    """How often signing in went wrong since a time. ``key`` is a digest of the address or of the user name."""

    __tablename__ = "sign_in_tries"

    key: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    count: Mapped[int]
