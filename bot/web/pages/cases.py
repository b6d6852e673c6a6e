"""The case list: who is due what, and by when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, replace

from flask import Blueprint, render_template, request

from bot.interview.answers import clean
from bot.plan.dates import COMING, OVERDUE, THIS_WEEK
from bot.plan.definitions import SENSITIVE_PATHWAYS
from bot.store.plan_types import LIVE, NOBODY, CaseQuery
from bot.web import access
from bot.web.case_view import by_day
from bot.web.fields import place_in
from bot.web.state import web

pages = Blueprint("cases", __name__)

A_PAGE, DUE_A_PAGE = 50, 200
BY_PERSON, BY_DATE = VIEWS = ("person", "date")
MINE = "me"
DUES = (OVERDUE, THIS_WEEK, COMING)
# What may stand in an address: never what was searched for.
FILTERS = ("prison", "worker", "due", "need", "pathway", "state")
_AN_ID = re.compile(r"[0-9a-f]{32}")


def read_query(wanted: Mapping[str, str], search: str = "") -> CaseQuery:
    """The query that filters ask for. One that is not known is left out."""
    needs = {need.id for need in web().interview.needs if not need.sensitive}
    worker, prison = wanted.get("worker", ""), clean(wanted.get("prison", ""))[:200]
    if worker == MINE:
        worker = access.by()
    known = {"due": DUES, "need": needs, "pathway": open_pathways(), "state": LIVE}
    found = {name: wanted.get(name) for name, values in known.items() if wanted.get(name) in values}
    if worker == NOBODY or _AN_ID.fullmatch(worker):
        found["worker"] = worker
    mine = access.prisons()
    if mine is not None:
        # One that is not theirs is nobody's.
        return web().casework.query(search=search, prison=(prison if prison in mine else ()) if prison else mine, **found)
    return web().casework.query(search=search, prison=prison or None, **found)


def filters_of(query: CaseQuery) -> dict[str, str]:
    """The filters of a query as they stand in an address."""
    return {name: value for name, value in asdict(query).items() if name in FILTERS and value and isinstance(value, str)}


def open_pathways() -> dict[str, str]:
    """The pathways that may be asked for: an item of the others stands in no list."""
    return {name: label for name, label in web().casework.plan_data.pathways.items() if name not in SENSITIVE_PATHWAYS}


@pages.get("/cases")
def show_list() -> str:
    """The cases, those with the earliest date first; by person or by date."""
    return _list(read_query(request.args), request.args.get("by", ""), place_in(request.args, "page", 1))


@pages.post("/cases")
def search() -> str:
    """The cases of the people whose name or number holds what was looked for. A name is never part of an address."""
    words = clean(request.form.get("search", "")[:200])
    return _list(read_query(request.form, words), request.form.get("by", ""), 1)


def _list(query: CaseQuery, view: str, page: int) -> str:
    casework, view = web().casework, view if view in VIEWS else BY_PERSON
    # One more than is shown tells whether there is a next page.
    many = A_PAGE if view == BY_PERSON else DUE_A_PAGE
    most, offset = many + 1, (page - 1) * many
    lines = casework.case_list(query, most, offset) if view == BY_PERSON else []
    due = casework.due_list(query, most, offset) if view == BY_DATE else []
    return render_template(
        "cases/list.html",
        query=query,
        filters=filters_of(query),
        view=view,
        lines=lines[:A_PAGE],
        due=by_day(due[:DUE_A_PAGE], {activity.id for activity in casework.plan_data.level1()}),
        counts=casework.counts(replace(query, due=None)),
        page=page,
        further=len(lines) > A_PAGE or len(due) > DUE_A_PAGE,
        prisons=access.here(web().agencies.active()),
        workers=access.workers(),
        needs=_needs(),
        pathways=open_pathways(),
        me=access.by(),
    )


def _needs() -> list[tuple[str, list[tuple[str, str]]]]:
    """The needs that may be asked for, by pathway."""
    labels = web().casework.plan_data.pathways
    found: dict[str, list[tuple[str, str]]] = {}
    for need in web().interview.needs:
        if not need.sensitive:
            found.setdefault(need.pathway, []).append((need.id, need.plain))
    return [(labels.get(pathway, pathway), needs) for pathway, needs in found.items()]
