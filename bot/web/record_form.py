"""The record of a person as a form: its fields, what was put in them, and what is wrong with each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from werkzeug.datastructures import MultiDict

from bot.interview.answers import clean
from bot.interview.record import PersonRecord, RecordError, read_record

Choices = tuple[tuple[str, str], ...]
YES_NO: Choices = (("yes", "Yes"), ("no", "No"))
NOT_KNOWN: Choices = (*YES_NO, ("", "Not known"))
PARTS = ("day", "month", "year", "time")
ONE_CHOICE, SOME_CHOICES, DAY, MOMENT, TEXT = "one", "some", "day", "moment", "text"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form."""

    name: str
    label: str
    kind: str = TEXT
    hint: str = ""
    choices: Choices = ()
    usual: str = ""
    optional: bool = True
    short: bool = False


GROUPS: tuple[tuple[str, tuple[Field, ...]], ...] = (
    (
        "The person",
        (
            Field("prison_number", "Prison number", hint="For example, A1234BC", optional=False, short=True),
            Field("name", "Full name", optional=False),
            Field("date_of_birth", "Date of birth", DAY, hint="For example, 27 3 1991", optional=False),
            Field("sex", "Sex", ONE_CHOICE, choices=(("female", "Female"), ("male", "Male")), optional=False),
            Field(
                "nationality",
                "Nationality",
                hint="As the record has it. Leave it empty if it is not known: nobody is taken for British by it",
            ),
            Field(
                "immigration_status",
                "Immigration status",
                ONE_CHOICE,
                choices=(
                    ("none", "Nothing to settle"),
                    ("settled", "Settled"),
                    ("leave_to_remain", "Leave to remain"),
                    ("asylum", "Asylum claim"),
                    ("deportation", "Deportation order or notice"),
                    ("detained", "Detained under immigration powers"),
                    ("other", "Something else"),
                    ("", "Not known"),
                ),
            ),
        ),
    ),
    (
        "Prison and sentence",
        (
            Field("prison", "Prison", optional=False),
            Field("resettlement_prison", "Is it a resettlement prison?", ONE_CHOICE, choices=YES_NO, usual="yes"),
            Field("reception", "Day of reception", MOMENT, hint="And the time, if you know it, like 16:30", optional=False),
            Field(
                "sentence_type",
                "Sentence",
                ONE_CHOICE,
                choices=(
                    ("determinate", "Determinate"),
                    ("life", "Life"),
                    ("ipp", "Imprisonment for public protection"),
                    ("recall_standard", "Standard recall"),
                    ("recall_fixed", "Fixed-term recall"),
                    ("remand", "On remand"),
                ),
                optional=False,
            ),
            Field("sentence_months", "Length of the sentence in months", short=True),
            Field("part1_completed", "Basic Custody Screening part 1 finished", DAY),
            Field("release", "Release date", DAY, hint="Leave it empty if there is none yet"),
            Field("returned_within_6_months", "Back within 6 months of the last release?", ONE_CHOICE, choices=YES_NO, usual="no"),
        ),
    ),
    (
        "After release",
        (
            Field("home_area", "Home area"),
            Field("responsible_officer", "Responsible officer"),
            Field("community_provider", "Community provider"),
        ),
    ),
    (
        "More about the person",
        (
            Field(
                "flags",
                "Known to",
                SOME_CHOICES,
                hint="Choose all that are true",
                choices=(
                    ("ppo", "Prolific and other priority offender scheme"),
                    ("iom", "Integrated offender management"),
                    ("mappa", "MAPPA"),
                    ("sexual_offence", "Conviction for a sexual offence"),
                ),
            ),
            Field("care_leaver", "Care leaver?", ONE_CHOICE, choices=NOT_KNOWN),
            Field(
                "armed_forces",
                "Armed forces",
                ONE_CHOICE,
                choices=(("regular", "Regular"), ("reservist", "Reservist"), ("no", "No"), ("", "Not known")),
            ),
            Field("made_up", "Is this a made-up person, for trying things out?", ONE_CHOICE, choices=YES_NO, usual="no"),
        ),
    ),
)
FIELDS: dict[str, Field] = {field.name: field for _, fields in GROUPS for field in fields}
Values = dict[str, Any]


def usual_values() -> Values:
    """What an empty form shows."""
    return {field.name: [] if field.kind == SOME_CHOICES else field.usual for field in FIELDS.values()}


def values_of(record: PersonRecord) -> Values:
    """A record as the form shows it."""
    data = record.to_json()
    values: Values = usual_values()
    for name, field in FIELDS.items():
        value = data.get(name)
        if field.kind in (DAY, MOMENT):
            values.update(_apart(name, value))
        elif isinstance(value, bool):
            values[name] = "yes" if value else "no"
        elif isinstance(value, list):
            values[name] = value
        else:
            values[name] = "" if value is None else str(value)
    return values


