"""What is over its time goes, and nothing else: purges, and erasing one person."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from bot.casework.casework import Casework
from bot.casework.holding import held_on, open_parts, without_private
from bot.outputs.making import Outputs
from bot.outputs.subject_data import subject_data
from bot.store import Store, users
from bot.store.database import sqlite_file
from bot.store.errors import BadInput, NotFound, StoreDamaged, StoreRefused
from bot.store.plan_types import RELEASED
from bot.store.retention import ALERTS, AUDIT, INTERVIEWS, KIOSK, PRIVATE_ANSWERS, RECORDS, SESSIONS, Retention, load_retention
from bot.store.was_here import look_here
from bot.web.record_form import fields_in_words
from tests.casework.making import PRISON, Clock, interviewed, make_casework, somebody, wording, write_answers
from tests.plan.making import interview, plan_data

WORDS = "three random words"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
DAYS = load_retention()
SAID: dict[str, Any] = {
    "where_will_live": "nowhere", "help_accommodation": "find_home", "duty_to_refer_consent": "yes", "share_with_services": "yes",
    "share_with_officer": "no", "drugs": "yes", "drugs_help": "outside",
}  # fmt: skip
PRIVATE: dict[str, Any] = {
    "safety_room": "private", "safety_gate": "now", "hurt_ever": "yes", "hurt_now_or_after": "now", "da_help": "safety_plan",
}  # fmt: skip
OPENED = open_parts(interview(), plan_data())


def as_data(held: Any) -> dict[str, Any]:
    content = Outputs(interview(), plan_data(), wording()).content
    return subject_data(held, content, fields_in_words, Clock()())


def a_case(store: Store, casework: Casework, number: int = 1, private: bool = True, **changes: Any) -> str:
    """Somebody with a plan, alerts, notes, a code, an earlier version of an answer and of the record; their id."""
    person = somebody(number, said=SAID | (PRIVATE if private else {}), **{"release": date(2026, 12, 1), **changes})
    worker = next((user.id for user in store.users()), None) or store.add_user("jo", "Jo Worker", ["worker"], WORDS, by="test").id
    row = interviewed(store, person, by=worker)
    write_answers(store, row.id, [replace(person.answers["drugs_help"], options=("in_here",))], state="complete", by=worker)
    casework.ensure_plan(row.id, worker)
    store.add_note(row.id, "observation", "Looked tired", worker)
    store.issue_code(row.id, worker)
    record = store.person(row.person_id).record
    store.update_person(row.person_id, replace(record, home_area="Leeds"), worker, "the area was wrong")
    store.dispute(row.person_id, f"answer:{row.id}:drugs_help", "I said outside", worker)
    store.dispute(row.person_id, "record:home_area", "It is Hull", worker)
    return row.person_id


def close(store: Store, casework: Casework, person_id: str) -> None:
    for alert in store.alerts_of(person_id):
        store.acknowledge_alert(alert.id, "worker", "told them")
    casework.close_plan(person_id, by="worker", reason=RELEASED, note="")


def rows(store: Store) -> dict[str, int]:
    """How many rows each table has, but for the audit."""
    with store.read() as session:
        names = [
            name for name in inspect(store.engine).get_table_names() if name not in ("audit", "audit_start", "alembic_version")
        ]
        return {name: session.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in names}


def all_rows(store: Store) -> dict[str, list[Any]]:
    with store.read() as session:
        names = [name for name in inspect(store.engine).get_table_names() if name not in ("audit", "audit_start")]
        return {name: [tuple(row) for row in session.execute(text(f"SELECT * FROM {name}"))] for name in names}


def purge(store: Store, do_it: bool = True, retention: Retention = DAYS) -> dict[str, int]:
    """Kind → rows."""
    done = store.purge(retention, OPENED, "purge", do_it)
    return {kind: count for (_, kind), count in done.rows.items()}


@pytest.fixture(scope="session")
def kept(empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A home with a closed case and an open one, made once; and their ids."""
    home = tmp_path_factory.mktemp("kept")
    for name in ("database", "keys"):
        shutil.copy(empty_store / name, home / name)
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch, Store.open(f"sqlite:///{home / 'database'}", home / "keys", clock=clock) as store:
        patch.setattr(users, "_hasher", QUICK)
        casework = make_casework(store, clock)
        closed, opened = a_case(store, casework, 1), a_case(store, casework, 2)
        close(store, casework, closed)
    return home, closed, opened


