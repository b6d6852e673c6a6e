"""``bcst2 rehearse FILE… [--engine-only]``: plays whole interviews from journey files; one JSON object each.

A journey file is YAML::

    record: {prison_number: A1001XX, name: …, date_of_birth: …, sex: …, nationality: …, sentence: {type: …, months: …},
             reception: …, release: …, home_area: …, flags: […], today: 2026-11-23}      # today: the day it is played on
    mode: worker            # or kiosk
    language: en
    level: plain            # or easy
    say:                    # what is said to a question, by our id or the peer's
      where_lived: hostel                                 # an option, of ours or the peer's
      id_documents: [passport, birth_certificate]         # several
      job_before_title: "scaffolder"                      # words, a number, a date
      gp: unknown                                         # refuse, unknown, later, skip
      where_will_live: {text: "got nowhere to go", option: nowhere}   # free words, and what to choose if they are not understood
      drugs: {option: yes, more: "heroin"}                # an option and "say more"
    otherwise: no           # for every other question: no (no need), refuse or skip; see bot/rehearsal/choosing.py
    meanwhile:              # optional: what happens while a question is open
      - {at: gp, do: pause}                               # pause, back, why, help_me, repeat, person; by: words says it in words
      - {at: debts, do: kill_rasa}                        # kill_web, forget_tracker, second_browser; no effect with --engine-only
      - {at: caring, change: {question: gp, to: yes}}
    expect:                 # optional: what a reader expects
      {asked: […], not_asked: […], recorded: {question: option}, needs: […], no_needs: […], at_most: 90}
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from bot.commands import say
from bot.interview.loading import load_interview
from bot.interview.path import PathFinder
from bot.rehearsal.engine import EngineTable
from bot.rehearsal.journey import Journey, read_journey
from bot.rehearsal.play import Played, Player


def add(subparsers: Any) -> None:
    """Describe the subcommand."""
    parser = subparsers.add_parser("rehearse", help="play whole interviews from journey files")
    parser.add_argument("files", nargs="+", metavar="FILE", help="a journey file (YAML)")
    parser.add_argument("--engine-only", action="store_true", help="without Rasa, pages and database")


def run(args: argparse.Namespace) -> int:
    """Play every file; the exit code is 1 when a journey could not be played to its end or ended otherwise than expected."""
    finder = PathFinder(load_interview())
    journeys = [read_journey(Path(name), finder.interview) for name in args.files]
    if args.engine_only:
        return max(report(Player(finder, journey, EngineTable(finder, journey)).play()) for journey in journeys)
    from bot.rehearsal.live import play_all  # needs the web client; engine-only does not

    return max(report(played) for played in play_all(finder, journeys, say))


def report(played: Played) -> int:
    """Print what came of a journey; its exit code."""
    sys.stdout.write(json.dumps(played.to_json(), ensure_ascii=False) + "\n")
    sys.stdout.flush()
    if played.failed:
        say(f"{played.journey}: {played.failed}")
    for line in played.unmet:
        say(f"{played.journey}: {line}")
    return 1 if played.failed or played.unmet else 0


__all__ = ["Journey", "add", "run"]
