"""What goes with an interview's page: language and words, reading aloud, notes, words to the person, hand-over, review."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.interview.answers import clean
from bot.interview.definitions import LATER, LEVELS, SKIPPED
from bot.interview.path import Step
from bot.language.languages import ENGLISH
from bot.language.speech import NORMAL, SPEEDS
from bot.store.errors import BadInput, NotFound
from bot.store.notes import HANDED_OVER, LONGEST, NOTE, OBSERVATION, SAID, WORDS
from bot.store.types import WORKER, User
from bot.web import access, kiosk, picturing, security
from bot.web.posted import new_turn, read_form
from bot.web.standing import staff_here
from bot.web.state import web
from bot.web.talk import NotTaken
from bot.web.view import Row
from bot.web.worker_side import both

pages = Blueprint("together", __name__, url_prefix="/interviews/<interview_id>")

SPEED = "speed"
EMPTY_NOTE = "Write something first"
TOO_LONG = f"This is longer than {LONGEST} characters; shorten it"


def staff_only() -> None:
    """A page that was handed to a person, or a kiosk, has no worker's side."""
    if not staff_here():
        abort(403)


def speed() -> str:
    """How fast this browser reads aloud."""
    found = session.get(SPEED)
    return found if isinstance(found, str) and found in SPEEDS else NORMAL


def sound(text: str, language: str) -> str | None:
    """The name of the sound of a fixed text, for a page; None where there is no voice for its language here."""
    return web().tongues.speech.name(text, language, speed())


def sound_of_answer(text: str, language: str) -> str | None:
    """The name of the sound of something a person said: made only when it is tapped, and never kept."""
    return web().tongues.speech.name(text, language, speed(), fixed=False)


# -- language, words and reading aloud: for the person too


@pages.get("/language")
def language(interview_id: str) -> str:
    """The languages by their own names, the words, and how fast to read."""
    row, tongues = web().store.interview(interview_id), web().tongues
    if kiosk.here() is not None:
        kiosk.settle(row)
    return render_template(
        "language.html", row=row, languages=tongues.languages.values(), mine=tongues.of(row.language),
        speed=speed(), voice=tongues.speech.can(row.language), pictures=picturing.chosen(interview_id),
    )  # fmt: skip


@pages.post("/language")
def language_posted(interview_id: str) -> AnyResponse:
    """Change them. What is not in the lists stays as it was. The answers do not change."""
    wanted, level = request.form.get("language"), request.form.get("level")
    app = web()
    app.store.put_into(
        interview_id,
        access.by(),
        language=wanted if wanted in app.tongues.languages else None,
        level=level if level in LEVELS else None,
    )
    picturing.choose(interview_id, request.form.get("pictures") == "on")
    if request.form.get(SPEED) in SPEEDS:
        session[SPEED] = request.form[SPEED]
    return redirect(url_for("interview.show", interview_id=interview_id), 303)


@pages.get("/sound/<name>")
def play(interview_id: str, name: str) -> Response:
    """The sound of a text that a page of this start has named. Nothing tells what it is."""
    made = web().tongues.speech.sound(name)
    if made is None:
        abort(404)
    return Response(made, mimetype="audio/wav")


@pages.get("/newest")
def newest(interview_id: str) -> Response:
    """The number of the newest answer and turn, so that a page can say that it is not the newest any more."""
    state = web().store.state(interview_id)
    return jsonify(seen=state.newest, turn=state.turn.turn_id if state.turn is not None else "")


# -- the worker's side


@pages.post("/notes")
def note(interview_id: str) -> AnyResponse:
    """Keep a note of the interview: no answer, and for staff only."""
    staff_only()
    kind = OBSERVATION if request.form.get("kind") == OBSERVATION else NOTE
    text = clean(request.form.get("note", ""))
    if not text or len(text) > LONGEST:
        flash(TOO_LONG if text else EMPTY_NOTE)
    else:
        web().store.add_note(interview_id, kind, text, access.by(), _open_question(interview_id))
        flash("The note is kept.")
    return redirect(url_for("interview.show", interview_id=interview_id, _anchor="notes"), 303)


