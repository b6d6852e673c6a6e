"""What goes beside the items of a plan: consents, referral routes, contacts after release, groups and the needs profile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.casework.case import Case, RouteView
from bot.plan.life import NotAllowed
from bot.store.errors import BadInput
from bot.web import access
from bot.web.case_words import keep_words, sentence
from bot.web.fields import DAY, LINE, LIST, ONE, WORDS, Field, Filled, day_values, read_fields
from bot.web.state import web

pages = Blueprint("beside", __name__, url_prefix="/people/<person_id>/plan")

HOWS = tuple((how, how) for how in ("In person", "By telephone", "By video", "By letter", "By message", "Another way"))
HELD = (("yes", "Yes"), ("no", "No, it was tried"))
_CONTACT = (
    Field(
        "held",
        "Did it take place?",
        ONE,
        hint="What is recorded last counts, so that a mistake can be put right.",
        missing="Choose whether it took place",
        choices=HELD,
    ),
    Field("how", "How?", LIST, choices=HOWS),
    Field("note", "Note (if you like)", hint="Do not write about harm or crime here."),
)
_GROUP = (
    Field(
        "mark",
        "Is the person in this group?",
        ONE,
        missing="Choose one",
        choices=(("in", "Yes, put them in"), ("out", "No, take them out"), ("rule", "Leave it to the record and the answers")),
    ),
    Field("reason", "Why?", missing="Write why"),
)
_MARKS = {"in": True, "out": False, "rule": None}


def _error(form: str, filled: Filled) -> dict[str, str]:
    """The errors of one of several forms on a page, by the ids of its fields."""
    return {f"{name}-{form}" if name else "": text for name, text in filled.errors.items()}


def _tried(filled: Filled, write: Callable[[], None]) -> bool:
    """Whether it was written; if it could not be, the errors say why."""
    if filled.errors:
        return False
    try:
        write()
    except (NotAllowed, BadInput) as error:
        filled.errors[""] = sentence(error)
    return not filled.errors


# -- consents


@pages.get("/consents")
def consents(person_id: str) -> str:
    """What the person has agreed to, and what not."""
    return _consents(access.case_of(person_id, "consents seen"), "", Filled())


def _consents(case: Case, form: str, filled: Filled) -> str:
    return render_template("case/consents.html", case=case, form=form, filled=filled, errors=_error(form, filled))


@pages.post("/consents")
def consent(person_id: str) -> Response | tuple[str, int]:
    """Note that a consent was given or taken back, as told to a worker."""
    case = access.case_of(person_id, "")
    view = next((view for view in case.consent_views if view.rule.id == request.form.get("consent")), None)
    if view is None:
        abort(404)
    give = request.form.get("do") == "give"
    services = tuple((service.id, service.name) for service in case.directory.services.values())
    fields = (Field("service", "Service", LIST, choices=services), Field("note", "Note (if you like)", WORDS))
    filled = read_fields(fields, request.form)
    rule, service, note = view.rule, filled.given.get("service"), str(filled.given.get("note") or "")
    if give and rule.each and service is None and view.standing.state == "given":
        filled.errors["service"] = "Choose the service the person has agreed to: each is asked about on its own"
    change = web().casework.give_consent if give else web().casework.withdraw_consent

    def write() -> None:
        change(person_id, rule.id, access.by(), str(service) if service else None, note)

    if not _tried(filled, write):
        return _consents(case, rule.id, filled), 422
    flash("It is noted that the person has agreed." if give else "It is noted that the person has taken it back.")
    anchor = None if rule.sensitive else f"consent-{rule.id}"
    return redirect(url_for("beside.consents", person_id=person_id, _anchor=anchor), 303)


# -- referral routes and contacts


def route_fields(view: RouteView) -> tuple[Field, ...]:
    """The form for what was done on a route: a step of it, and what it keeps."""
    steps = tuple((step.id, step.text) for step in view.found.route.steps) if view.found is not None else ()
    keeps = view.found.route.keeps if view.found is not None else ()
    first = (Field("step", "Which step was taken?", ONE, choices=steps),) if steps else ()
    kept = (Field(f"keep-{name}", keep_words(name), DAY if name.endswith("_on") else LINE) for name in keeps)
    return (*first, *kept, Field("note", "Note (if you like)", hint="Do not write about harm or crime here."))


@pages.get("/referrals")
def referrals(person_id: str) -> str:
    """The referral routes that are open, with their records, and the contacts after release."""
    return _referrals(access.case_of(person_id, "referrals seen"), "", Filled())


def _referrals(case: Case, form: str, filled: Filled) -> str:
    return render_template(
        "case/referrals.html", case=case, form=form, filled=filled, errors=_error(form, filled), route_fields=route_fields,
        contact_fields=_CONTACT, usual=lambda view: _usual(view),
    )  # fmt: skip


def _usual(view: RouteView) -> dict[str, str]:
    """What a route's form shows at first: what was recorded so far."""
    values: dict[str, str] = {}
    for name, value in view.recorded.items():
        if name.endswith("_on"):
            values |= day_values(f"keep-{name}", _as_day(value))
        elif name not in ("step", "note"):
            values[f"keep-{name}"] = str(value)
    return values


