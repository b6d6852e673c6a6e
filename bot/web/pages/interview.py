"""The interview's own pages: a question, stopped, finished, and the read-back."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.interview.answers import InvalidAnswer
from bot.web import security
from bot.web.posted import PERSON, Posted, read_form
from bot.web.state import web
from bot.web.talk import NotTaken

pages = Blueprint("interview", __name__, url_prefix="/interviews/<interview_id>")

# Commands that leave the question open: what was typed beside them stays on the page.
STAYING = frozenset({"repeat", "person", "why", "help_me"})


@pages.get("")
def show(interview_id: str) -> str:
    """Where the interview is now."""
    held = web().kept.take(security.token(), interview_id)
    return _page(interview_id) if held is None else _page(interview_id, held, notice="restored")


@pages.get("/turns")
def back_to_show(interview_id: str) -> Response:
    """A page that was posted and is loaded again."""
    return redirect(url_for("interview.show", interview_id=interview_id), 303)


@pages.post("/turns")
def take(interview_id: str) -> Response | str | tuple[str, int]:
    """Take one turn."""
    posted = read_form(request.form)
    app = web()
    try:
        after = app.talk.take(interview_id, posted, security.speaker())
    except InvalidAnswer as error:
        row = app.store.interview(interview_id)
        problem = app.views.wording.say(f"utter_{error.reason}", row.language, row.level, **error.facts)
        return _page(interview_id, posted, problem=problem), 422
    except NotTaken:
        return _page(interview_id, posted, notice="not_taken"), 503
    if posted.do in STAYING and posted.typed and after.last[1] == posted.question:
        return _page(interview_id, posted, fresh=True)
    return redirect(url_for("interview.show", interview_id=interview_id), 303)


@pages.get("/answers")
def answers(interview_id: str) -> str:
    """Everything that was answered so far, with a way to change each."""
    app = web()
    state = app.store.state(interview_id)
    path, row = app.talk.path(state), state.interview
    return render_template(
        "answers.html", screen=app.views.screen(state, path), parts=app.views.read_back(path, row.language, row.level),
        later=app.views.for_later(path, row.language, row.level), person_id=row.person_id, who=state.record.name,
    )  # fmt: skip


def _page(interview_id: str, posted: Posted | None = None, problem: str = "", notice: str = "", fresh: bool = False) -> str:
    """The page of an interview. ``posted`` is put back into the form; ``fresh`` gives it a new turn."""
    app = web()
    state = app.store.state(interview_id)
    path = app.talk.path(state)
    if posted is not None and (fresh or notice == "restored"):
        posted = posted.again()
    screen = app.views.screen(state, path, posted)
    if notice == "restored" and (screen.question is None or posted is None or posted.question != screen.question.id):
        notice = "restored_not"
        screen = app.views.screen(state, path)
    return render_template(
        "interview.html",
        screen=screen,
        problem=problem,
        notice=notice,
        asked_for_person=posted is not None and posted.do == PERSON,
        # So that nobody answers for somebody else; not beside a private question.
        who="" if screen.question is not None and screen.question.sensitive else state.record.name,
        person_id=state.interview.person_id,
    )
