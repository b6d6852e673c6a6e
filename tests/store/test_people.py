from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.store import NotFound, Store, models, read_rows
from bot.store import people as people_module
from bot.store.errors import AlreadyThere, BadInput, StoreError
from tests.store.making import make_record, make_row


def test_a_person_comes_back_as_added(store: Store) -> None:
    record = make_record(release=None, armed_forces="reservist")
    person = store.add_person(record, by="worker")
    assert person.record == record
    assert store.person(person.id) == person
    assert store.person_by_number(" a0001zz") == person
    assert person.created == person.updated == store.clock()


def test_a_second_person_with_the_number_is_refused(store: Store) -> None:
    store.add_person(make_record(), by="worker")
    with pytest.raises(AlreadyThere, match="prison_number") as caught:
        store.add_person(make_record(name="Somebody Else"), by="worker")
    assert "A0001ZZ" not in str(caught.value)
    assert store.count_people() == 1


def test_a_record_that_could_not_be_read_again_is_refused(store: Store) -> None:
    with pytest.raises(BadInput, match="sex") as caught:
        store.add_person(make_record(sex="hidden value"), by="worker")
    assert "hidden value" not in str(caught.value)


def test_a_person_can_be_changed(store: Store, clock: object) -> None:
    person = store.add_person(make_record(), by="worker")
    other = store.add_person(make_record(2), by="worker")
    store.clock.forward(minutes=1)  # type: ignore[attr-defined]
    changed = store.update_person(person.id, replace(person.record, name="New Name", home_area="Leeds"), by="worker")
    assert store.person(person.id) == changed
    assert (changed.name, changed.record.home_area, changed.created < changed.updated) == ("New Name", "Leeds", True)
    with pytest.raises(AlreadyThere):
        store.update_person(person.id, replace(person.record, prison_number=other.prison_number), by="worker")


def test_a_record_from_before_a_rule_is_read_and_mended(store: Store) -> None:
    """A part 1 of an earlier stay was taken once: such a person is still there, and so is what their record was."""
    person = store.add_person(make_record(), by="worker")
    old = replace(person.record, part1_completed=person.record.reception.date() - timedelta(days=100))
    with store.write() as session:
        session.get_one(models.Person, person.id).details = store.cipher.seal(old.to_json())
    assert store.person(person.id).record == old
    with pytest.raises(BadInput, match="part1_completed: is before the reception date"):
        store.update_person(person.id, replace(old, home_area="Leeds"), by="worker")
    row = {**make_row(), "prison_number": old.prison_number, "part1_completed": str(old.part1_completed)}
    (problem,) = store.import_people([row], "worker").problems
    assert problem[:2] == (1, "part1_completed")
    store.update_person(person.id, replace(old, part1_completed=None), by="worker")
    assert [change.before for change in store.record_changes(person.id)] == [old]


def test_unknown_people_are_not_found(store: Store) -> None:
    for ask in (
        lambda: store.person("nobody"),
        lambda: store.person_by_number("Z9999ZZ"),
        lambda: store.update_person("nobody", make_record(), by="worker"),
        lambda: store.interviews_of("nobody"),
    ):
        with pytest.raises(NotFound):
            ask()


def test_lists_are_searched_and_paged(store: Store) -> None:
    for number, name in enumerate(["Élodie Brown", "Adam Smith", "100% Smith", "Zed Jones"], start=1):
        store.add_person(make_record(number, name=name, prison="HMP Elsewhere" if number == 4 else "HMP Here"), by="worker")
    assert [person.name for person in store.people(search="SMITH")] == ["100% Smith", "Adam Smith"]
    assert [person.name for person in store.people(search="smith ad")] == ["Adam Smith"]
    assert [person.name for person in store.people(search="%")] == ["100% Smith"]
    assert [person.name for person in store.people(search="élodie a0001")] == ["Élodie Brown"]
    assert [person.name for person in store.people(prison="HMP Elsewhere")] == ["Zed Jones"]
    assert store.people(search="nobody at all") == []
    with pytest.raises(BadInput):
        store.people(search="\ud800")
    assert len(store.people(limit=3)) == 3
    assert len(store.people(limit=3, offset=3)) == 1
    assert (store.count_people(), store.count_people(search="smith"), store.count_people(prison="HMP Here")) == (4, 2, 3)


