"""``make bench-plans``: how long plans take to make and to list. ``ARGS="--plans 2000"`` for a smaller database."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time as clocks
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from sqlalchemy import insert

from bot.casework.casework import Casework
from bot.casework.situation import context_of
from bot.interview.answers import Answer, choose
from bot.interview.definitions import Interview
from bot.interview.loading import load_interview
from bot.interview.path import CONFIRMED, Context, PathFinder, Step
from bot.interview.record import PersonRecord
from bot.language.wording import Wording
from bot.plan.dates import add_days, bank_holidays
from bot.plan.definitions import PlanData
from bot.plan.life import begin
from bot.plan.loading import load_plan
from bot.plan.planning import make_plan
from bot.store import Store, models, plan_models
from bot.store.columns import item_columns
from bot.store.plan_types import NOBODY, Summary
from bot.store.types import Decision, Entry

PLANS, PRISONS, WORKERS, BATCH = 10_000, 20, 40, 1000
LIST_MS, PLAN_MS = 200.0, 20.0
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """One measurement in milliseconds; ``limit`` is what it should stay under, None where nothing is asked.

    ``cpu`` is that of this process, the database's part included: other work on the machine does not change it, so it is judged by.
    """

    name: str
    cpu: float
    median: float
    p95: float
    most: float
    limit: float | None

    def __str__(self) -> str:
        verdict = "" if self.met is None else f"   under {self.limit:g}: {'yes' if self.met else 'NO'}"
        times = f"cpu {self.cpu:7.2f}   p50 {self.median:7.2f}   p95 {self.p95:7.2f}   max {self.most:7.2f} ms"
        return f"{self.name:38} {times}{verdict}"

    @property
    def met(self) -> bool | None:
        """Whether it is under its limit; None where it has none."""
        return None if self.limit is None else self.cpu < self.limit


def measured(name: str, work: Callable[[], object], times: int, limit: float | None = None) -> Line:
    """How long a piece of work takes, run some times after one run to warm up."""
    work()
    taken, cpu = list[float](), list[float]()
    for _ in range(times):
        began, used = clocks.perf_counter(), clocks.process_time()
        work()
        taken.append((clocks.perf_counter() - began) * 1000)
        cpu.append((clocks.process_time() - used) * 1000)
    taken.sort()
    line = Line(name, statistics.median(cpu), statistics.median(taken), taken[int(0.95 * (times - 1))], taken[-1], limit)
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    return line


def made_up(number: int, random: Random) -> PersonRecord:
    """A made-up person."""
    came = add_days(TODAY, -random.randint(3, 200))
    return PersonRecord(
        prison_number=f"{chr(65 + number // 10_000 % 26)}{number % 10_000:04}BN",
        name=f"{random.choice(('Alex', 'Sam', 'Robin', 'Kim', 'Jo'))} Example {number}",
        date_of_birth=date(1990, 5, 4),
        sex=random.choice(("male", "female")),
        prison=f"HMP Example {number % PRISONS}",
        reception=datetime(came.year, came.month, came.day, 15, 0),
        sentence_type="determinate",
        sentence_months=12,
        part1_completed=add_days(came, 2),
        release=add_days(TODAY, random.randint(1, 400)),
        home_area="Northmere",
        made_up=True,
    )


def answered(finder: PathFinder, context: Context, most: int, random: Random) -> dict[str, Answer]:
    """The answers of somebody who says yes to everything, up to so many."""
    answers: dict[str, Answer] = {}
    while len(answers) < most:
        path = finder.path(context, answers)
        step = path.next()
        if step is None:
            break
        answers[step.question.id] = replace(_answer(step, random), basis=path.basis(step.question))
    return answers


def _answer(step: Step, random: Random) -> Answer:
    asked, ids = step.question, [option.id for option in step.options]
    if not asked.closed:
        number = asked.kind in ("number", "scale")
        return Answer(asked.id, number=float(asked.minimum or 0)) if number else Answer(asked.id, text="2030-01-01")
    for certain in (CONFIRMED, "yes", "nowhere"):
        if certain in ids:
            return choose(asked, [certain], step.options)
    together = [option.id for option in step.options if not option.exclusive] or ids
    random.shuffle(together)
    return choose(asked, together[: 1 if asked.kind == "one" else asked.at_most or None], step.options)


def fill(store: Store, menu: PlanData, interview: Interview, plans: int) -> list[str]:
    """Put so many plans into the plain tables, in bulk; the ids of the workers. Histories are left out: lists do not read them."""
    random, finder = Random(7), PathFinder(interview)
    workers = [
        store.add_user(f"w{number}", f"Worker {number}", ["worker"], "three random words", by="bench").id for number in range(3)
    ]
    workers += workers * (WORKERS // 3)
    record = made_up(0, random)
    kinds = []
    for most in (8, 15, 30, 60):
        row = _interview_row("x", "y")
        context = context_of(row, record, day=TODAY)
        path = finder.path(context, answered(finder, context, most, random))
        proposed = make_plan(menu, interview, path, context, record, TODAY)
        columns = [item_columns(begin(item, NOW)) for item in proposed.items]
        kinds.append((columns, [need.id for need in proposed.without_sensitive().needs]))
    sealed, summary = store.cipher.seal(record.to_json()), store.cipher.seal(Summary().to_json())
    numbers = iter(range(plans))
    while batch := list(islice(numbers, BATCH)):
        rows: dict[Any, list[dict[str, Any]]] = {models.Person: [], models.Interview: [], plan_models.Plan: []}
        rows |= {plan_models.PlanItem: [], plan_models.PlanNeed: [], plan_models.PlanContact: []}
        for number in batch:
            _one(rows, made_up(number + 1, random), sealed, summary, random, random.choice(workers), *random.choice(kinds), store)
        items = rows.pop(plan_models.PlanItem)
        with store.write() as session:
            for table, values in rows.items():
                session.execute(insert(table), values)
            # Past SQLAlchemy, which takes ten times as long over half a million rows.
            columns = ", ".join(f":{name}" for name in items[0])
            names = ", ".join(items[0])
            cursor = session.connection().connection.cursor()
            cursor.executemany(f"INSERT INTO plan_items ({names}) VALUES ({columns})", [_plain(item) for item in items])
    return workers[:3]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row as SQLite keeps it."""
    moments = {"since": NOW.replace(tzinfo=None).isoformat(" ", timespec="microseconds")}
    return {name: value.isoformat() if type(value) is date else value for name, value in row.items()} | moments


