"""The form of each step that a worker can take on an item of the plan, and what a posted one asks of the casework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from bot.casework.case import Case, ItemView
from bot.web.case_words import OUTCOMES
from bot.web.fields import DAY, LINE, LIST, ONE, Choices, Field, Filled, day_values, read_fields

TODAY = "If you leave the day empty, it is today."
_NOTE = Field("note", "Note (if you like)", hint="Do not write about harm or crime here.")
_HOWS = (
    "Referral form sent", "Told by telephone", "Told by e-mail", "Told by letter", "Appointment made", "Spoke together, all three",
    "Details given to the person", "Another way",
)  # fmt: skip
ROLES: Choices = (
    ("resettlement_worker", "Resettlement worker in this prison"),
    ("community_worker", "Resettlement worker where the person will live"),
    ("responsible_officer", "Responsible officer in the community"),
    ("prison_staff", "Prison staff"),
    ("prison_healthcare", "Prison healthcare"),
    ("service", "A service or partner"),
    ("person", "The person"),
)
LEVELS: Choices = (("1", "1"), ("2", "2"), ("3", "3"), ("2/3", "2/3"))


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step: the word on its button, what its form is headed, what is told before it, and its fields."""

    button: str
    title: str
    fields: tuple[Field, ...]
    about: str = ""
    done: str = ""


STEPS: dict[str, StepForm] = {
    "agree": StepForm("Agree", "Agree this with the person", (_NOTE,), done="It is agreed."),
    "start": StepForm("Start", "Start work on this", (_NOTE,), done="It is in progress."),
    "signpost": StepForm(
        "Send to a service",
        "Send the person to a service",
        (
            Field("service", "Which service?", LIST, missing="Choose a service of the directory"),
            Field("how", "How?", LIST, missing="Choose how the person was sent there", choices=tuple((how, how) for how in _HOWS)),
            Field("on", "Which day?", DAY, hint=TODAY),
            Field("follow_up_by", "Follow up by (if another day than usual)", DAY, hint="Usually 10 working days later."),
            _NOTE,
        ),
        about="Tell the service only what the person has agreed to. See the consents.",
        done="It is noted, with a day to follow it up.",
    ),
    "follow_up": StepForm(
        "Follow up",
        "What came of it?",
        (
            Field("service", "Which service?", LIST, missing="Choose which service this is about"),
            Field("outcome", "What came of it?", ONE, missing="Choose what came of it", choices=tuple(OUTCOMES.items())),
            Field("on", "Which day did you find out?", DAY, hint=TODAY),
            Field("follow_up_by", "Ask again by (if it is still open)", DAY, hint="Usually 10 working days later."),
            _NOTE,
        ),
        done="It is followed up.",
    ),
    "deliver": StepForm(
        "Mark as done",
        "Mark this as done",
        (
            Field("what", "What was done?", missing="Write what was done"),
            Field("on", "Which day?", DAY, hint=TODAY),
            Field("who", "Who did it, if it was not you? (if you like)", LINE),
        ),
        about="An item is done when its outcome is reached, not when it was tried.",
        done="It is done.",
    ),
    "decline": StepForm(
        "Not wanted",
        "The person does not want this",
        (Field("reason", "Why? (if they like to say)", hint="Do not write about harm or crime here."),),
        about="It stays on the plan as not wanted, with the day, and is offered again at the review.",
        done="It is noted as not wanted.",
    ),
    "not_available": StepForm(
        "Not available",
        "This is not available",
        (Field("why", "Why not?", missing="Write why it is not available"),),
        about="It stays on the plan as not available, with your reason.",
        done="It is noted as not available.",
    ),
    "change": StepForm(
        "Change",
        "Change owner, date, level, service or words",
        (
            Field("owner_role", "Who sees that it is done?", LIST, choices=ROLES),
            Field("owner_name", "Their name (if known)", LINE),
            Field("due", "Due", DAY),
            Field("level", "Level", LIST, choices=LEVELS),
            Field("service", "Service", LIST),
            Field("words", "Words of your own for it (if you like)", hint="They take the place of the activity's words."),
            Field("reason", "Why do you change it?", missing="Write why you change it"),
        ),
        done="It is changed.",
    ),
    "note": StepForm(
        "Add a note",
        "Add a note",
        (Field("note", "Note", hint="Do not write about harm or crime here.", missing="Write the note"),),
        done="The note is kept.",
    ),
    "reopen": StepForm(
        "Open again", "Open this again", (Field("reason", "Why?", missing="Write why it is opened again"),), "", "It is open again."
    ),
    "remove": StepForm(
        "Remove",
        "Remove this from the plan",
        (Field("reason", "Why?", missing="Write why it is removed"),),
        about="It is kept with your reason, and can be taken back. If the person does not want it, choose “Not wanted”.",
        done="It is removed from the plan.",
    ),
}


