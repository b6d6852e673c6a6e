"""Screens that are locked, and browsers that stand at a kiosk: what the check before each request asks."""

from __future__ import annotations

from flask import abort, redirect, request, session, url_for
from werkzeug.wrappers import Response

from bot.store.types import Session

# Set in the cookie of a browser that somebody came in at a kiosk with: it is never shown the staff's sign-in page.
AT_KIOSK, ENDED = "kiosk", "kiosk_ended"
# In the same cookie: the language that was chosen before anybody came in; and the language and words of whoever is in, for a page
# that is shown when the database cannot tell.
LANGUAGE, IN_USE = "language", "in_use"
# What a locked session may open: the page that opens it, and the way out.
WHILE_LOCKED = frozenset({"alone.locked", "alone.unlock", "alone.leave", "together.play", "signing.sign_out", "api.sign_out"})


def stop(found: Session) -> Response | None:
    """Where a locked session is sent instead of where it wanted to go."""
    if not found.locked or request.endpoint in WHILE_LOCKED:
        return None
    if request.path.startswith("/api/"):
        abort(401)
    return redirect(url_for("alone.locked"), 303)


def to_kiosk() -> Response | None:
    """Where a browser at a kiosk goes when its session has ended."""
    if not session.get(AT_KIOSK):
        return None
    session[ENDED] = True
    for name in (LANGUAGE, IN_USE):  # of whoever was here before
        session.pop(name, None)
    return redirect(url_for("kiosk.start"), 303)
