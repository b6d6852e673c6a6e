"""A person's own pages beside the questions: number, language, what helps, who can help, paper, the lock, and the way out."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, abort, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from bot.store.errors import NotFound, SignInFailed, SignInLocked, StoreError
from bot.store.kiosk_types import ADJUSTMENTS, HANDED, PinLocked, PinWrong
from bot.store.prison_settings import usual_contacts
from bot.store.types import InterviewRow, Session
from bot.web import kiosk, locks, security
from bot.web.kept import worth_keeping
from bot.web.posted import read_form
from bot.web.state import web
from bot.web.talk import NotTaken
from bot.web.view import ALERT

pages = Blueprint("alone", __name__)

IN = "/interviews/<interview_id>"
# Where a button beside a question leads; what was typed and not sent is held meanwhile.
ASIDE = {
    "support": "alone.support", "adjust": "alone.adjust", "number": "alone.number", "answers": "interview.answers",
    "language": "together.language",
}  # fmt: skip
PAUSE = "pause"
# Words that were answered so are not put back into the box: they are urgent or private, and stand nowhere but where they belong.
HEARD_AND_ANSWERED = (ALERT, "utter_private_offer")
WRONG_SECRET = "That is not right. Try again."
NOT_OPEN = "It was wrong five times. Sign in again."
Page = str | Response | tuple[str, int]


def _own(interview_id: str) -> InterviewRow:
    """The interview of a person who is alone with it."""
    if kiosk.here() is None:
        abort(404)
    return web().store.interview(interview_id)


def _page(name: str, row: InterviewRow, **more: object) -> str:
    kiosk.settle(row)
    return render_template(
        f"kiosk/{name}.html", row=row, language=row.language, level=row.level, direction=kiosk.direction(row.language), **more
    )


# -- before the first question


@pages.get(f"{IN}/number")
def number(interview_id: str) -> str:
    """What the person calls themself by when they come back."""
    return _page("number", _own(interview_id))


@pages.get(f"{IN}/languages")
def languages(interview_id: str) -> str:
    """The languages by their own names."""
    return _page("language", _own(interview_id), languages=web().tongues.languages.values())


@pages.post(f"{IN}/languages")
def languages_posted(interview_id: str) -> Response:
    """Take the language."""
    _own(interview_id)
    wanted = request.form.get("language", "")
    if wanted in web().tongues.languages:
        session[locks.LANGUAGE] = wanted
        web().store.put_into(interview_id, security.signed_in().user.id, language=wanted)
    return redirect(url_for("alone.adjust", interview_id=interview_id), 303)


@pages.get(f"{IN}/adjust")
def adjust(interview_id: str) -> str:
    """What helps: each on its own."""
    row, access = _own(interview_id), kiosk.access_here()
    return _page(
        "adjust", row, chosen=access.adjust if access is not None else frozenset(), voice=web().tongues.speech.can(row.language),
        begun=web().store.state(interview_id).newest > 0,
    )  # fmt: skip


@pages.post(f"{IN}/adjust")
def adjust_posted(interview_id: str) -> Response:
    """Keep it."""
    _own(interview_id)
    wanted, access = set(request.form.getlist("adjust")), kiosk.access_here()
    if access is not None:
        web().store.adjust(access.id, frozenset(wanted & set(ADJUSTMENTS)))
    web().store.put_into(interview_id, security.signed_in().user.id, level="easy" if "easy" in wanted else "plain")
    return redirect(url_for("interview.show", interview_id=interview_id), 303)


# -- beside the questions


@pages.post(f"{IN}/aside")
def aside(interview_id: str) -> Page:
    """Go somewhere else for a moment: what is typed and not sent is held for when the person is back."""
    posted = read_form(request.form)
    if worth_keeping(posted, web().interview.by_id.get(posted.question or "")):
        web().kept.keep(security.token(), interview_id, posted)
    to = request.form.get("to", "")
    if to == "close":
        return close(interview_id)
    if to == "lock":
        return lock_now(interview_id)
    if to == "stop":
        try:
            after = web().talk.take(interview_id, replace(posted, do=PAUSE), security.speaker())
        except (NotTaken, StoreError):
            return _page("not_stopped", web().store.interview(interview_id)), 503
        if after.turn is not None and any(str(item.get("say")).startswith(HEARD_AND_ANSWERED) for item in after.turn.reply):
            web().kept.take(security.token(), interview_id)
    return redirect(url_for(ASIDE.get(to, "interview.show"), interview_id=interview_id), 303)


@pages.post(f"{IN}/on")
def go_on(interview_id: str) -> Response:
    """Open the private part on this screen."""
    found = security.signed_in()
    web().store.rests_at(security.token(), interview_id, found.idle_seconds, opened=True)
    return redirect(url_for("interview.show", interview_id=interview_id), 303)


@pages.post(f"{IN}/stay")
def stay(interview_id: str) -> tuple[str, int]:
    """Somebody is still there. That the request came is all there is to it."""
    return "", 204


@pages.post(f"{IN}/paper")
def paper(interview_id: str) -> Response:
    """Note that the person wants a paper copy."""
    _own(interview_id)
    web().store.ask_for_paper(interview_id)
    return redirect(url_for("interview.show", interview_id=interview_id), 303)


@pages.post(f"{IN}/close")
def close(interview_id: str) -> Response:
    """End the person's session, for whoever comes next; a worker's tablet is locked until the worker has it back."""
    _own(interview_id)
    access = kiosk.access_here()
    if access is not None and access.kind == HANDED:
        return lock_now(interview_id)
    kiosk.leave_words()
    web().store.end_session(security.token())
    session.clear()
    session[locks.AT_KIOSK] = True
    return redirect(url_for("kiosk.start"), 303)


@pages.post(f"{IN}/lock")
def lock_now(interview_id: str) -> Response:
    """Lock this screen."""
    web().store.lock_session(security.token())
    return redirect(url_for("alone.locked"), 303)


@pages.get(f"{IN}/support")
def support(interview_id: str) -> str:
    """Who can help, in the person's language and words."""
    row = web().store.interview(interview_id)
    return _page("support", row, contacts=kiosk.contacts(kiosk.settings_of(row).contacts, row.language, row.level))


