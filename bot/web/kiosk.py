"""The person alone at a screen: coming in, what stands around their pages, and what is shown before and after the questions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from flask import flash, g, render_template, session

from bot.actions.situation import PRISON_TIME
from bot.interview.definitions import LEVELS, Question
from bot.interview.path import IN_SECTION, Path
from bot.language.dates import day_in, time_in
from bot.language.wording import RIGHT_TO_LEFT
from bot.store.errors import NotFound
from bot.store.kiosk_types import HANDED, Access
from bot.store.prison_settings import Contact, PrisonSettings, usual_phrases
from bot.store.types import COMPLETE, KIOSK, PAUSED, WORKER, InterviewRow, InterviewState, Session
from bot.web import security
from bot.web.locks import AT_KIOSK, IN_USE, LANGUAGE
from bot.web.state import web
from bot.web.view import FINISHED, STOPPED, Screen

# The language of somebody whose session is over: for the page that says so.
LAST_LANGUAGE = "last_language"
# The section that has a page before it, and its page of support, which is for everybody.
PRIVATE_SECTION, SUPPORT = "safety", "support_info"
MORE_TIME = "more_time"
# In a worker's own session, in which of their interviews pictures were chosen; a person alone has them with their code.
PICTURES = "pictures"
LONGEST_WARNING = 120
# What is said before the private part, beside where to turn to now. Anything else of an answer could tell an onlooker.
_SAID_BEFORE_PRIVATE = frozenset({"utter_person", "utter_private_offer"})


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a page of an interview. ``alone``: the person answers by themself; ``handed``: on a worker's tablet.

    ``private``: the page can be left at once; ``idle`` and ``warn`` in seconds, 0: it does not lock; ``adjust``: what helps.
    ``locked``: it stands on a screen that is locked, where nothing can be posted.
    """

    interview_id: str
    alone: bool = False
    handed: bool = False
    private: bool = False
    idle: int = 0
    adjust: frozenset[str] = frozenset()
    number: str = ""
    locked: bool = False

    @property
    def warn(self) -> int:
        """How long before it locks the page says so."""
        return min(LONGEST_WARNING, self.idle // 3)

    @property
    def classes(self) -> str:
        """What the body of the page is called for the style sheet."""
        kinds = [name for name, so in (("alone", self.alone), ("private", self.private)) if so]
        return " ".join([*kinds, *(f"with-{name}" for name in sorted(self.adjust))])


@dataclass(frozen=True, slots=True)
class Shown:
    """A contact as the person sees it."""

    name: str
    what: str
    how: str
    phone: str


def enter(token: str) -> None:
    """Give this browser the session that a code, a PIN or a worker has opened; the one it had is ended."""
    app, old, language = web(), session.get(security.TOKEN), session.get(LANGUAGE)
    found = app.store.session(token)
    session.clear()
    session[security.TOKEN] = token
    if found is not None and found.interview_id is not None:
        session[AT_KIOSK] = True
    if language:
        session[LANGUAGE] = language
    if isinstance(old, str) and old != token:
        app.kept.carry(old, token)
        app.store.end_session(old)
    if found is not None and found.access_id is not None:
        app.kept.carry(found.access_id, token)
    g.signed_in = found
    g.pop("csrf_token", None)


def here() -> Session | None:
    """The session of this request, where a person is alone with it."""
    found: Session | None = g.get("signed_in")
    return found if found is not None and found.interview_id is not None else None


def access_here() -> Access | None:
    """What the person came in by; None for a worker's own session."""
    found = here()
    if found is None or found.access_id is None:
        return None
    if "kiosk_access" not in g:
        try:
            g.kiosk_access = web().store.access(found.access_id)
        except NotFound:
            g.kiosk_access = None
    kept: Access | None = g.kiosk_access
    return kept


def leave_words() -> None:
    """What was typed and not sent waits for the person's PIN, on whatever screen; the session is about to end."""
    access = access_here()
    if access is not None:
        web().kept.carry(security.token(), access.id)


def carry_on(row: InterviewRow) -> None:
    """Go on with an interview that was stopped, for somebody who has just come in. Where that cannot be written down, say so."""
    if row.state != PAUSED:
        return
    app = web()
    app.talk.begin(row, security.speaker())
    if app.store.interview(row.id).state == PAUSED:
        flash(app.phrases.say("offline", row.language, row.level))


def in_mode(state: InterviewState) -> InterviewState:
    """The state of an interview in the mode of whoever is at the page: alone, or with a worker."""
    wanted = KIOSK if here() is not None else WORKER
    row = state.interview
    # A worker who looks in while the person answers, or at what is finished, leaves it as it is.
    if row.mode == wanted or (wanted == WORKER and (row.state == COMPLETE or web().store.somebody_alone(row.id))):
        return state
    web().store.put_into(row.id, security.signed_in().user.id, mode=wanted)
    return web().store.state(row.id)


def settings_of(row: InterviewRow) -> PrisonSettings:
    """The settings of the prison that the person of an interview is in."""
    app = web()
    return app.store.settings(app.store.person(row.person_id).prison)


def settle(row: InterviewRow, question: Question | None = None) -> Around:
    """Note what page this session shows, so that it locks in time, and give what stands around the page."""
    found, access = security.signed_in(), access_here()
    alone = here() is not None
    private = question is not None and (question.sensitive or question.section == PRIVATE_SECTION)
    idle = 0
    if alone or private:
        kept = settings_of(row)
        idle = 60 * (kept.safety_idle_minutes if private else kept.idle_minutes)
    if access is not None and MORE_TIME in access.adjust:
        idle *= 2
    # The private part stays open until the person has left it.
    opened = found.opened and found.at_interview == row.id and question is not None and question.section == PRIVATE_SECTION
    if (found.at_interview, found.idle_seconds or 0, found.opened) != (row.id, idle, opened):
        web().store.rests_at(security.token(), row.id, idle or None, opened)
    g.around = Around(
        row.id, alone, access is not None and access.kind == HANDED, private, idle,
        access.adjust if access is not None else frozenset({PICTURES} if session.get(PICTURES) == row.id else ()),
        access.number if access is not None else "",
    )  # fmt: skip
    if alone:
        session[IN_USE] = [row.language, row.level]
    made: Around = g.around
    return made


def around() -> Around | None:
    """What stands around this page, for templates."""
    found: Around | None = g.get("around")
    return found


def instead(screen: Screen, state: InterviewState, path: Path, not_taken: str = "") -> str | None:
    """The page that is shown in the question's stead: before the private part; for a person alone also when stopped or finished.

    ``not_taken`` is the phrase that says so, where the turn could not be written down.
    """
    row = state.interview
    question = web().interview.by_id[screen.question.id] if screen.question is not None else None
    # What it rests on until the private part is opened is known before the page is settled.
    opened = security.signed_in().opened and security.signed_in().at_interview == row.id
    made = settle(row, question)
    if question is not None and question.section == PRIVATE_SECTION and question.asked_of == "person" and not opened:
        by_worker = made.alone and state.settings.get("safety_at_kiosk") == "no"
        if question.id != SUPPORT or by_worker:
            said = tuple(reply for reply in screen.replies if reply.urgent or reply.say in _SAID_BEFORE_PRIVATE)
            return render_template(
                "kiosk/before_private.html", screen=replace(screen, replies=said), by_worker=by_worker,
                part=IN_SECTION + PRIVATE_SECTION, not_taken=not_taken,
            )  # fmt: skip
    if made.alone and screen.kind == STOPPED:
        # Whoever comes to the screen next finds it locked, however the interview was stopped.
        web().store.lock_session(security.token())
        g.around = replace(made, idle=0, locked=True)
        return render_template("kiosk/waits.html", screen=screen)
    if made.alone and screen.kind == FINISHED:
        later = bool(path.for_later())
        asked = any(each.done_at is None for each in web().store.requests([row.id]))
        return render_template("kiosk/ending.html", screen=screen, later=later, asked=asked, not_taken=not_taken)
    return None


def direction(language: str) -> str:
    """Which way a language is written."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def language_here() -> str:
    """The language that was chosen at this browser before anybody came in."""
    found = session.get(LANGUAGE)
    return found if isinstance(found, str) and found in web().tongues.languages else "en"


def words_here() -> tuple[str, str]:
    """The language and the words of this browser, asked of nothing but its cookie."""
    found = session.get(IN_USE)
    if isinstance(found, list) and len(found) == 2 and found[0] in web().tongues.languages and found[1] in LEVELS:
        return found[0], found[1]
    return session.get(LAST_LANGUAGE) or language_here(), "plain"


def nothing_told(language: str) -> str:
    """The page that tells nothing, but the day and the time."""
    now = datetime.now(PRISON_TIME)
    day, time = day_in(now, language, "full"), time_in(now, language)
    return render_template("kiosk/away.html", language=language, direction=direction(language), day=day, time=time)


def language_of(found: Session | None) -> str:
    """The language of whoever is in at this browser; what was chosen at it where nobody is."""
    if found is None or found.interview_id is None:
        return language_here()
    return web().store.interview(found.interview_id).language


def contacts(found: tuple[Contact, ...], language: str, level: str) -> tuple[Shown, ...]:
    """Contacts in the person's language and level, where there are such words: what a prison has written itself stays as it is."""
    say = web().phrases.say
    shown = []
    for each in found:
        name, texts = usual_phrases().get(each), (each.name, each.what, each.how)
        if name is not None:
            texts = (say(name, language, level), say(f"{name}_what", language, level), say(f"{name}_how", language, level))
        shown.append(Shown(*texts, each.phone))
    return tuple(shown)
