"""What is kept beside an interview's answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.store import Store
from bot.store.errors import BadInput, NotFound
from bot.store.keys import rotate
from bot.store.notes import LONGEST
from tests.store.making import PASSWORD, Clock, make_record

SECRET = "mieszkałem u mamy"


@pytest.fixture
def row(store: Store) -> str:
    person = store.add_person(make_record(), by="worker")
    return store.start_interview(person.id, kind="first", mode="kiosk", language="pl", level="plain", by="worker", device="test").id


def test_notes_come_back_as_they_were_written_and_in_order(store: Store, row: str) -> None:
    store.add_note(row, "note", "first", "a", question="lived")
    store.add_note(row, "words", SECRET, "b", question="lived", translation={"from": "pl", "problem": "late"})
    first, second = store.notes_of(row)
    assert (first.kind, first.text, first.by, first.question, first.translation) == ("note", "first", "a", "lived", {})
    assert (second.text, second.translation) == (SECRET, {"from": "pl", "problem": "late"})


@pytest.mark.parametrize(
    ("kind", "words", "to"), [("note", "", None), ("note", "x" * (LONGEST + 1), None), ("gossip", "x", None), ("note", "x", "u")]
)
def test_what_is_no_note_is_not_kept(store: Store, row: str, kind: str, words: str, to: str | None) -> None:
    with pytest.raises(BadInput) as error:
        store.add_note(row, kind, words, "a", to_user=to)
    assert "xx" not in str(error.value)
    assert store.notes_of(row) == []


def test_an_interview_or_user_that_is_not_there(store: Store, row: str) -> None:
    with pytest.raises(NotFound):
        store.add_note("0" * 32, "note", "x", "a")
    with pytest.raises(NotFound):
        store.add_note(row, "handed_over", "", "a", to_user="0" * 32)
    with pytest.raises(NotFound):
        store.put_into("0" * 32, "a", language="pl")


def test_the_newest_hand_over_counts_and_a_finished_interview_is_nobodys(store: Store, row: str, clock: Clock) -> None:
    one = store.add_user("one", "One", ["worker"], PASSWORD, "admin").id
    two = store.add_user("two", "Two", ["worker"], PASSWORD, "admin").id
    store.add_note(row, "handed_over", "going home", one, to_user=two)
    assert [each.id for each in store.handed_to(two)] == [row] and store.handed_to(one) == []
    store.add_note(row, "handed_over", "", two, to_user=one)
    assert store.handed_to(two) == [] and [each.id for each in store.handed_to(one)] == [row]
    assert [line.what for line in store.audit_rows(limit=2)] == ["interview handed over"] * 2
    with store.write() as session:
        session.execute(text("UPDATE interviews SET state = 'complete'"))
    assert store.handed_to(one) == []


def test_nothing_that_was_written_can_be_read_in_the_database(store: Store, row: str) -> None:
    store.add_note(row, "words", SECRET, "a", translation={"text": "I lived at my mum's"})
    with store.read() as session:
        stored = str(session.execute(text("SELECT * FROM interview_notes")).all())
    assert SECRET not in stored and "mum" not in stored


@pytest.mark.parametrize("change", ["DELETE FROM interview_notes", "UPDATE interview_notes SET kind = 'said'"])
def test_rows_are_only_added(store: Store, row: str, change: str) -> None:
    store.add_note(row, "note", "x", "a")
    with pytest.raises(DBAPIError), store.engine.begin() as connection:
        connection.execute(text(change))


def test_notes_are_read_after_the_keys_were_rotated(store: Store, row: str) -> None:
    store.add_note(row, "note", SECRET, "a")
    rotate(store, store.cipher.path)
    assert store.notes_of(row)[0].text == SECRET


def test_another_language_level_and_mode_take_no_turn(store: Store, row: str, clock: Clock) -> None:
    before = store.state(row)
    after = store.put_into(row, "worker", language="ar", level="easy", mode="worker")
    assert (after.language, after.level, after.mode) == ("ar", "easy", "worker")
    assert (store.state(row).turn, store.state(row).newest) == (before.turn, before.newest)
    lines = len(store.audit_rows())
    store.put_into(row, "worker", language="ar")
    assert len(store.audit_rows()) == lines
    with pytest.raises(BadInput):
        store.put_into(row, "worker", level="hard")
    assert clock() - after.updated_at < timedelta(days=1)