def _apart(name: str, value: str | None) -> dict[str, str]:
    if not value:
        return {}
    moment = datetime.fromisoformat(value)
    apart = {f"{name}-day": str(moment.day), f"{name}-month": str(moment.month), f"{name}-year": str(moment.year)}
    if "T" in value:
        apart[f"{name}-time"] = f"{moment:%H:%M}"
    return apart


def read_values(form: MultiDict[str, str]) -> Values:
    """What was put in, as it stands."""
    values: Values = {name: clean(form.get(name, "")) for name in form}
    for name, field in FIELDS.items():
        values[name] = form.getlist(name) if field.kind == SOME_CHOICES else values.get(name, "")
    return values


def read_posted(values: Mapping[str, Any]) -> PersonRecord:
    """The record that a posted form holds.

    Raises:
        RecordError: with whole sentences for each field that is wrong.
    """
    data: dict[str, Any] = {}
    for name, field in FIELDS.items():
        data[name] = _together(name, values) if field.kind in (DAY, MOMENT) else values.get(name)
    try:
        return read_record(data)
    except RecordError as error:
        raise RecordError({name: _sentence(name, text) for name, text in error.problems.items()}) from None


def brought_up(typed: Values, opened: PersonRecord | None, now: PersonRecord) -> tuple[Values, dict[str, str]]:
    """What was typed over a record that somebody else has changed since, and what to say of each field they changed.

    ``opened`` is the record as the form showed it. A field that was left as it stood takes over what is new; one that both changed
    stays as it was typed. Where it is not known what was shown, all that was typed stays.
    """
    values, said = dict(typed), dict[str, str]()
    newer, older = values_of(now), None if opened is None else values_of(opened)
    for name, field in FIELDS.items():
        mine, new, old = _put(field, typed), _put(field, newer), None if older is None else _put(field, older)
        if new in (mine, old):
            continue
        how = "the record now says" if older is None else "somebody changed this to"
        changed = f"{field.label.rstrip('?')}: {how} “{shown(field, now)}”"
        if mine == old:
            values |= new
            said[name] = f"{changed}, and here it is now"
        else:
            said[name] = f"{changed}. What you put in stands here: save it only if it is right"
    return values, said


def _put(field: Field, values: Mapping[str, Any]) -> Values:
    """What is put in for one field, by the names of its boxes."""
    names = [f"{field.name}-{part}" for part in PARTS] if field.kind in (DAY, MOMENT) else [field.name]
    found = {name: values.get(name, "") for name in names}
    return {name: sorted(value) if isinstance(value, list) else value for name, value in found.items()}


def _together(name: str, values: Mapping[str, Any]) -> str:
    day, month, year = (str(values.get(f"{name}-{part}") or "").strip() for part in ("day", "month", "year"))
    at = str(values.get(f"{name}-time") or "").strip()
    if not (day or month or year):
        return ""
    return f"{year:0>4}-{month:0>2}-{day:0>2}" + (f"T{at.replace('.', ':'):0>5}" if at else "")


def _sentence(name: str, text: str) -> str:
    field = FIELDS.get(name)
    if field is None:
        return f"{name} {text}"
    label = field.label.rstrip("?")
    if text.startswith("is missing"):
        return f"Choose an answer for “{label}”" if field.kind == ONE_CHOICE else f"Enter the {label[0].lower()}{label[1:]}"
    if text.startswith("is not a date and time"):
        return f"{label} must be a real day, like 24 12 2026, with a time like 16:30 or none"
    if text.startswith("is not a date"):
        return f"{label} must be a real day, like 24 12 2026"
    if text.startswith("is not one of"):
        return f"Choose an answer for “{label}”"
    return f"{label} {text.replace('; ', '. ').replace('. write', '. Write').replace('. shorten', '. Shorten')}"


def shown(field: Field, record: PersonRecord) -> str:
    """A field of a record in words."""
    value = getattr(record, field.name)
    if isinstance(value, datetime):
        return f"{value.day} {value:%B %Y}" + (f", {value:%H:%M}" if value.time() != time() else "")
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    names: dict[str, str] = dict(field.choices)
    if isinstance(value, tuple):
        return ", ".join(names.get(one) or one for one in value) or "None"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value is None:
        return "Not known"
    return names.get(value, str(value))


def fields_in_words(record: PersonRecord) -> list[tuple[str, str, str]]:
    """A whole record as (field, label, value in words), in the order of the form."""
    return [(name, field.label.rstrip("?"), shown(field, record)) for name, field in FIELDS.items()]
