"""How easy words and pictures are shown on the pages of an interview. The two are chosen apart."""

from __future__ import annotations

from flask import session, url_for
from markupsafe import Markup

from bot.interview.definitions import Interview
from bot.language.pictures import Pictures, load_pictures
from bot.outputs.said import sentences
from bot.store.types import InterviewState
from bot.web import kiosk, security
from bot.web.kiosk import PICTURES
from bot.web.state import web

# The question that asks what helps, and what each answer turns on at the kiosk; easy words go by the interview's level.
NEEDS, EASY_WORDS = "access_needs", "easy_words"
HELPS = {"pictures": PICTURES, "read_aloud": "read_aloud", "bigger_text": "bigger", "more_time": "more_time"}
# Their width and height on a page, in px: written beside each, so that nothing moves when it comes.
SIZES = {"question": 88, "option": 48, "button": 32}


def chosen(interview_id: str) -> bool:
    """Whether this browser shows pictures in an interview."""
    access = kiosk.access_here()
    return PICTURES in access.adjust if access is not None else session.get(PICTURES) == interview_id


def choose(interview_id: str, wanted: bool) -> None:
    """Show pictures in an interview, or not."""
    access = kiosk.access_here()
    if access is not None:
        web().store.adjust(access.id, access.adjust | {PICTURES} if wanted else access.adjust - {PICTURES})
    elif wanted:
        session[PICTURES] = interview_id
    elif session.get(PICTURES) == interview_id:
        session.pop(PICTURES)


def follow(after: InterviewState) -> None:
    """Turn on at once what a person just said would help. What they have already stays."""
    if after.turn is None or after.turn.question != NEEDS or NEEDS not in after.answers:
        return
    row, options = after.interview, set(after.answers[NEEDS].options)
    if EASY_WORDS in options and row.level != "easy":
        web().store.put_into(row.id, security.signed_in().user.id, level="easy")
    access = kiosk.access_here()
    if access is not None:
        web().store.adjust(access.id, access.adjust | {HELPS[option] for option in options & set(HELPS)})
    elif PICTURES in options:
        choose(row.id, True)


def on_lines(text: str, level: str) -> str:
    """A text with a line for each sentence, as easy words are set; the style sheet keeps the lines."""
    return "\n".join(sentences(text)) if level == "easy" else text


class Drawn:
    """Draws the picture of a question, an option or a button, for templates: nothing where there is none, or none are wanted."""

    def __init__(self, interview: Interview, version: str, pictures: Pictures | None = None) -> None:
        """Raises ContentError when the list of pictures cannot be read."""
        self._interview, self._version = interview, version
        self._pictures = pictures or load_pictures()

    def __call__(self, kind: str, name: str, option: str = "") -> Markup:
        around = kiosk.around()
        if around is None or PICTURES not in around.adjust:
            return Markup("")
        if kind == "question":
            found: str | None = self._pictures.question(self._interview.by_id[name])
        else:
            found = self._pictures.option(name, option) if kind == "option" else self._pictures.button(name)
        if found is None:
            return Markup("")
        size = SIZES[kind]
        return Markup('<img class="picture picture--{}{}" src="{}" alt="" width="{}" height="{}">').format(
            kind,
            " picture--turns" if found in ("forward", "back") else "",
            url_for("static", filename=f"pictures/{found}.svg", v=self._version),
            size,
            size,
        )
