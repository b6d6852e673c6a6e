"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.store.errors import SignInFailed, SignInLocked
from bot.store.types import Session
from bot.web import gate, security
from bot.web.errors import too_many
from bot.web.state import web

pages = Blueprint("signing", __name__)

WRONG = "The user name or the password is not right. Check both and try again."


@pages.get("/")
def front() -> Response:
    """The front door."""
    session: Session | None = g.signed_in
    if session is None:
        return redirect(url_for("signing.sign_in"), 303)
    if session.interview_id is not None:
        return redirect(url_for("interview.show", interview_id=session.interview_id), 303)
    return redirect(url_for(gate.front(session.user)), 303)


@pages.get("/sign-in")
def sign_in() -> str:
    """The sign-in page."""
    return sign_in_page()


@pages.post("/sign-in")
def try_sign_in() -> Response | tuple[str, int]:
    """Sign in, and go back to where it was asked for."""
    username = request.form.get("username", "")
    try:
        user = security.sign_in(username, request.form.get("password", ""))
    except SignInFailed:
        return sign_in_page(username, WRONG), 422
    except SignInLocked as error:
        return sign_in_page(username, too_many(error.until)), 429
    return redirect(security.safe_next(request.form.get("next"), user), 303)


@pages.post("/sign-out")
def sign_out() -> Response:
    """Sign out."""
    security.sign_out()
    return redirect(url_for("signing.sign_in"), 303)


def sign_in_page(username: str = "", error: str = "") -> str:
    """The sign-in page, with what went wrong."""
    back = request.values.get("next") or ""
    returning = security.safe_next(back) == back and "/interviews/" in back
    return render_template(
        "sign_in.html", username=username, error=error, next=back, returning=returning,
        accounts=web().demo_sign_ins(), sign_on=web().settings.sign_on,
    )  # fmt: skip
