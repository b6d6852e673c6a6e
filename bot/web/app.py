"""The application that the pages and the JSON API are served from."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from pathlib import Path

from flask import Flask

from bot.actions.situation import PRISON_TIME
from bot.interview.definitions import Interview
from bot.language.wording import Wording
from bot.settings import Settings
from bot.store.store import Store
from bot.web import api, errors, security
from bot.web.agencies import Agencies
from bot.web.dialogue import Dialogue, RasaClient
from bot.web.health import Health
from bot.web.kept import Kept
from bot.web.pages import interview as interview_pages
from bot.web.pages import meta, people, signing
from bot.web.phrases import Phrases
from bot.web.posted import NOT_NOW_BUTTONS, TOOLS
from bot.web.record_form import shown
from bot.web.state import NAME, Web
from bot.web.talk import Talk
from bot.web.view import Views

MOST_BYTES = 256 * 1024
STATIC = Path(__file__).with_name("static")


def create_app(settings: Settings, store: Store, interview: Interview, wording: Wording, rasa: Dialogue | None = None) -> Flask:
    """The pages and the JSON API over an open store. ``rasa`` is the way to the dialogue, over loopback unless given."""
    app = Flask("bot.web", static_folder=str(STATIC), template_folder=str(Path(__file__).with_name("templates")))
    app.config.update(SECRET_KEY=security.session_key(settings), MAX_CONTENT_LENGTH=MOST_BYTES, MAX_FORM_MEMORY_SIZE=MOST_BYTES)
    dialogue = rasa if rasa is not None else RasaClient(settings)
    phrases = Phrases(lookup=wording.lookup)
    app.extensions[NAME] = Web(
        settings=settings,
        store=store,
        interview=interview,
        phrases=phrases,
        talk=Talk(store, interview, dialogue),
        views=Views(wording, phrases),
        kept=Kept(),
        health=Health(dialogue, store),
        agencies=Agencies(store),
    )
    security.protect(app)
    errors.register(app)
    for blueprint in (signing.pages, people.pages, interview_pages.pages, meta.pages, api.api):
        app.register_blueprint(blueprint)
    version = _static_version()
    app.jinja_env.filters.update(day=_day, shown=shown)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        version=version,
        phrase=phrases.say,
        command=wording.command,
        demo=settings.demo,
        not_now_buttons=NOT_NOW_BUTTONS,
        tools=TOOLS,
    )
    return app


def _static_version() -> str:
    """Changes whenever a static file does, so that browsers may keep them."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*.*")):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def _day(value: date | datetime | None) -> str:
    """A day as people write it: 24 December 2026."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(PRISON_TIME)
    return "" if value is None else f"{value.day} {value:%B %Y}"
