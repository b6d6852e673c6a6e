"""Making any output of a case by its name: the one door to this room, for ``bcst2 export`` and for the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.casework.case import Case
from bot.interview.definitions import LEVELS, PLAIN, Interview
from bot.interview.loading import DATA
from bot.language.languages import ENGLISH, load_languages
from bot.language.papers import load_papers
from bot.language.wording import Wording
from bot.outputs.handover import NoConsent, handover
from bot.outputs.hmpps import hmpps_json
from bot.outputs.oasys import oasys_html
from bot.outputs.pdf import NoPdf
from bot.outputs.person_pdf import person_pdf
from bot.outputs.plan_csv import plan_csv
from bot.outputs.plan_json import plan_json
from bot.outputs.staff import Names, nobody
from bot.outputs.words import Content, Words
from bot.outputs.worker_sheet import worker_sheet
from bot.plan.definitions import PlanData
from bot.store.types import COMPLETE

PDF, JSON = "application/pdf", "application/json"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PLAN_PDF, PLAN_JSON = "plan-pdf", "plan-json"
PAPER_TITLE, A_QUESTION = "paper.title", "question.consent_go_on.ask"


class CannotMake(Exception):
    """An output that cannot be made; the message is one line with the mend, without anything about the person."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted. ``language`` and ``level`` None: those of the interview. ``names`` gives the name of a user id.

    ``with_private``: sensitive parts too. Only for ``plan-pdf`` at the person's wish, and ``plan-json`` for the safeguarding role;
    whoever asks has to have seen to that. ``with_answers``: the list of the answers too, on the ``plan-pdf`` of a person who asks.
    """

    kind: str
    language: str | None = None
    level: str | None = None
    with_private: bool = False
    names: Names = field(default=nobody)
    with_answers: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """An output. ``media`` and ``suffix`` say what it is; ``notes`` are lines for whoever asked for it."""

    content: bytes
    media: str
    suffix: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kind:
    """How an output is made. ``worded``: it is in the level asked for. ``words``: a text that tells whether a language has
    the words it takes; "" where it is in English only. ``needs_all``: it is made of a complete interview only."""

    make: Callable[[Case, Content, Wanted, Words], bytes]
    media: str
    suffix: str
    worded: bool = False
    words: str = ""
    private: bool = False
    needs_plan: bool = True
    needs_all: bool = False


def _worker(case: Case, content: Content, wanted: Wanted, _: Words) -> bytes:
    return worker_sheet(case, content, wanted.names).to_pdf()


def _person(case: Case, _: Content, wanted: Wanted, words: Words) -> bytes:
    worker = wanted.names(case.plan.worker) if case.plan is not None and case.plan.worker else ""
    return person_pdf(case, words, wanted.with_private, worker, with_answers=wanted.with_answers)


def _data(case: Case, _: Content, wanted: Wanted, words: Words) -> bytes:
    return plan_json(case, words, wanted.with_private).encode()


def _oasys(case: Case, content: Content, _: Wanted, words: Words) -> bytes:
    return oasys_html(case, content, words.code).encode()


def _handover_docx(case: Case, content: Content, wanted: Wanted, _: Words) -> bytes:
    # Here and not above: the library of Word documents is of use to nothing else.
    from bot.outputs.docx import to_docx

    return to_docx(handover(case, content, wanted.names))


def _handover_pdf(case: Case, content: Content, wanted: Wanted, _: Words) -> bytes:
    return handover(case, content, wanted.names).to_pdf()


def _table(case: Case, content: Content, _: Wanted, __: Words) -> bytes:
    # The mark at its head is how spreadsheets know UTF-8.
    return plan_csv(case, content).encode("utf-8-sig")


def _peer(case: Case, content: Content, _: Wanted, __: Words) -> bytes:
    return hmpps_json(case, content).encode()


KINDS: dict[str, _Kind] = {
    PLAN_PDF: _Kind(_person, PDF, ".pdf", worded=True, words=PAPER_TITLE, private=True),
    "worker-pdf": _Kind(_worker, PDF, ".pdf"),
    PLAN_JSON: _Kind(_data, JSON, ".json", worded=True, words=A_QUESTION, private=True),
    "oasys": _Kind(_oasys, "text/html", ".html", words=A_QUESTION),
    "handover-docx": _Kind(_handover_docx, DOCX, ".docx"),
    "handover-pdf": _Kind(_handover_pdf, PDF, ".pdf"),
    "csv": _Kind(_table, "text/csv", ".csv"),
    "hmpps": _Kind(_peer, JSON, ".json", needs_plan=False, needs_all=True),
}


def without_plan(case: Case) -> str:
    """Why there is no plan to make anything of, and the mend."""
    if case.closing is not None:
        return "the plan is closed; open it again on its page first"
    return "there is no plan yet; finish the interview, or make the plan early on the plan page"


class Outputs:
    """Makes outputs, for any number of threads. The directory of services is the case's own, whatever ``plan`` holds."""

    def __init__(self, interview: Interview, plan: PlanData, wording: Wording, root: Path = DATA) -> None:
        """Raises ContentError when the words of the papers cannot be read."""
        self.content = Content(interview, plan, wording, load_papers(root), load_languages(root))

    def make(self, case: Case, wanted: Wanted) -> Made:
        """One output.

        Raises:
            CannotMake: no such output, language or level; no plan yet; no consent; or this machine lacks what it takes.
        """
        kind = KINDS.get(wanted.kind)
        if kind is None:
            raise CannotMake(f"there is no output '{wanted.kind}'; use one of {', '.join(KINDS)}")
        if wanted.with_private and not kind.private:
            private = " and ".join(name for name, one in KINDS.items() if one.private)
            raise CannotMake(f"{wanted.kind} never holds private parts; only {private} can")
        if wanted.with_answers and wanted.kind != PLAN_PDF:
            raise CannotMake(f"only {PLAN_PDF} can be with the answers or without them; leave the wish out")
        if case.interview is None:
            raise CannotMake("nobody has interviewed this person yet; hold the interview first")
        if kind.needs_plan and case.plan is None:
            raise CannotMake(without_plan(case))
        if kind.needs_all and case.interview.state != COMPLETE:
            raise CannotMake("the interview is not finished; finish it first (a question can be passed over), then export it")
        words, notes = self.words(case, wanted, kind)
        try:
            content = kind.make(case, self.content, wanted, words)
        except (NoConsent, NoPdf) as error:
            raise CannotMake(str(error)) from None
        return Made(content, kind.media, kind.suffix, notes)

    def words(self, case: Case, wanted: Wanted, kind: _Kind) -> tuple[Words, tuple[str, ...]]:
        """The words of an output, and what has to be said about them."""
        interview, known, notes = case.interview, self.content.languages, []
        language = wanted.language or (interview.language if interview else ENGLISH)
        level = wanted.level or (interview.level if interview else PLAIN)
        if language not in known:
            raise CannotMake(f"'{language}' is not a language of this program; use one of {', '.join(known)}")
        if level not in LEVELS:
            raise CannotMake(f"'{level}' is not a level; use one of {', '.join(LEVELS)}")
        if kind.words and not self._has_words(language, kind.words):
            lacking = f"there are no words in {known[language].english} for it yet"
            if wanted.language:
                raise CannotMake(f"{lacking}; leave the language out, or choose another")
            notes.append(f"{lacking}; it is in English")
            language = ENGLISH
        if wanted.language not in (None, ENGLISH) and not kind.words:
            notes.append(f"{wanted.kind} is for staff and in English, whatever the language")
        return Words(self.content, language, level if kind.worded else PLAIN), tuple(notes)

    def _has_words(self, language: str, context: str) -> bool:
        return language == ENGLISH or self.content.wording.lookup(language, PLAIN, context) is not None

    def languages(self) -> list[str]:
        """The languages that the person's paper can be made in now, English first."""
        return [code for code in self.content.languages if self._has_words(code, PAPER_TITLE)]
