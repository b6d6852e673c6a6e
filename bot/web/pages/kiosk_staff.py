"""What a worker does for somebody who answers alone: codes, the tablet, and what was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.actions.situation import PRISON_TIME
from bot.casework.proposing import of_this_stay
from bot.interview.definitions import PLAIN
from bot.language.dates import day_in, time_in
from bot.language.languages import ENGLISH
from bot.store.kiosk import CODE_HOURS
from bot.store.kiosk_types import CODE, Access, PinRefused, Request, in_groups
from bot.store.types import COMPLETE, FIRST, KIOSK, PRERELEASE, InterviewRow
from bot.web import access, kiosk, security
from bot.web.state import web

pages = Blueprint("kiosk_staff", __name__)

NEW = "new"
PIN_WORDS = {
    "form": "Use 4, 5 or 6 figures",
    "easy": "That PIN is guessed at once. Choose one that is not like 1234 or 0000",
}


@dataclass(frozen=True, slots=True)
class Alone:
    """What the person's page says of answering alone: the newest way in, what it is called, what was asked for, what is open.

    ``open`` is of this stay in prison. The way in may be of an earlier one: it can still be stopped. ``can_stop``: one of
    them opens something, the newest or another.
    """

    newest: Access | None
    state: str
    requests: tuple[Request, ...]
    open: InterviewRow | None
    can_stop: bool


def alone_of(person_id: str) -> Alone:
    """For the person's page; ``person_id`` has passed the gate."""
    store = web().store
    rows = store.interviews_of(person_id)
    ids = [row.id for row in rows]
    ways = [each for each in store.accesses(ids) if each.kind == CODE]
    newest, states = (ways[0] if ways else None), [each.state(store.clock()) for each in ways]
    asked = tuple(each for each in store.requests(ids) if each.done_at is None)
    begun = _unfinished(of_this_stay(store.person(person_id).record, rows))
    return Alone(newest, states[0] if states else "", asked, begun, not {"waiting", "used"}.isdisjoint(states))


def _unfinished(rows: list[InterviewRow]) -> InterviewRow | None:
    return next((row for row in rows if row.state != COMPLETE), None)


@pages.post("/people/<person_id>/kiosk-codes")
def issue(person_id: str) -> str:
    """Issue a code for the interview of this stay that is open, or for a new one. It is on this answer only, and never again."""
    app = web()
    person = app.store.person(person_id)
    before = app.store.interviews_of(person_id)
    rows = of_this_stay(person.record, before)
    row = _unfinished(rows)
    if row is None or request.form.get("which") == NEW:
        kind, (language, level) = PRERELEASE if rows else FIRST, words_before(before)
        row = app.talk.start(person_id, kind, level, security.speaker(), language=language, mode=KIOSK)
    issued, code = app.store.issue_code(row.id, access.by())
    return render_template(
        "kiosk/issued.html", person=person, row=row, code=in_groups(code), hours=CODE_HOURS,
        until=_moment_in(issued.expires_at, row.language), direction_of=kiosk.direction,
    )  # fmt: skip


def words_before(rows: list[InterviewRow]) -> tuple[str, str]:
    """The language and the level of somebody's newest interview, for the next one; plain English where there is none."""
    return (rows[0].language, rows[0].level) if rows else (ENGLISH, PLAIN)


def _moment_in(moment: datetime, language: str) -> str:
    """A moment by the prison's clock, for the slip that the person reads."""
    here = moment.astimezone(PRISON_TIME)
    return f"{day_in(here, language)}, {time_in(here, language)}"


@pages.get("/people/<person_id>/kiosk-codes")
def back_to_person(person_id: str) -> Response:
    """The page with a code that is loaded again: the code is not shown twice."""
    return redirect(url_for("people.show", person_id=person_id, _anchor="alone"), 303)


@pages.post("/people/<person_id>/kiosk-codes/stop")
def stop(person_id: str) -> Response:
    """Stop every code and PIN of a person: there may be a PIN of before beside the newest code."""
    if alone_of(person_id).newest is not None:
        web().store.revoke_all(person_id, access.by())
        flash("Every code and PIN of this person is stopped. Whoever was in is out; the answers are kept.")
    return back_to_person(person_id)


@pages.post("/people/<person_id>/kiosk-requests")
def done(person_id: str) -> Response:
    """Note that a worker has seen to what was asked for."""
    wanted = request.form.get("request", "")
    if wanted not in {each.id for each in alone_of(person_id).requests}:
        abort(404)
    web().store.request_done(wanted, access.by())
    flash("Noted as done.")
    return back_to_person(person_id)


@pages.get("/interviews/<interview_id>/tablet")
def tablet(interview_id: str) -> str:
    """Before a worker hands the tablet over: a PIN to take it back with."""
    return _tablet(interview_id)


def _tablet(interview_id: str, error: str = "") -> str:
    row = web().store.interview(interview_id)
    return render_template("kiosk/hand_over.html", row=row, person=web().store.person(row.person_id), error=error)


@pages.post("/interviews/<interview_id>/tablet")
def tablet_posted(interview_id: str) -> Response | tuple[str, int]:
    """Hand the tablet to the person: the worker's session ends here, and the person's begins."""
    app = web()
    try:
        token = app.store.hand_over(security.token(), interview_id, request.form.get("pin", ""), access.by())
    except PinRefused as error:
        return _tablet(interview_id, PIN_WORDS[error.why]), 422
    kiosk.enter(token)
    kiosk.carry_on(app.store.put_into(interview_id, app.store.kiosk_user(), mode=KIOSK))
    return redirect(url_for("alone.number", interview_id=interview_id), 303)
