"""The tables of plans, alerts, consents and services. Columns named ``payload`` and ``note`` hold encrypted JSON.

The plain columns of ``plans`` and ``plan_items`` are what lists are made of. They are derived from the events at each write
(``bot.store.columns``) and tell nothing of a sensitive item but its state and its dates.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.models import NEVER_AGAIN, Base


class Alert(Base):
    """An immediate need. Only its acknowledgement is ever written later, and once."""

    __tablename__ = "alerts"
    __table_args__ = (Index(None, "acknowledged_at", "prison"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.id"), index=True)
    prison: Mapped[str]
    raised_at: Mapped[datetime]
    sensitive: Mapped[bool]
    payload: Mapped[str]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]
    note: Mapped[str | None]


class Plan(Base):
    """A plan, one an interview at most. ``next_due``, ``last_due`` and ``next_follow_up`` are those of its open items."""

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'closed')", name="state"),
        Index(None, "state", "next_due"),
        Index(None, "state", "worker"),
        Index(None, "prison", "made_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.id"), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[str]
    made_at: Mapped[datetime]
    # Where the person was then; None until the store has looked (rows from before there was this column).
    prison: Mapped[str | None]
    earlier: Mapped[str | None] = mapped_column(ForeignKey("plans.id"))
    carried: Mapped[bool]
    state: Mapped[str]
    worker: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    open_items: Mapped[int]
    next_due: Mapped[date | None] = mapped_column(Date)
    last_due: Mapped[date | None] = mapped_column(Date)
    next_follow_up: Mapped[date | None] = mapped_column(Date)
    payload: Mapped[str]


class PlanNeed(Base):
    """A need of a plan that is not sensitive."""

    __tablename__ = "plan_needs"
    __table_args__ = (Index(None, "need", "plan_id"),)

    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id"), primary_key=True)
    need: Mapped[str] = mapped_column(primary_key=True)


class PlanItem(Base):
    """An item as it stands; ``open`` while it is to be worked on and its plan is active. Of a sensitive one ``key``, ``activity``,
    ``pathway``, ``level``, ``owner`` and ``service`` are None here
    and in ``payload``; of one whose key alone would tell, only ``key`` is."""

    __tablename__ = "plan_items"
    __table_args__ = (
        UniqueConstraint("plan_id", "key"),
        Index(None, "pathway", "state", "plan_id"),
        Index(None, "state", "plan_id"),
        Index(None, "open", "due", "plan_id"),
        Index(None, "open", "follow_up_by", "plan_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id"), index=True)
    key: Mapped[str | None]
    activity: Mapped[str | None]
    pathway: Mapped[str | None]
    level: Mapped[str | None]
    state: Mapped[str]
    open: Mapped[bool]
    due: Mapped[date | None] = mapped_column(Date)
    follow_up_by: Mapped[date | None] = mapped_column(Date)
    owner: Mapped[str | None]
    service: Mapped[str | None]
    sensitive: Mapped[bool]
    since: Mapped[datetime]
    payload: Mapped[str | None]


class ItemEvent(Base):
    """A step in the life of an item. Rows are only ever added; only ``payload`` can change (key rotation)."""

    __tablename__ = "item_events"
    __table_args__ = (UniqueConstraint("item_id", "number"), NEVER_AGAIN)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("plan_items.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str]
    payload: Mapped[str]


class ConsentEvent(Base):
    """A consent given, refused, withdrawn or lapsed. Rows are only ever added; only ``payload`` can change (key rotation)."""

    __tablename__ = "consent_events"
    __table_args__ = (NEVER_AGAIN,)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    payload: Mapped[str]


class CaseEvent(Base):
    """A record of a route, a contact or a group. Which one is in ``payload``: a route or a group may be sensitive."""

    __tablename__ = "case_events"
    __table_args__ = (CheckConstraint("kind IN ('route', 'contact', 'cohort')", name="kind"), NEVER_AGAIN)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    plan_id: Mapped[str | None] = mapped_column(ForeignKey("plans.id"))
    kind: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    payload: Mapped[str]


class PlanClosing(Base):
    """A plan closed by hand, or opened again. Rows are only ever added; only ``payload`` can change (key rotation).

    ``ends_stay``: the person is in prison no more; which reason it was for is in ``payload``. None is not filled in yet.
    """

    __tablename__ = "plan_closings"
    __table_args__ = (NEVER_AGAIN,)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    payload: Mapped[str]
    ends_stay: Mapped[bool | None]


class PlanContact(Base):
    """A day of contact after release that is still to be held. Derived at each write, for lists."""

    __tablename__ = "plan_contacts"
    __table_args__ = (Index(None, "day", "plan_id"),)

    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)


class PlanRoute(Base):
    """A day by which something is still to be done on a referral route, and not on which. Derived at each write, for lists."""

    __tablename__ = "plan_routes"
    __table_args__ = (Index(None, "day", "plan_id"),)

    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)


class Directory(Base):
    """A prison's own directory of services: the councils it names. ``version`` grows with every change."""

    __tablename__ = "directories"

    prison: Mapped[str] = mapped_column(primary_key=True)
    areas: Mapped[dict[str, Any]]
    version: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]


class Service(Base):
    """One row of a directory. A removed one stays, so that plans that name it can still say who it was."""

    __tablename__ = "services"
    __table_args__ = (UniqueConstraint("prison", "service"), NEVER_AGAIN)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    prison: Mapped[str] = mapped_column(ForeignKey("directories.prison"))
    service: Mapped[str]
    details: Mapped[dict[str, Any]]
    removed: Mapped[bool]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]
