"""The figures of a prison for a time, with small counts suppressed (plan.md, report for a prison)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.plan.dates import in_london
from bot.plan.definitions import PlanData
from bot.plan.items import DECLINED, PROPOSED
from bot.plan.life import CARRIED_OVER, FOLLOWED_UP, NOT_AVAILABLE, REMOVED, SIGNPOSTED, STATES
from bot.plan.needs import NO
from bot.store.plan_types import CLOSED, LIVE, ItemFigures, PlanFigures
from bot.store.types import FIRST

SMALLEST = 5
ON_TIME, LATE, NO_DATE = "on_time", "late", "no_date"
# Items in these states are off the plan, or on another; and on those in these nothing was done yet, or nothing could be.
_OFF = {DECLINED, CARRIED_OVER, REMOVED}
_NOTHING_DONE = {PROPOSED, NOT_AVAILABLE}
Cells = dict[str, int]
Table = dict[str, Cells]


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one prison from ``start`` to ``end`` (both included), over the plans made in that time.

    ``tables`` maps the name of a table to its rows, and each row's name to its figures. A figure is a number, or None where it was
    suppressed: a count of 1 to 4, and one more of its row or column where the total would give it away. ``people`` is the number of
    people in it; None, and no tables, where they are fewer than 5 and not none.

    Tables: ``assessments`` (part 2 and pre-release: on time, late, no date), ``needs`` (by need: found, wanted, declined, unmet),
    ``pathways`` (items by pathway and level), ``states`` (items by pathway and state), ``follow_ups`` (signposted items: followed
    up, waiting, overdue), ``languages``, ``modes`` (interviews: started, completed), ``closed`` (plans by what they were closed by
    hand for; all others are ``open``), ``plans`` (by kind).
    """

    prison: str
    start: date
    end: date
    people: int | None
    tables: Mapping[str, Mapping[str, Mapping[str, int | None]]]

    def to_json(self) -> dict[str, Any]:
        """``{prison, from, to, people, suppressed_below, tables: {table: {row: {column: number | null}}}}``."""
        return {
            "prison": self.prison,
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "people": self.people,
            "suppressed_below": SMALLEST,
            "tables": {name: {row: dict(cells) for row, cells in rows.items()} for name, rows in self.tables.items()},
        }

    def rows(self) -> list[tuple[str, str, str, int | None]]:
        """(table, row, column, figure), for CSV."""
        return [
            (table, row, column, figure)
            for table, rows in self.tables.items()
            for row, cells in rows.items()
            for column, figure in cells.items()
        ]


def make_report(plan_data: PlanData, figures: Iterable[PlanFigures], prison: str, start: date, end: date, today: date) -> Report:
    """The report over these plans, which were made in the time."""
    plans = list(figures)
    people = len({plan.person_id for plan in plans})
    if 0 < people < SMALLEST:
        return Report(prison, start, end, None, {})
    tables: dict[str, Callable[[], Table]] = {
        "assessments": lambda: _assessments(plans),
        "needs": lambda: _needs(plans),
        "pathways": lambda: _by(plans, plan_data.pathways, ("1", "2", "2/3", "3"), 1),
        "states": lambda: _by(plans, plan_data.pathways, STATES, 2),
        "follow_ups": lambda: _follow_ups(plans, today),
        "languages": lambda: {language: {"plans": count} for language, count in Counter(plan.language for plan in plans).items()},
        "modes": lambda: _modes(plans),
        "closed": lambda: {
            reason: {"plans": count} for reason, count in Counter(plan.closed_for or "open" for plan in plans).items()
        },
        "plans": lambda: {kind: {"plans": count} for kind, count in Counter(plan.kind for plan in plans).items()},
    }
    return Report(prison, start, end, people, {name: suppressed(make()) for name, make in tables.items()})


