"""What is held on a person: the copy they may ask for, earlier versions of the record, and what they say is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.casework.holding import Held, held_on, open_parts, without_private
from bot.outputs.subject_data import subject_data
from bot.outputs.subject_paper import subject_file
from bot.store.corrections import LEFT_AS_IT_IS, PUT_RIGHT
from bot.store.errors import BadInput
from bot.store.retention import CASE_KINDS, load_retention
from bot.web import access
from bot.web.record_form import FIELDS, fields_in_words
from bot.web.state import web

pages = Blueprint("held", __name__, url_prefix="/people/<person_id>/held")

OTHER = "other"
OUTCOMES = ((PUT_RIGHT, "It was put right"), (LEFT_AS_IT_IS, "It was left as it is"))
WHY_OPEN = {
    "plan": "a plan is active",
    "alert": "an alert is not acknowledged",
    "interview": "an interview is under way",
    "release": "the release is to come",
}
KIND_WORDS = {
    "private_answers": "Private answers",
    "alerts": "Alerts",
    "interviews": "Interviews and plans",
    "records": "The record, and with it everything",
}
MOST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class Goes:
    """A kind of data, and the day from which it may be erased."""

    what: str
    on: date


def _seen(person_id: str) -> Held:
    """What is held, as whoever is signed in may see it."""
    app = web()
    found = held_on(app.store, person_id)
    return found if access.sees_private() else without_private(found, open_parts(app.interview, app.casework.plan_data))


@pages.get("")
def show(person_id: str) -> str:
    """What is held, for how long, and what the person says of it."""
    web().store.audit(access.by(), "held data seen", person_id)
    return _page(person_id, {})


def _page(person_id: str, errors: dict[str, str]) -> str:
    app, held, retention = web(), _seen(person_id), load_retention()
    content, store = app.papers.outputs.content, app.store
    data = subject_data(held, content, fields_in_words, store.clock())
    case = store.case_ended(person_id, retention)
    goes = [] if case.open else [Goes(KIND_WORDS[kind], case.on + timedelta(days=retention.days[kind])) for kind in CASE_KINDS]
    return render_template(
        "held/held.html", person=held.person, data=data, disputes=held.disputes, abouts=_abouts(held), outcomes=OUTCOMES,
        errors=errors, case=case, goes=goes, why_open=[WHY_OPEN[why] for why in case.why_open],
        form=request.form if errors else {},
    )  # fmt: skip


def _abouts(held: Held) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be said to be wrong: (heading, [(value, words)])."""
    fields = [(f"record:{name}", field.label.rstrip("?")) for name, field in FIELDS.items()]
    found = [("The record", fields)]
    for one in reversed(held.interviews):
        asked = dict.fromkeys(row.question for row in one.answers)
        options = [(f"answer:{one.row.id}:{name}", web().words.asked(name)) for name in asked]
        if options:
            found.append((f"The interview of {one.row.started_at.day} {one.row.started_at:%B %Y}", options))
    return [*found, ("Anything else", [(OTHER, "Something else")])]


@pages.post("/wrong")
def dispute(person_id: str) -> Response | tuple[str, int]:
    """Note that the person says something is wrong."""
    about, words = request.form.get("about", ""), request.form.get("words", "")
    known = {value for _, options in _abouts(_seen(person_id)) for value, _ in options}
    errors = {} if about in known else {"about": "Choose what is wrong"}
    if not errors:
        try:
            web().store.dispute(person_id, about, words, access.by())
        except BadInput:
            errors = {"words": _wrong(words, "Write what the person says")}
    if errors:
        return _page(person_id, errors), 422
    return redirect(url_for("held.show", person_id=person_id, _anchor="wrong"), 303)


@pages.post("/settled")
def settle(person_id: str) -> Response | tuple[str, int]:
    """Note what came of it."""
    which, why = request.form.get("dispute", ""), request.form.get("why", "")
    if which not in {dispute.id for dispute in _seen(person_id).disputes}:
        abort(404)
    try:
        web().store.settle_dispute(which, person_id, request.form.get("outcome", ""), why, access.by())
    except BadInput as error:
        name = "outcome" if str(error).startswith("outcome") else "why"
        text = "Choose what came of it" if name == "outcome" else _wrong(why, "Write why")
        return _page(person_id, {f"{name}-{which}": text}), 422
    return redirect(url_for("held.show", person_id=person_id, _anchor="wrong"), 303)


def _wrong(text: str, empty: str) -> str:
    return f"This is longer than {MOST_WORDS} characters; shorten it" if text.strip() else empty


@pages.get("/file")
def file(person_id: str) -> Response:
    """The copy for the person. With private parts only by the safeguarding role. Its name tells of nobody."""
    private = request.args.get("private") == "yes"
    if private and not access.sees_private():
        abort(404)
    app = web()
    held = held_on(app.store, person_id)
    if not private:
        held = without_private(held, open_parts(app.interview, app.casework.plan_data))
    made = subject_file(subject_data(held, app.papers.outputs.content, fields_in_words, app.store.clock()))
    # Noted before it is given.
    app.store.audit(access.by(), f"exported everything held{' with private parts' if private else ''}", person_id)
    headers = {"Content-Disposition": "attachment; filename=everything-held.zip"}
    return Response(made, mimetype="application/zip", headers=headers)
