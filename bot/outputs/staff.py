"""English words that staff read on sheets, in tables and on pages: states, outcomes, steps, owners, reasons and dates.

The pages add their own to these (``bot.web.case_words``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from bot.casework.case import Case, ItemView
from bot.interview.answers import Answer
from bot.interview.definitions import Question
from bot.interview.path import Step
from bot.language.languages import ENGLISH
from bot.outputs.words import Content, Words
from bot.plan.compare import DATE, Change
from bot.plan.dates import in_london
from bot.plan.items import BY_WORKER, FOR_EVERYBODY, PRIVATE, RAISED
from bot.plan.life import RULES, Event
from bot.plan.needs import NO
from bot.store.types import COMPLETE

STATES = {
    "proposed": "To agree",
    "agreed": "Agreed",
    "in_progress": "In progress",
    "signposted": "Sent to a service",
    "followed_up": "Followed up",
    "done": "Done",
    "declined": "Not wanted",
    "not_available": "Not available",
    "carried_over": "Carried over",
    "removed": "Removed",
}
STATUSES = {"overdue": "overdue", "this_week": "due this week", "coming": "coming"}
OUTCOMES = {
    "helped": "it helped",
    "seen": "the service has seen them",
    "not_helped": "it did not help",
    "not_seen": "the service has not seen them",
    "waiting": "still waiting",
}
STANDINGS = {
    "given": "Agreed",
    "refused": "Said no",
    "withdrawn": "Taken back",
    "lapsed": "No longer holds: ask again",
    "not_asked": "Not asked yet",
}
CONSENTS = {
    "none_needed": "No consent is needed: the person is told",
    "given": "The person has agreed",
    "not_given": "The person has said no",
    "ask_first": "Ask the person first",
}
CHANGES = {
    "new": "The answers now call for this",
    "gone": "Nothing in the answers calls for this any more",
    "reasons": "Other answers call for it now",
    "wish": "The person has changed their mind about it",
    "date": "The record now calls for another date",
}
ASSESSMENTS = {"part1": "Screening part 1", "part2": "Interview (part 2)", "prerelease": "Pre-release review"}
SENTENCES = {
    "determinate": "Determinate",
    "life": "Life",
    "ipp": "Imprisonment for public protection",
    "recall_standard": "Standard recall",
    "recall_fixed": "Fixed-term recall",
    "remand": "Remand",
}
STEPS = {
    "propose": "Put on the plan from the answers",
    "add": "Added by a worker",
    "carry_in": "Carried over from the plan before",
    "agree": "Agreed",
    "start": "Started",
    "deliver": "Delivered",
    "signpost": "Sent to a service",
    "follow_up": "Followed up",
    "decline": "Not wanted",
    "not_available": "Not available",
    "carry_over": "Carried over to the next plan",
    "reopen": "Opened again",
    "remove": "Removed",
    "change": "Changed",
    "look": "Looked at after the answers changed",
    "note": "Note",
}
# Who took a step, where it is no user.
BY = {"rules": "the rules", "person": "the person", "system": "the system", "demo": "the demonstration"}
# What is said of a step, besides who and when.
_DETAILS = ("what", "why", "reason", "note", "how", "words")
NOT_FINISHED = "The interview is not finished: not all questions are answered yet, and the plan can still grow."
Names = Callable[[str], str]


def nobody(_user: str) -> str:
    """The names of users where none are known."""
    return ""


def day(value: date | datetime | str | None) -> str:
    """A day as 24 December 2026, by the prison's clock; "" for none."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        value = in_london(value).date()
    return "" if value is None else f"{value.day} {value:%B %Y}"


def not_finished(case: Case) -> str:
    """What has to be said where the interview that a sheet is made of is not complete; "" where it is."""
    return NOT_FINISHED if case.interview is not None and case.interview.state != COMPLETE else ""


def sentence(text: object) -> str:
    """Words, or a line of the casework, as a sentence: a capital and a full stop."""
    words = str(text).strip()
    return words[:1].upper() + words[1:] + ("" if not words or words.endswith((".", "!", "?")) else ".")


def owner(item: ItemView) -> str:
    """Who owns an item: see ``owner_words``."""
    return owner_words(item.owner)


def owner_words(owner: Mapping[str, Any]) -> str:
    """The name where there is one, the role, and who has a part in it."""
    label, name = str(owner.get("label") or ""), str(owner.get("name") or "")
    own = f"{name} ({label[:1].lower()}{label[1:]})" if name and label else name or label
    others = [str(party.get("name") or party.get("label") or "") for party in owner.get("with") or ()]
    return f"{own}, with {', '.join(others)}" if any(others) else own


def reason(data: Mapping[str, Any]) -> str:
    """One reason for an item (``Because.to_json``); what the person's own plan words as "you …" is quoted."""
    text, kind = str(data.get("text") or ""), data.get("kind")
    fixed = {FOR_EVERYBODY: "Everybody has this", PRIVATE: "Because of what the person told us"}
    if kind in fixed:
        return fixed[str(kind)]
    if kind == RAISED:
        return f"Level 3, because of a group: {text}"
    if kind == BY_WORKER:
        return f"Added by a worker: {text}"
    return f"“{text}”" + (" (help not wanted)" if data.get("wanted") == NO else "")


