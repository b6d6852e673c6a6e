"""How long a plan takes: ``.venv/bin/python -m tests.plan.bench``. The aim is under 20 ms for an interview of 100 answers."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from random import Random

from bot.plan.checking import check_plan
from bot.plan.compare import compare
from bot.plan.dates import bank_holidays
from bot.plan.life import begin, current
from bot.plan.loading import load_plan
from bot.plan.planning import make_plan
from tests.plan.making import NOW, Person, interview, plan_data, random_person

TIMES = 200


def milliseconds(work: Callable[[], object], times: int = TIMES) -> str:
    """Of the clock, and (cpu) of this process alone, which other work on the machine does not change."""
    taken, began_all = [], time.process_time()
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    cpu = (time.process_time() - began_all) * 1000 / times
    taken.sort()
    p50, p95 = statistics.median(taken), taken[int(0.95 * (times - 1))]
    return f"cpu {cpu:7.2f}   p50 {p50:7.2f}   p95 {p95:7.2f}   max {taken[-1]:7.2f} ms"


def longest(people: int = 60) -> Person:
    """Of people at random, the one with the most answers."""
    return max((random_person(Random(seed)) for seed in range(people)), key=lambda person: len(person.path.answers))


def main() -> None:
    """Print the times."""
    print(f"bank holidays, once        {milliseconds(bank_holidays, 1)}")
    print(f"load the plan              {milliseconds(load_plan, 10)}")
    print(f"check the plan             {milliseconds(lambda: check_plan(interview=interview()), 5)}")
    person = longest()
    plan, path = person.plan(), person.path
    print(f"{len(path.answers)} answers, {len(plan.needs)} needs, {len(plan.items)} items, {len(plan.routes)} routes")
    stored = [current(begin(item, NOW)) for item in plan.items]

    def make() -> object:
        return make_plan(plan_data(), interview(), path, person.context, person.record, person.today)

    print(f"make the plan              {milliseconds(make)}")
    print(f"path and plan              {milliseconds(person.plan)}")
    print(f"compare with the stored    {milliseconds(lambda: compare(stored, plan))}")
    print(f"as JSON                    {milliseconds(plan.to_json)}")


if __name__ == "__main__":
    main()
