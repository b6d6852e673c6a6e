"""Four runs of the kill test (``make kill-test`` makes fifty)."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from bot.rehearsal.servers import Servers

pytestmark = pytest.mark.servers
SCRIPT = Path(__file__).parents[2] / "scripts" / "kill_test.py"


@pytest.fixture(scope="module")
def kill_test() -> ModuleType:
    spec = importlib.util.spec_from_file_location("kill_test", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["kill_test"] = module  # a dataclass looks its module up by name
    spec.loader.exec_module(module)
    return module


def test_no_acknowledged_answer_is_lost_or_doubled(live_server: Servers, kill_test: ModuleType) -> None:
    live_server.wait_healthy()
    test = kill_test.run_test(live_server, runs=4, together=2, targets=("web", "rasa"), seed=7, say=print)
    assert test.troubles == []
    assert test.runs >= 4
    assert "killed" in test.table()


def test_the_command_line(kill_test: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        kill_test.main(["--only", "printer"])
    assert "--only takes some of web" in capsys.readouterr().err
