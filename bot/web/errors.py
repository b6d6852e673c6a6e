"""Error pages in plain words, and the same for programs. Never a trace, never what was said."""

from __future__ import annotations

import logging
from datetime import datetime
from math import ceil

from flask import Flask, Response, g, jsonify, render_template, request, session
from werkzeug.exceptions import HTTPException

from bot.plan.life import NotAllowed
from bot.store.errors import AlreadyThere, BadInput, ChangedMeanwhile, NotFound, SignInLocked, StoreError
from bot.store.kiosk_types import HANDED
from bot.web import kiosk, security
from bot.web.case_words import sentence
from bot.web.gate import Refused
from bot.web.locks import AT_KIOSK
from bot.web.state import web

SAFE = "Your answers are safe."
PAGES: dict[int, tuple[str, tuple[str, ...]]] = {
    400: ("We could not use that", (SAFE, "The page may have been open too long, or it was sent twice. Go back and try again.")),
    401: ("Please sign in", (SAFE, "Sign in and try again.")),
    403: (
        "You cannot open this page",
        (SAFE, "It is for somebody else, or from another place. If you need it, ask your administrator."),
    ),
    404: ("We cannot find this page", (SAFE, "Go to the list of people and choose again.")),
    405: ("We could not use that", (SAFE, "This page cannot be opened in that way. Go to the list of people and choose again.")),
    409: ("That is there already", ("Change what is there instead.",)),
    413: ("That is too much at once", (SAFE, "Write less, or choose a smaller file, and try again. The most is 256 KB.")),
    415: ("We could not use that", ("Send it as JSON.",)),
    422: ("We could not use that answer", (SAFE, "Check it and try again.")),
    429: ("Too many tries", ("There were too many wrong passwords. Wait five minutes and try again.",)),
    500: (
        "Something went wrong on our side",
        (SAFE, "Please try again. If it happens again, tell the person who looks after this system."),
    ),
    503: ("This is not working just now", (SAFE, "Please try again in a minute.")),
}
CODES = {
    400: "bad_request", 401: "signed_out", 403: "not_allowed", 404: "not_found", 405: "wrong_method", 409: "already_there",
    413: "too_large", 415: "not_json", 422: "invalid", 429: "too_many_tries", 500: "failed", 503: "unavailable",
}  # fmt: skip
# The same to a person alone, as phrases; every other one is a turn that can be tried again.
_NOWHERE = ("trouble_page", "trouble_again")
FOR_HELP = ("not_taken_person", "support_now")
TO_A_PERSON = {403: _NOWHERE, 404: _NOWHERE, 405: _NOWHERE, 413: ("trouble_long", "trouble_again")}

log = logging.getLogger(__name__)


def answer(status: int, message: str | None = None, **more: object) -> tuple[Response | str, int]:
    """An error as a page or, for the API, as JSON."""
    status = status if status in PAGES else (500 if status >= 500 else 400)
    title, lines = PAGES[status]
    if request.path.startswith("/api/"):
        body = {"code": CODES[status], "message": message or " ".join((f"{title}.", *lines)), **more}
        return jsonify({"error": body}), status
    fields: list[tuple[str, str]] = []
    if request.endpoint in security.WITH_WORDS and status >= 500:
        # Nothing that was put in is lost: the same can be sent again from this page.
        fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    if request.endpoint == "alone.away" and status >= 500:
        # Whoever wanted to leave a page at once does not read of an interview instead.
        return kiosk.nothing_told(kiosk.words_here()[0]), status
    if person_here():
        return trouble(status, fields), status
    return render_template("error.html", title=title, lines=(message, *lines[1:]) if message else lines, fields=fields), status


def person_here() -> bool:
    """Whether the person whom the interview is about is at this page: at a kiosk, or with a tablet that was handed over."""
    found = g.get("signed_in")
    if found is not None:
        return found.interview_id is not None
    if request.blueprint in ("signing", "sign_on"):
        return False
    # Nobody is in, or the database does not say who: then the cookie knows whether it is a person's.
    own = request.blueprint == "alone" or request.path.startswith("/kiosk")
    return bool(session.get(AT_KIOSK)) or (own and security.TOKEN not in session)


def trouble(status: int, fields: list[tuple[str, str]]) -> str:
    """The error page of somebody alone: in their language and words, with the way back to where they were; nothing of staff."""
    language, level = kiosk.words_here()
    row, handed = None, False
    if g.get("signed_in") is not None:
        try:
            row = web().store.interview(g.signed_in.interview_id)
            language, level = row.language, row.level
            access = kiosk.access_here()
            handed = access is not None and access.kind == HANDED
        except Exception as error:
            # The database may be the trouble. The type alone: see below.
            log.error("%s: the page of an error: %s", request.endpoint, type(error).__name__)
    if row is not None and kiosk.around() is None:
        # Which question it was is not known: it can be left at once, as if it were private, and locks by itself.
        idle = g.signed_in.idle_seconds or 0
        g.around = kiosk.Around(row.id, alone=True, handed=handed, private=True, idle=idle)
    lines = FOR_HELP if ("do", "person") in fields else TO_A_PERSON.get(status, ("not_taken", "trouble_again"))
    return render_template(
        "kiosk/trouble.html",
        language=language,
        level=level,
        direction=kiosk.direction(language),
        row=row,
        fields=fields,
        lines=lines,
    )


def too_many(until: datetime) -> str:
    """That there were too many wrong tries, and how long to wait."""
    minutes = max(1, ceil((until - web().store.clock()).total_seconds() / 60))
    words = {1: "a minute", 5: "five minutes"}.get(minutes, f"{minutes} minutes")
    return f"There were too many wrong passwords. Wait {words} and try again."


def register(app: Flask) -> None:
    """Puts the error pages on an application."""

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> tuple[Response | str, int]:
        return answer(error.code or 500)

    @app.errorhandler(Refused)
    def not_allowed(error: Refused) -> tuple[Response | str, int]:
        if not error.needed:
            return answer(403)
        names = " or ".join(error.needed)
        return answer(403, f"It needs the role {names}. If you need it for your work, ask your administrator.")

    @app.errorhandler(StoreError)
    def store(error: StoreError) -> tuple[Response | str, int]:
        if isinstance(error, NotFound):
            return answer(404)
        if isinstance(error, ChangedMeanwhile):
            return answer(409, "Somebody changed this meanwhile. Nothing was written: go back and look again.", code="changed")
        if isinstance(error, SignInLocked):
            return answer(429, too_many(error.until))
        if isinstance(error, AlreadyThere):
            return answer(409)
        if isinstance(error, BadInput):
            return answer(400)
        # The text of a store error names the trouble and holds nothing personal.
        log.error("%s: %s", request.endpoint, error)
        return answer(503)

    @app.errorhandler(NotAllowed)
    def refused(error: NotAllowed) -> tuple[Response | str, int]:
        # One line for the worker, with the mend.
        return answer(422, sentence(error))

    @app.errorhandler(Exception)
    def other(error: Exception) -> tuple[Response | str, int]:
        # The type alone: the text of an unforeseen exception may hold what somebody said.
        log.error("%s failed: %s", request.endpoint, type(error).__name__)
        return answer(500)
