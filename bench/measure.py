"""Playing conversations and timing their turns. Both sides are played by the same code, with no time to think."""

from __future__ import annotations

import http.client
import json
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from bench.processes import BenchError, cpu_seconds, memory, tree

AT = (5, 45, 90)
AROUND = 2
AT_ONCE = (1, 10, 40)
# A turn that takes longer is no turn: the page would have given up.
PATIENCE = 60.0
Connection = http.client.HTTPConnection


def connect(port: int) -> Connection:
    """A connection that stays open; small requests are not held back."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def json_call(connection: Connection, method: str, path: str, value: Any = None, headers: dict[str, str] | None = None) -> Any:
    """Send JSON, get JSON.

    Raises:
        BenchError: any answer but 200 or 201; the answer is quoted (everything said here is made up).
    """
    body = None if value is None else json.dumps(value).encode()
    sent = {"Content-Type": "application/json", **(headers or {})}
    try:
        connection.request(method, path, body, sent)
        response = connection.getresponse()
    except http.client.RemoteDisconnected:
        # It was closed after a while of quiet. Only a request that was never answered is sent again.
        connection.close()
        connection.request(method, path, body, sent)
        response = connection.getresponse()
    content = response.read()
    if response.status not in (200, 201):
        raise BenchError(f"{method} {path}: {response.status} {content[:200].decode(errors='replace')}")
    return json.loads(content)


class Conversation:
    """One interview being played: ``begin`` brings the first question, each ``turn`` answers one and brings the next."""

    def __init__(self, port: int, name: str) -> None:
        self.name = name
        self.connection = connect(port)

    def begin(self) -> None:
        raise NotImplementedError

    def turn(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        self.connection.close()


@dataclass
class Running:
    """One side, started: its programs, and how a conversation with it is opened."""

    name: str
    converse: Callable[[str], Conversation]
    # What it consists of: name → process, whose children count with it unless they are named themselves.
    parts: dict[str, int]
    started: float = 0.0
    # Where it listens, for a load that is not played by us.
    port: int = 0

    def answers(self) -> bool:
        """Whether a whole turn of the dialogue works."""
        try:
            conversation = self.converse(f"first-{uuid4().hex[:8]}")
        except OSError:
            return False
        try:
            conversation.begin()
            conversation.turn()
        except (OSError, BenchError, http.client.HTTPException, ValueError):
            return False
        finally:
            conversation.close()
        return True

    def families(self) -> dict[str, list[int]]:
        """The processes of each part."""
        return {
            name: [each for each in tree(pid) if each == pid or each not in self.parts.values()] for name, pid in self.parts.items()
        }

    def cpu(self) -> dict[str, float]:
        """Processor seconds of each part so far."""
        return {name: sum(map(cpu_seconds, family)) for name, family in self.families().items()}

    def memory(self) -> dict[str, float]:
        """Megabytes of each part."""
        return {name: sum(map(memory, family)) for name, family in self.families().items()}


@dataclass
class Load:
    """So many conversations at once: turns a second, and how long one turn took (seconds)."""

    at_once: int
    turns: int
    seconds: float
    median: float
    p95: float

    @property
    def rate(self) -> float:
        return self.turns / self.seconds


@dataclass
class Result:
    """Everything measured of one side. Times in seconds, memory in megabytes."""

    name: str
    questions: int
    trained: float = 0.0
    started: float = 0.0
    turns: dict[int, list[float]] = field(default_factory=dict)
    loads: dict[int, Load] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    memory_idle: dict[str, float] = field(default_factory=dict)
    # Processor seconds a turn, one conversation at a time, by program.
    cpu: dict[str, float] = field(default_factory=dict)

    def around(self, number: int) -> list[float]:
        """The times of the turns that answered this question and its neighbours."""
        return [time for at in range(number - AROUND, number + AROUND + 1) for time in self.turns.get(at, [])]

    def median(self, number: int) -> float:
        return statistics.median(self.around(number))

    def p95(self, number: int) -> float:
        return percentile(self.around(number), 95)


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which ``share`` per cent lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * int(share) // 100) - 1)]


def play(conversation: Conversation, turns: int) -> list[float]:
    """Play a conversation for so many turns; how long each took."""
    times = []
    conversation.begin()
    for _ in range(turns):
        began = time.perf_counter()
        conversation.turn()
        times.append(time.perf_counter() - began)
    conversation.close()
    return times


def measure_turns(side: Running, result: Result, conversations: int, turns: int) -> None:
    """Conversations one after another; the time of each turn by its number, and the processor time of all of them."""
    before = side.cpu()
    for number in range(conversations):
        for at, seconds in enumerate(play(side.converse(f"turns-{number}-{uuid4().hex[:8]}"), turns), start=1):
            result.turns.setdefault(at, []).append(seconds)
    after = side.cpu()
    result.cpu = {name: (after[name] - before[name]) / (conversations * (turns + 1)) for name in after}


def measure_load(side: Running, at_once: int, turns: int, rounds: int = 1) -> Load:
    """So many conversations at once, each played by a thread of its own for a fixed number of turns, all started together.

    Opening the conversations is not counted.
    """
    times: list[float] = []
    failures: list[BaseException] = []
    lock = threading.Lock()
    total = 0.0
    for number in range(rounds):
        opened = [side.converse(f"load-{at_once}-{number}-{index}-{uuid4().hex[:8]}") for index in range(at_once)]
        for conversation in opened:
            conversation.begin()
        barrier = threading.Barrier(at_once + 1)

        def work(conversation: Conversation, barrier: threading.Barrier = barrier) -> None:
            own: list[float] = []
            barrier.wait()
            try:
                for _ in range(turns):
                    began = time.perf_counter()
                    conversation.turn()
                    own.append(time.perf_counter() - began)
            except Exception as error:
                failures.append(error)
            with lock:
                times.extend(own)

        threads = [threading.Thread(target=work, args=(conversation,), daemon=True) for conversation in opened]
        for thread in threads:
            thread.start()
        barrier.wait()
        began = time.perf_counter()
        for thread in threads:
            thread.join()
        total += time.perf_counter() - began
        for conversation in opened:
            conversation.close()
        if failures:
            raise BenchError(f"{side.name}: {len(failures)} of {at_once} conversations broke off; the first: {failures[0]}")
    return Load(at_once, len(times), total, statistics.median(times), percentile(times, 95))
