"""The tables of plans: what may change in them, rotation of keys, and databases from before there were plans."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import insert, inspect, select, text

from bot.interview.answers import Answer
from bot.plan.consents import GIVEN, ConsentEvent
from bot.plan.life import Event
from bot.plan.services import Service
from bot.store import NotFound, Store, database, models
from bot.store.errors import StoreRefused
from bot.store.keys import Cipher, load_keys, rotate
from bot.store.plan_models import Plan
from bot.store.plan_types import CaseEvent, CaseQuery, NewAlert, NewPlan, Summary, Work
from tests.store.making import Clock, begin, make_record, say

ENCRYPTED = (
    ("payload", "alerts"),
    ("note", "alerts"),
    ("payload", "plans"),
    ("payload", "plan_items"),
    ("payload", "item_events"),
    ("payload", "consent_events"),
    ("payload", "case_events"),
)


def item(key: str, sensitive: bool = False, due: str | None = "2026-03-09") -> dict[str, object]:
    """An item as ``Item.to_json`` has it, as far as the store looks at it."""
    return {
        "key": key, "activity": key.partition(":")[0], "pathway": "domestic_abuse" if sensitive else "finance", "level": "2",
        "because": [], "state": "proposed", "owner": {"role": "host", "label": "You"}, "service": "the_service", "due": due,
        "sensitive": sensitive, "source": ["x"],
    }  # fmt: skip


def make_plan(store: Store, number: int = 1, worker: str | None = None) -> tuple[str, str]:
    """(person, plan) with an open item, a sensitive one, one whose key would tell, and something of everything beside them."""
    row = begin(store, number)
    now = store.clock()
    histories = tuple(
        (Event("propose", now, "rules", {"item": one}),)
        for one in (item("fin_debt"), item("da_exit", sensitive=True), item("acc_home:0191cb57", due=None))
    )
    new = NewPlan(interview_id=row.id, earlier=None, carried=False, worker=worker, items=histories)
    summary = Summary((("debts", "finance", "yes"), ("da_exit", "domestic_abuse", "yes")), frozenset({"da_exit"}))
    done = store.work(row.person_id, "worker", lambda *_: Work("plan made", new_plan=new, summary=summary))
    consent = ConsentEvent("officer", GIVEN, now, "worker")
    event = CaseEvent("route:marac", now, "worker", {"note": "told"}, done.plan_id)
    alert = NewAlert("talk", ("prison_staff",), "Go.")
    more = Work("recorded", plan_id=done.plan_id, consents=(consent,), case_events=(event,), alerts=((row.id, alert),))
    store.work(row.person_id, "worker", lambda *_: more)
    store.acknowledge_alert(store.open_alerts()[0].id, "worker", "a note")
    return row.person_id, str(done.plan_id)


def tokens(store: Store) -> list[str]:
    with store.read() as session:
        return [
            token
            for column, table in ENCRYPTED
            for token in session.scalars(text(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"))
        ]


def test_the_picture_is_what_was_written(store: Store, clock: Clock) -> None:
    person, plan = make_plan(store)
    file = store.case_file(person)
    assert [one.id for one in file.plans] == [plan] == [store.plan(plan).id]
    assert sorted(one.state.key for one in file.items[plan]) == ["acc_home:0191cb57", "da_exit", "fin_debt"]
    assert file.summaries[plan].private == {"da_exit"}
    assert [event.about for event in file.events] == ["route:marac"] and file.events[0].data == {"note": "told"}
    assert [event.kind for event in file.consents] == [GIVEN]
    assert len(file.alerts) == 1 and not file.alerts[0].open
    with pytest.raises(NotFound):
        store.case_file("nobody")
    with pytest.raises(NotFound):
        store.work("nobody", "worker", lambda *_: Work())


def test_nothing_is_written_for_nothing_or_for_somebody_elses(store: Store) -> None:
    person, plan = make_plan(store)
    other, others_plan = make_plan(store, 2)
    head = store.audit_head()
    assert not store.work(person, "worker", lambda *_: Work(what="nothing")).written
    item_id = store.case_file(other).items[others_plan][0].id
    step = Event("note", store.clock(), "worker", {"note": "x"})
    for work in (
        Work("x", events={item_id: (step,)}),
        Work("x", plan_id=others_plan, worker=(None,)),
        Work("x", plan_id=plan, worker=("?",)),
    ):
        with pytest.raises(NotFound):
            store.work(person, "worker", lambda *_, work=work: work)
    assert store.audit_head() == head


def test_what_is_written_stays(store: Store) -> None:
    make_plan(store)
    store.put_services("HMP X", [Service("a", "A", ("gp",), "national", "both")], "worker", {})
    for change in (
        "UPDATE item_events SET number = 9",
        "UPDATE consent_events SET by = 'x'",
        "UPDATE case_events SET kind = 'contact'",
        "UPDATE plans SET made_at = made_at, kind = 'prerelease'",
        "DELETE FROM item_events",
        "DELETE FROM consent_events",
        "DELETE FROM case_events",
        "DELETE FROM plan_items",
        "DELETE FROM services",
    ):
        with pytest.raises(StoreRefused), store.write() as session:
            session.execute(text(change))


def test_keys_are_rotated_in_every_encrypted_column(store: Store, keys: Path) -> None:
    person, _ = make_plan(store)
    before = store.case_file(person)
    old = tokens(store)
    rotate(store, keys, batch=2)
    new = tokens(store)
    assert len(new) == len(old) and not set(new) & set(old)
    assert all(store.cipher.is_newest(token) for token in new)
    keys.write_text(load_keys(keys)[0] + "\n")
    cipher = Cipher(keys)
    assert all(cipher.unseal(token) is not None for token in new), "the old key is not needed any more"
    after = store.case_file(person)
    assert (after.items, after.events, after.consents, after.alerts) == (
        before.items,
        before.events,
        before.consents,
        before.alerts,
    )


def test_every_encrypted_column_of_the_models_is_rotated() -> None:
    from bot.store import keys as keys_module
    from bot.store.models import Base

    named = {"details", "payload", "reply", "note", "pin", "outcome"}
    there = {
        (table.name, column.name) for table in Base.metadata.tables.values() for column in table.columns if column.name in named
    }
    # A service and the settings are the prison's, not a person's.
    there -= {("services", "details"), ("prison_settings", "details")}
    assert there == {(column.class_.__tablename__, column.key) for _, column in keys_module._ENCRYPTED}


def test_lists_come_from_the_plain_columns_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    person, plan = make_plan(store)
    monkeypatch.setattr(Cipher, "unseal", lambda *_: 1 / 0)
    query = CaseQuery(today=date(2026, 3, 10))
    (line,) = store.case_lines(query)
    assert (line.person_id, line.plan_id, line.open_items, line.overdue, line.next_due) == (person, plan, 3, 2, date(2026, 3, 9))
    assert store.case_counts(query).overdue == 1
    assert [(due.activity, due.sensitive) for due in store.due_lines(query) if due.what == "item"] in (
        [("fin_debt", False), (None, True)],
        [(None, True), ("fin_debt", False)],
    )
    assert store.case_lines(CaseQuery(today=query.today, need="debts")) == [line]
    assert store.case_lines(CaseQuery(today=query.today, need="da_exit")) == []


def test_a_database_from_before_plans_is_brought_up_with_its_data(url: str, keys: Path, clock: Clock, tmp_path: Path) -> None:
    # Rows as they were then: written today, and copied without what came later.
    tables = (models.Person, models.Interview, models.Turn, models.Answer, models.Audit)
    with Store.open(f"sqlite:///{tmp_path / 'today'}", keys, create_keys=True, clock=clock) as today:
        person = today.add_person(make_record(), by="worker")
        row = today.start_interview(person.id, "first", "worker", "en", "plain", by="worker", device="desk")
        today.take_turn(row.id, "t1", say(Answer("gp", options=("no",)), state="complete"))
        with today.read() as session:
            written = {table: session.execute(select(*table.__table__.columns)).mappings().all() for table in tables}
    engine = database.make_engine(url)
    file = database.sqlite_file(engine)
    if file is not None:
        database._make_file(file)
        database._use_wal(engine)
    with engine.execution_options(write=True).begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(database.MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for table, rows in written.items():
            known = {column["name"] for column in inspect(connection).get_columns(table.__tablename__)}
            for one in rows:
                connection.execute(insert(table).values({name: value for name, value in one.items() if name in known}))
            if rows and connection.dialect.name == "postgresql" and table.__table__.columns["id"].type.python_type is int:
                name = table.__tablename__
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"))
    engine.dispose()
    with Store.open(url, keys, clock=clock) as store:
        assert store.state(row.id).answers["gp"].options == ("no",)
        assert [one.id for one in store.without_plan()] == [row.id]
        store.verify_audit()
        make_plan(store, 2)
        assert store.case_file(person.id).answers[row.id]["gp"].options == ("no",)
        # What lists need of people is filled in from their records.
        with store.read() as session:
            assert session.get(models.Person, person.id).part2 is True  # type: ignore[union-attr]


def test_where_plans_of_an_earlier_version_were_made_is_in_the_records(
    lite: Store, sqlite_url: str, keys: Path, clock: Clock
) -> None:
    """One whose person was moved twice since, and one whose person is still there."""
    moved, stayed = make_plan(lite), make_plan(lite, 2)
    for prison in ("HMP Elsewhere", "HMP Third"):
        clock.forward(days=1)
        lite.update_person(moved[0], replace(lite.person(moved[0]).record, prison=prison), by="worker")
    first = lite.person(stayed[0]).prison
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    with lite.engine.execution_options(write=True).begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0008")
        assert "prison" not in {column["name"] for column in inspect(connection).get_columns("plans")}
    lite.close()
    with Store.open(sqlite_url, keys, clock=clock) as again, again.read() as session:
        assert [session.get_one(Plan, plan).prison for _, plan in (moved, stayed)] == [first, first]
