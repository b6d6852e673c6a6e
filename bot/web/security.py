"""Who may see what: the session cookie, signing in, the CSRF check and the headers that every answer carries."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from flask import Flask, Response, abort, current_app, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from flask_wtf import CSRFProtect  # type: ignore[import-untyped]
from flask_wtf.csrf import CSRFError  # type: ignore[import-untyped]
from werkzeug.wrappers import Response as AnyResponse

from bot.interview.answers import clean
from bot.settings import Settings
from bot.store.errors import SignInFailed
from bot.store.kiosk_types import HANDED
from bot.store.sessions import PASSWORD
from bot.store.types import Session, User
from bot.web import gate, locks
from bot.web.kept import device_of, worth_keeping
from bot.web.posted import read_form
from bot.web.state import web
from bot.web.talk import Speaker

TOKEN = "token"
# Somebody left a locked screen here: the sign-on service must not let them in as the one who locked it.
WAS_LOCKED = "was_locked"
# In the cookie of somebody who was signed out over a turn, until the page shows it again.
SIGNED_OUT = "signed_out"
# What is answered without looking who asks.
UNASKED = frozenset({"static", "meta.ping", "meta.health", "meta.info", "api.openapi"})
# What pages ask by themselves: it keeps no screen from locking.
POLLED = "together.newest"
# What carries words that were typed: they are held when the session has been locked or has ended meanwhile.
WITH_WORDS = frozenset({"interview.take", "alone.aside"})
# What somebody whose password was given to them may open before they have chosen their own.
BEFORE_OWN_PASSWORD = frozenset({"account.password", "account.password_posted", "signing.sign_out", "api.sign_out"})
POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "media-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_AN_ID = re.compile(r"[0-9a-f]{32}")
# A service of a directory goes by its word.
_NAMED = {"service_id": re.compile(r"[a-z][a-z0-9_]{0,79}")}
_OUR_PAGE = re.compile(r"/(people|interviews|cases|alerts|services|report|account|admin)(/[a-z0-9_-]+)*")

csrf = CSRFProtect()


class CookieSessions(SecureCookieSessionInterface):
    """Flask's signed cookie, ``Secure`` whenever the page came over https."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def session_key(settings: Settings) -> bytes:
    """The key that signs cookies: beside the store's keys, made at the first start, so that a restart signs nobody out."""
    path = settings.keys.parent / "session.key"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    if not path.exists():
        _write_private(aside, secrets.token_hex(32))
        try:
            os.link(aside, path)
        except FileExistsError:
            pass  # another process was first
        finally:
            aside.unlink()
    return path.read_bytes().strip()


