"""A prison's own directory of services: brought in, changed, given out."""

from __future__ import annotations

import pytest

from bot.casework.casework import Casework
from bot.casework.directories import COLUMNS
from bot.outputs.person_pdf import person_html
from bot.plan.life import NotAllowed
from bot.store import NotFound, Store
from tests.casework.making import Clock, interviewed, somebody
from tests.outputs.making import words
from tests.plan.making import plan_data

HERE = "HMP Northmere"
ROW = {"id": "advice", "name": "Advice", "kinds": "citizens_advice", "area": "national", "where": "custody", "how": "Ask"}
HEAD = "id,name,kinds,area,where,how"


def csv_of(*rows: dict[str, str]) -> bytes:
    return "\n".join([HEAD, *(",".join(row.get(name, "") for name in HEAD.split(",")) for row in rows)]).encode()


def test_without_its_own_a_prison_has_the_example(casework: Casework, store: Store) -> None:
    assert casework.directory(HERE) == plan_data().directory
    assert casework.service_rows(HERE) == []
    assert store.directories() == []


def test_the_first_change_takes_nothing_over_from_the_example(casework: Casework, store: Store, clock: Clock) -> None:
    casework.put_service(HERE, ROW, "ann")
    directory = casework.directory(HERE)
    assert directory.prison == HERE and not directory.areas
    assert list(directory.services) == ["advice"], "made-up services are nobody's own"
    assert directory.services["advice"].how == "Ask"
    casework.put_service(HERE, {**ROW, "how": "Ask on the wing"}, "bob")
    changed = next(row for row in casework.service_rows(HERE) if row.service.id == "advice")
    assert (changed.service.how, changed.changed_by) == ("Ask on the wing", "bob")
    assert casework.directory("HMP Elsewhere") == plan_data().directory
    assert "directory changed" in [line.what for line in store.audit_rows()]


def test_a_real_person_is_offered_no_made_up_service(casework: Casework, store: Store) -> None:
    """In a prison without a directory of its own: whom they can talk to stands on their paper all the same."""
    said = {"where_will_live": "nowhere", "debts": "yes"}
    real = casework.case(interviewed(store, somebody(said=said, made_up=False)).person_id)
    made_up = casework.case(interviewed(store, somebody(2, said=said)).person_id)
    assert not real.directory.services and not [item for item in real.items if item.service or item.others]
    assert [item for item in made_up.items if item.service]
    paper = person_html(real, words())
    assert "If you need somebody to talk to" in paper and "cell bell" in paper and "116 123" in paper
    casework.put_service(HERE, ROW, "ann")
    own = casework.case(real.person_id)
    assert list(own.directory.services) == ["advice"]
    assert "cell bell" in person_html(own, words()) and "116 123" in person_html(own, words())


def test_a_removed_service_is_not_offered_but_plans_still_name_it(casework: Casework, store: Store) -> None:
    casework.import_services(HERE, casework.export_services(HERE, "yaml").encode(), "yaml", "worker")
    person_id = interviewed(store, somebody(said={"where_will_live": "nowhere", "debts": "yes"})).person_id
    item = next(item for item in casework.case(person_id).items if item.service is not None and "agree" in item.steps)
    casework.step(person_id, item.id, "agree", "worker", item.seen)
    casework.remove_service(HERE, item.service.id, "worker")
    assert item.service.id not in casework.directory(HERE).services
    after = casework.case(person_id)
    assert after.item(item.id).service.name == item.service.name
    untouched = [one for one in after.items if not one.state.decided]
    assert all(one.service is None or one.service.id != item.service.id for one in untouched), "they follow the directory"
    with pytest.raises(NotAllowed, match="directory"):
        casework.step(person_id, item.id, "signpost", "worker", 2, service=item.service.id, on="2026-11-23", how="letter")
    with pytest.raises(NotFound):
        casework.remove_service(HERE, item.service.id, "worker")
    casework.put_service(HERE, {**ROW, "id": item.service.id}, "worker")
    assert item.service.id in casework.directory(HERE).services, "put back"


