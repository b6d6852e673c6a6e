"""Keeps the two processes running: starts them in order, waits until each is ready, starts again the one that dies, stops all.

Children are started from the main thread only: on Linux a child is told to die with the thread that started it, so that none is
left behind even when the supervisor itself is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from bot.childlog import ChildLog

TICK = 0.1
Say = Callable[[str], None]


class CannotServe(Exception):
    """The processes cannot be started or kept running; ``str()`` is one line with the mend."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How patient the supervisor is, in seconds."""

    first_delay: float = 0.5
    longest_delay: float = 10.0
    deaths: int = 5
    within: float = 60.0
    stop: float = 10.0
    ready: float = 300.0


@dataclass(frozen=True, slots=True)
class Part:
    """One process to keep running. ``listens`` is the port that tells when it may have heard somebody."""

    name: str
    label: str
    command: Sequence[str]
    env: Mapping[str, str]
    listens: tuple[str, int]
    ready: Callable[[], bool]


@dataclass(slots=True)
class _Running:
    """A part and its present process."""

    part: Part
    log: ChildLog
    process: subprocess.Popen[bytes] | None = None
    reader: threading.Thread | None = None
    started: float = 0.0
    again_at: float = 0.0
    ready: bool = False
    deaths: deque[float] = field(default_factory=deque)

    def last_words(self) -> None:
        """Wait until what the ended process printed is in its log."""
        if self.reader is not None:
            self.reader.join(timeout=1)


def reachable(host: str, port: int) -> bool:
    """Whether something listens there."""
    try:
        with socket.create_connection((local_host(host), port), timeout=1):
            return True
    except OSError:
        return False


def local_host(host: str) -> str:
    """The address to reach a listener from this machine, also when it listens on all addresses."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - nothing is bound here


def port_free(host: str, port: int) -> str | None:
    """None if a listener can be opened there, else what is wrong in a few words."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        return "is not an address of this machine"
    except OSError as error:
        return "is in use" if error.errno == errno.EADDRINUSE else str(error.strerror).lower()
    return None


@contextlib.contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold a home for one supervisor. The lock goes with the process, however it ends.

    Raises:
        CannotServe: another supervisor holds it, or nothing can be written there.
    """
    path = home / "serve.lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotServe(f"BCST2_HOME: {home} cannot be written ({error.strerror}); let this user write there") from None
    with os.fdopen(descriptor, "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pid = lock.read().strip() or "unknown"
            raise CannotServe(f"it is running already on {home} (process {pid}); stop that one, or set BCST2_HOME") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def held(home: Path) -> bool:
    """Whether a supervisor is running on this home."""
    try:
        with (home / "serve.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _dies_with_me() -> Callable[[], None] | None:
    """What a child runs before its program: ask Linux to kill it when the thread that started it ends."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    me = os.getpid()

    def prepare() -> None:
        prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != me:  # it ended before the line above
            os._exit(1)

    return prepare


