"""The figures of a prison for a time, with small counts suppressed (plan.md, report for a prison)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.casework.small_counts import SMALLEST, Count, Place, Sum, Table, rows_and_columns, suppressed
from bot.interview.definitions import Need
from bot.plan.dates import in_london
from bot.plan.definitions import SENSITIVE_PATHWAYS, PlanData
from bot.plan.items import DECLINED, PROPOSED
from bot.plan.life import CARRIED_OVER, FOLLOWED_UP, NOT_AVAILABLE, REMOVED, SIGNPOSTED, STATES
from bot.plan.needs import NO
from bot.store.plan_types import CLOSED, LIVE
from bot.store.report_types import ItemFigures, PlanFigures, PrisonFigures
from bot.store.types import FIRST

ON_TIME, LATE, NO_DATE, NOT_DONE = "on_time", "late", "no_date", "not_done"
# The same words on every report, whether there is anything of it in this prison or not.
LEFT_OUT = (
    "No report holds what is for the safeguarding role only: support for people who have lived with domestic abuse, support for "
    "people who do or did sex work, and every other need or item that is private."
)
# Items in these states are off the plan, or on another; and on those in these nothing was done yet, or nothing could be.
_OFF = {DECLINED, CARRIED_OVER, REMOVED}
_NOTHING_DONE = {PROPOSED, NOT_AVAILABLE}


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one prison from ``start`` to ``end`` (both included): of the plans made and the interviews begun in that time,
    and of the assessments that were due in it and are not done.

    ``tables`` maps the name of a table to its rows, and each row's name to its figures. A figure is a number, or None where it was
    suppressed: one of 1 to 4 people, and more wherever sums would give it away. ``people`` is the number of people with a plan in
    it; None where they are fewer than 5 and not none. There are no tables where fewer than 5 people and not none are in any.

    What is for the safeguarding role only is in no report (``LEFT_OUT``): whoever knows who came on which day could tell from two
    reports that differ by that day what this one person said.

    Tables: ``assessments`` (part 2 and pre-release: on time, late, no date, not done), ``needs`` (by need: found, wanted, declined,
    unmet), ``pathways`` (items by pathway and level), ``states`` (items by pathway and state), ``follow_ups`` (signposted items:
    followed up, waiting, overdue), ``languages``, ``modes`` (interviews begun: completed, not completed), ``closed`` (plans by what
    they were closed by hand for; all others are ``open``), ``plans`` (by kind).
    """

    prison: str
    start: date
    end: date
    people: int | None
    tables: Mapping[str, Mapping[str, Mapping[str, int | None]]]

    def to_json(self) -> dict[str, Any]:
        """``{prison, from, to, people, suppressed_below, left_out, tables: {table: {row: {column: number | null}}}}``."""
        return {
            "prison": self.prison,
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "people": self.people,
            "suppressed_below": SMALLEST,
            "left_out": LEFT_OUT,
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


def make_report(
    plan_data: PlanData, needs: Iterable[Need], figures: PrisonFigures, prison: str, start: date, end: date, today: date
) -> Report:
    """The report over these plans, interviews and assessments, which are of that time."""
    plans = figures.plans
    made_of = {plan.person_id for plan in plans}
    people = None if 0 < len(made_of) < SMALLEST else len(made_of)
    if 0 < len(made_of.union(one.person_id for group in (figures.begun, figures.missed) for one in group)) < SMALLEST:
        return Report(prison, start, end, people, {})
    private = {need.id for need in needs if need.sensitive or need.pathway in SENSITIVE_PATHWAYS}
    pathways = tuple(name for name in plan_data.pathways if name not in SENSITIVE_PATHWAYS)
    tables: dict[str, Table] = {
        "assessments": _assessments(figures),
        "needs": _needs(plans, private),
        "pathways": _by(plans, pathways, ("1", "2", "2/3", "3"), lambda item: item.level),
        "states": _by(plans, pathways, STATES, lambda item: item.state),
        "follow_ups": _follow_ups(plans, today),
        "languages": _plans_by(plans, lambda plan: plan.language),
        "modes": _modes(figures),
        "closed": _plans_by(plans, lambda plan: plan.closed_for or "open"),
        "plans": _plans_by(plans, lambda plan: plan.kind),
    }
    return Report(prison, start, end, people, suppressed(tables, _sums(tables), _together(tables)))


def _row(table: Table, row: str, columns: Iterable[str]) -> dict[str, Count]:
    return table.setdefault(row, {column: Count() for column in columns})


def _assessments(figures: PrisonFigures) -> Table:
    """Part 2 by the date it was due; a pre-release assessment by the day of release. Those due in the time that nobody has done by
    today stand beside them: they are of no plan.

    Which of them an interview is, ``bot.casework.viewing.assessments_done`` says: one of somebody who gets no part 2 is the
    assessment before release or none, and a review from before the window is none.
    """
    found: Table = {}
    for row in ("part2", "prerelease"):
        _row(found, row, (ON_TIME, LATE, NO_DATE, NOT_DONE))
    for plan in figures.plans:
        more, done = plan.summary.more, in_london(plan.completed_at or plan.made_at).date()
        first, opens = plan.kind == FIRST, _day(more.get("prerelease_from"))
        if first and not more.get("no_part2", plan.no_part2):
            row, due = "part2", _day(more.get("part2_due"))
        elif (opens is None and first) or (opens is not None and done < opens):
            continue
        else:
            row, due = "prerelease", _day(more["release"]) if "release" in more else plan.release
        found[row][NO_DATE if due is None else ON_TIME if done <= due else LATE].add(plan.person_id)
    for one in figures.missed:
        found[one.what][NOT_DONE].add(one.person_id)
    return found


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _needs(plans: Iterable[PlanFigures], private: set[str]) -> Table:
    """Of each need: how many plans found it, on how many help was wanted or turned down, and on how many nothing is done for it
    yet, whatever is done for other needs of its pathway."""
    found: Table = {}
    for plan in plans:
        for need, _, wanted in plan.summary.needs:
            if need in private or need in plan.summary.private:
                continue
            cells = _row(found, need, ("found", "declined", "wanted", "unmet"))
            cells["found"].add(plan.person_id)
            cells["declined" if wanted == NO else "wanted"].add(plan.person_id)
            if wanted != NO and _untouched([item for item in plan.items if need in item.needs]):
                cells["unmet"].add(plan.person_id)
    return dict(sorted(found.items()))


def _untouched(items: Iterable[ItemFigures]) -> bool:
    """Whether nothing is done yet on any item that answers a need. What everybody gets counts where the need has nothing else."""
    standing = [item for item in items if item.state not in _OFF]
    own = [item for item in standing if item.level != "1"] or standing
    return bool(own) and all(item.state in _NOTHING_DONE for item in own)


def _shown_items(plans: Iterable[PlanFigures]) -> Iterable[tuple[str, PlanFigures, ItemFigures]]:
    """(person, plan, item) of what is in a report."""
    for plan in plans:
        for item in plan.items:
            if not item.sensitive and item.pathway not in SENSITIVE_PATHWAYS:
                yield plan.person_id, plan, item


def _by(
    plans: Iterable[PlanFigures], pathways: Iterable[str], columns: Iterable[str], value: Callable[[ItemFigures], str]
) -> Table:
    names, found = tuple(columns), Table()
    for pathway in pathways:
        _row(found, pathway, names)
    for person, _, item in _shown_items(plans):
        _row(found, item.pathway, names).setdefault(value(item), Count()).add(person)
    return found


def _plans_by(plans: Iterable[PlanFigures], value: Callable[[PlanFigures], str]) -> Table:
    found: Table = {}
    for plan in plans:
        _row(found, value(plan), ("plans",))["plans"].add(plan.person_id)
    return found


def _follow_ups(plans: Iterable[PlanFigures], today: date) -> Table:
    """Signposted items by pathway. Those of closed plans count as they ended."""
    found: Table = {}
    for person, plan, item in _shown_items(plans):
        by = item.follow_up_by
        if item.state not in (SIGNPOSTED, FOLLOWED_UP):
            continue
        late = by is not None and by < today and plan.state != CLOSED and item.state in LIVE
        column = "overdue" if late else "followed_up" if by is None else "waiting"
        _row(found, item.pathway, ("followed_up", "waiting", "overdue"))[column].add(person)
    return found


def _modes(figures: PrisonFigures) -> Table:
    """The interviews that were begun, those that were left too: a plan is made of a finished one only."""
    found: Table = {}
    for one in figures.begun:
        _row(found, one.mode, ("completed", "not_completed"))["completed" if one.completed else "not_completed"].add(one.person_id)
    return found


# -- what could be worked out


def _sums(tables: Mapping[str, Table]) -> list[Sum]:
    """The sums that the tables imply: the same items stand in several of them, and so do the same plans. Sums of rows and columns
    may be known from elsewhere, but over needs there are none."""
    found = [line for name, table in tables.items() if name != "needs" for line in rows_and_columns(name, table)]
    found += [((("needs", need, "found"),), (("needs", need, "wanted"), ("needs", need, "declined"))) for need in tables["needs"]]
    for pathway in tables["states"]:
        levels, states = _places(tables, "pathways", pathway), _places(tables, "states", pathway)
        followed = _places(tables, "follow_ups", pathway)
        signposted = tuple(place for place in states if place[2] in (SIGNPOSTED, FOLLOWED_UP))
        others = tuple(place for place in states if place not in signposted)
        found += [(levels, states), (signposted, followed), (levels, (*others, *followed))]
    of_plans = [
        tuple(place for row in tables[name] for place in _places(tables, name, row)) for name in ("languages", "closed", "plans")
    ]
    return [*found, *((first, second) for first in of_plans for second in of_plans if first < second)]


def _places(tables: Mapping[str, Table], name: str, row: str) -> tuple[Place, ...]:
    return tuple((name, row, column) for column in tables[name].get(row, ()))


def _together(tables: Mapping[str, Table]) -> list[tuple[Place, ...]]:
    """Of a need: how often it was found is how often help with it was wanted and how often not."""
    return [tuple(("needs", need, column) for column in ("found", "wanted", "declined")) for need in tables["needs"]]
