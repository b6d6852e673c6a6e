"""The JSON API: the same turns and the same views as the pages. Described at /api/openapi.json."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml
from flask import Blueprint, Response, jsonify, request
from flask_wtf.csrf import generate_csrf  # type: ignore[import-untyped]

from bot.interview.answers import InvalidAnswer, clean
from bot.interview.exchange import UNHEARD
from bot.interview.record import RecordError, read_record
from bot.store.errors import SignInFailed
from bot.store.people import NOT_YOURS
from bot.store.types import FIRST, INTERVIEW_KINDS, MODES, WORKER, InterviewRow, InterviewState, Person
from bot.web import access, errors, security
from bot.web.api_cases import body
from bot.web.fields import place_in
from bot.web.posted import NOT_NOW_BUTTONS, TOOLS, read_json
from bot.web.state import web
from bot.web.talk import NotTaken

api = Blueprint("api", __name__, url_prefix="/api")

Answer = Response | tuple[Response | str, int]
DESCRIPTION = Path(__file__).with_name("openapi.yml")
CASES = Path(__file__).with_name("openapi_cases.yml")
LEVELS = ("plain", "easy")
MOST_PEOPLE = 200
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?")


@api.get("/openapi.json")
def openapi() -> Response:
    """The description of this API."""
    whole, cases = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in (DESCRIPTION, CASES))
    whole["tags"] += cases["tags"]
    whole["paths"] |= cases["paths"]
    for name, entries in cases["components"].items():
        whole["components"][name] |= entries
    return jsonify(whole)


@api.post("/sign-in")
def sign_in() -> Answer:
    """Sign in: sets the cookie and gives the token that every other POST carries in the header X-CSRFToken."""
    given = body()
    try:
        user = security.sign_in(str(given.get("username") or ""), str(given.get("password") or ""))
    except SignInFailed as error:
        return errors.answer(401, str(error))
    return jsonify({"csrf": generate_csrf(), "user": {"id": user.id, "name": user.display_name, "roles": list(user.roles)}})


@api.post("/sign-out")
def sign_out() -> Answer:
    """Sign out."""
    security.sign_out()
    return jsonify({})


@api.get("/people")
def people() -> Answer:
    """People by name."""
    limit = min(max(1, request.args.get("limit", 50, type=int)), MOST_PEOPLE)
    return _people("", limit, place_in(request.args, "offset", 0))


@api.post("/people/search")
def search() -> Answer:
    """The people whose name or number holds some words, which never are part of an address."""
    return _people(clean(str(body().get("search") or "")[:200]), MOST_PEOPLE, 0)


def _people(search: str, limit: int, offset: int) -> Answer:
    store = web().store
    found = store.people(access.prisons(), search or None, limit=limit, offset=offset)
    count = store.count_people(access.prisons(), search or None)
    return jsonify({"count": count, "people": [_person(person) for person in found]})


@api.get("/people/<person_id>")
def person(person_id: str) -> Answer:
    """One person and their record."""
    found = web().store.person(person_id)
    web().store.audit(access.by(), "record seen", person_id)
    return jsonify({**_person(found), "record": found.record.to_json()})


def _person(found: Person) -> dict[str, Any]:
    interviews = [_interview(row) for row in web().store.interviews_of(found.id)]
    return {
        "id": found.id,
        "prison_number": found.prison_number,
        "name": found.name,
        "prison": found.prison,
        "release": found.release.isoformat() if found.release else None,
        "made_up": found.made_up,
        "interviews": interviews,
    }


def _interview(row: InterviewRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "person": row.person_id,
        "kind": row.kind,
        "mode": row.mode,
        "language": row.language,
        "level": row.level,
        "state": row.state,
        "started_at": row.started_at.isoformat(),
        "updated_at": row.updated_at.isoformat(),
        "completed_at": row.completed_at.isoformat() if row.completed_at else None,
    }


@api.post("/people")
def add_person() -> Answer:
    """Add a person by their record."""
    try:
        record = read_record({name: clean(value) if isinstance(value, str) else value for name, value in body().items()})
        if not access.here([record.prison]):
            raise RecordError({"prison": NOT_YOURS})
    except RecordError as error:
        return errors.answer(422, "The record cannot be used.", fields=error.problems)
    added = web().store.add_person(record, security.signed_in().user.id)
    return jsonify(_person(added)), 201


@api.post("/interviews")
def start() -> Answer:
    """Start an interview with a person."""
    given = body()
    wanted = {"kind": given.get("kind", FIRST), "level": given.get("level", "plain"), "mode": given.get("mode", WORKER)}
    allowed: dict[str, tuple[str, ...]] = {"kind": INTERVIEW_KINDS, "level": LEVELS, "mode": MODES}
    language = given.get("language", "en")
    problems = {name: f"is not one of {', '.join(allowed[name])}" for name, value in wanted.items() if value not in allowed[name]}
    if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
        problems["language"] = "is not a language code such as en"
    if not isinstance(given.get("person"), str):
        problems["person"] = "is missing; give the id of a person"
    if problems:
        return errors.answer(422, "The interview cannot be started.", fields=problems)
    row = web().talk.start(access.own_person(given["person"]), speaker=security.speaker(), language=language, **wanted)
    return jsonify(_state(row.id)), 201


@api.get("/interviews/<interview_id>")
def interview(interview_id: str) -> Answer:
    """Where an interview is now."""
    return jsonify(_state(interview_id))


@api.post("/interviews/<interview_id>/turns")
def take(interview_id: str) -> Answer:
    """Take one turn; where the interview is after it."""
    posted = read_json(body())
    app = web()
    try:
        state = app.talk.take(interview_id, posted, security.speaker())
    except InvalidAnswer as error:
        row = app.store.interview(interview_id)
        text = app.views.wording.say(f"utter_{error.reason}", row.language, row.level, **error.facts)
        return errors.answer(422, text, reason=error.reason)
    except NotTaken:
        row = app.store.interview(interview_id)
        return errors.answer(503, app.phrases.say("not_taken", row.language, row.level) + ".", turn=posted.turn)
    return jsonify(_shown(state))


def _state(interview_id: str) -> dict[str, Any]:
    return _shown(web().store.state(interview_id))


def _shown(state: InterviewState) -> dict[str, Any]:
    app = web()
    path, row = app.talk.path(state), state.interview
    screen = app.views.screen(state, path)
    shown = asdict(screen)
    wording = app.views.wording
    return {
        "interview": _interview(row),
        "screen": screen.kind,
        "complete": path.next() is None,
        "turn": screen.turn,
        "seen": screen.seen,
        "asks": screen.asks,
        "direction": screen.direction,
        "section": {"title": screen.section, "intro": screen.intro},
        "question": shown["question"],
        "progress": shown["progress"],
        "replies": shown["replies"],
        "commands": {name: wording.command(name, row.language, row.level) for name in (*NOT_NOW_BUTTONS, *TOOLS)},
        "read_back": [asdict(part) for part in app.views.read_back(path, row.language, row.level, state.in_passing)],
        "unheard": state.last[0] == UNHEARD,
        "later": [asdict(line) for line in app.views.for_later(path, row.language, row.level)],
    }
