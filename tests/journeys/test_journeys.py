"""Every journey, by the engine alone and through the real servers and database, with the same end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.interview.path import PathFinder
from bot.rehearsal.engine import EngineTable
from bot.rehearsal.journey import Journey, read_journey
from bot.rehearsal.live import LiveTable
from bot.rehearsal.moves import Table
from bot.rehearsal.play import Played, Player
from bot.rehearsal.servers import Servers

FILES = sorted(Path(__file__).parent.glob("*.yml"))
NAMES = [path.stem for path in FILES]
# Played alone: what it breaks would hold up the others.
BREAKING = "everything_breaks"
AT_ONCE = 4


@pytest.fixture(scope="module")
def journeys(finder: PathFinder) -> dict[str, Journey]:
    return {path.stem: read_journey(path, finder.interview) for path in FILES}


def _play(finder: PathFinder, journey: Journey, table: Table) -> Played:
    return Player(finder, journey, table).play()


@pytest.fixture(scope="module")
def by_engine(finder: PathFinder, journeys: dict[str, Journey]) -> dict[str, Played]:
    return {name: _play(finder, journey, EngineTable(finder, journey)) for name, journey in journeys.items()}


@pytest.fixture(scope="module")
def tables(live_server: Servers, finder: PathFinder, journeys: dict[str, Journey]) -> dict[str, LiveTable]:
    return {name: LiveTable(live_server, finder, journey) for name, journey in journeys.items()}


@pytest.fixture(scope="module")
def by_servers(finder: PathFinder, journeys: dict[str, Journey], tables: dict[str, LiveTable]) -> dict[str, Played]:
    """All journeys on the same servers, four at a time: one conversation must not show in another."""
    together = [name for name in NAMES if name != BREAKING]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        played = dict(zip(together, pool.map(lambda name: _play(finder, journeys[name], tables[name]), together), strict=True))
    played[BREAKING] = _play(finder, journeys[BREAKING], tables[BREAKING])
    return played


def test_there_are_enough_journeys_and_each_says_what_it_expects(journeys: dict[str, Journey]) -> None:
    assert len(journeys) >= 14
    for journey in journeys.values():
        assert journey.record.made_up
        assert journey.expect.asked
        assert journey.expect.not_asked or journey.name == BREAKING
        assert journey.expect.recorded
        assert journey.expect.at_most
    numbers = [journey.record.prison_number for journey in journeys.values()]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("name", NAMES)
def test_by_the_engine(by_engine: dict[str, Played], name: str) -> None:
    assert by_engine[name].failed == ""
    assert by_engine[name].unmet == []
    assert by_engine[name].unsaid == [], "the journey has answers to questions that are not asked"


@pytest.mark.servers
@pytest.mark.parametrize("name", NAMES)
def test_through_the_servers(by_engine: dict[str, Played], by_servers: dict[str, Played], name: str) -> None:
    live, engine = by_servers[name], by_engine[name]
    assert live.failed == ""
    assert live.unmet == []
    assert live.asked == engine.asked
    assert live.answers == engine.answers
    assert live.needs == engine.needs


@pytest.mark.servers
def test_nothing_is_written_down_twice(by_servers: dict[str, Played], tables: dict[str, LiveTable], live_server: Servers) -> None:
    for name in by_servers:
        rows = live_server.store.history(tables[name].interview)
        assert len({(row.turn_id, row.question) for row in rows}) == len(rows), name


@pytest.mark.servers
def test_what_breaks_was_really_broken(by_servers: dict[str, Played], tables: dict[str, LiveTable]) -> None:
    assert by_servers[BREAKING].failed == ""
    assert tables[BREAKING].retries >= 3


@pytest.mark.servers
def test_own_words_are_understood_and_kept(
    by_servers: dict[str, Played], tables: dict[str, LiveTable], live_server: Servers
) -> None:
    """Most of what this man says in his own words is put in the right place at once."""
    assert by_servers["own_words"].failed == ""
    rows = live_server.store.history(tables["own_words"].interview)
    understood = [row for row in rows if row.how in ("exact", "model", "in_passing")]
    assert len(understood) >= 8
    assert {row.question: row.words for row in understood}.get("job_before") == "nah"
