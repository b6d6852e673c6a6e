from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event, text

from bot.interview.answers import ADDRESS_PARTS, STATES, Answer
from bot.store import NotFound, Store
from bot.store.errors import BadInput, StoreRefused, translated
from bot.store.types import Decision, Entry, InterviewState
from tests.store.making import Clock, begin, make_record, say


def test_an_interview_starts_empty(store: Store, clock: Clock) -> None:
    interview = begin(store, mode="kiosk", language="cy", level="easy")
    state = store.state(interview.id)
    assert state == InterviewState(interview, make_record(), {}, 0, {}, settings={"safety_at_kiosk": "yes"})
    assert (interview.mode, interview.language, interview.level, interview.state) == ("kiosk", "cy", "easy", "open")
    assert (interview.started_at, interview.completed_at, interview.started_by) == (clock.now, None, "worker")
    assert store.interview(interview.id) == interview
    assert store.last_turn(interview.id) is None
    assert store.turn(interview.id, "t1") is None


def test_interviews_are_listed_newest_first(store: Store, clock: Clock) -> None:
    first = begin(store)
    clock.forward(days=80)
    second = store.start_interview(first.person_id, "prerelease", "worker", "en", "plain", "worker", "desk", earlier=first.id)
    assert store.interviews_of(first.person_id) == [second, first]
    assert store.interviews_of(store.add_person(make_record(2), by="worker").id) == []


def test_a_turn_writes_everything_at_once(store: Store, clock: Clock) -> None:
    interview = begin(store)
    clock.forward(minutes=2)
    answer = Answer("where_lived", options=("owned",), more="with my sister")
    decide = say(answer, words="we had a house", focus="gp", language="pl", level="easy", mode="kiosk", state="paused")
    turn = store.take_turn(interview.id, "t1", decide)
    state = store.state(interview.id)
    assert state.answers == {"where_lived": answer}
    assert state.newest == state.newest_for["where_lived"] > 0
    expected = replace(interview, focus="gp", language="pl", level="easy", mode="kiosk", state="paused", updated_at=clock.now)
    assert state.interview == expected
    assert (turn.kind, turn.question, turn.reply, turn.focus, turn.state, turn.at, turn.replayed) == (
        "answer", "where_lived", [{"response": "thanks"}], "gp", "paused", clock.now, False,
    )  # fmt: skip
    assert store.turn(interview.id, "t1") == store.last_turn(interview.id) == turn
    (row,) = store.history(interview.id)
    assert (row.by, row.mode, row.device, row.language, row.at) == ("person", "kiosk", "kiosk-1", "pl", clock.now)
    assert (row.question, row.answer, row.words, row.how) == ("where_lived", answer, "we had a house", "exact")
    assert (row.understood, row.turn_id, row.id) == ({"intent": "answer", "confidence": 0.93}, "t1", state.newest)


def test_a_changed_answer_keeps_its_history(store: Store) -> None:
    interview = begin(store)
    for number, words in enumerate(["one", "two", "three"]):
        store.take_turn(interview.id, f"t{number}", say(Answer("q", text=words)))
    assert store.state(interview.id).answers == {"q": Answer("q", text="three")}
    assert [row.answer.text for row in store.history(interview.id)] == ["one", "two", "three"]
    with store.read() as session:
        rows = session.execute(text("SELECT id FROM current_answers WHERE interview_id = :id"), {"id": interview.id}).all()
    assert [row[0] for row in rows] == [store.state(interview.id).newest]


def test_the_last_of_two_answers_to_a_question_in_a_turn_counts(store: Store, keys: Path, url: str) -> None:
    interview = begin(store)
    store.take_turn(interview.id, "t1", say(*(Answer("q", number=float(number)) for number in range(5)), Answer("other", text="x")))
    assert store.state(interview.id).answers["q"].number == 4
    with Store.open(url, keys) as other:
        assert other.state(interview.id) == store.state(interview.id)


