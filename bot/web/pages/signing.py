"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.store.errors import SignInFailed, SignInLocked
from bot.web import security
from bot.web.state import web

pages = Blueprint("signing", __name__)

WRONG = "The user name or the password is not right. Check both and try again."
LOCKED = "There were too many wrong passwords. Wait five minutes and try again."


@pages.get("/")
def front() -> Response:
    """The front door."""
    return redirect(url_for("people.show_list"), 303)


@pages.get("/sign-in")
def sign_in() -> str:
    """The sign-in page."""
    return _page()


@pages.post("/sign-in")
def try_sign_in() -> Response | tuple[str, int]:
    """Sign in, and go back to where it was asked for."""
    username = request.form.get("username", "")
    try:
        security.sign_in(username, request.form.get("password", ""))
    except SignInFailed:
        return _page(username, WRONG), 422
    except SignInLocked:
        return _page(username, LOCKED), 429
    return redirect(security.safe_next(request.form.get("next")), 303)


@pages.post("/sign-out")
def sign_out() -> Response:
    """Sign out."""
    security.sign_out()
    return redirect(url_for("signing.sign_in"), 303)


def _page(username: str = "", error: str = "") -> str:
    back = request.values.get("next") or ""
    returning = security.safe_next(back) == back and "/interviews/" in back
    return render_template(
        "sign_in.html", username=username, error=error, next=back, returning=returning, account=web().demo_sign_in()
    )
