"""Starting, watching and stopping the processes that are measured. Whatever was started is stopped, however the benchmark ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB_PYTHON = ROOT / ".venv" / "bin" / "python"
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
START_SECONDS = 180.0
STOP_SECONDS = 15.0
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONUNBUFFERED": "1",
}


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a process is started with: none of the caller's own settings for us, Python or Sanic may reach it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BCST2_", "PYTHON", "SANIC_"))}
    return {**kept, **QUIET, **(extra or {})}


class BenchError(Exception):
    """The benchmark cannot go on; ``str()`` is one line that says why and where to look."""


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Program:
    """A process of our own, in a process group of its own, with its output in a file."""

    def __init__(self, name: str, command: list[str], log: Path, cwd: Path, env: Mapping[str, str]) -> None:
        self.name = name
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=cwd,
                env=environment(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def wait_until(self, healthy: Callable[[], bool], seconds: float = START_SECONDS) -> None:
        """Ask again and again until ``healthy`` says so.

        Raises:
            BenchError: it ended or did not get there in time.
        """
        deadline = time.monotonic() + seconds
        while not healthy():
            if self.process.poll() is not None:
                raise BenchError(f"{self.name}: it ended with {self.process.returncode}; its output is in {self.log}")
            if time.monotonic() > deadline:
                raise BenchError(f"{self.name}: not ready after {seconds:.0f} s; its output is in {self.log}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End it and everything it started: politely, then not."""
        family = tree(self.pid)
        for sign, patience in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, STOP_SECONDS)):
            for pid in [self.pid] if sign == signal.SIGTERM else family:
                _signal(pid, sign)
            try:
                self.process.wait(timeout=patience)
            except subprocess.TimeoutExpired:
                continue
            deadline = time.monotonic() + patience
            while any(_alive(pid) for pid in family) and time.monotonic() < deadline:
                time.sleep(0.05)
            if not any(_alive(pid) for pid in family):
                return


@contextmanager
def running(name: str, command: list[str], log: Path, cwd: Path, env: Mapping[str, str]) -> Iterator[Program]:
    """A program for the time of a block."""
    program = Program(name, command, log, cwd, env)
    try:
        yield program
    finally:
        program.stop()


def _signal(pid: int, sign: signal.Signals) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        pass


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def tree(pid: int) -> list[int]:
    """A process and everything below it."""
    found = [pid]
    for parent in found:
        try:
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split() if int(child) not in found]
        except OSError:
            continue
    return found


def command_of(pid: int) -> str:
    """The command line of a process, empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def memory(pid: int) -> float:
    """Megabytes of a process, shared pages divided among those who share them (PSS)."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used so far."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
