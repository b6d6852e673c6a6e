"""The action endpoint: the web application that Rasa posts to, on loopback, behind the shared secret."""

from __future__ import annotations

import asyncio
import hmac
import logging
import threading
from typing import Any

from flask import Flask, Response, jsonify, request
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from bot.actions.forms import Resume, SectionForm, Turns
from bot.actions.shell import shell_interviews
from bot.casework.casework import Casework
from bot.interview.definitions import Interview
from bot.language.wording import Wording
from bot.plan.loading import load_plan
from bot.settings import SECRET_HEADER, Settings
from bot.store.store import Store

log = logging.getLogger(__name__)
_thread = threading.local()


def create_executor(turns: Turns, interview: Interview) -> ActionExecutor:
    """Rasa's own executor with our actions: one for each section, and the way in."""
    executor = ActionExecutor()
    for action in (Resume(turns), *(SectionForm(turns, section.id) for section in interview.sections)):
        executor.register_function(action.name(), action.run)
    return executor


def create_action_app(
    settings: Settings, store: Store, interview: Interview, wording: Wording, casework: Casework | None = None
) -> Flask:
    """A Flask application with ``POST /webhook`` as Rasa calls it and ``GET /health``.

    ``casework`` is that of the store, made here unless given. Raises ContentError when it has to be made and the plan cannot be
    read.
    """
    app = Flask("bcst2-actions")
    app.logger.disabled = True
    shell = shell_interviews(store) if settings.demo else None
    casework = casework if casework is not None else Casework(store, interview, load_plan(), wording)
    executor = create_executor(Turns(store, interview, wording, shell, casework), interview)

    @app.before_request
    def trusted() -> Response | None:
        given = request.headers.get(SECRET_HEADER, "")
        if settings.secret and hmac.compare_digest(given.encode(), settings.secret.encode()):
            return None
        return _refuse("not allowed", 403)

    @app.get("/health")
    def health() -> Response:
        return jsonify({"status": "ok"})

    @app.post("/webhook")
    def webhook() -> Response:
        call: Any = request.get_json(silent=True)
        if not isinstance(call, dict):
            return _refuse("not an action call", 400)
        # Our actions need no domain, so Rasa is told not to send it; the executor asks for one all the same.
        call.setdefault("domain", {"version": "3.1"})
        try:
            result = _runner().run(executor.run(call))
        except ActionExecutionRejection as rejection:
            return _refuse(str(rejection), 400, rejection.action_name)
        except ActionNotFoundException as missing:
            return _refuse("no such action", 404, missing.action_name)
        except Exception as error:
            # Rasa logs what it gets back; it must get nothing that was said.
            log.error("an action call failed: %s", type(error).__name__)
            return _refuse("the action failed", 500, str(call.get("next_action")))
        return jsonify(result.model_dump() if result is not None else None)

    return app


def _runner() -> asyncio.Runner:
    """This thread's event loop: making one a call would cost more than the call's own work."""
    if not hasattr(_thread, "runner"):
        _thread.runner = asyncio.Runner()
    runner: asyncio.Runner = _thread.runner
    return runner


def _refuse(error: str, status: int, action: str = "") -> Response:
    response = jsonify({"error": error, "action_name": action})
    response.status_code = status
    return response
