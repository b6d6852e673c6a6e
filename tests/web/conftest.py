"""A real store on a scratch database, the application over it, and a stand-in for Rasa."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from waitress.server import create_server
from werkzeug.test import TestResponse

from bot.actions.situation import situation
from bot.casework.casework import Casework
from bot.interview.definitions import Interview, Question
from bot.interview.exchange import Heard
from bot.interview.loading import load_interview
from bot.interview.path import Step
from bot.language.wording import Wording
from bot.plan.definitions import PlanData
from bot.plan.loading import load_plan
from bot.settings import Settings, read_settings
from bot.store import users
from bot.store.demo import fill_demo
from bot.store.store import Store
from bot.store.types import Decision, Entry, InterviewRow, Person
from bot.web.app import create_app
from bot.web.posted import new_turn
from bot.web.state import NAME, Web
from tests.web.fake import FakeRasa

PASSWORD = "made-up-password"
# A home, an interview at the question where the person lived, and one at the first private question.
Midway = tuple[Path, str, str]


class Compiled(BytecodeCache):
    """Templates that were compiled already, for every application of this run."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


class Clock:
    """A clock that can be put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class House:
    """One application with everything behind it."""

    settings: Settings
    store: Store
    interview: Interview
    wording: Wording
    rasa: FakeRasa
    clock: Clock
    app: Flask
    people: list[Person]

    def client(self) -> Browser:
        return Browser(self.app)

    def signed_in(self) -> Browser:
        browser = self.client()
        browser.sign_in()
        return browser

    def person(self, name: str) -> Person:
        return next(person for person in self.people if person.name.startswith(name))

    def started(self, name: str = "Daniel", **more: Any) -> InterviewRow:
        wanted = {"kind": "first", "mode": "worker", "language": "en", "level": "plain", "by": "test", "device": "test", **more}
        return self.store.start_interview(self.person(name).id, **wanted)


class Browser:
    """Flask's test client with what a browser does with forms."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.page = ""

    def get(self, path: str, **more: Any) -> TestResponse:
        response = self.client.get(path, **more)
        self.page = response.get_data(as_text=True)
        return response

    def hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        assert found, f"the page has no hidden {name}"
        return found[1]

    def post(self, path: str, data: dict[str, Any] | None = None, follow: bool = False, **more: Any) -> TestResponse:
        form = {"csrf_token": self.hidden("csrf_token"), **(data or {})}
        response = self.client.post(path, data=form, follow_redirects=follow, **more)
        # Before it follows a redirection, a browser shows the page it had.
        if response.status_code != 303:
            self.page = response.get_data(as_text=True) or self.page
        return response

    def sign_in(self, password: str = PASSWORD, **more: str) -> TestResponse:
        self.get("/sign-in")
        return self.post("/sign-in", {"username": "worker", "password": password, **more})

    def turn(self, interview_id: str, follow: bool = True, **data: Any) -> TestResponse:
        """Post the form of the question that the page shows; before a private part, after going on to it."""
        go_on = f"/interviews/{interview_id}/on"
        if f'action="{go_on}"' in self.page and data.get("do", "answer") == "answer":
            self.post(go_on, follow=True)
        kept = {name: self.hidden(name) for name in ("turn", "seen", "asks", "question") if f'name="{name}"' in self.page}
        return self.post(f"/interviews/{interview_id}/turns", {**kept, **data}, follow=follow)

    def open_question(self, house: House, interview_id: str) -> str:
        """The id of the question that is asked now."""
        state = house.store.state(interview_id)
        step = web_of(house).talk.path(state).next(state.interview.focus)
        assert step is not None
        return step.question.id

    def title(self) -> str:
        found = re.search(r"<title>(.*?)</title>", self.page, re.DOTALL)
        return found[1] if found else ""


def text_of(page: str) -> str:
    """The page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Passwords that cost next to nothing to check."""
    slow = users._hasher
    users._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield
    users._hasher = slow


@pytest.fixture(scope="session")
def interview() -> Interview:
    return load_interview()


@pytest.fixture(scope="session")
def wording(interview: Interview) -> Wording:
    return Wording(interview)


def web_of(house: House) -> Web:
    """What the application holds."""
    found: Web = house.app.extensions[NAME]
    return found


def answer_until(house: House, interview_id: str, stop: Callable[[Step], bool], **choices: str) -> Step | None:
    """Answer what is asked until a question is of the wanted sort (None: to the end), in one turn of the store."""
    conversation, state = house.rasa.turns.conversation, house.store.state(interview_id)
    before = situation(state)
    entries: list[Entry] = []
    outcome = None
    for _ in range(300):
        step = conversation.finder.path(before.context, before.answers).next(before.focus)
        if step is None or stop(step):
            break
        outcome = conversation.decide(before, said_to(step, choices))
        assert outcome.recorded, step.question.id
        entries += [Entry(kept.answer, kept.how, "test", kept.words) for kept in outcome.recorded]
        answers = {**before.answers, **{kept.answer.question: kept.answer for kept in outcome.recorded}}
        before = replace(before, answers=answers, focus=outcome.focus)
    if outcome is not None:
        decision = Decision(
            outcome.kind, outcome.question, entries, list(outcome.reply), outcome.focus, outcome.state, by="test", device="test"
        )
        house.store.take_turn(interview_id, new_turn(), lambda _: decision)
    return step


