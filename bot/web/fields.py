"""Fields of staff forms: reading what was put in, with an error beside each field. Nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from werkzeug.datastructures import MultiDict

from bot.interview.answers import clean

WORDS, LINE, DAY, ONE, LIST = "words", "line", "day", "one", "list"
MOST_WORDS, MOST_LINE = 2000, 200
# No list goes further; a database counts no further than 64 bits.
LAST = 1_000_000
Choices = tuple[tuple[str, str], ...]


def place_in(wanted: MultiDict[str, str], name: str, first: int) -> int:
    """Where in a list to begin, as an address says; ``first`` is the lowest, and what counts where it says none."""
    return min(max(first, wanted.get(name, first, type=int)), LAST)


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``kind``: words (a box), line, day (three boxes), one (radio buttons) or list (a drop-down)."""

    name: str
    label: str
    kind: str = WORDS
    hint: str = ""
    missing: str = ""
    choices: Choices = ()

    @property
    def required(self) -> bool:
        """Whether it must be filled in: then ``missing`` says so."""
        return bool(self.missing)


@dataclass
class Filled:
    """A form as it was put in: ``values`` for showing it again, ``given`` what was understood, ``errors`` by field."""

    values: dict[str, str] = field(default_factory=dict)
    given: dict[str, str | date] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def day_values(name: str, day: date | None) -> dict[str, str]:
    """A day as its three boxes show it."""
    if day is None:
        return {}
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def read_day(values: Mapping[str, str], name: str) -> date | None:
    """The day in three boxes, None where all are empty. Raises ValueError for what is no day."""
    day, month, year = (values.get(f"{name}-{part}", "").strip() for part in ("day", "month", "year"))
    if not (day or month or year):
        return None
    if not all(part.isascii() and part.isdigit() for part in (day, month, year)) or len(year) != 4:
        raise ValueError(name)
    return date(int(year), int(month), int(day))


def read_fields(fields: tuple[Field, ...], form: MultiDict[str, str]) -> Filled:
    """What was put into some fields."""
    filled = Filled({name: clean(form.get(name, "")) for name in form})
    for each in fields:
        value = _day(each, filled) if each.kind == DAY else _text(each, filled)
        if value:
            filled.given[each.name] = value
        elif each.required and each.name not in filled.errors:
            filled.errors[each.name] = each.missing
    return filled


def _label(each: Field) -> str:
    """The label as a mistake names it: without what stands in brackets, and without a question mark."""
    return each.label.partition(" (")[0].rstrip("?")


def _day(each: Field, filled: Filled) -> date | None:
    try:
        return read_day(filled.values, each.name)
    except ValueError:
        filled.errors[each.name] = f"{_label(each)}: write a real day, like 24 12 2026"
        return None


def _text(each: Field, filled: Filled) -> str:
    value = filled.values.get(each.name, "").strip()
    most = MOST_WORDS if each.kind == WORDS else MOST_LINE
    if len(value) > most:
        filled.errors[each.name] = f"{_label(each)}: write at most {most} characters; there are {len(value)}"
        return ""
    if value and each.choices and value not in dict(each.choices):
        filled.errors[each.name] = f"{_label(each)}: choose one of the list"
        return ""
    return value
