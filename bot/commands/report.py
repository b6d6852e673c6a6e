"""``bcst2 report``: the figures of a prison for a time, small counts suppressed, on standard output."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from typing import Any

from bot.commands import UserError, print_json
from bot.commands.export import open_store, who
from bot.settings import read_settings


def add(subparsers: Any) -> None:
    """Describe the subcommand."""
    parser = subparsers.add_parser("report", help="figures of a prison: on time, needs, items, follow-ups; small counts suppressed")
    parser.add_argument("--prison", required=True, metavar="NAME")
    parser.add_argument("--from", dest="start", required=True, metavar="DATE", help="the first day, as 2026-12-24")
    parser.add_argument("--to", dest="end", required=True, metavar="DATE", help="the last day")
    parser.add_argument("--as", dest="kind", choices=("json", "csv"), default="json")


def run(args: argparse.Namespace) -> int:
    """Print the report."""
    start, end = _day(args.start, "--from"), _day(args.end, "--to")
    if end < start:
        raise UserError("--to: is before --from; exchange them")
    from bot.casework.casework import Casework
    from bot.interview.loading import load_interview
    from bot.language.wording import Wording
    from bot.outputs.plan_csv import report_csv
    from bot.plan.loading import load_plan

    interview = load_interview()
    with open_store(read_settings()) as store:
        if not store.count_people(prison=args.prison):
            raise UserError("--prison: nobody in the database is in a prison of that name; write it as the records have it")
        report = Casework(store, interview, load_plan(), Wording(interview)).report(args.prison, start, end)
        store.audit(who(), "report made")
    if args.kind == "csv":
        sys.stdout.write(report_csv(report))
    else:
        print_json(report.to_json())
    return 0


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UserError(f"{option}: is not a day; write it as 2026-12-24") from None
