"""What of a process's output reaches its log."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from bot.childlog import ChildLog, scrub


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("2026-01-01 10:00:00 WARNING  rasa.core.x  - cannot parse 'my name is Ann'", "2026-01-01 10:00:00 WARNING rasa.core.x"),
        ("\x1b[33m2026-01-01 10:00:00 ERROR    rasa.x\x1b[0m - Ann", "2026-01-01 10:00:00 ERROR rasa.x"),
        ("2026-01-01T10:00:00.123+00:00 ERROR bot.web: Ann", "2026-01-01T10:00:00.123+00:00 ERROR bot.web"),
        ("ERROR:bot.web.talk:Ann said no", "ERROR bot.web.talk"),
        ("WARNING Ann", "WARNING Ann"),
        ('  File "/app/bot/web/talk.py", line 12, in take', "  /app/bot/web/talk.py:12 in take"),
        ("sqlalchemy.exc.IntegrityError: (Ann)", "sqlalchemy.exc.IntegrityError"),
        ("ValueError: Ann", "ValueError"),
        ("KeyError", "KeyError"),
        ("    answer = 'Ann'", None),
        ("Ann lives at 14 Acacia Avenue", None),
        ('{"name": "Ann"}', None),
        ("Error Ann", None),
    ],
)
def test_only_the_form_of_a_line_is_kept(line: str, kept: str | None) -> None:
    assert scrub(line) == kept


def test_before_anybody_was_heard_lines_are_whole_and_afterwards_never_again(tmp_path: Path) -> None:
    log = ChildLog(tmp_path / "logs" / "web.log")
    log.follow(io.BytesIO(b"why it does not start\n"), lambda: False).join()
    log.follow(io.BytesIO(b"ValueError: Ann\nAnn\nAnn\n"), lambda: True).join()
    log.follow(io.BytesIO(b"Ann again, right after the restart\n"), lambda: False).join()
    log.note("end")
    assert log.path.read_text().splitlines() == [
        "why it does not start",
        "ValueError",
        "… lines without a known form left out: 3",
        "end",
    ]


def test_long_lines_are_not_kept_in_memory_or_on_disk(tmp_path: Path) -> None:
    log = ChildLog(tmp_path / "web.log")
    log.follow(io.BytesIO(b"ValueError: " + b"Ann " * 100_000 + b"\nKeyError: Ann\n"), lambda: True).join()
    assert log.path.read_text().splitlines()[0] == "ValueError"
    assert "Ann" not in log.path.read_text()
    assert log.path.read_text().splitlines()[-1] == "KeyError"


def test_logs_are_rotated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.childlog.MEGABYTES", 0.001)
    log = ChildLog(tmp_path / "web.log")
    for _ in range(200):
        log.note("x" * 99)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["web.log", "web.log.1", "web.log.2", "web.log.3", "web.log.4"]
    assert all(path.stat().st_size <= 1100 for path in tmp_path.iterdir())
