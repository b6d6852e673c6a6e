"""The open alerts that stand at the top of every staff page until somebody acknowledges them."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from flask import g

from bot.store.errors import StoreError
from bot.store.plan_types import AlertRow
from bot.store.types import Person
from bot.web import access
from bot.web.state import web

# So many are written out at the top of a page; the others are counted.
AT_TOP = 2

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert with the person it is about."""

    alert: AlertRow
    person: Person


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands at the top: the oldest alerts, and how many more there are. ``unknown``: they could not be looked up."""

    lines: tuple[AlertLine, ...] = ()
    more: int = 0
    unknown: bool = False

    @property
    def count(self) -> int:
        return len(self.lines) + self.more


def lines_of(alerts: Iterable[AlertRow]) -> tuple[AlertLine, ...]:
    """Alerts with their people, each looked up once."""
    people: dict[str, Person] = {}
    found = []
    for alert in alerts:
        if alert.person_id not in people:
            people[alert.person_id] = web().store.person(alert.person_id)
        found.append(AlertLine(alert, people[alert.person_id]))
    return tuple(found)


def staff_here() -> bool:
    """Whether somebody of the staff is at this page, and it is not one that was handed to a person."""
    session = g.get("signed_in")
    return session is not None and session.interview_id is None


def standing_alerts() -> Standing:
    """The alerts for the top of this page: none for a page that a person looks at. Never fails, so that error pages can ask too."""
    if not access.may("alerts.show_list"):
        return Standing()
    try:
        alerts = web().casework.open_alerts(access.prisons())
        return Standing(lines_of(alerts[:AT_TOP]), max(0, len(alerts) - AT_TOP))
    except StoreError as error:
        log.error("alerts: %s", error)
        return Standing(unknown=True)


def something_stands() -> bool:
    """Whether the quiet mark on an interview's page is shown: that there is something for the worker, and nothing of what."""
    if not access.may("alerts.show_list"):
        return False
    try:
        return web().store.has_open_alerts(access.prisons())
    except StoreError as error:
        log.error("alerts: %s", error)
        return True
