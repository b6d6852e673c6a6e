"""The record of a person before the interview: what is imported or typed by a worker, never asked as a test."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time
from typing import Any

from bot.interview.rules import Value

PRISON_NUMBER = re.compile(r"[A-Z]\d{4}[A-Z]{2}")
SEXES = ("female", "male")
SENTENCES = ("determinate", "life", "ipp", "recall_standard", "recall_fixed", "remand")
FLAGS = ("ppo", "iom", "mappa", "sexual_offence")
IMMIGRATION = ("none", "settled", "leave_to_remain", "asylum", "deportation", "detained", "other")
# Who has one of these is from another country, whatever stands under nationality.
FOREIGN_STATUSES = ("leave_to_remain", "asylum", "deportation", "detained")
ARMED_FORCES = ("regular", "reservist", "no")
YES_NO = ("yes", "no")
# As records write them, without spaces and full stops.
_BRITISH = frozenset(
    "british britishcitizen uk ukcitizen gb gbr unitedkingdom greatbritain unitedkingdomofgreatbritainandnorthernireland "
    "england english wales welsh scotland scottish northernireland northernirish".split()
)
_NOT_KNOWN = frozenset(("", "unknown", "notknown", "notstated"))
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].*)?")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{3,6})?)?)?")


class RecordError(Exception):
    """A record cannot be used. ``problems`` maps each field to what is wrong and the mend; no value is repeated in it."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("; ".join(f"{name}: {text}" for name, text in problems.items()))


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """What is known of a person. ``None`` means not known. Dates are of the prison's own calendar (Europe/London)."""

    prison_number: str
    name: str
    date_of_birth: date
    sex: str
    prison: str
    reception: datetime
    sentence_type: str
    sentence_months: int | None = None
    resettlement_prison: bool = True
    part1_completed: date | None = None
    release: date | None = None
    returned_within_6_months: bool = False
    home_area: str | None = None
    responsible_officer: str | None = None
    community_provider: str | None = None
    nationality: str | None = None
    immigration_status: str | None = None
    flags: tuple[str, ...] = ()
    care_leaver: str | None = None
    armed_forces: str | None = None
    made_up: bool = False

    def to_json(self) -> dict[str, Any]:
        """A plain object with ISO dates, of the shape ``read_record`` takes."""
        known = {key: value for key, value in asdict(self).items() if value is not None}
        return {key: _plain(value) for key, value in known.items()}

    @property
    def version(self) -> str:
        """What tells a record from what it is after somebody changed it. Nothing of the record can be read from it."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()[:16]

    def age(self, today: date) -> int:
        """Whole years on a day."""
        born = self.date_of_birth
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

    def facts(self, today: date) -> dict[str, Value]:
        """The record as rule sources, ``record.<field>``; what is not known is left out."""
        known: dict[str, Value] = {}

        def put(name: str, *options: str, number: float | None = None) -> None:
            known[f"record.{name}"] = Value(frozenset(options), number, real=True)

        put("sex", self.sex)
        put("age", number=self.age(today))
        put("prison", self.prison)
        put("resettlement_prison", _yes_no(self.resettlement_prison))
        put("sentence_type", self.sentence_type)
        put("recalled", _yes_no(self.sentence_type.startswith("recall")))
        put("returned_within_6_months", _yes_no(self.returned_within_6_months))
        put("flags", *self.flags)
        if self.nationality is not None and not _unsaid(self.nationality):
            put("nationality", self.nationality)
        foreign = is_foreign(self.nationality, self.immigration_status)
        if foreign is not None:
            put("foreign_national", _yes_no(foreign))
        if self.sentence_months is not None:
            put("sentence_months", number=self.sentence_months)
        if self.release is not None:
            put("release", self.release.isoformat())
            put("weeks_to_release", number=(self.release - today).days / 7)
        for name in ("home_area", "immigration_status", "care_leaver"):
            if getattr(self, name) is not None:
                put(name, getattr(self, name))
        if self.armed_forces is not None:
            put("armed_forces", *([self.armed_forces, "yes"] if self.armed_forces != "no" else ["no"]))
        return known


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _whole(value: object) -> bool:
    """Whether it is a whole number below 10,000, as a number or in digits."""
    if isinstance(value, str):
        return re.fullmatch(r"[0-9]{1,4}", value) is not None
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10_000


def _word(nationality: str) -> str:
    return re.sub(r"[\s.]", "", nationality).lower()


def _unsaid(nationality: str) -> bool:
    """Whether what stands there only says that it is not known."""
    return _word(nationality) in _NOT_KNOWN


def is_foreign(nationality: str | None, immigration_status: str | None = None) -> bool | None:
    """Whether the person is from another country; None where the record does not say: nobody is taken for British by silence."""
    if immigration_status in FOREIGN_STATUSES:
        return True
    return None if nationality is None or _unsaid(nationality) else _word(nationality) not in _BRITISH


def _yes_no(flag: bool) -> str:
    return "yes" if flag else "no"


class _Reader:
    """Reads one record's fields, keeping what is wrong with each."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.problems: dict[str, str] = {}

    def raw(self, name: str) -> Any:
        value = self.data.get(name)
        if isinstance(value, str):
            value = value.strip()
        return None if value in ("", None) else value

    def text(self, name: str, required: bool = False) -> str | None:
        value = self.raw(name)
        if value is None:
            if required:
                self.problems[name] = "is missing; give it"
            return None
        if not isinstance(value, str):
            self.problems[name] = "is not words; write it in quotation marks"
            return None
        if len(value) > 200:
            self.problems[name] = "is longer than 200 characters; shorten it"
        return value

    def title(self, name: str) -> str | None:
        """A name that has to be there, with one space between its words: two cannot be seen, and would make it another name."""
        value = self.text(name, required=True)
        return None if value is None else " ".join(value.split())

    def choice(self, name: str, allowed: tuple[str, ...], required: bool = False) -> str | None:
        value = self.text(name, required)
        if value is None:
            return None
        value = value.lower().replace(" ", "_").replace("-", "_")
        if value not in allowed:
            self.problems[name] = f"is not one of {', '.join(allowed)}"
        return value

    def day(self, name: str, required: bool = False) -> date | None:
        value = self.raw(name)
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        text = self.text(name, required)
        if text is None:
            return None
        found = _DAY.fullmatch(text)
        try:
            return date.fromisoformat(found[1] if found else "")
        except ValueError:
            self.problems[name] = "is not a date; write it as 2026-12-24"
            return None

    def moment(self, name: str) -> datetime | None:
        value = self.raw(name)
        if isinstance(value, date) and not isinstance(value, datetime):
            return datetime.combine(value, time())
        text = value.isoformat() if isinstance(value, datetime) else self.text(name, required=True)
        if text is None:
            return None
        try:
            # A zone would make it another day than the prison's own calendar has.
            return datetime.fromisoformat(text if _MOMENT.fullmatch(text) else "")
        except ValueError:
            self.problems[name] = "is not a date and time without a zone; write it as 2026-12-24T16:30"
            return None

    def flag(self, name: str, default: bool) -> bool:
        value = self.raw(name)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        text = str(value).lower()
        if text not in ("yes", "no", "true", "false", "1", "0"):
            self.problems[name] = "is neither yes nor no"
        return text in ("yes", "true", "1")


