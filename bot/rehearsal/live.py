"""The real servers at the table: Rasa, the pages' API and the database, talked to as a browser does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from bot.interview.answers import Answer
from bot.interview.exchange import CONFIRM, DENY
from bot.interview.path import Context, Path, PathFinder
from bot.interview.understanding import pending_of
from bot.rehearsal.browser import Browser, RequestFailed
from bot.rehearsal.engine import context_of
from bot.rehearsal.journey import Journey
from bot.rehearsal.moves import ANSWER, BEGIN, CHANGE, WORDS, JourneyFailed, Move, View
from bot.rehearsal.play import Played, Player
from bot.rehearsal.servers import Servers
from bot.store.types import InterviewState

TRY_AGAIN = "try_again"


class LiveTable:
    """One interview on the real servers. What was recorded is read from their database."""

    def __init__(self, servers: Servers, finder: PathFinder, journey: Journey, browser: Browser | None = None) -> None:
        self.servers = servers
        self.finder = finder
        self.journey = journey
        self.browser = browser or Browser(servers).sign_in()
        self.interview = ""
        self.retries = 0
        self._context = context_of(journey)
        self.state: dict[str, Any] = {}
        self._times: list[float] = []
        self._kept: InterviewState | None = None

    def begin(self) -> View:
        """Add the person and start their interview, or take it up again."""
        if not self.interview:
            person = self.browser.add_person(self.journey.record.to_json())
            self.state = self.browser.start(person, self.journey.mode, self.journey.language, self.journey.level)
            self.interview = str(self.state["interview"]["id"])
            return self._view()
        return self._turn(do=BEGIN)

    def make(self, move: Move) -> View:
        """One turn, as the page posts it."""
        if move.do == CHANGE:
            return self._turn(do=CHANGE, change=move.question)
        if move.do in (CONFIRM, DENY):
            return self._turn(do=move.do, options=list(move.options), words=move.words)
        if move.do not in (ANSWER, WORDS):
            return self._turn(do=move.do)
        question = self.finder.interview.by_id[move.question or ""]
        if question.closed:
            return self._turn(options=list(move.options), words=move.words, more=move.more)
        return self._turn(text=move.words, parts=dict(move.parts))

    def _turn(self, **what: Any) -> View:
        reply = self.browser.turn(self.state, **what)
        self.retries += reply.tries - 1
        if reply.tries == 1:
            self._times.append(reply.ms)
        if reply.status == 422:
            # Not taken: the page stays as it is, with what is wrong beside the box.
            return self._view(TRY_AGAIN)
        try:
            self.state = dict(self.browser.wanted(reply).body)
        except RequestFailed as failure:
            asked = (self.state.get("question") or {}).get("id")
            raise JourneyFailed(f"at {asked}: {failure}") from None
        return self._view()

    def trouble(self, name: str) -> View:
        """Kill a process, or go on in another browser. Rasa keeps what it remembers in memory, so killing it makes it forget."""
        if name == "second_browser":
            self.browser = Browser(self.servers).sign_in()
            self.state = self.browser.state(self.interview)
        else:
            self.servers.kill("web" if name == "kill_web" else "rasa")
        return self._view()

    def context(self) -> Context:
        return self._context

    def answers(self) -> dict[str, Answer]:
        return dict(self._kept.answers) if self._kept is not None else {}

    def path(self) -> Path:
        return self.finder.path(self._context, self.answers())

    def times(self) -> list[float]:
        return self._times

    def _view(self, kind: str | None = None) -> View:
        """What the page shows, and what the database holds by now."""
        self._kept = kept = self.servers.store.state(self.interview)
        asked = self.state.get("question") if not self.state.get("complete") else None
        options = tuple(option["id"] for option in asked["options"]) if asked else ()
        # A stopped interview shows no question; which one is open is not needed until it goes on.
        step = None if asked else self.path().next(kept.interview.focus)
        question = asked["id"] if asked else (step.question.id if step else None)
        heard = pending_of(kept.turn.reply).heard if kept.turn is not None and kind is None else ()
        return View(question, options, kind or kept.last[0], self.state["interview"]["state"], heard)


def play_all(finder: PathFinder, journeys: list[Journey], say: Callable[[str], None]) -> Iterator[Played]:
    """Play journeys on the real servers, in the order given. The servers are started once for each day that journeys are set on."""
    done: dict[int, Played] = {}
    due = 0
    for day in dict.fromkeys(journey.today for journey in journeys):
        for index, played in _play_day(finder, day, journeys, say):
            done[index] = played
            while due in done:
                yield done.pop(due)
                due += 1


def _play_day(finder: PathFinder, day: date, journeys: list[Journey], say: Callable[[str], None]) -> Iterator[tuple[int, Played]]:
    with Servers(day, say) as servers:
        for index, journey in enumerate(journeys):
            if journey.today == day:
                played = Player(finder, journey, LiveTable(servers, finder, journey)).play()
                say(f"{journey.name}: {played.turns} turns, median {played.ms_per_turn['p50']:.0f} ms")
                yield index, played
