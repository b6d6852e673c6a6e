"""The steps a worker takes on a case, decided: what is written, or why it cannot be. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from bot.casework.case import WORKER_STEPS
from bot.casework.proposing import Grounds, closing_of, consents_of, current_plan, open_contacts, open_routes
from bot.casework.viewing import item_consent, route_consent
from bot.plan.compare import DATE, GONE, NEW, WISH, Change
from bot.plan.consents import ConsentEvent, Consents, give, read_consents, withdraw
from bot.plan.definitions import Deadlines, PlanData, Route
from bot.plan.items import DECLINED
from bot.plan.life import Event, History, NotAllowed, act, add
from bot.plan.planning import added_item
from bot.plan.routes import GIVEN, NONE_NEEDED, NOT_GIVEN
from bot.store.errors import ChangedMeanwhile, NotFound
from bot.store.plan_types import (
    ACTIVE,
    CLOSE_REASONS,
    CLOSING,
    COHORT,
    CONTACT,
    OTHER,
    REOPENING,
    ROUTE,
    CaseEvent,
    CaseFile,
    Closing,
    PlanRow,
    StoredItem,
    Work,
)

LONGEST_WORDS = 2000
# Steps that do what an item is for.
GOES_AHEAD = ("start", "signpost", "deliver")


def item_of(file: CaseFile, item_id: str, seen: int) -> tuple[PlanRow, StoredItem]:
    """An item of the active plan that has not changed since it was seen.

    Raises:
        NotFound: there is no such item on it.
        ChangedMeanwhile: it has another number of events.
    """
    for plan in file.plans:
        for item in file.items[plan.id]:
            if item.id == item_id:
                if plan.state != ACTIVE or len(item.history) != seen:
                    raise ChangedMeanwhile
                return plan, item
    raise NotFound("item")


def taken(
    consents: Callable[[], Consents],
    item: StoredItem,
    plan_data: PlanData,
    step: str,
    now: datetime,
    by: str,
    given: Mapping[str, Any],
) -> tuple[Event, ...]:
    """The event of a step. Raises NotAllowed, also where it would go ahead against the person's no (``consents`` says which)."""
    if step not in WORKER_STEPS:
        raise NotAllowed(f"there is no step '{step}'; use one of {', '.join(WORKER_STEPS)}")
    if step in GOES_AHEAD and item_consent(plan_data, item.state, consents()) == NOT_GIVEN:
        raise NotAllowed("the person has said no to this, or taken their yes back; ask them, and record their consent first")
    for value in given.values():
        _short(value)
    if given.get("owner"):
        given = {**given, "owner": _owner(item, given["owner"])}
    return (act(item.history, step, now, by, deadlines=plan_data.deadlines, services=plan_data.directory.services, **given),)


def _owner(item: StoredItem, given: Any) -> dict[str, Any]:
    """Who a worker has chosen, a name or more: the role stays what it was where it is not changed as well."""
    chosen = {"name": given.strip()} if isinstance(given, str) else dict(given)
    return {**item.state.snapshot["owner"], **chosen, "decide": False}


def _short(value: Any) -> None:
    if isinstance(value, str) and len(value) > LONGEST_WORDS:
        raise NotAllowed(f"this is longer than {LONGEST_WORDS} characters; shorten it")


def added(file: CaseFile, plan: PlanRow, ground: Grounds, activity: str, reason: str, now: datetime, by: str) -> History:
    """The history of an item that a worker adds. Raises NotFound for an activity the menu lacks, NotAllowed without a reason."""
    if activity not in ground.plan_data.activities:
        raise NotFound("activity")
    _short(reason)
    keys = {item.state.key for item in file.items[plan.id]} | set(ground.proposed.by_key)
    item = added_item(ground.plan_data, ground.path, ground.context, file.record, ground.today, activity, reason.strip(), keys)
    return add(item, now, by, reason)


def looked_at(
    item: StoredItem, changes: Sequence[Change], now: datetime, by: str, deadlines: Deadlines, accept: bool
) -> tuple[Event, ...]:
    """The events by which a worker takes over what changed answers say to an item, or leaves it as it is.

    Raises:
        NotAllowed: there is nothing to look at.
    """
    found = [change for change in changes if change.key == item.state.key and not change.untouched]
    if not found:
        raise NotAllowed("there is nothing to look at here any more; look at the page again")
    proposed, kinds = found[0].proposed, {change.kind for change in found}
    events: History = ()

    def step(name: str, **given: Any) -> None:
        nonlocal events
        events += (act((*item.history, *events), name, now, by, deadlines=deadlines, **given),)

    if DATE in kinds:
        new = {"due": found[0].due, "from": found[0].start} if accept else {"due": item.state.due}
        step("look", due_now=found[0].due, **new)
        return events
    if GONE in kinds or proposed is None:
        if accept:
            step("remove", reason="nothing calls for it any more")
        else:
            step("look")
        return events
    if NEW in kinds:
        if accept:
            step("reopen", reason="the answers call for it again")
            step("look", item=proposed.to_json())
            return events
        # Removed as it is, but for these reasons too: taken up and put down again, so that it is not asked any more.
        step("reopen", reason="the answers call for it again")
        step("look", item=proposed.to_json())
        step("remove", reason="looked at again, and left off")
        return events
    if WISH in kinds and accept:
        if proposed.state == DECLINED:
            step("decline", reason=proposed.declined, who="person")
        else:
            step("reopen", reason="the person wants it now")
    step("look", item=proposed.to_json())
    return events


