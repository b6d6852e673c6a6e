"""The command line: what a user did wrong is one line and exit code 2; what we did wrong leaves no trace on the screen."""

from __future__ import annotations

import argparse
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot import cli
from bot.commands import UserError
from bot.interview.yamlfile import ContentError
from bot.settings import ROOT

Said = pytest.CaptureFixture[str]
Running = Callable[[Callable[[argparse.Namespace], int]], int]
PRIVATE = "I lived at 14 Acacia Avenue"


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Running:
    """Runs a function as the subcommand ``try-it``."""
    monkeypatch.setenv("BCST2_HOME", str(tmp_path / "home"))

    def run_it(run: Callable[[argparse.Namespace], int]) -> int:
        module: Any = ModuleType("bot.commands.try_it")
        module.add = lambda subparsers: subparsers.add_parser("try-it")
        module.run = run
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(cli, "command_modules", lambda: {"try-it": module.__name__})
        return cli.main(["try-it"])

    return run_it


def raising(error: BaseException) -> Callable[[argparse.Namespace], int]:
    def run(_: argparse.Namespace) -> int:
        raise error

    return run


def test_the_exit_code_is_the_commands(running: Running) -> None:
    assert running(lambda _: 0) == 0
    assert running(lambda _: 7) == 7


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (UserError("file.yml:3: no such question; name another"), "file.yml:3: no such question; name another"),
        (ContentError("a.yml:1: wrong; mend it\nb.yml:2: wrong too"), "a.yml:1: wrong; mend it (and 1 more: run bcst2 check)"),
        (ModuleNotFoundError("x", name="weasyprint"), "it needs weasyprint, which is not here; run make setup"),
    ],
)
def test_a_users_mistake_is_one_line(running: Running, capsys: Said, error: Exception, line: str) -> None:
    assert running(raising(error)) == 2
    said = capsys.readouterr()
    assert said.err == f"bcst2 try-it: {line}\n"
    assert said.out == ""


def test_the_stores_errors_are_lines_too(running: Running, capsys: Said) -> None:
    from bot.store.errors import StoreFull

    assert running(raising(StoreFull("database: the disk is full"))) == 2
    assert capsys.readouterr().err == "bcst2 try-it: database: the disk is full\n"


def test_a_bad_setting_is_a_users_mistake(capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCST2_PORT", "eighty")
    assert cli.main(["doctor"]) == 2
    assert capsys.readouterr().err == "bcst2 doctor: BCST2_PORT: is not a port; set a number from 1 to 65535\n"


def test_a_fault_of_the_program_is_one_line_and_its_log_repeats_no_words(running: Running, capsys: Said, tmp_path: Path) -> None:
    def run(_: argparse.Namespace) -> int:
        answer = PRIVATE
        try:
            return int(answer)
        except ValueError:
            raise KeyError(answer) from None

    assert running(run) == 1
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert "KeyError" in said.err
    log = tmp_path / "home" / "logs" / "errors.log"
    assert PRIVATE not in said.err + said.out + log.read_text()
    assert f"{__file__}:" in log.read_text()
    assert "in run" in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_ctrl_c_is_no_fault(running: Running, capsys: Said) -> None:
    assert running(raising(KeyboardInterrupt())) == 130
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["no-such"], "invalid choice: 'no-such'"),
        (["show"], "required: what"),
        (["show", "people"], "invalid choice: 'people'"),
        (["train", "--forc"], "unrecognized arguments: --forc"),
        (["--no-such"], "unrecognized arguments"),
    ],
)
def test_a_wrong_command_line_is_one_line(argv: list[str], words: str, capsys: Said) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(argv)
    assert left.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert words in said
    assert "--help" in said


def test_help_lists_what_there_is_and_goes_on_without_what_is_not_installed(monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    modules = {"show": "bot.commands.show", "gone": "bot.commands.gone", "helper": "bot.settings"}
    monkeypatch.setattr(cli, "command_modules", lambda: modules)
    with pytest.raises(SystemExit) as left:
        cli.main(["--help"])
    assert left.value.code == 0
    said = capsys.readouterr().out
    assert "show" in said
    assert "gone" not in said
    assert "helper" not in said


def test_no_command_prints_the_help(capsys: Said) -> None:
    assert cli.main([]) == 2
    assert "usage: bcst2" in capsys.readouterr().out


def test_only_the_named_command_is_loaded() -> None:
    loaded = (
        "import sys; from bot import cli; cli.main(['show', 'languages']); print([m for m in sys.modules if 'sqlalchemy' in m])"
    )
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.endswith("[]\n")


def test_a_reader_that_leaves_early_is_no_fault() -> None:
    done = subprocess.run(
        f"{sys.executable} -m bot.cli show questions | head -n 1", shell=True, capture_output=True, text=True, cwd=ROOT
    )
    assert done.stdout == "[\n"
    assert done.stderr == ""


def test_version(capsys: Said) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out.startswith("bcst2 ")
