"""What the store does when the disk, the file, the other process or the power fails it."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.interview.answers import Answer
from bot.store import Store, StoreError
from bot.store import database as database_module
from bot.store import errors as errors_module
from bot.store.errors import StoreBusy, StoreDamaged, StoreFull, StoreUnreachable
from tests.store.making import PASSWORD, begin, make_record, say

ROOT = Path(__file__).resolve().parents[2]


def test_every_acknowledged_turn_survives_a_kill(lite: Store, sqlite_url: str, keys: Path) -> None:
    interview = begin(lite)
    acknowledged: list[str] = []
    for name in ("one", "two"):
        command = [sys.executable, str(Path(__file__).with_name("writer.py")), sqlite_url, str(keys), interview.id, name]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as writer:
            assert writer.stdout is not None
            for _ in range(25):
                acknowledged.append(writer.stdout.readline().strip())
            os.kill(writer.pid, signal.SIGKILL)
            acknowledged += writer.stdout.read().split()
    assert len(acknowledged) >= 50
    with Store.open(sqlite_url, keys) as store:
        assert all(store.turn(interview.id, turn_id) for turn_id in acknowledged)
        rows = store.history(interview.id)
        assert set(acknowledged) <= {row.answer.text for row in rows}
        # A turn is there with its answer or not at all.
        assert all(store.turn(interview.id, row.turn_id or "") for row in rows)
        store.check()


def test_a_full_disk_loses_nothing_that_was_kept(lite: Store) -> None:
    interview = begin(lite)
    lite.take_turn(interview.id, "t1", say(Answer("q", text="kept")))
    before = lite.state(interview.id)

    def limit(pages: int) -> None:
        with lite.engine.connect() as connection:
            connection.execute(text(f"PRAGMA max_page_count = {pages}"))

    limit(1)
    with pytest.raises(StoreFull, match="free some space"):
        lite.take_turn(interview.id, "t2", say(*(Answer(f"q{number}", text="x" * 2000) for number in range(40))))
    assert lite.state(interview.id) == before
    assert lite.turn(interview.id, "t2") is None
    limit(1_000_000)
    lite.take_turn(interview.id, "t2", say(Answer("q", text="again")))
    assert lite.state(interview.id).answers["q"].text == "again"
    lite.check()


def test_a_session_goes_on_while_nothing_can_be_written(lite: Store, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = lite.add_user("worker", "Jo", ["worker"], PASSWORD, by="admin")
    token = lite.start_session(user.id)
    lite.clock.forward(minutes=5)  # type: ignore[attr-defined]
    hurry(lite)
    with held(file):
        assert lite.session(token) is not None


class held:  # noqa: N801
    """Another process that holds the write lock."""

    def __init__(self, file: Path) -> None:
        self.connection = sqlite3.connect(file, isolation_level=None)

    def __enter__(self) -> None:
        self.connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, *_: object) -> None:
        self.connection.execute("ROLLBACK")
        self.connection.close()


def hurry(store: Store) -> None:
    """Wait a tenth of a second for the lock, not five."""
    with store.engine.connect() as connection:
        connection.execute(text("PRAGMA busy_timeout = 100"))


def test_a_held_lock_is_busy_and_reading_goes_on(lite: Store, file: Path) -> None:
    interview = begin(lite)
    hurry(lite)
    with held(file):
        with pytest.raises(StoreBusy, match="try again"):
            lite.take_turn(interview.id, "t1", say(Answer("q", text="x")))
        assert lite.state(interview.id).newest == 0
    lite.take_turn(interview.id, "t1", say(Answer("q", text="x")))


def test_the_lock_is_waited_for(lite: Store, file: Path) -> None:
    with lite.engine.connect() as connection:
        wanted = {"busy_timeout": 5000, "synchronous": 2, "foreign_keys": 1, "journal_mode": "wal"}
        assert {name: connection.scalar(text(f"PRAGMA {name}")) for name in wanted} == wanted


def test_a_file_that_is_no_database_is_damaged(sqlite_url: str, file: Path, keys: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"This is not a database. " * 400)
    with pytest.raises(StoreDamaged, match="restore it from a backup"):
        Store.open(sqlite_url, keys, create_keys=True)
    assert not keys.exists()


def test_a_damaged_file_is_found(lite: Store, sqlite_url: str, file: Path, keys: Path) -> None:
    interview = begin(lite)
    for number in range(30):
        lite.take_turn(interview.id, f"t{number}", say(Answer(f"q{number}", text="words " * 50)))
    lite.close()
    content = bytearray(file.read_bytes())
    for page in range(4096 * 2, len(content), 4096):
        content[page : page + 300] = b"\xa5" * 300
    file.write_bytes(bytes(content))
    with pytest.raises(StoreDamaged):
        Store.open(sqlite_url, keys).check()


def test_a_row_that_was_changed_is_found(lite: Store) -> None:
    interview = begin(lite)
    lite.take_turn(interview.id, "t1", say(Answer("q", text="x")))
    with lite.write() as session:
        session.execute(text("UPDATE answers SET payload = replace(payload, 'gAAAAA', 'gAAAAB')"))
    lite._cache._known.clear()
    with pytest.raises(StoreDamaged):
        lite.state(interview.id)


@pytest.mark.parametrize(
    "url",
    [
        "nonsense", "sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true", "oracle://localhost/x",
        "mysql+pymysql://localhost/x", "sqlite:////dev/null/x.sqlite3", "sqlite:////proc/x.sqlite3",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_named(url: str, keys: Path) -> None:
    with pytest.raises(StoreUnreachable, match="database: "):
        Store.open(url, keys, create_keys=True)


SECRETS = ("zanzibar", "quokka", "marmalade", "Zebedee")


def test_no_answer_is_in_the_file_in_plain_words(lite: Store, file: Path) -> None:
    person = lite.add_person(make_record(home_area="Zebedee"), by="worker")
    interview = lite.start_interview(person.id, "first", "worker", "en", "plain", "worker", "desk")
    answer = Answer("where_lived", text="zanzibar", more="quokka", options=("marmalade",))
    lite.take_turn(interview.id, "t1", say(answer, words="zanzibar it was", reply=[{"said": "quokka"}]))
    files = {path.name: path.read_bytes() for path in file.parent.iterdir()}
    assert f"{file.name}-wal" in files
    lite.close()
    for content in [*files.values(), file.read_bytes()]:
        assert not [word for word in SECRETS if word.encode() in content]
    assert b"where_lived" in b"".join(files.values())


def test_only_this_user_can_read_the_file(lite: Store, file: Path) -> None:
    begin(lite)
    assert {path.stat().st_mode & 0o777 for path in file.parent.iterdir()} == {0o600}
    assert file.parent.stat().st_mode & 0o777 == 0o700


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything that is said from before the store is opened, its statements included."""
    caplog.set_level(logging.INFO, "sqlalchemy.engine")
    caplog.set_level(logging.DEBUG)
    return caplog


