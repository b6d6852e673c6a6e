"""The table of what is kept beside an interview's answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.models import NEVER_AGAIN, Base


class InterviewNote(Base):
    """Something beside the answers (see ``notes.KINDS``). Rows are only ever added; only ``payload`` can change (key rotation)."""

    __tablename__ = "interview_notes"
    __table_args__ = (
        CheckConstraint("kind IN ('note', 'observation', 'said', 'words', 'handed_over')", name="kind"),
        Index(None, "interview_id", "id"),
        NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.id"))
    at: Mapped[datetime]
    by: Mapped[str]
    kind: Mapped[str]
    # Of a hand-over: who has the interview now.
    to_user: Mapped[str | None] = mapped_column(ForeignKey("users.id"), index=True)
    payload: Mapped[str]