def test_a_turn_sent_again_is_recorded_once(store: Store) -> None:
    interview = begin(store)
    turn = store.take_turn(interview.id, "t1", say(Answer("q", text="one")))

    def never(_: InterviewState) -> Decision:
        raise AssertionError("decided twice")

    assert store.take_turn(interview.id, "t1", never) == replace(turn, replayed=True)
    assert len(store.history(interview.id)) == 1
    other = begin(store, 2)
    assert not store.take_turn(other.id, "t1", say(Answer("q", text="two"))).replayed


def test_a_turn_sent_by_many_threads_at_once_is_recorded_once(store: Store) -> None:
    interview = begin(store)
    gate = threading.Barrier(6)
    turns, decided = [], []

    def decide(state: InterviewState) -> Decision:
        decided.append(state.newest)
        return say(Answer("q", text="one"))(state)

    def take() -> None:
        gate.wait()
        turns.append(store.take_turn(interview.id, "t1", decide))

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(turn.replayed for turn in turns) == [False] + [True] * 5
    assert len(decided) == len(store.history(interview.id)) == 1


def test_turns_of_many_threads_and_two_stores_are_all_seen(store: Store, url: str, keys: Path) -> None:
    interview = begin(store)
    missed: list[int] = []

    def counting(state: InterviewState) -> Decision:
        if len(state.answers) != state.interview.updated_at.microsecond - 1:
            missed.append(state.newest)
        return say(Answer(f"q{len(state.answers)}", number=float(len(state.answers))))(state)

    def run(which: Store, name: str) -> None:
        for number in range(12):
            which.take_turn(interview.id, f"{name}-{number}", counting)
            which.state(interview.id)

    ticks = iter(range(1, 1000))
    lock = threading.Lock()

    def tick() -> Any:
        # Counts the turns in the interview's own row: each turn must see as many answers as there were turns.
        with lock:
            return Clock().now.replace(microsecond=next(ticks))

    with Store.open(url, keys, clock=tick) as other:
        store.clock = tick
        store.take_turn(interview.id, "first", say())
        threads = [threading.Thread(target=run, args=(which, f"{n}")) for n, which in enumerate([store, other, store, other])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert missed == []
        assert len(store.state(interview.id).answers) == 48
        assert store.state(interview.id) == other.state(interview.id)


def test_each_store_sees_what_the_other_wrote(store: Store, url: str, keys: Path) -> None:
    interview = begin(store)
    with Store.open(url, keys) as other:
        for number in range(4):
            writer, reader = (store, other) if number % 2 else (other, store)
            assert reader.state(interview.id).answers == writer.state(interview.id).answers
            writer.take_turn(interview.id, f"t{number}", say(Answer(f"q{number % 3}", text=str(number))))
            assert reader.state(interview.id) == writer.state(interview.id)
        assert {key: answer.text for key, answer in other.state(interview.id).answers.items()} == {"q0": "3", "q1": "1", "q2": "2"}


@pytest.mark.parametrize("after", ["decide", "reply", "state"])
def test_nothing_is_left_of_a_turn_that_failed(store: Store, after: str) -> None:
    interview = begin(store)
    store.take_turn(interview.id, "t1", say(Answer("q", text="before")))
    before = store.state(interview.id)
    # A second answer is written before the one that cannot be.
    good = Entry(Answer("q", text="after"), "exact", "person")
    entries = [good, Entry(Answer("r"), "exact", "person", understood={"x": object()})]
    decide = {
        "decide": lambda state: {}[state.newest],
        "reply": say(answers=entries),
        "state": say(Answer("q", text="after"), state="nonsense"),
    }[after]
    with pytest.raises(KeyError if after == "decide" else BadInput):
        store.take_turn(interview.id, "t2", decide)
    assert store.state(interview.id) == before
    assert store.turn(interview.id, "t2") is None
    assert len(store.history(interview.id)) == 1
    store.take_turn(interview.id, "t2", say(Answer("q", text="at last")))
    assert store.state(interview.id).answers["q"].text == "at last"


def test_nothing_is_left_of_a_turn_that_could_not_be_committed(store: Store) -> None:
    interview = begin(store)
    store.take_turn(interview.id, "t1", say(Answer("q", text="before")))
    before = store.state(interview.id)

    def fails(_: Connection) -> None:
        raise ZeroDivisionError

    event.listen(store.engine, "commit", fails)
    with pytest.raises(ZeroDivisionError):
        store.take_turn(interview.id, "t2", say(Answer("q", text="after"), Answer("r", text="after")))
    event.remove(store.engine, "commit", fails)
    assert store.state(interview.id) == before
    assert store.turn(interview.id, "t2") is None


def test_what_decide_does_to_its_state_stays_there(store: Store) -> None:
    interview = begin(store)
    store.take_turn(interview.id, "t1", say(Answer("q", text="one")))

    def spoil(state: InterviewState) -> Decision:
        state.answers.clear()
        return say()(state)

    store.take_turn(interview.id, "t2", spoil)
    store.state(interview.id).answers.clear()
    assert store.state(interview.id).answers == {"q": Answer("q", text="one")}


def test_completing_and_reopening_are_dated_and_audited(store: Store, clock: Clock) -> None:
    interview = begin(store)
    clock.forward(hours=1)
    store.take_turn(interview.id, "t1", say(state="complete"))
    assert store.interview(interview.id).completed_at == clock.now
    clock.forward(hours=1)
    store.take_turn(interview.id, "t2", say(state="complete"))
    assert store.interview(interview.id).completed_at == clock.now.replace(hour=10)
    # Looking at an answer, or going on to look another day, takes nothing back; an answer that opens something does.
    store.take_turn(interview.id, "t3", say(state="open"))
    done = store.interview(interview.id)
    assert (done.state, done.completed_at) == ("complete", clock.now.replace(hour=10))
    store.take_turn(interview.id, "t4", say(state="paused"))
    store.take_turn(interview.id, "t5", say(state="complete"))
    assert store.interview(interview.id).completed_at == clock.now.replace(hour=10)
    store.take_turn(interview.id, "t6", say(Answer("q", text="one"), state="open"))
    reopened = store.interview(interview.id)
    assert (reopened.state, reopened.completed_at) == ("open", None)
    rows = store.audit_rows()
    assert [row.what for row in rows] == ["interview reopened", "interview completed", "interview started", "person added"]
    assert rows[1].subjects == (interview.id, interview.person_id)


def test_answers_are_carried_from_an_earlier_interview(store: Store) -> None:
    first = begin(store)
    answer = Answer("gp", options=("yes",))
    later = {"mode": "worker", "language": "en", "level": "plain", "by": "worker", "device": "desk"}
    second = store.start_interview(first.person_id, "prerelease", earlier=first.id, carried=[answer], **later)
    assert second.earlier == first.id
    assert store.state(second.id).answers == {"gp": replace(answer, carried=True)}
    (row,) = store.history(second.id)
    assert (row.how, row.turn_id, row.by) == ("carried", None, "worker")
    stranger = store.add_person(make_record(2), by="worker")
    with pytest.raises(NotFound):
        store.start_interview(stranger.id, "prerelease", earlier=first.id, carried=[answer], **later)
    with pytest.raises(BadInput):
        store.start_interview(first.person_id, "first", earlier=first.id, **later)
    with pytest.raises(BadInput):
        store.start_interview(first.person_id, "prerelease", carried=[answer], **later)


def test_unknown_ids_and_words_are_refused(store: Store) -> None:
    interview = begin(store)
    for ask in (store.state, store.interview, store.history, lambda unknown: store.take_turn(unknown, "t1", say())):
        with pytest.raises(NotFound):
            ask("unknown")
    for turn_id in ("", "a b", "x" * 65, "ä", "t\n"):
        with pytest.raises(BadInput, match="turn"):
            store.take_turn(interview.id, turn_id, say())
    for name, value in {"kind": "third", "mode": "phone", "level": "hard"}.items():
        facts = {"kind": "first", "mode": "worker", "language": "en", "level": "plain", "by": "worker", "device": "desk"}
        with pytest.raises(BadInput, match=name):
            store.start_interview(interview.person_id, **{**facts, name: value})


CHANGES = [
    "UPDATE answers SET question_id = 'other'",
    "UPDATE answers SET how = 'button'",
    "UPDATE answers SET turn_id = NULL",
    "UPDATE answers SET id = id + 100",
    "UPDATE answers SET payload = 'x', language = 'xx'",
    "DELETE FROM answers",
    "UPDATE turns SET state = 'complete'",
    "UPDATE turns SET question_id = 'other'",
    "DELETE FROM turns",
    "UPDATE audit SET who = 'somebody else'",
    "DELETE FROM audit",
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_itself_keeps_what_was_written(store: Store, change: str) -> None:
    interview = begin(store)
    store.take_turn(interview.id, "t1", say(Answer("q", text="one")))
    before = store.history(interview.id)
    with pytest.raises(StoreRefused), store.write() as session:
        session.execute(text(change))
    assert store.history(interview.id) == before
    with store.write() as session:
        session.execute(text("UPDATE answers SET payload = payload"))


def test_a_turn_costs_the_same_late_in_an_interview(store: Store) -> None:
    interview = begin(store)
    statements, opened = [], []
    unseal = store.cipher.unseal
    store.cipher.unseal = lambda token: (opened.append(1), unseal(token))[1]  # type: ignore[method-assign]
    event.listen(store.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    costs = []
    for number in range(110):
        statements.clear()
        opened.clear()
        store.take_turn(interview.id, f"t{number}", say(Answer(f"q{number}", text="words")))
        store.state(interview.id)
        costs.append((len(statements), len(opened)))
    assert set(costs[2:]) == {costs[5]}


words = st.text(st.characters(exclude_categories=()), max_size=40)
answers = st.builds(
    Answer,
    question=st.sampled_from(["a", "b", "c"]),
    state=st.sampled_from(STATES),
    options=st.lists(words, max_size=3).map(tuple),
    number=st.none() | st.floats(allow_nan=False),
    text=words,
    parts=st.dictionaries(st.sampled_from(ADDRESS_PARTS), words),
    more=words,
    basis=words,
    again=st.booleans(),
    carried=st.booleans(),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(answers, min_size=1, max_size=4), typed=words)
def test_any_answer_comes_back_as_given(store: Store, said: list[Answer], typed: str) -> None:
    number = store.count_people() + 1
    interview = begin(store, number)
    store.take_turn(interview.id, "t1", say(*said, words=typed))
    cached = store.state(interview.id).answers
    store._cache._known.clear()
    assert store.state(interview.id).answers == cached == {answer.question: answer for answer in said}
    history = store.history(interview.id)
    assert [row.answer for row in history] == said
    assert {row.words for row in history} == {typed}


def test_errors_of_others_are_left_alone() -> None:
    with pytest.raises(ValueError, match="mine"), translated():
        raise ValueError("mine")


def test_the_state_names_the_turn_before(store: Store) -> None:
    interview = begin(store)
    seen: list[tuple[str, str | None]] = []

    def decide(state: InterviewState) -> Decision:
        seen.append(state.last)
        return say(Answer("gp", options=("yes",)))(state)

    store.take_turn(interview.id, "t1", decide)
    turn = store.take_turn(interview.id, "t2", decide)
    assert seen == [("", None), (turn.kind, turn.question)]
    assert store.state(interview.id).last == seen[1]
