"""The answers changed: what that means for a plan that people have worked on. Nothing is changed here, only said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.plan.dates import in_london
from bot.plan.definitions import AT_ONCE, DUTY_TO_REFER, RELEASE, Deadlines
from bot.plan.items import DECLINED, RAISED, Item, ProposedPlan
from bot.plan.life import CARRIED_OVER, REMOVED, RULES, Event, History, ItemState, act, begin, current

NEW, GONE, REASONS, WISH, DETAILS, DATE = "new", "gone", "reasons", "wish", "details", "date"
Reason = tuple[str, str, str, tuple[tuple[str, tuple[str, ...]], ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """One item to look at.

    ``kind``: ``new`` (called for now, not on the plan), ``gone`` (nothing calls for it any more), ``reasons`` (other answers call
    for it), ``wish`` (the person wants it now, or no longer), ``details`` (another date, service or owner; only of what nobody has
    taken a step on), ``date`` (the release date moved, and with it the day by which what somebody has decided on is to be done;
    ``due`` is the new one, ``start`` the earliest day to work on it).
    ``untouched``: nobody has taken a step on it yet, so that it may follow the answers; all others wait for a worker.
    ``added`` and ``lost`` are the reasons that came and went, as in ``Because.to_json``.
    """

    kind: str
    key: str
    activity: str
    untouched: bool
    proposed: Item | None = None
    added: tuple[Mapping[str, Any], ...] = ()
    lost: tuple[Mapping[str, Any], ...] = ()
    sensitive: bool = False
    due: date | None = None
    start: date | None = None


def compare(existing: Iterable[ItemState], proposed: ProposedPlan) -> tuple[Change, ...]:
    """What to look at on a plan, in the order of the proposal and then of the plan.

    ``existing`` is every item of the stored plan, removed ones too: what a worker removed is shown again only when other reasons
    call for it. Items a worker added are never questioned but for their date, nor is what is done.
    """
    stored = {state.key: state for state in existing if state.state != CARRIED_OVER}
    changes: list[Change] = []
    for item in proposed.items:
        state = stored.get(item.key)
        if state is None:
            changes.append(Change(NEW, item.key, item.activity.id, untouched=True, proposed=item, sensitive=item.sensitive))
        else:
            changes += _changes(state, item, proposed.made_on)
    now = {item.key for item in proposed.items}
    changes += [_gone(state) for key, state in stored.items() if key not in now and _asks(state) and not state.snapshot.get("kept")]
    asked = {change.key for change in changes}
    # One thing at a time: a date that moved too is shown once the rest is decided.
    for key, state in stored.items():
        if key not in asked and (day := new_date(state, proposed)) is not None:
            changes.append(_moved(state, day, proposed))
    return tuple(changes)


def new_date(state: ItemState, proposed: ProposedPlan) -> date | None:
    """The day by which an item is to be done now that the release date is another than when somebody decided on it.

    None where nobody has to decide: it is as it was, the item has that day already, or there is no release date any more.
    """
    if not (state.live and state.decided):
        return None
    rule, dates, called = state.snapshot.get("due_rule"), proposed.dates, _called(state)
    days = {RELEASE: dates.release, DUTY_TO_REFER: dates.duty_to_refer_by, AT_ONCE: dates.release}
    day = days.get(str(rule))
    if day is None or day in (state.due, called):
        return None
    # Once it is asked about, it is until somebody decides.
    asked = state.due_now == day
    if rule == AT_ONCE and (called is None or day > called or (day < proposed.made_on and not asked)):
        return None
    if rule == DUTY_TO_REFER and called is not None and day < called <= proposed.made_on and not asked:
        # It was due at once, and is.
        return None
    return day


def _called(state: ItemState) -> date | None:
    """The day that the record called for when somebody decided on the item's date."""
    day = state.snapshot.get("called", state.snapshot.get("due"))
    return date.fromisoformat(day) if day else None


def _moved(state: ItemState, day: date, proposed: ProposedPlan) -> Change:
    start = proposed.dates.prerelease_from if state.snapshot.get("due_rule") == RELEASE else None
    sensitive = bool(state.snapshot.get("sensitive"))
    return Change(DATE, state.key, state.snapshot["activity"], untouched=False, sensitive=sensitive, due=day, start=start)


