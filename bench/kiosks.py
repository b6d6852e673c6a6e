"""``make bench-kiosks``: 40 kiosks at once, each answering about every 10 s, through the real pages; then the stock form alike.

A person at a kiosk is played by locust (``bench.kiosk_load``): code and PIN, then the form of every question as a browser posts
it, with everything that is hidden in it, and the page after it read for the next. A turn is the POST and the page that it leads
to. Pictures, style and scripts are fetched once by a browser and are not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from bench import ours, report, stock
from bench.measure import Running, percentile
from bench.phases import say
from bench.processes import ROOT, WEB_PYTHON, BenchError, environment, free_ports
from bench.script import write_script
from bot.actions.situation import today
from bot.interview.loading import load_interview
from bot.store.database import utc_now
from bot.store.demo import demo_records
from bot.store.store import Store
from bot.store.types import FIRST, KIOSK

BEGIN, END = "<!-- kiosks: begin -->", "<!-- kiosks: end -->"
AIM = 0.5
METHOD = (
    "with locust on the same machine. Kiosks come in one by one within {arrive:.0f} s; turns count from when all are in. Ours: in "
    "by code and PIN, every form posted with what is hidden in it, redirections followed, the next question read from it; a turn "
    "is the POST and the page it leads to. The stock form has no pages: a turn is one message of its channel; nothing is kept."
)
ARRIVE_SECONDS = 60.0
HEAD = ["", "turns", "p50 (ms)", "p95 (ms)", "p99 (ms)", "max (ms)", "failures", "processors busy"]
# The load tool itself starts and stops.
GRACE = 90


@dataclass
class Result:
    """What was measured of one side.

    ``times``: seconds by name; ``cpu``: processors busy, by program, from the first arrival on; ``load``: of the machine before.
    """

    name: str
    times: dict[str, list[float]]
    wrong: list[str]
    cpu: dict[str, float] = field(default_factory=dict)
    load: tuple[float, float, float] = (0.0, 0.0, 0.0)
    finished: int = 0
    again: int = 0

    def cells(self) -> list[str]:
        """A line of the table."""
        turns = [each * 1000 for each in self.times["turn"]]
        if not turns:
            raise BenchError(f"{self.name}: no turn was taken; the first failure: {(self.wrong or ['none'])[0]}")
        shown = [percentile(turns, 50), percentile(turns, 95), percentile(turns, 99), max(turns)]
        busy = f"{sum(self.cpu.values()):.2f}"
        return [self.name, f"{len(turns):,}", *(f"{each:,.0f}" for each in shown), str(len(self.wrong)), busy]


def codes(home: Path, count: int) -> list[str]:
    """So many made-up people, each with an interview and a code for it."""
    records = demo_records(utc_now().date())
    with Store.open(f"sqlite:///{home / 'bcst2.sqlite3'}", home / "keys" / "store.keys") as store:
        worker = next(user.id for user in store.users() if "worker" in user.roles)
        made = []
        for number in range(count):
            record = replace(records[number % len(records)], prison_number=f"B{number:04}ZZ")
            person = store.add_person(record, by=worker)
            row = store.start_interview(person.id, FIRST, mode=KIOSK, language="en", level="plain", by=worker, device="bench")
            made.append(store.issue_code(row.id, worker)[1])
        return made


def play(side: Running, port: int, folder: Path, args: argparse.Namespace, made: list[str]) -> Result:
    """Put the load on a running side."""
    arrive = min(ARRIVE_SECONDS, args.minutes * 20)
    length = args.minutes * 60 + arrive + args.every
    plan, found = folder / f"{side.name}.json", folder / f"{side.name}-result.json"
    plan.write_text(json.dumps({"codes": made, "every": args.every, "arrive": arrive, "result": str(found)}), encoding="utf-8")
    # All of them come in within one round.
    command = [
        str(WEB_PYTHON), "-m", "locust", "--locustfile", str(ROOT / "bench" / "kiosk_load.py"), "--headless", "--only-summary",
        "--host", f"http://127.0.0.1:{port}", "--users", str(args.kiosks), "--spawn-rate", str(args.kiosks),
        "--run-time", f"{length:.0f}s", "--stop-timeout", "30",
    ]  # fmt: skip
    say(f"{side.name}: {args.kiosks} kiosks for {args.minutes:g} minutes")
    before, began, load = side.cpu(), time.monotonic(), os.getloadavg()
    output = folder / f"{side.name}-locust.log"
    env = environment({"BCST2_BENCH_KIOSKS": str(plan), "PYTHONPATH": str(ROOT)})
    with output.open("wb") as log:
        subprocess.run(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            timeout=length + GRACE, check=False,
        )  # fmt: skip
    seconds, after = time.monotonic() - began, side.cpu()
    if not found.exists():
        raise BenchError(f"{side.name}: the load tool broke off; what it said is in {output} (--keep FOLDER keeps it)")
    kept = json.loads(found.read_text(encoding="utf-8"))
    cpu = {name: (after[name] - before[name]) / seconds for name in after}
    return Result(side.name, kept["times"], kept["wrong"], cpu, load, kept["finished"], kept["not understood"])


def measure(args: argparse.Namespace, folder: Path) -> list[Result]:
    """Both sides, or the one that was asked for, one after the other."""
    results = []
    if args.only != "stock":
        say("ours: starting")
        with ours.ours(folder / "home") as (bot, page, _beneath):
            results.append(play(page, bot.ports["pages"], folder, args, codes(bot.home, args.kiosks)))
    if args.only != "ours":
        (port,) = free_ports(1)
        (folder / "stock").mkdir(parents=True, exist_ok=True)
        questions = len(write_script(load_interview(), demo_records(utc_now().date())[0], today()))
        stock.write_project(folder / "stock", questions, port)
        say(f"stock: training a form of {questions} questions")
        stock.train(folder / "stock")
        say("stock: starting")
        with stock.stock(folder / "stock", port) as side:
            results.append(play(side, side.port, folder, args, []))
    return results


def section(results: list[Result], args: argparse.Namespace, load: tuple[float, float, float]) -> str:
    """What goes into the document, and what is printed."""
    rows = [HEAD, ["---", *["---:"] * (len(HEAD) - 1)], *(result.cells() for result in results)]
    method = (
        f"`make bench-kiosks`: {args.kiosks} kiosks for {args.minutes:g} minutes, each answering after {args.every / 2:g} to "
        f"{args.every * 1.5:g} s (mean {args.every:g}), {METHOD.format(arrive=min(ARRIVE_SECONDS, args.minutes * 20))}"
    )
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    notes = []
    for result in results:
        where = ", ".join(f"{name} {share:.2f}" for name, share in result.cpu.items())
        notes.append(f"- {result.name}: load of the machine at its start {result.load[0]:.1f}; processors busy by program: {where}")
        if result.name == "ours":
            come = result.times["come in"]
            took = f"p50 {percentile(come, 50) * 1000:.0f} ms, p95 {percentile(come, 95) * 1000:.0f} ms"
            notes.append(f"- ours, coming in (code, PIN and first question, argon2 twice): {took}")
            notes.append(f"- ours, interviews that ended: {result.finished}; words that were asked about again: {result.again}")
        notes += [f"- {result.name}, a failure: {each}" for each in result.wrong[:3]]
    turns = {result.name: percentile(result.times["turn"], 95) for result in results}
    if "ours" in turns:
        said = "reached" if turns["ours"] < AIM else "NOT reached"
        notes.append(f"- {said}: p95 under {AIM * 1000:.0f} ms ({turns['ours'] * 1000:.0f} ms)")
    if len(turns) == 2:
        notes.append(f"- p95 of the stock form is {turns['stock'] / turns['ours']:.1f} times ours")
    head = f"## Kiosks, {datetime.now(UTC).date().isoformat()}"
    return "\n\n".join([head, f"Machine: {report.machine(load)}.", method, table, "\n".join(notes)])


def write(text: str) -> None:
    """Put the section into its place in the document; everything outside its markers stays."""
    text = f"{BEGIN}\n\n{text}\n\n{END}"
    before = report.DOCUMENT.read_text(encoding="utf-8")
    if BEGIN in before and END in before:
        head, _, rest = before.partition(BEGIN)
        after = head + text + rest.partition(END)[2]
    else:
        after = f"{before.rstrip()}\n\n{text}\n"
    report.DOCUMENT.write_text(after, encoding="utf-8")


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make bench-kiosks", description=(__doc__ or "").splitlines()[0], allow_abbrev=False)
    parser.add_argument("--kiosks", type=int, default=40, help="how many at once (40)")
    parser.add_argument("--every", type=float, default=10.0, metavar="SECONDS", help="between two answers of each, on average (10)")
    parser.add_argument("--minutes", type=float, default=3.0, help="how long (3)")
    parser.add_argument("--only", choices=("stock", "ours"), help="one side")
    parser.add_argument("--write", action="store_true", help=f"put the result into {report.DOCUMENT.name}")
    parser.add_argument("--keep", metavar="FOLDER", type=Path, help="keep the database and the logs there")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Run it; 0 done, 2 not possible."""
    args = arguments(argv)
    load = os.getloadavg()
    if load[0] > 0.5:
        say(f"the machine is busy (load {load[0]:.1f}): the times are too long")
    try:
        with tempfile.TemporaryDirectory(prefix="bcst2-kiosks-") as scratch:
            text = section(measure(args, args.keep.resolve() if args.keep else Path(scratch)), args, load)
    except (BenchError, subprocess.TimeoutExpired) as error:
        print(f"bench-kiosks: {error}", file=sys.stderr)
        return 2
    print(text)
    if args.write:
        write(text)
        say(f"written: {report.DOCUMENT}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
