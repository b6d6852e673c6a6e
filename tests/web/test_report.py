"""The report of a prison: figures as tables and bars, small counts never shown."""

from __future__ import annotations

import csv
import io
import re

import pytest

from bot.casework.report import LEFT_OUT, Report
from bot.outputs.plan_csv import report_csv
from tests.web.casing import casework_of, main_of, shown_in, signed_in_as
from tests.web.conftest import Browser, House

PRISON = "HMP Northmere (made-up)"


@pytest.fixture
def at_work(cases: House) -> Browser:
    return signed_in_as(cases, "worker")


def report_of(house: House) -> Report:
    today = casework_of(house).today()
    return casework_of(house).report(PRISON, today.replace(day=1), today)


def cells(page: str, table: str) -> dict[str, list[str]]:
    """The figures of a table by the name of the row."""
    found = re.search(rf'id="table-{table}".*?</table>', page, re.DOTALL)
    assert found, table
    shown = {}
    for label, rest in re.findall(r'<th scope="row"[^>]*>(.*?)</th>(.*?)</tr>', found[0], re.DOTALL):
        shown[label] = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", rest, re.DOTALL)]
    return shown


def test_every_figure_is_shown_or_left_out_as_the_report_has_it(cases: House, at_work: Browser) -> None:
    at_work.get("/report")
    report = report_of(cases)
    assert "plans of 6 people" in shown_in(at_work.page)
    shown = cells(at_work.page, "pathways")
    labels = casework_of(cases).plan_data.pathways
    for row, figures in report.tables["pathways"].items():
        expected = ["not shown" if figure is None else str(figure) for figure in figures.values()]
        assert shown[labels[row]] == expected
    tables = [cells(at_work.page, name) for name, rows in report.tables.items() if rows]
    numbers = [figure for table in tables for row in table.values() for figure in row]
    assert not {figure for figure in numbers if figure in ("1", "2", "3", "4")}
    assert "not shown" in numbers
    assert "fewer than 5" in shown_in(at_work.page)
    assert "style=" not in at_work.page
    assert LEFT_OUT in shown_in(at_work.page)
    assert not report.tables["follow_ups"]
    assert "Signposted: followed up or not There is nothing to count" in shown_in(at_work.page)


def test_the_needs_stand_in_the_order_of_the_interview(cases: House, at_work: Browser) -> None:
    at_work.get("/report")
    order = [need.plain for need in cases.interview.needs]
    shown = [order.index(label) for label in cells(at_work.page, "needs") if label in order]
    assert shown == sorted(shown)


def test_a_bar_is_as_long_as_its_figure(cases: House, at_work: Browser) -> None:
    at_work.get("/report")
    found = re.search(r'id="table-states".*?</table>', main_of(at_work.page), re.DOTALL)
    assert found
    bars = re.findall(r'<span class="figure">(\d+)</span> (<svg.*?</svg>)', found[0], re.DOTALL)
    most = max(int(number) for number, _ in bars)
    assert most > 0
    for number, bar in bars:
        length = re.search(r'bar-of__part".*?width="([\d.]+)"', bar)
        assert (length is None) == (number == "0")
        if length is not None:
            assert float(length[1]) == pytest.approx(100 * int(number) / most, abs=0.1)


def test_too_few_people_and_no_time(cases: House, at_work: Browser) -> None:
    at_work.get("/report?from-day=1&from-month=1&from-year=2020&to-day=2&to-month=1&to-year=2020")
    assert "plans of 0 people" in shown_in(at_work.page)
    day = "from-day=x&from-month=1&from-year=2020"
    assert at_work.get(f"/report?{day}").status_code == 422
    assert 'href="#from"' in at_work.page
    assert 'value="x"' in at_work.page
    assert at_work.get("/report?from-day=2&from-month=1&from-year=2030").status_code == 422
    assert "The last day is before the first one" in at_work.page
    assert at_work.get("/report.csv?from-day=2&from-month=1&from-year=2030").status_code == 422
    assert at_work.get("/report?prison=Nowhere").status_code == 200


def test_the_same_figures_as_csv(cases: House, at_work: Browser) -> None:
    response = at_work.get(f"/report.csv?prison={PRISON}")
    assert response.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(response.get_data(as_text=True))))
    assert rows[0] == ["table", "row", "column", "figure"]
    assert ["report", "prison", "", PRISON] in rows and ["report", "people", "", "6"] in rows
    figures = [row for row in rows[1:] if row[0] != "report"]
    assert len(figures) == len(report_of(cases).rows())
    assert not {row[3] for row in figures} & {"", "1", "2", "3", "4"}, "a spreadsheet would sum an empty cell as a nought"
    assert "suppressed" in {row[3] for row in figures}


def test_the_page_and_the_command_give_the_same_file(cases: House, at_work: Browser) -> None:
    today = casework_of(cases).today()
    day = f"from-day=1&from-month={today.month}&from-year={today.year}"
    response = at_work.get(f"/report.csv?prison={PRISON}&{day}")
    assert response.get_data(as_text=True) == report_csv(report_of(cases))


def test_before_anybody_is_there(house: House) -> None:
    worker = house.signed_in()
    worker.get("/report")
    assert "plans of 0 people" in shown_in(worker.page)
