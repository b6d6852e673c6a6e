"""What ``bcst2 serve`` decides before it starts anything."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from bot import cli
from bot.commands import UserError, serve
from bot.settings import Settings


def asked(**given: object) -> argparse.Namespace:
    return argparse.Namespace(**{"host": None, "port": None, "database": None, "demo": False, **given})


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("BCST2_HOME", str(tmp_path / "home"))
    return serve.settings_of(asked())


def test_the_command_line_overrides_the_environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCST2_PORT", "1234")
    monkeypatch.setenv("BCST2_SECRET", "known")
    found = serve.settings_of(asked(port="4321", host="0.0.0.0", database="sqlite:////x", demo=True))
    assert (found.port, found.host, found.database, found.demo) == (4321, "0.0.0.0", "sqlite:////x", True)
    assert serve.settings_of(asked()).port == 1234


def test_the_secret_is_new_at_every_start(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCST2_SECRET", "known")
    made = {serve.settings_of(asked()).secret for _ in range(3)}
    assert len(made) == 3
    assert "known" not in made
    assert all(len(secret) >= 32 for secret in made)


def test_a_missing_model_is_one_line(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serve, "current_model", lambda: None)
    assert cli.main(["serve"]) == 2
    assert capsys.readouterr().err == "bcst2 serve: the model was trained for other questions; run make train\n"


def test_two_settings_cannot_share_a_port(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCST2_PORT", "5055")
    with pytest.raises(UserError, match="BCST2_ACTIONS_PORT: port 5055 is that of BCST2_PORT too"):
        serve.check_ports(serve.settings_of(asked()))


def test_an_address_of_no_machine_of_ours_is_named(settings: Settings) -> None:
    with pytest.raises(UserError, match=r"BCST2_PORT: port \d+ on 203\.0\.113\.1 cannot assign"):
        serve.check_ports(serve.settings_of(asked(host="203.0.113.1", port="18099")))


def test_a_demonstration_and_real_people_are_kept_apart(settings: Settings) -> None:
    demo = serve.settings_of(asked(demo=True))
    settings.home.mkdir()
    serve.check_demo(settings, used=True)
    serve.check_demo(settings, used=False)
    serve.check_demo(demo, used=False)
    with pytest.raises(UserError, match="is not a demonstration's"):
        serve.check_demo(demo, used=True)
    (settings.home / "demo.json").touch()
    serve.check_demo(demo, used=True)
    with pytest.raises(UserError, match="holds a demonstration"):
        serve.check_demo(settings, used=True)


@pytest.mark.parametrize(
    ("host", "shown"),
    [("127.0.0.1", "http://localhost:8080/"), ("10.0.0.5", "http://10.0.0.5:8080/"), ("fd00::5", "http://[fd00::5]:8080/")],
)
def test_the_address_is_one_to_type(settings: Settings, host: str, shown: str) -> None:
    assert serve.address(serve.settings_of(asked(host=host))) == shown
