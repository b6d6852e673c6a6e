"""Signing on through the configured service: out to it, and back."""

from __future__ import annotations

import logging
from dataclasses import asdict

from flask import Blueprint, abort, current_app, make_response, redirect, render_template, request, session, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from bot.store.errors import SignInFailed
from bot.store.sessions import SIGN_ON
from bot.web import locks, security
from bot.web.pages.signing import sign_in_page
from bot.web.sign_on import Asked, SignOn, SignOnDown, SignOnRefused
from bot.web.state import web

pages = Blueprint("sign_on", __name__, url_prefix="/sign-on")

# The session's own cookie does not come back from another site (SameSite=Strict); this one does, and opens nothing: it names the
# session that the browser had (one that is locked, say), so that it is ended and what was typed there goes with the browser.
COOKIE, LEFT = "bcst2_sign_on", "left"
KEPT_SECONDS = 600
DOWN = "The sign-on service does not answer just now. Try again in a minute, or sign in with a password."
REFUSED = "Signing on did not work. Try again, or sign in with a password."
NO_ROLE = "You are signed on, but you have no role in this program yet. Ask your administrator."
NO_PRISON = "You are signed on, but not for a prison that uses this program. Ask your administrator."
DISABLED = "Your account is disabled here. Ask your administrator."

log = logging.getLogger(__name__)


def _sign_on() -> SignOn:
    found: SignOn | None = current_app.extensions.get("bcst2.sign_on")
    if found is None:
        abort(404)
    return found


def _sealed() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="sign-on")


def _back() -> str:
    return url_for("sign_on.back", _external=True)


@pages.get("")
def start() -> Response | tuple[str, int]:
    """Off to the service. Where somebody else may have come to a screen that was locked or handed over, it has to ask who it is."""
    anew = any(session.get(name) for name in (security.TOKEN, security.WAS_LOCKED, locks.AT_KIOSK))
    try:
        address, asked = _sign_on().start(_back(), security.safe_next(request.args.get("next")), anew)
    except SignOnDown as error:
        # What went wrong, by its kind: nothing of a person.
        log.error("sign-on: the issuer cannot be used: %s", error)
        return sign_in_page(error=DOWN), 503
    response = redirect(address, 303)
    response.set_cookie(
        COOKIE, _sealed().dumps({**asdict(asked), LEFT: session.get(security.TOKEN)}), max_age=KEPT_SECONDS, path="/sign-on",
        secure=request.is_secure, httponly=True, samesite="Lax",
    )  # fmt: skip
    return response


@pages.get("/back")
def back() -> Response | tuple[str, int]:
    """Back from the service. The page leads on by itself: only from a page of ours does the browser bring the new session along."""
    sign_on = _sign_on()
    try:
        kept = _sealed().loads(request.cookies.get(COOKIE, ""), max_age=KEPT_SECONDS)
        left = kept.pop(LEFT, None)
        asked = Asked(**kept)
        if "code" not in request.args:
            raise SignOnRefused("none given")
        who = sign_on.finish(_back(), asked, request.args.get("state", ""), request.args["code"][:2000])
        user = web().store.sign_on_user(who.subject, who.username, who.display_name, who.roles, who.prisons)
    except SignOnDown as error:
        log.error("sign-on: the issuer cannot be used: %s", error)
        return _refused(DOWN, 503)
    except (BadSignature, TypeError):
        return _refused(REFUSED, 422)
    except SignOnRefused as error:
        web().store.audit("system", f"sign-on refused: {error.why}")
        return _refused({"no role": NO_ROLE, "no prison": NO_PRISON}.get(error.why, REFUSED), 403)
    except SignInFailed:
        web().store.audit("system", "sign-on refused: disabled")
        return _refused(DISABLED, 403)
    security.begin(user, SIGN_ON, left)
    wanted = security.safe_next(asked.next if asked.next != url_for("signing.front") else None, user)
    response = make_response(render_template("signed_on.html", wanted=wanted))
    response.delete_cookie(COOKIE, path="/sign-on", secure=request.is_secure, httponly=True, samesite="Lax")
    return response


def _refused(why: str, status: int) -> Response:
    response = make_response(sign_in_page(error=why), status)
    response.delete_cookie(COOKIE, path="/sign-on", secure=request.is_secure, httponly=True, samesite="Lax")
    return response
