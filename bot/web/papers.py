"""What can be printed or exported of a case, made when it is asked for; and its preview, which is what the paper will hold."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup

from bot.casework.case import Case
from bot.casework.casework import Casework
from bot.interview.definitions import EASY, Interview
from bot.language.pictures import plan_pictures
from bot.language.wording import Wording
from bot.outputs.handover import NoConsent, handover
from bot.outputs.making import KINDS, PLAN_PDF, CannotMake, Made, Outputs, Wanted, without_plan
from bot.outputs.oasys import oasys_html
from bot.outputs.person_pdf import person_html
from bot.outputs.worker_sheet import worker_sheet

# What has a preview; the others are data for other programs.
PREVIEWED = (PLAN_PDF, "worker-pdf", "handover-docx", "handover-pdf", "oasys")
# After a restart every paper is looked at once more.
_KEY = secrets.token_bytes(32)
_BODY = re.compile(r"<html lang=\"([\w-]+)\" dir=\"(\w+)\".*?<body[^>]*>(.*)</body>", re.DOTALL)
# The sheet has its own style; the page shows the same words in the page's.
_CLASS = re.compile(r' class="[^"]*"')


def _pictures_here() -> dict[str, str]:
    """What has a picture on a plan → where it is on this server: a page of ours may hold none in itself, as a paper does."""
    return {what: url_for("static", filename=f"pictures/{name}.svg") for what, name in plan_pictures().items()}


@dataclass(frozen=True, slots=True)
class Preview:
    """What will be on a paper, as HTML for a page, with the language and the direction it is in."""

    body: Markup
    language: str
    direction: str
    notes: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """What tells this preview from one of another paper, or of the same when the case has changed.

        It stands in addresses: with a key that nobody has it says nothing of what is on the paper.
        """
        shown = "\0".join((self.language, self.body, *self.notes))
        return hashlib.blake2b(shown.encode(), key=_KEY, digest_size=16).hexdigest()


class Papers:
    """Makes papers and previews, for any number of threads. What it takes is loaded when the first one is asked for."""

    def __init__(self, interview: Interview, casework: Casework, wording: Wording) -> None:
        self._parts = interview, casework.plan_data, wording
        self._casework = casework
        self._lock = threading.Lock()
        self._made: Outputs | None = None

    @property
    def outputs(self) -> Outputs:
        """The outputs. Raises ContentError when the words of the papers cannot be read."""
        with self._lock:
            if self._made is None:
                self._made = Outputs(*self._parts)
            return self._made

    def make(self, case: Case, wanted: Wanted) -> Made:
        """A paper. Raises CannotMake."""
        case = self._casework.with_words(case)
        return self.outputs.make(case if wanted.with_private else case.without_sensitive(), wanted)

    def preview(self, case: Case, wanted: Wanted) -> Preview:
        """What a paper will hold. Raises CannotMake."""
        kind = KINDS.get(wanted.kind)
        if kind is None or wanted.kind not in PREVIEWED:
            raise CannotMake("there is no preview of this; get the file instead")
        case = self._casework.with_words(case)
        if case.interview is None or case.plan is None:
            raise CannotMake(without_plan(case))
        words, notes = self.outputs.words(case, wanted, kind)
        shown, content = case if wanted.with_private else case.without_sensitive(), self.outputs.content
        try:
            if wanted.kind == PLAN_PDF:
                worker = wanted.names(case.plan.worker) if case.plan.worker else ""
                pictures = _pictures_here() if words.level == EASY else {}
                html = person_html(shown, words, wanted.with_private, worker, pictures, wanted.with_answers)
            elif wanted.kind == "worker-pdf":
                html = worker_sheet(shown, content, wanted.names).to_html()
            elif wanted.kind == "oasys":
                html = oasys_html(shown, content, words.code)
            else:
                html = handover(shown, content, wanted.names).to_html()
        except NoConsent as error:
            raise CannotMake(str(error)) from None
        found = _BODY.search(html)
        if found is None:
            raise CannotMake("the preview cannot be shown; get the file instead")
        # Made by our own templates, which escape everything that was said.
        return Preview(Markup(_CLASS.sub("", found[3])), found[1], found[2], notes)  # noqa: S704
