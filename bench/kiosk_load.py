"""The load itself, for locust: forty people at screens who each answer about every ten seconds. Started by ``bench.kiosks``.

``BCST2_BENCH_KIOSKS`` names a file: JSON with ``codes`` (one for each kiosk; none: the stock form), ``every`` and ``arrive``
(seconds) and ``result`` (the file for what was measured).
"""

from __future__ import annotations

import itertools
import json
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from locust import HttpUser, events, task
from locust.exception import StopUser

from bench.kiosk_page import Page, answer
from bench.stock import question

PLAN = json.loads(Path(os.environ["BCST2_BENCH_KIOSKS"]).read_text(encoding="utf-8"))
CODES: list[str] = list(PLAN["codes"])
EVERY = float(PLAN["every"])
# Nobody's kiosks are all switched on in one moment: they come in one by one, and turns count from when all are in.
ARRIVE = float(PLAN["arrive"])
BEGAN = time.monotonic()
PIN = "4827"
# What was measured: seconds of each turn, and of coming in by code and PIN.
TIMES: dict[str, list[float]] = {"turn": [], "come in": []}
WRONG: list[str] = []
NUMBERS = itertools.count()
STATES: dict[str, int] = {"finished": 0, "not understood": 0}


class Wrong(Exception):
    """Something that a person would have seen as a failure."""


class Person(HttpUser):
    """What both have in common: somebody who thinks, then answers, and whose page is there when it is there."""

    abstract = True
    # About every ten seconds: nobody keeps step with the others.
    turns = 0

    def wait_time(self) -> float:
        return self.chance.uniform(0.5 * EVERY, 1.5 * EVERY) - self.took

    def on_start(self) -> None:
        # Each has its own chance: with one for all they come in, and answer, in the same moment.
        self.chance = random.Random(next(NUMBERS))
        self.took = 0.0
        time.sleep(self.chance.uniform(0, ARRIVE))
        self.measured("come in", self.come_in)

    @task
    def one_turn(self) -> None:
        self.took = self.measured("turn", self.turn)
        self.turns += 1

    def measured(self, name: str, what: Callable[[], None]) -> float:
        began = time.perf_counter()
        try:
            what()
        except StopUser:
            raise
        except Exception as error:
            WRONG.append(f"{name}: {type(error).__name__} {error}"[:200])
            raise StopUser from None
        took = time.perf_counter() - began
        if name != "turn" or time.monotonic() - took - BEGAN > ARRIVE + EVERY:
            TIMES[name].append(took)
        return took

    def come_in(self) -> None:
        raise NotImplementedError

    def turn(self) -> None:
        raise NotImplementedError


class Kiosk(Person):
    """A browser at the real pages: forms with all that is hidden in them, redirections followed, the next question read."""

    abstract = not CODES

    def come_in(self) -> None:
        code = CODES.pop()
        self.page = Page(self.opened(self.client.get("/kiosk")))
        self.send(self.page.form_to("/kiosk"), {"code": code})
        landed = self.send(self.page.form_to("/kiosk/pin"), {"pin": PIN, "again": PIN})
        self.home = landed.url.partition("/interviews/")[2].partition("/")[0]
        self.page = Page(self.opened(self.client.get(f"/interviews/{self.home}", name="/interviews/…")))

    def turn(self) -> None:
        before = self.page.talk()
        if before is not None:
            self.send(before, answer(before, self.turns, self.chance, by_button=self.stuck))
            after = self.page.talk()
            self.stuck = after is not None and after.hidden["question"] == before.hidden["question"]
            STATES["not understood"] += self.stuck
            return
        heard = next((form for form in self.page.forms if ("do", "confirm") in form.buttons), None)
        if heard is not None:
            self.send(heard, {"do": "confirm"})
        elif (private := self.page.form_to("/on")) is not None:
            self.send(private, {})
        elif self.page.form_to("/close") is not None:
            STATES["finished"] += 1
            raise StopUser
        else:
            raise Wrong("a page without a question")

    stuck = False

    def send(self, form: Any, data: dict[str, str]) -> Any:
        """Post a form, follow to the page after it, and look at that."""
        if form is None:
            raise Wrong("the form is not on the page")
        response = self.client.post(form.action, data={**form.hidden, **data}, name="POST and the page after it")
        self.page = Page(self.opened(response))
        if self.page.wrong:
            raise Wrong(f"an error page after {form.hidden.get('question', form.action.rpartition('/')[2])}")
        return response

    @staticmethod
    def opened(response: Any) -> str:
        if response.status_code != 200:
            raise Wrong(f"status {response.status_code}")
        return str(response.text)


class Stock(Person):
    """The stock form's own channel; it has no pages."""

    abstract = bool(CODES)

    def come_in(self) -> None:
        self.name, self.number = f"kiosk-{id(self)}-{time.time_ns()}", 0
        self.say("/begin")

    def turn(self) -> None:
        self.say(f"answer number {self.number} is quite ordinary")

    def say(self, message: str) -> None:
        response = self.client.post("/webhooks/rest/webhook", json={"sender": self.name, "message": message})
        said = [item.get("text") for item in response.json()] if response.status_code == 200 else [response.status_code]
        self.number += 1
        if said != [question(self.number)]:
            raise Wrong(f"no question {self.number}: {str(said)[:80]}")


@events.test_stop.add_listener
def keep(**_: Any) -> None:
    """Write down every single time: locust's own percentiles are rounded."""
    Path(PLAN["result"]).write_text(json.dumps({"times": TIMES, "wrong": WRONG, **STATES}), encoding="utf-8")