def test_an_import_keeps_the_good_rows_and_reports_every_bad_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_module, "IMPORT_BATCH", 2)
    store.add_person(make_record(2, name="Old Name"), by="worker")
    rows = [
        make_row(1),
        make_row(2, name="New Name"),
        make_row(3, prison_number="nonsense", sex="nonsense"),
        make_row(1, name="Again"),
        {**make_row(5), None: ["too", "many"]},
        {},
        make_row(7, favourite="blue"),
        make_row(8),
        "not a row",
        make_row(10, name="a \ud800 name"),
        make_row(11, prison="a \0 prison"),
    ]
    report = store.import_people(rows, by="worker")  # type: ignore[arg-type]
    assert (report.added, report.updated) == (2, 1)
    assert [person.prison_number for person in store.people()] == ["A0001ZZ", "A0008ZZ", "A0002ZZ"]
    assert store.person_by_number("A0002ZZ").name == "New Name"
    found = {(row, field) for row, field, _ in report.problems}
    wrong = {3: "sex", 4: "prison_number", 5: "row", 6: "name", 7: "favourite", 9: "row", 10: "name", 11: "prison"}
    assert {(3, "prison_number"), *wrong.items()} <= found
    assert {row for row, _ in found} == set(wrong)
    assert "nonsense" not in str(report.problems)
    assert store.import_people(rows[:2], by="worker").updated == 2