class Supervisor:
    """Runs parts until it is told to stop or one of them cannot be kept running."""

    def __init__(self, parts: Sequence[Part], home: Path, say: Say, facts: Mapping[str, Any], limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.home = home
        self._say = say
        self._facts = dict(facts)
        self._running = [_Running(part, ChildLog(home / "logs" / f"{part.name}.log")) for part in parts]
        self._prepare = _dies_with_me()
        self._stopping = False
        self._on_screen = sys.stderr.isatty()

    def run(self, whole: Callable[[], bool], announce: Callable[[], None]) -> int:
        """Start everything, call ``announce`` once ``whole`` holds, and stay until stopped; the exit code.

        Raises:
            CannotServe: a part does not start, or keeps dying.
        """
        # A signal that whoever started us has had ignored (nohup) stays ignored.
        wanted = [sign for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if signal.getsignal(sign) != signal.SIG_IGN]
        before = {sign: signal.signal(sign, self._told) for sign in wanted}
        try:
            for running in self._running:
                self._start(running)
                self._until(lambda part=running: part.ready, f"starting {running.part.label}")  # type: ignore[misc]
            self._until(whole, "trying a turn of the interview", every=1)
            if not self._stopping:
                self._facts["ready"] = True
                self._write_facts()
                announce()
            while not self._stopping:
                self._tend()
                time.sleep(TICK)
            return 0
        finally:
            self._stop()
            for sign, handler in before.items():
                signal.signal(sign, handler)

    def _told(self, _sign: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _until(self, holds: Callable[[], bool], doing: str, every: float = TICK) -> None:
        """Tend the parts until something holds, and show how long it has taken."""
        began = time.monotonic()
        shown = asked = 0.0
        if not self._on_screen:
            self._say(f"{doing} …")
        try:
            while not self._stopping:
                self._tend()
                seconds = time.monotonic() - began
                if not asked or seconds >= asked + every:
                    asked = seconds
                    if holds():
                        return
                if seconds > self.limits.ready:
                    logs = " and ".join(str(running.log.path) for running in self._running)
                    raise CannotServe(f"{doing}: not done after {seconds:.0f} s; see {logs}")
                if self._on_screen:
                    print(f"\r{doing} … {seconds:.0f} s ", end="", file=sys.stderr, flush=True)
                elif seconds >= shown + 10:
                    shown = seconds
                    self._say(f"{doing} … {seconds:.0f} s")
                time.sleep(TICK)
        finally:
            self._clear()

    def _clear(self) -> None:
        """Take the progress line off the screen."""
        if self._on_screen:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def _tell(self, text: str) -> None:
        # What goes to a file on a full disk must not end what it tells of.
        with contextlib.suppress(OSError):
            self._clear()
            self._say(text)

    def _start(self, running: _Running) -> None:
        part = running.part
        running.process = subprocess.Popen(
            list(part.command),
            env=dict(part.env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches the supervisor only, and a child's own children can be stopped with it
            preexec_fn=self._prepare,  # two system calls, no lock taken
        )
        running.started, running.ready = time.monotonic(), False
        running.log.note(f"--- started {_now()} as process {running.process.pid}")
        output = running.process.stdout
        assert output is not None  # noqa: S101 - for the type checker: stdout is a pipe
        running.reader = running.log.follow(output, lambda: reachable(*part.listens))
        self._write_facts()

    def _tend(self) -> None:
        """One look at every part: note deaths, start again what is due, note who became ready."""
        now = time.monotonic()
        for running in self._running:
            if running.process is not None and running.process.poll() is not None:
                self._died(running, now)
            elif running.process is None and running.again_at and now >= running.again_at:
                self._start(running)
            elif running.process is not None and not running.ready and running.part.ready():
                running.ready = running.log.quiet = True
                if running.deaths:
                    self._tell(f"{running.part.label}: back after {now - running.started:.0f} s")

    def _died(self, running: _Running, now: float) -> None:
        process, limits = running.process, self.limits
        assert process is not None  # noqa: S101 - the caller looked
        _signal_group(process.pid, signal.SIGKILL)  # whatever it had started itself
        running.last_words()
        running.process, running.ready = None, False
        running.deaths.append(now)
        while running.deaths and running.deaths[0] < now - limits.within:
            running.deaths.popleft()
        how = f"exit code {process.returncode}" if process.returncode >= 0 else f"signal {-process.returncode}"
        running.log.note(f"--- ended {_now()} ({how})")
        if len(running.deaths) >= limits.deaths:
            raise CannotServe(
                f"{running.part.label} stopped {limits.deaths} times within {limits.within:.0f} s ({how}); "
                f"its last words are in {running.log.path}"
            )
        delay = min(limits.longest_delay, limits.first_delay * 2 ** (len(running.deaths) - 1))
        running.again_at = now + delay
        self._write_facts()
        self._tell(f"{running.part.label}: stopped ({how}); starting it again in {delay:g} s")

    def _stop(self) -> None:
        """Ask every part to end, and after a while make it."""
        self._stopping = False
        alive = [running for running in self._running if running.process is not None]
        for running in alive:
            assert running.process is not None  # noqa: S101 - filtered above
            _signal_group(running.process.pid, signal.SIGTERM)
        deadline = time.monotonic() + self.limits.stop
        # A second Ctrl-C ends the patience.
        while time.monotonic() < deadline and not self._stopping and any(r.process and r.process.poll() is None for r in alive):
            time.sleep(TICK / 2)
        for running in alive:
            assert running.process is not None  # noqa: S101 - filtered above
            _signal_group(running.process.pid, signal.SIGKILL)
            running.process.wait()
            running.last_words()
            running.log.note(f"--- stopped {_now()}")
        (self.home / "run.json").unlink(missing_ok=True)

    def _write_facts(self) -> None:
        """``run.json``: which processes and ports, for tests and for the person who looks after the machine.

        Where it cannot be written (the disk is full, say) the parts go on, and are started again, all the same.
        """
        processes = {r.part.name: {"pid": r.process.pid, "port": r.part.listens[1]} for r in self._running if r.process}
        data = {"supervisor": os.getpid(), "written": _now(), **self._facts, "processes": processes}
        aside = self.home / "run.json.new"
        try:
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                json.dump(data, file, indent=1)
            aside.replace(self.home / "run.json")
        except OSError as error:
            self._tell(f"run.json could not be written ({error.strerror}); it says what was before")


def _signal_group(pid: int, sign: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, sign)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
