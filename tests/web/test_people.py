"""The people: list, search, one person, adding, changing, importing, starting."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.interview.answers import Answer
from bot.store.types import PRERELEASE, Decision, Entry, InterviewState
from bot.web.posted import new_turn
from bot.web.record_form import values_of
from tests.web.casing import shown_in
from tests.web.conftest import Browser, House, answer_until, web_of

RECORD = {
    "prison_number": "B1234CD",
    "name": "Ann Example",
    "date_of_birth-day": "1",
    "date_of_birth-month": "2",
    "date_of_birth-year": "1990",
    "sex": "female",
    "nationality": "British",
    "immigration_status": "",
    "prison": "HMP Example",
    "resettlement_prison": "yes",
    "reception-day": "1",
    "reception-month": "11",
    "reception-year": "2026",
    "reception-time": "9.30",
    "sentence_type": "determinate",
    "sentence_months": "12",
    "release-day": "1",
    "release-month": "6",
    "release-year": "2027",
    "returned_within_6_months": "no",
    "flags": ["ppo", "iom"],
    "care_leaver": "",
    "armed_forces": "",
    "made_up": "yes",
    "home_area": "Leeds",
}


def test_the_list_says_where_each_interview_is(house: House, worker: Browser) -> None:
    started, done = house.started("Marcus"), house.started("Imran")
    answer_until(house, done.id, lambda step: False)
    worker.get("/people")
    for person in house.people:
        assert person.name in worker.page
        assert person.prison_number in worker.page
    assert worker.page.count(">Not started</strong>") == len(house.people) - 4
    assert f'href="/interviews/{started.id}">Carry on' in worker.page
    assert f'href="/interviews/{done.id}/answers">Look' in worker.page
    assert worker.title() == "People – Resettlement interview"


def test_search_is_a_post_and_finds_by_name_or_number(house: House, worker: Browser) -> None:
    worker.get("/people")
    assert worker.post("/people", {"search": "obi"}).status_code == 200
    assert "Marcus Obi" in worker.page
    assert "1 person found" in worker.page
    assert "Daniel" not in worker.page
    worker.post("/people", {"search": "a0001zz"})
    assert "Daniel Ashworth" in worker.page
    worker.post("/people", {"search": "zzz\x00<b>"})
    assert "Nobody has that" in worker.page
    assert "<b>" not in worker.page


def test_an_empty_list_says_what_to_do(house: House, worker: Browser, monkeypatch: Any) -> None:
    monkeypatch.setattr(type(house.store), "people", lambda *a, **k: [])
    monkeypatch.setattr(type(house.store), "count_people", lambda *a, **k: 0)
    worker.get("/people")
    assert "There is nobody here yet" in worker.page


def test_long_lists_come_in_pages(house: House, worker: Browser) -> None:
    rows = [
        {"prison_number": f"C{n:04}CC", "name": f"Person {n:03}", "date_of_birth": "1990-01-01", "sex": "male", "prison": "X",
         "reception": "2026-11-01T10:00", "sentence_type": "remand"}
        for n in range(60)
    ]  # fmt: skip
    house.store.import_people(rows, "test")
    worker.get("/people")
    assert "Page 1 of 2" in worker.page
    worker.get("/people?page=2")
    assert "Person 059" in worker.page
    assert worker.get("/people?page=x").status_code == 200
    assert worker.get("/people?page=999").status_code == 200


def test_a_person_is_added_by_hand(house: House, worker: Browser) -> None:
    worker.get("/people/add")
    response = worker.post("/people/add", RECORD)
    assert response.status_code == 303
    assert "B1234CD" not in response.location
    record = house.store.person_by_number("B1234CD").record
    assert record.flags == ("ppo", "iom")
    assert record.reception.isoformat() == "2026-11-01T09:30:00"
    assert record.care_leaver is None
    worker.get(response.location)
    assert "1 November 2026, 09:30" in worker.page
    assert "Ann" not in worker.title()


def test_mistakes_are_named_beside_their_fields_and_nothing_is_lost(worker: Browser) -> None:
    worker.get("/people/add")
    wrong = {
        **RECORD,
        "prison_number": "nope",
        "name": "",
        "date_of_birth-month": "13",
        "sex": "x",
        "sentence_months": "many",
        "reception-time": "late",
    }
    assert worker.post("/people/add", wrong).status_code == 422
    assert worker.title().startswith("Error: Add a person")
    for field in ("prison_number", "name", "date_of_birth", "sex", "sentence_months", "reception"):
        assert f'href="#{field}"' in worker.page
        assert f'id="{field}"' in worker.page
        assert f'id="{field}-error"' in worker.page
    assert 'value="nope"' in worker.page
    assert 'value="13"' in worker.page
    assert "Enter the full name" in worker.page
    assert worker.page.index('href="#prison_number"') < worker.page.index('href="#reception"')


def test_a_prison_number_that_is_there_already(worker: Browser) -> None:
    worker.get("/people/add")
    assert worker.post("/people/add", {**RECORD, "prison_number": "a0001zz"}).status_code == 422
    assert "is here already" in worker.page


def test_a_record_is_changed(house: House, worker: Browser) -> None:
    person = house.person("Daniel")
    worker.get(f"/people/{person.id}/change")
    assert 'value="Daniel Ashworth"' in worker.page
    response = worker.post(
        f"/people/{person.id}/change",
        {**RECORD, "prison_number": person.prison_number, "name": "Dan Ashworth", "why_changed": "a mistake"}
        | {"seen": worker.hidden("seen")},
    )
    assert response.location == f"/people/{person.id}"
    assert house.store.person(person.id).record.name == "Dan Ashworth"


def test_a_record_that_somebody_else_changed_meanwhile_is_not_put_back(house: House, worker: Browser) -> None:
    """Two have the form open: one saves a new release date, the other then the name of an officer."""
    person, other = house.person("Daniel"), house.signed_in()
    page = f"/people/{person.id}/change"
    worker.get(page)
    typed = {**values_of(person.record), "seen": worker.hidden("seen"), "responsible_officer": "J. Example", "why_changed": "named"}
    assert person.name not in typed["seen"] and person.prison_number not in typed["seen"]
    other.get(page)
    recalculated = {"release-day": "1", "release-month": "12", "release-year": "2027", "home_area": "Hull", "why_changed": "moved"}
    moved = {**values_of(person.record), **recalculated, "seen": other.hidden("seen")}
    assert other.post(page, moved).status_code == 303
    answer = worker.post(page, {**typed, "home_area": "York"})
    kept = house.store.person(person.id).record
    assert answer.status_code == 409
    assert (kept.release, kept.home_area, kept.responsible_officer) == (
        date(2027, 12, 1),
        "Hull",
        person.record.responsible_officer,
    )
    said = shown_in(worker.page)
    assert "Somebody changed this record after you opened the page" in said
    assert "Release date: somebody changed this to “1 December 2027”, and here it is now" in said
    assert "Home area: somebody changed this to “Hull”. What you put in stands here" in said
    assert 'value="J. Example"' in worker.page and 'value="York"' in worker.page and 'value="named"' in worker.page
    # What the page shows now is right, and saves.
    shown = {**typed, **recalculated, "home_area": "Hull", "why_changed": "named", "seen": worker.hidden("seen")}
    assert worker.post(page, shown).status_code == 303
    kept = house.store.person(person.id).record
    assert (kept.release, kept.home_area, kept.responsible_officer) == (date(2027, 12, 1), "Hull", "J. Example")


def test_a_new_reception_does_not_carry_the_part_1_of_the_stay_before(house: House, worker: Browser) -> None:
    person = house.person("Gareth")
    page = f"/people/{person.id}/change"
    worker.get(page)
    day = person.record.part1_completed + timedelta(days=20)
    came = {"reception-day": str(day.day), "reception-month": str(day.month), "reception-year": str(day.year)}
    typed = {**values_of(person.record), **came, "seen": worker.hidden("seen"), "why_changed": "back in prison"}
    assert worker.post(page, typed).status_code == 422
    said = (
        "Basic Custody Screening part 1 finished is before the reception date. Write the day it was finished in this stay, or leave"
    )
    assert said in shown_in(worker.page)
    empty = {f"part1_completed-{part}": "" for part in ("day", "month", "year")}
    assert worker.post(page, {**typed, **empty}).status_code == 303
    assert house.store.person(person.id).record.part1_completed is None


def test_a_mistake_in_the_form_does_not_hide_that_the_record_changed(house: House, worker: Browser) -> None:
    person = house.person("Daniel")
    page = f"/people/{person.id}/change"
    worker.get(page)
    typed = {**values_of(person.record), "seen": worker.hidden("seen"), "why_changed": "named"}
    house.store.update_person(person.id, replace(person.record, home_area="Hull"), by="test")
    assert worker.post(page, {**typed, "sentence_months": "many"}).status_code == 422
    assert worker.post(page, {**typed, "seen": worker.hidden("seen")}).status_code == 409
    assert house.store.person(person.id).record.home_area == "Hull"
    # A page that names no version, or one that nobody knows, writes nothing either.
    assert worker.post(page, {**typed, "seen": ""}).status_code == 409
    assert "Home area: the record now says “Hull”. What you put in stands here" in shown_in(worker.page)


def upload(worker: Browser, name: str, data: bytes) -> int:
    worker.get("/people/import")
    return worker.post("/people/import", {"file": (io.BytesIO(data), name)}).status_code


def test_import_keeps_good_rows_and_names_bad_ones(house: House, worker: Browser) -> None:
    head = b"prison_number,name,date_of_birth,sex,prison,reception,sentence_type\n"
    good = b"B1234CD,Ann,1990-01-01,female,X,2026-11-01T10:00,remand\n"
    bad = b"nope,Secret Name,1990-13-01,female,X,2026-11-01T10:00,remand\n"
    assert upload(worker, "people.csv", head + good + bad) == 422
    assert "1 person added, 0 updated" in worker.page
    assert "is not a prison number; write it as A1234BC" in worker.page
    assert "Line of the file" in worker.page and '<td class="govuk-table__cell">3</td>' in worker.page
    assert "Secret Name" not in worker.page
    assert house.store.person_by_number("B1234CD").name == "Ann"
    assert upload(worker, "people.CSV", head + good) == 200
    assert "0 people added, 1 updated" in worker.page


def test_import_says_what_it_keeps_and_what_it_emptied(house: House, worker: Browser) -> None:
    person = house.person("Daniel")
    house.store.update_person(person.id, replace(person.record, flags=("mappa",), release=date(2027, 3, 1)), "test")
    worker.get("/people/import")
    assert "a column that is not in it, such as the release date, stays as it is" in worker.page
    assert "An empty cell empties what is there" in worker.page
    assert upload(worker, "people.csv", f"prison_number,home_area\n{person.prison_number},Leeds\n".encode()) == 200
    assert "0 people added, 1 updated" in worker.page and "Emptied, because" not in worker.page
    assert house.store.person(person.id).record.flags == ("mappa",)
    assert upload(worker, "people.csv", f"prison_number,release,flags\n{person.prison_number},,\n".encode()) == 200
    assert "Emptied, because the cell in the file is empty: Release date (1 person); Known to (1 person)." in worker.page
    assert house.store.person(person.id).record.release is None


def test_import_of_json(house: House, worker: Browser) -> None:
    row = {"prison_number": "B1234CD", "name": "Ann", "date_of_birth": "1990-01-01", "sex": "female", "prison": "X",
           "reception": "2026-11-01T10:00", "sentence": {"type": "determinate", "months": 6}}  # fmt: skip
    assert upload(worker, "people.json", json.dumps([row]).encode()) == 200
    assert house.store.person_by_number("B1234CD").record.sentence_months == 6


def test_files_that_cannot_be_read(worker: Browser) -> None:
    for name, data, text in (
        ("people.csv", b"", "heading row has no prison_number"),
        ("people.csv", b"\xff\xfe", "is not UTF-8"),
        ("people.json", b"{", "is not JSON"),
        ("people.json", b"[[[", "is not JSON"),
        ("people.json", b"[1]", "row 1"),
        ("people.xlsx", b"PK", "must be a CSV or a JSON file"),
        ("", b"", "Choose a file"),
    ):
        assert upload(worker, name, data) == 422, name
        assert text in worker.page, (name, text)
        assert "/tmp" not in worker.page
    assert upload(worker, "people.csv", b"x" * 300_000) == 413


def test_the_example_file_can_be_imported(house: House, worker: Browser) -> None:
    example = worker.get("/people/import/example.csv")
    assert example.mimetype == "text/csv"
    assert upload(worker, "people.csv", example.data) == 200
    assert house.store.person_by_number("A1234BC").made_up


def test_starting_asks_which_words_suit(house: House, worker: Browser) -> None:
    person = house.person("Rhys")
    worker.get(f"/people/{person.id}")
    assert worker.post(f"/people/{person.id}/interviews", {"kind": "first"}).status_code == 422
    assert "Choose plain words or easy words" in worker.page
    response = worker.post(f"/people/{person.id}/interviews", {"kind": "first", "level": "easy"})
    row = house.store.interviews_of(person.id)[0]
    assert response.location == f"/interviews/{row.id}"
    assert (row.kind, row.level, row.mode, row.language) == ("first", "easy", "worker", "en")
    worker.get(response.location)
    assert "They are about when you leave prison" in worker.page
    assert 'class="easy talk co-run' in worker.page


def test_a_review_starts_from_what_was_said_and_still_counts(house: House, worker: Browser) -> None:
    first = house.started("Imran")
    answer_until(house, first.id, lambda step: False)
    person = house.person("Imran")
    worker.get(f"/people/{person.id}")
    response = worker.post(f"/people/{person.id}/interviews", {"kind": PRERELEASE, "level": "plain"})
    state = house.store.state(response.location.split("/")[-1])
    assert state.interview.earlier == first.id
    before = web_of(house).talk.path(house.store.state(first.id))
    implied = {step.question.id for step in before.steps if step.implied}
    turned_down = {
        "help_accommodation",
        "help_ete",
        "help_finance",
        "help_personal",
        "help_ttg_support",
        "work_coach",
        "other_support",
    }
    wanted = {name for name in before.answers if house.interview.by_id[name].carry} - implied
    assert set(state.answers) == wanted - turned_down
    assert all(answer.carried for answer in state.answers.values())


HELP = {
    "drugs": "yes", "alcohol": "yes", "trauma": "yes", "safety_room": "private", "safety_gate": "now", "hurt_ever": "yes",
    "sex_for_money": "yes", "sexual_abuse": "yes", "health_needs": "mind_unmet", "gp": "no", "debts": "yes", "bank_account": "no",
    "job_after": "no", "where_will_live": "nowhere",
}  # fmt: skip
WANTED = {
    "drugs_help": "in_here", "overdose_help": "kit", "alcohol_help": "outside", "trauma_help": "yes", "da_help": "safety_plan",
    "sex_work_help": "specialist_service", "sexual_abuse_support": "yes", "want_healthcare_told": "told", "other_support": "mentor",
    "help_personal": "register_gp", "help_finance": "debt_advice", "help_accommodation": "find_home", "help_ete": "find_work",
}  # fmt: skip


def review_of(house: House, worker: Browser, name: str = "Imran", **said: str) -> tuple[dict[str, Answer], InterviewState]:
    """What was said in an interview, and what its pre-release review starts from."""
    first = house.started(name)
    answer_until(house, first.id, lambda step: False, **said)
    before = house.store.state(first.id).answers
    person = house.person(name)
    worker.get(f"/people/{person.id}")
    response = worker.post(f"/people/{person.id}/interviews", {"kind": PRERELEASE, "level": "plain"})
    return before, house.store.state(response.location.split("/")[-1])


def test_help_that_was_turned_down_is_offered_again_at_review(house: House, worker: Browser) -> None:
    before, state = review_of(house, worker, **HELP)
    assert before.keys() >= WANTED.keys()
    turned_down = {name: before[name].options for name in WANTED if name != "want_healthcare_told"}
    assert set(turned_down.values()) <= {("none",), ("no",)}
    assert not turned_down.keys() & state.answers.keys()
    # What the help is with was said, and is not asked again.
    assert HELP.keys() - {"safety_room", "safety_gate"} <= state.answers.keys()
    answer_until(house, state.interview.id, lambda step: step.question.section != "ready")
    path = web_of(house).talk.path(house.store.state(state.interview.id))
    asked = {step.question.id for step in path.open}
    assert not {"drugs", "trauma", "gp", "debts"} & asked
    assert {"drugs_help", "alcohol_help", "trauma_help", "help_personal", "help_finance"} <= asked


def test_help_that_was_wanted_is_not_asked_about_again(house: House, worker: Browser) -> None:
    before, state = review_of(house, worker, **HELP, **WANTED)
    assert {name: before[name].options for name in WANTED} == {name: (option,) for name, option in WANTED.items()}
    assert WANTED.keys() <= state.answers.keys()
    assert all(state.answers[name].carried and state.answers[name].options == before[name].options for name in WANTED)


@pytest.mark.parametrize("said", ["refused", "unknown", "skipped", "later"])
def test_help_that_nothing_was_said_to_is_offered_again_at_review(house: House, worker: Browser, said: str) -> None:
    first = house.started("Imran")
    answer_until(house, first.id, lambda step: False, **HELP, **WANTED)
    entries = [Entry(Answer(name, state=said), "button", "test") for name in ("drugs_help", "help_finance", "gp")]
    decision = Decision("answer", "gp", entries, [], None, "complete", by="test", device="test")
    house.store.take_turn(first.id, new_turn(), lambda _: decision)
    person = house.person("Imran")
    worker.get(f"/people/{person.id}")
    response = worker.post(f"/people/{person.id}/interviews", {"kind": PRERELEASE, "level": "plain"})
    carried = house.store.state(response.location.split("/")[-1]).answers
    assert not {"drugs_help", "help_finance"} & carried.keys() and "alcohol_help" in carried
    # Any other question that was not answered stays so, as it did.
    assert carried["gp"].state == said


def test_unknown_people(worker: Browser) -> None:
    for person_id in ("0" * 32, "nope", "%00", "..%2f..", "A" * 32):
        for path in (f"/people/{person_id}", f"/people/{person_id}/change", f"/api/people/{person_id}"):
            assert worker.get(path).status_code == 404, path
