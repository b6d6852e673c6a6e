from __future__ import annotations

import pytest
from sqlalchemy import text

from bot.interview.answers import Answer
from bot.store import Store
from bot.store.errors import AuditBroken
from tests.store.making import begin, say


def tamper(store: Store, *changes: str) -> None:
    """Change the audit as someone who can write to the database file would."""
    with store.engine.begin() as connection:
        for trigger in ("kept", "not_deleted"):
            off = f"DROP TRIGGER audit_{trigger}" + (" ON audit" if store.engine.dialect.name == "postgresql" else "")
            connection.execute(text(off))
        for change in changes:
            connection.execute(text(change))


def fill(store: Store) -> None:
    for number in range(1, 4):
        begin(store, number)


def test_the_audit_says_who_did_what_to_which_ids(store: Store) -> None:
    interview = begin(store)
    store.audit("worker", "plan exported", interview.id)
    rows = store.audit_rows()
    assert [(row.id, row.who, row.what) for row in rows] == [
        (3, "worker", "plan exported"), (2, "worker", "interview started"), (1, "worker", "person added"),
    ]  # fmt: skip
    assert rows[1].subjects == (interview.id, interview.person_id)
    assert rows[0].at == store.clock()
    assert store.audit_rows(limit=1, before=3) == rows[1:2]
    assert store.audit_head() == (3, rows[0].digest)
    assert store.verify_audit() == store.verify_audit(store.audit_head()) == 3
    store.check()


def test_an_empty_audit_is_whole(store: Store) -> None:
    assert store.verify_audit(store.audit_head()) == 0


def test_no_answer_is_in_the_audit(store: Store) -> None:
    interview = begin(store)
    store.take_turn(interview.id, "t1", say(Answer("where_lived", text="a secret"), words="a secret", state="complete"))
    assert "secret" not in str(store.audit_rows())
    assert "where_lived" not in str(store.audit_rows())


def test_what_did_not_happen_is_not_in_the_audit(store: Store) -> None:
    def fails() -> None:
        with store.write() as session:
            store.note(session, "worker", "person added")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert store.audit_rows() == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("UPDATE audit SET who = 'nobody' WHERE id = 3", 3),
        ("UPDATE audit SET what = 'nothing' WHERE id = 1", 1),
        ("UPDATE audit SET subjects = '[]' WHERE id = 5", 5),
        ("UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE id = 2", 2),
        ("UPDATE audit SET digest = 'x' WHERE id = 6", 6),
        ("UPDATE audit SET id = 100 WHERE id = 6", 6),
        ("DELETE FROM audit WHERE id = 1", 1),
        ("DELETE FROM audit WHERE id = 4", 4),
        ("INSERT INTO audit SELECT 7, at, who, what, subjects, digest FROM audit WHERE id = 6", 7),
    ],
)
def test_tampering_is_found(store: Store, change: str, line: int) -> None:
    fill(store)
    tamper(store, change)
    with pytest.raises(AuditBroken, match=f"line {line} "):
        store.verify_audit()
    with pytest.raises(AuditBroken):
        store.check()


def test_lines_cut_off_the_end_are_found_with_a_head_kept_elsewhere(store: Store) -> None:
    fill(store)
    head = store.audit_head()
    tamper(store, "DELETE FROM audit WHERE id > 4")
    assert store.verify_audit() == 4
    with pytest.raises(AuditBroken, match="after line 4"):
        store.verify_audit(head)


def test_a_line_that_cannot_be_read_is_found(lite: Store) -> None:
    fill(lite)
    tamper(lite, "UPDATE audit SET subjects = 'no list' WHERE id = 2")
    with pytest.raises(AuditBroken):
        lite.verify_audit()