@pages.get("/support")
def support_for_all() -> Page:
    """Who can help, for somebody who has not come in."""
    found = kiosk.here()
    if found is not None and not found.locked:
        return redirect(url_for("alone.support", interview_id=found.interview_id), 303)
    # On a locked screen it is still somebody's: their language, and whom their prison names.
    language, known = kiosk.language_of(found), usual_contacts()
    if found is not None and found.interview_id is not None:
        known = kiosk.settings_of(web().store.interview(found.interview_id)).contacts
    return render_template(
        "kiosk/support.html", row=None, language=language, level="plain", direction=kiosk.direction(language),
        contacts=kiosk.contacts(known, language, "plain"),
    )  # fmt: skip


# -- leaving at once


@pages.route("/away", methods=["GET", "POST"])
def away() -> Response | str:
    """A page that tells nothing; whatever session this browser had shows nothing more until its PIN or password is typed."""
    if g.signed_in is not None:
        web().store.lock_session(security.token())
    if request.method == "POST":
        return redirect(url_for("alone.away"), 303)
    return kiosk.nothing_told(kiosk.language_of(g.signed_in))


@pages.get("/locked")
def locked() -> Page:
    """The page of a locked screen."""
    found: Session | None = g.signed_in
    if found is None:
        return redirect(url_for("kiosk.start" if session.get(locks.AT_KIOSK) else "signing.sign_in"), 303)
    return _home(found) if not found.locked else _locked(found)


def _home(found: Session) -> Response:
    if found.interview_id is None and found.at_interview is None:
        return redirect(url_for("signing.front"), 303)
    return redirect(url_for("interview.show", interview_id=found.interview_id or found.at_interview), 303)


def _locked(found: Session, error: str = "") -> str:
    access = kiosk.access_here()
    handed = access is not None and access.kind == HANDED
    language, level = "en", "plain"
    if found.interview_id is not None:
        row = web().store.interview(found.interview_id)
        language, level = row.language, row.level
    # A worker who signs on has no password here: they sign on again, and are back at the interview.
    worker = web().store.user(access.issued_by) if access is not None and handed else found.user
    return render_template(
        "kiosk/locked.html", language=language, level=level, direction=kiosk.direction(language), error=error,
        handed=handed, person=access is not None and not handed, sign_on=web().settings.sign_on if worker.sign_on else None,
        has_password=not worker.sign_on, at=found.interview_id or found.at_interview,
    )  # fmt: skip


@pages.post("/locked")
def unlock() -> Page:
    """Open it again, or take the tablet back."""
    found: Session | None = g.signed_in
    if found is None:
        return locked()
    app, typed = web(), request.form.get("secret", "")
    language = app.store.interview(found.interview_id).language if found.interview_id is not None else "en"
    person = found.interview_id is not None
    back = request.form.get("do") == "back"
    try:
        if back:
            return _take_back(found, app.store.take_back(security.token(), typed))
        app.store.unlock_session(security.token(), typed)
    except (PinWrong, SignInFailed):
        access = kiosk.access_here()
        own = person and (access is None or access.kind != HANDED)
        return _locked(found, app.phrases.say("locked_wrong", language) if own else WRONG_SECRET), 422
    except (PinLocked, SignInLocked):
        return _shut(found)
    except NotFound:
        return locked()
    if found.interview_id is not None:
        kiosk.carry_on(app.store.interview(found.interview_id))
    return _home(found)


def _take_back(found: Session, token: str) -> Response:
    interview_id = str(found.interview_id)
    kiosk.enter(token)
    session.pop(locks.AT_KIOSK, None)
    flash("You have the tablet back. The person’s words are kept.")
    return redirect(url_for("interview.show", interview_id=interview_id), 303)


def _shut(found: Session) -> Response:
    """It was wrong five times: the session is over."""
    access = kiosk.access_here()
    language = kiosk.language_of(found)
    web().store.end_session(security.token())
    session.clear()
    if found.interview_id is None or (access is not None and access.kind == HANDED):
        flash(NOT_OPEN)
        return redirect(url_for("signing.sign_in"), 303)
    session[locks.AT_KIOSK] = True
    session[kiosk.LAST_LANGUAGE] = language
    return redirect(url_for("kiosk.shut"), 303)


@pages.post("/locked/leave")
def leave() -> Response:
    """This is somebody else: end the session, and begin at the beginning."""
    found: Session | None = g.signed_in
    at_kiosk = found is not None and found.interview_id is not None
    if at_kiosk:
        kiosk.leave_words()
    security.sign_out()
    if at_kiosk:
        session[locks.AT_KIOSK] = True
    return redirect(url_for("kiosk.start" if at_kiosk else "signing.sign_in"), 303)
