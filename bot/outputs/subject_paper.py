"""Everything held on a person as one document to read, and both forms together in one file to hand over."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.outputs.document import Document
from bot.outputs.staff import day
from bot.plan.dates import in_london

PAPER, DATA = "everything-held.html", "everything-held.json"
WITHOUT = "What is private (the part about being safe, and what rests on it) is NOT in this copy, whether there is any or not."
WITH = "What is private (the part about being safe, and what rests on it) IS in this copy. Hand it to the person alone, in private."
MARKED = (
    "Lines that end in [staff] were written by staff, and lines that end in [names others] name somebody else. "
    "Read those before this is handed over: another person's own data may have to be taken out."
)
# It is read in a browser as well as printed.
ON_SCREEN = "@media screen { body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem } }\n"
Row = Mapping[str, Any]


def subject_file(data: Mapping[str, Any]) -> bytes:
    """A ZIP file of the document and the data (``subject_data``)."""
    made = io.BytesIO()
    stamp = datetime.fromisoformat(data["made_at"]).timetuple()[:6]
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in (
            (PAPER, subject_paper(data).to_html().replace("</style>", f"{ON_SCREEN}</style>", 1)),
            (DATA, json.dumps(data, ensure_ascii=False, indent=1) + "\n"),
        ):
            info = zipfile.ZipInfo(name, (stamp[0], stamp[1], stamp[2], stamp[3], stamp[4], stamp[5]))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            file.writestr(info, text)
    return made.getvalue()


def _moment(text: str | None) -> str:
    if text is None:
        return ""
    found = in_london(datetime.fromisoformat(text))
    return f"{day(found)}, {found:%H:%M}"


def _mark(row: Row) -> str:
    return {"staff": " [staff]", "named": " [names others]"}.get(str(row.get("others")), "")


def _stamp(row: Row) -> str:
    return f"{_moment(row['at'])}, {row['by']}"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(
            f"{name.replace('_', ' ')}: {_shown(each)}" for name, each in value.items() if each not in ("", None, [], {})
        )
    if isinstance(value, list | tuple):
        return ", ".join(_shown(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def subject_paper(data: Mapping[str, Any]) -> Document:
    """The document, in plain words."""
    paper = Document("Everything we hold about you", f"made on {_moment(data['made_at'])}")
    paper.text(
        "This is a copy of all that this program holds about one person. They may ask for it at any time, and say what is wrong."
    )
    paper.text(WITH if data["private_included"] else WITHOUT, "warning")
    paper.text(MARKED, "small")
    _record(paper, data)
    for number, interview in enumerate(data["interviews"], 1):
        _interview(paper, number, interview)
    for number, plan in enumerate(data["plans"], 1):
        _plan(paper, number, plan)
    _beside(paper, data)
    paper.heading("Who looked, and who did what")
    paper.table(("When", "Who", "What"), [(_moment(row["at"]), row["who"], row["what"]) for row in data["who_looked_and_did_what"]])
    return paper


def _record(paper: Document, data: Mapping[str, Any]) -> None:
    paper.heading("The record")
    paper.text(f"Held since {_moment(data['record']['since'])}.")
    paper.facts([(row["label"], row["value"] + _mark(row)) for row in data["record"]["fields"]])
    if data["record_changes"]:
        paper.heading("What the record said before", 3)
    for change in data["record_changes"]:
        why = f" Why: {change['reason']}" if change["reason"] else ""
        paper.text(f"Changed {_stamp(change)}.{why}{_mark(change)}")
        paper.points([f"{row['label']}: was “{row['before']}”, became “{row['after']}”" for row in change["changes"]])
    if data["said_to_be_wrong"]:
        paper.heading("What you have said is wrong", 3)
    for one in data["said_to_be_wrong"]:
        paper.text(f"{one['about']}: “{one['words']}” Noted {_stamp(one)}{_mark(one)}")
        end = f", {_stamp(one['settled'])}: {one['why']}{_mark(one['settled'])}" if one["settled"] else ""
        paper.text(f"{one['outcome']}{end}", "inset")


def _interview(paper: Document, number: int, one: Row) -> None:
    paper.heading(f"Interview {number}: {one['kind']}")
    ended = f", finished {_moment(one['completed_at'])}" if one["completed_at"] else ", not finished"
    paper.text(f"Started {_moment(one['started_at'])} by {one['started_by']}, {one['how']}{ended}. Language: {one['language']}.")
    section = None
    for question in one["answers"]:
        if question["section"] != section:
            section = question["section"]
            paper.heading((section or "other").replace("_", " ").capitalize(), 3)
        lines = [_version(version) for version in reversed(question["versions"])]
        private = " (private)" if question["private"] else ""
        paper.facts([(question["asked"] + private, [lines[0], *(f"Before that: {line}" for line in lines[1:])])])
    _list(paper, "Notes beside the interview", [_note(note) for note in one["notes"]])
    ways = [
        f"{'Code' if way['kind'] == 'code' else 'Tablet handed over'}, {_moment(way['issued_at'])}, by {way['issued_by']}"
        + (f"; used {_moment(way['used_at'])}" if way["used_at"] else "")
        + (f"; what helps: {', '.join(way['helps'])}" if way["helps"] else "")
        for way in one["ways_in_alone"]
    ]
    _list(paper, "When you could answer alone", ways)
    _list(paper, "When you asked for a paper copy", [_moment(each["at"]) for each in one["asked_for_paper"]])


def _version(version: Row) -> str:
    typed = f" You typed: “{version['typed']}”." if version["typed"] else ""
    return f"{version['answer']} ({version['how']}, {_stamp(version)}){typed}{_mark(version)}"


def _note(note: Row) -> str:
    about = f" About: {note['question']}" if note["question"] else ""
    to = f" To: {note['to']}." if note["to"] else ""
    return f"{note['kind']}, {_stamp(note)}: {note['text']}{to}{about}{_mark(note)}"


def _list(paper: Document, title: str, lines: Sequence[str]) -> None:
    if lines:
        paper.heading(title, 3)
        paper.points(lines)


def _plan(paper: Document, number: int, plan: Row) -> None:
    paper.heading(f"Plan {number}")
    worker = f" Worker: {plan['worker']}." if plan["worker"] else ""
    paper.text(f"Made {_moment(plan['made_at'])}; it is {plan['state']}.{worker}")
    _list(paper, "Needs it is made for", plan["needs"])
    _list(
        paper,
        "Closed and opened again",
        [f"{one['kind']}, {_stamp(one)}: {one['reason']} {one['note']}{_mark(one)}" for one in plan["closed_and_opened"]],
    )
    for item in plan["items"]:
        paper.heading(item["what"] + (" (private)" if item["private"] else ""), 3)
        paper.facts([("How it stands", item["state"]), ("Why", item["because"]), ("Who", item["owner"]), ("Due", day(item["due"]))])
        steps = [
            f"{step['step']}, {_stamp(step)}" + (f": {_shown(step['said'])}" if step["said"] else "") + _mark(step)
            for step in item["history"]
        ]
        paper.points(steps)


def _beside(paper: Document, data: Mapping[str, Any]) -> None:
    _list(
        paper,
        "What you agreed to, and what not",
        [
            f"{one['words']}: {one['state']}, {_stamp(one)}{'; ' + one['note'] if one['note'] else ''}{_mark(one)}"
            for one in data["consents"]
        ],
    )
    _list(
        paper,
        "Referrals, contacts and groups",
        [f"{one['about']}, {_stamp(one)}: {_shown(one['said'])}{_mark(one)}" for one in data["beside_the_plan"]],
    )
    alerts = []
    for alert in data["alerts"]:
        parts = [f"{alert['words']} Raised {_moment(alert['raised_at'])}, for: {', '.join(alert['for'])}."]
        parts += [text for text in (alert["detail"], f"Said: “{alert['said']}”" if alert["said"] else "") if text]
        parts += [f"{cause['asked']}: {cause['answer']}" for cause in alert["because"]]
        done = alert["acknowledged"]
        if done:
            parts.append(f"Acted on: {_stamp(done)}. {alert['note']}{_mark(done)}")
        alerts.append(" ".join(parts))
    _list(paper, "Alerts", alerts)
