"""What a turn does beside its answer: alerts in the same transaction, and the plan after it. Neither can fail the turn."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from rasa_sdk.executor import CollectingDispatcher

from bot.actions import forms
from bot.actions.forms import Taken, Turns
from bot.actions.hearing import Message
from bot.casework.casework import Casework
from bot.interview.exchange import Heard
from bot.store import Store
from bot.store.errors import StoreBusy
from bot.store.types import InterviewRow
from tests.casework.making import Clock, interviewed, make_casework, somebody, wording
from tests.plan.making import interview


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("empty")
    Store.open(f"sqlite:///{home / 'database'}", home / "keys", create_keys=True).close()
    return home


@pytest.fixture
def store(empty: Path, tmp_path: Path) -> Iterator[Store]:
    for name in ("database", "keys"):
        shutil.copy(empty / name, tmp_path / name)
    with Store.open(f"sqlite:///{tmp_path / 'database'}", tmp_path / "keys", clock=Clock()) as opened:
        yield opened


@pytest.fixture
def casework(store: Store) -> Casework:
    return make_casework(store, store.clock)  # type: ignore[arg-type]


@pytest.fixture
def turns(store: Store, casework: Casework) -> Turns:
    return Turns(store, interview(), wording(), casework=casework)


@pytest.fixture
def row(store: Store) -> InterviewRow:
    """An interview whose next question is about what is urgent today."""
    return interviewed(store, somebody(said={"where_will_live": "nowhere"}), state="open")


_numbers = count(1)


def take(turns: Turns, row: InterviewRow, heard: Heard, turn: str = "") -> Taken:
    return turns.take(Message(row.id, turn or f"said-{next(_numbers)}", heard, "worker", "desk", None, None))


def says(question: str, *options: str) -> Heard:
    return Heard("answer", question, options)


def open_kinds(store: Store) -> list[tuple[str, str | None]]:
    return [(alert.kind, alert.rule) for alert in store.open_alerts()]


def test_an_urgent_answer_raises_its_alert_in_the_same_transaction(store: Store, turns: Turns, row: InterviewRow) -> None:
    take(turns, row, says("urgent_today", "want_to_hurt_myself"))
    assert open_kinds(store) == [("self_harm", "self_harm")]
    (alert,) = store.open_alerts()
    assert alert.because == ({"question": "urgent_today", "options": ["want_to_hurt_myself"]},)
    assert alert.detail and alert.source


def test_it_is_raised_once_and_stays_when_the_answer_changes(store: Store, turns: Turns, row: InterviewRow) -> None:
    take(turns, row, says("urgent_today", "feel_unsafe"), turn="one")
    take(turns, row, says("urgent_today", "feel_unsafe"), turn="one")
    take(turns, row, says("gp", "yes"))
    take(turns, row, says("urgent_today", "none"))
    assert open_kinds(store) == [("safety", "feel_unsafe")]


def test_acknowledged_it_is_raised_again_by_a_newer_answer(
    store: Store, casework: Casework, turns: Turns, row: InterviewRow
) -> None:
    take(turns, row, says("urgent_today", "feel_unsafe"))
    casework.acknowledge(store.open_alerts()[0].id, "ann", "seen")
    take(turns, row, says("gp", "yes"))
    assert store.open_alerts() == []
    take(turns, row, says("urgent_today", "none"))
    take(turns, row, says("urgent_today", "feel_unsafe"))
    assert open_kinds(store) == [("safety", "feel_unsafe")]


def test_acknowledged_it_is_raised_again_when_the_same_is_said_again(
    store: Store, casework: Casework, turns: Turns, row: InterviewRow
) -> None:
    for question, option in (("urgent_today", "want_to_hurt_myself"), ("threat", "yes")):
        take(turns, row, says(question, option))
        casework.acknowledge(store.open_alerts()[0].id, "ann", "seen")
        take(turns, row, says(question, option), turn=f"again-{question}")
        take(turns, row, says(question, option), turn=f"again-{question}")
        (alert,) = store.open_alerts()
        assert [cause["question"] for cause in alert.because] == [question]
        casework.acknowledge(alert.id, "ann", "seen again")


@pytest.mark.parametrize("said", ["no", "refuse", "unknown", "later"])
def test_a_yes_that_the_person_takes_back_in_the_interview_holds_no_more(
    store: Store, casework: Casework, turns: Turns, row: InterviewRow, said: str
) -> None:
    finished(turns, row)
    take(turns, row, says("share_with_officer", "yes"))
    assert casework.case(row.person_id).consents.may_share("officer")
    take(turns, row, says("share_with_officer", "no") if said == "no" else Heard(said, "share_with_officer"))
    assert not casework.case(row.person_id).consents.may_share("officer")


def test_the_last_word_on_a_consent_counts_though_it_says_the_same_as_before(
    store: Store, casework: Casework, turns: Turns, row: InterviewRow
) -> None:
    finished(turns, row)
    take(turns, row, says("share_with_officer", "no"))
    casework.give_consent(row.person_id, "officer", "ann")
    assert casework.case(row.person_id).consents.may_share("officer")
    take(turns, row, says("share_with_officer", "no"))
    assert casework.case(row.person_id).consents.standing("officer").state == "refused"
    take(turns, row, says("share_with_officer", "yes"))
    casework.withdraw_consent(row.person_id, "officer", "ann")
    take(turns, row, says("share_with_officer", "yes"))
    assert casework.case(row.person_id).consents.standing("officer").state == "given"


def test_what_waits_to_be_asked_about_is_not_said(turns: Turns) -> None:
    said = CollectingDispatcher()
    turns.utter(said, Taken([{"say": "also_waits", "vars": {"also": []}}, {"say": "utter_paused", "vars": {}}], None, {}, "paused"))
    assert [message["response"] for message in said.messages] == ["utter_paused"]


def test_an_urgent_remark_keeps_the_words(store: Store, turns: Turns, row: InterviewRow) -> None:
    take(turns, row, Heard("words", "job_before", text="no point, I will not be here", alerts=("self_harm",)))
    (alert,) = store.open_alerts()
    assert (alert.kind, alert.rule, alert.said) == ("self_harm", None, "no point, I will not be here")
    assert alert.sensitive


def test_asking_for_a_person_is_told_to_the_staff(store: Store, turns: Turns, row: InterviewRow) -> None:
    for _ in range(3):
        take(turns, row, Heard("person"))
    assert open_kinds(store) == [("talk", None)]


def finished(turns: Turns, row: InterviewRow) -> Taken:
    """Skips whatever is still asked, to the end."""
    taken = take(turns, row, Heard("begin"))
    for _ in range(200):
        if taken.step is None:
            return taken
        step, options = taken.step, [option.id for option in taken.step.options]
        heard = says(step.question.id, "right") if "right" in options else Heard("refuse", step.question.id)
        taken = take(turns, row, heard)
    raise AssertionError("the interview does not end")


def test_the_plan_is_made_when_the_last_question_is_answered_and_follows(
    store: Store, casework: Casework, turns: Turns, row: InterviewRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    ensure = casework.ensure_plan
    monkeypatch.setattr(casework, "ensure_plan", lambda *given: made.append(given) or ensure(*given))
    assert finished(turns, row).state == "complete"
    assert made == [(row.id, "worker")], "it is not worked out on any other turn"
    plan = store.plan_of(row.id)
    assert plan is not None
    head = store.audit_head()
    take(turns, row, Heard("why", "where_will_live"))
    assert store.audit_head() == head and len(made) == 1
    take(turns, row, says("where_will_live", "return"))
    file = store.case_file(row.person_id)
    housing = {item.state.state for item in file.items[plan.id] if item.state.key.startswith("acc_housing_referrals")}
    assert housing == {"removed"}, "nobody had decided on them"


@pytest.mark.parametrize("error", [StoreBusy("database: busy"), RuntimeError("secret words")])
def test_the_turn_stands_when_the_plan_fails(
    store: Store, casework: Casework, turns: Turns, row: InterviewRow, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture, error: Exception,
) -> None:  # fmt: skip
    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as broken, caplog.at_level(logging.ERROR):
        broken.setattr(casework, "ensure_plan", fail)
        assert finished(turns, row).state == "complete"
    assert "the plan was not made" in caplog.text and "secret words" not in caplog.text
    assert store.plan_of(row.id) is None
    assert casework.case(row.person_id).plan is not None, "whoever opens it mends it"


def test_the_answer_stands_when_alerts_fail_and_the_plan_raises_them(
    store: Store, casework: Casework, turns: Turns, row: InterviewRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("broken")

    with monkeypatch.context() as broken:
        broken.setattr(forms, "alerts_of", fail)
        take(turns, row, says("urgent_today", "feel_unsafe"))
    assert store.state(row.id).answers["urgent_today"].options == ("feel_unsafe",)
    assert store.open_alerts() == []
    casework.ensure_plan(row.id, "worker", early=True)
    assert open_kinds(store) == [("safety", "feel_unsafe")]
    casework.case(row.person_id)
    assert len(store.open_alerts()) == 1


def test_without_casework_turns_are_taken_all_the_same(store: Store, row: InterviewRow) -> None:
    turns = Turns(store, interview(), wording())
    take(turns, row, says("urgent_today", "feel_unsafe"))
    assert store.open_alerts() == []


def test_a_turn_without_an_urgent_answer_does_not_look_ahead(
    turns: Turns, row: InterviewRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking ahead walks the interview again and again; without an urgent answer nothing needs it."""
    monkeypatch.setattr(turns.finder.__class__, "_look_ahead", lambda *_: 1 / 0)
    take(turns, row, says("gp", "yes"))
