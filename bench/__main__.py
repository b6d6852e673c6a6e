"""``make bench``: measures a stock Rasa form of as many questions and this bot, one after the other, and prints both."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from bench import layers, ours, report, stock
from bench.measure import Result
from bench.phases import Plan, measure, say
from bench.processes import BenchError, free_ports
from bench.script import write_script
from bot.actions.situation import today
from bot.interview.loading import load_interview
from bot.interview.yamlfile import ContentError
from bot.store.database import utc_now
from bot.store.demo import demo_records

FEWEST_QUESTIONS = 92
MINUTES = 45


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__, allow_abbrev=False)
    parser.add_argument("--quick", action="store_true", help="fewer turns, ours not trained anew; shows large changes")
    parser.add_argument("--only", choices=("stock", "ours"), help="one side")
    parser.add_argument("--profile", action="store_true", help="also where a turn's time goes on our side")
    parser.add_argument("--py-spy", metavar="PROGRAM", default=shutil.which("py-spy"), help="a sampler for --profile")
    parser.add_argument("--write", action="store_true", help=f"put the result into {report.DOCUMENT.name}")
    parser.add_argument("--keep", metavar="FOLDER", type=Path, help="keep the generated project, databases and logs there")
    return parser.parse_args(argv)


def measure_stock(folder: Path, plan: Plan, questions: int) -> Result:
    """Generate, train, start and measure the stock project."""
    (actions_port,) = free_ports(1)
    stock.write_project(folder, questions, actions_port)
    say(f"stock: training a form of {questions} questions")
    trained = stock.train(folder)
    say("stock: starting")
    with stock.stock(folder, actions_port) as side:
        return measure(side, plan, questions, trained)


def measure_ours(home: Path, plan: Plan, args: argparse.Namespace) -> tuple[Result, Result, str]:
    """Train, start and measure our bot: through the pages and beneath them; and the profile, if it was asked for."""
    trained = 0.0
    if not args.quick:
        say("ours: training")
        trained = ours.train()
    say("ours: starting")
    with ours.ours(home) as (bot, page, beneath):
        questions = len(bot.script)
        through = measure(page, plan, questions, trained)
        under = measure(beneath, plan, questions)
        under.started = 0.0
        text = ""
        if args.profile:
            say("ours: where the time goes")
            samples = layers.by_samples(bot, page, args.py_spy) if args.py_spy else {}
            text = layers.describe(layers.by_layers(bot, page, beneath), samples)
        say(f"ours: all {bot.check_committed()} answers are in the database")
        return through, under, text


def bench(args: argparse.Namespace, folder: Path) -> int:
    """Measure what was asked for and print it."""
    load = os.getloadavg()
    if load[0] > 0.5:
        say(f"the machine is busy (load {load[0]:.1f}): the ratios are rough, the times are too long")
    plan = Plan.quick() if args.quick else Plan()
    questions = len(write_script(load_interview(), demo_records(utc_now().date())[0], today()))
    if questions < FEWEST_QUESTIONS:
        raise BenchError(f"the longest interview has {questions} questions; at least {FEWEST_QUESTIONS} are needed")
    results: list[Result | None] = [None, None, None]
    text = ""
    if args.only != "ours":
        (folder / "stock").mkdir(parents=True, exist_ok=True)
        results[0] = measure_stock(folder / "stock", plan, questions)
    if args.only != "stock":
        results[1], results[2], text = measure_ours(folder / "home", plan, args)
    print(report.machine(load))
    print(*report.method(plan, results), sep="\n")
    print()
    print(report.table(results))
    print()
    for line in [*report.aims(results), *report.shares(results)]:
        print(line)
    if text:
        print(f"\n{text}")
    if args.write:
        report.write(results, plan, load, text)
        say(f"written: {report.DOCUMENT}")
    return 0


def too_long(_signal: int, _frame: FrameType | None) -> None:
    """Called by the alarm clock."""
    raise BenchError(f"not done after {MINUTES} minutes; the machine is too busy to measure anything")


def stopped(_signal: int, _frame: FrameType | None) -> None:
    """Called when someone stops the benchmark: everything that was started is stopped on the way out."""
    raise KeyboardInterrupt


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; 0 done, 2 not possible."""
    args = arguments(argv)
    signal.signal(signal.SIGALRM, too_long)
    signal.signal(signal.SIGTERM, stopped)
    signal.alarm(MINUTES * 60)
    try:
        if args.keep is not None:
            return bench(args, args.keep.resolve())
        with tempfile.TemporaryDirectory(prefix="bcst2-bench-") as folder:
            return bench(args, Path(folder))
    except (BenchError, ContentError) as error:
        print(f"bench: {error}", file=sys.stderr)
        if args.keep is None:
            print("bench: run it again with --keep FOLDER to see the logs", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
