"""The JSON API of cases: lists, one case, steps, consents and alerts. Described at /api/openapi.json (openapi_cases.yml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from bot.interview.answers import clean
from bot.plan.life import NotAllowed
from bot.store.errors import BadInput, ChangedMeanwhile
from bot.web import access, errors
from bot.web.case_json import alert_json, case_json, item_json, line_json
from bot.web.case_words import sentence
from bot.web.fields import place_in
from bot.web.pages.cases import read_query
from bot.web.state import web
from bot.web.step_forms import STEPS

api = Blueprint("api_cases", __name__, url_prefix="/api")

Answer = Response | tuple[Response | str, int]
MOST = 200
CHANGED = "Somebody took a step on this meanwhile; nothing was written. Read the case again."
# What a step may be given; days are ISO.
WORDS = ("what", "on", "who", "service", "how", "follow_up_by", "outcome", "why", "reason", "note", "due", "level", "words")
OWNER = ("role", "label", "name")


def body() -> dict[str, Any]:
    """The posted JSON object."""
    if not request.is_json:
        abort(415)
    try:
        found = request.get_json(silent=True)
    except RecursionError:
        # Brackets within brackets, thousands of them.
        abort(400)
    if not isinstance(found, dict):
        abort(400)
    return found


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return clean(value) if isinstance(value, str) else ""


def _window() -> tuple[int, int]:
    limit = min(max(1, request.args.get("limit", 50, type=int)), MOST)
    return limit, place_in(request.args, "offset", 0)


@api.get("/cases")
def cases() -> Answer:
    """Active plans, those with the earliest date first."""
    return _cases(request.args, "", *_window())


@api.post("/cases/search")
def search() -> Answer:
    """The plans of people whose name or number holds some words."""
    data = body()
    wanted = {name: value for name, value in data.items() if isinstance(value, str)}
    return _cases(wanted, _text(data, "search")[:200], MOST, 0)


def _cases(wanted: Mapping[str, str], words: str, limit: int, offset: int) -> Answer:
    query = read_query(wanted, words)
    lines = web().casework.case_list(query, limit, offset)
    return jsonify({"counts": asdict(web().casework.counts(query)), "cases": [line_json(line) for line in lines]})


@api.get("/cases/due")
def due() -> Answer:
    """What is due: items and follow-ups, the earliest first."""
    limit, offset = _window()
    lines = web().casework.due_list(read_query(request.args), limit, offset)
    return jsonify({"due": [line_json(line) for line in lines]})


@api.get("/people/<person_id>/case")
def case(person_id: str) -> Answer:
    """One person's case, as far as whoever asks may see it."""
    return jsonify(case_json(access.case_of(person_id), access.sees_private()))


@api.post("/people/<person_id>/items")
def add(person_id: str) -> Answer:
    """Put an activity of the menu on the plan, with a reason."""
    data = body()
    activity = access.activity_of(_text(data, "activity"))
    if activity is None:
        return errors.answer(422, "The item cannot be added.", fields={"activity": "is not one of the menu"})
    item_id = web().casework.add_item(person_id, activity.id, _text(data, "reason"), access.by())
    return _item(person_id, item_id, 201)


@api.post("/people/<person_id>/items/<item_id>/steps")
def step(person_id: str, item_id: str) -> Answer:
    """Take a step on an item."""
    data = body()
    item = access.item_of(access.case_of(person_id, ""), item_id)
    name, seen = _text(data, "step"), data.get("seen")
    if name not in STEPS:
        return errors.answer(422, "The step cannot be taken.", fields={"step": f"is not one of {', '.join(STEPS)}"})
    if not isinstance(seen, int) or isinstance(seen, bool):
        return errors.answer(422, "The step cannot be taken.", fields={"seen": "is missing; give that of the item as you read it"})
    given: dict[str, Any] = {word: _text(data, word) for word in WORDS if _text(data, word)}
    owner = data.get("owner")
    if isinstance(owner, dict):
        given["owner"] = {key: _text(owner, key) or None for key in OWNER} | {"with": item.owner.get("with") or [], "decide": False}
    web().casework.step(person_id, item.id, name, access.by(), seen, **given)
    return _item(person_id, item_id, 200)


@api.post("/people/<person_id>/items/<item_id>/look")
def look(person_id: str, item_id: str) -> Answer:
    """Take over what changed answers say to an item (``accept``), or leave it as it is."""
    data = body()
    item = access.item_of(access.case_of(person_id, ""), item_id)
    seen = data.get("seen")
    if not isinstance(seen, int) or isinstance(seen, bool) or not isinstance(data.get("accept"), bool):
        return errors.answer(422, "Say which.", fields={"seen": "a number", "accept": "true or false"})
    web().casework.look(person_id, item.id, access.by(), seen, data["accept"])
    return _item(person_id, item_id, 200)


def _item(person_id: str, item_id: str, status: int) -> Answer:
    found = access.item_of(access.case_of(person_id, ""), item_id)
    return jsonify(item_json(found)), status


@api.post("/people/<person_id>/consents")
def consent(person_id: str) -> Answer:
    """Note that a consent was given or taken back."""
    data = body()
    seen = access.case_of(person_id, "")
    view = next((view for view in seen.consent_views if view.rule.id == data.get("consent")), None)
    if view is None or not isinstance(data.get("given"), bool):
        fields = {"consent": "one of the case", "given": "true or false"}
        return errors.answer(422, "The consent cannot be noted.", fields=fields)
    change = web().casework.give_consent if data["given"] else web().casework.withdraw_consent
    change(person_id, view.rule.id, access.by(), _text(data, "service") or None, _text(data, "note"))
    shown = case_json(access.case_of(person_id, ""), access.sees_private())
    return jsonify({"consents": shown["consents"]})


@api.get("/alerts")
def alerts() -> Answer:
    """Every open alert, the oldest first."""
    found = web().casework.open_alerts(access.prisons())
    web().store.audit(access.by(), "alerts seen", *(alert.id for alert in found[:20]))
    return jsonify({"alerts": [alert_json(alert, access.sees_detail(alert)) for alert in found]})


@api.post("/alerts/<alert_id>/acknowledge")
def acknowledge(alert_id: str) -> Answer:
    """Note who acts on an alert. The first one counts: the answer says who it was."""
    row = web().casework.acknowledge(alert_id, access.by(), _text(body(), "note"))
    return jsonify(alert_json(row, access.sees_detail(row)))


@api.errorhandler(ChangedMeanwhile)
def changed(_: ChangedMeanwhile) -> Answer:
    """Somebody was faster."""
    return errors.answer(409, CHANGED, code="changed")


@api.errorhandler(NotAllowed)
@api.errorhandler(BadInput)
def refused(error: Exception) -> Answer:
    """What cannot be done, in one line with the mend."""
    return errors.answer(422, sentence(error))
