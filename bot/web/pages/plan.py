"""The plan of one person: its items by pathway, what changed answers say, and what can be put on it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.casework.case import Case
from bot.interview.answers import clean
from bot.plan.life import NotAllowed
from bot.store.errors import BadInput, ChangedMeanwhile
from bot.store.plan_types import OTHER
from bot.web import access, case_view
from bot.web.case_words import CLOSED_FOR, sentence
from bot.web.fields import DAY, ONE, WORDS, Field, Filled, day_values, read_fields
from bot.web.state import web

pages = Blueprint("plan", __name__, url_prefix="/people/<person_id>/plan")

CHANGED = "Somebody took a step on this after you opened the page, so nothing was written. This is how it stands now."
_TOGETHER = (
    Field("what", "What was done?", WORDS, missing="Write what was done"),
    Field("on", "Which day?", DAY),
)
_CLOSING = (
    Field("reason", "Why is it closed?", ONE, missing="Choose why it is closed", choices=tuple(CLOSED_FOR.items())),
    Field("note", "Note (needed for another reason)", hint="Do not write about harm or crime here."),
)
_OPENING = (Field("why", "Why is it opened again?", missing="Write why it is opened again"),)
_REASON = (Field("reason", "Why do you add it?", missing="Write why you add it"),)


@pages.get("")
def show(person_id: str) -> str:
    """The plan."""
    return _page(access.case_of(person_id, "plan seen"))


def _page(case: Case, errors: dict[str, str] | None = None, values: dict[str, str] | None = None) -> str:
    casework = web().casework
    show_only = request.args.get("show", case_view.EVERYTHING)
    shown = show_only if show_only in case_view.SHOWS else case_view.EVERYTHING
    return render_template(
        "case/plan.html",
        case=case,
        show=shown,
        pathways=case_view.by_pathway(case, casework.plan_data.pathways, shown),
        tally=case_view.tally(case),
        changes=case_view.changed(case),
        prompts=case_view.prompts_by_group(case),
        workers=access.workers(),
        errors=errors or {},
        values=values or day_values("on", case.today),
    )


@pages.post("/make")
def make(person_id: str) -> Response:
    """Make the plan from what was answered so far, before the interview is finished."""
    case = access.case_of(person_id, "")
    row = case.newer or case.interview
    if row is None:
        abort(404)
    made = web().casework.ensure_plan(row.id, access.by(), early=True)
    flash("The plan is made." if made is not None else "There are no answers to make a plan from yet.")
    return _back(person_id)


@pages.post("/worker")
def worker(person_id: str) -> Response:
    """Say who is responsible for the plan."""
    wanted = request.form.get("worker", "")
    web().casework.set_worker(person_id, wanted or None, access.by())
    name = access.names().get(wanted)
    flash(f"{name} is responsible for this plan." if name else "Nobody is responsible for this plan now.")
    return _back(person_id)


@pages.post("/everybody")
def together(person_id: str) -> Response | tuple[str, int]:
    """Mark several items that everybody has as done, with one line for all of them."""
    case = access.case_of(person_id, "")
    filled = read_fields(_TOGETHER, request.form)
    wanted = [value.partition(":") for value in request.form.getlist("item")]
    pathway = request.form.get("pathway", "")
    if not wanted:
        filled.errors["item"] = "Choose at least one item"
    if filled.errors:
        return _page(case, {f"{name}-{pathway}": text for name, text in filled.errors.items()}, filled.values), 422
    given = {"what": filled.given["what"], "on": filled.given.get("on", case.today)}
    failed: dict[str, str] = {}
    for item_id, _, seen in wanted:
        item = access.item_of(case, item_id)
        try:
            web().casework.step(person_id, item.id, "deliver", access.by(), _number(seen), **given)
        except ChangedMeanwhile:
            failed[f"item-{item.id}"] = f"{web().words.title(item)}: somebody took a step on it meanwhile. Look at it again"
        except NotAllowed as error:
            failed[f"item-{item.id}"] = f"{web().words.title(item)}: {error}"
    if failed:
        return _page(access.case_of(person_id, ""), failed, filled.values), 422
    flash(f"{len(wanted)} {'item is' if len(wanted) == 1 else 'items are'} done.")
    return _back(person_id, f"pathway-{pathway}" if pathway in web().casework.plan_data.pathways else "")


@pages.post("/look")
def look(person_id: str) -> Response | tuple[str, int]:
    """Take over what changed answers say to an item, or leave the item as it is."""
    case = access.case_of(person_id, "")
    item = access.item_of(case, request.form.get("item", ""))
    accept = request.form.get("do") == "accept"
    try:
        web().casework.look(person_id, item.id, access.by(), _number(request.form.get("seen")), accept)
    except (NotAllowed, ChangedMeanwhile) as error:
        return _again(person_id, error)
    flash("It is taken over." if accept else "It stays as it is.")
    return _back(person_id, "changes" if len(case.changes) > 1 else "")


@pages.get("/add")
def menu(person_id: str) -> str:
    """The menu: every activity that can be put on the plan."""
    return _menu(access.case_of(person_id, ""), request.args.get("pathway", ""), "")


def _menu(case: Case, pathway: str, search: str) -> str:
    labels = web().casework.plan_data.pathways
    words = search.lower().split()[:10]
    found = [
        activity
        for activity in access.menu()
        if (pathway not in labels or activity.pathway == pathway)
        and all(word in f"{activity.activity} {activity.plain} {activity.id}".lower() for word in words)
    ]
    private = {activity.pathway for activity in access.menu()}
    return render_template(
        "case/menu.html",
        case=case,
        found=found,
        pathway=pathway if pathway in labels else "",
        pathways={name: label for name, label in labels.items() if name in private},
        search=search,
        on={item.activity.id for item in case.shown()},
    )


@pages.post("/add")
def add(person_id: str) -> Response | str | tuple[str, int]:
    """Look through the menu, choose an activity, or put the chosen one on the plan with a reason."""
    case, do = access.case_of(person_id, ""), request.form.get("do", "")
    if do == "search":
        return _menu(case, request.form.get("pathway", ""), clean(request.form.get("search", "")[:200]))
    activity = access.activity_of(request.form.get("activity", ""))
    if activity is None:
        abort(404)
    offer = next((offer for offer in case.offers if offer.activity == activity.id), None)
    filled = read_fields(_REASON, request.form)
    if do != "add":
        filled.errors.clear()
        if offer is not None:
            filled.values.setdefault("reason", "")
    elif not filled.errors:
        try:
            item_id = web().casework.add_item(person_id, activity.id, str(filled.given["reason"]), access.by())
        except (NotAllowed, BadInput) as error:
            filled.errors["reason"] = sentence(error)
        else:
            flash("It is on the plan.")
            return redirect(url_for("items.show", person_id=person_id, item_id=item_id), 303)
    page = render_template(
        "case/add.html", case=case, activity=activity, offer=offer, values=filled.values, errors=filled.errors,
        already=[item for item in case.shown() if item.activity.id == activity.id],
    )  # fmt: skip
    return (page, 422) if filled.errors else page


@pages.get("/earlier")
def earlier(person_id: str) -> str:
    """The plans before this one, with their items as they ended."""
    case = access.case_of(person_id, "earlier plans seen")
    return render_template("case/earlier.html", case=case, labels=web().casework.plan_data.pathways)


@pages.get("/close")
def closing(person_id: str) -> Response | str:
    """The form to close the plan, where there is one that is open."""
    case = access.case_of(person_id, "")
    return _closing(case, Filled()) if case.plan is not None else _back(person_id)


def _closing(case: Case, filled: Filled) -> str:
    left = [view for view in case.contacts if not view.held]
    return render_template(
        "case/close.html", case=case, fields=_CLOSING, left=left, tally=case_view.tally(case), values=filled.values,
        errors=filled.errors,
    )  # fmt: skip


@pages.post("/close")
def close(person_id: str) -> Response | tuple[str, int]:
    """Close the plan by hand."""
    case, filled = access.case_of(person_id, ""), read_fields(_CLOSING, request.form)
    if not filled.errors and filled.given["reason"] == OTHER and not filled.given.get("note"):
        filled.errors["note"] = "Write which other reason it is"
    if not filled.errors:
        try:
            web().casework.close_plan(person_id, str(filled.given["reason"]), access.by(), str(filled.given.get("note", "")))
        except NotAllowed as error:
            filled.errors[""] = sentence(error)
    if filled.errors:
        return _closing(case, filled), 422
    flash("The plan is closed. It stands in no list now, and is kept.")
    return _back(person_id)


@pages.post("/reopen")
def reopen(person_id: str) -> Response | tuple[str, int]:
    """Open a plan again that was closed by hand."""
    filled = read_fields(_OPENING, request.form)
    if not filled.errors:
        try:
            web().casework.reopen_plan(person_id, str(filled.given["why"]), access.by())
        except NotAllowed as error:
            filled.errors["why"] = sentence(error)
    if filled.errors:
        return _page(access.case_of(person_id, ""), filled.errors, filled.values), 422
    flash("The plan is open again.")
    return _back(person_id)


def _again(person_id: str, error: Exception) -> tuple[str, int]:
    """The page once more, with why nothing was written."""
    changed = isinstance(error, ChangedMeanwhile)
    return _page(access.case_of(person_id, ""), {"": CHANGED if changed else sentence(error)}), 409 if changed else 422


def _number(text: Any) -> int:
    """The number of events that the page knew; one that is none fits no item, so that nothing is written."""
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10 else -1


def _back(person_id: str, anchor: str = "") -> Response:
    return redirect(url_for("plan.show", person_id=person_id, _anchor=anchor or None), 303)
