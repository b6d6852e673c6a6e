"""One item of a plan: how it stands, its history, and the form of every step."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.casework.case import Case, ItemView
from bot.plan.life import NotAllowed
from bot.store.errors import BadInput, ChangedMeanwhile
from bot.web import access, security, step_forms
from bot.web.case_view import AT_ONCE, buttons
from bot.web.case_words import sentence
from bot.web.fields import Filled
from bot.web.kept import Form
from bot.web.pages.plan import CHANGED, _number
from bot.web.state import web

RESTORED = "You were signed out before this was saved. What you typed is still here: look at it and press the button again."
pages = Blueprint("items", __name__, url_prefix="/people/<person_id>/plan/items/<item_id>")


@pages.get("")
def show(person_id: str, item_id: str) -> str:
    """The item, with the form of one step if one was chosen."""
    case = access.case_of(person_id, "item seen", item_id)
    item = access.item_of(case, item_id)
    held = web().kept.take_form(security.token(), item_id)
    if held is not None:
        return _restored(case, item, held)
    step = request.args.get("step", "")
    return _page(case, item, step if step in buttons(item) else "")


def _restored(case: Case, item: ItemView, held: Form) -> str:
    """The page with what was typed when the session had ended: nothing of it was written."""
    step = held.get("step", "")
    if step not in step_forms.STEPS:
        return _page(case, item, "")
    filled, _ = step_forms.read_step(step, item, case, held)
    filled.errors = {"": RESTORED}
    if step in buttons(item):
        return _page(case, item, step, filled)
    filled.values["typed"] = _typed(step, filled)
    return _page(case, item, "", filled)


@pages.get("/steps")
def back_to_show(person_id: str, item_id: str) -> Response:
    """A page that was posted and is loaded again."""
    return redirect(url_for("items.show", person_id=person_id, item_id=item_id), 303)


def _page(case: Case, item: ItemView, step: str, filled: Filled | None = None) -> str:
    form = step_forms.STEPS.get(step)
    return render_template(
        "case/item.html",
        case=case,
        item=item,
        step=step,
        form=form,
        fields=step_forms.fields_of(step, item, case) if form is not None else (),
        services=step_forms.service_choices(item, case, step),
        buttons=buttons(item),
        at_once=AT_ONCE,
        values=filled.values if filled is not None else step_forms.first_values(step, item, case.today),
        errors=filled.errors if filled is not None else {},
    )


@pages.post("/steps")
def take(person_id: str, item_id: str) -> Response | tuple[str, int]:
    """Take a step. Whatever cannot be taken comes back with what was typed."""
    case = access.case_of(person_id, "")
    item = access.item_of(case, item_id)
    step, seen = request.form.get("step", ""), _number(request.form.get("seen"))
    if step not in step_forms.STEPS:
        abort(400)
    filled, given = step_forms.read_step(step, item, case, request.form)
    if filled.errors:
        return _page(case, item, step, filled), 422
    try:
        _take(person_id, item, step, seen, given)
    except ChangedMeanwhile:
        if not _was_this(access.item_of(access.case_of(person_id, ""), item_id), step, seen, given):
            return _changed(person_id, item_id, step, filled), 409
    except (NotAllowed, BadInput) as error:
        filled.errors[""] = sentence(error)
        return _page(case, item, step, filled), 422
    flash(step_forms.STEPS[step].done)
    if step == "remove" or request.form.get("back") == "plan":
        return redirect(url_for("plan.show", person_id=person_id, _anchor=f"item-{item_id}"), 303)
    return redirect(url_for("items.show", person_id=person_id, item_id=item_id), 303)


def _take(person_id: str, item: ItemView, step: str, seen: int, given: dict[str, object]) -> None:
    casework, by = web().casework, access.by()
    if step == "remove":
        casework.remove(person_id, item.id, str(given["reason"]), by, seen)
    else:
        casework.step(person_id, item.id, step, by, seen, **given)


def _was_this(item: ItemView, step: str, seen: int, given: dict[str, object]) -> bool:
    """Whether the step that came in between is this very one, pressed twice."""
    last = item.history[-1]
    said = {name: value.isoformat() if isinstance(value, date) else value for name, value in given.items()}
    same = all(last.data.get(name) == value for name, value in said.items())
    return item.seen == seen + 1 and (last.kind, last.by) == (step, access.by()) and same


def _changed(person_id: str, item_id: str, step: str, filled: Filled) -> str:
    """The page as it stands now, with what was typed."""
    case = access.case_of(person_id, "")
    item = access.item_of(case, item_id)
    if step in buttons(item):
        filled.errors[""] = f"{CHANGED} If it is still right, press the button again."
        return _page(case, item, step, filled)
    filled.errors[""] = CHANGED
    # The form cannot be shown any more: what was typed stands as text.
    filled.values["typed"] = _typed(step, filled)
    return _page(case, item, "", filled)


def _typed(step: str, filled: Filled) -> str:
    """What was typed into a form, as text."""
    found = ((field.label, filled.values.get(field.name)) for field in step_forms.STEPS[step].fields)
    return "\n".join(f"{label} {value}" for label, value in found if value)
