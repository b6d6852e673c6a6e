"""Screens that somebody has left: a code that waits for its PIN, and a lock that a worker opens. Without a browser."""

from __future__ import annotations

from datetime import timedelta

from bot.store.types import InterviewRow
from tests.web.conftest import House
from tests.web.test_kiosk import PIN, issue
from tests.web.test_kiosk import begun as begun


def test_a_code_waits_five_minutes_for_its_pin(house: House, begun: InterviewRow) -> None:
    """At a shared screen whoever comes next must not choose the PIN."""
    code, _ = issue(house, begun.id)
    person = house.client()
    person.get("/kiosk")
    person.post("/kiosk", {"code": code})
    assert person.get("/kiosk/pin").headers["Refresh"] == "300; url=/kiosk"
    house.clock.ahead = timedelta(minutes=4)
    assert person.get("/kiosk/pin").headers["Refresh"] == "60; url=/kiosk"
    # Who tries has five minutes again.
    assert person.post("/kiosk/pin", {"pin": "12", "again": "12"}).headers["Refresh"] == "300; url=/kiosk"
    left = person.page
    house.clock.ahead += timedelta(minutes=5)
    assert person.get("/kiosk/pin").location.endswith("/kiosk")
    person.page = left
    assert person.post("/kiosk/pin", {"pin": PIN, "again": PIN}).location.endswith("/kiosk")
    assert "Refresh" not in person.get("/kiosk").headers
    # The code is not used up.
    assert house.store.accesses([begun.id])[0].used_at is None
    assert person.post("/kiosk", {"code": code}).location.endswith("/kiosk/pin")
