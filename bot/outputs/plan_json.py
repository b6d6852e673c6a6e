"""The plan as JSON for other programs, of the shape that ``plan.schema.json`` (JSON Schema 2020-12) publishes."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bot.casework.case import Case, ContactView, ItemView, RouteView
from bot.interview.path import Step
from bot.outputs.words import Words
from bot.plan.life import Event
from bot.plan.services import Service
from bot.plan.signposting import Signposting
from bot.store.plan_types import AlertRow

SCHEMA = Path(__file__).with_name("plan.schema.json")
# A new number says that something a reader relied on has changed; new fields do not change it.
VERSION = 1


def plan_json(case: Case, words: Words, with_private: bool = False) -> str:
    """The plan as a JSON text, in ``words`` beside the ids. There has to be a plan.

    Without ``with_private`` (staff with the safeguarding role only) nothing sensitive is in it, and it says so.
    """
    return json.dumps(plan_data(case, words, with_private), ensure_ascii=False, indent=1) + "\n"


def plan_data(case: Case, words: Words, with_private: bool = False) -> dict[str, Any]:
    """What ``plan_json`` writes, as plain objects."""
    return _Writer(case if with_private else case.without_sensitive(), words, with_private).whole()


def schema() -> dict[str, Any]:
    """The published schema."""
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


def _iso(value: date | datetime | None) -> str | None:
    return None if value is None else value.isoformat()


class _Writer:
    def __init__(self, case: Case, words: Words, private: bool) -> None:
        self.case, self.words, self.private = case, words, private

    def whole(self) -> dict[str, Any]:
        case, interview, plan = self.case, self.case.interview, self.case.plan
        proposed = case.proposed
        return {
            "version": VERSION,
            "made_on": case.today.isoformat(),
            "language": self.words.code,
            "level": self.words.level,
            "private_included": self.private,
            "person": case.record.to_json(),
            "interview": None
            if interview is None
            else {
                "kind": interview.kind,
                "mode": interview.mode,
                "language": interview.language,
                "state": interview.state,
                "started_at": _iso(interview.started_at),
                "completed_at": _iso(interview.completed_at),
            },
            "plan": None if plan is None else {"made_at": _iso(plan.made_at), "state": plan.state, "worker": plan.worker},
            "funding": case.funding,
            "answers": [self.answer(step) for step in case.path.steps if step.answer is not None] if case.path else [],
            "needs": [
                {"need": one.id, "pathway": one.need.pathway, "words": self.words.need(one.id).text, "wanted": one.wanted}
                for one in (proposed.needs if proposed else ())
            ],
            "items": [self.item(item) for item in case.items],
            "routes": [self.route(route) for route in case.routes],
            "consents": [
                {
                    "consent": view.rule.id,
                    "label": view.rule.label,
                    "state": view.standing.state,
                    "since": _iso(view.standing.since),
                }
                for view in case.consent_views
            ],
            "contacts": [self.contact(contact) for contact in case.contacts],
            "cohorts": [view.cohort.id for view in case.cohorts if view.found is not None],
            "prompts": [
                {
                    "cohort": one.cohort,
                    "duty": one.duty.id,
                    "text": one.duty.text,
                    "statement": one.duty.statement,
                    "source": one.duty.source,
                }
                for one in case.prompts
            ],
            "offers": [{"activity": one.activity, "need": one.need, "because": one.because.text} for one in case.offers],
            "notices": [{"notice": one.id, "text": one.text, "source": one.source} for one in case.notices],
            "changes": [
                {"item": one.key if self.private else None, "activity": one.activity, "kind": one.kind} for one in case.changes
            ],
            "alerts": [self.alert(alert) for alert in (*case.alerts, *case.acknowledged)],
            "dates": case.dates.to_json(case.today),
            "profile": None if case.profile is None else case.profile.to_json(),
            "earlier": [
                {"made_at": _iso(one.plan.made_at), "kind": one.plan.kind, "items": len(one.items)} for one in case.earlier
            ],
        }

    def answer(self, step: Step) -> dict[str, Any]:
        """One answer: its ids, and in words."""
        question, answer = step.question, step.answer
        return {
            "question": question.id,
            "section": question.section,
            "ask": self.words.question(question).text,
            "state": answer.state if answer else "skipped",
            "options": list(answer.options) if answer else [],
            "number": answer.number if answer else None,
            "text": answer.text if answer else "",
            "more": answer.more if answer else "",
            "implied": step.implied,
            "sensitive": question.sensitive,
            "words": self.words.answer(question, answer).text,
        }

    def item(self, item: ItemView) -> dict[str, Any]:
        """One item with its history."""
        state, snapshot = item.state, item.state.snapshot
        return {
            "id": item.id,
            "activity": item.activity.id,
            "pathway": item.pathway,
            "level": item.level,
            "words": self.words.activity(item).text,
            "instruction": item.activity.activity,
            "outcomes": list(item.activity.outcomes),
            "because": [
                {
                    "kind": one["kind"],
                    "need": one.get("need"),
                    "text": one["text"],
                    "words": self.words.reason(one).text,
                    "source": one["source"],
                }
                for one in item.because
            ],
            "state": state.state,
            "since": _iso(state.since),
            "owner": item.owner,
            "service": self.service(item.service),
            "no_service": item.no_service,
            "due": _iso(item.due),
            "due_now": _iso(item.due_now),
            "due_status": item.due_status,
            "due_why": str(snapshot.get("due_why") or ""),
            "from": snapshot.get("from"),
            "limit": snapshot.get("limit"),
            "more_time": bool(snapshot.get("more_time")),
            "consent": item.consent,
            "courses": list(snapshot.get("courses") or ()),
            "signpostings": [self.signposting(one) for one in state.signpostings],
            "done": dict(state.done),
            "change": item.change.kind if item.change else None,
            "sensitive": item.sensitive,
            "source": list(item.source),
            "history": [self.event(event) for event in item.history],
        }

    def event(self, event: Event) -> dict[str, Any]:
        """One step. The item as it was at the time is left out: it is in ``items`` as it is now."""
        kept = {name: value for name, value in event.data.items() if name not in ("item", "signpostings")}
        return {"step": event.kind, "at": _iso(event.at), "by": event.by, "data": kept}

    @staticmethod
    def signposting(one: Signposting) -> dict[str, Any]:
        """The person was sent to a service."""
        outcomes = [{"on": day.isoformat(), "outcome": outcome} for day, outcome in one.outcomes]
        return {
            "service": one.service,
            "on": _iso(one.on),
            "how": one.how,
            "follow_up_by": _iso(one.follow_up_by),
            "outcomes": outcomes,
        }

    @staticmethod
    def service(service: Service | None) -> dict[str, Any] | None:
        """An entry of the directory."""
        if service is None:
            return None
        return {"id": service.id, "name": service.name, "how": service.how, "phone": service.phone, "opening": service.opening}

    @staticmethod
    def route(route: RouteView) -> dict[str, Any]:
        """A referral route, open or only recorded on."""
        found = route.found
        return {
            "route": route.id,
            "label": route.label,
            "open": found is not None,
            "consent": found.consent if found else None,
            "due": _iso(found.due) if found else None,
            "missing": list(found.missing) if found else [],
            "steps": [
                {"step": step.id, "who": step.who, "text": step.text, "done": step.id in route.done, "waits": found.waits(step)}
                for step in found.route.steps
            ]
            if found
            else [],
            "recorded": dict(route.recorded),
            "sensitive": route.sensitive,
        }

    @staticmethod
    def contact(contact: ContactView) -> dict[str, Any]:
        """A day of contact after release."""
        return {
            "on": _iso(contact.day),
            "day": contact.number,
            "held": contact.held,
            "status": contact.status,
            "records": [{"at": _iso(record.at), "data": dict(record.data)} for record in contact.records],
        }

    def alert(self, alert: AlertRow) -> dict[str, Any]:
        """An immediate need. What is behind it is for the safeguarding role."""
        data: dict[str, Any] = {
            # Before others than the safeguarding role, the words say what to do and nothing else does.
            "kind": (alert.kind or None) if self.private or not alert.sensitive else None,
            "words": alert.words,
            "who": list(alert.who),
            "raised_at": _iso(alert.raised_at),
            "acknowledged_at": _iso(alert.acknowledged_at),
            "sensitive": alert.sensitive,
        }
        return data | ({"detail": alert.detail, "note": alert.note} if self.private else {})