def _interview_row(row_id: str, person: str) -> Any:
    from bot.store.types import InterviewRow

    return InterviewRow(row_id, person, "first", "worker", "en", "plain", "complete", None, NOW, NOW, NOW, "bench", None)


def _one(
    rows: dict[Any, list[dict[str, Any]]], record: PersonRecord, sealed: str, summary: str, random: Random, worker: str,
    columns: Sequence[Any], needs: Sequence[str], store: Store,
) -> None:  # fmt: skip
    """The rows of one plan, with items in all states and due on many days."""
    person, interview, plan = (uuid4().hex for _ in range(3))
    rows[models.Person].append(
        {
            "id": person, "prison_number": record.prison_number, "name": record.name, "prison": record.prison,
            "release": record.release, "part1_completed": record.part1_completed, "reception": record.reception,
            "part2": True, "details": sealed, "made_up": True, "created": NOW, "updated": NOW,
        }
    )  # fmt: skip
    rows[models.Interview].append(
        {
            "id": interview, "person_id": person, "kind": "first", "mode": "worker", "language": "en", "level": "plain",
            "state": "complete", "focus": None, "started_at": NOW, "updated_at": NOW, "completed_at": NOW, "started_by": worker,
            "earlier": None,
        }
    )  # fmt: skip
    # One in ten has not been interviewed in this stay: part 2 is due.
    if random.random() < 0.1:
        rows[models.Interview][-1]["completed_at"] = datetime.combine(add_days(record.reception.date(), -90), time(), UTC)
    # Most plans are in time: a tenth has something overdue.
    shift = random.randint(-20, -1) if random.random() < 0.1 else random.randint(0, 60)
    contacts = [add_days(record.release, day) for day in (1, 7, 30, 60, 90)] if record.release else []
    days, follow_ups, still_open = list(contacts), list[date](), 0
    for column in columns:
        state = random.choices(("proposed", "agreed", "signposted", "done", "declined"), (4, 3, 1, 3, 1))[0]
        is_open = state in ("proposed", "agreed", "signposted")
        due = add_days(TODAY, shift + random.randint(0, 90))
        by = add_days(due, 14) if state == "signposted" else None
        if is_open:
            still_open += 1
            days += [due] if by is None else [due, by]
            follow_ups += [] if by is None else [by]
        rows[plan_models.PlanItem].append(
            column.plain
            | {"id": uuid4().hex, "plan_id": plan, "state": state, "open": is_open, "due": due, "follow_up_by": by}
            | {"payload": summary if column.hidden else None}
        )
    rows[plan_models.Plan].append(
        {
            "id": plan, "interview_id": interview, "person_id": person, "kind": "first", "made_at": NOW,
            "prison": record.prison, "earlier": None,
            "carried": False, "state": "active", "worker": worker if random.random() < 0.9 else None, "open_items": still_open,
            "next_due": min(days, default=None), "last_due": max(days, default=None),
            "next_follow_up": min(follow_ups, default=None), "payload": summary,
        }
    )  # fmt: skip
    rows[plan_models.PlanContact] += [{"plan_id": plan, "day": day} for day in contacts]
    rows[plan_models.PlanNeed] += [{"plan_id": plan, "need": need} for need in needs]


