"""The real servers on a scratch home and free ports, for a rehearsal or a test."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import urllib3

from bot.commands import UserError
from bot.commands.train import current_model, model_path, train
from bot.interview.loading import load_interview
from bot.settings import ROOT, read_settings
from bot.store.store import Store
from bot.supervise import reachable

START_SECONDS = 240.0
STOP_SECONDS = 25.0
HEALTH_SECONDS = 6.0


def free_ports(count: int) -> list[int]:
    """Ports that nothing listens on just now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for found in sockets:
            found.bind(("127.0.0.1", 0))
        return [int(found.getsockname()[1]) for found in sockets]


def ensure_model(say: Callable[[str], None]) -> Path:
    """The model for today's questions, trained if there is none."""
    found = current_model()
    if found is None:
        say("training the dialogue model for today's questions …")
        train(model_path(), read_settings().home / "logs" / "train.log", [question.id for question in load_interview().questions])
        found = current_model()
    if found is None:
        raise UserError("the questions were changed while the model was being trained; try again")
    return found


def _ends_with_us() -> None:
    """Before the supervisor's program: Linux is to stop it when whoever started it ends, however that was."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Servers:
    """``bcst2 serve --demo`` on a home of its own, which is removed at the end."""

    def __init__(self, day: date | None = None, say: Callable[[str], None] = lambda _text: None, keep: bool = False) -> None:
        self.day = day
        self.home = Path(tempfile.mkdtemp(prefix="bcst2-rehearsal-"))
        self.port, self.rasa_port, self.actions_port = free_ports(3)
        self.output = self.home / "logs" / "serve.log"
        self.started_in = 0.0
        self._say = say
        self._keep = keep
        self._process: subprocess.Popen[bytes] | None = None
        self._store: Store | None = None
        self.http = urllib3.PoolManager(maxsize=64, retries=False, timeout=urllib3.Timeout(connect=3.0, read=30.0))

    @property
    def url(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start and wait until a whole turn works.

        Raises:
            UserError: they do not start; the message has the last line they said.
        """
        ensure_model(self._say)
        self.output.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._say("starting the servers …")
        began = time.monotonic()
        (self.home / "run.json").unlink(missing_ok=True)  # of servers that were killed here
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "serve", "--demo"],
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=_ends_with_us,  # one system call
            )
        self.wait(lambda: bool(self.facts().get("ready")), "the servers did not start", START_SECONDS)
        self.started_in = time.monotonic() - began
        self.store.count_people()  # opened here, once, for whichever threads come
        self._say(f"the servers are ready after {self.started_in:.0f} s")

    def _environment(self) -> dict[str, str]:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("BCST2_")}
        environ.update(
            BCST2_HOME=str(self.home),
            BCST2_PORT=str(self.port),
            BCST2_RASA_PORT=str(self.rasa_port),
            BCST2_ACTIONS_PORT=str(self.actions_port),
            PYTHONPATH=str(ROOT),
        )
        if self.day is not None:
            environ["BCST2_TODAY"] = self.day.isoformat()
        return environ

    def wait(self, holds: Callable[[], bool], otherwise: str, seconds: float) -> None:
        """Wait until something holds. Raises UserError when it does not in time, or the servers have ended."""
        deadline = time.monotonic() + seconds
        while not holds():
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                raise UserError(f"{otherwise}: {self._last_line()}")
            time.sleep(0.1)

    def _last_line(self) -> str:
        with contextlib.suppress(OSError):
            lines = self.output.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            return lines[-1] if lines else "they said nothing"
        return "they said nothing"

    def facts(self) -> dict[str, Any]:
        """``run.json``: the processes and whether they are ready."""
        try:
            found = json.loads((self.home / "run.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def pid(self, name: str) -> int | None:
        """The process id of ``web`` or ``rasa`` just now, or None while it is being started again."""
        found = self.facts().get("processes", {}).get(name)
        return int(found["pid"]) if found else None

    def kill(self, name: str) -> bool:
        """SIGKILL one of the processes; False if it is not running."""
        pid = self.pid(name)
        if pid is None:
            return False
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def pull_the_plug(self) -> None:
        """SIGKILL the supervisor, with which the others end, and wait until their ports are free. ``start`` starts them again."""
        assert self._process is not None  # noqa: S101 - they were started
        self._process.kill()
        self._process.wait()
        deadline = time.monotonic() + STOP_SECONDS
        while any(reachable("127.0.0.1", port) for port in (self.port, self.rasa_port, self.actions_port)):
            if time.monotonic() > deadline:
                raise UserError("the processes outlive their supervisor")
            time.sleep(0.1)

    def healthy(self) -> bool:
        """Whether a whole turn works now."""
        try:
            answer = self.http.request("GET", f"{self.url}/health", timeout=HEALTH_SECONDS)
        except urllib3.exceptions.HTTPError:
            return False
        return answer.status == 200

    def wait_healthy(self, seconds: float = START_SECONDS) -> None:
        """Wait until a whole turn works. Raises UserError when it does not in time."""
        self.wait(self.healthy, "the servers did not come back", seconds)

    def sign_in(self) -> tuple[str, str]:
        """The made-up account."""
        found = json.loads((self.home / "demo.json").read_text(encoding="utf-8"))["sign_in"][0]
        return str(found["user"]), str(found["password"])

    @property
    def store(self) -> Store:
        """What the servers have written down, read from beside them."""
        if self._store is None:
            self._store = Store.open(f"sqlite:///{self.home / 'bcst2.sqlite3'}", self.home / "keys" / "store.keys")
        return self._store

    def secret(self) -> str:
        """The secret of the loopback listeners, as the servers' own user can see it (Linux)."""
        pid = self.pid("web")
        entries = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        return next(entry.partition(b"=")[2].decode() for entry in entries if entry.startswith(b"BCST2_SECRET="))

    def stop(self) -> int | None:
        """Stop them all and remove the home; the supervisor's exit code."""
        code = None
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                code = self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                code = self._process.wait()
            self._process = None
        if self._store is not None:
            self._store.close()
            self._store = None
        if not self._keep:
            shutil.rmtree(self.home, ignore_errors=True)
        return code

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
