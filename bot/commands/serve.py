"""``bcst2 serve``: the whole assistant, two processes under one supervisor."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.commands import UserError, say
from bot.commands.doctor import essentials
from bot.commands.train import ONE_THREAD, QUIET, RASA_PYTHON, current_model
from bot.settings import ROOT, Settings, read_settings
from bot.supervise import CannotServe, Part, Supervisor, local_host, only_one, port_free, reachable

HEALTH_SECONDS = 5
FOR_RASA = ("BCST2_RASA_PORT", "BCST2_ACTIONS_PORT", "BCST2_SECRET", "BCST2_DEMO")


def add(subparsers: Any) -> None:
    """Describe the subcommand."""
    parser = subparsers.add_parser("serve", help="start the assistant; Ctrl-C stops it")
    parser.add_argument("--host", help="address of the pages (BCST2_HOST, default 127.0.0.1)")
    parser.add_argument("--port", help="port of the pages (BCST2_PORT, default 8080)")
    parser.add_argument("--database", metavar="URL", help="where answers are kept (BCST2_DATABASE)")
    parser.add_argument("--demo", action="store_true", help="with made-up people; prints a sign-in")


def settings_of(args: argparse.Namespace) -> Settings:
    """The settings of this run: the environment, then what the command line says, and a new secret."""
    given = {"BCST2_HOST": args.host, "BCST2_PORT": args.port, "BCST2_DATABASE": args.database}
    environ = {**os.environ, **{name: value for name, value in given.items() if value}}
    environ["BCST2_SECRET"] = secrets.token_urlsafe(32)
    if args.demo:
        environ["BCST2_DEMO"] = "1"
    return read_settings(environ)


def check_ports(settings: Settings) -> None:
    """Refuse to start onto a port that something else has.

    Raises:
        UserError: which port, the variable that sets it and the mend.
    """
    wanted = {
        "BCST2_PORT": (settings.host, settings.port),
        "BCST2_RASA_PORT": ("127.0.0.1", settings.rasa_port),
        "BCST2_ACTIONS_PORT": ("127.0.0.1", settings.actions_port),
    }
    seen: dict[int, str] = {}
    # First what is wrong whatever else runs here.
    for name, (_, port) in wanted.items():
        if port in seen:
            raise UserError(f"{name}: port {port} is that of {seen[port]} too; set another")
        seen[port] = name
    for name, (host, port) in wanted.items():
        if wrong := port_free(host, port):
            raise UserError(f"{name}: port {port} on {host} {wrong}; stop what uses it, or set {name} to another")


def check_demo(settings: Settings, used: bool) -> None:
    """Keep a demonstration, whose password anybody may see, away from real people. ``used``: the database is not a new one.

    Raises:
        UserError: the one is asked for where the other is kept.
    """
    made_up = (settings.home / "demo.json").exists()
    if settings.demo and used and not made_up:
        raise UserError("--demo: the database is not a demonstration's; leave --demo out, or set BCST2_HOME to another folder")
    if made_up and not settings.demo:
        raise UserError(f"{settings.home} holds a demonstration; add --demo, or set BCST2_HOME to another folder")


def environment(settings: Settings) -> dict[str, str]:
    """What the pages are told: the settings in full, whatever the defaults are, on top of the environment as it is."""
    return {
        **os.environ,
        "BCST2_HOME": str(settings.home),
        "BCST2_DATABASE": settings.database,
        "BCST2_KEYS": str(settings.keys),
        "BCST2_HOST": settings.host,
        "BCST2_PORT": str(settings.port),
        "BCST2_RASA_PORT": str(settings.rasa_port),
        "BCST2_ACTIONS_PORT": str(settings.actions_port),
        "BCST2_SECRET": settings.secret,
        "BCST2_DEMO": "1" if settings.demo else "0",
        "PYTHONUNBUFFERED": "1",
    }


def rasa_environment(settings: Settings) -> dict[str, str]:
    """What the dialogue engine is told: not where the answers or their keys are, for it has no use for them."""
    told = {name: value for name, value in environment(settings).items() if not name.startswith("BCST2_") or name in FOR_RASA}
    # A turn is one action and a listen; while the action endpoint is down Rasa would otherwise try ten times over.
    quiet = {"SANIC_HOST": "127.0.0.1", "LOG_LEVEL": "WARNING", "LOG_LEVEL_LIBRARIES": "ERROR", "MAX_NUMBER_OF_PREDICTIONS": "4"}
    return {**told, **QUIET, **quiet, **ONE_THREAD, "PYTHONPATH": str(ROOT)}


def answers(host: str, port: int, path: str, seconds: float, wanted: range) -> bool:
    """Whether a GET is answered with a status of ``wanted``. Never through a proxy."""
    connection = http.client.HTTPConnection(local_host(host), port, timeout=seconds)
    try:
        connection.request("GET", path)
        return connection.getresponse().status in wanted
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def web_part(settings: Settings) -> Part:
    """The pages and, on loopback, the action endpoint."""
    return Part(
        name="web",
        label="the pages",
        command=[sys.executable, "-m", "bot.web.serve"],
        env=environment(settings),
        listens=(settings.host, settings.port),
        ready=lambda: reachable(settings.host, settings.port) and reachable("127.0.0.1", settings.actions_port),
    )


def rasa_part(settings: Settings, model: Path) -> Part:
    """The dialogue engine. It writes no log of its own (``--log-file``): that one is neither rotated nor free of content."""
    command = [str(RASA_PYTHON), "-m", "rasa", "run", "--model", str(model), "--interface", "127.0.0.1"]
    command += ["--port", str(settings.rasa_port), "--endpoints", "endpoints.yml", "--credentials", "credentials.yml", "--quiet"]
    return Part(
        name="rasa",
        label="the dialogue engine",
        command=command,
        env=rasa_environment(settings),
        listens=("127.0.0.1", settings.rasa_port),
        ready=lambda: answers("127.0.0.1", settings.rasa_port, "/", 1, range(200, 500)),
    )


def address(settings: Settings) -> str:
    """What to type into the browser."""
    host = "localhost" if settings.host in ("127.0.0.1", "::1") else settings.host
    if host in ("0.0.0.0", "::"):  # noqa: S104 - nothing is bound here
        host = os.uname().nodename
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/"


def sign_in(settings: Settings) -> list[str]:
    """The sign-in of a demonstration, as the web process left it in ``<home>/demo.json``."""
    try:
        demo = json.loads((settings.home / "demo.json").read_text(encoding="utf-8"))
        return [f"sign in as {user['user']} with the password {user['password']} ({user['role']})" for user in demo["sign_in"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def announcer(settings: Settings) -> Callable[[], None]:
    """Says that people can come in now."""

    def announce() -> None:
        say(f"ready: {address(settings)}")
        for line in sign_in(settings) if settings.demo else []:
            say(line)
        if settings.demo:
            say("everybody in it is made up; Ctrl-C stops it")

    return announce


def run(args: argparse.Namespace) -> int:
    """Check, start, and stay until stopped."""
    settings = settings_of(args)
    os.umask(0o077)
    os.chdir(ROOT)
    try:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"BCST2_HOME: {settings.home} cannot be made ({error.strerror}); set it to another folder") from None
    try:
        with only_one(settings.home):
            return _serve(settings)
    except CannotServe as error:
        raise UserError(str(error)) from None


def _serve(settings: Settings) -> int:
    model = current_model()
    if model is None:
        raise UserError("the model was trained for other questions; run make train")
    checks = essentials(settings)
    for check in checks:
        if check.stops:
            raise UserError(f"{check.name}: {check.detail}")
    check_demo(settings, used=any(check.name == "database" and check.state == "ok" for check in checks))
    check_ports(settings)
    facts = {
        "address": address(settings),
        "demo": settings.demo,
        "model": model.name,
        "ports": {"pages": settings.port, "rasa": settings.rasa_port, "actions": settings.actions_port},
    }
    supervisor = Supervisor([web_part(settings), rasa_part(settings, model)], settings.home, say, facts)
    try:
        return supervisor.run(
            whole=lambda: answers(settings.host, settings.port, "/health", HEALTH_SECONDS, range(200, 201)),
            announce=announcer(settings),
        )
    except CannotServe as error:
        say(f"bcst2 serve: {error}")
        return 1
