"""The figures of a prison, as tables with bars beside the numbers, and as CSV. Small counts are never shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from bot.casework.report import LEFT_OUT, Report
from bot.casework.small_counts import SMALLEST
from bot.interview.answers import clean
from bot.outputs.plan_csv import report_csv
from bot.web import access
from bot.web.case_words import ASSESSMENTS, CLOSED_FOR, STATES
from bot.web.fields import day_values, read_day
from bot.web.state import web

pages = Blueprint("report", __name__)

Figures = Mapping[str, int | None]
FEW_COLUMNS = 5
# What each table is called, and its first column.
TITLES = {
    "plans": ("Plans", "Made at"),
    "assessments": ("On time or late", "Assessment"),
    "pathways": ("Items by pathway and level", "Pathway"),
    "states": ("Items by pathway and state", "Pathway"),
    "follow_ups": ("Signposted: followed up or not", "Pathway"),
    "needs": ("Needs", "Need"),
    "modes": ("Interviews begun", "Held"),
    "languages": ("Languages", "Language"),
    "closed": ("Plans closed by hand", "Closed for"),
}
_WORDS = {
    "on_time": "On time", "late": "Late", "no_date": "No date", "not_done": "Not done", "found": "Found",
    "wanted": "Help wanted", "declined": "Help not wanted",
    "unmet": "Not met yet", "waiting": "Waiting", "overdue": "Overdue", "completed": "Finished",
    "not_completed": "Not finished",
    "plans": "Plans", "first": "First interview",
    "prerelease": "Pre-release review", "worker": "By a worker", "kiosk": "By the person alone",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, in words."""

    label: str
    figures: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is shown. ``most`` is the largest figure in it, that the bars are measured by."""

    id: str
    title: str
    first: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def most(self) -> int:
        return max((figure or 0 for row in self.rows for figure in row.figures), default=0)


def span(values: Mapping[str, str], today: date) -> tuple[date, date, dict[str, str]]:
    """The time that is wanted, and what is wrong with it. Without one it is the last three months up to today."""
    errors: dict[str, str] = {}
    found: dict[str, date] = {}
    usual = {"from": (today.replace(day=1) - timedelta(days=1)).replace(day=1), "to": today}
    usual["from"] = (usual["from"] - timedelta(days=1)).replace(day=1)
    for name, label in (("from", "From"), ("to", "To")):
        try:
            found[name] = read_day(values, name) or usual[name]
        except ValueError:
            errors[name] = f"{label}: write a real day, like 24 12 2026"
            found[name] = usual[name]
    if not errors and found["to"] < found["from"]:
        errors["to"] = "The last day is before the first one: change one of them"
    return found["from"], found["to"], errors


@pages.get("/report")
def show() -> str | tuple[str, int]:
    """The report of a prison for a time."""
    values = {name: clean(value)[:200] for name, value in request.args.items()}
    start, end, errors = span(values, web().casework.today())
    prisons = access.here(web().agencies.active())
    prison = values.get("prison") or (prisons[0] if prisons else "")
    if prison and not access.here([prison]):
        abort(404)
    report = None if errors or not prison else web().casework.report(prison, start, end)
    filled = {**day_values("from", start), **day_values("to", end), **values}
    if report is not None:
        web().store.audit(access.by(), "report seen")
    page = render_template(
        "report/report.html", report=report, tables=tables_of(report) if report is not None else (), prison=prison, prisons=prisons,
        errors=errors, values=filled, smallest=SMALLEST, left_out=LEFT_OUT,
        span={**day_values("from", start), **day_values("to", end)},
    )  # fmt: skip
    return (page, 422) if errors else page


def tables_of(report: Report) -> tuple[Table, ...]:
    """The tables of a report in words, in the order they are read in. A column in which nothing was counted is left out."""
    order = [*(name for name in TITLES if name in report.tables), *(name for name in report.tables if name not in TITLES)]
    return tuple(_table(name, report.tables[name]) for name in order)


def _table(name: str, rows: Mapping[str, Figures]) -> Table:
    title, first = TITLES.get(name, (_label(name, name), ""))
    if name == "needs":
        rows = {need.id: rows[need.id] for need in web().interview.needs if need.id in rows} | dict(rows)
    columns = list(dict.fromkeys(each for cells in rows.values() for each in cells))
    used = [column for column in columns if len(columns) < FEW_COLUMNS or any(cells.get(column) != 0 for cells in rows.values())]
    return Table(
        name,
        title,
        first,
        tuple(f"Level {column}" if name == "pathways" else _label("states", column) for column in used),
        tuple(Row(_label(name, row), tuple(cells.get(column, 0) for column in used)) for row, cells in rows.items()),
    )


def _label(table: str, name: str) -> str:
    words = web().words
    if table == "needs":
        return words.need(name)
    if table == "languages":
        return words.language(name)
    if table == "assessments":
        return ASSESSMENTS.get(name, name)
    if table == "closed":
        return CLOSED_FOR.get(name, "Not closed by hand")
    return _WORDS.get(name) or STATES.get(name) or words.plan.pathways.get(name) or name.replace("_", " ").capitalize()


@pages.get("/report.csv")
def export() -> Response | tuple[str, int]:
    """The same figures as CSV, as ``bcst2 report`` gives it."""
    values = {name: clean(value)[:200] for name, value in request.args.items()}
    start, end, errors = span(values, web().casework.today())
    if errors:
        return " ".join(f"{text}." for text in errors.values()), 422
    if not access.here([values.get("prison", "")]):
        abort(404)
    web().store.audit(access.by(), "report exported")
    text = report_csv(web().casework.report(values.get("prison", ""), start, end))
    headers = {"Content-Disposition": "attachment; filename=report.csv"}
    response: Response = Response(text, mimetype="text/csv", headers=headers)
    return response
