"""The life of an item: which steps there are, what each asks for, and that nothing is ever lost."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.plan.follow_ups import follow_ups, overdue_follow_ups
from bot.plan.items import Item
from bot.plan.life import (
    FIRST,
    OUTCOMES,
    STATES,
    STEPS,
    Event,
    History,
    ItemState,
    NotAllowed,
    act,
    add,
    begin,
    carry,
    current,
)
from tests.plan.making import NOW, TODAY, Person, plan_data

NUMBERS = plan_data().deadlines
SERVICES = plan_data().directory.services


@cache
def item(key: str = "fin_debt_advice:debt_advice") -> Item:
    person = Person().says(debts="yes", debt_kinds=["loans"], bank_account="no", help_finance=["debt_advice", "pay_other_debts"])
    return person.plan().by_key[key]


def after(history: History, step: str, days: int = 0, by: str = "worker1", **given: Any) -> History:
    at = history[-1].at + timedelta(days=days)
    return (*history, act(history, step, at, by, deadlines=NUMBERS, services=SERVICES, **given))


def walk(*steps: tuple[str, dict[str, Any]], key: str = "fin_debt_advice:debt_advice") -> History:
    history = begin(item(key), NOW)
    for step, fields in steps:
        history = after(history, step, **fields)
    return history


SIGNPOST = ("signpost", {"service": "citizens_advice", "on": TODAY, "how": "booked a place at the clinic"})


def state_of(history: History) -> str:
    return current(history).state


def test_from_proposed_to_done() -> None:
    history = begin(item(), NOW)
    assert current(history).state == "proposed"
    assert not current(history).decided
    history = after(history, "agree")
    assert state_of(history) == "agreed"
    history = after(history, "start", 1)
    assert state_of(history) == "in_progress"
    history = after(
        history, "deliver", 3, what="saw the adviser here; repayment plan agreed", on=date(2026, 11, 26), who="Citizens Advice"
    )
    now = current(history)
    assert now.state == "done"
    assert now.done == {
        "what": "saw the adviser here; repayment plan agreed",
        "on": "2026-11-26",
        "who": "Citizens Advice",
        "by": "Citizens Advice",
    }
    assert now.events == 4
    assert now.since == NOW + timedelta(days=4)


def test_signposted_is_followed_up_after_10_working_days_and_done_when_it_helped() -> None:
    history = walk(("agree", {}), SIGNPOST)
    now = current(history)
    assert now.state == "signposted"
    assert now.follow_up_by == date(2026, 12, 7)
    with pytest.raises(NotAllowed, match="from here: signpost, follow_up"):
        after(history, "deliver", what="advice", on=TODAY)
    history = after(history, "follow_up", 10, on=date(2026, 12, 3), outcome="waiting")
    now = current(history)
    assert now.state == "followed_up"
    # Asked again after 10 working days more.
    assert now.follow_up_by == date(2026, 12, 17)
    with pytest.raises(NotAllowed, match="no service has helped yet"):
        after(history, "deliver", what="advice", on=TODAY)
    history = after(history, "follow_up", 10, on=date(2026, 12, 12), outcome="helped")
    assert current(history).follow_up_by is None
    history = after(history, "deliver", what="debts on hold", on=date(2026, 12, 13))
    assert state_of(history) == "done"
    (sent,) = current(history).signpostings
    assert [outcome for _, outcome in sent.outcomes] == ["waiting", "helped"]


def test_two_services_are_followed_up_each() -> None:
    history = walk(
        ("agree", {}),
        SIGNPOST,
        ("signpost", {"service": "stepchange", "on": TODAY, "how": "call booked", "follow_up_by": "2026-11-30"}),
    )
    with pytest.raises(NotAllowed, match="say which service"):
        after(history, "follow_up", 7, on=date(2026, 11, 30), outcome="seen")
    history = after(history, "follow_up", 7, on=date(2026, 11, 30), outcome="seen", service="stepchange")
    now = current(history)
    assert now.state == "signposted"
    assert now.follow_up_by == date(2026, 12, 7)
    # Only one is left: it need not be named.
    history = after(history, "follow_up", 1, on=date(2026, 12, 1), outcome="not_helped")
    assert state_of(history) == "followed_up"
    assert current(history).follow_up_by is None


def test_an_outcome_settles_every_signposting_to_that_service_made_before_it() -> None:
    again = ("signpost", {"service": "citizens_advice", "on": date(2026, 11, 30), "how": "rang them again"})
    history = after(walk(("agree", {}), SIGNPOST), again[0], 7, **again[1])
    told = current(after(history, "follow_up", 3, on=date(2026, 12, 2), outcome="helped"))
    assert (told.state, told.follow_up_by) == ("followed_up", None)
    assert [[outcome for _, outcome in one.outcomes] for one in told.signpostings] == [["helped"], ["helped"]]
    # Still waiting, it is asked about once more and not twice.
    waiting = current(after(history, "follow_up", 3, on=date(2026, 12, 2), outcome="waiting"))
    assert [one.follow_up_by for one in waiting.signpostings] == [None, date(2026, 12, 16)]
    # What came of the first before the second was made says nothing of the second.
    early = current(after(history, "follow_up", 3, on=date(2026, 11, 26), outcome="not_seen"))
    assert [[outcome for _, outcome in one.outcomes] for one in early.signpostings] == [["not_seen"], []]
    assert early.state == "signposted"
    # An older one that an outcome passed over before is settled by the next.
    passed = after(
        after(walk(("agree", {}), SIGNPOST), "follow_up", 5, on=date(2026, 11, 28), outcome="not_seen"), *again[:1], 2, **again[1]
    )
    assert current(after(passed, "follow_up", 3, on=date(2026, 12, 3), outcome="helped")).follow_up_by is None


def test_a_service_that_has_left_the_directory_is_followed_up_all_the_same() -> None:
    history = walk(("agree", {}), SIGNPOST)
    given = {"service": "citizens_advice", "on": TODAY, "outcome": "helped"}
    event = act(history, "follow_up", history[-1].at, "worker1", deadlines=NUMBERS, services=(), **given)
    assert state_of((*history, event)) == "followed_up"
    for step, fields in (("signpost", SIGNPOST[1]), ("change", {"service": "stepchange", "reason": "nearer"})):
        with pytest.raises(NotAllowed, match="not in the prison's directory"):
            act(history, step, history[-1].at, "worker1", deadlines=NUMBERS, services=(), **fields)


def test_an_open_follow_up_stays_open_whatever_becomes_of_the_item() -> None:
    sent = walk(("agree", {}), SIGNPOST)
    for step, fields in (("decline", {}), ("not_available", {"why": "x"}), ("remove", {"reason": "x"})):
        back = current(after(after(sent, step, **fields), "reopen", reason="pressed by mistake"))
        assert (back.state, back.follow_up_by) == ("signposted", date(2026, 12, 7)), step
    waiting = after(sent, "follow_up", 3, on=date(2026, 11, 26), outcome="waiting")
    started = after(waiting, "start")
    assert current(started).follow_up_by == date(2026, 12, 10)
    assert [found.by for found in follow_ups([current(started)], TODAY)] == [date(2026, 12, 10)]
    told = after(started, "follow_up", 7, on=date(2026, 12, 3), outcome="not_helped")
    # What was started another way goes on.
    assert (state_of(told), current(told).follow_up_by) == ("in_progress", None)
    with pytest.raises(NotAllowed, match="cannot be taken to 'follow_up'"):
        after(told, "follow_up", on=date(2026, 12, 3), outcome="helped")
    # Offered again on a later plan, it still has to be followed up.
    _, offered = carry(after(sent, "decline"), NOW + timedelta(days=3), "worker2", "plan-2", NUMBERS)
    assert current(offered).follow_up_by == date(2026, 12, 7)
    assert state_of(after(offered, "follow_up", 3, on=date(2026, 11, 27), outcome="helped")) == "proposed"


def test_overdue_follow_ups_are_shown_the_most_urgent_first() -> None:
    one = current(walk(("agree", {}), SIGNPOST))
    two = current(walk(("agree", {}), ("signpost", {**SIGNPOST[1], "follow_up_by": "2026-11-25"}), key="fin_other_debts"))
    done = current(begin(item(), NOW))
    assert [(found.key, found.by.isoformat(), found.status) for found in follow_ups([one, two, done], date(2026, 11, 26))] == [
        ("fin_other_debts", "2026-11-25", "overdue"),
        ("fin_debt_advice:debt_advice", "2026-12-07", "coming"),
    ]
    assert [found.key for found in overdue_follow_ups([one, two], date(2026, 12, 8))] == [
        "fin_other_debts",
        "fin_debt_advice:debt_advice",
    ]
    # On the day itself it is not overdue yet.
    assert overdue_follow_ups([one], date(2026, 12, 7)) == ()


def test_what_is_declined_by_the_answers_is_declined_and_can_be_offered_again() -> None:
    person = Person().says(debts="yes", debt_kinds=["loans"], help_finance="none")
    history = begin(person.plan().by_key["fin_other_debts"], NOW)
    now = current(history)
    assert (now.state, now.decided) == ("declined", False)
    assert history[-1].data == {"reason": "help not wanted", "who": "person"}
    history = after(history, "reopen", 30, reason="offered again at review")
    assert state_of(history) == "proposed"
    assert state_of(after(history, "agree")) == "agreed"


def test_not_available_says_why_and_can_be_reopened() -> None:
    history = walk(("agree", {}))
    with pytest.raises(NotAllowed, match="give why"):
        after(history, "not_available")
    history = after(history, "not_available", why="the course is full until spring")
    assert state_of(history) == "not_available"
    assert state_of(after(history, "reopen", reason="a place is free")) == "agreed"


def test_what_was_done_can_be_reopened_and_removed_with_a_reason() -> None:
    history = walk(("agree", {}), ("deliver", {"what": "advice", "on": TODAY}))
    for step in ("reopen", "remove"):
        with pytest.raises(NotAllowed, match="give the reason"):
            after(history, step)
    reopened = after(history, "reopen", reason="the debt came back")
    assert state_of(reopened) == "agreed"
    assert current(reopened).done == {}
    removed = after(history, "remove", reason="entered for another person")
    assert state_of(removed) == "removed"
    assert state_of(after(removed, "reopen", reason="it was right")) == "proposed"


def test_owner_due_and_level_change_with_a_reason_and_the_old_ones_are_kept() -> None:
    history = walk(("agree", {}))
    with pytest.raises(NotAllowed, match="say what to change"):
        after(history, "change", reason="hm")
    with pytest.raises(NotAllowed, match="give the reason"):
        after(history, "change", due="2026-12-01")
    history = after(history, "change", due="2026-12-01", owner={"name": "A. Worker"}, reason="she knows him")
    now = current(history)
    assert now.due == date(2026, 12, 1)
    assert now.snapshot["owner"] == {"name": "A. Worker"}
    assert now.state == "agreed"
    assert history[0].data["item"]["due"] == "2027-05-14"
    with pytest.raises(NotAllowed, match="the level is 1, 2, 3 or 2/3"):
        after(history, "change", level="4", reason="x")


def test_level_1_needs_no_agreement() -> None:
    history = walk(("deliver", {"what": "told about it in the interview", "on": TODAY}), key="acc_identify_needs")
    assert state_of(history) == "done"
    with pytest.raises(NotAllowed, match="an item that is proposed cannot be taken to 'deliver'"):
        walk(("deliver", {"what": "x", "on": TODAY}))


@pytest.mark.parametrize(
    ("step", "fields", "message"),
    [
        ("fly", {}, "there is no step 'fly'"),
        ("follow_up", {"on": TODAY, "outcome": "seen"}, "cannot be taken to 'follow_up'"),
        ("deliver", {"on": TODAY}, "give what was delivered"),
        ("deliver", {"what": "x"}, "give the day"),
        ("deliver", {"what": "x", "on": "soon"}, "'soon' is not a day; write it as 2026-12-24"),
        ("deliver", {"what": "x", "on": date(2026, 12, 1)}, "the day is still to come"),
        ("signpost", {"service": "a friend", "on": TODAY, "how": "x"}, "'a friend' is not in the prison's directory"),
        ("signpost", {"service": "stepchange", "on": TODAY}, "give how the person was sent there"),
        (
            "signpost",
            {"service": "stepchange", "on": TODAY, "how": "x", "follow_up_by": TODAY},
            "the follow-up has to be after that day",
        ),
        ("carry_over", {}, "give the plan it goes to"),
        ("note", {"note": "  "}, "give the note"),
    ],
)
def test_what_is_missing_or_wrong_is_said_in_one_line(step: str, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(NotAllowed, match=message) as error:
        after(walk(("agree", {})), step, **fields)
    assert "\n" not in str(error.value)


def test_an_outcome_is_one_of_five() -> None:
    history = walk(("agree", {}), SIGNPOST)
    with pytest.raises(NotAllowed, match="'good' is no outcome; use seen, not_seen, helped, not_helped, waiting"):
        after(history, "follow_up", on=TODAY, outcome="good")
    with pytest.raises(NotAllowed, match="before the person was sent"):
        after(history, "follow_up", on=date(2026, 11, 1), outcome="seen")


def test_time_does_not_run_backwards_and_has_its_zone() -> None:
    history = walk(("agree", {}))
    with pytest.raises(NotAllowed, match="earlier than the last step"):
        act(history, "start", NOW - timedelta(hours=1), "worker1", deadlines=NUMBERS)
    with pytest.raises(NotAllowed, match="needs its zone"):
        act(history, "start", datetime(2026, 12, 1, 9), "worker1", deadlines=NUMBERS)


def test_a_worker_adds_an_item_with_a_reason() -> None:
    with pytest.raises(NotAllowed, match="reason"):
        add(item(), NOW, "worker1", " ")
    now = current(add(item(), NOW, "worker1", "asked for at the wing"))
    assert (now.state, now.by_worker, now.decided) == ("proposed", True, True)


def test_carried_over_it_goes_on_where_it_stood() -> None:
    history = walk(("agree", {}), SIGNPOST)
    closing, new = carry(history, NOW + timedelta(days=60), "worker2", "plan-2", NUMBERS)
    assert state_of((*history, closing)) == "carried_over"
    now = current(new)
    assert (now.state, now.key, now.follow_up_by) == ("signposted", "fin_debt_advice:debt_advice", date(2026, 12, 7))
    assert state_of(after(new, "follow_up", on=date(2027, 1, 4), outcome="helped")) == "followed_up"
    with pytest.raises(NotAllowed, match="it is closed"):
        after((*history, closing), "agree", 90)
    done = walk(("agree", {}), ("deliver", {"what": "x", "on": TODAY}))
    with pytest.raises(NotAllowed):
        carry(done, NOW, "worker2", "plan-2", NUMBERS)


def test_what_was_declined_is_offered_again_when_it_is_carried_over() -> None:
    declined = walk(("decline", {}))
    _, new = carry(declined, NOW, "worker2", "plan-2", NUMBERS)
    assert state_of(new) == "proposed"
    assert new[0].data["was"] == "declined"


def test_events_go_through_json() -> None:
    history = walk(("agree", {}), SIGNPOST, ("follow_up", {"on": TODAY, "outcome": "seen"}))
    again = tuple(Event.from_json(json.loads(json.dumps(event.to_json()))) for event in history)
    assert again == history
    assert current(again) == current(history)


def test_a_history_begins_at_its_beginning() -> None:
    with pytest.raises(ValueError, match="begins"):
        current(())
    with pytest.raises(ValueError, match="begins"):
        current((Event("agree", NOW, "worker1"),))


# -- whatever is done, in whatever order


def some_fields(step: str, day: date) -> st.SearchStrategy[dict[str, Any]]:
    days = st.sampled_from([None, day - timedelta(days=1), day, day + timedelta(days=1), "soon"])
    words = st.sampled_from([None, "", "words"])
    return st.fixed_dictionaries(
        {},
        optional={
            "what": words,
            "on": days,
            "service": st.sampled_from([None, "stepchange", "citizens_advice", "nobody"]),
            "how": words,
            "outcome": st.sampled_from([*OUTCOMES, "good"]),
            "follow_up_by": st.sampled_from([None, day + timedelta(days=3)]),
            "why": words,
            "to": words,
            "reason": words,
            "note": words,
            "due": days,
        },
    )


class Life(RuleBasedStateMachine):
    """Steps at random: each is taken or refused with a message, and the history only ever grows."""

    @initialize(key=st.sampled_from(["fin_debt_advice:debt_advice", "acc_identify_needs", "fin_other_debts"]))
    def start(self, key: str) -> None:
        self.history: History = begin(item(key), NOW)
        self.at = NOW
        self.seen: list[ItemState] = [current(self.history)]

    @rule(step=st.sampled_from(STEPS), data=st.data(), days=st.integers(0, 3))
    def step(self, step: str, data: st.DataObject, days: int) -> None:
        self.at += timedelta(days=days)
        before = self.history
        fields = data.draw(some_fields(step, self.at.date()))
        try:
            event = act(before, step, self.at, "worker1", deadlines=NUMBERS, services=SERVICES, **fields)
        except NotAllowed:
            assert current(before) == self.seen[-1]
            return
        self.history = (*before, event)
        self.seen.append(current(self.history))

    @precondition(lambda self: self.seen[-1].state in ("agreed", "in_progress", "followed_up"))
    @rule(service=st.sampled_from(["stepchange", "citizens_advice"]))
    def signpost(self, service: str) -> None:
        fields = {"service": service, "on": self.at.date(), "how": "app"}
        event = act(self.history, "signpost", self.at, "worker1", deadlines=NUMBERS, services=SERVICES, **fields)
        self.history = (*self.history, event)
        self.seen.append(current(self.history))

    @invariant()
    def nothing_is_lost(self) -> None:
        if not hasattr(self, "history"):
            return
        # Every state the item was ever in can be told from its history.
        begun = len(self.history) - len(self.seen) + 1
        assert [current(self.history[: begun + number]) for number in range(len(self.seen))] == self.seen
        now = self.seen[-1]
        assert now.state in STATES
        assert now.events == len(self.history)
        assert self.history[0].kind in FIRST
        assert now.snapshot["activity"] == item().activity.id or now.snapshot["key"] != item().key

    @invariant()
    def a_signposting_that_is_open_has_its_day(self) -> None:
        if hasattr(self, "seen") and self.seen[-1].state == "signposted":
            assert self.seen[-1].follow_up_by is not None
            assert follow_ups([self.seen[-1]], self.at.date())

    @invariant()
    def done_has_what_and_when(self) -> None:
        if hasattr(self, "seen") and self.seen[-1].state == "done":
            assert self.seen[-1].done["what"]
            assert self.seen[-1].done["on"] <= self.at.date().isoformat()


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


@given(st.sampled_from(STEPS))
def test_every_step_can_be_refused_from_some_state_but_never_changes_a_history(step: str) -> None:
    history = begin(item(), NOW)
    kept = tuple(history)
    try:
        act(history, step, NOW, "worker1", deadlines=NUMBERS)
    except NotAllowed:
        pass
    assert history == kept
