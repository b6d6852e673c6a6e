"""Printing and exporting: looked at first, noted, and without anything private unless the safeguarding role says so."""

from __future__ import annotations

import html
import io
import json
import re

import pytest
from werkzeug.test import TestResponse

from bot.outputs.pdf import NoPdf
from tests.web.casing import audited, case_of, casework_of, shown_in, signed_in_as
from tests.web.conftest import Browser, House

# What only Siobhan's private answers bring about.
PRIVATE = ("hurt, scared or controlled you", "you asked for a plan to keep safe", '"hurt_ever"')


@pytest.fixture
def at_work(cases: House) -> Browser:
    return signed_in_as(cases, "worker")


def papers(house: House, name: str = "Daniel") -> str:
    return f"/people/{house.person(name).id}/papers"


def file_of(browser: Browser, address: str, wanted: str) -> TestResponse:
    """The file, got from its preview as the page gets it."""
    browser.get(f"{address}/preview?{wanted}")
    return browser.client.get(f"{address}/file?{wanted}&seen={seen_in(browser)}")


def seen_in(browser: Browser) -> str:
    found = re.search(r'name="seen" value="(\w+)"', browser.page)
    assert found
    return found[1]


@pytest.mark.parametrize(("looked_at", "got"), [(None, "oasys"), ("kind=worker-pdf", "oasys"), ("kind=oasys", "worker-pdf")])
def test_what_was_not_looked_at_is_shown_and_not_given(cases: House, at_work: Browser, looked_at: str | None, got: str) -> None:
    address, seen = papers(cases), ""
    if looked_at:
        at_work.get(f"{address}/preview?{looked_at}")
        seen = f"&seen={seen_in(at_work)}"
    response = at_work.get(f"{address}/file?kind={got}{seen}")
    assert (response.status_code, response.mimetype) == (409, "text/html")
    assert ("This is not what you looked at" if seen else "This paper was not looked at yet") in shown_in(at_work.page)
    assert f'name="kind" value="{got}"' in at_work.page
    assert not audited(cases, f"exported {got}")


def test_a_case_that_changed_since_is_looked_at_again(cases: House, at_work: Browser) -> None:
    address = papers(cases)
    at_work.get(f"{address}/preview?kind=oasys")
    before, case = seen_in(at_work), case_of(cases)
    item = next(item for item in case.without_sensitive().items if "agree" in item.steps)
    casework_of(cases).step(case.person_id, item.id, "agree", "test", item.seen)
    assert at_work.get(f"{address}/file?kind=oasys&seen={before}").status_code == 409
    assert "the plan has changed since" in shown_in(at_work.page)
    assert at_work.get(f"{address}/file?kind=oasys&seen={seen_in(at_work)}").status_code == 200
    assert len(audited(cases, "exported oasys")) == 1


def test_nothing_is_got_before_it_was_looked_at(cases: House, at_work: Browser) -> None:
    assert at_work.get(papers(cases)).status_code == 200
    assert f'action="{papers(cases)}/preview"' in at_work.page
    assert at_work.page.count("Look at it, then print") == 2
    assert "PDF" not in shown_in(at_work.page)
    assert "The person has not agreed" in at_work.page
    assert at_work.get(f"{papers(cases)}/preview?kind=plan-pdf&level=easy").status_code == 200
    shown = shown_in(at_work.page)
    assert "This is what will be on the paper, word for word." in shown
    assert "My plan for leaving prison" in shown
    assert "These easy words are a draft." in shown
    assert 'name="level" value="easy"' in at_work.page
    assert "style=" not in at_work.page
    assert "<style" not in at_work.page
    assert audited(cases, "previewed plan-pdf") == [(case_of(cases).person_id,)]


def test_the_preview_says_what_the_paper_says(cases: House, at_work: Browser) -> None:
    pypdf = pytest.importorskip("pypdf")
    at_work.get(f"{papers(cases)}/preview?kind=plan-pdf")
    shown = "".join(shown_in(at_work.page).split())
    response = file_of(at_work, papers(cases), "kind=plan-pdf")
    if response.status_code == 422:
        pytest.skip("this machine cannot make a PDF")
    assert (response.mimetype, response.headers["Content-Disposition"]) == ("application/pdf", "attachment; filename=plan.pdf")
    reader = pypdf.PdfReader(io.BytesIO(response.data))
    printed = [line.strip() for page in reader.pages for line in page.extract_text().splitlines()]
    told = [line for line in printed if len(line) > 12 and "Page " not in line and "·" not in line]
    assert len(told) > 40
    missing = [line for line in told if "".join(line.split()) not in shown]
    assert len(missing) < len(told) / 20, missing
    assert audited(cases, "exported plan-pdf") == [(case_of(cases).person_id,)]


