"""Kills the servers' processes at random moments of interviews, again and again, and sees that nothing acknowledged is lost.

    python scripts/kill_test.py [--runs 50] [--together 5] [--only web,rasa,both,supervisor] [--seed N]

A run is one interview with a kill in its midst. Several interviews are held at once and each is hit at another place, because the
dialogue engine takes many seconds to start again. For every run: each answer that was acknowledged is in the database once, under
the turn it was sent with, and the interview ends as it does when nothing is killed.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.interview.loading import load_interview  # noqa: E402
from bot.interview.path import PathFinder  # noqa: E402
from bot.rehearsal.browser import Browser  # noqa: E402
from bot.rehearsal.engine import EngineTable  # noqa: E402
from bot.rehearsal.journey import Journey, read_journey  # noqa: E402
from bot.rehearsal.live import LiveTable  # noqa: E402
from bot.rehearsal.moves import Move, View  # noqa: E402
from bot.rehearsal.play import Played, Player, plain  # noqa: E402
from bot.rehearsal.servers import Servers  # noqa: E402

TARGETS = ("web", "rasa", "both", "supervisor")
# The supervisor gives up on a process that dies five times within a minute: so does nobody's laptop.
MOST_DEATHS, WITHIN_SECONDS = 3, 65.0
JOURNEY = """\
record: {prison_number: A1900XX, name: Somebody Short, date_of_birth: 1990-05-05, sex: male, nationality: British,
  sentence: {type: determinate, months: 8}, reception: 2026-11-18T16:00:00, release: 2027-05-18, today: 2026-11-23}
say: {consent_go_on: no, access_needs: [easy_words, more_time], language_speak: pl, language_read: pl, who_is_here: interpreter,
  language_interpreter: pl, urgent_today: [health_today, feel_unsafe], urgent_talk_now: yes, understood_this: most}
