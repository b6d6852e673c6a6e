"""The items of a plan as a table (CSV) for a spreadsheet: one row each, in English."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from bot.casework.case import Case, ItemView
from bot.casework.report import LEFT_OUT, Report
from bot.casework.small_counts import SMALLEST
from bot.outputs import staff
from bot.outputs.staff import English
from bot.outputs.words import Content

COLUMNS = (
    "prison_number", "pathway", "activity", "level", "what", "need", "because", "state", "since", "owner", "service",
    "due", "due_status", "sent_to", "follow_up_by", "consent", "source",
)  # fmt: skip
REPORT_COLUMNS = ("table", "row", "column", "figure")
SUPPRESSED = "suppressed"
# A spreadsheet would work these out as a formula, some also after a space or in full width.
_FORMULA = tuple("=+-@＝＋－＠")
_BEFORE = ("\t", "\r")


def plan_csv(case: Case, content: Content) -> str:
    """The table, without anything sensitive. There has to be a plan."""
    shown, english = case.without_sensitive(), English(content)
    return to_csv(COLUMNS, (_row(shown, item, english) for item in shown.items))


def _row(case: Case, item: ItemView, english: English) -> list[Any]:
    state = item.state
    return [
        case.record.prison_number,
        item.pathway,
        item.activity.id,
        item.level,
        staff.activity(item),
        "; ".join(english.need(need) for need in item.needs),
        "; ".join(staff.reasons(item)),
        state.state,
        state.since.date().isoformat(),
        staff.owner(item),
        item.service.name if item.service else "",
        item.due.isoformat() if item.due else "",
        item.due_status or "",
        "; ".join(staff.signpostings(case, item)),
        item.follow_up_by.isoformat() if item.follow_up_by else "",
        item.consent or "",
        "; ".join(item.source),
    ]


def report_csv(report: Report) -> str:
    """The figures of a prison: (table, row, column, figure); a figure that is suppressed says so.

    The first rows say what it is a report of, so that a file by itself can still be told from another.
    """
    head = [
        ("prison", report.prison),
        ("from", report.start.isoformat()),
        ("to", report.end.isoformat()),
        ("people", _figure(report.people)),
        ("suppressed_below", SMALLEST),
        ("left_out", LEFT_OUT),
    ]
    rows = [(table, row, column, _figure(figure)) for table, row, column, figure in report.rows()]
    return to_csv(REPORT_COLUMNS, [*(("report", name, "", value) for name, value in head), *rows])


def _figure(figure: int | None) -> int | str:
    return SUPPRESSED if figure is None else figure


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table with a heading row. No cell can be taken for a formula."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(columns)
    table.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    formula = isinstance(value, str) and (value.startswith(_BEFORE) or value.lstrip().startswith(_FORMULA))
    return f"'{value}" if formula else value
