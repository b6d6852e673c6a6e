"""What the tests of attacks share."""

from __future__ import annotations

import pytest

from bot.store import users

SCRIPT = "\"'><script>alert(7)</script><img src=x onerror=alert(7)>{{7*7}}"
NORTHMERE = "HMP Northmere (made-up)"


@pytest.fixture(autouse=True)
def quick_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password of nobody that costs next to nothing to check."""
    monkeypatch.setattr(users, "_NOBODY", users._hasher.hash("of nobody"))


def harmless(page: str) -> bool:
    return "<script>alert" not in page and "<img src=x" not in page and "onerror=alert(7)>" not in page
