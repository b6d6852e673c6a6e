"""The people: list, search, one person's page, adding and importing."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.casework.proposing import in_stay, of_this_stay
from bot.interview.answers import clean
from bot.interview.record import PersonRecord, RecordError
from bot.language.languages import ENGLISH
from bot.store.errors import AlreadyThere, BadInput, ChangedMeanwhile
from bot.store.people import LONGEST_REASON, NOT_YOURS
from bot.store.rows import read_rows
from bot.store.types import COMPLETE, FIRST, INTERVIEW_KINDS, ImportReport, InterviewRow, Person
from bot.web import access, record_form, security
from bot.web.case_view import DateLine, dates_of, next_assessment, tally
from bot.web.fields import place_in
from bot.web.pages.kiosk_staff import words_before
from bot.web.pages.together import others
from bot.web.person_view import lines_of
from bot.web.state import web

pages = Blueprint("people", __name__)

A_PAGE = 50
LEVELS = ("plain", "easy")
# The reason for a change of a record, kept with what it was before.
WHY = "why_changed"
# The version of the record that the form was filled with.
SEEN = "seen"
CHANGED = "Somebody changed this record after you opened the page. Nothing is saved yet: look at what is new, and save it again"
SAME_NUMBER = "Somebody with this prison number is here already. Look for them in the list of people"


@dataclass(frozen=True, slots=True)
class Line:
    """One person in the list, with their newest interview of this stay in prison."""

    person: Person
    newest: InterviewRow | None
    due: DateLine | None = None

    @property
    def state(self) -> str:
        """What the list calls the state of the interview."""
        if self.newest is None:
            return "Not started"
        return "Finished" if self.newest.state == COMPLETE else "Started"

    @property
    def action(self) -> str:
        """What the link in the list says."""
        return {"Not started": "Start", "Started": "Carry on", "Finished": "Look"}[self.state]


@pages.get("/people")
def show_list() -> str:
    """The list of people, by name."""
    return _list("", place_in(request.args, "page", 1))


@pages.post("/people")
def search() -> str:
    """The people whose name or number holds what was looked for. A name is never part of an address."""
    return _list(clean(request.form.get("search", "")[:200]), 1)


def _list(search: str, page: int) -> str:
    store, casework = web().store, web().casework
    count = store.count_people(access.prisons(), search or None)
    found = store.people(access.prisons(), search or None, limit=A_PAGE, offset=(page - 1) * A_PAGE)
    lines = []
    for person in found:
        interviews = store.interviews_of(person.id)
        due = next_assessment(casework.plan_data, person, interviews, casework.today())
        lines.append(Line(person, next(iter(of_this_stay(person.record, interviews)), None), due))
    pages_in_all = 1 if search else max(1, -(-count // A_PAGE))
    handed = [(row, store.person(row.person_id)) for row in store.handed_to(access.by())]
    handed = [(row, person) for row, person in handed if access.here([person.prison]) and in_stay(person.record, row.started_at)]
    paper, papers = store.paper_asked_for(access.prisons())
    return render_template(
        "people.html",
        handed=handed,
        paper=paper,
        papers=papers,
        lines=lines,
        search=search,
        count=count,
        page=page,
        pages=pages_in_all,
        most=A_PAGE,
    )


@pages.get("/people/<person_id>")
def show(person_id: str) -> str:
    """One person."""
    return _person(person_id)


def _person(person_id: str, errors: dict[str, str] | None = None) -> str:
    store = web().store
    if not access.may("plan.show"):
        # The record alone: nothing of what was said, and nothing made from it.
        store.audit(access.by(), "record seen", person_id)
        return render_template("record.html", person=store.person(person_id), groups=record_form.GROUPS)
    person, case = store.person(person_id), access.case_of(person_id, "person seen")
    interviews = store.interviews_of(person_id)
    present = {row.id for row in of_this_stay(person.record, interviews)}
    app = web()
    language, level = words_before(interviews)
    shown = lines_of(store, app.talk, app.views, app.tongues, interviews)
    return render_template(
        "person.html", person=person, interviews=shown, groups=record_form.GROUPS,
        present=present, errors=errors or {}, case=case, dates=dates_of(case), tally=tally(case), others=others(),
        languages=app.tongues.languages.values(), chosen=request.form.get("language", language),
        level_before=[level] if interviews else [],
    )  # fmt: skip


@pages.post("/people/<person_id>/interviews")
def start(person_id: str) -> Response | tuple[str, int]:
    """Start an interview with a person."""
    kind, level = request.form.get("kind", FIRST), request.form.get("level", "")
    if level not in LEVELS or kind not in INTERVIEW_KINDS:
        return _person(person_id, {"level": "Choose plain words or easy words"}), 422
    language = request.form.get("language", ENGLISH)
    row = web().talk.start(
        person_id, kind, level, security.speaker(), language=language if language in web().tongues.languages else ENGLISH
    )
    return redirect(url_for("interview.show", interview_id=row.id), 303)


@pages.get("/people/add")
def add() -> str:
    """The form for a new person."""
    return _form(record_form.usual_values(), {}, None)


@pages.post("/people/add")
def add_posted() -> Response | tuple[str, int]:
    """Add a person."""
    return _keep(None)


@pages.get("/people/<person_id>/change")
def change(person_id: str) -> str:
    """The form with a person's record."""
    person = web().store.person(person_id)
    web().store.audit(access.by(), "record seen", person_id)
    return _form(_values_of(person.record), {}, person_id)


