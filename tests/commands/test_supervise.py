"""The supervisor, with stand-ins for its two processes: who starts when, who is started again, and that nobody is left behind."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.settings import ROOT

HARNESS = Path(__file__).with_name("serve_stand_ins.py")
SAID = "I lived at 14 Acacia Avenue"  # what stand_in.py says of /fail
# Generous: a machine busy with something else must not fail a test.
SECONDS = 60


def eventually(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"waited {SECONDS} s for: {what}"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Serving:
    """A running ``bcst2 serve`` with stand-ins."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.home = folder / "home"
        with ExitStack() as stack:
            held = [stack.enter_context(socket.socket()) for _ in range(3)]
            for one in held:
                one.bind(("127.0.0.1", 0))
            self.port, self.rasa_port, self.actions_port = (one.getsockname()[1] for one in held)
        self.env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "BCST2_HOME": str(self.home),
            "BCST2_PORT": str(self.port),
            "BCST2_RASA_PORT": str(self.rasa_port),
            "BCST2_ACTIONS_PORT": str(self.actions_port),
        }
        self.said = folder / "said"
        self.process = self.start(*arguments)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.said.open("ab") as said:
            return subprocess.Popen(
                [sys.executable, str(HARNESS), str(self.folder), *arguments],
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                # A test run in the background has Ctrl-C ignored, and its children would inherit that.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
            )

    def text(self) -> str:
        return self.said.read_text()

    def ready(self) -> Serving:
        eventually(lambda: "ready: " in self.text() or self.process.poll() is not None, "the ready line")
        assert self.process.poll() is None, self.text()
        return self

    def pid(self, name: str) -> int:
        return int(json.loads((self.home / "run.json").read_text())["processes"][name]["pid"])

    def get(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request("GET", path)
        return connection.getresponse().status

    def stop(self, sign: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(sign)
        return self.process.wait(timeout=SECONDS)

    def log(self, name: str) -> str:
        return (self.home / "logs" / f"{name}.log").read_text()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., Serving]]:
    made: list[Serving] = []

    def make(*arguments: str) -> Serving:
        made.append(Serving(tmp_path, *arguments))
        return made[-1]

    yield make
    for one in made:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def test_the_pages_start_first_and_ctrl_c_stops_all(serving: Callable[..., Serving]) -> None:
    one = serving().ready()
    run = json.loads((one.home / "run.json").read_text())
    pids = [one.pid("web"), one.pid("rasa")]

    assert (one.folder / "starts").read_text().split() == ["web", "rasa"]
    assert run["ready"] is True
    assert run["supervisor"] == one.process.pid
    assert run["ports"] == {"pages": one.port, "rasa": one.rasa_port, "actions": one.actions_port}
    assert all(map(alive, pids))

    assert one.stop(signal.SIGINT) == 0
    assert not any(map(alive, pids))
    assert not (one.home / "run.json").exists()
    assert "starting the dialogue engine" in one.text()
    assert f"http://localhost:{one.port}/" in one.text()


def test_sigterm_stops_all_too(serving: Callable[..., Serving]) -> None:
    one = serving().ready()
    pids = [one.pid("web"), one.pid("rasa")]
    assert one.stop(signal.SIGTERM) == 0
    assert not any(map(alive, pids))


def test_one_that_dies_is_started_again_and_the_other_stays(serving: Callable[..., Serving]) -> None:
    one = serving().ready()
    web, rasa = one.pid("web"), one.pid("rasa")
    os.kill(rasa, signal.SIGKILL)
    eventually(lambda: "the dialogue engine: back after" in one.text(), "the dialogue engine to be back")
    assert one.pid("rasa") != rasa
    assert one.pid("web") == web
    assert "the dialogue engine: stopped (signal 9); starting it again in 0.05 s" in one.text()
    assert one.stop() == 0


def test_one_that_dies_is_started_again_where_nothing_can_be_written(serving: Callable[..., Serving]) -> None:
    one = serving().ready()
    web, rasa = one.pid("web"), one.pid("rasa")
    (one.home / "run.json.new").mkdir()  # as a full disk does, it keeps the file from being written
    os.kill(rasa, signal.SIGKILL)
    eventually(lambda: "the dialogue engine: back after" in one.text(), "the dialogue engine to be back")
    assert "run.json could not be written (Is a directory); it says what was before" in one.text()
    assert alive(web) and one.pid("rasa") == rasa
    assert one.stop() == 0