def test_rows_are_read_from_csv_and_json(tmp_path: Path, store: Store) -> None:
    record = make_record(flags=("ppo", "iom"), home_area="Caernarfon – y dre")
    listed = tmp_path / "people.json"
    listed.write_text(json.dumps([record.to_json()]), encoding="utf-8")
    table = tmp_path / "people.csv"
    cells = {**record.to_json(), "flags": "ppo;iom"}
    lines = [",".join(cells), ",".join(f'"{value}"' for value in cells.values())]
    table.write_text("\ufeff" + "\r\n".join(lines) + "\r\n", encoding="utf-8")
    for path in (listed, table):
        assert store.import_people(read_rows(path), by="worker").problems == []
        assert store.person_by_number(record.prison_number).record == record


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", b"{", "not JSON"),
        ("a.json", b"{}", "not a list"),
        ("a.json", b"[{}, 3]", "row 2"),
        ("a.json", b"[" * 100_000, "nested too deeply"),
        ("a.csv", b"name,sex\nx,y\n", "no prison_number"),
        ("a.csv", b"", "no prison_number"),
        ("a.csv", b"prison_number,name,name\n", "twice"),
        ("a.csv", b"prison_number,name\nA0001ZZ,x\nA0002ZZ,\xff\n", "line 3: is not UTF-8"),
        ("a.csv", b'prison_number,name\nA0001ZZ,x\nA0002ZZ,"y\n', "line 3: is not CSV"),
    ],
)
def test_a_file_that_is_not_rows_is_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput, match=message) as caught:
        read_rows(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        read_rows(tmp_path / "none.csv")


FULL: dict[str, Any] = {
    "flags": ("mappa", "sexual_offence"), "release": date(2026, 12, 20), "part1_completed": date(2026, 3, 1),
    "responsible_officer": "Ann Hill", "care_leaver": "yes", "immigration_status": "settled", "nationality": "Irish",
    "resettlement_prison": False, "returned_within_6_months": True, "home_area": "Hull", "made_up": True,
}  # fmt: skip
FEW = "prison_number,name,date_of_birth,sex,prison,reception,sentence_type"


def csv_of(folder: Path, *lines: str) -> list[dict[str, Any]]:
    path = folder / "people.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_rows(path)


def test_an_import_with_fewer_columns_takes_nothing_away(tmp_path: Path, store: Store) -> None:
    before = store.add_person(make_record(**FULL), by="worker").record
    row = f"{before.prison_number.lower()},New Name,1990-05-04,male,HMP Elsewhere (made-up),2026-02-27T16:30,determinate"
    report = store.import_people(csv_of(tmp_path, FEW, row), by="worker")
    assert (report.added, report.updated, report.problems, report.emptied) == (0, 1, [], {})
    person = store.person_by_number(before.prison_number)
    assert person.record == replace(before, name="New Name", prison="HMP Elsewhere (made-up)")
    assert (person.release, person.part1_completed) == (before.release, before.part1_completed)
    # A number and what is new about it are enough.
    assert store.import_people(csv_of(tmp_path, "prison_number,home_area", "A0001ZZ,Leeds"), by="worker").updated == 1
    assert store.person_by_number("A0001ZZ").record == replace(person.record, home_area="Leeds")
    # Somebody new still has to be told of whole.
    report = store.import_people(csv_of(tmp_path, "prison_number,home_area", "A0002ZZ,Leeds"), by="worker")
    assert (2, "name", "is missing; give it") in report.problems and report.added == 0


def test_an_empty_cell_empties_and_a_missing_one_does_not(tmp_path: Path, store: Store) -> None:
    before = store.add_person(make_record(1, **FULL), by="worker").record
    store.add_person(make_record(2, **FULL), by="worker")
    store.add_person(make_record(3, flags=()), by="worker")
    rows = csv_of(tmp_path, "prison_number,flags,home_area,release", "A0001ZZ,,Leeds, ", "A0002ZZ,", "A0003ZZ,")
    report = store.import_people(rows, by="worker")
    assert (report.updated, report.problems, report.emptied) == (3, [], {"flags": 2, "release": 1})
    assert store.person_by_number("A0001ZZ").record == replace(before, flags=(), home_area="Leeds", release=None)
    other = store.person_by_number("A0002ZZ").record
    assert (other.flags, other.release, other.home_area) == ((), before.release, "Hull")
    # What cannot be empty is not emptied.
    report = store.import_people(csv_of(tmp_path, "prison_number,name", "A0001ZZ,"), by="worker")
    assert (report.updated, report.problems) == (0, [(2, "name", "is missing; give it")])


def test_json_rows_change_only_what_they_have(store: Store) -> None:
    before = store.add_person(make_record(sentence_months=10, **FULL), by="worker").record
    row = {"prison_number": "A0001ZZ", "sentence": {"type": "recall_fixed"}, "release": None}
    report = store.import_people([row], by="worker")
    assert (report.problems, report.emptied) == ([], {"release": 1})
    assert store.person_by_number("A0001ZZ").record == replace(before, sentence_type="recall_fixed", release=None)


def test_spaces_that_cannot_be_seen_make_no_other_prison_or_name(tmp_path: Path, store: Store) -> None:
    mine = "HMP Northmere (made-up)"
    row = "A0001ZZ,Xavier  Test ,1990-05-04,male,HMP  Northmere\u00a0(made-up),2026-02-27T16:30,determinate"
    assert store.import_people(csv_of(tmp_path, FEW, row), by="worker", prisons=[mine]).added == 1
    person = store.person_by_number("A0001ZZ")
    assert (person.prison, person.name, person.record.prison) == (mine, "Xavier Test", mine)
    assert [one.id for one in store.people(prison=[mine])] == [person.id]
    assert store.import_people(csv_of(tmp_path, FEW, row), by="worker", prisons=[mine]).updated == 1


def test_a_row_is_named_by_its_line_of_the_file(tmp_path: Path, store: Store) -> None:
    good = "A0001ZZ,X,1990-05-04,male,HMP N,2026-02-27T16:30,determinate"
    lines = [
        FEW,
        good,
        "",
        "",
        'A0002ZZ,"Y',
        'Z",1990-05-04,male,HMP N,2026-02-27T16:30,determinate',
        good,
        "A0003ZZ,X,1990-05-04,man,HMP N",
    ]
    report = store.import_people(csv_of(tmp_path, *lines), by="worker")
    assert (report.added, {(line, name) for line, name, _ in report.problems}) == (
        2, {(7, "prison_number"), (8, "sex"), (8, "reception"), (8, "sentence_type")},
    )  # fmt: skip
    assert (7, "prison_number", "is in line 2 already; keep one of them") in report.problems
