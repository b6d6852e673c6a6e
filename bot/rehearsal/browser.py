"""A browser in front of the JSON API: what the pages post, with the pages' patience."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import urllib3

from bot.rehearsal.moves import JourneyFailed
from bot.rehearsal.servers import Servers

PATIENCE_SECONDS = 150.0
PAUSE_SECONDS = 0.5
# "Your answers are safe, please try again": the page sends the same turn once more.
AGAIN = frozenset({500, 502, 503, 504})


class RequestFailed(JourneyFailed):
    """The servers answered something that a browser cannot go on with, or (status 0) nothing at all."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"the servers answered {status}" if status else "the servers do not answer")
        self.status = status
        self.body = body


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the servers. ``tries`` counts how often it had to be asked for."""

    status: int
    body: Any
    ms: float
    tries: int = 1


class Browser:
    """One signed-in browser."""

    def __init__(self, servers: Servers, patience: float = PATIENCE_SECONDS) -> None:
        self.servers = servers
        self.patience = patience
        self.cookie = ""
        self.csrf = ""

    def sign_in(self) -> Browser:
        """Sign in with the made-up account."""
        user, password = self.servers.sign_in()
        reply = self.wanted(self.send("POST", "/api/sign-in", {"username": user, "password": password}))
        self.csrf = str(reply.body["csrf"])
        return self

    def once(self, method: str, path: str, body: object = None) -> Reply:
        """One request. Raises urllib3's HTTPError when there is no answer."""
        headers = {"Accept": "application/json"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if self.csrf:
            headers["X-CSRFToken"] = self.csrf
        data = None
        if body is not None:
            # As ASCII, so that lone surrogates get there too.
            data, headers["Content-Type"] = json.dumps(body).encode("ascii"), "application/json"
        began = time.perf_counter()
        answer = self.servers.http.request(method, self.servers.url + path, body=data, headers=headers)
        ms = (time.perf_counter() - began) * 1000
        for cookie in answer.headers.getlist("Set-Cookie"):
            if cookie.startswith("bcst2="):
                self.cookie = cookie.split(";")[0]
        try:
            found = json.loads(answer.data)
        except ValueError:
            found = answer.data.decode("utf-8", "replace")
        return Reply(answer.status, found, ms)

    def send(self, method: str, path: str, body: object = None) -> Reply:
        """A request, and the same again while there is no answer or the servers ask to try again.

        Raises:
            RequestFailed: there was no answer at all in all that time.
        """
        deadline = time.monotonic() + self.patience
        tries = 0
        while True:
            tries += 1
            try:
                reply = self.once(method, path, body)
                if reply.status not in AGAIN or time.monotonic() > deadline:
                    return Reply(reply.status, reply.body, reply.ms, tries)
            except urllib3.exceptions.HTTPError:
                if time.monotonic() > deadline:
                    raise RequestFailed(0, None) from None
            time.sleep(PAUSE_SECONDS)

    @staticmethod
    def wanted(reply: Reply) -> Reply:
        """The reply, if it is a good one. Raises RequestFailed."""
        if reply.status >= 300:
            raise RequestFailed(reply.status, reply.body)
        return reply

    def add_person(self, record: dict[str, Any]) -> str:
        """Add a person; one whose prison number is taken gets another."""
        reply = self.send("POST", "/api/people", record)
        while reply.status == 409:
            number = uuid4().int
            letters = "".join(chr(65 + number // 26**place % 26) for place in range(3))
            reply = self.send("POST", "/api/people", {**record, "prison_number": f"{letters[0]}{number % 10_000:04}{letters[1:]}"})
        return str(self.wanted(reply).body["id"])

    def start(self, person: str, mode: str = "worker", language: str = "en", level: str = "plain") -> dict[str, Any]:
        """Start an interview; where it is. It is not sent again: each time would start another."""
        wanted = {"person": person, "kind": "first", "mode": mode, "language": language, "level": level}
        return dict(self.wanted(self.once("POST", "/api/interviews", wanted)).body)

    def state(self, interview: str) -> dict[str, Any]:
        """Where an interview is."""
        return dict(self.wanted(self.send("GET", f"/api/interviews/{interview}")).body)

    def turn(self, state: dict[str, Any], **what: Any) -> Reply:
        """Post a turn from the page that shows ``state``."""
        asked = state.get("question") or {}
        body = {"turn": state["turn"], "question": asked.get("id"), "seen": state["seen"], "asks": state["asks"], **what}
        return self.send("POST", f"/api/interviews/{state['interview']['id']}/turns", body)