@pytest.mark.parametrize(
    ("change", "mend"),
    [
        ({"id": "Bad Id"}, "id"),
        ({"name": ""}, "name"),
        ({"kinds": "no_such_kind"}, "unknown kind"),
        ({"area": "atlantis"}, "unknown area"),
        ({"where": "moon"}, "where"),
        ({"only_for": "martians"}, "unknown group"),
        ({"colour": "red"}, "unknown column"),
    ],
)
def test_a_row_that_is_wrong_is_refused_with_the_mend(casework: Casework, change: dict[str, str], mend: str) -> None:
    with pytest.raises(NotAllowed, match=mend):
        casework.put_service(HERE, {**ROW, **change}, "worker")
    assert casework.service_rows(HERE) == []


def test_an_import_keeps_the_good_rows_and_names_the_bad_ones(casework: Casework) -> None:
    good, bad = ROW, {**ROW, "id": "bad", "area": "atlantis"}
    report = casework.import_services(HERE, csv_of(good, bad, {**ROW, "id": "more"}), "csv", "worker")
    assert report.written == 2
    assert [row for row, _ in report.problems] == [2] and "atlantis" in report.problems[0][1]
    assert {"advice", "more"} == set(casework.directory(HERE).services)


def test_an_import_replaces_all_where_it_is_asked_to(casework: Casework) -> None:
    casework.put_service(HERE, {**ROW, "id": "old"}, "worker")
    report = casework.import_services(HERE, csv_of(ROW), "csv", "worker", replace_all=True)
    assert list(casework.directory(HERE).services) == ["advice"]
    assert report.problems == ()
    with pytest.raises(NotAllowed, match="no row that can be used"):
        casework.import_services(HERE, csv_of({**ROW, "where": "moon"}), "csv", "worker", replace_all=True)
    assert list(casework.directory(HERE).services) == ["advice"]


@pytest.mark.parametrize("as_", ["yaml", "csv"])
def test_what_is_given_out_can_be_brought_in(casework: Casework, as_: str) -> None:
    casework.put_service(HERE, {**ROW, "name": "=HYPERLINK(1)", "languages": ["en", "cy"], "women_only": True}, "worker")
    text = casework.export_services(HERE, as_)
    assert "\n=HYPERLINK" not in text and ",=HYPERLINK" not in text, "no formula for a spreadsheet"
    if as_ == "csv":
        assert text.splitlines()[0] == ",".join(COLUMNS)
        casework.put_area("HMP Elsewhere", "northmere", "Northmere City Council", "worker")
    report = casework.import_services("HMP Elsewhere", text.encode(), as_, "worker", replace_all=True)
    assert report.problems == ()
    assert casework.directory("HMP Elsewhere").services == casework.directory(HERE).services


@pytest.mark.parametrize(
    ("content", "as_", "mend"),
    [
        (b"\xff\xfe\x00", "csv", "UTF-8"),
        (b"name,kinds\n", "csv", "lacks 'id'"),
        (HEAD.encode() + b'\n"a', "csv", "not CSV"),
        (b"- just\n- a list\n", "yaml", "mapping"),
        (b"services: {a: 1}\n", "yaml", "services"),
        (b"a: [\n", "yaml", "mend"),
        (b"areas: {x: {}}\nservices: []\n", "yaml", "name"),
        (b"x" * 2_000_001, "csv", "larger"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(casework: Casework, content: bytes, as_: str, mend: str) -> None:
    with pytest.raises(NotAllowed, match=mend) as caught:
        casework.import_services(HERE, content, as_, "worker")
    assert "\n" not in str(caught.value) and "/tmp" not in str(caught.value)
    assert casework.service_rows(HERE) == []


def test_too_many_cells_are_a_bad_row(casework: Casework) -> None:
    report = casework.import_services(HERE, csv_of(ROW) + b"\nb,B,citizens_advice,national,custody,Ask,and,more\n", "csv", "w")
    assert [row for row, _ in report.problems] == [2]


def test_areas_are_added_and_renamed(casework: Casework) -> None:
    casework.put_area(HERE, "new_place", "New Place Council", "worker")
    assert casework.directory(HERE).areas["new_place"] == "New Place Council"
    casework.put_service(HERE, {**ROW, "area": "new_place"}, "worker")
    for area, name in (("national", "x"), ("Not An Id", "x"), ("fine", " ")):
        with pytest.raises(NotAllowed):
            casework.put_area(HERE, area, name, "worker")
