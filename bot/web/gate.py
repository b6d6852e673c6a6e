"""The gate: before each request, whether this session may open this endpoint, for this person, interview or alert.

What may be opened by whom is data (``gate.yml``); which people a user works with follows from their prisons.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import abort

from bot.interview.yamlfile import ContentError, read_yaml
from bot.store.roles import roles
from bot.store.types import Session, User
from bot.web.state import web

FILE = Path(__file__).with_name("gate.yml")
# What an address names, by the name of its part.
MOST_SEEN = 20_000
NAMED = {"person_id": "person", "interview_id": "interview", "alert_id": "alert"}


@dataclass(frozen=True, slots=True)
class Rules:
    """The table. ``open`` maps each endpoint to the roles that may open it."""

    public: frozenset[str]
    signed_in: frozenset[str]
    own_interview: frozenset[str]
    bound: frozenset[str]
    open: Mapping[str, frozenset[str]]
    noted: Mapping[str, str]
    noted_once: Mapping[str, str]

    @property
    def endpoints(self) -> frozenset[str]:
        """Every endpoint that has a rule."""
        return self.public | self.signed_in | self.own_interview | self.bound | frozenset(self.open)

    def allows(self, endpoint: str, held: Collection[str]) -> bool:
        """Whether somebody with these roles, whose session is bound to nothing, may open an endpoint."""
        return endpoint in self.public or endpoint in self.signed_in or not self.open.get(endpoint, frozenset()).isdisjoint(held)

    def allows_bound(self, endpoint: str, named: object, interview_id: str) -> bool:
        """Whether a session bound to an interview may open an endpoint whose address names the interview ``named`` (None: none)."""
        if endpoint in self.own_interview:
            return named == interview_id
        return endpoint in self.bound and named in (None, interview_id)


@cache
def rules() -> Rules:
    """The table, read once.

    Raises:
        ContentError: it cannot be read, or names a role that there is not.
    """
    found = read_yaml(FILE)
    opened: dict[str, frozenset[str]] = {}
    for row in found["open"]:
        wanted = frozenset(row["for"])
        if not wanted <= frozenset(roles()):
            raise ContentError(f"{FILE}:{row.line}: for: names a role that bot/data/roles.yml does not have")
        for endpoint in row["endpoints"]:
            opened[endpoint] = opened.get(endpoint, frozenset()) | wanted
    public, signed_in, own, bound = (frozenset(found[name]) for name in ("public", "signed_in", "own_interview", "bound"))
    return Rules(public, signed_in, own, bound, opened, dict(found["noted"]), dict(found["noted_once"]))


class Refused(Exception):
    """This session may not open this page. ``needed``: the roles that may, by name; none where no role of its user helps."""

    def __init__(self, needed: Sequence[str] = ()) -> None:
        super().__init__("not for this session")
        self.needed = tuple(needed)


def check(endpoint: str, named: Mapping[str, object], session: Session) -> None:
    """Let a session through to an endpoint, or not. ``named`` are the parts of its address.

    Raises:
        Refused: it may not open it.
        NotFound: the person, interview or alert is not of a prison its user works with, or there is none.
    """
    table = rules()
    if session.interview_id is not None:
        if not table.allows_bound(endpoint, named.get("interview_id"), session.interview_id):
            raise Refused
        return
    if not table.allows(endpoint, session.user.roles):
        needed = table.open.get(endpoint, frozenset())
        raise Refused([role.name for name, role in roles().items() if name in needed])
    mine = session.user.prisons
    if mine:
        for name, kind in NAMED.items():
            if name in named:
                own(kind, str(named[name]), mine)


class Opened:
    """What each session has opened since this process began, so that each is noted once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()

    def first(self, token: str, subject: str) -> bool:
        """Whether it is the first time."""
        key = (hashlib.sha256(token.encode("utf-8", "replace")).hexdigest(), subject)
        with self._lock:
            new = key not in self._seen
            self._seen[key] = None
            while len(self._seen) > MOST_SEEN:
                self._seen.popitem(last=False)
        return new

    def forget(self, token: str, subject: str) -> None:
        """It could not be noted: the next time is the first again."""
        with self._lock:
            self._seen.pop((hashlib.sha256(token.encode("utf-8", "replace")).hexdigest(), subject), None)


def note(endpoint: str, named: Mapping[str, object], session: Session, token: str, opened: Opened) -> None:
    """Write down that somebody of the staff opens a page of which the table says so. Raises StoreError: then it is not opened."""
    table, subjects = rules(), [str(named[name]) for name in ("user_id", *NAMED) if name in named]
    if session.interview_id is not None:
        return  # a person at their own interview
    if endpoint in table.noted:
        web().store.audit(session.user.id, table.noted[endpoint], *subjects)
    elif endpoint in table.noted_once:
        what = table.noted_once[endpoint]
        key = " ".join([what, *subjects])
        if not opened.first(token, key):
            return
        try:
            web().store.audit(session.user.id, what, *subjects)
        except BaseException:
            opened.forget(token, key)
            raise


def own(kind: str, row_id: str, prisons: Collection[str]) -> None:
    """Refuse a person, interview or alert that is of none of these prisons (none named: all), as if it were not there."""
    if prisons and web().store.prison_of(kind, row_id).isdisjoint(prisons):
        abort(404)


def front(user: User) -> str:
    """The endpoint that somebody begins at."""
    table = rules()
    return next((each for each in ("people.show_list", "report.show") if table.allows(each, user.roles)), "account.show")
