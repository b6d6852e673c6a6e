"""A case, its lines in lists and its alerts as plain JSON, for programs. What is covered stays covered."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from bot.casework.case import Case, CohortView, ConsentView, ItemView, RouteView
from bot.plan.compare import Change
from bot.store.plan_types import AlertRow, CaseLine, Closing, DueLine, PlanRow
from bot.web.case_view import buttons


def iso(value: date | datetime | None) -> str | None:
    """A day or a moment in ISO 8601."""
    return None if value is None else value.isoformat()


def line_json(line: CaseLine | DueLine) -> dict[str, Any]:
    """A line of a list."""
    return {name: iso(value) if isinstance(value, date) else value for name, value in asdict(line).items()}


def alert_json(alert: AlertRow, detail: bool) -> dict[str, Any]:
    """An alert; what was answered or said only with ``detail``."""
    shown: dict[str, Any] = {
        "id": alert.id,
        "person": alert.person_id,
        "interview": alert.interview_id,
        "prison": alert.prison,
        "raised_at": iso(alert.raised_at),
        "words": alert.words,
        "who": list(alert.who),
        "acknowledged_at": iso(alert.acknowledged_at),
        "acknowledged_by": alert.acknowledged_by,
    }
    if detail:
        shown |= {name: getattr(alert, name) for name in ("kind", "detail", "said", "source", "note")}
        shown["because"] = [dict(cause) for cause in alert.because]
    return shown


def item_json(item: ItemView) -> dict[str, Any]:
    """An item with its history and the steps that can be taken from where it stands."""
    change = item.change
    return {
        "id": item.id,
        "seen": item.seen,
        "activity": item.activity.id,
        "pathway": item.pathway,
        "level": item.level,
        "title": item.words or item.activity.activity,
        "state": item.state.state,
        "since": iso(item.state.since),
        "because": [dict(reason) for reason in item.because],
        "owner": dict(item.owner),
        "service": item.service.id if item.service is not None else None,
        "no_service": item.no_service,
        "due": iso(item.due),
        "due_now": iso(item.due_now),
        "due_status": item.due_status,
        "follow_up_by": iso(item.follow_up_by),
        "follow_up_status": item.follow_up_status,
        "signpostings": [
            {
                "service": one.service,
                "on": iso(one.on),
                "how": one.how,
                "follow_up_by": iso(one.follow_up_by),
                "outcomes": [{"on": iso(on), "outcome": outcome} for on, outcome in one.outcomes],
            }
            for one in item.state.signpostings
        ],
        "steps": list(buttons(item)),
        "change": None if change is None else _change(change),
        "sensitive": item.sensitive,
        "source": list(item.source),
        "history": [event.to_json() for event in item.history],
    }


def _change(change: Change) -> dict[str, Any]:
    return {"kind": change.kind, "added": list(change.added), "lost": list(change.lost), "due": iso(change.due)}


def _plan(row: PlanRow) -> dict[str, Any]:
    return {"id": row.id, "interview": row.interview_id, "kind": row.kind, "made_at": iso(row.made_at), "worker": row.worker}


def _closing(closing: Closing) -> dict[str, Any]:
    return {"reason": closing.reason, "note": closing.note, "at": iso(closing.at), "by": closing.by}


def _consent(view: ConsentView) -> dict[str, Any]:
    standing = view.standing
    return {"id": view.rule.id, "state": standing.state, "since": iso(standing.since), "services": dict(standing.services)}


def _group(view: CohortView) -> dict[str, Any]:
    return {"id": view.cohort.id, "in_group": view.found is not None, "by_rule": view.by_rule, "mark": view.mark}


def _route(view: RouteView) -> dict[str, Any]:
    return {
        "id": view.id,
        "label": view.label,
        "status": view.status,
        "done": sorted(view.done),
        "recorded": dict(view.recorded),
        "services": [service.id for service in view.services],
        "sensitive": view.sensitive,
        "open": None if view.found is None else view.found.to_json(),
    }


def case_json(case: Case, detail: bool) -> dict[str, Any]:
    """A whole case. ``detail`` as for ``alert_json``."""
    plan = case.plan
    return {
        "person": case.person_id,
        "today": iso(case.today),
        "complete": case.complete,
        "plan": None if plan is None else _plan(plan),
        "earlier_stay": case.earlier_stay,
        "closed": None if case.closing is None else _closing(case.closing),
        "funding": case.funding,
        "notices": [{"id": one.id, "text": one.text, "source": one.source} for one in case.notices],
        "items": [item_json(item) for item in case.items],
        "offers": [{"activity": offer.activity, "need": offer.need} for offer in case.offers],
        "prompts": [{"group": one.cohort, "text": one.duty.text, "statement": one.duty.statement} for one in case.prompts],
        "consents": [_consent(view) for view in case.consent_views],
        "routes": [_route(view) for view in case.routes],
        "contacts": [
            {"day": iso(view.day), "number": view.number, "status": view.status, "held": view.held} for view in case.contacts
        ],
        "groups": [_group(view) for view in case.cohorts],
        "dates": case.dates.to_json(case.today),
        "assessments": [asdict(due) for due in case.assessments],
        "profile": None if case.profile is None else case.profile.to_json(),
        "alerts": [alert_json(alert, detail or not alert.sensitive) for alert in (*case.alerts, *case.acknowledged)],
        "earlier": [{"plan": one.plan.id, "made_at": iso(one.plan.made_at), "items": len(one.items)} for one in case.earlier],
    }