def test_it_gives_up_on_one_that_keeps_dying(serving: Callable[..., Serving]) -> None:
    one = serving().ready()
    web = one.pid("web")
    (one.folder / "rasa.dies").touch()
    os.kill(one.pid("rasa"), signal.SIGKILL)
    assert one.process.wait(timeout=SECONDS) == 1
    last = one.text().splitlines()[-1]
    assert last.startswith("bcst2 serve: the dialogue engine stopped 5 times within 60 s (exit code 3); its last words are in ")
    assert (one.folder / "starts").read_text().split() == ["web", "rasa", "rasa", "rasa", "rasa", "rasa"]
    assert not alive(web)


def test_pages_that_never_start_keep_the_dialogue_engine_from_starting(serving: Callable[..., Serving], tmp_path: Path) -> None:
    (tmp_path / "web.dies").touch()
    one = serving()
    assert one.process.wait(timeout=SECONDS) == 1
    assert "rasa" not in (one.folder / "starts").read_text()
    assert "the pages stopped 5 times" in one.text()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_a_killed_supervisor_leaves_nobody_behind(serving: Callable[..., Serving]) -> None:
    one = serving().ready()
    pids = [one.pid("web"), one.pid("rasa")]
    one.process.kill()
    one.process.wait()
    eventually(lambda: not any(map(alive, pids)), "the children of a killed supervisor to end")
    # And its home can be used again at once.
    one.said.unlink()
    one.process = one.start()
    assert one.ready().stop() == 0


def test_one_that_will_not_stop_is_made_to_with_its_own_children(serving: Callable[..., Serving], tmp_path: Path) -> None:
    (tmp_path / "rasa.stubborn").touch()
    one = serving().ready()
    rasa, grandchild = one.pid("rasa"), int((tmp_path / "grandchild").read_text())
    assert alive(grandchild)
    began = time.monotonic()
    assert one.stop() == 0
    assert 0.6 < time.monotonic() - began < 5
    assert not alive(rasa)
    eventually(lambda: not alive(grandchild), "the grandchild to end")


def test_a_second_one_on_the_same_home_is_refused(serving: Callable[..., Serving]) -> None:
    one = serving().ready()
    second = one.start("--port", "1")
    assert second.wait(timeout=SECONDS) == 2
    refused = one.text().splitlines()[-1]
    assert refused == (
        f"bcst2 serve: it is running already on {one.home} (process {one.process.pid}); stop that one, or set BCST2_HOME"
    )
    assert one.process.poll() is None


def test_a_taken_port_is_named_with_its_variable(serving: Callable[..., Serving], tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        one = serving("--port", str(port))
        assert one.process.wait(timeout=SECONDS) == 2
    assert one.text() == (
        f"bcst2 serve: BCST2_PORT: port {port} on 127.0.0.1 is in use; stop what uses it, or set BCST2_PORT to another\n"
    )
    assert not (tmp_path / "starts").exists()


def test_logs_hold_no_words_of_a_person_and_are_private(serving: Callable[..., Serving]) -> None:
    one = serving().ready()
    assert one.get("/fail") == 200
    eventually(lambda: "ValueError" in one.log("web"), "the failure in the log")
    log = one.log("web")
    assert one.stop() == 0

    assert SAID not in one.log("web")
    assert "Acacia" not in one.log("web")
    assert "2026-01-01 10:00:00 ERROR lib.parsing" in log
    assert "cannot open sqlite://…@there/db" in log  # said before anybody could be heard; the password is not in it
    assert "hunter2" not in log
    for path in (one.home / "logs" / "web.log", one.home / "serve.lock"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(one.home.stat().st_mode) == 0o700


def test_the_dialogue_engine_is_not_told_where_answers_are(serving: Callable[..., Serving]) -> None:
    one = serving().ready()
    told = {name: (one.folder / f"{name}.told").read_text().split() for name in ("web", "rasa")}
    assert one.stop() == 0
    assert {"BCST2_HOME", "BCST2_DATABASE", "BCST2_KEYS", "BCST2_SECRET"} <= set(told["web"])
    assert set(told["rasa"]) == {"BCST2_RASA_PORT", "BCST2_ACTIONS_PORT", "BCST2_SECRET", "BCST2_DEMO"}


def test_a_demonstration_prints_its_sign_in(serving: Callable[..., Serving], tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o700)
    (tmp_path / "home" / "demo.json").write_text(
        json.dumps({"sign_in": [{"user": "worker", "password": "made-up", "role": "worker"}]})
    )
    one = serving("--demo").ready()
    eventually(lambda: "made up" in one.text(), "the last line")
    assert one.stop() == 0
    assert "sign in as worker with the password made-up (worker)" in one.text()
