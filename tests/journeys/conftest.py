"""Real servers for the journeys: one start for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from bot.interview.loading import load_interview
from bot.interview.path import PathFinder
from bot.rehearsal.browser import Browser
from bot.rehearsal.choosing import Chooser
from bot.rehearsal.engine import EngineTable
from bot.rehearsal.journey import Journey, read_journey
from bot.rehearsal.sayings import read_saying
from bot.rehearsal.servers import Servers
from bot.store.types import Decision, Entry

HERE = Path(__file__).parent
TODAY = date(2026, 11, 23)


class Open:
    """An interview that stands open at a question, and the browser in front of it."""

    def __init__(self, servers: Servers, browser: Browser, interview: str) -> None:
        self.servers = servers
        self.browser = browser
        self.id = interview
        self.state = browser.state(interview)

    @property
    def question(self) -> str:
        return self.state["question"]["id"]

    def post(self, **what: Any) -> Any:
        """A turn from the page as it stands; the page goes on to what comes back."""
        reply = self.browser.turn(self.state, **what)
        if reply.status == 200:
            self.state = reply.body
        return reply

    def answer(self, question: str) -> Any:
        return self.servers.store.state(self.id).answers.get(question)

    def rows(self, question: str) -> list[Any]:
        """Every answer that was ever written down for a question."""
        return [row for row in self.servers.store.history(self.id) if row.question == question]

    def last(self) -> Any:
        return self.servers.store.last_turn(self.id)

    def says(self) -> list[str]:
        return [reply["say"] for reply in self.state["replies"]]


@pytest.fixture(scope="session")
def finder() -> PathFinder:
    return PathFinder(load_interview())


@pytest.fixture(scope="session")
def live_server() -> Iterator[Servers]:
    with Servers(TODAY) as servers:
        yield servers


@pytest.fixture(scope="session")
def signed_in(live_server: Servers) -> Browser:
    return Browser(live_server).sign_in()


@pytest.fixture(scope="session")
def somebody(finder: PathFinder) -> Journey:
    """A journey to take people from: no needs, worker mode."""
    return read_journey(HERE / "bob.yml", finder.interview)


Opened = Callable[..., Open]


@pytest.fixture
def opened(live_server: Servers, signed_in: Browser, finder: PathFinder, somebody: Journey) -> Opened:
    """Opens an interview at a question. What comes before is put straight into the store, so Rasa has never heard of it."""

    def open_at(question: str, say: Mapping[str, object] | None = None, mode: str = "worker") -> Open:
        said = {name: read_saying(finder.interview.by_id[name], value) for name, value in (say or {}).items()}
        journey = replace(somebody, say={question: read_saying(finder.interview.by_id[question], "refused"), **said}, mode=mode)
        person = signed_in.add_person({**journey.record.to_json(), "prison_number": _number()})
        store = live_server.store
        row = store.start_interview(person, "first", mode, "en", "plain", by="test", device="test")
        table, chooser = EngineTable(finder, journey), Chooser(finder, journey)
        view = table.begin()
        while view.question not in (question, None):
            path = table.path()
            view = table.make(chooser.move(path.by_id[view.question], table.context(), table.answers(), path))
            outcome = table.last
            entries = [Entry(kept.answer, kept.how, "test", kept.words) for kept in outcome.recorded]
            decision = Decision(
                outcome.kind, outcome.question, entries, list(outcome.reply), outcome.focus, outcome.state, by="test", device="test"
            )
            store.take_turn(row.id, uuid4().hex, lambda _state, decision=decision: decision)
        assert view.question == question, f"{question} is not on this path"
        return Open(live_server, signed_in, row.id)

    return open_at


def _number() -> str:
    number = uuid4().int
    letters = "".join(chr(65 + number // 26**place % 26) for place in range(3))
    return f"{letters[0]}{number % 10_000:04}{letters[1:]}"
