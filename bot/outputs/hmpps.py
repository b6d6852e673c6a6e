"""The payloads of the peer system (hmpps-resettlement-passport), one request a pathway, with every check its server leaves out.

Its ids, types and rules are facts in ``bot/data/peer.yml``. Its server takes an answer to every mandatory question, so what was not
said, what has no option of theirs, what is private and what is on no paper (``Case.for_paper``) all go as NO_ANSWER; a private
answer can not be told from one not given.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.casework.case import Case
from bot.interview.answers import ADDRESS_PARTS, Answer
from bot.interview.definitions import Interview, Question
from bot.interview.loading import DATA
from bot.interview.yamlfile import read_yaml
from bot.outputs.staff import English
from bot.outputs.words import Content
from bot.store.types import PRERELEASE

NO_ANSWER = "NO_ANSWER"
DETAILS = "_ADDITIONAL_DETAILS"
LIMITS = {"SHORT_TEXT": 500, "LONG_TEXT": 3000}
ADDRESS_KEYS = ("addressLine1", "addressLine2", "addressTown", "addressCounty", "addressPostcode")
CLASSES = {
    "RADIO": "StringAnswer",
    "SHORT_TEXT": "StringAnswer",
    "LONG_TEXT": "StringAnswer",
    "CHECKBOX": "ListAnswer",
    "ADDRESS": "MapAnswer",
}
CUT = " […]"
# Answers of ours that its page asks to be told in the details of a question of its own.
TOLD_IN_DETAILS = {
    "WHERE_DID_THEY_LIVE": ("lived_with", "council_area"),
    "WHERE_WILL_THEY_LIVE": ("new_home_with", "new_home_paid_by"),
    "DO_THEY_HAVE_JOB_ARRANGED": ("job_after_hours",),
}


class BadPayload(Exception):
    """A payload that its server or its pages would not take: a fault of this program. The message names question ids only."""


@dataclass(frozen=True, slots=True)
class Theirs:
    """A question of the peer's. ``under`` is (its question, its option) that brings a nested one up, None for one of the page."""

    id: str
    type: str
    optional: bool
    options: tuple[str, ...]
    exclusive: tuple[str, ...]
    under: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Pathway:
    """One assessment of the peer's, with its questions in the order of its page."""

    id: str
    version: int
    questions: Mapping[str, Theirs]


def load_peer(root: Path = DATA) -> dict[str, Pathway]:
    """The peer's assessments by pathway. Raises ContentError."""
    return {
        name: Pathway(name, entry["version"], _questions(entry["questions"]))
        for name, entry in read_yaml(root / "peer.yml").items()
    }


def _questions(entries: Mapping[str, Any]) -> dict[str, Theirs]:
    found = {}
    for name, entry in entries.items():
        parent, _, option = str(entry.get("under", "")).partition("=")
        found[name] = Theirs(
            id=name,
            type=entry["type"],
            optional=bool(entry["optional"]),
            options=tuple(entry.get("options", ())),
            exclusive=tuple(entry.get("exclusive", ())),
            under=(parent, option) if parent else None,
        )
    return found


def hmpps_json(case: Case, content: Content) -> str:
    """Every request of an export as a JSON text: ``{nomsId, assessmentType, notes, requests: [{method, pathway, path, body}]}``."""
    return json.dumps(hmpps_data(case, content), ensure_ascii=False, indent=1) + "\n"


def hmpps_data(case: Case, content: Content, peer: Mapping[str, Pathway] | None = None) -> dict[str, Any]:
    """What ``hmpps_json`` writes, as plain objects, checked.

    Raises:
        BadPayload: it does not pass ``problems``.
    """
    case = case.for_paper()
    number = case.record.prison_number
    kind = "RESETTLEMENT_PLAN" if case.interview is not None and case.interview.kind == PRERELEASE else "BCST2"
    notes: list[str] = []
    requests = []
    for pathway in (peer or load_peer()).values():
        body = {"version": pathway.version, "questionsAndAnswers": list(_Filler(case, content, pathway, notes).answers())}
        if wrong := problems(body, pathway):
            raise BadPayload("; ".join(wrong))
        base = f"/resettlement-passport/prisoner/{number}/resettlement-assessment/{pathway.id}/complete"
        requests.append({"method": "POST", "pathway": pathway.id, "path": f"{base}?assessmentType={kind}", "body": body})
    return {"nomsId": number, "assessmentType": kind, "notes": notes, "requests": requests}


