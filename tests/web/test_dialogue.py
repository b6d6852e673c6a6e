"""The way to Rasa, against a small HTTP server in its place."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bot.settings import Settings, read_settings
from bot.web import dialogue
from bot.web.dialogue import RasaClient, RasaDown


class Stand(ThreadingHTTPServer):
    """Answers as told: a status and a body, or "hang up"."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[tuple[int, str] | str] = []
        self.got: list[tuple[str, dict[str, Any]]] = []


class Handler(BaseHTTPRequestHandler):
    server: Stand

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append((self.headers.get("X-BCST2-Secret", ""), body))
        answer = self.server.answers.pop(0) if self.server.answers else (200, "[]")
        if isinstance(answer, str):
            self.connection.close()
            return
        self.send_response(answer[0])
        self.send_header("Content-Length", str(len(answer[1])))
        self.end_headers()
        self.wfile.write(answer[1].encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def stand() -> Iterator[Stand]:
    server = Stand()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(stand: Stand) -> Settings:
    return replace(read_settings({"BCST2_SECRET": "hush"}), rasa_port=stand.server_address[1])


def test_what_is_sent_and_what_comes_back(stand: Stand, settings: Settings) -> None:
    stand.answers = [(200, '[{"text": "hello"}, 7]')]
    said = RasaClient(settings).say("id", "it’s 😀\ud800", True, {"turn": "t", "parts": {}})
    assert said == [{"text": "hello"}]
    secret, body = stand.got[0]
    assert secret == "hush"
    assert body == {"sender": "id", "message": "it’s 😀\ud800", "typed": True, "metadata": {"turn": "t", "parts": {}}}


def test_a_lost_connection_is_tried_once_more(stand: Stand, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue, "PAUSE_SECONDS", 0.01)
    stand.answers = ["hang up", (200, "[]")]
    assert RasaClient(settings).say("id", "/skip", False, {"turn": "t"}) == []
    assert [body["metadata"]["turn"] for _, body in stand.got] == ["t", "t"]
    stand.answers = ["hang up", "hang up", (200, "[]")]
    with pytest.raises(RasaDown):
        RasaClient(settings).say("id", "/skip", False, {"turn": "t"})


@pytest.mark.parametrize("answer", [(500, "said: secret words"), (403, "{}"), (200, "not json"), (200, "{}"), (200, "")])
def test_answers_that_are_of_no_use(stand: Stand, settings: Settings, answer: tuple[int, str]) -> None:
    stand.answers = [answer]
    with pytest.raises(RasaDown) as raised:
        RasaClient(settings).say("id", "secret words", True, {})
    assert "secret" not in str(raised.value)
    assert len(stand.got) == 1


def test_nobody_there(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue, "PAUSE_SECONDS", 0.01)
    with pytest.raises(RasaDown):
        RasaClient(replace(settings, rasa_port=9)).say("id", "/skip", False, {})


def test_somebody_who_never_answers(stand: Stand, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue, "ANSWER_SECONDS", 0.2)
    waiting = threading.Event()
    monkeypatch.setattr(Handler, "do_POST", lambda self: waiting.wait(5))
    with pytest.raises(RasaDown):
        RasaClient(settings).say("id", "/skip", False, {})
    waiting.set()
