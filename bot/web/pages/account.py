"""One's own account: the password, and the sessions that are open."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.store.errors import BadInput, SignInFailed
from bot.store.roles import roles
from bot.store.sessions import PASSWORD, Sessions
from bot.web import gate, security
from bot.web.case_words import sentence
from bot.web.state import web

pages = Blueprint("account", __name__, url_prefix="/account")

HOWS = {"password": "with the password", "sign_on": "through the sign-on service"}


@pages.get("")
def show() -> str:
    """Who one is here, and where one is signed in."""
    user = security.signed_in().user
    return render_template(
        "account/show.html",
        user=user,
        roles=[role for name, role in roles().items() if name in user.roles],
        sessions=web().store.sessions_of(user.id),
        this=Sessions.session_id(security.token()),
        hows=HOWS,
    )


@pages.post("/sessions")
def end() -> Response:
    """End one session, all others, or all of them ("sign out everywhere")."""
    user, wanted = security.signed_in().user, request.form.get("session", "")
    if wanted == "all":
        web().store.end_sessions(user.id, user.id)
        return redirect(url_for("signing.sign_in"), 303)
    if wanted == "others":
        ended = web().store.end_sessions(user.id, user.id, but=security.token())
    elif wanted in {row.id for row in web().store.sessions_of(user.id)}:
        ended = web().store.end_sessions(user.id, user.id, only=wanted)
    else:
        abort(404)
    flash("You are signed out there." if ended else "Nobody was signed in there any more.")
    return redirect(url_for("account.show"), 303)


@pages.get("/password")
def password() -> str:
    """The form for a new password."""
    return _form({})


def _form(errors: dict[str, str]) -> str:
    user = security.signed_in().user
    if user.sign_on:
        abort(404)
    return render_template("account/password.html", errors=errors, user=user)


@pages.post("/password")
def password_posted() -> Response | tuple[str, int]:
    """Change one's password; one is signed out everywhere else."""
    user, form = security.signed_in().user, request.form
    errors: dict[str, str] = {}
    if form.get("password", "") != form.get("again", ""):
        errors["again"] = "The two new passwords are not the same: write the same one twice"
    elif form.get("password", "") == form.get("now", ""):
        errors["password"] = "The new password is the one you have: choose another"
    if not errors:
        try:
            # Counted and locked like signing in: a screen that was left open is no place to guess at.
            web().store.check_password(user.username, form.get("now", ""))
            web().store.set_password(user.username, form.get("password", ""), user.id)
        except SignInFailed:
            errors["now"] = "This is not your password now: check it and try again"
        except BadInput as error:
            errors["password"] = sentence(error)
    if errors:
        return _form(errors), 422
    security.begin(web().store.user(user.id), PASSWORD)
    flash("Your password is changed. You are signed out everywhere else.")
    return redirect(url_for(gate.front(user)), 303)