class _Filler:
    """Answers the questions of one assessment from a case as it may go out (``Case.for_paper``)."""

    def __init__(self, case: Case, content: Content, pathway: Pathway, notes: list[str]) -> None:
        self.pathway, self.notes = pathway, notes
        self.english = English(content)
        self.interview = content.interview
        self.said: Mapping[str, Answer] = case.path.answers if case.path else {}
        self.ours = ours_by_theirs(content.interview, pathway.id)

    def answers(self) -> Iterator[dict[str, Any]]:
        """Every question of the page once, and those nested under what was chosen, as siblings."""
        chosen: dict[str, list[str]] = {}
        for theirs in self.pathway.questions.values():
            if theirs.under is not None and theirs.under[1] not in chosen.get(theirs.under[0], ()):
                continue
            value = self.value(theirs)
            if theirs.options:
                chosen[theirs.id] = [value] if isinstance(value, str) else value
            yield {"question": theirs.id, "answer": {"@class": CLASSES[theirs.type], "answer": value}}

    def answer(self, theirs: str) -> tuple[Question | None, Answer | None]:
        """Our question for one of theirs, and what was really answered to it."""
        question = self.ours.get(theirs) or next(
            (one for name, one in self.ours.items() if name.endswith("*") and theirs.startswith(name[:-1])), None
        )
        found = self.said.get(question.id) if question is not None else None
        return question, found if found is not None and found.given else None

    def value(self, theirs: Theirs) -> Any:
        if theirs.id.endswith(DETAILS):
            return self.cut(theirs, "\n".join(self.details(theirs.id.removesuffix(DETAILS))))
        question, answer = self.answer(theirs.id)
        if theirs.type == "ADDRESS":
            return _address(answer)
        if theirs.options:
            chosen = [name for name in _their_options(question, answer) if name in theirs.options] or [NO_ANSWER]
            return chosen if theirs.type == "CHECKBOX" else chosen[0]
        text = answer.text if answer is not None else ""
        return self.cut(theirs, text) or ("" if theirs.optional else NO_ANSWER)

    def cut(self, theirs: Theirs, text: str) -> str:
        """A text of no more than the length its pages allow."""
        most = LIMITS[theirs.type]
        if len(text) <= most:
            return text
        self.notes.append(f"{theirs.id}: cut to {most} characters; the whole text is in the interview")
        return text[: most - len(CUT)] + CUT

    def details(self, theirs: str) -> Iterator[str]:
        """What was added in the person's words, choices that they have no option for, and what their page asks for here."""
        question, answer = self.answer(theirs)
        if question is None or answer is None:
            return
        lacking = [option for option in answer.options if not question.by_id[option].peer]
        if lacking:
            yield "; ".join(self.english.answer(question, Answer(question.id, options=(option,))) for option in lacking)
        if answer.more:
            yield answer.more
        for name in TOLD_IN_DETAILS.get(theirs, ()):
            told, other = self.said.get(name), self.interview.by_id.get(name)
            if other is not None and told is not None and told.given and not other.sensitive:
                yield f"{self.english.question(other)} {self.english.answer(other, told)}"


def ours_by_theirs(interview: Interview, pathway: str) -> dict[str, Question]:
    """Our question for each of the peer's ids of a pathway (an id may end with * for a row of ids). Private ones are left out."""
    return {
        question.peer.question: question
        for question in interview.questions
        if question.peer is not None and question.peer.pathway == pathway and not question.sensitive
    }


def _their_options(question: Question | None, answer: Answer | None) -> list[str]:
    if question is None or answer is None:
        return []
    found = (question.by_id[option].peer for option in answer.options)
    return list(dict.fromkeys(peer for peer in found if peer))


def _address(answer: Answer | None) -> list[dict[str, str]]:
    """The five parts in their order; an address on lines has its lines in the first ones."""
    parts = dict(answer.parts) if answer is not None else {}
    if answer is not None and not parts:
        lines = answer.text.splitlines()
        parts = {"line1": lines[0] if lines else "", "line2": ", ".join(lines[1:])}
    return [{key: parts.get(part, "")} for key, part in zip(ADDRESS_KEYS, ADDRESS_PARTS, strict=True)]


def problems(body: Mapping[str, Any], pathway: Pathway) -> list[str]:
    """Everything wrong with a payload: what its server refuses, and what it takes though its pages would not."""
    answers: list[Mapping[str, Any]] = list(body["questionsAndAnswers"])
    ids = [entry["question"] for entry in answers]
    by_id = {entry["question"]: entry["answer"] for entry in answers}
    found = [] if body["version"] == pathway.version else [f"the version is not {pathway.version}"]
    found += [f"{name}: no question of theirs" for name in by_id if name not in pathway.questions]
    found += [f"{name}: stands twice" for name in by_id if ids.count(name) > 1]
    for theirs in pathway.questions.values():
        if theirs.id not in by_id:
            found += [f"{theirs.id}: is missing"] if theirs.under is None else []
            continue
        found += [f"{theirs.id}: {wrong}" for wrong in _wrong(by_id[theirs.id], theirs)]
        if theirs.under is not None and theirs.under[1] not in _chosen(by_id.get(theirs.under[0])):
            found.append(f"{theirs.id}: {theirs.under[1]} was not chosen")
    return found


def _chosen(answer: Mapping[str, Any] | None) -> list[Any]:
    value = answer["answer"] if answer else []
    return list(value) if isinstance(value, list) else [value]


def _wrong(answer: Mapping[str, Any], theirs: Theirs) -> Iterator[str]:
    value = answer["answer"]
    if answer["@class"] != CLASSES[theirs.type]:
        yield f"is no {CLASSES[theirs.type]}"
    elif theirs.type == "ADDRESS":
        if [list(part) for part in value] != [[key] for key in ADDRESS_KEYS] or not all(
            isinstance(text, str) for part in value for text in part.values()
        ):
            yield "is no address of five parts in order"
    elif theirs.type == "CHECKBOX":
        if not value or len(set(value)) < len(value) or not set(value) <= set(theirs.options):
            yield "is empty, repeats an option or has one that is not theirs"
        elif len(value) > 1 and set(value) & set(theirs.exclusive):
            yield "has an option beside one that stands alone"
    elif not isinstance(value, str):
        yield "is no text"
    elif theirs.type == "RADIO":
        if value not in theirs.options:
            yield "is no option of theirs"
    elif len(value) > LIMITS[theirs.type] or (not value and not theirs.optional):
        yield "is too long, or empty where something has to be said"
