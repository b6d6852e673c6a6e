"""The life of an item: events are only ever added, and where the item stands is what they add up to (``current``).

proposed → agreed → in_progress → done | signposted → followed_up | declined | not_available | carried_over | removed.
``act`` checks a step and gives the event to add; it never changes a history. An item is done when the outcome is reached, not
when it was tried; every signposting has a day by which it is followed up (2.5).
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.plan.dates import follow_up_by, in_london
from bot.plan.definitions import EVERYBODY, Deadlines
from bot.plan.items import DECLINED, PROPOSED, Item
from bot.plan.signposting import Signposting, followed_up

AGREED, IN_PROGRESS, DONE, SIGNPOSTED, FOLLOWED_UP = "agreed", "in_progress", "done", "signposted", "followed_up"
NOT_AVAILABLE, CARRIED_OVER, REMOVED = "not_available", "carried_over", "removed"
STATES = (PROPOSED, AGREED, IN_PROGRESS, DONE, SIGNPOSTED, FOLLOWED_UP, DECLINED, NOT_AVAILABLE, CARRIED_OVER, REMOVED)
SEEN, NOT_SEEN, HELPED, NOT_HELPED, WAITING = OUTCOMES = ("seen", "not_seen", "helped", "not_helped", "waiting")
# After these somebody asks again.
STILL_OPEN = (NOT_SEEN, WAITING)
CHANGEABLE = ("owner", "due", "level", "service", "words")

_LIVE = (PROPOSED, AGREED, IN_PROGRESS, SIGNPOSTED, FOLLOWED_UP)
_KEPT = (*_LIVE, DONE, DECLINED, NOT_AVAILABLE)
_WITH_SERVICES = (SIGNPOSTED, FOLLOWED_UP)
# Steps: from which states, to which one (None: it stays), and the fields that have to be given.
_STEPS: dict[str, tuple[tuple[str, ...], str | None, tuple[str, ...]]] = {
    "agree": ((PROPOSED,), AGREED, ()),
    "start": ((AGREED, FOLLOWED_UP), IN_PROGRESS, ()),
    "deliver": ((AGREED, IN_PROGRESS, FOLLOWED_UP), DONE, ("what", "on")),
    "signpost": ((AGREED, IN_PROGRESS, SIGNPOSTED, FOLLOWED_UP), SIGNPOSTED, ("service", "on", "how")),
    "follow_up": (_LIVE, None, ("on", "outcome")),
    "decline": ((*_LIVE, NOT_AVAILABLE), DECLINED, ()),
    "not_available": (_LIVE, NOT_AVAILABLE, ("why",)),
    "carry_over": ((*_LIVE, DECLINED, NOT_AVAILABLE), CARRIED_OVER, ("to",)),
    "reopen": ((DONE, DECLINED, NOT_AVAILABLE, REMOVED), None, ("reason",)),
    "remove": (_KEPT, REMOVED, ("reason",)),
    "change": ((*_LIVE, NOT_AVAILABLE), None, ("reason",)),
    "look": (_KEPT, None, ()),
    "note": (_KEPT, None, ("note",)),
}
FIRST = ("propose", "add", "carry_in")
# Steps by the rules follow the answers; they are nobody's decision.
RULES = "rules"
# What a look at changed answers takes over from the new proposal (see ``compare``); all else stays as it was decided.
_LOOKED_AT = ("because", "state", "declined", "consent")
STEPS = tuple(_STEPS)
# What everybody has needs no agreement (2.9).
_WITHOUT_AGREEMENT = ("start", "deliver", "signpost")
_FIELDS = {
    "what": "what was delivered",
    "on": "the day",
    "service": "the service",
    "how": "how the person was sent there",
    "outcome": f"the outcome ({', '.join(OUTCOMES)})",
    "why": "why",
    "to": "the plan it goes to",
    "reason": "the reason",
    "note": "the note",
}
_DAYS = ("on", "follow_up_by", "due", "due_now", "from")


class NotAllowed(Exception):
    """A step that cannot be taken. The message is one line for the worker: what is wrong and the mend."""


@dataclass(frozen=True, slots=True)
class Event:
    """One step: when (an aware moment), by whom (a user id, or "person"), and what it says. Days in ``data`` are ISO."""

    kind: str
    at: datetime
    by: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "at": self.at.isoformat(), "by": self.by, "data": dict(self.data)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Event:
        """The event that ``to_json`` wrote."""
        return cls(data["kind"], datetime.fromisoformat(data["at"]), data["by"], dict(data.get("data", {})))


History = tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class ItemState:
    """Where an item stands. ``snapshot`` is the item as it was proposed or added, with what was changed since (``Item.to_json``).

    ``decided``: somebody took a step, so that no computation touches it; ``agreed_once``: it was agreed at some time. In the
    snapshot ``state`` and ``declined`` are what the person's answers said to it; ``kept``: it stays though nothing calls for it.
    """

    key: str
    state: str
    since: datetime
    snapshot: Mapping[str, Any]
    events: int
    origin: str
    decided: bool = False
    agreed_once: bool = False
    signpostings: tuple[Signposting, ...] = ()
    done: Mapping[str, Any] = field(default_factory=dict)
    last: Mapping[str, Any] = field(default_factory=dict)

    @property
    def live(self) -> bool:
        """Whether it is still on the plan to be worked on."""
        return self.state in _LIVE

    @property
    def by_worker(self) -> bool:
        return self.origin == "add"

    @property
    def due(self) -> date | None:
        day = self.snapshot.get("due")
        return date.fromisoformat(day) if day else None

    @property
    def due_now(self) -> date | None:
        """The day that the record calls for since somebody decided on the item, until somebody decides about that too."""
        day = self.snapshot.get("due_now")
        return date.fromisoformat(day) if day else None

    @property
    def due_by(self) -> date | None:
        """The day that counts in lists: the earlier of the two."""
        return min((day for day in (self.due, self.due_now) if day is not None), default=None)

    @property
    def follow_up_by(self) -> date | None:
        """The next day on which a signposting is followed up at the latest; None if none is open."""
        days = [one.follow_up_by for one in self.signpostings if one.follow_up_by is not None]
        return min(days) if days and self.live else None


def begin(item: Item, at: datetime) -> History:
    """The history of an item that the rules propose; one the person does not want is declined at once."""
    history: History = (Event("propose", _aware(at), RULES, {"item": item.to_json()}),)
    if item.state == DECLINED:
        history += (Event("decline", _aware(at), RULES, {"reason": item.declined, "who": "person"}),)
    return history


def add(item: Item, at: datetime, by: str, reason: str) -> History:
    """The history of an item that a worker adds (``planning.added_item``). Raises NotAllowed without a reason."""
    if not reason.strip():
        raise NotAllowed("give the reason for adding this")
    return (Event("add", _aware(at), by, {"item": item.to_json(), "reason": reason.strip()}),)


def act(
    history: Sequence[Event],
    step: str,
    at: datetime,
    by: str,
    *,
    deadlines: Deadlines,
    services: Container[str] = (),
    **given: Any,
) -> Event:
    """The event of one step, to be added at the end of a history. ``services`` are the ids of the prison's directory.

    Fields are words, days (a date or ISO); for ``change``, new values of ``owner``, ``due``, ``level``, ``service``, ``words``; for
    ``look``, the ``item`` as proposed now (``Item.to_json``), or none where nothing calls for it any more; or ``due_now``, the day
    that the record calls for, and ``due``, the one it has from now on. A signposting without ``follow_up_by`` is followed up after
    the usual number of working days.

    Raises:
        NotAllowed: no such step from here, a field missing or wrong, or a service that is not in the directory.
    """
    now, at = current(history), _aware(at)
    if step not in _STEPS:
        raise NotAllowed(f"there is no step '{step}'; use one of {', '.join(STEPS)}")
    required, ways = _STEPS[step][2], ways_on(now)
    if step not in ways:
        on = f"from here: {', '.join(ways)}" if ways else "it is closed"
        raise NotAllowed(f"an item that is {_said(now.state)} cannot be taken to '{step}'; {on}")
    if at < history[-1].at:
        raise NotAllowed("this is earlier than the last step; look at the time")
    data = {name: _value(name, value) for name, value in given.items() if value not in (None, "")}
    for name in required:
        if not data.get(name):
            raise NotAllowed(f"give {_FIELDS[name]}")
    _check(step, now, data, in_london(at).date(), deadlines, services)
    return Event(step, at, by, data)


def _value(name: str, value: Any) -> Any:
    """A field as it is kept: words trimmed, days in ISO."""
    if name in _DAYS:
        try:
            day = value if isinstance(value, date) else date.fromisoformat(str(value).strip())
        except ValueError:
            raise NotAllowed(f"'{value}' is not a day; write it as 2026-12-24") from None
        return (day.date() if isinstance(day, datetime) else day).isoformat()
    return value.strip() if isinstance(value, str) else value


def _check(step: str, now: ItemState, data: dict[str, Any], today: date, deadlines: Deadlines, services: Container[str]) -> None:
    """What is special to a step; fills in the day of the next follow-up."""
    on = date.fromisoformat(data["on"]) if "on" in data else today
    if on > today:
        raise NotAllowed("the day is still to come; write the day it happened")
    # A service that has left the directory, or that another prison has, is followed up all the same.
    if step in ("signpost", "change") and data.get("service") and data["service"] not in services:
        raise NotAllowed(f"'{data['service']}' is not in the prison's directory; add it there or choose another service")
    if step == "deliver":
        _check_outcome_reached(now)
    if step == "signpost":
        data.setdefault("follow_up_by", follow_up_by(on, deadlines).isoformat())
    if step == "follow_up":
        _check_follow_up(now, data, on, deadlines)
    if "follow_up_by" in data and date.fromisoformat(data["follow_up_by"]) <= on:
        raise NotAllowed("the follow-up has to be after that day; choose a later one")
    if step == "change":
        if not any(name in data for name in CHANGEABLE):
            raise NotAllowed(f"say what to change: {', '.join(CHANGEABLE)}")
        if data.get("level") not in (None, "1", "2", "3", "2/3"):
            raise NotAllowed("the level is 1, 2, 3 or 2/3")


def _check_outcome_reached(now: ItemState) -> None:
    if now.state != FOLLOWED_UP:
        return
    last = [one.outcomes[-1][1] for one in now.signpostings if one.outcomes]
    if not any(outcome in (SEEN, HELPED) for outcome in last):
        raise NotAllowed("no service has helped yet; follow up again, or start on it another way")


def _check_follow_up(now: ItemState, data: dict[str, Any], on: date, deadlines: Deadlines) -> None:
    if data["outcome"] not in OUTCOMES:
        raise NotAllowed(f"'{data['outcome']}' is no outcome; use {', '.join(OUTCOMES)}")
    named = dict.fromkeys(one.service for one in now.signpostings)
    waiting = dict.fromkeys(one.service for one in now.signpostings if one.follow_up_by is not None)
    service = data.setdefault("service", next(iter(waiting or named)) if len(waiting or named) == 1 else None)
    if service not in named:
        raise NotAllowed(f"say which service is followed up: {', '.join(named)}")
    sent = [one for one in now.signpostings if one.service == service]
    if on < min(one.on for one in [one for one in sent if one.follow_up_by is not None] or sent):
        raise NotAllowed("the follow-up cannot be before the person was sent there; look at the day")
    if data["outcome"] in STILL_OPEN:
        data.setdefault("follow_up_by", follow_up_by(on, deadlines).isoformat())


def _said(state: str) -> str:
    return state.replace("_", " ")


def ways_on(now: ItemState) -> tuple[str, ...]:
    """The steps that can be taken from where an item stands."""
    more = _WITHOUT_AGREEMENT if now.snapshot.get("level") == EVERYBODY and now.state == PROPOSED else ()
    # Every signposting is followed up (2.5), whatever has become of the item since.
    less = () if now.state in _WITH_SERVICES or now.follow_up_by is not None else ("follow_up",)
    return tuple(step for step in STEPS if (now.state in _STEPS[step][0] and step not in less) or step in more)


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise NotAllowed("a moment needs its zone; give an aware one")
    return at


def current(history: Sequence[Event]) -> ItemState:
    """Where an item stands after its events. Raises ValueError for a history that does not begin."""
    if not history or history[0].kind not in FIRST:
        raise ValueError("a history begins with propose, add or carry_in")
    first = history[0]
    begun = first.data.get("state", PROPOSED)
    state = ItemState(
        key=str(first.data["item"]["key"]),
        state=begun,
        since=first.at,
        snapshot=dict(first.data["item"]),
        events=1,
        origin=first.kind,
        decided=first.kind != "propose",
        agreed_once=begun not in (PROPOSED, DECLINED),
        signpostings=tuple(Signposting.from_json(one) for one in first.data.get("signpostings", ())),
    )
    for event in history[1:]:
        state = _after(state, event)
    return state


def _after(before: ItemState, event: Event) -> ItemState:
    """The state after one more event."""
    data, to = event.data, _STEPS[event.kind][1]
    signpostings, snapshot, done = before.signpostings, before.snapshot, before.done
    if event.kind == "reopen" and any(one.follow_up_by is not None for one in signpostings):
        # The person was sent there, and somebody still asks what came of it.
        to = _by_outcomes(signpostings)
    elif event.kind == "reopen":
        # What was agreed once is agreed again; what was not is offered again.
        to = AGREED if before.state in (DONE, NOT_AVAILABLE) and before.agreed_once else PROPOSED
    elif event.kind == "signpost":
        signpostings = (*signpostings, Signposting.from_json(data))
    elif event.kind == "follow_up":
        signpostings = followed_up(signpostings, data)
        # What was started another way meanwhile goes on as it is.
        to = _by_outcomes(signpostings) if before.state in _WITH_SERVICES else None
    elif event.kind == "change":
        called = {"called": snapshot.get("called", snapshot.get("due"))} if "due" in data else {}
        snapshot = {**snapshot, **called, **{name: data[name] for name in CHANGEABLE if name in data}}
    elif event.kind == "look":
        snapshot = _looked(before, event)
    elif event.kind == "deliver":
        done = {**data, "by": data.get("who") or event.by}
    return ItemState(
        key=before.key,
        state=to or before.state,
        since=event.at if to and to != before.state else before.since,
        snapshot=snapshot,
        events=before.events + 1,
        origin=before.origin,
        decided=before.decided or event.by != RULES,
        agreed_once=before.agreed_once or event.kind in ("agree", *_WITHOUT_AGREEMENT),
        signpostings=signpostings,
        done=done if (to or before.state) == DONE else {},
        last=data,
    )


def _looked(before: ItemState, event: Event) -> Mapping[str, Any]:
    """What a look makes of an item. ``called`` is the day that the record called for when somebody last decided on the date."""
    data, seen = event.data, event.data.get("item")
    if "due_now" in data and event.by == RULES:
        return {**before.snapshot, "due_now": data["due_now"]}
    if "due_now" in data:
        decided = {name: data[name] for name in ("due", "from") if name in data}
        return {**before.snapshot, **decided, "called": data["due_now"], "due_now": None}
    if seen and event.by == RULES and not before.decided:
        # What nobody has decided on is as it is proposed now.
        return dict(seen)
    return {**before.snapshot, **({name: seen[name] for name in _LOOKED_AT} if seen else {"because": [], "kept": True})}


def _by_outcomes(signpostings: tuple[Signposting, ...]) -> str:
    return FOLLOWED_UP if all(one.followed_up for one in signpostings) else SIGNPOSTED


def carry(history: Sequence[Event], at: datetime, by: str, plan: str, deadlines: Deadlines) -> tuple[Event, History]:
    """Carry an item over to a later plan: the event that closes it in the old one, and its history in the new one.

    It goes on where it stands, signpostings and their follow-ups included; what was declined is offered again.
    Raises NotAllowed for an item that is done, removed or carried over already.
    """
    now = current(history)
    closing = act(history, "carry_over", at, by, deadlines=deadlines, to=plan)
    kept = [one.to_json() for one in now.signpostings]
    state = now.state if now.live else PROPOSED
    return closing, (
        Event("carry_in", closing.at, by, {"item": dict(now.snapshot), "state": state, "signpostings": kept, "was": now.state}),
    )