@pytest.fixture(autouse=True)
def quick_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes and passwords that cost next to nothing."""
    monkeypatch.setattr(users, "_hasher", QUICK)


@pytest.fixture
def two(store: Store, casework: Casework, kept: tuple[Path, str, str]) -> tuple[str, str]:
    """A closed case and an open one."""
    file = sqlite_file(store.engine)
    if file is not None:
        # Into the file that is open, by its own means.
        home, *ids = kept
        shutil.copy(home / "keys", store.cipher.path)
        store.cipher.refresh()
        with closing(sqlite3.connect(home / "database")) as source, closing(sqlite3.connect(file)) as target:
            source.backup(target)
        return ids[0], ids[1]
    closed, opened = a_case(store, casework, 1), a_case(store, casework, 2)
    close(store, casework, closed)
    return closed, opened


@pytest.mark.parametrize("kind", [PRIVATE_ANSWERS, ALERTS, INTERVIEWS, RECORDS])
def test_a_rehearsal_counts_what_goes_and_writes_nothing(store: Store, two: tuple[str, str], clock: Clock, kind: str) -> None:
    clock.forward(days=DAYS.days[kind] + 20)
    before, line = all_rows(store), store.audit_head()
    counted = purge(store, do_it=False)
    assert counted[kind] > 0
    assert (all_rows(store), store.audit_head()) == (before, line)
    assert purge(store) == counted


def test_an_open_case_is_never_touched(store: Store, two: tuple[str, str], clock: Clock) -> None:
    _, opened = two
    file, before = store.case_file(opened), held_on(store, opened)
    for days in (DAYS.days[PRIVATE_ANSWERS] + 20, 2000, 4000):
        clock.forward(days=days)
        purge(store)
        store._cache.forget(file.interviews[0].id)
        assert store.case_file(opened) == file
        found = held_on(store, opened)
        assert (found.interviews, found.changes, found.disputes) == (before.interviews, before.changes, before.disputes)
        store.verify_audit()
    assert store.count_people() == 1
    assert store.purge(DAYS, OPENED, "purge").waiting == {PRISON: 1}


@pytest.mark.parametrize("days", [-1, 0])
def test_each_kind_goes_on_its_day_and_not_before(store: Store, two: tuple[str, str], clock: Clock, days: int) -> None:
    # The release is later than the last contact: the periods are counted from it.
    since = date(2026, 12, 1)
    reached = dict.fromkeys((PRIVATE_ANSWERS, ALERTS, INTERVIEWS, RECORDS), False)
    for kind in reached:
        wanted = since + timedelta(days=DAYS.days[kind] + days)
        clock.forward(days=(wanted - clock.today).days)
        assert (kind in purge(store)) is (days == 0), kind
    assert (store.count_people() == 1) is (days == 0)


def test_the_latest_of_release_closing_and_contact_counts(store: Store, two: tuple[str, str], clock: Clock) -> None:
    person, _ = two
    assert store.case_ended(person, DAYS).why_open == ("release",)
    clock.forward(days=30)
    assert (store.case_ended(person, DAYS).open, store.case_ended(person, DAYS).on) == (False, date(2026, 12, 1))
    store.dispute(person, "other", "Something is wrong", "worker")
    assert store.case_ended(person, DAYS).on == clock.today
    only_release = replace(DAYS, ends=("release",))
    assert store.case_ended(person, only_release).on == date(2026, 12, 1)
    with pytest.raises(NotFound):
        store.case_ended("0" * 32, DAYS)


def test_an_unfinished_interview_keeps_its_case_open_for_a_while(store: Store, casework: Casework, clock: Clock) -> None:
    row = interviewed(store, somebody(release=date(2026, 12, 1)), state="paused")
    clock.forward(days=DAYS.unfinished - 1)
    assert store.case_ended(row.person_id, DAYS).why_open == ("interview",)
    clock.forward(days=2)
    assert not store.case_ended(row.person_id, DAYS).open


def test_private_answers_go_first_and_nothing_of_them_stays(
    store: Store, casework: Casework, two: tuple[str, str], clock: Clock
) -> None:
    person, _ = two
    row = store.interviews_of(person)[0]
    store.dispute(person, f"answer:{row.id}:hurt_ever", "I never said so", "worker")
    other = Store(store.engine, store.cipher, clock)
    assert "hurt_ever" in other.state(row.id).answers
    before = held_on(store, person)
    open_before = without_private(before, OPENED)
    clock.forward(days=DAYS.days[PRIVATE_ANSWERS] + 20)
    assert set(purge(store)) >= {PRIVATE_ANSWERS}
    held = held_on(store, person)
    for found in (json.dumps(as_data(held)), repr(held.file), repr(held.disputes)):
        for told in (*PRIVATE, "safety_plan", "domestic_abuse", "domestic abuse", "hurts, scares"):
            assert told not in found, told
    # Another process that knew the answers reads them anew.
    assert not {*PRIVATE} & {*other.state(row.id).answers}
    # What any worker could see is as it was.
    after = without_private(held, OPENED)
    assert [one.answers for one in after.interviews] == [one.answers for one in open_before.interviews]
    assert [alert.words for alert in held.file.alerts] == [alert.words for alert in before.file.alerts]
    assert {(alert.kind, alert.source, alert.detail) for alert in held.file.alerts if alert.sensitive} == {("", "", "")}
    plan = held.file.plans[0].id
    assert [item.state.state for item in held.file.items[plan]] == [item.state.state for item in open_before.file.items[plan]]
    assert PRIVATE_ANSWERS not in purge(store)
    casework.case(person).without_sensitive()
    store.check()


def test_what_is_erased_is_in_no_file(store: Store, two: tuple[str, str], clock: Clock, tmp_path: Path) -> None:
    if store.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps its files itself")
    closed, _ = two
    with store.read() as session:
        tokens = list(
            session.scalars(
                text("SELECT payload FROM answers a JOIN interviews i ON i.id = a.interview_id WHERE i.person_id = :p"),
                {"p": closed},
            )
        )
        tokens += list(session.scalars(text("SELECT details FROM people WHERE id = :p"), {"p": closed}))
    files = [path for path in (tmp_path / "home").iterdir() if path.name.startswith("database")]
    assert any(tokens[0].encode() in path.read_bytes() for path in files)
    clock.forward(days=2000)
    purge(store)
    assert store.squeeze()
    content = b"".join(path.read_bytes() for path in (tmp_path / "home").iterdir() if path.is_file())
    assert not [token for token in tokens if token[30:90].encode() in content]
    assert b"A0001AA" not in content and b"A0002AA" in content


def test_nothing_of_a_person_is_left_but_ids_in_the_audit(store: Store, two: tuple[str, str], clock: Clock) -> None:
    closed, opened = two
    clock.forward(days=2000)
    # The audit is younger than its period here.
    purge(store, retention=replace(DAYS, days=DAYS.days | {AUDIT: 9000}))
    with pytest.raises(NotFound):
        store.person(closed)
    left = {name: str(found) for name, found in all_rows(store).items()}
    assert not [name for name, found in left.items() if closed in found]
    assert store.verify_audit() == len(store.audit_rows(1000))
    assert ("erased as its time is over: everything", (closed,)) in [(row.what, row.subjects) for row in store.audit_rows(1000)]
    assert store.person(opened)


def test_a_purge_that_was_killed_goes_on(store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (1, 2, 3):
        interviewed(store, somebody(number, release=date(2026, 12, 1)))
    clock.forward(days=2000)
    whole, real, calls = purge(store, do_it=False), Store._erase, []

    def killed(self: Store, *given: Any, **more: Any) -> int:
        calls.append(given)
        count = real(self, *given, **more)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return count

    monkeypatch.setattr(Store, "_erase", killed)
    with pytest.raises(KeyboardInterrupt):
        purge(store)
    monkeypatch.undo()
    assert store.count_people() == 2
    store.check()
    rest = purge(store)
    assert 0 < rest[RECORDS] < whole[RECORDS]
    assert store.count_people() == 0
    assert purge(store) == {}


def test_rows_go_in_no_other_way(store: Store, two: tuple[str, str]) -> None:
    closed, _ = two
    tables = ("answers", "turns", "interview_notes", "alerts", "plans", "plan_items", "item_events", "consent_events")
    tables += ("record_changes", "disputes", "plan_closings")

    def delete(table: str, whose: str = "") -> None:
        with store.write() as session:
            if whose:
                session.execute(text("INSERT INTO erasing VALUES (:who, 0)"), {"who": whose})
            session.execute(text(f"DELETE FROM {table}"))

    for table in tables:
        for whose in ("", closed):  # the other person's rows are in the way
            with pytest.raises((StoreRefused, IntegrityError)):
                delete(table, whose)
    with pytest.raises(StoreRefused):
        delete("audit", closed)


def test_the_door_is_shut_when_the_transaction_ends(store: Store, two: tuple[str, str]) -> None:
    with pytest.raises(StoreRefused), store.write() as session:
        session.execute(text("INSERT INTO erasing VALUES (:who, 0)"), {"who": two[0]})
    with pytest.raises(StoreRefused), store.write() as session:
        session.execute(text("INSERT INTO erasing VALUES (:who, 1)"), {"who": two[0]})
    assert rows(store)["erasing"] == 0


def test_the_beginning_of_the_audit_goes_and_the_rest_verifies(store: Store, clock: Clock) -> None:
    for number in range(5):
        store.audit("worker", f"something {number}")
    early = store.audit_head()
    clock.forward(days=DAYS.days[AUDIT] + 1)
    store.audit("worker", "late")
    late = store.audit_head()
    assert purge(store, do_it=False) == {AUDIT: 5}
    assert purge(store) == {AUDIT: 5}
    assert [row.what for row in store.audit_rows()] == ["audit lines removed", "late"]
    assert store.verify_audit(late) == store.verify_audit(early) == 2
    with pytest.raises(BadInput, match="was removed when its time was over"):
        store.verify_audit((3, early[1]))
    store.audit("worker", "later")
    clock.forward(days=DAYS.days[AUDIT] + 1)
    assert purge(store) == {AUDIT: 3}
    store.check()
    # A beginning that was cut off without a line that says so is found.
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE audit_start SET digest = 'x'"))
    with pytest.raises(StoreDamaged):
        store.verify_audit()


def test_codes_and_sessions_go_when_they_open_nothing(store: Store, two: tuple[str, str], clock: Clock) -> None:
    store.start_session(store.users()[0].id)
    clock.forward(days=DAYS.days[KIOSK] + 9)
    assert purge(store, do_it=False) == {KIOSK: 1, SESSIONS: 1}
    assert purge(store) == {KIOSK: 1, SESSIONS: 1}
    found = rows(store)
    assert (found["kiosk_access"], found["sessions"], found["interviews"]) == (1, 0, 2)


def test_one_person_is_erased_by_hand(store: Store, two: tuple[str, str]) -> None:
    _, opened = two
    before = rows(store)
    counted = store.would_erase(opened, OPENED)
    assert rows(store) == before
    assert store.erase_person(opened, OPENED, "bcst2", "they asked for it") == sum(counted.values())
    after = rows(store)
    assert {name: before[name] - after[name] for name in before if before[name] != after[name]} == counted
    assert store.audit_rows(1)[0].what == "person erased: they asked for it"
    file = sqlite_file(store.engine)
    assert file is None or look_here(file, 0).erased == (opened,)
    for again in (lambda: store.would_erase(opened, OPENED), lambda: store.erase_person(opened, OPENED, "x", "y")):
        with pytest.raises(NotFound):
            again()


def test_alerts_that_were_erased_are_not_raised_anew(store: Store, casework: Casework, two: tuple[str, str], clock: Clock) -> None:
    closed, _ = two
    clock.forward(days=DAYS.days[ALERTS] + 20)
    purge(store)
    casework.case(closed)
    casework.ensure_plan(store.interviews_of(closed)[0].id, "worker")
    casework.catch_up()
    assert store.alerts_of(closed) == []
    assert not store.case_ended(closed, DAYS).open
    # Nor does looking at what is left put anything off.
    clock.forward(days=DAYS.days[RECORDS] - DAYS.days[ALERTS])
    assert RECORDS in purge(store)
