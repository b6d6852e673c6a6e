"""Plans closed by hand, opened again, and what comes after them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import update

from bot.casework.casework import Casework
from bot.plan.life import NotAllowed
from bot.store import Store
from bot.store.database import MIGRATIONS
from bot.store.errors import ChangedMeanwhile, StoreError
from bot.store.plan_models import PlanClosing
from bot.store.plan_types import CLOSE_REASONS
from tests.casework.making import PRISON, Clock, interviewed, make_casework, somebody


def made(store: Store, casework: Casework, number: int = 1, **changes: object) -> str:
    row = interviewed(store, somebody(number, **changes))  # type: ignore[arg-type]
    casework.ensure_plan(row.id, "worker")
    return row.person_id


def test_a_closed_plan_stands_in_no_list_and_cannot_be_worked_on(store: Store, casework: Casework, clock: Clock) -> None:
    person, other = made(store, casework), made(store, casework, 2)
    before = casework.case(person)
    casework.close_plan(person, "transferred", "worker", "  to HMP Elsewhere ")
    case = casework.case(person)
    assert case.plan is None
    assert case.closing is not None
    assert (case.closing.reason, case.closing.note, case.closing.by) == ("transferred", "to HMP Elsewhere", "worker")
    assert case.items == ()
    # Nothing of it is lost.
    (old,) = case.earlier
    assert [(item.id, item.state.state, item.history) for item in old.items] == [
        (item.id, item.state.state, item.history) for item in before.items
    ]
    assert {line.person_id for line in casework.case_list(casework.query())} == {other}
    assert {line.person_id for line in casework.due_list(casework.query(), 500) if line.plan_id is not None} == {other}
    assert casework.counts(casework.query()).plans == 1
    item = before.items[0]
    with pytest.raises(NotAllowed, match="open it again"):
        casework.add_item(person, "acc_bidding", "why not", "worker")
    with pytest.raises(ChangedMeanwhile):
        casework.step(person, item.id, "deliver", "worker", item.seen, what="it", on=clock.today)
    # Looking at it again makes no new plan of the same interview.
    assert casework.ensure_plan(before.interview.id, "worker", early=True).id == before.plan.id  # type: ignore[union-attr]
    assert casework.case(person).plan is None
    assert casework.catch_up() == 0


@pytest.mark.parametrize("reason", CLOSE_REASONS)
def test_only_what_ends_the_stay_takes_a_person_off_the_lists(store: Store, casework: Casework, clock: Clock, reason: str) -> None:
    person = made(store, casework)
    casework.close_plan(person, "transferred", "worker")
    casework.reopen_plan(person, "not yet", "worker")
    casework.close_plan(person, reason, "worker", "a reason")
    store.update_person(person, replace(store.person(person).record, prison="HMP Elsewhere"), by="worker")
    clock.forward(days=120)
    query = casework.query(prison="HMP Elsewhere")
    listed = [line.what for line in casework.due_list(query)]
    assert listed == (["prerelease"] if reason in ("transferred", "other") else [])


def test_closings_from_before_the_lists_knew_of_them_are_filled_in(
    store: Store, casework: Casework, clock: Clock, tmp_path: Path
) -> None:
    moved, gone = made(store, casework), made(store, casework, 2)
    casework.close_plan(moved, "transferred", "worker")
    casework.close_plan(gone, "released", "worker")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with store.engine.execution_options(write=True).begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0008")
    keys = tmp_path / "home" / "keys"
    with Store.open(store.engine.url.render_as_string(hide_password=False), keys, clock=clock) as again:
        listed = [line.person_id for line in make_casework(again, clock).due_list(casework.query())]
        assert listed == [moved]
        with pytest.raises(StoreError), again.write() as session:
            session.execute(update(PlanClosing).values(ends_stay=False))


def test_opened_again_it_goes_on_where_it_was_and_both_are_in_its_history(store: Store, casework: Casework, clock: Clock) -> None:
    person = made(store, casework)
    before = casework.case(person)
    casework.close_plan(person, "died", "worker")
    clock.forward(days=2)
    casework.reopen_plan(person, "it was somebody else", "manager")
    case = casework.case(person)
    assert case.plan == before.plan
    assert case.closing is None
    assert [(one.kind, one.reason, one.note, one.by) for one in case.closings] == [
        ("closed", "died", "", "worker"),
        ("reopened", "", "it was somebody else", "manager"),
    ]
    assert {item.id for item in case.items} == {item.id for item in before.items}
    (line,) = casework.case_list(casework.query())
    assert line.open_items == sum(item.state.live for item in case.items)


@pytest.mark.parametrize(
    ("reason", "note", "words"),
    [("gone", "", "use one of released, transferred"), ("other", " ", "which other reason"), ("released", "x" * 2001, "shorten")],
)
def test_what_cannot_be_closed_is_said(store: Store, casework: Casework, reason: str, note: str, words: str) -> None:
    person = made(store, casework)
    with pytest.raises(NotAllowed, match=words):
        casework.close_plan(person, reason, "worker", note)
    assert casework.case(person).plan is not None


def test_closed_twice_or_opened_without_a_reason(store: Store, casework: Casework) -> None:
    person = made(store, casework)
    with pytest.raises(NotAllowed, match="no plan that was closed by hand"):
        casework.reopen_plan(person, "why", "worker")
    casework.close_plan(person, "released", "worker")
    with pytest.raises(NotAllowed, match="no open plan"):
        casework.close_plan(person, "released", "worker")
    with pytest.raises(NotAllowed, match="say why"):
        casework.reopen_plan(person, " ", "worker")


@pytest.mark.parametrize("reason", CLOSE_REASONS)
def test_a_later_interview_carries_on_unless_the_stay_had_ended(
    store: Store, casework: Casework, clock: Clock, reason: str
) -> None:
    person = made(store, casework)
    item = next(item for item in casework.case(person).items if "agree" in item.steps)
    casework.step(person, item.id, "agree", "worker", item.seen)
    casework.close_plan(person, reason, "worker", "a reason")
    clock.forward(days=30)
    row = interviewed(store, somebody(1), kind="prerelease")
    casework.ensure_plan(row.id, "worker")
    case = casework.case(person)
    assert case.plan is not None
    assert case.plan.carried == (reason in ("transferred", "other"))
    now = next(one for one in case.items if one.key == item.key)
    assert now.state.state == ("agreed" if case.plan.carried else "proposed")
    # A plan that another took the place of is not closed by hand, and cannot be opened again.
    assert case.closing is None
    with pytest.raises(NotAllowed):
        casework.reopen_plan(person, "why", "worker")


def test_a_return_within_6_months_starts_from_scratch_and_shows_the_old_plan(
    store: Store, casework: Casework, clock: Clock
) -> None:
    """2.2: plans are started from scratch; the old one is there to look at."""
    person = made(store, casework)
    item = next(item for item in casework.case(person).items if "agree" in item.steps)
    casework.step(person, item.id, "agree", "worker", item.seen)
    casework.close_plan(person, "released", "worker")
    clock.forward(days=100)
    back = replace(
        store.person(person).record,
        reception=datetime(2027, 3, 2, 17, 0),
        part1_completed=date(2027, 3, 3),
        release=date(2027, 6, 1),
        returned_within_6_months=True,
    )
    store.update_person(person, back, by="worker")
    # Nobody has interviewed them in this stay: part 2 is due, in 5 working days from 3 March.
    (due,) = [line for line in casework.due_list(casework.query(), 500) if line.what == "part2"]
    assert (due.person_id, due.on, due.plan_id) == (person, date(2027, 3, 10), None)
    returned = somebody(1)
    returned.record = back
    row = interviewed(store, returned)
    casework.ensure_plan(row.id, "worker")
    case = casework.case(person)
    assert case.plan is not None
    assert not case.plan.carried
    assert "returned" in [notice.id for notice in case.notices]
    assert next(one for one in case.items if one.key == item.key).state.state == "proposed"
    (old,) = case.earlier
    assert [one.reason for one in old.closings] == ["released"]
    assert next(one for one in old.items if one.id == item.id).state.state == "agreed"


def test_the_report_counts_what_plans_were_closed_for(store: Store, casework: Casework, clock: Clock) -> None:
    for number in range(1, 13):
        person = made(store, casework, number)
        if number <= 6:
            casework.close_plan(person, "released", "worker")
        if number == 6:
            casework.reopen_plan(person, "a mistake", "worker")
    figures = casework.report(PRISON, clock.today, clock.today).tables["plans"]
    assert figures["first"]["plans"] == 12
    closed = casework.report(PRISON, clock.today, clock.today).tables["closed"]
    assert closed == {"released": {"plans": 5}, "open": {"plans": 7}}
