"""Alerts: raised once an interview, kept until somebody acts, raised again only by a newer answer."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from bot.interview.answers import Answer
from bot.store import NotFound, Store
from bot.store.errors import BadInput, StoreRefused
from bot.store.plan_types import NewAlert
from bot.store.types import InterviewRow
from tests.store.making import Clock, begin, make_record, say

NOW = Answer("hurt_now_or_after", options=("now",))
OTHER = Answer("gp", options=("yes",))
HURT = NewAlert(
    kind="safety", who=("safeguarding",), words="Speak to this person today.", rule="hurt_now", detail="Somebody hurts them.",
    because=({"question": "hurt_now_or_after", "options": ["now"]},), source="§2.13",
)  # fmt: skip
TALK = NewAlert(kind="talk", who=("prison_staff",), words="Go to them today.")


@pytest.fixture
def row(store: Store) -> InterviewRow:
    return begin(store)


_numbers = iter(range(10_000))


def turn(store: Store, row: InterviewRow, *answers: Answer, alerts: tuple[NewAlert, ...] = (HURT,)) -> None:
    store.take_turn(row.id, f"t{next(_numbers)}", say(*answers, alerts=alerts))


def test_an_alert_is_raised_with_its_turn_and_only_once(store: Store, row: InterviewRow) -> None:
    turn(store, row, NOW)
    turn(store, row, OTHER)
    turn(store, row, NOW)
    (alert,) = store.open_alerts()
    assert (alert.rule, alert.kind, alert.who, alert.words) == ("hurt_now", "safety", ("safeguarding",), HURT.words)
    assert (alert.detail, alert.because, alert.source) == (HURT.detail, HURT.because, HURT.source)
    assert (alert.person_id, alert.interview_id) == (row.person_id, row.id)
    assert alert.open and alert.sensitive
    assert "alert raised" in [line.what for line in store.audit_rows()]


def test_a_turn_sent_again_raises_nothing_more(store: Store, row: InterviewRow) -> None:
    for _ in range(2):
        store.take_turn(row.id, "the-same", say(NOW, alerts=[TALK]))
    assert len(store.open_alerts()) == 1


def test_a_turn_that_is_undone_raises_nothing(store: Store, row: InterviewRow) -> None:
    with pytest.raises(BadInput):
        store.take_turn(row.id, "bad", say(NOW, alerts=[HURT], state="no such state"))
    assert store.open_alerts() == []


def test_acknowledged_it_comes_back_only_with_a_newer_answer(store: Store, row: InterviewRow, clock: Clock) -> None:
    turn(store, row, NOW)
    (alert,) = store.open_alerts()
    clock.forward(minutes=5)
    done = store.acknowledge_alert(alert.id, "ann", "  seen, safe tonight ")
    assert (done.acknowledged_by, done.acknowledged_at, done.note) == ("ann", clock.now, "seen, safe tonight")
    turn(store, row, OTHER)
    assert store.open_alerts() == []
    turn(store, row, NOW)
    assert [one.rule for one in store.open_alerts()] == ["hurt_now"]
    assert len(store.alerts_of(row.person_id)) == 2


def test_the_first_acknowledgement_stays(store: Store, row: InterviewRow, clock: Clock) -> None:
    turn(store, row, NOW)
    (alert,) = store.open_alerts()
    first = store.acknowledge_alert(alert.id, "ann", "one")
    clock.forward(hours=1)
    assert store.acknowledge_alert(alert.id, "bob", "two") == first
    with pytest.raises(NotFound):
        store.acknowledge_alert("none", "ann")
    with pytest.raises(BadInput, match="shorten"):
        store.acknowledge_alert(alert.id, "ann", "x" * 2001)


def test_other_interviews_and_other_remarks_raise_their_own(store: Store, row: InterviewRow) -> None:
    said = [NewAlert(kind="self_harm", who=("prison_staff",), words="Go now.", said=words) for words in ("one", "one", "two")]
    turn(store, row, alerts=(HURT, *said))
    turn(store, row, alerts=(HURT, TALK))
    turn(store, row, alerts=(TALK,))
    again = store.start_interview(row.person_id, "first", "worker", "en", "plain", by="worker", device="desk")
    turn(store, again, NOW)
    kinds = sorted((alert.kind, alert.said) for alert in store.open_alerts())
    assert kinds == [("safety", ""), ("safety", ""), ("self_harm", "one"), ("self_harm", "two"), ("talk", "")]
    talk = next(alert for alert in store.open_alerts() if alert.kind == "talk")
    store.acknowledge_alert(talk.id, "ann")
    turn(store, row, alerts=(TALK,))
    assert sum(alert.kind == "talk" for alert in store.open_alerts()) == 1, "asked again after somebody had come"


def test_what_is_raised_once_a_day_waits_for_the_next_day_also_where_somebody_has_come(
    store: Store, row: InterviewRow, clock: Clock
) -> None:
    unread = NewAlert(kind="unread", who=("prison_staff",), words="Get an interpreter today.", daily=True)
    turn(store, row, alerts=(unread,))
    store.acknowledge_alert(store.open_alerts()[0].id, "ann")
    clock.forward(hours=2)
    turn(store, row, alerts=(unread,))
    assert store.open_alerts() == []
    clock.forward(hours=23)
    for _ in range(2):
        turn(store, row, alerts=(unread,))
    assert [alert.kind for alert in store.open_alerts()] == ["unread"]


def test_a_prison_sees_its_own_and_those_of_who_has_come_since(store: Store, row: InterviewRow) -> None:
    turn(store, row, NOW)
    here = make_record().prison
    assert len(store.open_alerts(here)) == 1 and store.open_alerts("HMP Elsewhere") == []
    store.update_person(row.person_id, make_record(prison="HMP Elsewhere"), by="worker")
    assert len(store.open_alerts("HMP Elsewhere")) == len(store.open_alerts(here)) == 1


def test_alerts_cannot_be_changed_or_deleted(store: Store, row: InterviewRow) -> None:
    turn(store, row, NOW)
    store.acknowledge_alert(store.open_alerts()[0].id, "ann")
    for change in (
        "UPDATE alerts SET acknowledged_by = 'bob'",
        "UPDATE alerts SET prison = 'x'",
        "UPDATE alerts SET acknowledged_at = NULL",
        "DELETE FROM alerts",
    ):
        with pytest.raises(StoreRefused), store.write() as session:
            session.execute(text(change))


def test_alerts_of_nobody(store: Store) -> None:
    with pytest.raises(NotFound):
        store.alerts_of("nobody")
