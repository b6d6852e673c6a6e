"""Printing and exporting: what there is, a preview of exactly what will be on the paper, and the file."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from bot.casework.case import Case
from bot.interview.definitions import LEVELS
from bot.outputs.handover import CONSENT
from bot.outputs.making import KINDS, PLAN_JSON, PLAN_PDF, CannotMake, Wanted
from bot.web import access
from bot.web.case_words import sentence
from bot.web.papers import PREVIEWED, Preview
from bot.web.state import web

pages = Blueprint("papers", __name__, url_prefix="/people/<person_id>/papers")

# Of these the safeguarding role can have one with private parts.
WITH_PRIVATE = (PLAN_PDF, PLAN_JSON)
TITLES = {
    PLAN_PDF: "The person’s own plan",
    "worker-pdf": "The worker’s plan",
    "handover-docx": "The handover for the responsible officer",
    "handover-pdf": "The handover for the responsible officer",
    "oasys": "The sheet for OASys",
}
CHANGED = "This is not what you looked at: the plan has changed since, or it is another paper. Look at it as it is now, then get it"
NOT_SEEN = "This paper was not looked at yet. Look at it first, then get it"


@pages.get("")
def show(person_id: str) -> str:
    """What can be printed or exported."""
    return _page(access.case_of(person_id, ""))


def _page(case: Case, error: str = "") -> str:
    return render_template(
        "case/papers.html",
        case=case,
        error=error,
        languages=[(code, web().words.language(code)) for code in web().papers.outputs.languages()],
        language=case.interview.language if case.interview is not None else "en",
        level=case.interview.level if case.interview is not None else "plain",
        may_hand_over=case.consents.may_share(CONSENT),
    )


def _wanted() -> Wanted:
    """What is asked for. Private parts only by the safeguarding role, and only where there can be any."""
    args = request.args
    kind, language, level = args.get("kind", ""), args.get("language", ""), args.get("level", "")
    private, answers = args.get("private") == "yes", args.get("answers") == "yes"
    if kind not in KINDS or (private and (kind not in WITH_PRIVATE or not access.sees_private())) or (answers and kind != PLAN_PDF):
        abort(404)
    names = access.names()
    return Wanted(kind, language or None, level if level in LEVELS else None, private, lambda user: names.get(user, ""), answers)


def _noted(case: Case, what: str, wanted: Wanted) -> None:
    web().store.audit(access.by(), f"{what} {wanted.kind}{' with private parts' if wanted.with_private else ''}", case.person_id)


@pages.get("/preview")
def preview(person_id: str) -> str | tuple[str, int]:
    """Exactly what will be on the paper."""
    wanted, case = _wanted(), access.case_of(person_id, "")
    if wanted.kind not in PREVIEWED:
        abort(404)
    try:
        made = web().papers.preview(case, wanted)
    except CannotMake as error:
        return _page(case, sentence(error)), 422
    return _preview(case, made, wanted)


def _preview(case: Case, made: Preview, wanted: Wanted, error: str = "") -> str:
    _noted(case, "previewed", wanted)
    return render_template("case/preview.html", case=case, made=made, wanted=wanted, title=TITLES[wanted.kind], error=error)


@pages.get("/file")
def file(person_id: str) -> Response | tuple[str, int]:
    """The paper, or the data, as a file. Its name tells of nobody.

    A paper only as it was looked at: where the form says nothing of a preview, or of another one, that of now is shown first.
    """
    wanted, case = _wanted(), access.case_of(person_id, "")
    try:
        looked_at = web().papers.preview(case, wanted) if wanted.kind in PREVIEWED else None
        if looked_at is not None and request.args.get("seen") != looked_at.digest:
            return _preview(case, looked_at, wanted, CHANGED if request.args.get("seen") else NOT_SEEN), 409
        made = web().papers.make(case, wanted)
    except CannotMake as error:
        return _page(case, sentence(error)), 422
    # Noted before it is given.
    _noted(case, "exported", wanted)
    headers = {"Content-Disposition": f"attachment; filename={wanted.kind.partition('-')[0]}{made.suffix}"}
    return Response(made.content, mimetype=made.media, headers=headers)
