"""The way in at a kiosk: a code and a new PIN, or a number and the PIN. Nobody is signed in here."""

from __future__ import annotations

from flask import Blueprint, g, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from bot.store.errors import NotFound, SignInLocked
from bot.store.kiosk_types import Access, CodeRefused, PinLocked, PinOld, PinRefused, PinWrong
from bot.store.types import KIOSK, Session
from bot.web import kiosk, security
from bot.web.locks import ENDED, IN_USE, LANGUAGE
from bot.web.state import web

pages = Blueprint("kiosk", __name__, url_prefix="/kiosk")

# The code that was typed at this browser and when, until it has a PIN; signed in the cookie, so that nobody can name another.
OPENING = "waits_for_pin"
# So long a code waits for its PIN: whoever comes to a shared screen next must not choose it. The code is not used up by that.
OPENING_SECONDS = 300
Page = str | Response | tuple[str, int]


def _say(name: str) -> str:
    return web().phrases.say(name, kiosk.language_here())


def _page(name: str, **more: object) -> str:
    language = session.get(kiosk.LAST_LANGUAGE) or kiosk.language_here()
    return render_template(f"kiosk/{name}.html", language=language, level="plain", direction=kiosk.direction(language), **more)


def _many() -> str:
    """Why nothing is tried just now; "" if it may be."""
    try:
        web().store.refuse_many("kiosk", request.remote_addr or "")
    except SignInLocked:
        return _say("kiosk_too_many")
    return ""


def _count() -> None:
    web().store.count_try("kiosk", request.remote_addr or "")


@pages.get("")
def start() -> Page:
    """The first page: for a code. Somebody who is in already goes on."""
    found: Session | None = g.signed_in
    if found is not None and found.interview_id is not None:
        return redirect(url_for("interview.show", interview_id=found.interview_id), 303)
    session.pop(OPENING, None)
    session.pop(kiosk.LAST_LANGUAGE, None)
    session.pop(IN_USE, None)
    return _start(ended=bool(session.pop(ENDED, False)))


def _start(typed: str = "", error: str = "", ended: bool = False) -> str:
    return _page("start", typed=typed, error=error, ended=ended, languages=web().tongues.languages.values())


@pages.post("/language")
def language() -> Response:
    """Show these pages in another language."""
    wanted = request.form.get("language", "")
    if wanted in web().tongues.languages:
        session[LANGUAGE] = wanted
    return redirect(url_for("kiosk.back" if request.form.get("at") == "back" else "kiosk.start"), 303)


@pages.post("")
def code() -> Page:
    """Look at a code."""
    typed = request.form.get("code", "")
    many = _many()
    if many:
        return _start(typed, many), 429
    if not typed.strip():
        return _start(typed, _say("code_missing")), 422
    try:
        access = web().store.check_code(typed)
    except CodeRefused as error:
        _count()
        return _start(typed, _say(f"code_{error.why}")), 422
    except PinLocked:
        return _start("", _say("pin_locked")), 422
    _open(access.id)
    return redirect(url_for("kiosk.pin"), 303)


def _now() -> int:
    return int(web().store.clock().timestamp())


def _open(access_id: str) -> None:
    """Let a code wait for its PIN at this browser, from now on."""
    session[OPENING] = [access_id, _now()]


def _opening() -> Access | None:
    """The code that waits here; None where nobody has done anything for too long."""
    access_id, since = session.get(OPENING) or ("", 0)
    try:
        return web().store.access(access_id) if _now() < since + OPENING_SECONDS else None
    except NotFound:
        return None


@pages.get("/pin")
def pin() -> Page:
    """Choose a PIN."""
    return redirect(url_for("kiosk.start"), 303) if _opening() is None else _pin()


def _pin(error: str = "", field: str = "pin", status: int = 200) -> Response:
    """The page for the PIN, which goes back to the first page by itself. By a header, so that it does without scripts too."""
    answer = make_response(_page("pin", error=error, field=field), status)
    left = session[OPENING][1] + OPENING_SECONDS - _now()
    answer.headers["Refresh"] = f"{left}; url={url_for('kiosk.start')}"
    return answer


@pages.post("/pin")
def pin_posted() -> Page:
    """Take the PIN, and let the person in."""
    access = _opening()
    if access is None:
        return redirect(url_for("kiosk.start"), 303)
    _open(access.id)
    first, second = request.form.get("pin", ""), request.form.get("again", "")
    try:
        if first != second:
            return _pin(_say("pin_differs"), "again", 422)
        token = web().store.choose_pin(access.id, first)
    except PinRefused as error:
        return _pin(_say(f"pin_{error.why}"), status=422)
    except CodeRefused as error:
        session.pop(OPENING, None)
        return _start("", _say(f"code_{error.why}")), 422
    except PinLocked:
        return _start("", _say("pin_locked")), 422
    language = session.get(LANGUAGE)
    kiosk.enter(token)
    row = web().store.put_into(access.interview_id, web().store.kiosk_user(), mode=KIOSK, language=language)
    kiosk.carry_on(row)
    return redirect(url_for("alone.number", interview_id=row.id), 303)


@pages.get("/back")
def back() -> str:
    """For those who have a PIN."""
    return _back()


def _back(who: str = "", error: str = "") -> str:
    return _page("back", who=who, error=error, languages=web().tongues.languages.values())


@pages.post("/back")
def back_posted() -> Page:
    """Let the person in again, at the question that is open."""
    who, typed = request.form.get("number", ""), request.form.get("pin", "")
    many = _many()
    if many:
        return _back(who, many), 429
    if not who.strip() or not typed.strip():
        return _back(who, _say("number_missing")), 422
    app = web()
    try:
        token = app.store.come_back(who, typed)
    except PinWrong:
        _count()
        return _back(who, _say("pin_wrong")), 422
    except PinLocked:
        _count()
        return _back("", _say("pin_locked")), 422
    except PinOld:
        return _back("", _say("pin_old")), 422
    language = session.get(LANGUAGE)
    kiosk.enter(token)
    found = security.signed_in()
    row = app.store.put_into(str(found.interview_id), found.user.id, mode=KIOSK, language=language)
    kiosk.carry_on(row)
    return redirect(url_for("interview.show", interview_id=row.id), 303)


@pages.get("/closed")
def shut() -> str:
    """After five wrong PINs."""
    return _page("shut")