def read_record(data: Mapping[str, Any], kept: bool = False) -> PersonRecord:
    """Build a record from a CSV row or a JSON object. ``sentence: {type, months}`` may be nested; flags a list or "ppo;iom".

    ``kept``: it was taken and stored once, perhaps before a part 1 of an earlier stay was refused, and must be readable for ever.

    Raises:
        RecordError: naming every field that is missing, unknown or not of its form.
    """
    if not isinstance(data, Mapping):
        raise RecordError({"record": "is not an object of fields; write it as {prison_number: …, name: …}"})
    flat = dict(data)
    sentence = flat.pop("sentence", None)
    flat.pop("today", None)
    reader = _Reader(flat)
    if isinstance(sentence, Mapping):
        flat.setdefault("sentence_type", sentence.get("type"))
        flat.setdefault("sentence_months", sentence.get("months"))
    elif sentence is not None:
        reader.problems["sentence"] = "is not an object; write it as {type: …, months: …}"
    known = {entry.name for entry in fields(PersonRecord)}
    for name in flat:
        if name not in known:
            shown = "".join(letter for letter in str(name) if letter.isprintable()).strip()[:40]
            if shown in known:
                reader.problems[f"a column like {shown}"] = f"has a sign in its name that cannot be seen; write it as {shown}"
                continue
            reader.problems[shown or "a column without a name"] = "is not a field of the record; remove the column"
    number = (reader.text("prison_number", required=True) or "").upper()
    if number and not PRISON_NUMBER.fullmatch(number):
        reader.problems["prison_number"] = "is not a prison number; write it as A1234BC"
    months = reader.raw("sentence_months")
    if months is not None and not _whole(months):
        reader.problems["sentence_months"] = "is not a whole number of months"
        months = None
    wanted = reader.raw("flags") or []
    flags = wanted if isinstance(wanted, list) else re.split(r"[;,\s]+", str(wanted))
    flags = [str(flag).lower() for flag in flags if flag]
    if set(flags) - set(FLAGS):
        reader.problems["flags"] = f"holds something else than {', '.join(FLAGS)}"
    born = reader.day("date_of_birth", required=True)
    reception = reader.moment("reception")
    release = reader.day("release")
    if born and reception and born >= reception.date():
        reader.problems["date_of_birth"] = "is not before the reception date"
    if release and reception and release < reception.date():
        reader.problems["release"] = "is before the reception date"
    part1 = reader.day("part1_completed")
    if part1 and reception and part1 < reception.date() and not kept:
        # Somebody who is back in prison gets a new one; the dates would be counted from the old one.
        reader.problems["part1_completed"] = (
            "is before the reception date; write the day it was finished in this stay, or leave it empty until it is"
        )
    values = {
        "prison_number": number,
        "name": reader.title("name"),
        "date_of_birth": born,
        "sex": reader.choice("sex", SEXES, required=True),
        "prison": reader.title("prison"),
        "reception": reception,
        "sentence_type": reader.choice("sentence_type", SENTENCES, required=True),
        "sentence_months": None if months is None else int(months),
        "resettlement_prison": reader.flag("resettlement_prison", True),
        "part1_completed": part1,
        "release": release,
        "returned_within_6_months": reader.flag("returned_within_6_months", False),
        "home_area": reader.text("home_area"),
        "responsible_officer": reader.text("responsible_officer"),
        "community_provider": reader.text("community_provider"),
        "nationality": reader.text("nationality"),
        "immigration_status": reader.choice("immigration_status", IMMIGRATION),
        "flags": tuple(flags),
        "care_leaver": reader.choice("care_leaver", YES_NO),
        "armed_forces": reader.choice("armed_forces", ARMED_FORCES),
        "made_up": reader.flag("made_up", False),
    }
    if reader.problems:
        raise RecordError(reader.problems)
    return PersonRecord(**values)  # type: ignore[arg-type]
