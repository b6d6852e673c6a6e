"""The interview's own pages: a question, stopped, finished, and the read-back."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from bot.interview.answers import InvalidAnswer
from bot.interview.definitions import EASY
from bot.interview.exchange import MOVED, NOT_NEEDED, UNHEARD
from bot.interview.path import Path
from bot.interview.understanding import has_box
from bot.language.languages import ENGLISH
from bot.store.types import COMPLETE, PAUSED, WORKER, InterviewState
from bot.web import kiosk, picturing, security
from bot.web.posted import PERSON, Posted, read_form
from bot.web.standing import staff_here
from bot.web.state import web
from bot.web.talk import NotTaken
from bot.web.view import HEARD, Asked, Screen
from bot.web.worker_side import WorkerSides, kept_words, said_to_person, words_by_question

pages = Blueprint("interview", __name__, url_prefix="/interviews/<interview_id>")

# The notice that words stand in the box.
WAITING = "words_waiting"
# Commands that leave the question open: what was typed beside them stays on the page.
STAYING = frozenset({"repeat", "person", "why", "help_me"})


@pages.get("")
def show(interview_id: str) -> str:
    """Where the interview is now."""
    app = web()
    held = app.kept.take(security.token(), interview_id)
    if held is None:
        return _page(interview_id)
    if app.store.interview(interview_id).state == PAUSED:
        # There is no box to put it into: it waits until the person carries on.
        app.kept.keep(security.token(), interview_id, held)
        return _page(interview_id)
    try:
        return _page(interview_id, held, notice="restored")
    except Exception:
        # They are shown when the page can be.
        app.kept.keep(security.token(), interview_id, held)
        raise


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
    picturing.follow(after)
    if posted.question is None and posted.words.strip() and (after.last[0] == UNHEARD or posted.do in STAYING):
        # Nothing was heard in words that went with a yes or no: they wait beside the question that comes next.
        return _page(interview_id, posted, notice=WAITING, fresh=True)
    if posted.typed and after.last == (MOVED, posted.question):
        return _page(interview_id, _beside_other(posted, after), notice=WAITING, fresh=True)
    said_to = app.talk.interview.by_id.get(posted.question or "")
    if posted.typed and after.last[0] == NOT_NEEDED and said_to is not None and not said_to.sensitive:
        return _page(interview_id, _to_no_question(posted), notice=WAITING, fresh=True)
    if posted.do in STAYING and posted.typed and after.last[1] == posted.question:
        return _page(interview_id, posted, fresh=True)
    return redirect(url_for("interview.show", interview_id=interview_id), 303)


@pages.get("/answers")
def answers(interview_id: str) -> str:
    """Everything that was answered so far, with a way to change each."""
    app = web()
    state = app.store.state(interview_id)
    path, row = app.talk.path(state), state.interview
    kiosk.settle(row)
    screen = app.views.screen(state, path)
    # A worker reads them in English too, with what was typed and what a machine made of it.
    other = app.tongues.of(row.language) if row.language != ENGLISH and staff_here() else None
    in_english = other is not None and request.args.get("words") == "english"
    words_of = {}
    if in_english:
        screen = replace(screen, language=ENGLISH, level="plain", direction="ltr")
        words_of = words_by_question(app.store.history(interview_id), app.tongues)
    return render_template(
        "answers.html", screen=screen, parts=app.views.read_back(path, screen.language, screen.level, state.in_passing),
        words_of=words_of,
        later=app.views.for_later(path, screen.language, screen.level), person_id=row.person_id, who=state.record.name,
        other=other, in_english=in_english,
    )  # fmt: skip


def _page(interview_id: str, posted: Posted | None = None, problem: str = "", notice: str = "", fresh: bool = False) -> str:
    """The page of an interview. ``posted`` is put back into the form; ``fresh`` gives it a new turn."""
    app = web()
    state = kiosk.in_mode(app.store.state(interview_id))
    path = app.talk.path(state)
    if posted is not None and (fresh or notice == "restored"):
        posted = posted.again()
    screen = app.views.screen(state, path, posted)
    said = posted.words if posted is not None and posted.question is None else ""
    if screen.kind == HEARD and (said.strip() or (screen.level != EASY and app.talk.may_go_on(state))):
        # Easy read keeps to one thing a page; but what was typed is not lost for it.
        screen = replace(screen, going_on=said)
    elif said.strip() and posted is not None and screen.question is not None and _can_wait(screen.question):
        asked_now = screen.question
        # What is there already, where an answer is being changed, stays.
        chosen = tuple(option.id for option in asked_now.options if option.chosen)
        text = f"{asked_now.text}\n{said}".strip()
        posted = replace(posted, question=asked_now.id, options=chosen, text=text, more=asked_now.more)
        screen = app.views.screen(state, path, posted)
    elif said.strip() and notice == WAITING:
        notice = ""
    asked = screen.question.id if screen.question is not None else None
    if notice == "restored" and screen.going_on is None and (asked is None or posted is None or posted.question != asked):
        signed_out = session.pop(security.SIGNED_OUT, False)
        notice = "restored_not"
        if posted is not None and (posted.question or "") in path and not signed_out:
            # They wait until their question is on the page again.
            app.kept.keep(security.token(), interview_id, posted)
            notice = ""
        screen = app.views.screen(state, path)
    asked_for_person = posted is not None and posted.do == PERSON
    not_taken = ("not_taken_person" if asked_for_person else "not_taken_why") if notice == "not_taken" else ""
    instead = kiosk.instead(screen, state, path, not_taken)
    if instead is not None:
        return instead
    return render_template(
        "interview.html",
        screen=screen,
        problem=problem,
        notice=WAITING if notice == "restored" and not session.pop(security.SIGNED_OUT, False) else notice,
        not_taken=not_taken,
        # So that nobody answers for somebody else; not beside a private question.
        who="" if screen.question is not None and screen.question.sensitive else state.record.name,
        person_id=state.interview.person_id,
        **_beside(state, path, screen),
    )


def _beside_other(posted: Posted, after: InterviewState) -> Posted:
    """What was put in, with what another screen has written down meanwhile: neither takes the other away."""
    there = after.answers.get(posted.question or "")
    if there is None or not there.given:
        return posted
    text, more = (_joined(before, now) for before, now in ((there.text, posted.text), (there.more, posted.more)))
    return replace(posted, options=posted.options or there.options, text=text, more=more)


def _to_no_question(posted: Posted) -> Posted:
    """What was typed to a question that is not asked any more, as words to none."""
    words = _joined(posted.more, posted.words, posted.text)
    return replace(posted, question=None, options=(), words=words, text="", more="", parts={})


def _joined(*texts: str) -> str:
    return "\n".join(dict.fromkeys(text for text in (text.strip() for text in texts) if text))


def _can_wait(asked: Asked) -> bool:
    return has_box(web().talk.interview.by_id[asked.id]) and (asked.takes_words or asked.kind == "text")


def _beside(state: InterviewState, path: Path, screen: Screen) -> dict[str, object]:
    """What goes beside the question: the worker's side, what a worker said, and that words could not be put into English."""
    app, row = web(), state.interview
    with_worker = staff_here() and (row.mode == WORKER or row.state == COMPLETE)
    if row.language == ENGLISH and not with_worker:
        return {}
    if with_worker:
        notes = app.store.notes_of(row.id)
        written = app.store.written_by(row.id, state.turn.turn_id) if state.turn is not None else []
        side = WorkerSides(app.views, app.tongues).side(state, path, screen, written, notes)
    else:
        written, notes = app.store.beside_turn(row.id, state.turn.turn_id, state.turn.at) if state.turn is not None else ([], [])
        side = None
    return {"side": side, "said": said_to_person(notes, state, app.tongues), "kept_words": kept_words(written, notes, state)}
