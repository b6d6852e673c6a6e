"""Our bot as ``bcst2 serve`` starts it: through the JSON API of the pages and, beneath them, as the web process speaks to Rasa."""

from __future__ import annotations

import http.client
import json
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.measure import Conversation, Running, connect, json_call
from bench.processes import ROOT, START_SECONDS, WEB_PYTHON, BenchError, Program, environment, free_ports, running
from bench.script import Line, write_script
from bot.actions.situation import today
from bot.commands.train import current_model, model_path
from bot.interview.loading import load_interview
from bot.settings import SECRET_HEADER
from bot.store.database import utc_now
from bot.store.demo import demo_records

BY = "bench"
KIND_OF_TEXT = ("text", "address", "date", "number", "scale")


class PagePlay(Conversation):
    """An interview through the JSON API that the pages use, signed in as the demonstration's worker."""

    def __init__(self, port: int, session: Mapping[str, str], person: str, script: Mapping[str, Line]) -> None:
        super().__init__(port, "")
        self.session = dict(session)
        self.person = person
        self.script = script
        self.state: dict[str, Any] = {}
        self.turns = 0

    @property
    def asked(self) -> str | None:
        return (self.state.get("question") or {}).get("id")

    def begin(self) -> None:
        self.state = json_call(self.connection, "POST", "/api/interviews", {"person": self.person}, self.session)
        self.name = self.state["interview"]["id"]

    def turn(self) -> None:
        before, line = self.asked, _line_for(self.script, self.asked)
        posted: dict[str, Any] = {"turn": str(uuid4()), "question": before, "seen": self.state["seen"]}
        if line.options:
            posted["options"] = list(line.options)
        else:
            posted["text" if self.state["question"]["kind"] in KIND_OF_TEXT else "words"] = line.words
        self.state = json_call(self.connection, "POST", f"/api/interviews/{self.name}/turns", posted, self.session)
        if self.asked == before or (self.asked is None and not self.state["complete"]):
            raise BenchError(f"after {before} our bot did not go on: {str(self.state)[:300]}")
        self.turns += 1


class RasaPlay(Conversation):
    """An interview through Rasa's page channel: dialogue, action and commit, without the pages. Started through the API."""

    def __init__(self, port: int, secret: str, page: PagePlay) -> None:
        super().__init__(port, "")
        self.headers = {SECRET_HEADER: secret}
        self.page = page
        self.asked: str | None = None
        self.turns = 0

    def begin(self) -> None:
        self.page.begin()
        self.page.close()
        self.name, self.asked = self.page.name, self.page.asked

    def turn(self) -> None:
        line = _line_for(self.page.script, self.asked)
        metadata = {"turn": str(uuid4()), "question": self.asked, "by": BY, "device": BY, "language": "en", "level": "plain"}
        if line.options:
            message = "/answer" + json.dumps({"question": line.question, "option": list(line.options)})
        else:
            message = line.words
        body = {
            "sender": self.name,
            "message": message,
            "typed": line.typed,
            "metadata": {**metadata, "words": line.words, "more": "", "parts": {}},
        }
        said = json_call(self.connection, "POST", "/webhooks/page/webhook", body, self.headers)
        asked = [item["custom"]["ask"] for item in said if isinstance(item.get("custom"), dict) and "ask" in item["custom"]]
        if not said or asked == [self.asked]:
            raise BenchError(f"after {self.asked} our dialogue did not go on: {str(said)[:300]}")
        self.asked = asked[0] if asked else None
        self.turns += 1


def _line_for(script: Mapping[str, Line], question: str | None) -> Line:
    if question is None:
        raise BenchError("our interview ended before the benchmark did")
    if question not in script:
        raise BenchError(f"our bot asked {question}, which the script did not expect")
    return script[question]


