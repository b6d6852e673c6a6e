"""How staff pages call the states, steps, dates and reasons of a case. What a person reads is not here.

What sheets and pages have in common is in ``bot.outputs.staff``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from bot.actions.situation import PRISON_TIME
from bot.casework.case import ItemView
from bot.interview.definitions import Interview
from bot.language.wording import Wording
from bot.outputs import staff
from bot.outputs.staff import ASSESSMENTS, CHANGES, STANDINGS, STATES, change, changed, day, owner_words, sentence
from bot.outputs.staff import CONSENTS as CONSENT_NEEDED
from bot.plan.dates import COMING, OVERDUE, THIS_WEEK
from bot.plan.definitions import PlanData
from bot.plan.life import Event
from bot.plan.services import Directory
from bot.store.plan_types import AlertRow, DueLine
from bot.web.record_form import FIELDS

__all__ = [
    "ASSESSMENTS", "CHANGES", "CONSENT_NEEDED", "STANDINGS", "STATES", "change", "changed", "day", "owner_words", "sentence",
]  # fmt: skip

STATE_COLOURS = {
    "proposed": "yellow", "agreed": "light-blue", "in_progress": "blue", "signposted": "purple", "followed_up": "turquoise",
    "done": "green", "declined": "grey", "not_available": "grey", "carried_over": "grey", "removed": "grey",
}  # fmt: skip
STATUSES = {name: sentence(words).rstrip(".") for name, words in staff.STATUSES.items()}
STATUS_COLOURS = {OVERDUE: "red", THIS_WEEK: "orange", COMING: "grey"}
OUTCOMES = {name: sentence(words).rstrip(".") for name, words in staff.OUTCOMES.items()}
STANDING_COLOURS = {"given": "green", "refused": "red", "withdrawn": "red", "lapsed": "orange", "not_asked": "grey"}
ALERT_KINDS = {
    "safety": "Safety", "self_harm": "Self-harm", "health": "Health", "child": "A child", "talk": "Wants to talk to somebody",
    "unread": "Words that nobody could read yet",
}  # fmt: skip
FACTORS = {"family_relations": "Family", "mental_health": "Mental health", "physical_health": "Physical health"}
WHERE = {"custody": "In this prison", "community": "Outside", "both": "Here and outside"}
CLOSED_FOR = {
    "released": "Released, and what was open handed over",
    "transferred": "Transferred to another prison",
    "recalled": "Recalled to custody",
    "died": "Died",
    "other": "Another reason",
}
_DETAILS = {
    "service": "Service",
    "on": "Day",
    "how": "How",
    "what": "What was done",
    "who": "Who",
    "outcome": "Outcome",
    "follow_up_by": "Follow up by",
    "due": "Due",
    "level": "Level",
    "owner": "Owner",
    "words": "Words",
    "why": "Why",
    "reason": "Reason",
    "note": "Note",
}
# Reasons in words that go after "because".
_SAID = ("need", "answer", "cohort")
_KEEPS = {
    "referral_count": "Number of referrals", "care_package": "Care package ready", "prescription_day_1": "Prescription for day 1",
    "team": "Team", "centre": "Centre", "council": "Council", "charity": "Charity", "adviser": "Adviser", "answer": "Answer",
    "highlighted_on_nomis": "Marked on NOMIS", "id_ready": "Identity papers ready", "account_ready": "Bank account ready",
}  # fmt: skip


def reason_words(reason: Mapping[str, Any]) -> str:
    """Why an item is on the plan. A reason that the person's own plan words as "you …" is quoted."""
    words = staff.reason(reason)
    return f"Because {words}" if words.startswith("“") else words


def because(item: ItemView) -> list[str]:
    """The reasons for an item, each in a line, and that others are only for the safeguarding role."""
    found = [reason_words(reason) for reason in item.because]
    if item.state.snapshot.get("kept"):
        found.append("Nothing in the answers calls for it any more; a worker keeps it")
    return found or ["No reason that may be shown here" if item.hides else "No reason is noted"]


def because_in_short(item: ItemView) -> str:
    """The reasons for an item in one line, for lists: those for which help is wanted, and how many more there are."""
    said = [reason for reason in item.because if reason.get("kind") in _SAID and reason.get("wanted") != "no"]
    raised = [str(reason.get("text")) for reason in item.because if reason.get("kind") == "raised"]
    others = [reason_words(reason) for reason in item.because if reason.get("kind") not in (*_SAID, "everybody", "raised")]
    if raised:
        others.append(f"Level 3, because of {'a group' if len(raised) == 1 else 'groups'}: {'; '.join(raised)}")
    unwanted = sum(reason.get("kind") in _SAID and reason.get("wanted") == "no" for reason in item.because)
    quoted = ", ".join(f"“{reason.get('text')}”" for reason in said)
    words = [f"Because {quoted}"] if said else []
    words += others
    if unwanted and words:
        words.append(f"{unwanted} more {'reason' if unwanted == 1 else 'reasons'} where help is not wanted")
    return ". ".join(words) if words else ". ".join(because(item))