@pages.post("/people/<person_id>/change")
def change_posted(person_id: str) -> Response | tuple[str, int]:
    """Change a person's record."""
    return _keep(person_id)


def _keep(person_id: str | None) -> Response | tuple[str, int]:
    values = record_form.read_values(request.form)
    why = values.get(WHY, "")
    if person_id is not None and not 0 < len(why) <= LONGEST_REASON:
        text = f"This is longer than {LONGEST_REASON} characters; shorten it" if why else "Write why the record is changed"
        return _form(values, {WHY: text}, person_id), 422
    try:
        person = _write(person_id, record_form.read_posted(values), why, values.get(SEEN, ""))
    except ChangedMeanwhile:
        return _changed(values, str(person_id)), 409
    except RecordError as error:
        return _form(values, error.problems, person_id), 422
    except AlreadyThere:
        return _form(values, {"prison_number": SAME_NUMBER}, person_id), 422
    return redirect(url_for("people.show", person_id=person.id), 303)


def _write(person_id: str | None, record: PersonRecord, why: str, seen: str) -> Person:
    store, by = web().store, security.signed_in().user.id
    if not access.here([record.prison]):
        raise RecordError({"prison": NOT_YOURS})
    return store.add_person(record, by) if person_id is None else store.update_person(person_id, record, by, why, seen)


def _values_of(record: PersonRecord) -> record_form.Values:
    return record_form.values_of(record) | {SEEN: record.version}


def _changed(values: record_form.Values, person_id: str) -> str:
    """The form after somebody else changed the record: what is new in it, and what was typed."""
    store = web().store
    now = store.person(person_id).record
    earlier = (change.before for change in reversed(store.record_changes(person_id)))
    opened = next((record for record in earlier if record.version == values.get(SEEN)), None)
    values, errors = record_form.brought_up(values, opened, now)
    return _form(values | {SEEN: now.version}, {"": CHANGED, **errors}, person_id)


def _form(values: record_form.Values, errors: dict[str, str], person_id: str | None) -> str:
    ordered = {name: errors[name] for name in ("", *record_form.FIELDS, *errors) if name in errors}
    return render_template("record_form.html", groups=record_form.GROUPS, values=values, errors=ordered, person_id=person_id)


@pages.get("/people/import")
def bring_in() -> str:
    """The page for importing a file."""
    return _import(None, "")


@pages.post("/people/import")
def bring_in_posted() -> tuple[str, int]:
    """Import a file: the good rows are kept, each bad row is named with the mend."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return _import(None, "Choose a file"), 422
    suffix = Path(upload.filename).suffix.lower()
    if suffix not in (".csv", ".json"):
        return _import(None, "The file must be a CSV or a JSON file"), 422
    with tempfile.TemporaryDirectory(prefix="bcst2-") as folder:
        path = Path(folder) / f"file{suffix}"
        upload.save(path)
        try:
            rows = read_rows(path)
        except BadInput as error:
            what = str(error).replace(str(path), "The file").replace("The file: ", "The file ", 1)
            return _import(None, what[0].upper() + what[1:]), 422
    report = web().store.import_people(rows, security.signed_in().user.id, access.prisons() or ())
    return _import(report, "", lines=suffix == ".csv"), 200 if not report.problems else 422


def _import(report: ImportReport | None, error: str, lines: bool = False) -> str:
    names = {name: field.label.rstrip("?") for name, field in record_form.FIELDS.items()}
    return render_template("import.html", report=report, error=error, names=names, lines=lines)


@pages.get("/people/import/example.csv")
def example() -> Response:
    """A file to start from: the heading row and one made-up person."""
    names = list(record_form.FIELDS)
    row = {
        "prison_number": "A1234BC", "name": "Sam Example", "date_of_birth": "1991-03-27", "sex": "male", "prison": "HMP Example",
        "reception": "2026-11-02T16:30", "sentence_type": "determinate", "sentence_months": "10", "release": "2027-03-01",
        "nationality": "British", "flags": "ppo;iom", "made_up": "yes",
    }  # fmt: skip
    text = ",".join(names) + "\r\n" + ",".join(row.get(name, "") for name in names) + "\r\n"
    headers = {"Content-Disposition": "attachment; filename=people.csv"}
    return Response(text, mimetype="text/csv", headers=headers)
