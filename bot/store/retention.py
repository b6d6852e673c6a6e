"""How long each kind of data is kept: ``bot/data/retention.yml``, read and checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.interview.yamlfile import ContentError, Node, read_yaml

FILE = "retention.yml"
DATA = Path(__file__).parents[1] / "data"
PLAN_CLOSED, RELEASE, LAST_CONTACT = ENDS = ("plan_closed", "release", "last_contact")
PRIVATE_ANSWERS, ALERTS, INTERVIEWS, RECORDS = CASE_KINDS = ("private_answers", "alerts", "interviews", "records")
KIOSK, SESSIONS, AUDIT = OTHER_KINDS = ("kiosk", "sessions", "audit")
KINDS = (*CASE_KINDS, *OTHER_KINDS)
# What the period of each kind is counted from.
AFTER = {**dict.fromkeys(CASE_KINDS, "case_ended"), KIOSK: "last_used", SESSIONS: "last_seen", AUDIT: "written"}
MOST_DAYS = 36_500
# The first is never kept longer than the second, which takes it along.
_WITHIN = ((PRIVATE_ANSWERS, INTERVIEWS), (ALERTS, INTERVIEWS), (INTERVIEWS, RECORDS))


@dataclass(frozen=True, slots=True)
class Retention:
    """The periods, in whole days: ``days`` by kind; ``ends`` are those of ``ENDS`` that count; ``unfinished`` is how long an
    interview that nobody finished keeps its case open."""

    ends: tuple[str, ...]
    unfinished: int
    days: dict[str, int]


@cache
def load_retention(root: Path = DATA) -> Retention:
    """The periods. Raises ContentError with the first thing that is wrong."""
    wrong = check_retention(root)
    if wrong:
        raise ContentError(wrong[0])
    found = read_yaml(root / FILE)
    days = {name: int(found["kinds"][name]["days"]) for name in KINDS}
    return Retention(tuple(found["case_ends"]), int(found["unfinished"]["days"]), days)


def check_retention(root: Path = DATA) -> list[str]:
    """Everything wrong with the file, one a line, each with its place and the mend."""
    try:
        found = read_yaml(root / FILE)
    except ContentError as error:
        return [str(error)]
    return [f"{FILE}:{line}: {text}" for line, text in _wrong(found)]


def _wrong(found: Node) -> Iterator[tuple[int, str]]:
    for name in found:
        if name not in ("case_ends", "unfinished", "kinds"):
            yield found.line_of(name), f"'{name}' is not known here; remove it"
    ends = found.get("case_ends")
    if not isinstance(ends, list) or not ends or not {str(end) for end in ends} <= set(ENDS) or len({*map(str, ends)}) < len(ends):
        yield found.line_of("case_ends"), f"case_ends: name one or more of {', '.join(ENDS)}, each once"
    yield from _period(found.line_of("unfinished"), "unfinished", found.get("unfinished"))
    kinds = found.get("kinds")
    if not isinstance(kinds, Node):
        yield found.line_of("kinds"), f"kinds: is missing; give a period for each of {', '.join(KINDS)}"
        return
    for name in kinds:
        if name not in KINDS:
            yield kinds.line_of(name), f"'{name}' is not a kind of data; there are {', '.join(KINDS)}"
    good: dict[str, int] = {}
    for name in KINDS:
        wrong = list(_period(kinds.line_of(name), name, kinds.get(name), AFTER[name]))
        yield from wrong
        if not wrong:
            good[name] = kinds[name]["days"]
    for first, second in _WITHIN:
        if first in good and second in good and good[first] > good[second]:
            text = f"{first}: is kept for {good[first]} days, but goes with {second} after {good[second]}; give it as many or fewer"
            yield kinds.line_of(first), text


def _period(line: int, name: str, period: Any, after: str = "") -> Iterator[tuple[int, str]]:
    """What is wrong with one period. ``after``: what it has to be counted from."""
    if not isinstance(period, Node):
        shape = f"days: …, after: {after}, why: …" if after else "days: …, why: …"
        yield line, f"{name}: is missing; write {{{shape}}}"
        return
    allowed = ("days", "why", *(("after",) if after else ()))
    for key in period:
        if key not in allowed:
            yield period.line_of(key), f"{name}: '{key}' is not known here; remove it"
    days, why = period.get("days"), period.get("why")
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= MOST_DAYS:
        yield period.line_of("days"), f"{name}: days is not a whole number from 1 to {MOST_DAYS}"
    if after and period.get("after") != after:
        yield period.line_of("after"), f"{name}: after has to be {after}"
    if not isinstance(why, str) or not why.strip():
        yield period.line_of("why"), f"{name}: why is missing; say what the period rests on"