def consented(
    file: CaseFile, plan_data: PlanData, consent: str, now: datetime, by: str, service: str | None, note: str, given: bool
) -> ConsentEvent:
    """A consent as told to a worker. Raises NotFound for a consent or service that there is not."""
    _short(note)
    if consent not in plan_data.consents:
        raise NotFound("consent")
    if service is not None and given and service not in plan_data.directory.services:
        raise NotFound("service")
    return (give if given else withdraw)(read_consents(plan_data, file.consents), consent, now, by, service, note.strip())


def route_recorded(
    file: CaseFile, plan: PlanRow, ground: Grounds, route_id: str, data: Mapping[str, Any], now: datetime, by: str
) -> Work:
    """A record of a route.

    Raises:
        NotFound: there is no such route.
        NotAllowed: nothing to record, a field the route does not keep, or a step that waits for the person's yes.
    """
    route = ground.plan_data.routes.get(route_id)
    if route is None:
        raise NotFound("route")
    kept = {name: _plain(value) for name, value in data.items() if value not in (None, "")}
    unknown = [name for name in kept if name not in (*route.keeps, "step", "note")]
    if unknown:
        raise NotAllowed(f"this route does not keep '{unknown[0]}'; use {', '.join((*route.keeps, 'step', 'note'))}")
    if not kept:
        raise NotAllowed("there is nothing to record; fill something in")
    if "step" in kept:
        _check_step(file, ground, route, str(kept["step"]))
    event = CaseEvent(f"{ROUTE}:{route.id}", now, by, kept, plan.id)
    left = open_routes(with_event(file, event), plan, ground)
    return Work(what="route recorded", plan_id=plan.id, case_events=(event,), routes=left)


def _check_step(file: CaseFile, ground: Grounds, route: Route, name: str) -> None:
    step = next((step for step in route.steps if step.id == name), None)
    if step is None:
        raise NotAllowed(f"this route has no step '{name}'; use one of {', '.join(step.id for step in route.steps)}")
    found = next((one for one in ground.proposed.routes if one.route.id == route.id), None)
    by_question = any(rule.question == route.consent for rule in ground.plan_data.consents.values())
    if step.after_consent and by_question and found is not None:
        consents = consents_of(file, ground.plan_data, ground)
        if route_consent(ground.plan_data, found, consents) not in (GIVEN, NONE_NEEDED):
            raise NotAllowed("this waits for the person's yes; ask them and record their consent first")


def _plain(value: Any) -> Any:
    """A field as it is kept: words trimmed, days in ISO."""
    _short(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, (bool, int, float)):
        return value
    raise NotAllowed("this is neither words, a number nor a day; write it in words")


def contact_recorded(
    file: CaseFile, plan: PlanRow, ground: Grounds, day: date, held: bool, how: str, note: str, now: datetime, by: str
) -> Work:
    """A contact after release. Raises NotAllowed for a day that is none of the plan's, or one still to come that was held."""
    days = ground.proposed.dates.contacts
    if day not in days:
        raise NotAllowed("this is not a day of contact of this plan; choose one of those shown")
    if held and day > ground.today:
        raise NotAllowed("this day is still to come; record the contact once it was held")
    _short(how)
    _short(note)
    data = {"held": held} | {name: text.strip() for name, text in (("how", how), ("note", note)) if text.strip()}
    event = CaseEvent(f"{CONTACT}:{day.isoformat()}", now, by, data, plan.id)
    left = open_contacts(with_event(file, event), ground)
    return Work(what="contact recorded", plan_id=plan.id, case_events=(event,), contacts=left)


def closed(file: CaseFile, reason: str, note: str, now: datetime, by: str) -> Work:
    """The plan that is worked on, closed by hand. Its items and their history stay as they are.

    Raises:
        NotAllowed: there is none, the reason is none of ``CLOSE_REASONS``, or another reason is not said in words.
    """
    plan, note = current_plan(file), note.strip()
    if plan is None:
        raise NotAllowed("there is no open plan; look at the page again")
    if reason not in CLOSE_REASONS:
        raise NotAllowed(f"there is no reason '{reason}'; use one of {', '.join(CLOSE_REASONS)}")
    if reason == OTHER and not note:
        raise NotAllowed("say which other reason it is")
    _short(note)
    return Work(what="plan closed", plan_id=plan.id, closings=(Closing(plan.id, CLOSING, now, by, reason, note),))


def reopened(file: CaseFile, note: str, now: datetime, by: str) -> Work:
    """The newest plan, closed by hand, opened again. Raises NotAllowed where it is not closed by hand, or without a reason."""
    plan, note = next(iter(file.plans), None), note.strip()
    if plan is None or closing_of(file, plan) is None:
        raise NotAllowed("there is no plan that was closed by hand; look at the page again")
    if not note:
        raise NotAllowed("say why it is opened again")
    _short(note)
    return Work(what="plan opened again", plan_id=plan.id, closings=(Closing(plan.id, REOPENING, now, by, "", note),))


def cohort_marked(
    plan: PlanRow, ground: Grounds, cohort: str, in_group: bool | None, reason: str, now: datetime, by: str
) -> CaseEvent:
    """A decision on a group. Raises NotFound for a group that there is not, NotAllowed without a reason."""
    if cohort not in ground.plan_data.cohorts:
        raise NotFound("group")
    if not reason.strip():
        raise NotAllowed("give the reason for this decision")
    _short(reason)
    return CaseEvent(f"{COHORT}:{cohort}", now, by, {"in_group": in_group, "reason": reason.strip()}, plan.id)


def with_event(file: CaseFile, event: CaseEvent) -> CaseFile:
    """The case with one more record."""
    return replace(file, events=(*file.events, event))


def joined(work: Work, more: Work) -> Work:
    """What follows from a step and the step itself, as one; named for the step."""
    return replace(work, what=more.what, plan_id=more.plan_id, case_events=(*work.case_events, *more.case_events))