def service_choices(item: ItemView, case: Case, step: str) -> list[tuple[str, Choices]]:
    """The services to choose from, in named groups: for a follow-up those the person was sent to, else the whole directory."""
    known = case.directory.services

    def named(ids: list[str]) -> Choices:
        return tuple(
            (name, known[name].name if name in known else name.replace("_", " ").capitalize()) for name in dict.fromkeys(ids)
        )

    if step == "follow_up":
        return [("Sent to", named([one.service for one in item.state.signpostings]))]
    first = [service.id for service in ((item.service,) if item.service is not None else ()) + item.others]
    rest = sorted((service for service in known.values() if service.id not in first), key=lambda service: service.name.lower())
    groups = [("Fit this person and this item", named(first)), ("All others in the directory", named([one.id for one in rest]))]
    return [(label, choices) for label, choices in groups if choices]


def fields_of(step: str, item: ItemView, case: Case) -> tuple[Field, ...]:
    """The fields of a step's form for one item. Where the person was sent to one service only, it is not asked which."""
    found = []
    for field in STEPS[step].fields:
        if field.name != "service":
            found.append(field)
            continue
        choices = tuple(choice for _, group in service_choices(item, case, step) for choice in group)
        if step == "follow_up" and len(choices) == 1:
            continue
        found.append(replace(field, choices=choices or (("", ""),)))
    return tuple(found)


def first_values(step: str, item: ItemView, today: date) -> dict[str, str]:
    """What the form of a step shows at first."""
    if step == "change":
        owner = item.owner
        return {
            "owner_role": _role(owner),
            "owner_name": str(owner.get("name") or ""),
            "level": item.level,
            "service": item.service.id if item.service is not None else "",
            "words": item.words,
            **day_values("due", item.due),
        }
    values = day_values("on", today)
    if step == "signpost" and item.service is not None:
        values["service"] = item.service.id
    return values


def _role(owner: Mapping[str, Any]) -> str:
    role = str(owner.get("role") or "")
    return role if role in dict(ROLES) else ""


def read_step(step: str, item: ItemView, case: Case, form: MultiDict[str, str]) -> tuple[Filled, dict[str, Any]]:
    """A posted step as it was put in, and what to give to ``Casework.step`` where there are no errors."""
    filled = read_fields(fields_of(step, item, case), form)
    if filled.errors:
        return filled, {}
    given: dict[str, Any] = dict(filled.given)
    if step == "change":
        return filled, _changes(item, filled)
    if "on" in {field.name for field in STEPS[step].fields}:
        given.setdefault("on", case.today)
    if step == "decline":
        given["who"] = "person"
    return filled, given


def _changes(item: ItemView, filled: Filled) -> dict[str, Any]:
    """Only what is other than before."""
    given, owner = filled.given, item.owner
    before = {"level": item.level, "words": item.words}
    changed: dict[str, Any] = {name: given[name] for name, was in before.items() if given.get(name) not in (None, was)}
    if given.get("due") not in (None, item.due):
        changed["due"] = given["due"]
    if given.get("service") not in (None, item.service.id if item.service is not None else None):
        changed["service"] = given["service"]
    role, name = str(given.get("owner_role") or _role(owner)), str(given.get("owner_name") or "")
    if (role, name) != (_role(owner), str(owner.get("name") or "")):
        label = str(owner.get("label") or "") if role == _role(owner) else dict(ROLES)[role]
        changed["owner"] = {"role": role, "label": label, "name": name or None, "with": owner.get("with") or [], "decide": False}
    if not changed:
        filled.errors["owner_role"] = "Nothing is other than before: change something, or go back"
    return changed | {"reason": given["reason"]}
