"""What is installed: pinned, hashed, and from whichever registry the machine uses."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot.settings import ROOT

LOCKS = sorted((ROOT / "locks").glob("*.txt"))
REQUIREMENT = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>\S+)", re.MULTILINE)


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def versions(lock: str) -> dict[str, str]:
    return {found["name"]: found["version"] for found in REQUIREMENT.finditer((ROOT / "locks" / lock).read_text())}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_is_pinned_with_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert all(REQUIREMENT.match(entry) and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_the_build_backend_comes_from_the_lock() -> None:
    (needed,) = project()["build-system"]["requires"]
    assert needed == f"setuptools=={versions('web.txt')['setuptools']}"
    assert needed in project()["dependency-groups"]["web"]


def test_tests_run_with_what_users_get() -> None:
    used = versions("web.txt")
    assert {name: versions("dev.txt").get(name) for name in used} == used


@pytest.mark.parametrize(("group", "lock"), [("web", "web.txt"), ("dev", "dev.txt"), ("rasa", "rasa.txt"), ("tools", "tools.txt")])
def test_no_group_has_a_package_that_is_not_locked(group: str, lock: str) -> None:
    locked = {name.lower() for name in versions(lock)}
    wanted = {re.split(r"[\[=<>~ ;]", package)[0].lower() for package in project()["dependency-groups"][group]}
    assert wanted <= locked


def test_help_lists_the_targets() -> None:
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("setup", "run", "test", "train", "lint", "format", "bench", "kill-test", "lock", "shell", "clean", "help"):
        assert f"make {target} " in said
