"""What machines ask: is it working, what is it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from flask import Blueprint, Response, jsonify

from bot.web.state import web

pages = Blueprint("meta", __name__)


@pages.get("/health")
def health() -> tuple[Response, int]:
    """200 only after a real turn of the dialogue has worked; else one line that says what is wrong."""
    trouble = web().health.trouble()
    if trouble is None:
        return Response("ok: a turn of the dialogue works\n", mimetype="text/plain"), 200
    return Response(f"{trouble}\n", mimetype="text/plain"), 503


@pages.get("/info")
def info() -> Response:
    """The version, and the prisons whose people are here."""
    try:
        number = version("bcst2")
    except PackageNotFoundError:
        number = "0"
    return jsonify({"version": number, "activeAgencies": web().agencies.active()})


@pages.get("/ping")
def ping() -> tuple[str, int]:
    """Whether the screen reaches us at all. Asks nothing of the store or of Rasa."""
    return "", 204