@pages.post("/said")
def say(interview_id: str) -> AnyResponse:
    """Show the person what the worker typed, in both languages."""
    staff_only()
    app, text = web(), clean(request.form.get("said", ""))
    language = app.store.interview(interview_id).language
    if not text or len(text) > LONGEST:
        flash(TOO_LONG if text else EMPTY_NOTE)
    else:
        # Before the note is written: a slow machine holds nobody up, and the words are kept whatever comes of it.
        made = app.tongues.translate(text, ENGLISH, language).to_json() if language != ENGLISH else {}
        app.store.add_note(interview_id, SAID, text, access.by(), _open_question(interview_id), made)
    return redirect(url_for("interview.show", interview_id=interview_id), 303)


def _open_question(interview_id: str) -> str | None:
    """The question that is open; a private one is not named beside a note."""
    state = web().store.state(interview_id)
    step = web().talk.path(state).next(state.interview.focus)
    return step.question.id if step is not None and not step.question.sensitive else None


# -- hand-over


def others() -> list[User]:
    """The users an interview can be handed to."""
    return [user for user in access.workers() if user.id != access.by()]


@pages.post("/hand-over")
def hand_over(interview_id: str) -> AnyResponse:
    """Hand an interview to another worker: both see it, and why."""
    staff_only()
    app = web()
    to, why = request.form.get("to", ""), clean(request.form.get("why", ""))[:LONGEST]
    person_id = app.store.interview(interview_id).person_id
    if to not in {user.id for user in others()}:
        flash("Choose who takes the interview over.")
    else:
        try:
            app.store.add_note(interview_id, HANDED_OVER, why, access.by(), to_user=to)
            flash(f"The interview is handed over to {access.names().get(to, 'them')}.")
        except (BadInput, NotFound) as error:
            flash(str(error))
    return redirect(url_for("people.show", person_id=person_id, _anchor="interviews"), 303)


# -- review


@pages.get("/review")
def review(interview_id: str, trouble: str = "") -> str:
    """What a person skipped, put off, or asked a person for, when they answered by themselves."""
    staff_only()
    app = web()
    state = app.store.state(interview_id)
    path, notes, row = app.talk.path(state), app.store.notes_of(interview_id), state.interview
    asked, strange = app.store.asked_for_person(interview_id), app.store.needing_interpreter(interview_id)
    app.store.audit(access.by(), "interview reviewed", interview_id, row.person_id)

    def rows(chosen: Callable[[Step], bool]) -> tuple[Row, ...]:
        return app.views.rows_of([step for step in path.steps if step.askable and chosen(step)], path)

    return render_template(
        "review.html", row=row, person=app.store.person(row.person_id), seen=state.newest, turn=new_turn(), trouble=trouble,
        skipped=rows(lambda step: step.answer is not None and step.answer.state == SKIPPED),
        later=rows(lambda step: step.answer is not None and step.answer.state == LATER),
        waiting=app.views.rows_of(path.waiting(), path),
        person_asked=rows(lambda step: step.question.id in asked), asked_between=None in asked,
        interpreter=rows(lambda step: step.question.id in strange),
        unread=[both(note.text, row.language, note.translation, app.tongues) for note in notes if note.kind == WORDS],
    )  # fmt: skip


@pages.post("/review/open")
def go_on_here(interview_id: str) -> AnyResponse:
    """Go on with a worker there in what a person finished alone: what only a worker asks, and what waited for privacy, is open."""
    staff_only()
    web().store.put_into(interview_id, access.by(), mode=WORKER)
    return redirect(url_for("interview.show", interview_id=interview_id), 303)


@pages.post("/review")
def ask_now(interview_id: str) -> AnyResponse | tuple[str, int]:
    """Go and ask one of them, with the worker there."""
    staff_only()
    app, posted = web(), read_form(request.form)
    try:
        app.talk.take(interview_id, posted, security.speaker())
    except NotTaken:
        return review(interview_id, "The question could not be opened just now. Try again."), 503
    app.store.put_into(interview_id, access.by(), mode=WORKER)
    return redirect(url_for("interview.show", interview_id=interview_id), 303)