def test_errors_and_logs_hold_nothing_personal(logged: pytest.LogCaptureFixture, lite: Store) -> None:
    interview = begin(lite)
    secret = "zanzibar"
    failures: list[Callable[[], object]] = [
        lambda: lite.add_person(make_record(1, name=secret), by="worker"),
        lambda: lite.add_person(make_record(2, sex=secret), by="worker"),
        lambda: lite.person_by_number(secret),
        lambda: lite.people(search=f"{secret}\ud800"),
        lambda: lite.check_password(secret, secret),
        lambda: lite.take_turn(interview.id, secret * 20, say()),
        lambda: lite.take_turn(interview.id, "t1", say(Answer("q", text=secret), reply=[{secret: object()}])),
        lambda: lite.take_turn(interview.id, "t2", say(Answer("q", text=secret), kind=None)),
        lambda: lite.take_turn(interview.id, "t3", say(Answer("q", text=secret), question=object())),
    ]
    for fails in failures:
        with pytest.raises(StoreError) as caught:
            fails()
        assert secret not in f"{caught.value!r} {caught.value} {caught.value.__cause__}"
        assert "\n" not in str(caught.value)
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert "INSERT INTO people" in logged.text
    assert secret not in logged.text


def test_postgresqls_codes_are_understood() -> None:
    class OperationalError(Exception):
        def __init__(self, code: str | None) -> None:
            self.sqlstate = code

    expected = {
        "55P03": StoreBusy, "40001": StoreBusy, "40P01": StoreBusy, "53100": StoreFull, "XX001": StoreDamaged,
        "57P03": StoreUnreachable, "08006": StoreUnreachable, "23505": errors_module.StoreRefused,
        None: StoreUnreachable, "42601": StoreUnreachable,
    }  # fmt: skip
    for code, kind in expected.items():
        error = errors_module.DBAPIError("SELECT 1", {}, OperationalError(code), hide_parameters=True)
        assert type(errors_module.translate(error)) is kind


def test_the_wait_for_write_ahead_logging_ends(file: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file.parent.mkdir()
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.2)
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE x (y)")
    engine = database_module.make_engine(sqlite_url)
    with held(file), pytest.raises(StoreBusy):
        database_module.migrate(engine)
    database_module.migrate(engine)
    engine.dispose()