def _assessments(plans: Iterable[PlanFigures]) -> Table:
    """Part 2 by the date it was due; a pre-release assessment by the day of release.

    Which of them an interview is, ``bot.casework.viewing.assessments_done`` says: one of somebody who gets no part 2 is the
    assessment before release or none, and a review from before the window is none.
    """
    found: Table = {"part2": dict.fromkeys((ON_TIME, LATE, NO_DATE), 0), "prerelease": dict.fromkeys((ON_TIME, LATE, NO_DATE), 0)}
    for plan in plans:
        more, done = plan.summary.more, in_london(plan.completed_at or plan.made_at).date()
        first, opens = plan.kind == FIRST, _day(more.get("prerelease_from"))
        if first and not more.get("no_part2", plan.no_part2):
            row, due = "part2", _day(more.get("part2_due"))
        elif (opens is None and first) or (opens is not None and done < opens):
            continue
        else:
            row, due = "prerelease", _day(more["release"]) if "release" in more else plan.release
        found[row][NO_DATE if due is None else ON_TIME if done <= due else LATE] += 1
    return found


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _needs(plans: Iterable[PlanFigures]) -> Table:
    """Of each need: how many plans found it, on how many help was wanted or turned down, and on how many nothing is done for it
    yet, whatever is done for other needs of its pathway."""
    found: Table = {}
    for plan in plans:
        for need, _, wanted in plan.summary.needs:
            cells = found.setdefault(need, dict.fromkeys(("found", "declined", "wanted", "unmet"), 0))
            cells["found"] += 1
            cells["declined" if wanted == NO else "wanted"] += 1
            cells["unmet"] += wanted != NO and _untouched([item for item in plan.items if need in item.needs])
    return dict(sorted(found.items()))


def _untouched(items: Iterable[ItemFigures]) -> bool:
    """Whether nothing is done yet on any item that answers a need. What everybody gets counts where the need has nothing else."""
    standing = [item for item in items if item.state not in _OFF]
    own = [item for item in standing if item.level != "1"] or standing
    return bool(own) and all(item.state in _NOTHING_DONE for item in own)


def _by(plans: Iterable[PlanFigures], pathways: Iterable[str], columns: Iterable[str], place: int) -> Table:
    names = tuple(columns)
    found: Table = {pathway: dict.fromkeys(names, 0) for pathway in pathways}
    for plan in plans:
        for item in plan.items:
            cells = found.setdefault(item.pathway, dict.fromkeys(names, 0))
            value = str(item[place])
            cells[value] = cells.get(value, 0) + 1
    return found


def _follow_ups(plans: Iterable[PlanFigures], today: date) -> Table:
    """Signposted items by pathway. Those of closed plans count as they ended."""
    found: Table = {}
    for plan in plans:
        for item in plan.items:
            by = item.follow_up_by
            if item.state not in (SIGNPOSTED, FOLLOWED_UP):
                continue
            cells = found.setdefault(item.pathway, dict.fromkeys(("followed_up", "waiting", "overdue"), 0))
            late = by is not None and by < today and plan.state != CLOSED and item.state in LIVE
            cells["overdue" if late else "followed_up" if by is None else "waiting"] += 1
    return found


def _modes(plans: Iterable[PlanFigures]) -> Table:
    found: Table = {}
    for plan in plans:
        cells = found.setdefault(plan.mode, {"completed": 0, "not_completed": 0})
        cells["completed" if plan.completed_at is not None else "not_completed"] += 1
    return found


# -- small counts


def suppressed(table: Table) -> dict[str, dict[str, int | None]]:
    """The table with counts of 1 to 4 left out, and one more wherever a single one left out could be worked out from a sum.

    A nought stays: it tells of nobody. Sums over a row or a column may be known from elsewhere (the number of people is printed),
    so in each row and column of two figures or more either none is left out, or at least two.
    """
    cells: dict[tuple[str, str], int | None] = {
        (row, column): None if 0 < figure < SMALLEST else figure
        for row, figures in table.items()
        for column, figure in figures.items()
    }
    lines = _lines(cells)
    changed = True
    while changed:
        changed = False
        for line in lines:
            hidden = [place for place in line if cells[place] is None]
            shown = sorted((place for place in line if cells[place]), key=lambda place: (cells[place] or 0, place))
            if len(hidden) == 1 and shown:
                cells[shown[0]], changed = None, True
    return {row: {column: cells[row, column] for column in figures} for row, figures in table.items()}


def _lines(places: Iterable[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Every row and every column of a table with more than one place."""
    rows: dict[str, list[tuple[str, str]]] = {}
    columns: dict[str, list[tuple[str, str]]] = {}
    for row, column in places:
        rows.setdefault(row, []).append((row, column))
        columns.setdefault(column, []).append((row, column))
    return [line for line in (*rows.values(), *columns.values()) if len(line) > 1]
