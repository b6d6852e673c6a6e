"""Everything held on a person as plain JSON, in plain words beside the ids: for the person, who may ask for it at any time.

What somebody of the staff wrote, or what names another person, is marked ``others`` (``staff`` or ``named``): whoever hands the
copy over looks at those places first. Hashes of codes and PINs are not data about the person, and are not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.casework.holding import Held, HeldInterview
from bot.interview.answers import Answer
from bot.interview.exchange import IN_PASSING
from bot.interview.record import PersonRecord
from bot.outputs import staff
from bot.outputs.staff import English
from bot.outputs.words import Content
from bot.plan.life import Event, current
from bot.store.plan_types import AlertRow, CaseEvent, StoredItem
from bot.store.types import CARRIED, HistoryRow

VERSION = 1
STAFF, NAMED = "staff", "named"
# (field, label, value in words) of a record.
Fields = Callable[[PersonRecord], Sequence[tuple[str, str, str]]]
# Fields of the record and keys of a step that name somebody else.
NAMES_OTHERS = ("responsible_officer", "community_provider")
KINDS = {"first": "First interview", "prerelease": "Pre-release review"}
MODES = {"worker": "with a worker", "kiosk": "alone, at a screen"}
HOW = {
    "button": "chosen by a button", "exact": "typed", "model": "understood from what was typed", "worker": "put down by a worker",
    CARRIED: "taken over from the interview before", IN_PASSING: "understood from what was typed at another question",
}  # fmt: skip
NOTES = {
    "note": "Note by staff", "observation": "Observation by staff", "said": "Said to the person",
    "words": "Words nobody could read yet", "handed_over": "Handed over to another worker",
}  # fmt: skip
DISPUTES = {"put_right": "Put right", "left_as_it_is": "Left as it is", "": "Not settled yet"}
ABOUT = {"route": "Referral", "contact": "Contact after release", "cohort": "Group"}
_WORDS = ("what", "why", "reason", "note", "how", "words", "outcome", "level", "due", "follow_up_by", "on", "service", "who")


def subject_data(held: Held, content: Content, fields: Fields, now: datetime) -> dict[str, Any]:
    """All of it. ``held.private`` says whether what is private is in it (``bot.casework.holding.without_private``)."""
    return _Writer(held, content, fields).whole(now)


def _iso(value: Any) -> str | None:
    return None if value is None else value.isoformat()


class _Writer:
    def __init__(self, held: Held, content: Content, fields: Fields) -> None:
        self.held, self.content, self.fields = held, content, fields
        self.english = English(content)

    def whole(self, now: datetime) -> dict[str, Any]:
        held = self.held
        return {
            "version": VERSION,
            "made_at": now.isoformat(),
            "private_included": held.private,
            "record": {
                "since": _iso(held.person.created),
                "fields": [self._field(*field) for field in self.fields(held.person.record)],
                "as_stored": held.person.record.to_json(),
            },
            "record_changes": list(self._changes()),
            "said_to_be_wrong": [self._dispute(one) for one in held.disputes],
            "interviews": [self._interview(one) for one in held.interviews],
            "plans": [self._plan(plan.id) for plan in reversed(held.file.plans)],
            "consents": [
                {
                    **self._who(event.by, event.at), "consent": event.consent, "words": self._consent(event.consent),
                    "state": staff.STANDINGS[event.kind], "service": event.service, "note": event.note,
                }
                for event in held.file.consents
            ],
            "beside_the_plan": [self._case_event(event) for event in held.file.events],
            "alerts": [self._alert(alert) for alert in reversed(held.file.alerts)],
            "who_looked_and_did_what": [
                {"line": row.id, "at": _iso(row.at), "who": self._name(row.who), "what": row.what} for row in held.audit
            ],
        }  # fmt: skip

    # -- who

    def _name(self, who: str) -> str:
        return self.held.names.get(who) or staff.BY.get(who) or who

    def _who(self, who: str, at: datetime | None) -> dict[str, Any]:
        """When and by whom; ``others``: staff, where it was somebody of the staff."""
        name = self._name(who)
        by_staff = who in self.held.names and not name.startswith("The person")
        return {"at": _iso(at), "by": name, **({"others": STAFF} if by_staff else {})}

    # -- the record

    def _field(self, name: str, label: str, value: str) -> dict[str, Any]:
        named = {"others": NAMED} if name in NAMES_OTHERS and value not in ("", "Not known") else {}
        return {"field": name, "label": label, "value": value, **named}

    def _changes(self) -> Iterator[dict[str, Any]]:
        """Each change: what every field was before and became."""
        after = [*(change.before for change in self.held.changes), self.held.person.record][1:]
        for change, next_record in zip(self.held.changes, after, strict=True):
            pairs = zip(self.fields(change.before), self.fields(next_record), strict=True)
            changed = [
                {"field": name, "label": label, "before": before, "after": now}
                for (name, label, before), (_, _, now) in pairs
                if before != now
            ]
            yield {
                **self._who(change.by, change.at),
                "reason": change.reason,
                "changes": changed,
                "before": change.before.to_json(),
            }

    def _dispute(self, one: Any) -> dict[str, Any]:
        settled = self._who(one.settled_by, one.settled_at) if one.settled_at is not None else None
        return {
            **self._who(one.raised_by, one.raised_at), "about": self._about(one.about), "words": one.words,
            "outcome": DISPUTES[one.outcome], "why": one.why, "settled": settled,
        }  # fmt: skip

    def _about(self, about: str) -> str:
        kind, _, rest = about.partition(":")
        if kind == "record":
            return next((label for name, label, _ in self.fields(self.held.person.record) if name == rest), rest)
        return self.english.asked(rest.partition(":")[2]) if kind == "answer" else "Something else"

    # -- interviews

    def _interview(self, one: HeldInterview) -> dict[str, Any]:
        row, private = one.row, self.held.private
        questions: dict[str, list[HistoryRow]] = {}
        for answer in one.answers:
            questions.setdefault(answer.question, []).append(answer)
        return {
            "id": row.id, "kind": KINDS[row.kind], "how": MODES[row.mode], "language": row.language, "level": row.level,
            "state": row.state, "started_at": _iso(row.started_at), "completed_at": _iso(row.completed_at),
            "last_at": _iso(row.updated_at), "started_by": self._name(row.started_by),
            "answers": [self._question(name, rows) for name, rows in questions.items()],
            "notes": [
                {
                    **self._who(note.by, note.at), "kind": NOTES[note.kind], "text": note.text,
                    "question": self.english.asked(note.question) if note.question else None,
                    "to": self._name(note.to_user) if note.to_user else None, "translation": dict(note.translation),
                }
                for note in one.notes
            ],
            "turns": [
                {"at": _iso(turn.at), "kind": turn.kind, "question": turn.question, **({"reply": turn.reply} if private else {})}
                for turn in one.turns
            ],
            "ways_in_alone": [
                {
                    "kind": access.kind, "number": access.number or None, "issued_by": self._name(access.issued_by),
                    "issued_at": _iso(access.issued_at), "expires_at": _iso(access.expires_at), "used_at": _iso(access.used_at),
                    "stopped_at": _iso(access.revoked_at), "locked_at": _iso(access.locked_at), "helps": sorted(access.adjust),
                }
                for access in one.accesses
            ],
            "asked_for_paper": [{"at": _iso(each.at), "done_at": _iso(each.done_at)} for each in one.requests],
        }  # fmt: skip

    def _question(self, name: str, rows: Sequence[HistoryRow]) -> dict[str, Any]:
        """A question with every answer to it, the oldest first; the last is the one that counts."""
        found = self.content.interview.by_id.get(name)
        return {
            "question": name,
            "asked": self.english.asked(name),
            "section": found.section if found is not None else None,
            "private": found is None or found.sensitive,
            "versions": [
                {
                    **self._who(row.by, row.at),
                    "answer": self._answer(name, row.answer),
                    "how": HOW.get(row.how, "followed from another answer"),
                    "typed": row.words,
                    "device": row.device,
                    "language": row.language,
                    "as_stored": row.answer.to_json(),
                    **({"understood": row.understood} if self.held.private and row.understood else {}),
                }
                for row in rows
            ],
        }

    def _answer(self, name: str, answer: Answer) -> str:
        question = self.content.interview.by_id.get(name)
        if question is not None:
            return self.english.answer(question, answer)
        return ", ".join(answer.options) or answer.text or ("" if answer.number is None else f"{answer.number:g}") or answer.state

    # -- plans

    def _plan(self, plan_id: str) -> dict[str, Any]:
        file = self.held.file
        plan = next(plan for plan in file.plans if plan.id == plan_id)
        summary = file.summaries.get(plan_id)
        closings = [
            {**self._who(one.by, one.at), "kind": one.kind, "reason": one.reason, "note": one.note}
            for one in file.closings
            if one.plan_id == plan_id
        ]
        return {
            "id": plan.id,
            "kind": KINDS[plan.kind],
            "made_at": _iso(plan.made_at),
            "state": plan.state,
            "worker": self._name(plan.worker) if plan.worker else None,
            "needs": [self.english.need(need) for need, _, _ in summary.needs] if summary else [],
            "more": dict(summary.more) if summary else {},
            "closed_and_opened": closings,
            "items": [self._item(item) for item in sorted(file.items.get(plan_id, ()), key=self._place)],
        }

    def _place(self, item: StoredItem) -> tuple[int, int, str]:
        """Where an item stands: by its part of the plan and its activity, as the menu has them; the id for one order always."""
        first, plan = item.history[0].data["item"], self.content.plan
        pathways, activities = list(plan.pathways), list(plan.activities)
        pathway, activity = str(first["pathway"]), str(first["activity"])
        return (
            pathways.index(pathway) if pathway in pathways else len(pathways),
            activities.index(activity) if activity in activities else len(activities),
            item.id,
        )

    def _item(self, item: StoredItem) -> dict[str, Any]:
        state = current(item.history)
        snapshot = state.snapshot
        return {
            "id": item.id,
            "what": str(snapshot.get("words") or "") or staff.activity_name(self.content, str(snapshot["activity"])),
            "because": list(dict.fromkeys(staff.reason(reason) for reason in snapshot.get("because") or ())),
            "owner": staff.owner_words(snapshot.get("owner") or {}),
            "state": staff.STATES[state.state],
            "due": _iso(state.due),
            "private": bool(snapshot.get("sensitive")),
            "history": [self._step(event) for event in item.history],
        }

    def _step(self, event: Event) -> dict[str, Any]:
        said = {name: event.data[name] for name in _WORDS if event.data.get(name)}
        kept = {} if not self.held.private else {"as_stored": dict(event.data)}
        return {**self._who(event.by, event.at), "step": staff.step_name(event), "said": said, **kept}

    def _consent(self, consent: str) -> str:
        rule = self.content.plan.consents.get(consent)
        return rule.label if rule is not None else consent.replace("_", " ")

    def _case_event(self, event: CaseEvent) -> dict[str, Any]:
        plan, name = self.content.plan, event.subject
        if event.kind == "route":
            name = plan.routes[name].label if name in plan.routes else name
        elif event.kind == "cohort":
            name = plan.cohorts[name].label if name in plan.cohorts else name
        return {**self._who(event.by, event.at), "about": f"{ABOUT[event.kind]}: {name}", "said": dict(event.data)}

    def _alert(self, alert: AlertRow) -> dict[str, Any]:
        done = None if alert.acknowledged_at is None else self._who(str(alert.acknowledged_by), alert.acknowledged_at)
        data: dict[str, Any] = {
            "raised_at": _iso(alert.raised_at), "prison": alert.prison, "words": alert.words, "private": alert.sensitive,
            "for": [self.content.plan.alert_roles.get(role, role) for role in alert.who],
            "said": alert.said, "detail": alert.detail, "acknowledged": done, "note": alert.note,
        }  # fmt: skip
        return data | {"because": [self._cause(cause) for cause in alert.because]}

    def _cause(self, cause: Mapping[str, Any]) -> dict[str, Any]:
        name, options = str(cause.get("question", "")), tuple(str(option) for option in cause.get("options") or ())
        words = self._answer(name, Answer(name, options=options)) if options else ""
        return {**cause, "asked": self.english.asked(name), "answer": words}
