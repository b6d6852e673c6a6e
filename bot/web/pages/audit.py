"""The audit trail, for an administrator: who saw, changed, printed or exported what. There is no answer in it."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from datetime import time as clock_time

from flask import Blueprint, current_app, render_template, request

from bot.interview.answers import clean
from bot.plan.dates import add_days, in_london
from bot.store.audit import AuditQuery
from bot.store.errors import AuditBroken
from bot.web import access
from bot.web.fields import read_day
from bot.web.state import web

pages = Blueprint("audit", __name__, url_prefix="/admin/audit")

A_PAGE = 100
# Checking every line takes about a second for a hundred thousand.
KEPT_SECONDS = 30.0
_AN_ID = re.compile(r"[0-9a-f]{32}")


@dataclass
class Chain:
    """Whether the chain of the audit verifies, looked at most every half minute. ``broken`` says what is wrong, "" for nothing."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    until: float = float("-inf")
    broken: str = ""
    lines: int = 0

    def checked(self) -> Chain:
        """This, after a look. Raises StoreError."""
        with self.lock:
            if time.monotonic() >= self.until:
                try:
                    self.lines, self.broken = web().store.verify_audit(), ""
                except AuditBroken as error:
                    self.broken = str(error)
                self.until = time.monotonic() + KEPT_SECONDS
        return self


def _chain() -> Chain:
    found: Chain = current_app.extensions.setdefault("bcst2.audit", Chain())
    return found.checked()


@pages.get("")
def show() -> str | tuple[str, int]:
    """The lines, the newest first, filtered by user, day and kind."""
    values = {name: clean(value)[:200] for name, value in request.args.items()}
    errors: dict[str, str] = {}
    try:
        day = read_day(values, "on")
    except ValueError:
        day, errors["on"] = None, "Day: write a real day, like 24 12 2026"
    names = _names()
    who = values.get("who", "")
    subject = values.get("subject", "").strip().lower()
    if subject and not _AN_ID.fullmatch(subject):
        errors["subject"] = "About: write an id as it stands in the list, 32 letters and figures"
        subject = ""
    wanted = AuditQuery(
        who=_whose(names, who),
        start=in_london(datetime.combine(day, clock_time())) if day is not None else None,
        end=in_london(datetime.combine(add_days(day, 1), clock_time())) if day is not None else None,
        what=values.get("what", ""),
        subject=subject,
    )
    before = request.args.get("before", type=int)
    rows = web().store.audit_rows(A_PAGE + 1, before if before and 0 < before < 2**62 else None, wanted)
    page = render_template(
        "audit/list.html", rows=rows[:A_PAGE], further=rows[A_PAGE - 1].id if len(rows) > A_PAGE else None, values=values,
        errors=errors, names=names, about=web().store.subjects({each for row in rows for each in row.subjects}, access.prisons()),
        kinds=web().store.audit_kinds(), checked=_chain(), head=web().store.audit_head(), everybody=access.prisons() is None,
    )  # fmt: skip
    return (page, 422) if errors else page


def _names() -> dict[str, str]:
    """The users whose lines this administrator may read, by id."""
    mine = access.prisons()
    users = [user for user in web().store.users() if mine is None or (user.prisons and set(user.prisons) <= set(mine))]
    return {user.id: user.display_name for user in users}


def _whose(names: dict[str, str], who: str) -> tuple[str, ...] | None:
    """Whose lines are wanted: one user's, those of all that may be read, or (None) everybody's."""
    everybody = access.prisons() is None
    if who:
        return (who,) if who in names or everybody else ()
    return None if everybody else tuple(names)
