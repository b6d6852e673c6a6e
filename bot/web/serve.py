"""``python -m bot.web.serve``: the pages on the outside address and, in the same process, the action endpoint on loopback."""

from __future__ import annotations

import gc
import json
import logging
import os
import secrets
import signal
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import Any

from flask import Flask
from waitress.server import create_server  # type: ignore[import-untyped]

from bot.actions.endpoint import create_action_app
from bot.casework.casework import Casework
from bot.casework.situation import now
from bot.interview.loading import load_interview
from bot.interview.yamlfile import ContentError
from bot.language.catalogue import Catalogues
from bot.language.wording import Wording
from bot.plan.dates import bank_holidays
from bot.plan.loading import load_plan
from bot.settings import Settings, SettingsError, read_settings
from bot.store.demo import ACCOUNTS, fill_demo
from bot.store.errors import StoreError
from bot.store.store import Store
from bot.web.app import MOST_BYTES, create_app
from bot.web.state import NAME
from bot.web.tongues import Tongues

# A page that waits for Rasa holds a thread; the action that Rasa then calls must have threads of its own.
PAGE_THREADS = 16
ACTION_THREADS = 8
CANNOT_START = 2

log = logging.getLogger(__name__)


def open_store(settings: Settings) -> Store:
    """The store. A new database gets its keys; a demonstration gets its people and its sign-in.

    Raises:
        StoreError: it cannot be opened; the message names what and the mend.
    """
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = Store.open(settings.database, settings.keys, create_keys=True, clock=now)
    if settings.demo:
        write_demo(settings, store)
    return store


def write_demo(settings: Settings, store: Store) -> None:
    """Fill in the made-up people; leave the sign-in where the supervisor and the sign-in page find it."""
    path = settings.home / "demo.json"
    password = ""
    with suppress(OSError, ValueError, LookupError, TypeError):
        password = str(json.loads(path.read_text(encoding="utf-8"))["sign_in"][0]["password"])
    if not password:
        password = "-".join(secrets.token_hex(2) for _ in range(3))
    fill_demo(store, password)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    text = json.dumps({"sign_in": [{"user": role, "password": password, "role": role} for role in ACCOUNTS]})
    with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    aside.replace(path)


def _listen(app: Any, host: str, port: int, threads: int, **more: Any) -> Any:
    return create_server(app, host=host, port=port, threads=threads, ident=None, clear_untrusted_proxy_headers=True, **more)


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C, then let the turns under way end."""
    interview = load_interview()
    wording = Wording(interview, lookup=Catalogues().lookup)
    store = open_store(settings)
    casework = Casework(store, interview, load_plan(), wording)
    action_app = create_action_app(settings, store, interview, wording, casework)
    actions = _listen(action_app, "127.0.0.1", settings.actions_port, ACTION_THREADS)
    app = create_app(settings, store, interview, wording, casework=casework)
    # The limit leaves room to answer "too much" in our own words.
    pages = _listen(app, settings.host, settings.port, PAGE_THREADS, max_request_body_size=MOST_BYTES * 8)
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if not stopping.is_set():
            stopping.set()
            raise SystemExit(0)

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    # Definitions and catalogues stay until the end: looked through for garbage again and again, they cost a fifth of a PDF.
    gc.freeze()
    background = threading.Thread(target=actions.run, name="actions", daemon=True)
    background.start()
    threading.Thread(target=catch_up, args=(casework,), name="plans", daemon=True).start()
    threading.Thread(target=warm_up, args=(app,), name="translation", daemon=True).start()
    try:
        # Waitress ends its loop on SystemExit and waits some seconds for what its threads are at.
        pages.run()
    finally:
        actions.close()
        actions.task_dispatcher.shutdown(cancel_pending=False, timeout=5)
        store.close()


def catch_up(casework: Casework) -> None:
    """Make the plans that were left unmade when the processes ended, and warm up what the first plan would wait for."""
    try:
        bank_holidays()
        casework.catch_up()
    except Exception as error:
        # Each is made when somebody opens it.
        log.error("plans were not made at the start: %s", type(error).__name__)


def warm_up(app: Flask) -> None:
    """Open what translates and detects; a package that cannot be used is named, and the interview goes on without it."""
    tongues: Tongues = app.extensions[NAME].tongues
    try:
        tongues.warm_up()
    except Exception as error:
        log.error("translation was not opened at the start: %s", type(error).__name__)
    for line in tongues.translator.problems:
        log.error("translation: %s", line)


def main() -> int:
    """Start; a clear line on standard error and exit code 2 when that cannot be."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Waitress logs the path of a failed request and a trace; both stay out.
    logging.getLogger("waitress").setLevel(logging.ERROR)
    try:
        serve(read_settings())
    except (SettingsError, StoreError, ContentError) as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT_START
    except OSError as error:
        sys.stderr.write(f"web: cannot listen or write ({error.strerror}); see BCST2_HOST, BCST2_PORT and BCST2_HOME\n")
        return CANNOT_START
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
