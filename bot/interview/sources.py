"""What rules can look at besides questions: the fields of the record, of the interview and of the prison's settings."""

from __future__ import annotations

from dataclasses import dataclass

from bot.interview.record import ARMED_FORCES, FLAGS, IMMIGRATION, SENTENCES, SEXES, YES_NO

PREFIXES = ("record.", "interview.", "setting.")


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``values`` are the words it may hold (any word if empty); ``always`` says that it is never unknown."""

    values: tuple[str, ...] = ()
    number: bool = False
    several: bool = False
    always: bool = True


FIELDS = {
    "record.sex": Field(SEXES),
    "record.age": Field(number=True),
    "record.prison": Field(),
    "record.resettlement_prison": Field(YES_NO),
    "record.sentence_type": Field(SENTENCES),
    "record.recalled": Field(YES_NO),
    "record.sentence_months": Field(number=True, always=False),
    "record.release": Field(always=False),
    "record.weeks_to_release": Field(number=True, always=False),
    "record.returned_within_6_months": Field(YES_NO),
    "record.home_area": Field(always=False),
    "record.nationality": Field(always=False),
    "record.foreign_national": Field(YES_NO, always=False),
    "record.immigration_status": Field(IMMIGRATION, always=False),
    "record.flags": Field(FLAGS, several=True),
    "record.care_leaver": Field(YES_NO, always=False),
    "record.armed_forces": Field((*ARMED_FORCES, "yes"), always=False),
    "interview.mode": Field(("worker", "kiosk")),
    "interview.kind": Field(("first", "prerelease")),
    "interview.language": Field(),
    "setting.safety_at_kiosk": Field(YES_NO),
}


def is_field(source: str) -> bool:
    """Whether a source is meant to be a field rather than a question."""
    return source.startswith(PREFIXES)
