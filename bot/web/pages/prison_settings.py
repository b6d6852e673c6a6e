"""The settings of a prison, for an administrator: the safety section, how long a page rests, who a person can turn to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.interview.answers import clean
from bot.store.errors import BadInput, ChangedMeanwhile
from bot.store.prison_settings import IDLE, LONGEST, MOST_CONTACTS, SAFETY_IDLE, Contact, PrisonSettings
from bot.web import access
from bot.web.case_words import sentence
from bot.web.pages.services import prison_of, prisons
from bot.web.state import web

pages = Blueprint("prison_settings", __name__, url_prefix="/admin/settings")

CHANGED = "Somebody else changed these settings after you opened the page. If what you wrote is still right, save it again"
# So many empty rows for further contacts.
FURTHER = 2
MINUTES = {"idle_minutes": IDLE, "safety_idle_minutes": SAFETY_IDLE}
LABELS = {
    "idle_minutes": "Minutes a page may rest before it locks",
    "safety_idle_minutes": "Minutes a page of the safety section may rest before it locks",
}


@pages.get("")
def show() -> str:
    """The settings of a prison."""
    settings = web().store.settings(prison_of())
    return _page(settings, {}, {})


def _page(settings: PrisonSettings, errors: dict[str, str], values: dict[str, str]) -> str:
    rows = min(MOST_CONTACTS, len(settings.contacts) + FURTHER)
    contacts = [*settings.contacts, *[Contact("", "", "")] * (rows - len(settings.contacts))]
    usual = {name: str(getattr(settings, name)) for name in MINUTES}
    return render_template(
        "settings/prison.html", settings=settings, prisons=prisons(), contacts=contacts, errors=errors, longest=LONGEST,
        minutes=MINUTES, labels=LABELS, values={**usual, **values},
    )  # fmt: skip


@pages.post("")
def change() -> Response | tuple[str, int]:
    """Keep the settings."""
    prison, form = prison_of(), request.form
    errors: dict[str, str] = {}
    values = {name: clean(form.get(name, ""))[:20] for name in MINUTES}
    figures: dict[str, Any] = {}
    for name, (least, most) in MINUTES.items():
        text = values[name].strip()
        if text.isascii() and text.isdigit() and least <= int(text) <= most:
            figures[name] = int(text)
        else:
            errors[name] = f"{LABELS[name]}: write a number from {least} to {most}"
    contacts = _contacts(errors)
    alone = form.get("safety_self_completion") != "no"
    version = form.get("version", "")
    wanted = PrisonSettings(prison, alone, contacts, version=int(version) if version.isascii() and version.isdigit() else 0)
    if not errors:
        try:
            web().store.put_settings(replace(wanted, **figures), access.by())
        except BadInput as error:
            errors["contact-1-name"] = sentence(error)
        except ChangedMeanwhile:
            now = web().store.settings(prison)
            return _page(replace(wanted, version=now.version), {"": CHANGED}, values), 409
        else:
            flash("The settings are saved.")
            return redirect(url_for("prison_settings.show", prison=prison), 303)
    return _page(wanted, errors, values), 422


def _contacts(errors: dict[str, str]) -> tuple[Contact, ...]:
    """The contacts of the form, in the order they are numbered in. A row with nothing in it is left out."""
    found: list[tuple[int, int, Contact]] = []
    for number in range(1, MOST_CONTACTS + 1):
        texts = {name: clean(request.form.get(f"contact-{number}-{name}", "")).strip() for name in LONGEST}
        if not any(texts.values()):
            continue
        for name, most in LONGEST.items():
            if len(texts[name]) > most:
                wrong = f"write at most {most} characters; there are {len(texts[name])}"
                errors[f"contact-{number}-{name}"] = f"Contact {number}: {wrong}"
        if not texts["name"]:
            errors[f"contact-{number}-name"] = f"Contact {number}: write who it is"
        elif not texts["how"] and not texts["phone"]:
            errors[f"contact-{number}-how"] = f"Contact {number}: write how to reach them"
        place = clean(request.form.get(f"contact-{number}-place", ""))
        found.append((int(place) if place.isascii() and place.isdigit() and len(place) < 4 else number, number, Contact(**texts)))
    if not found:
        errors["contact-1-name"] = "Write at least one contact: somebody must be there to turn to"
    return tuple(contact for _, _, contact in sorted(found, key=lambda row: row[:2]))
