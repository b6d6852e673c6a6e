"""The prison's directory of services: list, one service, import and export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from bot.casework.directories import COLUMNS, CSV, YAML
from bot.interview.answers import clean
from bot.plan.life import NotAllowed
from bot.plan.services import NATIONAL, WHERE, Directory, Service
from bot.web import access
from bot.web.case_words import WHERE as WHERE_WORDS
from bot.web.case_words import sentence
from bot.web.service_form import FLAGS, TEXTS, digest, errors_of, slug, values_of
from bot.web.state import web

pages = Blueprint("services", __name__, url_prefix="/services")

NO_PRISON = "No prison is known here yet. Add a person, or add a user with their prison; then it can be set up."
FILTERS = ("area", "kind", "language", "where")
SUFFIXES = {".csv": CSV, ".yml": YAML, ".yaml": YAML}


def prisons() -> list[str]:
    """The prisons that have people, a directory or users here, and that whoever is signed in works with: on a new installation
    services and settings come before the first person."""
    of_users = {prison for user in web().store.users() for prison in user.prisons}
    return sorted(access.here({*web().agencies.active(), *web().store.directories(), *of_users}))


def prison_of() -> str:
    """The prison whose directory is wanted: one of ``prisons``, the first of them unless another is named."""
    known, wanted = prisons(), clean(request.values.get("prison", ""))
    if not known and not wanted:
        flash(NO_PRISON)
        abort(redirect(url_for("people.show_list"), 303))
    if wanted and wanted not in known:
        abort(404)
    return wanted or known[0]


def _own(prison: str) -> bool:
    return web().store.directory_version(prison) > 0


@pages.get("")
def show_list() -> str:
    """The services of a prison, filtered by area, kind, language and where they are."""
    prison = prison_of()
    directory = web().casework.directory(prison)
    wanted = {name: request.args.get(name, "") for name in FILTERS}
    return render_template(
        "services/list.html",
        prison=prison,
        prisons=prisons(),
        own=_own(prison),
        directory=directory,
        found=[service for service in directory.services.values() if _matches(service, wanted)],
        wanted=wanted,
        kinds=_kinds(directory),
        languages=_languages(directory),
        where=[(name, WHERE_WORDS[name]) for name in WHERE],
    )


def _matches(service: Service, wanted: dict[str, str]) -> bool:
    area, kind, language, where = (wanted[name] for name in FILTERS)
    return (
        (not area or service.area == area)
        and (not kind or kind in service.kinds)
        and (not language or language in service.languages)
        and (not where or service.where in (where, "both"))
    )


def _kinds(directory: Directory) -> list[tuple[str, str]]:
    """The kinds that the directory has a service of."""
    used = {kind for service in directory.services.values() for kind in service.kinds}
    return [(kind, label) for kind, label in web().casework.plan_data.kinds.items() if kind in used]


def _languages(directory: Directory) -> list[tuple[str, str]]:
    used = sorted({language for service in directory.services.values() for language in service.languages})
    return [(code, web().words.language(code)) for code in used]


@pages.post("/areas")
def add_area() -> Response:
    """Add a council area to the directory."""
    prison, name = prison_of(), clean(request.form.get("area_name", ""))[:200]
    areas = web().casework.directory(prison).areas
    if name and name.lower() not in {label.lower() for label in areas.values()}:
        web().casework.put_area(prison, slug(name, (*areas, NATIONAL)), name, access.by())
        flash("The area is added.")
    return redirect(url_for("services.show_list", prison=prison), 303)


@pages.get("/add")
def add() -> str:
    """The form for a new service."""
    return _form(prison_of(), None, {"where": "", "area": "", "interpreters": "no", "women_only": "no"}, {})


@pages.get("/entry/<service_id>")
def show(service_id: str) -> str:
    """One service, to be looked at and changed."""
    prison = prison_of()
    service = _service(prison, service_id)
    return _form(prison, service, values_of(service), {})


def _service(prison: str, service_id: str) -> Service:
    found = web().casework.directory(prison).services.get(service_id)
    if found is None:
        abort(404)
    return found


def _form(prison: str, service: Service | None, values: dict[str, Any], errors: dict[str, str], before: str = "") -> str:
    """The form; ``before`` is what the service was like when whoever fills it in last saw it, where that is not now."""
    plan, directory = web().casework.plan_data, web().casework.directory(prison)
    return render_template(
        "services/form.html",
        prison=prison,
        own=_own(prison),
        service=service,
        before=before or (digest(service) if service is not None else ""),
        values=values,
        errors=errors,
        kinds=list(plan.kinds.items()),
        areas=[(NATIONAL, "Everywhere (national)"), *directory.areas.items()],
        where=[(name, WHERE_WORDS[name]) for name in WHERE],
        cohorts=[(cohort.id, cohort.label) for cohort in plan.cohorts.values() if _shown(cohort.id)],
    )


def _shown(group: str) -> bool:
    cohort = web().casework.plan_data.cohorts.get(group)
    return cohort is not None and (access.sees_private() or not cohort.sensitive)


@pages.post("/add")
def add_posted() -> Response | tuple[str, int]:
    """Add a service."""
    return _keep(prison_of(), None)


@pages.post("/entry/<service_id>")
def change(service_id: str) -> Response | tuple[str, int]:
    """Change a service, or take it out of use."""
    prison = prison_of()
    service = _service(prison, service_id)
    if request.form.get("do") != "remove":
        return _keep(prison, service)
    web().casework.remove_service(prison, service_id, access.by())
    flash("The service is removed. Plans that name it still say who it is.")
    return redirect(url_for("services.show_list", prison=prison), 303)


def _read(form: MultiDict[str, str], service: Service | None) -> dict[str, Any]:
    """What was put in, as a row of the directory but for its id."""
    row: dict[str, Any] = {name: clean(form.get(name, ""))[:2000] for name in TEXTS}
    row |= {flag: "yes" if form.get(flag) == "yes" else "no" for flag in FLAGS}
    # A group that is not shown here stays as it is.
    hidden = [] if service is None else [group for group in service.only_for if not _shown(group)]
    return row | {"kinds": form.getlist("kinds"), "only_for": [*filter(_shown, form.getlist("only_for")), *hidden]}


def _keep(prison: str, service: Service | None) -> Response | tuple[str, int]:
    directory, row = web().casework.directory(prison), _read(request.form, service)
    errors = errors_of(row, (NATIONAL, *directory.areas))
    if not errors and service is not None and request.form.get("before") != digest(service):
        errors[""] = "Somebody changed this service after you opened the page. If what you wrote is still right, save it again"
        return _form(prison, service, row, errors), 409
    if not errors:
        name = service.id if service is not None else slug(row["name"], directory.services)
        try:
            web().casework.put_service(prison, row | {"id": name}, access.by())
        except NotAllowed as error:
            errors[""] = sentence(error)
        else:
            flash("The service is saved.")
            return redirect(url_for("services.show_list", prison=prison, _anchor=f"service-{name}"), 303)
    # They have not seen what somebody else may have changed meanwhile: that is told once the mistakes are mended.
    return _form(prison, service, row, errors, request.form.get("before", "") if service is not None else ""), 422


@pages.get("/import")
def bring_in() -> str:
    """The page for importing a file."""
    return _import(prison_of())


def _import(prison: str, **more: Any) -> str:
    return render_template("services/import.html", prison=prison, own=_own(prison), columns=COLUMNS, **more)


@pages.post("/import")
def bring_in_posted() -> tuple[str, int]:
    """Import a file: the good rows are kept, each bad row is named with the mend."""
    prison, upload = prison_of(), request.files.get("file")
    if upload is None or not upload.filename:
        return _import(prison, error="Choose a file"), 422
    kind = SUFFIXES.get(Path(upload.filename).suffix.lower())
    if kind is None:
        return _import(prison, error="The file must be a CSV or a YAML file"), 422
    replace_all = request.form.get("how") == "replace"
    try:
        report = web().casework.import_services(prison, upload.read(), kind, access.by(), replace_all)
    except NotAllowed as error:
        return _import(prison, error=sentence(error)), 422
    return _import(prison, report=report, replaced=replace_all), 422 if report.problems else 200


@pages.get("/directory.csv")
def export_csv() -> Response:
    """The directory as CSV."""
    return _download(CSV, "text/csv", "services.csv")


@pages.get("/directory.yml")
def export_yaml() -> Response:
    """The directory as YAML, with its areas."""
    return _download(YAML, "application/yaml", "services.yml")


def _download(kind: str, mimetype: str, name: str) -> Response:
    text = web().casework.export_services(prison_of(), kind)
    return Response(text, mimetype=mimetype, headers={"Content-Disposition": f"attachment; filename={name}"})
