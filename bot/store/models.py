"""The tables. Columns named ``details``, ``payload`` and ``reply`` hold encrypted JSON (see ``keys.Cipher``).

The schema itself is made by the migrations; a test checks that both agree.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
    column,
    table,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
# SQLite would use an id again after a rollback or a deletion; with this it never does.
NEVER_AGAIN = {"sqlite_autoincrement": True}


class Moment(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite keeps no zone, so it is taken off and put on again."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The tables of the store."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar = {datetime: Moment(), str: Text(), list[str]: JSON(), dict[str, Any]: JSON()}


class Person(Base):
    """A person. The plain columns are what lists are made of; ``details`` is the whole record."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(primary_key=True)
    prison_number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(index=True)
    prison: Mapped[str] = mapped_column(index=True)
    release: Mapped[date | None] = mapped_column(Date)
    part1_completed: Mapped[date | None] = mapped_column(Date)
    # The prison's wall clock, as the record gives it.
    reception: Mapped[datetime] = mapped_column(DateTime)
    # Whether they get a part 2; None until the store has looked (rows from before there was this column).
    part2: Mapped[bool | None]
    details: Mapped[str]
    made_up: Mapped[bool]
    created: Mapped[datetime]
    updated: Mapped[datetime]


class Interview(Base):
    """An interview: where it is, never what was said."""

    __tablename__ = "interviews"
    __table_args__ = (
        CheckConstraint("kind IN ('first', 'prerelease')", name="kind"),
        CheckConstraint("mode IN ('worker', 'kiosk')", name="mode"),
        CheckConstraint("level IN ('plain', 'easy')", name="level"),
        CheckConstraint("state IN ('open', 'paused', 'complete')", name="state"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[str]
    mode: Mapped[str]
    language: Mapped[str]
    level: Mapped[str]
    state: Mapped[str]
    focus: Mapped[str | None]
    started_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    started_by: Mapped[str]
    earlier: Mapped[str | None] = mapped_column(ForeignKey("interviews.id"))
    # When answers of it were erased while it was kept: what a process remembers of them from before is wrong then.
    emptied_at: Mapped[datetime | None]


class Turn(Base):
    """A turn that was taken: its id is the idempotency key of the page. Only ``reply`` can change (key rotation)."""

    __tablename__ = "turns"
    __table_args__ = (
        UniqueConstraint("interview_id", "turn_id"),
        Index(None, "interview_id", "id"),
        NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.id"))
    turn_id: Mapped[str]
    at: Mapped[datetime]
    kind: Mapped[str]
    question_id: Mapped[str | None]
    reply: Mapped[str]
    focus: Mapped[str | None]
    state: Mapped[str]


class Answer(Base):
    """An answer as it was given. Rows are only ever added; only ``payload`` can change (key rotation)."""

    __tablename__ = "answers"
    __table_args__ = (
        ForeignKeyConstraint(["interview_id", "turn_id"], ["turns.interview_id", "turns.turn_id"]),
        Index(None, "interview_id", "question_id", "id"),
        Index(None, "interview_id", "id"),
        NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.id"))
    question_id: Mapped[str]
    # None for answers carried from an earlier interview: they belong to no turn.
    turn_id: Mapped[str | None]
    at: Mapped[datetime]
    by: Mapped[str]
    mode: Mapped[str]
    device: Mapped[str]
    language: Mapped[str]
    how: Mapped[str]
    payload: Mapped[str]


# A view: the latest row of each question of each interview.
current_answers = table(
    "current_answers",
    column("id", Answer.id.type),
    column("interview_id", Answer.interview_id.type),
    column("question_id", Answer.question_id.type),
    column("payload", Answer.payload.type),
)


class User(Base):
    """Someone who may sign in."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    roles: Mapped[list[str]]
    password: Mapped[str]
    disabled: Mapped[bool]
    created_at: Mapped[datetime]
    failed_attempts: Mapped[int]
    locked_until: Mapped[datetime | None]
    # The prisons they work with; none named: all of them.
    prisons: Mapped[list[str]]
    # Who they are to the sign-on service: its address and its name for them.
    sign_on: Mapped[str | None] = mapped_column(index=True, unique=True)
    # The password was given to them; they choose their own before anything else.
    temporary: Mapped[bool]


class Session(Base):
    """A signed-in session. ``id`` is the SHA-256 of the token: the token itself is only in the browser."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    created: Mapped[datetime]
    last_seen: Mapped[datetime]
    interview_id: Mapped[str | None] = mapped_column(ForeignKey("interviews.id"))
    # What was signed in with: password, sign_on, or what a kiosk says.
    how: Mapped[str]
    # The kiosk (``bot.store.kiosk``): the code or hand-over it came by; the interview it was last at, and whether the private part
    # of that is open on it; how long its page may rest before it locks, and since when it is locked.
    access_id: Mapped[str | None]
    at_interview: Mapped[str | None]
    opened: Mapped[bool | None]
    idle_seconds: Mapped[int | None]
    touched_at: Mapped[datetime | None]
    locked_at: Mapped[datetime | None]


class Audit(Base):
    """The audit: ids without a gap, each row's digest over the row and the digest before it. Never changed or deleted."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    who: Mapped[str]
    what: Mapped[str]
    subjects: Mapped[list[str]]
    digest: Mapped[str]


class KeyCheck(Base):
    """One row for each key that rows of the database are encrypted with: two while keys are being rotated, else one."""

    __tablename__ = "key_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str]
