"""What staff get: the worker's plan, the handover, the sheet for OASys and the table."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import docx
import pytest
from pypdf import PdfReader

from bot.casework.case import Case
from bot.casework.own_words import OwnWords
from bot.casework.report import LEFT_OUT, Report
from bot.outputs.document import Document
from bot.outputs.docx import to_docx
from bot.outputs.handover import NoConsent, handover
from bot.outputs.oasys import oasys_html, oasys_sheet
from bot.outputs.plan_csv import plan_csv, report_csv, to_csv
from bot.outputs.worker_sheet import worker_sheet
from bot.plan.consents import ConsentEvent
from bot.plan.definitions import PATHWAYS
from bot.store.plan_types import AlertRow
from tests.outputs import making
from tests.outputs.test_person_pdf import tags


def names(user: str) -> str:
    return "Sam Worker" if user == making.WORKER else ""


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html.split("</style>")[1])))


def worker(case: Case) -> str:
    return plain(worker_sheet(case, making.content(), names).to_html())


def alert() -> AlertRow:
    rule = next(rule for rule in making.content().plan.alerts if rule.id == "hurt_now")
    return AlertRow(
        id="a" * 32,
        person_id="p" * 32,
        interview_id="i" * 32,
        prison="HMP Northmere",
        raised_at=making.NOW,
        sensitive=True,
        acknowledged_at=None,
        acknowledged_by=None,
        kind=rule.kind,
        who=rule.who,
        words=rule.words,
        rule=rule.id,
        detail=rule.detail,
    )


# -- the worker's plan


def test_the_worker_sees_everything_about_an_item(dave: Case) -> None:
    text = worker(dave)
    for part in (
        "Finding and applying for a home (level 2)",
        "Sent to a service, since 23 November 2026",
        "“you need a settled place to live when you leave”",
        "Resettlement worker in this prison",
        "14 May 2027, from 19 February 2027 on",
        "Northmere City Council housing options team, 23 November 2026, by letter; follow up by 7 December 2026",
        "23 November 2026: Agreed (Sam Worker)",
        "§3 Accommodation level 2 row 1",
        "Account opened with Mere Credit Union, 23 November 2026",
        "The scheme is closed until April",
        "Fee for Service",
        "Level 3, because of a group",
        "Duty: Do not discriminate",
        "Drug and alcohol help through the gate",
        "Share the plan with the responsible officer",
        "day 30",
    ):
        assert part in text, part


def test_what_is_urgent_stands_first_and_says_no_more_than_it_may(dave: Case) -> None:
    case = replace(dave, alerts=(alert(),))
    text = worker(case)
    assert text.index("Act now: Safeguarding: speak to this person") < text.index("Made-up Person")
    assert alert().detail not in text


def test_what_is_overdue_is_said() -> None:
    made = making.dave()
    late = replace(made.case(), today=made.today.replace(year=2027))
    assert "follow up by 7 December 2026 (overdue)" in worker(late)


def test_offers_are_told_to_the_worker() -> None:
    case = making.Made(where_will_live="nowhere", help_accommodation=["emergency_place"]).case()
    if case.offers:
        assert "Level 3 work that may be added" in worker(case)


def test_the_worker_sheet_is_a_tagged_pdf(printing: None, lisa: Case) -> None:
    reader = PdfReader(io.BytesIO(worker_sheet(lisa, making.content(), names).to_pdf()))
    assert {"/H1", "/H2", "/H3", "/Table", "/TH"} <= set(tags(reader))


# -- the handover


def words_of(data: bytes) -> str:
    paper = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in paper.paragraphs] + cells)


def test_no_handover_without_consent(dave: Case) -> None:
    refused = making.Made(where_will_live="nowhere").case()
    with pytest.raises(NoConsent, match="ask them first"):
        handover(refused, making.content())
    made = making.dave()
    made.consents.append(ConsentEvent("officer", "withdrawn", making.NOW, making.WORKER))
    with pytest.raises(NoConsent, match="has taken back their yes"):
        handover(made.case(), making.content())
    made.consents[-1:] = [ConsentEvent("officer", "withdrawn", making.NOW, making.WORKER, service="northmere_probation")]
    with pytest.raises(NoConsent, match="has taken back their yes"):
        handover(made.case(), making.content())


def test_the_handover_says_who_agreed_when_and_what_is_left_out(dave: Case) -> None:
    text = words_of(to_docx(handover(dave, making.content(), names)))
    assert "The person agreed in the interview on 20 November 2026" in text
    assert "Private answers, and everything that rests on them." in text
    assert "J. Example" in text and "Sam Worker" in text
    assert "Opening a bank account, Account opened with Mere Credit Union, 23 November 2026" in text
    # The answers themselves are not part of the plan.
    assert "A place I rented from a private landlord" not in text


def test_who_may_harm_the_person_is_not_handed_over() -> None:
    text = plain(handover(making.tom().case(), making.content()).to_html())
    assert [words for words in making.off_paper_words() if words in text] == []
    # The work is, without its reason; staff in the prison see both.
    assert "Give priority to resolving immediate resettlement needs" in text
    assert "“someone outside may be a threat to you”" in worker(making.tom().case())


def test_what_the_person_said_in_their_own_words_is_not_handed_over() -> None:
    made = making.dave()
    made.person.say("anything_else", "He hits me when he is drunk")
    answer = made.person.answers["access_needs"]
    made.person.answers["access_needs"] = replace(answer, more="not with my cellmate about")
    text = plain(handover(made.case(), making.content()).to_html())
    assert "Everything the person said in their own words." in text
    for said in ("He hits me when he is drunk", "A home of my own", "Staying clean", "not with my cellmate about"):
        assert said not in text
        assert said in worker(made.case())
    assert "Of the plan, 0 to 10 6" in text and "What would make this talk easier for you?" in text


def test_a_consent_told_to_a_worker_is_said_as_such() -> None:
    made = making.Made(where_will_live="nowhere")
    made.consents.append(ConsentEvent("officer", "given", datetime(2026, 11, 21, 12, 0, tzinfo=UTC), making.WORKER))
    assert "The person agreed to a worker on 21 November 2026" in plain(handover(made.case(), making.content()).to_html())


def test_a_referral_the_person_has_not_agreed_to_is_left_out(dave: Case) -> None:
    text = plain(handover(dave, making.content()).to_html())
    # He said no to sharing with services: the drug and alcohol route waits for that yes.
    assert "Duty to Refer to the council" in text and "Drug and alcohol help through the gate" not in text


def test_the_handover_can_be_read_aloud_in_word(dave: Case) -> None:
    paper = docx.Document(io.BytesIO(to_docx(handover(dave, making.content()))))
    styles = [paragraph.style.name for paragraph in paper.paragraphs if paragraph.style is not None]
    assert styles[0] == "Title" and {"Heading 2", "Heading 3", "List Bullet"} <= set(styles)
    assert paper.core_properties.title == "Handover to the responsible officer"
    assert "w:tblHeader" in paper.tables[-1]._tbl.xml


def test_the_same_handover_is_the_same_file(dave: Case) -> None:
    first, second = (to_docx(handover(dave, making.content())) for _ in range(2))
    assert words_of(first) == words_of(second)


def test_words_that_xml_cannot_hold_do_not_break_a_document() -> None:
    sheet = Document("A\x00B", "foot\ufffe")
    sheet.text("سلام\x07", "inset")
    sheet.facts([("name", ["one\ud800", "two"]), ("empty", "")])
    assert "سلام" in words_of(to_docx(sheet)) and "empty" not in words_of(to_docx(sheet))


# -- OASys


def test_one_page_a_pathway_in_the_order_of_the_instruction(dave: Case) -> None:
    pages = [page.id for page in oasys_sheet(dave, making.content()).pages]
    assert pages == ["about", *PATHWAYS, "end"]


def test_a_page_has_answers_needs_and_plan_to_copy(dave: Case) -> None:
    page = oasys_sheet(dave, making.content()).pages[1]
    answers, needs, plan = (block.text for block in page.blocks)
    assert "Where will you live when you leave prison? I have nowhere to live" in answers.splitlines()
    assert "Finding and applying for a home: help wanted." in needs.splitlines()
    assert "A letter from us to a landlord: help not wanted." in needs.splitlines()
    assert any(
        line.startswith("Level 2. Complete housing referrals") and "Sent to Northmere City Council" in line
        for line in plan.splitlines()
    )
    assert page.originals == ()


def test_originals_stand_beside_the_english(dave: Case) -> None:
    said = replace(dave, own_words={"job_before_title": OwnWords("cy")})
    sheet = oasys_sheet(said, making.content(making.pseudo), "cy")
    line = next(line for line in sheet.pages[1].originals if line.ask.startswith("Where will you live"))
    assert (line.english, str(line.original)) == ("I have nowhere to live", "‹I have nowhere to live›")
    job = next(line for line in sheet.pages[2].originals if line.ask == "What was your job?")
    assert job.english == "=Scaffolder [Welsh, not put into English]" and str(job.original) == "=Scaffolder"
    html = oasys_html(dave, making.content(making.pseudo), "ar")
    assert '<td lang="ar" dir="rtl">' in html


def test_private_pathways_say_the_same_for_everybody(dave: Case, lisa: Case) -> None:
    for pathway in ("domestic_abuse", "sex_work"):
        both = [next(page for page in oasys_sheet(case, making.content()).pages if page.id == pathway) for case in (dave, lisa)]
        assert both[0] == both[1] and "on no sheet" in both[0].note


def test_the_sheet_asks_nobody_for_anything(dave: Case) -> None:
    html = oasys_html(dave, making.content())
    assert "default-src 'none'" in html
    assert not re.search(r"<script|<link|<img|https?://|url\(", html)


# -- tables


def test_the_table_has_a_row_an_item(dave: Case) -> None:
    rows = list(csv.DictReader(io.StringIO(plan_csv(dave, making.content()))))
    assert len(rows) == len(dave.without_sensitive().items)
    row = next(row for row in rows if row["need"] == "Finding and applying for a home")
    assert (row["level"], row["state"], row["due"], row["follow_up_by"]) == ("2", "signposted", "2027-05-14", "2026-12-07")
    assert row["service"] == "Northmere City Council housing options team"


def test_no_cell_is_a_formula() -> None:
    made = making.dave().step("acc_application_follow_up", "change", reason="r", words='=HYPERLINK("http://x")')
    rows = list(csv.DictReader(io.StringIO(plan_csv(made.case(), making.content()))))
    assert any(row["what"] == '\'=HYPERLINK("http://x")' for row in rows)
    assert not [value for row in rows for value in row.values() if value.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("before", ["", " ", "\t", "\n", "\r\n ", "\u3000"])
@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_no_cell_is_a_formula_after_a_space_or_in_full_width(before: str, sign: str) -> None:
    cell = f"{before}{sign}1+1"
    assert list(csv.reader(io.StringIO(to_csv(("a",), [[cell], [f"1 {sign} 1"], [-3]]), newline=""))) == [
        ["a"], [f"'{cell}"], [f"1 {sign} 1"], ["-3"],
    ]  # fmt: skip


def test_a_report_as_a_table_says_what_is_suppressed() -> None:
    day = making.TODAY
    text = report_csv(Report("HMP Northmere", day, day, 12, {"states": {"=finance": {"done": 7, "declined": None}}}))
    assert list(csv.reader(io.StringIO(text))) == [
        ["table", "row", "column", "figure"],
        ["report", "prison", "", "HMP Northmere"],
        ["report", "from", "", day.isoformat()],
        ["report", "to", "", day.isoformat()],
        ["report", "people", "", "12"],
        ["report", "suppressed_below", "", "5"],
        ["report", "left_out", "", LEFT_OUT],
        ["states", "'=finance", "done", "7"],
        ["states", "'=finance", "declined", "suppressed"],
    ]


# -- for all of them


@pytest.mark.parametrize("state", ["open", "paused", "complete"])
def test_what_is_made_of_half_an_interview_says_so(state: str) -> None:
    made = making.dave()
    made.state = state
    case, content = made.case(), making.content()
    for text in (worker(case), plain(handover(case, content).to_html()), plain(oasys_html(case, content))):
        assert ("The interview is not finished: not all questions are answered yet" in text) is (state != "complete")


def test_nothing_private_is_on_any_sheet(lisa: Case) -> None:
    content = making.content()
    case = replace(lisa, alerts=(alert(),))
    sheets = {
        "worker": plain(worker_sheet(case, content, names).to_html()),
        "handover": plain(handover(case, content, names).to_html()),
        "handover-docx": words_of(to_docx(handover(case, content, names))),
        "oasys": plain(oasys_html(case, content)),
        "csv": plan_csv(case, content),
    }
    for name, text in sheets.items():
        assert [words for words in making.private_words() if words in text] == [], name
