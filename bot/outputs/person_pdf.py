"""The person's own plan as a PDF."""

from __future__ import annotations

from collections.abc import Mapping

from bot.casework.case import Case
from bot.interview.definitions import EASY
from bot.language.pictures import CREDIT, pictures_within
from bot.outputs.pdf import css_string, page_of, render, to_pdf
from bot.outputs.person_paper import person_paper
from bot.outputs.words import Words


def person_html(
    case: Case,
    words: Words,
    with_private: bool = False,
    worker: str = "",
    pictures: Mapping[str, str] | None = None,
    with_answers: bool = False,
) -> str:
    """The paper as one HTML page.

    ``pictures`` maps ``topic_<pathway>`` and ``activity_<id>`` to addresses; unless given, easy words have
    them, in the page itself.
    """
    if pictures is None:
        pictures = pictures_within() if words.level == EASY else {}
    paper = person_paper(case, words, with_private, worker, with_answers)
    foot = f"{words.fixed['title'].text} · {case.record.prison_number}"
    return render(
        "plan.html",
        paper=paper,
        t=words.fixed,
        title=words.fixed["title"].text,
        language=words.code,
        level=words.level,
        pictures=pictures,
        credit=CREDIT,
        foot=css_string(foot),
        page=page_of(words.say, words.code),
    )


def person_pdf(
    case: Case,
    words: Words,
    with_private: bool = False,
    worker: str = "",
    pictures: Mapping[str, str] | None = None,
    with_answers: bool = False,
) -> bytes:
    """The paper as a tagged PDF. Raises NoPdf where this machine cannot make one."""
    return to_pdf(person_html(case, words, with_private, worker, pictures, with_answers))
