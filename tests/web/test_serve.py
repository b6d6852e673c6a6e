"""``python -m bot.web.serve``: two listeners in one process, the demonstration, clear refusals and a graceful end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3

from bot.settings import ROOT, read_settings
from bot.store.store import Store
from bot.web.serve import open_store, write_demo

pytestmark = pytest.mark.servers


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


@contextmanager
def served(home: Path, **more: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    pages, rasa, actions = map(str, free_ports(3))
    ports = {"BCST2_PORT": pages, "BCST2_RASA_PORT": rasa, "BCST2_ACTIONS_PORT": actions}
    env = {**os.environ, "BCST2_HOME": str(home), "BCST2_SECRET": "hush", "BCST2_DEMO": "1", **ports, **more}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.web.serve"], env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process, env
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_for(url: str) -> urllib3.BaseHTTPResponse:
    http = urllib3.PoolManager(retries=False, timeout=5)
    for _ in range(150):
        try:
            return http.request("GET", url)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.2)
    raise AssertionError("it does not listen")


def test_it_serves_pages_and_actions_and_stops_when_told(tmp_path: Path) -> None:
    with served(tmp_path / "home") as (process, env):
        page = wait_for(f"http://127.0.0.1:{env['BCST2_PORT']}/sign-in")
        assert page.status == 200
        assert "Server" not in page.headers
        account = json.loads((tmp_path / "home" / "demo.json").read_text())["sign_in"][0]
        assert account["password"].encode() in page.data
        actions = f"http://127.0.0.1:{env['BCST2_ACTIONS_PORT']}"
        http = urllib3.PoolManager(retries=False)
        assert http.request("POST", f"{actions}/webhook", json={}).status == 403
        assert wait_for(f"{actions}/health").status == 403
        assert http.request("GET", f"{actions}/health", headers={"X-BCST2-Secret": "hush"}).status == 200
        health = http.request("GET", f"http://127.0.0.1:{env['BCST2_PORT']}/health")
        assert health.status == 503
        assert health.data.decode().startswith("rasa down")
        process.send_signal(signal.SIGTERM)
        out, errors = process.communicate(timeout=20)
        assert process.returncode == 0
        assert out == ""
        assert "Traceback" not in errors


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with served(tmp_path / "home", BCST2_PORT=str(taken.getsockname()[1])) as (process, _):
            _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert len(errors.strip().splitlines()) == 1
    assert "BCST2_PORT" in errors


def test_keys_that_are_gone(tmp_path: Path) -> None:
    settings = read_settings({"BCST2_HOME": str(tmp_path / "home")})
    open_store(settings).close()
    settings.keys.unlink()
    with served(tmp_path / "home") as (process, _):
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert errors.startswith("keys: ")
    assert len(errors.strip().splitlines()) == 1


def test_the_demonstration_keeps_its_password(tmp_path: Path) -> None:
    settings = read_settings({"BCST2_HOME": str(tmp_path / "home"), "BCST2_DEMO": "1"})
    with open_store(settings) as store:
        path = settings.home / "demo.json"
        assert path.stat().st_mode & 0o777 == 0o600
        first = json.loads(path.read_text())["sign_in"][0]["password"]
        write_demo(settings, store)
        assert json.loads(path.read_text())["sign_in"][0]["password"] == first
        store.check_password("worker", first)
        path.write_text("{}")
        write_demo(settings, store)
        store.check_password("worker", json.loads(path.read_text())["sign_in"][0]["password"])
        assert all(person.made_up for person in store.people())


def test_without_a_demonstration_nobody_is_made_up(tmp_path: Path) -> None:
    settings = read_settings({"BCST2_HOME": str(tmp_path / "home")})
    store: Store = open_store(settings)
    assert store.count_people() == 0
    assert store.users() == []
    assert not (settings.home / "demo.json").exists()
    store.close()