def measure_lists(casework: Casework, workers: Sequence[str], times: int) -> list[Line]:
    """Every filter of the case list, alone and together."""
    wanted: dict[str, dict[str, Any]] = {
        "all": {},
        "prison": {"prison": "HMP Example 3"},
        "worker": {"worker": workers[0]},
        "nobody's": {"worker": NOBODY},
        "overdue": {"due": "overdue"},
        "this week": {"due": "this_week"},
        "coming": {"due": "coming"},
        "need": {"need": "find_home"},
        "pathway": {"pathway": "finance"},
        "pathway and state": {"pathway": "finance", "state": "agreed"},
        "state": {"state": "signposted"},
        "name": {"search": "robin 77"},
        "all together": {
            "prison": "HMP Example 3", "due": "overdue", "need": "find_home", "pathway": "accommodation", "state": "proposed",
        },
    }  # fmt: skip
    lines = []
    for name, given in wanted.items():
        query = casework.query(**given)
        lines.append(measured(f"list, {name}", lambda query=query: casework.case_list(query), times, LIST_MS))
        lines.append(measured(f"counts, {name}", lambda query=query: casework.counts(query), times, LIST_MS))
    last = casework.counts(casework.query()).plans - 50
    lines.append(measured("list, last page", lambda: casework.case_list(casework.query(), 50, last), times, LIST_MS))
    for name in ("all", "prison", "worker", "overdue", "this week", "need", "pathway", "pathway and state", "all together"):
        query = casework.query(**wanted[name])
        lines.append(measured(f"due list, {name}", lambda query=query: casework.due_list(query), times, LIST_MS))
    lines.append(measured("report, one prison", lambda: casework.report("HMP Example 3", TODAY, TODAY), min(times, 3)))
    return lines


def measure_plan(casework: Casework, interview: Interview, times: int) -> list[Line]:
    """One plan of an interview of 100 answers: made, shown, worked on."""
    finder, store, menu = casework.finder, casework.store, casework.plan_data
    record = replace(made_up(PLANS + 1, Random(1)), prison_number="Z9999BN", sex="female", name="Long Example")
    person = store.add_person(record, by="bench")
    row = store.start_interview(person.id, "first", "worker", "en", "plain", by="bench", device="bench")
    context = context_of(row, record, day=TODAY)
    answers = max((answered(finder, context, 200, Random(seed)) for seed in range(20)), key=len)
    entries = [Entry(answer, "button", "bench") for answer in answers.values()]
    store.take_turn(row.id, "all", lambda _: Decision("answer", None, entries, [], None, "complete", "bench", "bench"))
    path = finder.path(context, answers)
    path_and_plan = measured(
        f"plan of {len(answers)} answers (path and plan)",
        lambda: make_plan(menu, interview, finder.path(context, answers), context, record, TODAY), times, PLAN_MS,
    )  # fmt: skip
    lines = [
        measured(
            f"plan of {len(answers)} answers", lambda: make_plan(menu, interview, path, context, record, TODAY), times, PLAN_MS
        ),
        path_and_plan,
    ]
    began = clocks.perf_counter()
    casework.ensure_plan(row.id, "bench")
    sys.stdout.write(f"{'the plan is made and kept (once)':38} {'p50':>15} {(clocks.perf_counter() - began) * 1000:7.2f} ms\n")
    case = casework.case(person.id)
    lines.append(measured(f"the whole case ({len(case.items)} items)", lambda: casework.case(person.id), times))
    lines.append(measured("the case without sensitive parts", case.without_sensitive, times))
    lines.append(measured("nothing has changed (ensure_plan)", lambda: casework.ensure_plan(row.id, "bench"), times))
    item = case.items[0].id

    def note() -> None:
        seen = len(next(one for one in store.case_file(person.id).items[case.plan.id] if one.id == item).history)
        casework.step(person.id, item, "note", "bench", seen, note="a note")

    lines.append(measured("a step on an item", note, min(times, 10)))
    return lines


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where something is over its limit."""
    parser = argparse.ArgumentParser(prog="make bench-plans", description=__doc__, allow_abbrev=False)
    parser.add_argument("--plans", type=int, default=PLANS, help="how many plans to list")
    parser.add_argument("--times", type=int, default=20, help="how often each is measured")
    args = parser.parse_args(argv)
    bank_holidays()
    interview, menu = load_interview(), load_plan()
    clock = iter(NOW + timedelta(milliseconds=number) for number in range(10**9))
    with tempfile.TemporaryDirectory(prefix="bcst2-bench-") as folder:
        home = Path(folder)
        with Store.open(f"sqlite:///{home / 'bench.sqlite3'}", home / "keys", create_keys=True, clock=lambda: next(clock)) as store:
            casework = Casework(store, interview, menu, Wording(interview), today=lambda: TODAY)
            lines = measure_plan(casework, interview, args.times)
            began = clocks.perf_counter()
            workers = fill(store, menu, interview, args.plans)
            with store.read() as session:
                items = session.query(plan_models.PlanItem).count()
            sys.stdout.write(f"{args.plans} plans with {items} items put in, {clocks.perf_counter() - began:.1f} s\n")
            lines += measure_lists(casework, workers, args.times)
    return int(any(line.met is False for line in lines))


if __name__ == "__main__":
    raise SystemExit(main())