def _write_private(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(text)


def protect(app: Flask) -> None:
    """Puts the session, the sign-in check, the CSRF check and the headers on an application."""
    app.session_interface = CookieSessions()
    app.config.update(
        SESSION_COOKIE_NAME="bcst2",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        # No page sends a referrer; the cookie is SameSite=Strict instead.
        WTF_CSRF_SSL_STRICT=False,
    )
    csrf.init_app(app)
    app.extensions["bcst2.opened"] = gate.Opened()
    app.before_request(check)
    app.after_request(add_headers)


def check() -> AnyResponse | None:
    """Before each request: who it is, and whether it comes from one of our pages."""
    g.signed_in = None
    endpoint = request.endpoint
    if endpoint in UNASKED:
        return None
    token = session.get(TOKEN)
    found = web().store.session(token, touched=endpoint != POLLED) if isinstance(token, str) else None
    if found is not None:
        g.signed_in = found
        web().kept.seen(str(token), found.user.id)
    if any(not _NAMED.get(name, _AN_ID).fullmatch(value) for name, value in (request.view_args or {}).items()):
        abort(404)
    if request.method not in ("GET", "HEAD", "OPTIONS") and endpoint not in (None, "api.sign_in"):
        _check_csrf(found)
    if endpoint is None or endpoint in gate.rules().public:
        return None
    if found is None:
        return _to_sign_in(token)
    stopped = locks.stop(found)
    if stopped is not None:
        if endpoint in WITH_WORDS and isinstance(token, str):
            _keep(token, (request.view_args or {})["interview_id"])
        return stopped
    named = request.view_args or {}
    gate.check(endpoint, named, found)
    if found.user.temporary and endpoint not in BEFORE_OWN_PASSWORD:
        if request.path.startswith("/api/"):
            raise gate.Refused
        return redirect(url_for("account.password"), 303)
    if request.method in ("GET", "POST"):
        gate.note(endpoint, named, found, str(token), current_app.extensions["bcst2.opened"])
    return None


def _check_csrf(found: Session | None) -> None:
    try:
        csrf.protect()
    except CSRFError:
        if found is not None or request.endpoint in gate.rules().public:
            raise
        # Signed out altogether: the sign-in page says more than "bad request" does.
        session.pop(TOKEN, None)


def _to_sign_in(token: object) -> AnyResponse:
    if request.path.startswith("/api/"):
        abort(401)
    back = request.path
    interview_id = (request.view_args or {}).get("interview_id")
    at_kiosk = locks.to_kiosk()
    if request.method == "POST" and interview_id:
        back = url_for("interview.show", interview_id=interview_id)
        if request.endpoint in WITH_WORDS and isinstance(token, str) and session.get(TOKEN) == token:
            _keep(token, interview_id)
    elif request.method != "GET":
        back = _form_page(token)
    if at_kiosk is not None:
        return at_kiosk
    return redirect(url_for("signing.sign_in", next=back if _OUR_PAGE.fullmatch(back) else None), 303)


def _form_page(token: object) -> str:
    """The page that a posted form was on, or one near it. What was typed about an item is held for when the same user is back."""
    ids = request.view_args or {}
    if request.endpoint == "items.take":
        if isinstance(token, str) and session.get(TOKEN) == token:
            web().kept.keep(token, ids["item_id"], request.form.copy())
        return url_for("items.show", **ids)
    return url_for("plan.show", person_id=ids["person_id"]) if "person_id" in ids else "/people"


def _keep(token: str, interview_id: str) -> None:
    posted = read_form(request.form)
    if worth_keeping(posted, web().interview.by_id.get(posted.question or "")):
        web().kept.keep(token, interview_id, posted)


def sign_in(username: str, password: str) -> User:
    """Sign this browser in; the user.

    Raises:
        SignInFailed: the user name or the password is wrong.
        SignInLocked: there were too many wrong passwords, for this user or from this address.
    """
    store, name = web().store, clean(username)[:200]
    counted = (("address", request.remote_addr or ""), ("account", name.strip().lower()))
    for kind, value in counted:
        store.refuse_many(kind, value)
    try:
        user = store.check_password(name, password)
    except SignInFailed:
        for kind, value in counted:
            store.count_try(kind, value)
        raise
    begin(user, PASSWORD)
    return user


def begin(user: User, how: str, left: str | None = None) -> None:
    """Give this browser a new session; the one it had is ended, so that nobody who knew it comes in with it.

    ``left``: the one it had when it went off to sign on, which it does not bring back from there.
    """
    app = web()
    old, new = session.get(TOKEN) or left, app.store.start_session(user.id, how=how)
    session.clear()
    session[TOKEN] = new
    if isinstance(old, str):
        if _handed_by(old, user):
            app.kept.carry(old, new)
        elif app.kept.hand_over(old, new, user.id):
            session[SIGNED_OUT] = True
        app.store.end_session(old)
    g.pop("csrf_token", None)


def _handed_by(token: str, user: User) -> bool:
    """Whether a session is on a tablet that this worker has handed over and now has back: the person's words stay with it."""
    found = web().store.session(token)
    if found is None or found.access_id is None:
        return False
    access = web().store.access(found.access_id)
    return access.kind == HANDED and access.issued_by == user.id


def sign_out() -> None:
    """End this browser's session."""
    token, found = session.get(TOKEN), g.get("signed_in")
    if isinstance(token, str):
        web().store.end_session(token)
    session.clear()
    if found is not None and found.locked:
        session[WAS_LOCKED] = True


def safe_next(wanted: str | None, user: User | None = None) -> str:
    """Where to go after signing in: one of our own pages, or the one that this user begins at."""
    if wanted is not None and _OUR_PAGE.fullmatch(wanted):
        return wanted
    return url_for("signing.front" if user is None else gate.front(user))


def signed_in() -> Session:
    """The session of this request, which the check before it has made sure of."""
    found: Session | None = g.signed_in
    if found is None:
        abort(403)
    return found


def token() -> str:
    """The token of this browser's session."""
    return str(session[TOKEN])


def speaker() -> Speaker:
    """Who is at the page."""
    return Speaker(by=signed_in().user.id, device=device_of(token()))


def add_headers(response: Response) -> Response:
    """After each request: nothing is cached but static files, nothing is framed, no other host is asked for anything."""
    headers = response.headers
    headers["Content-Security-Policy"] = POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Frame-Options"] = "DENY"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if request.endpoint == "static":
        headers["Cache-Control"] = "public, max-age=31536000, immutable" if request.args.get("v") else "no-cache"
    else:
        headers["Cache-Control"] = "no-store"
    return response
