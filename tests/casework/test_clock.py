"""One clock: today, and whatever is stamped, agree; a demonstration may be set on another day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.casework.situation import PRISON_TIME, now, today
from bot.settings import SettingsError, read_settings


def test_without_a_day_it_is_the_real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BCST2_TODAY", raising=False)
    before = datetime.now(UTC)
    assert before <= now() <= datetime.now(UTC)


@pytest.mark.parametrize("day", ["2026-12-24", "2026-06-30", "2027-03-28"])
def test_a_demonstration_is_on_its_day_in_all_it_stamps(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    monkeypatch.setenv("BCST2_DEMO", "1")
    monkeypatch.setenv("BCST2_TODAY", day)
    assert today() == date.fromisoformat(day) == now().astimezone(PRISON_TIME).date()
    # Without the demonstration a day left over in the environment changes nothing.
    monkeypatch.setenv("BCST2_DEMO", "0")
    assert today() == datetime.now(PRISON_TIME).date()


def test_a_day_that_is_none_is_one_clear_line() -> None:
    with pytest.raises(SettingsError, match="BCST2_TODAY: is not a day; write it as"):
        read_settings({"BCST2_TODAY": "tomorrow"})