otherwise: no
"""


@dataclass(slots=True)
class Tally:
    """What came of the runs against one target."""

    runs: int = 0
    kills: int = 0
    answers: int = 0
    sent_again: int = 0
    longest: float = 0.0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    other_end: list[str] = field(default_factory=list)


class WatchedTable(LiveTable):
    """A table that notes each acknowledged turn."""

    def __init__(
        self, servers: Servers, finder: PathFinder, journey: Journey, browser: Browser, acknowledged: Callable[[], None]
    ) -> None:
        super().__init__(servers, finder, journey, browser)
        self.turns: list[tuple[str, str]] = []
        self.longest = 0.0
        self.ended = False
        self._acknowledged = acknowledged

    def make(self, move: Move) -> View:
        turn, began = str(self.state["turn"]), time.monotonic()
        view = super().make(move)
        self.longest = max(self.longest, time.monotonic() - began)
        self.turns.append((turn, move.question or ""))
        self.ended = view.question is None
        self._acknowledged()
        return view


class KillTest:
    """Runs of one short journey against one set of servers."""

    def __init__(self, servers: Servers, finder: PathFinder, journey: Journey, seed: int = 0) -> None:
        self.servers = servers
        self.finder = finder
        self.journey = journey
        self.random = random.Random(seed)
        self.wanted = Player(finder, journey, EngineTable(finder, journey)).play()
        self.tallies = {target: Tally() for target in TARGETS}
        self._deaths: dict[str, deque[float]] = {"web": deque(), "rasa": deque()}
        self._number = 0

    def wave(self, target: str, together: int) -> None:
        """Hold some interviews at once and kill the target once in their midst."""
        self._keep_apart(target)
        browser = Browser(self.servers).sign_in()
        count = threading.Semaphore(0)
        tables = [WatchedTable(self.servers, self.finder, self._somebody(), browser, count.release) for _ in range(together)]
        tally, total = self.tallies[target], together * self.wanted.turns
        with ThreadPoolExecutor(together) as pool:
            playing = [pool.submit(Player(self.finder, table.journey, table).play) for table in tables]
            for _ in range(self.random.randint(together, max(together, int(total * 0.7)))):
                count.acquire(timeout=120)
            time.sleep(self.random.random() * 0.3)
            hit = [not table.ended for table in tables]
            self._kill(target)
            played = [result.result() for result in playing]
        tally.kills += 1
        for table, result, open_then in zip(tables, played, hit, strict=True):
            tally.runs += open_then
            self._judge(table, result, tally)
        self.servers.wait_healthy()

    def _somebody(self) -> Journey:
        self._number += 1
        number, rest = divmod(self._number, 10_000)
        record = replace(self.journey.record, prison_number=f"K{rest:04}X{chr(65 + number % 26)}")
        return replace(self.journey, record=record)

    def _keep_apart(self, target: str) -> None:
        names = ("web", "rasa") if target == "both" else (target,)
        for name in names:
            deaths = self._deaths.get(name, deque())
            while len(deaths) >= MOST_DEATHS and deaths[0] > time.monotonic() - WITHIN_SECONDS:
                time.sleep(1)
            while deaths and deaths[0] <= time.monotonic() - WITHIN_SECONDS:
                deaths.popleft()

    def _kill(self, target: str) -> None:
        if target == "supervisor":
            self.servers.pull_the_plug()
            self.servers.start()
            for deaths in self._deaths.values():
                deaths.clear()
            return
        for name in ("web", "rasa") if target == "both" else (target,):
            if self.servers.kill(name):
                self._deaths[name].append(time.monotonic())

    def _judge(self, table: WatchedTable, played: Played, tally: Tally) -> None:
        store, name = self.servers.store, table.interview
        rows = store.history(name)
        answers = store.state(name).answers
        tally.answers += len(table.turns)
        tally.sent_again += table.retries
        tally.longest = max(tally.longest, table.longest)
        by_turn = Counter((row.turn_id, row.question) for row in rows)
        for turn, question in table.turns:
            kept = answers.get(question)
            if not by_turn[(turn, question)] or store.turn(name, turn) is None or kept is None:
                tally.lost.append(f"{name}: {question}")
            elif plain(kept) != self.wanted.answers.get(question):
                tally.lost.append(f"{name}: {question} holds something else")
        tally.twice += [f"{name}: {question}" for question, times in Counter(row.question for row in rows).items() if times > 1]
        if played.failed or played.answers != self.wanted.answers or played.asked != self.wanted.asked:
            tally.other_end.append(f"{name}: {played.failed or 'another end'}")
        if store.interview(name).state != "complete":
            tally.other_end.append(f"{name}: is not complete")

    @property
    def runs(self) -> int:
        return sum(tally.runs for tally in self.tallies.values())

    @property
    def troubles(self) -> list[str]:
        return [line for tally in self.tallies.values() for line in (*tally.lost, *tally.twice, *tally.other_end)]

    def table(self) -> str:
        """What came of it, for people."""
        titles = ("killed", "kills", "runs", "answers", "sent again", "longest", "lost", "twice", "other end")
        widths = (-12, 6, 6, 9, 12, 9, 6, 7, 11)
        head = "".join(
            title.ljust(-width) if width < 0 else title.rjust(width) for title, width in zip(titles, widths, strict=True)
        )
        lines = [head]
        for target, tally in self.tallies.items():
            if tally.kills:
                lines.append(
                    f"{target:<12}{tally.kills:>6}{tally.runs:>6}{tally.answers:>9}{tally.sent_again:>12}{tally.longest:>7.1f} s"
                    f"{len(tally.lost):>6}{len(tally.twice):>7}{len(tally.other_end):>11}"
                )
        return "\n".join(lines)


def short_journey(finder: PathFinder, folder: Path) -> Journey:
    """The short interview that is held in each run."""
    path = folder / "kill_test.yml"
    path.write_text(JOURNEY, encoding="utf-8")
    return read_journey(path, finder.interview)


def run_test(servers: Servers, runs: int, together: int, targets: Sequence[str], seed: int, say: Callable[[str], None]) -> KillTest:
    """Waves against each target in turn until there were so many runs."""
    finder = PathFinder(load_interview())
    test = KillTest(servers, finder, short_journey(finder, servers.home), seed)
    waves = 0
    while test.runs < runs:
        target = targets[waves % len(targets)]
        test.wave(target, min(together, max(1, runs - test.runs)))
        waves += 1
        say(f"killed {target}: {test.runs} of {runs} runs, {len(test.troubles)} troubles")
        if waves > runs * 3:
            raise SystemExit("the interviews are over before they can be hit; give a smaller --together")
    return test


def main(argv: Sequence[str] | None = None) -> int:
    """Run the test; 1 when an answer was lost or written down twice, or an interview ended otherwise."""
    parser = argparse.ArgumentParser(description="kill the servers' processes in the midst of interviews")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--together", type=int, default=5, help="interviews held at once")
    parser.add_argument("--only", default=",".join(TARGETS), help="what is killed: some of web,rasa,both,supervisor")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    args = parser.parse_args(argv)
    targets = [name for name in args.only.split(",") if name in TARGETS]
    if not targets or args.runs < 1 or args.together < 1:
        parser.error(f"--only takes some of {','.join(TARGETS)}; --runs and --together are at least 1")

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    say(f"seed {args.seed}")
    began = time.monotonic()
    with Servers(date(2026, 11, 23), say) as servers:
        test = run_test(servers, args.runs, args.together, targets, args.seed, say)
    print(test.table())
    print(f"{test.runs} runs in {time.monotonic() - began:.0f} s")
    for line in test.troubles:
        print(line)
    return 1 if test.troubles else 0


if __name__ == "__main__":
    raise SystemExit(main())
