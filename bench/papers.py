"""How long what comes out of a plan takes to make (``make bench-plans`` runs it after the plans). A PDF should take under 2 s.

Two people: one of the journeys of the tests, whose plan is as long as plans mostly are, and somebody with every need there is.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import timedelta
from random import Random

from bench.plans import NOW, TODAY, answered, made_up, measured
from bench.processes import ROOT
from bot.casework.case import Case
from bot.casework.proposing import grounds
from bot.casework.viewing import Viewer
from bot.interview.answers import Answer
from bot.interview.loading import load_interview
from bot.interview.path import PathFinder
from bot.interview.record import PersonRecord
from bot.language.wording import Wording
from bot.outputs.making import KINDS, Outputs, Wanted
from bot.plan.consents import ConsentEvent
from bot.plan.life import begin
from bot.plan.loading import load_plan
from bot.rehearsal.engine import EngineTable
from bot.rehearsal.journey import read_journey
from bot.rehearsal.play import Player
from bot.store.plan_types import CaseFile, PlanRow, StoredItem
from bot.store.types import InterviewRow

JOURNEY = ROOT / "tests" / "journeys" / "case_study_a.yml"
PDF_MS = 2000.0
ANSWERS = 100
TIMES = 7


def usual_case(outputs: Outputs) -> Case:
    """The case of a journey of the tests."""
    interview = outputs.content.interview
    finder, journey = PathFinder(interview), read_journey(JOURNEY, interview)
    table = EngineTable(finder, journey)
    Player(finder, journey, table).play()
    return case_of(outputs, journey.record, table.answers())


def full_case(outputs: Outputs) -> Case:
    """The case of somebody with every need, whose plan is as long as plans get."""
    finder, record = PathFinder(outputs.content.interview), made_up(1, Random(7))
    row = _row()
    bare = CaseFile("p" * 32, record, (row,), {row.id: {}}, {row.id: {}}, (), {}, {}, (), (), ())
    context = grounds(outputs.content.plan, finder, {}, bare, row.id, TODAY).context
    return case_of(outputs, record, answered(finder, context, ANSWERS, Random(7)))


def _row() -> InterviewRow:
    return InterviewRow("i" * 32, "p" * 32, "first", "worker", "en", "plain", "complete", None, NOW, NOW, NOW, "worker", None)


def case_of(outputs: Outputs, record: PersonRecord, answers: dict[str, Answer]) -> Case:
    """The case of somebody who gave these answers and agreed that the officer outside is told."""
    interview, menu = outputs.content.interview, outputs.content.plan
    row, finder = _row(), PathFinder(interview)
    bare = CaseFile("p" * 32, record, (row,), {row.id: {}}, {row.id: {}}, (), {}, {}, (), (), ())
    consents = (ConsentEvent("officer", "given", NOW - timedelta(days=1), "worker"),)
    bare = replace(bare, answers={row.id: answers}, consents=consents)
    ground = grounds(menu, finder, {}, bare, row.id, TODAY)
    plan = PlanRow("b" * 32, row.id, "p" * 32, "first", NOW, "active", None, None, False)
    items = tuple(StoredItem(f"{number:032x}", plan.id, begin(item, NOW)) for number, item in enumerate(ground.proposed.items))
    return Viewer(replace(bare, plans=(plan,), items={plan.id: items}), menu, menu.directory.services, TODAY, ground).case()


def main() -> int:
    """Print the times; 1 if a PDF of the usual case takes longer than it should."""
    interview = load_interview()
    outputs = Outputs(interview, load_plan(), Wording(interview))
    slow = 0
    for name, case, limit in (("usual", usual_case(outputs), PDF_MS), ("longest", full_case(outputs), None)):
        answers = len(case.path.answers if case.path else ())
        sys.stdout.write(f"outputs of the {name} plan: {len(case.items)} items from {answers} answers\n")
        if name == "usual":
            began = time.perf_counter()
            outputs.make(case, Wanted("plan-pdf"))
            sys.stdout.write(
                f"{'first plan-pdf of a process, libraries included':48} {(time.perf_counter() - began) * 1000:8.0f} ms\n"
            )
        for one in [Wanted(kind) for kind in KINDS] + [Wanted("plan-pdf", level="easy")]:
            most = limit if "pdf" in one.kind else None
            kind = f"{one.kind}{', easy' if one.level else ''}"
            line = measured(kind, lambda one=one, case=case: outputs.make(case, one), TIMES, most)  # type: ignore[misc]
            slow += most is not None and line.median >= most
    return 1 if slow else 0


if __name__ == "__main__":
    raise SystemExit(main())