def due_words(line: DueLine) -> str:
    """What is due, where it is no item: an assessment, a contact after release, or a referral."""
    if line.what == "route":
        return "Referral with a date"
    if line.what == "contact":
        return "Contact after release" if line.number is None else f"Contact after release, day {line.number}"
    return ASSESSMENTS.get(line.what, line.what)


def keep_words(name: str) -> str:
    """What a referral route keeps: ``three_way_meeting_on`` is "Three way meeting on"."""
    return _KEEPS.get(name) or name.replace("_", " ").capitalize()


def factor_words(name: str) -> str:
    """A factor of the needs profile, in words."""
    return FACTORS.get(name) or name.replace("_", " ").capitalize()


def moment(value: datetime | str | None) -> str:
    """A moment by the prison's clock: 24 December 2026, 16:30."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if value is None:
        return ""
    if value.tzinfo is not None:
        value = value.astimezone(PRISON_TIME)
    return day(value) + (f", {value:%H:%M}" if value.time() != time() else "")


class CaseWords:
    """Words that need the content: activities, services, questions and needs by their ids."""

    def __init__(self, interview: Interview, wording: Wording, plan: PlanData, languages: Mapping[str, str]) -> None:
        self.interview, self.wording, self.plan, self.languages = interview, wording, plan, languages
        self.needs = {need.id: need for need in interview.needs}

    def language(self, code: str) -> str:
        """The English name of a language."""
        return self.languages.get(code, code)

    def activity(self, activity_id: str | None) -> str:
        found = self.plan.activities.get(activity_id or "")
        return found.activity if found is not None else "A private item"

    def title(self, item: ItemView) -> str:
        """What an item is called: a worker's words, or the activity's."""
        return item.words or item.activity.activity

    def piece(self, item: ItemView) -> str:
        """Which need an item is for, where its activity is a piece of work for each need; "" for all others."""
        return self.need(item.needs[0]) if item.activity.by_need and item.needs else ""

    def service(self, service_id: str | None, directory: Directory) -> str:
        found = directory.services.get(service_id or "")
        return found.name if found is not None else str(service_id or "").replace("_", " ").capitalize()

    def who(self, alert: AlertRow) -> str:
        """Who must act on an alert; the first leads."""
        return ", ".join(self.plan.alert_roles.get(role, role) for role in alert.who)

    def need(self, need_id: str) -> str:
        found = self.needs.get(need_id)
        return found.plain if found is not None else need_id

    def asked(self, name: str) -> str:
        """A question or a field of the record, in words."""
        question = self.interview.by_id.get(name)
        if question is not None:
            return self.wording.question(question).ask
        field = FIELDS.get(name.removeprefix("record."))
        return field.label if field is not None else name.rpartition(".")[2].replace("_", " ").capitalize()

    def said(self, name: str, options: tuple[str, ...] | list[str]) -> str:
        """The options of an answer that count, in words."""
        question, found = self.interview.by_id.get(name), []
        field = FIELDS.get(name.removeprefix("record."))
        known = dict(field.choices) if field is not None else {}
        for option in options:
            try:
                found.append(self.wording.option(question, option) if question is not None else known.get(option) or option)
            except KeyError:
                found.append(option.replace("_", " "))
        return ", ".join(str(one) for one in found)

    def route_step(self, route_id: str, step_id: str) -> str:
        """A step of a referral route, in words."""
        route = self.plan.routes.get(route_id)
        return next((step.text for step in route.steps if step.id == step_id), step_id) if route is not None else step_id

    def kept(self, name: str, value: object) -> str:
        """A value that a route keeps: days as people write them."""
        try:
            return day(str(value)) if name.endswith("_on") else str(value)
        except ValueError:
            return str(value)

    def by(self, who: str, names: Mapping[str, str]) -> str:
        """Who did something, in words."""
        return names.get(who) or staff.BY.get(who) or "somebody else"

    def event(self, step: Event, directory: Directory) -> tuple[str, list[tuple[str, str]]]:
        """One step in the life of an item: what was done, and (what, value) of what was noted with it."""
        title, data = staff.step_name(step), step.data
        if step.kind == "look" and "due_now" not in data:
            title += ": taken over" if data.get("item") else ": it stays all the same"
        return title, [(_DETAILS[name], self._value(name, data[name], directory)) for name in _DETAILS if data.get(name)]

    def _value(self, name: str, value: Any, directory: Directory) -> str:
        if name in ("on", "follow_up_by", "due"):
            return day(str(value))
        if name == "service":
            return self.service(str(value), directory)
        if name == "outcome":
            return OUTCOMES.get(str(value), str(value))
        if name == "owner":
            return owner_words(value) if isinstance(value, Mapping) else str(value)
        return self.by(str(value), {}) if name == "who" and value in staff.BY else str(value)