@pytest.mark.parametrize("kind", ["worker-pdf", "oasys"])
def test_staff_sheets_hold_nothing_private(cases: House, kind: str) -> None:
    for user in ("worker", "guard"):
        browser = signed_in_as(cases, user)
        assert browser.get(f"{papers(cases, 'Siobhan')}/preview?kind={kind}").status_code == 200
        shown = html.unescape(browser.page)
        assert "Siobhan Keane" in shown
        assert not [words for words in PRIVATE if words in shown]


def test_the_answers_are_a_tick_at_printing_that_nobody_remembers(cases: House, at_work: Browser) -> None:
    address = papers(cases)
    at_work.get(address)
    assert 'name="answers" type="checkbox" value="yes">' in at_work.page
    for level in ("plain", "easy"):
        at_work.get(f"{address}/preview?kind=plan-pdf&level={level}&answers=yes")
        assert "Your answers" in shown_in(at_work.page)
        assert '<input type="hidden" name="answers" value="yes">' in at_work.page, "the file is what was looked at"
        at_work.get(f"{address}/preview?kind=plan-pdf&level={level}")
        assert "This is what you told us" not in shown_in(at_work.page)
        assert 'name="answers"' not in at_work.page
    assert at_work.get(f"{address}/preview?kind=worker-pdf&answers=yes").status_code == 404


def test_private_parts_only_with_the_role_and_the_wish(cases: House, at_work: Browser) -> None:
    address = papers(cases, "Siobhan")
    guard = signed_in_as(cases, "guard")
    for kind in ("preview?kind=plan-pdf", "file?kind=plan-json"):
        assert at_work.get(f"{address}/{kind}&private=yes").status_code == 404
        at_work.get(f"{address}/{kind}")
        assert not [words for words in PRIVATE if words in html.unescape(at_work.page)]
        guard.get(f"{address}/{kind}")
        assert not [words for words in PRIVATE if words in html.unescape(guard.page)]
        assert guard.get(f"{address}/{kind}&private=yes").status_code == 200
        assert [words for words in PRIVATE if words in html.unescape(guard.page)]
    assert guard.get(f"{address}/preview?kind=worker-pdf&private=yes").status_code == 404
    at_work.get(address)
    assert 'name="private"' not in at_work.page
    guard.get(address)
    assert 'name="private"' in guard.page
    assert len(audited(cases, "exported plan-json with private parts")) == 1


def test_data(cases: House, at_work: Browser) -> None:
    response = at_work.get(f"{papers(cases)}/file?kind=plan-json")
    assert response.headers["Content-Disposition"] == "attachment; filename=plan.json"
    assert json.loads(response.data)
    response = at_work.get(f"{papers(cases)}/file?kind=csv")
    assert response.mimetype == "text/csv"
    assert json.loads(at_work.get(f"{papers(cases)}/file?kind=hmpps").data)
    assert len(audited(cases, "exported csv")) == 1


def test_a_handover_needs_the_yes(cases: House, at_work: Browser) -> None:
    for kind in ("preview?kind=handover-docx", "file?kind=handover-docx", "file?kind=handover-pdf"):
        assert at_work.get(f"{papers(cases)}/{kind}").status_code == 422
        assert 'role="alert"' in at_work.page
    assert not audited(cases, "exported handover-docx")
    casework_of(cases).give_consent(case_of(cases).person_id, "officer", "test")
    assert at_work.get(f"{papers(cases)}/preview?kind=handover-docx").status_code == 200
    assert "Get the Word file" in at_work.page
    response = file_of(at_work, papers(cases), "kind=handover-docx")
    assert response.headers["Content-Disposition"] == "attachment; filename=handover.docx"
    assert response.data[:2] == b"PK"


def test_what_cannot_be_made_is_one_line(cases: House, at_work: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    for address, status in (
        (f"{papers(cases)}/file", 404),
        (f"{papers(cases)}/file?kind=x", 404),
        (f"{papers(cases)}/preview?kind=csv", 404),
        (f"{papers(cases)}/preview?kind=plan-pdf&language=xx", 422),
        (f"{papers(cases, 'Rhys')}/file?kind=plan-json", 422),
        (f"{papers(cases, 'Rhys')}/preview?kind=plan-pdf", 422),
        (f"/people/{'0' * 32}/papers", 404),
    ):
        assert at_work.get(address).status_code == status, address

    def nothing(*_: object) -> None:
        raise NoPdf("this machine cannot make a PDF; run scripts/system")

    monkeypatch.setattr("bot.outputs.document.to_pdf", nothing)
    at_work.get(f"{papers(cases)}/preview?kind=worker-pdf")
    assert at_work.get(f"{papers(cases)}/file?kind=worker-pdf&seen={seen_in(at_work)}").status_code == 422
    assert "This machine cannot make a PDF; run scripts/system." in shown_in(at_work.page)
