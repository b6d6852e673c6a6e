"""GET /health, /info and /ping."""

from __future__ import annotations

import pytest

from bot.store.errors import StoreDamaged
from bot.web.agencies import Agencies
from bot.web.health import NO_TURN, OTHER_MODEL, RASA_DOWN, Health
from tests.web.conftest import House


class Watch:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_health_is_a_real_turn(house: House) -> None:
    response = house.client().get("/health")
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    sender, message, typed, metadata = house.rasa.heard[-1]
    assert (sender, message, typed) == ("health", "hello", True)
    assert metadata["turn"]


def test_what_is_wrong_is_one_line(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch()
    health = Health(house.rasa, house.store, watch)

    def trouble() -> str | None:
        watch.now += 3
        return health.trouble()

    assert trouble() is None
    house.rasa.trained_on = house.rasa.content
    assert trouble() is None
    house.rasa.trained_on = "0123456789ab"
    assert trouble() == OTHER_MODEL
    house.rasa.content, house.rasa.trained_on = "another", ""
    assert trouble() == OTHER_MODEL
    house.rasa.deaf = True
    assert trouble() == NO_TURN
    house.rasa.down = True
    assert str(trouble()).startswith(RASA_DOWN)

    def fail(*_: object) -> int:
        raise StoreDamaged("database: the file is damaged")

    monkeypatch.setattr(type(house.store), "count_people", fail)
    assert trouble() == "the store fails: database: the file is damaged"
    watch.now += 3
    assert house.client().get("/health").status_code == 503


def test_health_is_asked_for_at_most_every_two_seconds(house: House) -> None:
    watch = Watch()
    health = Health(house.rasa, house.store, watch)
    for _ in range(5):
        assert health.trouble() is None
    assert len(house.rasa.heard) == 1
    house.rasa.down = True
    assert health.trouble() is None
    watch.now += 2.1
    assert health.trouble() is not None


def test_info_names_the_version_and_the_prisons(house: House) -> None:
    info = house.client().get("/info").json
    assert info is not None
    assert info["version"]
    assert info["activeAgencies"] == ["HMP Northmere (made-up)"]


def test_ping_asks_nobody(house: House) -> None:
    house.store.close()
    assert house.client().get("/ping").status_code == 204


def test_the_prisons_are_looked_up_once_a_minute(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    watch, looked = Watch(), []
    agencies = Agencies(house.store, watch)
    monkeypatch.setattr(type(house.store), "prisons", lambda _: looked.append(1) or ["X"])
    assert [agencies.active() for _ in range(3)] == [["X"]] * 3
    watch.now += 61
    agencies.active()
    assert len(looked) == 2
