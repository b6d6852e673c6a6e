"""How long what comes out of a plan takes to make (``make bench-plans`` runs it after the plans). A PDF should take under 2 s."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import timedelta
from random import Random

from bench.plans import NOW, TODAY, answered, made_up, measured
from bot.casework.case import Case
from bot.casework.proposing import grounds
from bot.casework.viewing import Viewer
from bot.interview.loading import load_interview
from bot.interview.path import PathFinder
from bot.language.wording import Wording
from bot.outputs.making import KINDS, Outputs, Wanted
from bot.plan.consents import ConsentEvent
from bot.plan.life import begin
from bot.plan.loading import load_plan
from bot.store.plan_types import CaseFile, PlanRow, StoredItem
from bot.store.types import InterviewRow

PDF_MS = 2000.0
ANSWERS = 100
TIMES = 7


def full_case() -> tuple[Outputs, Case]:
    """The case of somebody with every need, whose plan is as long as plans get."""
    interview, menu = load_interview(), load_plan()
    record = made_up(1, Random(7))
    row = InterviewRow("i" * 32, "p" * 32, "first", "worker", "en", "plain", "complete", None, NOW, NOW, NOW, "worker", None)
    bare = CaseFile("p" * 32, record, (row,), {row.id: {}}, {row.id: {}}, (), {}, {}, (), (), ())
    finder = PathFinder(interview)
    answers = answered(finder, grounds(menu, finder, {}, bare, row.id, TODAY).context, ANSWERS, Random(7))
    consents = (ConsentEvent("officer", "given", NOW - timedelta(days=1), "worker"),)
    bare = replace(bare, answers={row.id: answers}, consents=consents)
    ground = grounds(menu, finder, {}, bare, row.id, TODAY)
    plan = PlanRow("b" * 32, row.id, "p" * 32, "first", NOW, "active", None, None, False)
    items = tuple(StoredItem(f"{number:032x}", plan.id, begin(item, NOW)) for number, item in enumerate(ground.proposed.items))
    case = Viewer(replace(bare, plans=(plan,), items={plan.id: items}), menu, menu.directory.services, TODAY, ground).case()
    return Outputs(interview, menu, Wording(interview)), case


def main() -> int:
    """Print the times; 1 if a PDF takes longer than it should."""
    outputs, case = full_case()
    sys.stdout.write(f"outputs of a plan with {len(case.items)} items from {len(case.path.answers if case.path else ())} answers\n")
    began = time.perf_counter()
    outputs.make(case, Wanted("plan-pdf"))
    sys.stdout.write(f"{'first plan-pdf of a process, libraries included':48} {(time.perf_counter() - began) * 1000:8.0f} ms\n")
    wanted = [Wanted(kind) for kind in KINDS] + [Wanted("plan-pdf", level="easy")]
    slow = 0
    for one in wanted:
        name = one.kind + (", easy" if one.level else "")
        limit = PDF_MS if "pdf" in one.kind else None
        line = measured(name, lambda one=one: outputs.make(case, one), TIMES, limit)  # type: ignore[misc]
        slow += limit is not None and line.median >= limit
    return 1 if slow else 0


if __name__ == "__main__":
    raise SystemExit(main())
