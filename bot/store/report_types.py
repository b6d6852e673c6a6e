"""What the report of a prison is made from: plain frozen objects, without a database behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from bot.store.plan_types import Summary


class ItemFigures(NamedTuple):
    """What a report needs of one item. ``needs`` are those it answers; of a sensitive one it needs no more than that it is one."""

    pathway: str
    level: str
    state: str
    due: date | None
    follow_up_by: date | None
    needs: frozenset[str]
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """What a report needs of one plan; nobody is named.

    ``no_part2`` and ``release`` are those of the record as it is now: what the ``summary`` says of them goes before.
    ``closed_for`` is the reason a plan was closed by hand for, and is closed for still.
    """

    plan_id: str
    person_id: str
    kind: str
    state: str
    made_at: datetime
    mode: str
    language: str
    started_at: datetime
    completed_at: datetime | None
    no_part2: bool
    release: date | None
    summary: Summary
    items: tuple[ItemFigures, ...]
    closed_for: str | None = None


@dataclass(frozen=True, slots=True)
class BegunFigures:
    """What a report needs of one interview that was begun."""

    person_id: str
    mode: str
    completed: bool


@dataclass(frozen=True, slots=True)
class MissedFigures:
    """An assessment (``part2`` or ``prerelease``) that was due and is not done."""

    person_id: str
    what: str


@dataclass(frozen=True, slots=True)
class PrisonFigures:
    """What a report of a prison for a time is made from."""

    plans: tuple[PlanFigures, ...]
    begun: tuple[BegunFigures, ...] = ()
    missed: tuple[MissedFigures, ...] = ()
