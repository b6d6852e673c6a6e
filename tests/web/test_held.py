"""The page of what is held: the copy, corrections with their reason, and what the person says is wrong."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from tests.web.casing import PRIVATE, audited, shown_in, signed_in_as
from tests.web.conftest import Browser, House

GUARD = "guard"


@pytest.fixture
def worker(cases: House) -> Browser:
    return cases.signed_in()


def held(house: House, name: str = "Siobhan") -> str:
    return f"/people/{house.person(name).id}/held"


def data_of(content: bytes) -> dict[str, object]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert set(file.namelist()) == {"everything-held.html", "everything-held.json"}
        found: dict[str, object] = json.loads(file.read("everything-held.json"))
        return found


def test_a_worker_gets_the_copy_without_what_is_private(cases: House, worker: Browser) -> None:
    answer = worker.client.get(f"{held(cases)}/file")
    assert answer.headers["Content-Disposition"] == "attachment; filename=everything-held.zip"
    assert answer.headers["Cache-Control"] == "no-store"
    data = data_of(answer.data)
    assert data["private_included"] is False
    assert not [told for told in PRIVATE if told in json.dumps(data)]
    assert audited(cases, "exported everything held") == [(cases.person("Siobhan").id,)]
    assert worker.get(f"{held(cases)}/file?private=yes").status_code == 404
    worker.get(held(cases))
    assert "is made by somebody with the safeguarding role" in shown_in(worker.page)
    assert audited(cases, "held data seen") == [(cases.person("Siobhan").id,)]


def test_the_safeguarding_role_gets_all_of_it_and_it_is_noted(cases: House) -> None:
    guard = signed_in_as(cases, GUARD)
    guard.get(held(cases))
    assert "Get the copy with what is private" in shown_in(guard.page)
    data = data_of(guard.client.get(f"{held(cases)}/file?private=yes").data)
    assert data["private_included"] is True
    assert not [told for told in PRIVATE if told not in json.dumps(data)]
    assert audited(cases, "exported everything held with private parts")


def test_nobody_is_offered_a_private_question_to_dispute_but_safeguarding(cases: House, worker: Browser) -> None:
    row = cases.store.interviews_of(cases.person("Siobhan").id)[0]
    private = f"answer:{row.id}:hurt_ever"
    worker.get(held(cases))
    assert private not in worker.page
    assert worker.post(f"{held(cases)}/wrong", {"about": private, "words": "no"}).status_code == 422
    guard = signed_in_as(cases, GUARD)
    guard.get(held(cases))
    assert private in guard.page
    guard.post(f"{held(cases)}/wrong", {"about": private, "words": "I never said so"}, follow=True)
    assert "I never said so" in guard.page
    worker.get(held(cases))
    assert "I never said so" not in worker.page
    dispute = cases.store.disputes_of(cases.person("Siobhan").id)[0].id
    answer = worker.post(f"{held(cases)}/settled", {"dispute": dispute, "outcome": "put_right", "why": "x"})
    assert answer.status_code == 404


def test_what_is_wrong_is_noted_and_settled(cases: House, worker: Browser) -> None:
    page = held(cases, "Daniel")
    worker.get(page)
    assert worker.post(f"{page}/wrong", {"about": "record:shoe_size", "words": "x"}).status_code == 422
    assert "Error: What is held" in worker.page and "Choose what is wrong" in worker.page
    assert worker.post(f"{page}/wrong", {"about": "record:home_area", "words": " "}).status_code == 422
    assert "Write what the person says" in worker.page
    worker.post(f"{page}/wrong", {"about": "record:home_area", "words": "It is Hull, not Leeds"}, follow=True)
    assert "Home area Not settled yet" in " ".join(shown_in(worker.page).split())
    dispute = cases.store.disputes_of(cases.person("Daniel").id)[0].id
    assert worker.post(f"{page}/settled", {"dispute": dispute, "why": "x"}).status_code == 422
    assert "Choose what came of it" in worker.page
    assert worker.post(f"{page}/settled", {"dispute": dispute, "outcome": "put_right", "why": ""}).status_code == 422
    assert f'href="#why-{dispute}"' in worker.page
    worker.post(f"{page}/settled", {"dispute": dispute, "outcome": "put_right", "why": "The letter says Hull"}, follow=True)
    assert "Put right" in worker.page and "The letter says Hull" in worker.page
    other = held(cases, "Marcus")
    assert worker.post(f"{other}/settled", {"dispute": dispute, "outcome": "put_right", "why": "x"}).status_code == 404


def test_a_record_is_not_corrected_without_saying_why(cases: House, worker: Browser) -> None:
    person = cases.person("Daniel")
    worker.get(f"/people/{person.id}/change")
    form = {"prison_number": person.prison_number, "name": "Dan Ashworth", "date_of_birth-day": "1", "date_of_birth-month": "3"}
    form |= {"date_of_birth-year": "1991", "sex": "male", "prison": person.prison, "reception-day": "1", "reception-month": "2"}
    form |= {"reception-year": "2026", "sentence_type": "remand", "seen": worker.hidden("seen")}
    assert worker.post(f"/people/{person.id}/change", form).status_code == 422
    assert "Write why the record is changed" in worker.page and 'value="Dan Ashworth"' in worker.page
    assert worker.post(f"/people/{person.id}/change", {**form, "why_changed": "x" * 2001}).status_code == 422
    assert cases.store.record_changes(person.id) == []
    worker.post(f"/people/{person.id}/change", {**form, "why_changed": "He is called Dan"})
    worker.get(held(cases, "Daniel"))
    said = " ".join(shown_in(worker.page).split())
    assert "He is called Dan" in said
    assert "Full name: was “Daniel Ashworth”, became “Dan Ashworth”" in said


def test_the_page_says_how_long_it_is_kept(cases: House, worker: Browser) -> None:
    worker.get(held(cases, "Daniel"))
    assert "The case is open: a plan is active" in worker.page
    nobody = next(person for person in cases.people if not cases.store.interviews_of(person.id) and person.release is None)
    worker.get(f"/people/{nobody.id}/held")
    assert "The case ended on" in worker.page and "The record, and with it everything" in worker.page


@pytest.mark.parametrize("role", ["manager", "administrator"])
def test_others_do_not_see_what_is_held(cases: House, role: str) -> None:
    browser = signed_in_as(cases, role)
    for address in (held(cases), f"{held(cases)}/file", f"{held(cases)}/file?private=yes"):
        assert browser.get(address).status_code == 403