def said_to(step: Step, choices: Mapping[str, str]) -> Heard:
    """An answer: the wanted choice, or that all is well."""
    question = step.question
    if question.closed:
        offered = [option.id for option in step.options]
        well = {"consent_go_on": "yes", "who_is_here": "alone"}
        wanted = (choices.get(question.id, ""), well.get(question.id, ""), "right", "none", "no")
        chosen = next((option for option in wanted if option in offered), offered[-1])
        return Heard("answer", question.id, options=(chosen,))
    words = {"scale": "7", "number": "3", "date": "24/12/2027"}.get(question.kind, "Some words")
    parts = {"line1": "14 Mill Lane", "town": "Leeds"} if question.kind == "address" else {}
    return Heard("answer", question.id, text=words, parts=parts)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with made-up people, to be copied."""
    home = tmp_path_factory.mktemp("furnished") / "home"
    home.mkdir(mode=0o700)
    settings = read_settings({"BCST2_HOME": str(home)})
    with Store.open(settings.database, settings.keys, create_keys=True) as store:
        fill_demo(store, PASSWORD)
    return home


@pytest.fixture(scope="session")
def midway(
    furnished: Path, tmp_path_factory: pytest.TempPathFactory, interview: Interview, wording: Wording
) -> tuple[Path, str, str]:
    """A home where two interviews have got somewhere: to where the person lived, and to the first private question."""
    house = make_house(furnished, tmp_path_factory.mktemp("midway") / "home", interview, wording)
    row, private = house.started("Daniel").id, house.started("Lee").id
    answer_until(house, row, lambda step: step.question.id == "where_lived")
    answer_until(house, private, lambda step: step.question.sensitive)
    house.store.close()
    return house.settings.home, row, private


@cache
def plan_data() -> PlanData:
    return load_plan()


def make_house(furnished: Path, home: Path, interview: Interview, wording: Wording, **more: Any) -> House:
    shutil.copytree(furnished, home)
    settings = replace(read_settings({"BCST2_HOME": str(home), "BCST2_SECRET": "s"}), **more)
    clock = Clock()
    store = Store.open(settings.database, settings.keys, clock=clock)
    people = store.people()
    rasa = FakeRasa(store, interview, wording)
    casework = Casework(store, interview, plan_data(), wording)
    app = create_app(settings, store, interview, wording, rasa, casework)
    app.jinja_env.bytecode_cache = COMPILED
    return House(settings, store, interview, wording, rasa, clock, app, people)


@pytest.fixture
def house(midway: Midway, tmp_path: Path, interview: Interview, wording: Wording) -> Iterator[House]:
    made = make_house(midway[0], tmp_path / "home", interview, wording)
    yield made
    made.store.close()


@pytest.fixture(scope="session")
def cases_home(furnished: Path, tmp_path_factory: pytest.TempPathFactory, interview: Interview, wording: Wording) -> Path:
    """A home where six people have been interviewed and have plans, two of them with alerts (``tests.web.casing``)."""
    from tests.web.casing import fill_cases

    house = make_house(furnished, tmp_path_factory.mktemp("cases") / "home", interview, wording)
    fill_cases(house)
    house.store.close()
    return house.settings.home


@pytest.fixture
def cases(cases_home: Path, tmp_path: Path, interview: Interview, wording: Wording) -> Iterator[House]:
    made = make_house(cases_home, tmp_path / "home", interview, wording)
    yield made
    made.store.close()


@pytest.fixture
def worker(house: House) -> Browser:
    return house.signed_in()


@pytest.fixture
def row(midway: Midway, worker: Browser) -> str:
    """An interview where the question is where the person lived; the worker's browser shows it."""
    worker.get(f"/interviews/{midway[1]}")
    return midway[1]


@pytest.fixture
def private(midway: Midway, house: House, worker: Browser) -> tuple[str, Question]:
    """An interview at its first sensitive question; the worker's browser shows it."""
    worker.get(f"/interviews/{midway[2]}")
    return midway[2], house.interview.by_id[worker.open_question(house, midway[2])]


@dataclass
class Live:
    """The application on a real port."""

    house: House
    address: str


@pytest.fixture(scope="module")
def live(furnished: Path, tmp_path_factory: pytest.TempPathFactory, interview: Interview, wording: Wording) -> Iterator[Live]:
    house = make_house(furnished, tmp_path_factory.mktemp("live") / "home", interview, wording, demo=True)
    account = {"user": "worker", "password": PASSWORD, "role": "worker"}
    (house.settings.home / "demo.json").write_text(json.dumps({"sign_in": [account]}))
    yield from serving(house)


@pytest.fixture(scope="module")
def live_cases(
    cases_home: Path, tmp_path_factory: pytest.TempPathFactory, interview: Interview, wording: Wording
) -> Iterator[Live]:
    """The application with cases (``tests.web.casing``) on a real port."""
    yield from serving(make_house(cases_home, tmp_path_factory.mktemp("live-cases") / "home", interview, wording))


def serving(house: House) -> Iterator[Live]:
    server: Any = create_server(house.app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Live(house, f"http://127.0.0.1:{server.effective_port}")
    server.close()
    server.task_dispatcher.shutdown(timeout=2)
    house.store.close()