def noted_date(state: ItemState, proposed: ProposedPlan, at: datetime) -> History:
    """The event by which the lists know of such a day, or that it is no more to be decided; none where they do."""
    day = new_date(state, proposed)
    if not state.live or day == state.due_now:
        return ()
    return (Event("look", at, RULES, {"due_now": day.isoformat() if day is not None else None}),)


def _asks(state: ItemState) -> bool:
    return not state.by_worker and (state.live or state.state == DECLINED)


def _gone(state: ItemState) -> Change:
    reasons = tuple(_compared(state.snapshot["because"]).values())
    return Change(
        GONE,
        state.key,
        state.snapshot["activity"],
        untouched=not state.decided,
        lost=reasons,
        sensitive=bool(state.snapshot.get("sensitive")),
    )


def _changes(state: ItemState, item: Item, today: date) -> list[Change]:
    if state.by_worker:
        return []
    before, after = _compared(state.snapshot["because"]), _compared([reason.to_json() for reason in item.because])
    added = tuple(reason for key, reason in after.items() if key not in before)
    lost = tuple(reason for key, reason in before.items() if key not in after)
    found: list[Change] = []

    def change(kind: str) -> None:
        found.append(Change(kind, item.key, item.activity.id, not state.decided, item, added, lost, item.sensitive))

    if state.state == REMOVED:
        # What the rules took off comes back with its reasons; what a worker removed only for other ones.
        if added or not state.decided:
            change(NEW)
        return found
    if not _asks(state):
        return found
    if added or lost:
        change(REASONS)
    wanted_now = item.state != DECLINED
    if wanted_now != (state.state != DECLINED) and _wish(state) != (item.state, item.declined):
        change(WISH)
    if not found and not state.decided and renewed(state.snapshot, item, today) != state.snapshot:
        change(DETAILS)
    return found


def renewed(snapshot: Mapping[str, Any], item: Item, today: date) -> dict[str, Any]:
    """An item as it is proposed on a day (``Item.to_json``), but that a date once counted from today does not move with it."""
    now, before = item.to_json(), snapshot.get("due")
    counted = now["due_rule"] == AT_ONCE or (now["due_rule"] == DUTY_TO_REFER and now["due"] == today.isoformat())
    if before and now["due"] and counted and now["due_rule"] == snapshot.get("due_rule"):
        now["due"] = min(now["due"], before)
    return now


def _wish(state: ItemState) -> tuple[str, str]:
    """What the person's answers said to it when it came on the plan."""
    return str(state.snapshot.get("state")), str(state.snapshot.get("declined", ""))


def _compared(reasons: Iterable[Mapping[str, Any]]) -> dict[Reason, Mapping[str, Any]]:
    """Reasons by what counts in them. The group that raises the level is left out: it is looked at once, not on every item."""
    return {
        (
            reason["kind"],
            reason.get("need") or "",
            reason.get("cohort") or "",
            tuple(sorted((answer["question"], tuple(sorted(answer["options"]))) for answer in reason["answers"])),
        ): reason
        for reason in reasons
        if reason["kind"] != RAISED
    }


def follow(history: Sequence[Event], change: Change, at: datetime, deadlines: Deadlines) -> History:
    """The events by which an item that nobody has decided on follows the answers; none for one that somebody has.

    For a new item, its whole history. For all others, events to be added to ``history``.
    """
    if change.proposed is not None and not history:
        return begin(change.proposed, at)
    if not change.untouched:
        return ()
    added: History = ()
    state = current(history).snapshot

    def step(name: str, **fields: Any) -> None:
        nonlocal added
        added += (act((*history, *added), name, at, RULES, deadlines=deadlines, **fields),)

    if change.proposed is None:
        step("remove", reason="nothing calls for it any more")
        return added
    if change.kind == NEW:
        step("reopen", reason="the answers call for it again")
    elif change.kind == WISH and change.proposed.state != DECLINED:
        step("reopen", reason="the person wants it now")
    if change.kind in (NEW, WISH) and change.proposed.state == DECLINED:
        step("decline", reason=change.proposed.declined, who="person")
    today = in_london(at).date()
    step("look", item=change.proposed.to_json() if change.kind == NEW else renewed(state, change.proposed, today))
    return added