def train() -> float:
    """Train our model anew; how many seconds that took."""
    began = time.perf_counter()
    done = subprocess.run(
        [str(WEB_PYTHON), "-m", "bot.cli", "train", "--force"],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 or current_model() is None:
        raise BenchError(f"our model could not be trained: {(done.stderr.splitlines() or ['?'])[-1]}")
    return time.perf_counter() - began


class Ours:
    """What is known of the running bot: its ports, the signed-in session, and every interview that was played."""

    def __init__(self, home: Path, serve: Program) -> None:
        self.home = home
        self.serve = serve
        self.facts: dict[str, Any] = json.loads((home / "run.json").read_text(encoding="utf-8"))
        self.ports: dict[str, int] = self.facts["ports"]
        self.played: list[PagePlay | RasaPlay] = []
        self.session, self.person = self._sign_in()
        self.script = write_script(load_interview(), demo_records(utc_now().date())[0], today())

    def pid(self, part: str) -> int:
        return int(self.facts["processes"][part]["pid"])

    def secret(self) -> str:
        """What the supervisor made at this start and told its children; this process started them, so it may look."""
        variables = Path(f"/proc/{self.pid('rasa')}/environ").read_bytes().split(b"\0")
        return next(value.partition(b"=")[2].decode() for value in variables if value.startswith(b"BCST2_SECRET="))

    def _sign_in(self) -> tuple[dict[str, str], str]:
        demo = json.loads((self.home / "demo.json").read_text(encoding="utf-8"))["sign_in"][0]
        connection = connect(self.ports["pages"])
        body = json.dumps({"username": demo["user"], "password": demo["password"]})
        connection.request("POST", "/api/sign-in", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise BenchError(f"signing in: {response.status}")
        cookie = (response.getheader("Set-Cookie") or "").split(";")[0]
        session = {"Cookie": cookie, "X-CSRFToken": json.loads(content)["csrf"]}
        wanted = demo_records(utc_now().date())[0].prison_number
        found = json_call(connection, "GET", "/api/people", headers=session)["people"]
        connection.close()
        return session, next(person["id"] for person in found if person["prison_number"] == wanted)

    def page(self, _name: str) -> PagePlay:
        """An interview through the pages' API."""
        play = PagePlay(self.ports["pages"], self.session, self.person, self.script)
        self.played.append(play)
        return play

    def beneath(self, _name: str) -> RasaPlay:
        """An interview through Rasa's channel."""
        play = RasaPlay(self.ports["rasa"], self.secret(), PagePlay(self.ports["pages"], self.session, self.person, self.script))
        self.played.append(play)
        return play

    def check_committed(self) -> int:
        """Make sure that every answer is in the database; how many there are. A bot that is fast and forgets would not count."""
        with closing(sqlite3.connect(f"file:{self.home / 'bcst2.sqlite3'}?mode=ro", uri=True)) as database:
            kept = dict(database.execute("SELECT interview_id, count(*) FROM answers GROUP BY interview_id"))
        for play in self.played:
            if play.name and kept.get(play.name, 0) != play.turns:
                raise BenchError(f"{play.turns} answers were given and {kept.get(play.name, 0)} are in the database")
        return sum(play.turns for play in self.played)


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def ours(home: Path) -> Iterator[tuple[Ours, Running, Running]]:
    """The bot for the time of a block: seen through the pages, and beneath them."""
    if current_model() is None:
        raise BenchError(f"the dialogue model {model_path().name} is not there; run make train")
    ports = dict(zip(("BCST2_PORT", "BCST2_RASA_PORT", "BCST2_ACTIONS_PORT"), free_ports(3), strict=True))
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    env = {"BCST2_HOME": str(home), **{name: str(port) for name, port in ports.items()}}
    command = [str(WEB_PYTHON), "-m", "bot.cli", "serve", "--demo"]
    began = time.perf_counter()
    with running("bcst2 serve", command, home / "serve.log", ROOT, env) as serve:
        serve.wait_until(lambda: _healthy(ports["BCST2_PORT"]), START_SECONDS)
        bot = Ours(home, serve)
        through = Running("ours", bot.page, {"rasa": bot.pid("rasa"), "web and actions": bot.pid("web"), "supervisor": serve.pid})
        beneath = Running("ours beneath the pages", bot.beneath, through.parts)
        if not through.answers():
            raise BenchError(f"our bot is healthy and takes no turn; its output is in {home / 'serve.log'}")
        through.started = beneath.started = time.perf_counter() - began
        yield bot, through, beneath