def reasons(item: ItemView) -> list[str]:
    """Every reason for an item, each once."""
    found = list(dict.fromkeys(reason(one) for one in item.because))
    if item.state.snapshot.get("kept"):
        found.append("Nothing in the answers calls for it any more; a worker keeps it")
    return found


def causes(item: ItemView) -> list[str]:
    """What it is on the plan for, in short: without what raises its level and without what is wanted."""
    found = [reason({**one, "wanted": ""}) for one in item.because if one["kind"] != RAISED]
    return list(dict.fromkeys(found))


def changed(changes: Iterable[Change]) -> str:
    """What has changed where there is something to look at: the answers, the release date of the record, or both."""
    dates = {change.kind == DATE for change in changes}
    return (
        "The answers changed"
        if dates == {False}
        else "The release date changed"
        if dates == {True}
        else "Answers and release date changed"
    )


def change(found: Change) -> str:
    """What a worker is asked to look at."""
    return CHANGES[found.kind] + (f": {day(found.due)}" if found.due is not None else "")


def due(item: ItemView) -> str:
    """When an item is due, how that stands, and why there is no date."""
    if item.due_by is None:
        why = str(item.state.snapshot.get("due_why") or "")
        return f"No date: {why}" if why else "No date"
    status = STATUSES.get(item.due_status or "", "")
    start = item.state.snapshot.get("from")
    text = day(item.due_by) + (f", from {day(str(start))} on" if start else "")
    if item.due is not None and item.due_by != item.due:
        text = f"{day(item.due_by)} by the record, {day(item.due)} on the plan"
    return f"{text} ({status})" if status and status != STATUSES["coming"] else text


def activity(item: ItemView) -> str:
    """What an item is: the words a worker put in its place, or the instruction's."""
    return item.words or item.activity.activity


def activity_name(content: Content, activity_id: str) -> str:
    """An activity of the menu by its id; one that the menu has no more by the words of its id."""
    found = content.plan.activities.get(activity_id)
    return found.activity if found is not None else activity_id.replace("_", " ")


def service_name(case: Case, service: str) -> str:
    """The name of a service; of one that has left the directory its id in words."""
    found = case.directory.services.get(service)
    return found.name if found is not None else service.replace("_", " ")


def signpostings(case: Case, item: ItemView) -> list[str]:
    """Each service the person was sent to, what came of it and when that is looked at next."""
    found = []
    for sent in item.state.signpostings:
        text = f"{service_name(case, sent.service)}, {day(sent.on)}, {sent.how}"
        text += "".join(f"; {day(on)}: {OUTCOMES.get(outcome, outcome)}" for on, outcome in sent.outcomes)
        if sent.follow_up_by is not None:
            late = " (overdue)" if sent.follow_up_by < case.today else ""
            text += f"; follow up by {day(sent.follow_up_by)}{late}"
        found.append(text)
    return found


def step_name(step: Event) -> str:
    """What a step in the life of an item is called."""
    if step.kind == "look" and "due_now" in step.data:
        on = step.data["due_now"]
        if step.by != RULES:
            return f"Another date: {'taken over' if step.data.get('due') == on else 'it stays as it was'}"
        return f"The record calls for another date: {day(on)}" if on else "The record calls for no other date any more"
    return STEPS.get(step.kind, step.kind)


def event(case: Case, step: Event, names: Names) -> str:
    """One step in the life of an item, on one line."""
    data = step.data
    said = [step_name(step)]
    if data.get("service"):
        said.append(service_name(case, str(data["service"])))
    if data.get("outcome"):
        said.append(OUTCOMES.get(str(data["outcome"]), str(data["outcome"])))
    said += [str(data[name]) for name in _DETAILS if data.get(name)]
    by = BY.get(step.by)
    who = names(step.by) or (f"by {by}" if by else "")
    return f"{day(step.at)}: {'; '.join(said)}" + (f" ({who})" if who else "")


class English:
    """What was asked and said, in English and as plain text."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.words = Words(content)

    def question(self, question: Question) -> str:
        return self.words.question(question).text

    def answer(self, question: Question, answer: Answer | None) -> str:
        return self.words.answer(question, answer).text

    def said(self, case: Case, step: Step) -> str:
        """An answer. Words in another language stand as they were typed, with what a machine made of them, marked as such."""
        question, answer = step.question, step.answer
        words = self.answer(question, answer)
        own = case.own_words.get(question.id)
        if own is None or own.language == ENGLISH or answer is None or not answer.given:
            return words
        if not answer.more and not (answer.text and question.kind == "text"):
            return words
        known = self.content.languages.get(own.language)
        language = known.english if known is not None else own.language
        if own.english:
            return f"{words} [{language}; a machine made of it: {own.english}]"
        return f"{words} [{language}, not put into English]"

    def asked(self, name: str) -> str:
        """A question, or a field of the record, by its name."""
        question = self.content.interview.by_id.get(name)
        return self.question(question) if question is not None else name.rpartition(".")[2].replace("_", " ")

    def title(self, item: ItemView) -> str:
        """What an item is, and the need it answers where an activity is an item for each need."""
        need = self.need(item.needs[0]) if item.activity.by_need and item.needs and not item.words else ""
        return ": ".join(filter(None, (activity(item), need)))

    def need(self, need: str) -> str:
        return self.words.need(need).text or need.replace("_", " ")