def _as_day(value: object) -> date | None:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return None


@pages.post("/referrals")
def referral(person_id: str) -> Response | tuple[str, int]:
    """Note what was done on a route."""
    case = access.case_of(person_id, "")
    view = next((view for view in case.routes if view.id == request.form.get("route")), None)
    if view is None:
        abort(404)
    filled, usual = read_fields(route_fields(view), request.form), view.recorded
    data: dict[str, object] = {}
    for name, value in filled.given.items():
        kept = value.isoformat() if isinstance(value, date) else value
        plain = name.removeprefix("keep-")
        # What was recorded before and is still the same is not recorded again.
        if plain == name or str(usual.get(plain, "")) != kept:
            data[plain] = kept
    if not data and not filled.errors:
        filled.errors["step"] = "Choose a step, or write something down"

    def write() -> None:
        web().casework.record_route(person_id, view.id, access.by(), **data)

    if not _tried(filled, write):
        return _referrals(case, view.id, filled), 422
    flash("It is recorded.")
    return redirect(url_for("beside.referrals", person_id=person_id, _anchor=None if view.sensitive else f"route-{view.id}"), 303)


@pages.post("/contacts")
def contact(person_id: str) -> Response | tuple[str, int]:
    """Note a contact after release, held or tried."""
    case = access.case_of(person_id, "")
    view = next((view for view in case.contacts if view.day.isoformat() == request.form.get("day")), None)
    if view is None:
        abort(404)
    filled = read_fields(_CONTACT, request.form)
    held, how, note = filled.given.get("held") == "yes", str(filled.given.get("how") or ""), str(filled.given.get("note") or "")

    def write() -> None:
        web().casework.record_contact(person_id, view.day, access.by(), held, how, note)

    if not _tried(filled, write):
        return _referrals(case, view.day.isoformat(), filled), 422
    flash("The contact is recorded.")
    return redirect(url_for("beside.referrals", person_id=person_id, _anchor="contacts"), 303)


# -- groups and the needs profile


@pages.get("/groups")
def groups(person_id: str) -> str:
    """The groups the person is in, and the needs profile."""
    return _groups(access.case_of(person_id, "groups seen"), "", Filled())


def _groups(case: Case, form: str, filled: Filled) -> str:
    return render_template("case/groups.html", case=case, form=form, filled=filled, errors=_error(form, filled), fields=_GROUP)


@pages.post("/groups")
def group(person_id: str) -> Response | tuple[str, int]:
    """Put the person into a group, take them out, or leave it to the record again."""
    case = access.case_of(person_id, "")
    view = next((view for view in case.cohorts if view.cohort.id == request.form.get("group")), None)
    if view is None:
        abort(404)
    filled = read_fields(_GROUP, request.form)

    def write() -> None:
        mark = _MARKS[str(filled.given["mark"])]
        web().casework.mark_cohort(person_id, view.cohort.id, mark, str(filled.given["reason"]), access.by())

    if not _tried(filled, write):
        return _groups(case, view.cohort.id, filled), 422
    flash("It is noted, and the plan follows.")
    return redirect(url_for("beside.groups", person_id=person_id), 303)
