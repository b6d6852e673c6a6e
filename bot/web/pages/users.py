"""The users, for an administrator: list, add, change roles and prisons, a new password, disable, sign out."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.interview.answers import clean
from bot.store.errors import AlreadyThere, BadInput
from bot.store.roles import roles
from bot.store.types import User
from bot.web import access, security
from bot.web.case_words import sentence
from bot.web.state import web

pages = Blueprint("users", __name__, url_prefix="/admin/users")

ALL = "all"
OWN = "Your own roles and prisons are changed by another administrator"


def _mine() -> list[User]:
    """The users that this administrator looks after: all, or those whose prisons are all among their own."""
    mine = access.prisons()
    return [user for user in web().store.users() if mine is None or (user.prisons and set(user.prisons) <= set(mine))]


def _user(user_id: str) -> User:
    found = next((user for user in _mine() if user.id == user_id), None)
    if found is None:
        abort(404)
    return found


def _prisons(more: tuple[str, ...] = ()) -> list[str]:
    """The prisons a user can be given."""
    return access.here(sorted({*web().agencies.active(), *web().store.directories(), *more, *(access.prisons() or ())}))


def _wanted() -> tuple[list[str], list[str], dict[str, str]]:
    """The roles and prisons of the form, and what is wrong with them. No administrator gives more prisons than they have."""
    held, chosen = request.form.getlist("roles"), [clean(name)[:200] for name in request.form.getlist("prisons")]
    new = clean(request.form.get("new_prison", ""))[:200]
    errors: dict[str, str] = {}
    if not held or set(held) - set(roles()):
        errors["roles"] = "Choose at least one role"
    prisons = [name for name in (*chosen, new) if name and name != ALL]
    if not prisons and ALL not in chosen:
        errors["prisons"] = "Choose which prisons this user works with"
    elif (ALL in chosen and access.prisons() is not None) or access.here(prisons) != prisons:
        errors["prisons"] = "Choose among the prisons that you work with yourself"
    return held, [] if ALL in chosen else prisons, errors


@pages.get("")
def show_list() -> str:
    """Everybody who may sign in."""
    return render_template("users/list.html", users=_mine(), roles=roles())


@pages.get("/add")
def add() -> str:
    """The form for a new user."""
    return _form(None, {}, {})


def _form(user: User | None, values: dict[str, object], errors: dict[str, str]) -> str:
    usual: dict[str, object] = {"username": "", "display_name": "", "roles": [], "prisons": []}
    if user is not None:
        usual = {"display_name": user.display_name, "roles": user.roles, "prisons": user.prisons or (ALL,)}
    names = _prisons(user.prisons if user is not None else ())
    everywhere = [(ALL, "All prisons, also those to come")] if access.prisons() is None else []
    return render_template(
        "users/form.html",
        user=user,
        own=user is not None and user.id == access.by(),
        values={**usual, **values},
        errors=errors,
        roles=[(role.id, f"{role.name.capitalize()}: {role.what}") for role in roles().values()],
        prisons=[*everywhere, *((name, name) for name in names)],
        sessions=web().store.sessions_of(user.id) if user is not None else [],
        new_prison=access.prisons() is None,
    )


def _values() -> dict[str, object]:
    form = request.form
    texts = {name: clean(form.get(name, ""))[:200] for name in ("username", "display_name", "new_prison") if name in form}
    return {**texts, "roles": form.getlist("roles"), "prisons": form.getlist("prisons")}


@pages.post("/add")
def add_posted() -> Response | tuple[str, int]:
    """Add a user. They choose a password of their own when they first sign in."""
    values = _values()
    held, prisons, errors = _wanted()
    if not errors:
        try:
            name, shown = str(values.get("username", "")), str(values.get("display_name", ""))
            added = web().store.add_user(name, shown, held, request.form.get("password", ""), access.by(), prisons, temporary=True)
        except (AlreadyThere, BadInput) as error:
            field = str(error).partition(":")[0]
            errors[field if field in ("username", "display_name", "password") else ""] = sentence(error)
        else:
            flash(f"{added.display_name} can sign in now, and chooses a password of their own at once.")
            return redirect(url_for("users.show", user_id=added.id), 303)
    return _form(None, values, errors), 422


@pages.get("/<user_id>")
def show(user_id: str) -> str:
    """One user."""
    return _form(_user(user_id), {}, {})


@pages.post("/<user_id>")
def change(user_id: str) -> Response | tuple[str, int]:
    """Change a user's name, roles and prisons."""
    user, values = _user(user_id), _values()
    held, prisons, errors = _wanted()
    if user.id == access.by():
        errors = {"": OWN}
    if not errors:
        try:
            shown = str(values.get("display_name", ""))
            if shown != user.display_name:
                web().store.rename_user(user.username, shown, access.by())
            if not user.sign_on and (set(held), set(prisons)) != (set(user.roles), set(user.prisons)):
                web().store.set_access(user.username, held, prisons, access.by())
        except BadInput as error:
            errors["display_name"] = sentence(error)
        else:
            flash(f"{shown} is changed. If they were signed in, they sign in again.")
            return redirect(url_for("users.show", user_id=user_id), 303)
    return _form(user, values, errors), 422


@pages.post("/<user_id>/password")
def password(user_id: str) -> Response | tuple[str, int]:
    """Give a user a new password, that they change when they next sign in."""
    user = _user(user_id)
    if user.id == access.by():
        return redirect(url_for("account.password"), 303)
    try:
        web().store.set_password(user.username, request.form.get("password", ""), access.by(), temporary=True)
    except BadInput as error:
        return _form(user, {}, {"password": sentence(error)}), 422
    flash("The new password is set. They choose one of their own when they next sign in.")
    return redirect(url_for("users.show", user_id=user_id), 303)


@pages.post("/<user_id>/disable")
def disable(user_id: str) -> Response | tuple[str, int]:
    """Keep a user from signing in, or let them in again."""
    user, off = _user(user_id), request.form.get("do") == "disable"
    if user.id == access.by():
        return _form(user, {}, {"": "You cannot disable yourself: ask another administrator"}), 422
    web().store.disable_user(user.username, off, access.by())
    flash(f"{user.display_name} cannot sign in any more." if off else f"{user.display_name} can sign in again.")
    return redirect(url_for("users.show", user_id=user_id), 303)


@pages.post("/<user_id>/sessions")
def end(user_id: str) -> Response:
    """Sign a user out everywhere."""
    user = _user(user_id)
    web().store.end_sessions(user.id, security.signed_in().user.id)
    flash(f"{user.display_name} is signed out everywhere.")
    return redirect(url_for("users.show", user_id=user_id), 303)
