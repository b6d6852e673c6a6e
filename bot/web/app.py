"""The application that the pages and the JSON API are served from."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask

from bot.casework.casework import Casework
from bot.interview.definitions import Interview
from bot.language.papers import load_papers
from bot.language.pictures import CREDIT
from bot.language.speech import pieces
from bot.language.wording import Wording
from bot.plan.loading import load_plan
from bot.settings import Settings
from bot.store.store import Store
from bot.web import access, api, api_cases, case_view, case_words, errors, kiosk, security, standing, step_forms
from bot.web.agencies import Agencies
from bot.web.case_words import CaseWords
from bot.web.dialogue import Dialogue, RasaClient
from bot.web.health import Health
from bot.web.kept import Kept
from bot.web.pages import (
    account,
    alerts,
    alone,
    audit,
    beside,
    cases,
    held,
    items,
    kiosk_staff,
    meta,
    papers,
    people,
    plan,
    prison_settings,
    report,
    services,
    signing,
    together,
    users,
)
from bot.web.pages import interview as interview_pages
from bot.web.pages import kiosk as kiosk_pages
from bot.web.pages import sign_on as sign_on_pages
from bot.web.papers import Papers
from bot.web.phrases import Phrases
from bot.web.picturing import Drawn, on_lines
from bot.web.posted import NOT_NOW_BUTTONS, TOOLS
from bot.web.record_form import shown
from bot.web.sign_on import SignOn
from bot.web.state import NAME, Web
from bot.web.talk import Talk
from bot.web.tongues import Tongues, make_tongues
from bot.web.view import Views

MOST_BYTES = 256 * 1024
STATIC = Path(__file__).with_name("static")


def create_app(
    settings: Settings,
    store: Store,
    interview: Interview,
    wording: Wording,
    rasa: Dialogue | None = None,
    casework: Casework | None = None,
    tongues: Tongues | None = None,
) -> Flask:
    """The pages and the JSON API over an open store. ``rasa`` is the way to the dialogue, over loopback unless given.

    ``tongues`` are made from the settings unless given; somebody must ``warm_up`` them, or nothing is translated.
    ``casework`` is that of the store, made here unless given; then ContentError is raised where the plan cannot be read.
    """
    app = Flask("bot.web", static_folder=str(STATIC), template_folder=str(Path(__file__).with_name("templates")))
    app.config.update(SECRET_KEY=security.session_key(settings), MAX_CONTENT_LENGTH=MOST_BYTES, MAX_FORM_MEMORY_SIZE=MOST_BYTES)
    dialogue = rasa if rasa is not None else RasaClient(settings)
    phrases = Phrases(lookup=wording.lookup)
    easy_draft = load_papers()["easy_draft"]["easy"]
    casework = casework if casework is not None else Casework(store, interview, load_plan(), wording)
    tongues = tongues if tongues is not None else make_tongues(settings.home, wording)
    languages = {code: language.english for code, language in tongues.languages.items()}
    words = CaseWords(interview, wording, casework.plan_data, languages)
    app.extensions[NAME] = Web(
        settings=settings,
        store=store,
        interview=interview,
        phrases=phrases,
        talk=Talk(store, interview, dialogue, tongues),
        views=Views(wording, phrases, tongues),
        kept=Kept(),
        health=Health(dialogue, store),
        agencies=Agencies(store),
        casework=casework,
        words=words,
        papers=Papers(interview, casework, wording),
        tongues=tongues,
    )
    security.protect(app)
    errors.register(app)
    for module in (signing, people, interview_pages, meta, alerts, cases, plan, items, beside, papers, services, report, together):
        app.register_blueprint(module.pages)
    for module in (account, users, prison_settings, audit, sign_on_pages):
        app.register_blueprint(module.pages)
    if settings.sign_on is not None:
        app.extensions["bcst2.sign_on"] = SignOn(settings.sign_on)
    for module in (kiosk_pages, alone, kiosk_staff, held):
        app.register_blueprint(module.pages)
    for blueprint in (api.api, api_cases.api):
        app.register_blueprint(blueprint)
    version = _static_version()
    app.jinja_env.filters.update(day=case_words.day, moment=case_words.moment, sentence=case_words.sentence, shown=shown)
    app.jinja_env.filters.update(lines=on_lines, zip=zip, service_name=words.service)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        version=version,
        phrase=lambda name, language="en", level="plain", **vars: on_lines(phrases.say(name, language, level, **vars), level),
        command=wording.command,
        demo=settings.demo,
        words=words,
        cw=case_words,
        next_steps=case_view.next_steps,
        step_forms=step_forms.STEPS,
        user_names=access.names,
        sees_private=access.sees_private,
        may=access.may,
        staff_here=standing.staff_here,
        standing_alerts=standing.standing_alerts,
        something_stands=standing.something_stands,
        sound=together.sound,
        pieces=pieces,
        sound_of_answer=together.sound_of_answer,
        not_now_buttons=NOT_NOW_BUTTONS,
        tools=TOOLS,
        around=kiosk.around,
        alone_of=kiosk_staff.alone_of,
        picture=Drawn(interview, version),
        picture_credit=CREDIT,
        easy_draft=lambda language: on_lines(wording.lookup(language, "easy", "paper.easy_draft") or easy_draft, "easy"),
    )
    return app


def _static_version() -> str:
    """Changes whenever a static file does, so that browsers may keep them."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*.*")):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:10]
