"""Made-up people to try the program with. Nobody here exists: every record is flagged as made up."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from bot.interview.record import PersonRecord
from bot.plan.dates import in_london
from bot.store.errors import AlreadyThere, NotFound, SignInFailed, SignInLocked
from bot.store.store import Store
from bot.store.types import Person

PRISON = "HMP Northmere (made-up)"
USERNAME = "worker"
# One for each role.
ACCOUNTS = ("worker", "safeguarding", "manager", "administrator")
BY = "demo"


def fill_demo(store: Store, password: str) -> list[Person]:
    """Add the made-up people that are not there yet, and a user for each role with this password; all the made-up people.

    Dates are counted from today when a person is first added. Running it again changes no person.

    Raises:
        BadInput: the password is too short or too long.
    """
    for role in ACCOUNTS:
        try:
            store.add_user(role, f"Demo {role}", [role], password, by=BY)
        except AlreadyThere:
            try:
                store.check_password(role, password)
            except (SignInFailed, SignInLocked):
                store.set_password(role, password, by=BY)
    return [_person(store, record) for record in demo_records(in_london(store.clock()).date())]


def _person(store: Store, record: PersonRecord) -> Person:
    try:
        return store.person_by_number(record.prison_number)
    except NotFound:
        return store.add_person(record, by=BY)


def demo_records(today: date) -> list[PersonRecord]:
    """Twelve made-up records, with dates counted from ``today``."""
    return [_record(number, today, **facts) for number, facts in enumerate(_FACTS, start=1)]


def _record(
    number: int, today: date, name: str, age: int, days_here: int, weeks_left: int | None, sentence_type: str, **facts: Any
) -> PersonRecord:
    came = today - timedelta(days=days_here)
    return PersonRecord(
        prison_number=f"A{number:04}ZZ",
        name=name,
        # Born on the first of the month, so that it is a day in every year.
        date_of_birth=date(today.year - age, today.month, 1),
        prison=PRISON,
        reception=datetime.combine(came, time(16, 30)),
        sentence_type=sentence_type,
        release=None if weeks_left is None else today + timedelta(weeks=weeks_left),
        part1_completed=came + timedelta(days=2) if days_here > 2 else None,
        made_up=True,
        **{"sex": "male", "nationality": "British", **facts},
    )


_FACTS: tuple[dict[str, Any], ...] = (
    # A short sentence, just come in: the first interview is due.
    {
        "name": "Daniel Ashworth", "age": 34, "days_here": 3, "weeks_left": 9, "sentence_type": "determinate", "sentence_months": 5,
        "home_area": "Leeds",
    },
    # A woman.
    {
        "name": "Siobhan Keane", "age": 29, "days_here": 4, "weeks_left": 14, "sentence_type": "determinate", "sentence_months": 9,
        "sex": "female", "home_area": "Manchester", "community_provider": "Northmere Women's Hub (made-up)",
    },
    # Recalled to custody.
    {
        "name": "Marcus Obi", "age": 41, "days_here": 6, "weeks_left": 3, "sentence_type": "recall_fixed", "sentence_months": 20,
        "home_area": "Birmingham", "returned_within_6_months": True, "responsible_officer": "J. Hartley (made-up)",
    },
    # A foreign national.
    {
        "name": "Andrei Popescu", "age": 37, "days_here": 5, "weeks_left": 30, "sentence_type": "determinate",
        "sentence_months": 16, "nationality": "Romanian", "immigration_status": "settled", "home_area": "Peterborough",
    },
    # A care leaver of twenty.
    {
        "name": "Tyler Brennan", "age": 20, "days_here": 4, "weeks_left": 20, "sentence_type": "determinate", "sentence_months": 10,
        "care_leaver": "yes", "home_area": "Newcastle upon Tyne",
    },
    # A veteran.
    {
        "name": "Gareth Pugh", "age": 52, "days_here": 40, "weeks_left": 11, "sentence_type": "determinate", "sentence_months": 14,
        "armed_forces": "regular", "home_area": "Swansea",
    },
    # Over four years, near the end: the pre-release interview is due.
    {
        "name": "Imran Sheikh", "age": 45, "days_here": 1200, "weeks_left": 10, "sentence_type": "determinate",
        "sentence_months": 84, "home_area": "Bradford", "responsible_officer": "P. Lowe (made-up)", "flags": ("mappa",),
    },
    # A priority and other prolific offender.
    {
        "name": "Lee Carter", "age": 31, "days_here": 2, "weeks_left": 17, "sentence_type": "determinate", "sentence_months": 8,
        "flags": ("ppo", "iom"), "home_area": "Hull", "returned_within_6_months": True,
    },
    # On remand, without a release date.
    {
        "name": "Joseph Amankwah", "age": 26, "days_here": 1, "weeks_left": None, "sentence_type": "remand", "home_area": "London",
    },
    # A life sentence, without a release date, in a prison that does not resettle.
    {
        "name": "Raymond Fisk", "age": 58, "days_here": 6200, "weeks_left": None, "sentence_type": "life",
        "resettlement_prison": False, "flags": ("mappa",), "responsible_officer": "S. Okoro (made-up)",
    },
    # A woman awaiting deportation.
    {
        "name": "Nguyen Thi Lan", "age": 33, "days_here": 9, "weeks_left": 26, "sentence_type": "determinate",
        "sentence_months": 18, "sex": "female", "nationality": "Vietnamese", "immigration_status": "deportation",
    },
    # Wales, out in a few days.
    {
        "name": "Rhys ap Owain", "age": 23, "days_here": 80, "weeks_left": 1, "sentence_type": "determinate", "sentence_months": 6,
        "home_area": "Wrexham", "armed_forces": "no", "care_leaver": "no",
    },
)  # fmt: skip
