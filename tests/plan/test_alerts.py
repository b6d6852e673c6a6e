"""Immediate needs are told to those who must act, at once, with words that give nothing away, and never become items."""

from __future__ import annotations

import pytest

from bot.plan.alerts import find_alerts
from tests.plan.making import Person, interview, items, plan_data, record

PRIVATE = {"safety_room": "private", "safety_gate": "now"}


def alerts(person: Person) -> dict[str, tuple[str, ...]]:
    return {alert.id: alert.rule.who for alert in find_alerts(plan_data(), person.path, person.context)}


@pytest.mark.parametrize(
    ("said", "alert", "first"),
    [
        ({"urgent_today": ["want_to_hurt_myself"]}, "self_harm", "prison_staff"),
        ({"urgent_today": ["feel_unsafe"]}, "feel_unsafe", "prison_staff"),
        ({"urgent_today": ["health_today"]}, "health_today", "healthcare"),
        ({"urgent_today": ["medicine_today"]}, "medicine_today", "healthcare"),
        ({"urgent_today": ["child_at_risk"]}, "child_at_risk", "safeguarding"),
        ({"urgent_today": ["feel_unsafe"], "urgent_talk_now": "yes"}, "talk_now", "prison_staff"),
        ({"safety_room": "private", "safety_gate": "talk_private"}, "talk_private", "safeguarding"),
        ({**PRIVATE, "hurt_ever": "yes", "hurt_now_or_after": ["now"]}, "hurt_now", "safeguarding"),
        ({**PRIVATE, "hurt_ever": "yes", "children_at_risk": "yes"}, "child_at_risk", "safeguarding"),
        ({**PRIVATE, "sex_for_money": "yes", "sex_work_made": "yes"}, "made_to", "safeguarding"),
        ({"threat": "yes"}, "threat", "safer_custody"),
        ({"debts": "yes", "debt_kinds": ["people_who_may_hurt"]}, "threat", "safer_custody"),
    ],
)
def test_who_must_act(said: dict[str, str | list[str]], alert: str, first: str) -> None:
    found = alerts(Person().says(**said))
    assert alert in found
    assert found[alert][0] == first


def test_what_a_woman_asks_for_at_a_screen_reaches_staff() -> None:
    for asked in (["woman_to_talk_to"], ["women_only_place"]):
        person = Person(record(sex="female"), mode="kiosk").says(women_offer=asked)
        assert list(alerts(person)) == ["women_asked"]
    assert alerts(Person(record(sex="female"), mode="kiosk").says(women_offer=["none"])) == {}
    assert alerts(Person(record(sex="female")).says(women_offer=["woman_to_talk_to"])) == {}, "she told the worker"


def test_no_alert_without_cause() -> None:
    assert alerts(Person()) == {}
    said = {**PRIVATE, "hurt_ever": "yes", "hurt_now_or_after": ["past"], "children_at_risk": "no"}
    assert alerts(Person().says(**said, urgent_today="none", threat="no")) == {}


def test_several_at_once() -> None:
    person = Person().says(urgent_today=["want_to_hurt_myself", "medicine_today", "child_at_risk"], urgent_talk_now="yes")
    assert list(alerts(person)) == ["self_harm", "medicine_today", "child_at_risk", "talk_now"]


def test_it_is_asked_of_those_who_do_not_go_on() -> None:
    person = Person()
    person.say("consent_go_on", "no")
    person.say("urgent_today", ["want_to_hurt_myself"])
    assert list(alerts(person)) == ["self_harm"]


def test_they_are_kept_apart_from_the_plan() -> None:
    quiet, urgent = Person().says(), Person().says(urgent_today=["want_to_hurt_myself", "feel_unsafe"], urgent_talk_now="yes")
    assert items(quiet.plan()) == items(urgent.plan()) == {}


def test_the_words_give_nothing_away() -> None:
    """They stand on every worker's page; what was answered is for the safeguarding role."""
    person = Person(record(sex="female")).says(**PRIVATE, hurt_ever="yes", hurt_now_or_after=["now"], children_at_risk="yes")
    for alert in find_alerts(plan_data(), person.path, person.context):
        open_page, closed_page = alert.to_json(), alert.to_json(safeguarding=True)
        assert set(open_page) == {"kind", "who", "for", "words", "source"}
        for word in ("abuse", "hurt_", "partner", "sex ", "child ", "children"):
            assert word not in open_page["words"], word
        assert closed_page["because"]
        assert closed_page["id"] == alert.id


def test_every_urgent_answer_has_its_alert() -> None:
    """An option added to the urgent question without an alert would be read by nobody."""
    options = {option.id for option in interview().by_id["urgent_today"].options} - {"none"}
    for option in options:
        assert alerts(Person().says(urgent_today=[option])), option


def test_every_kind_of_remark_says_who_must_act_and_gives_nothing_away() -> None:
    """What is said beside the answers is told to somebody, whatever kind it is."""
    kinds = {alert.kind for alert in plan_data().alerts}
    assert set(plan_data().remarks) == {*kinds, "unread"}
    for kind, remark in plan_data().remarks.items():
        assert remark.who and remark.words and remark.source and remark.sensitive, kind
        assert set(remark.who) <= set(plan_data().alert_roles)
