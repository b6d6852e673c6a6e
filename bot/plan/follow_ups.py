"""The follow-ups that are open on the items of a plan, as lists show them (2.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.plan.dates import OVERDUE, status
from bot.plan.life import ItemState


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A signposting that waits for its follow-up."""

    key: str
    service: str
    by: date
    status: str | None


def follow_ups(items: Iterable[ItemState], today: date) -> tuple[FollowUp, ...]:
    """Every open follow-up, the most urgent first. ``status`` is as in ``dates.status``."""
    found = [
        FollowUp(item.key, one.service, one.follow_up_by, status(one.follow_up_by, today))
        for item in items
        if item.live
        for one in item.signpostings
        if one.follow_up_by is not None
    ]
    return tuple(sorted(found, key=lambda one: (one.by, one.key, one.service)))


def overdue_follow_ups(items: Iterable[ItemState], today: date) -> tuple[FollowUp, ...]:
    """The follow-ups that should have been made before today."""
    return tuple(one for one in follow_ups(items, today) if one.status == OVERDUE)
