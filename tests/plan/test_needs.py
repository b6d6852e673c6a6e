"""Needs: what caused them and whether help is wanted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.interview.rules import NOTHING, Value, compile_rule
from bot.plan.needs import Cause, FoundNeed, causes, find_needs
from tests.plan.making import Person, interview, record


def found(person: Person) -> dict[str, FoundNeed]:
    return {need.id: need for need in find_needs(interview(), person.path, person.context)}


def test_a_need_keeps_the_answers_that_caused_it() -> None:
    needs = found(Person().says(where_will_live="nowhere", debts="yes", debt_kinds=["rent", "loans", "people_who_may_hurt"]))
    assert needs["find_home"].because == (Cause("where_will_live", ("nowhere",)),)
    # Only what counts of a choice of several.
    assert needs["pay_other_debts"].because == (Cause("debt_kinds", ("loans",)),)
    assert needs["debt_worry"].because == (Cause("debt_kinds", ("people_who_may_hurt",)),)
    assert "keep_tenancy" not in needs


def test_every_part_of_an_any_that_holds_is_a_cause() -> None:
    needs = found(Person().says(where_lived="private_rented", rent_owed="yes", debts="yes", debt_kinds=["rent"]))
    assert set(needs["housing_arrears"].because) == {Cause("rent_owed", ("yes",)), Cause("debt_kinds", ("rent",))}


def test_what_was_not_said_is_no_cause_beside_what_was() -> None:
    needs = found(Person().says(id_documents=["none"]))
    assert needs["get_id"].because == (Cause("id_documents", ("none",)),)


def test_a_field_of_the_record_can_be_the_cause() -> None:
    needs = found(Person(record(sex="female", release=None)).says())
    assert needs["womens_centre"].because == (Cause("record.sex", ("female",)),)


def test_where_only_something_not_said_counts_what_was_said_instead_is_the_cause() -> None:
    facts = Facts({"a": Value(frozenset("x"), real=True), "b": Value(frozenset("y"), real=True)})
    rule = compile_rule({"all": [{"not": {"is": ["a", "z"]}}, {"any": [{"not": {"is": ["b", "z"]}}, {"is": ["c", "x"]}]}]})
    assert causes(rule, facts) == (Cause("a", ("x",)), Cause("b", ("y",)))  # type: ignore[arg-type]
    assert causes(compile_rule(None), facts) == ()  # type: ignore[arg-type]


def test_help_that_was_offered_and_not_ticked_is_not_wanted() -> None:
    person = Person().says(where_will_live="nowhere")
    assert found(person)["find_home"].wanted == "not_asked"
    person.say("help_accommodation", ["find_home", "bidding"])
    needs = found(person)
    assert needs["find_home"].wanted == "yes"
    assert needs["bidding"].wanted == "yes"
    assert needs["bond_scheme"].wanted == "no"
    assert needs["bond_scheme"].declined


def test_no_help_at_all_is_not_wanted() -> None:
    person = Person().says(where_will_live="nowhere", help_accommodation="none")
    assert found(person)["find_home"].wanted == "no"


@pytest.mark.parametrize("said", ["refused", "unknown", "later", "skipped"])
def test_who_does_not_answer_has_turned_nothing_down(said: str) -> None:
    person = Person().says(where_will_live="nowhere", help_accommodation=said)
    assert found(person)["find_home"].wanted == "not_asked"


def test_help_that_was_not_offered_at_the_time_was_not_turned_down() -> None:
    person = Person().says(where_lived="hostel", where_will_live="nowhere", help_accommodation=["find_home"])
    person.say("things_and_pets", ["pets"])
    needs = found(person)
    assert needs["pet_care"].wanted == "not_asked"
    assert needs["find_home"].wanted == "yes"


def test_a_question_of_its_own_says_what_is_wanted() -> None:
    person = Person().says(drugs="yes", drugs_help="none", alcohol="yes", alcohol_help=["outside"], trauma="yes", trauma_help="no")
    needs = found(person)
    assert needs["drugs_support"].wanted == "no"
    assert needs["alcohol_support"].wanted == "yes"
    assert needs["trauma_support"].wanted == "no"
    assert found(Person().says(drugs="yes"))["drugs_support"].wanted == "not_asked"


def test_what_rests_on_a_wish_is_wanted() -> None:
    safety = {"safety_room": "private", "safety_gate": "now", "hurt_ever": "yes", "hurt_now_or_after": ["now"]}
    needs = found(Person().says(**safety, da_help=["safety_plan"], da_speak_marac="yes"))
    assert needs["da_safety_plan"].wanted == "yes"
    assert needs["da_liaison"].wanted == "yes"
    assert needs["da_liaison"].because == (Cause("da_speak_marac", ("yes",)),)


@pytest.mark.parametrize("benefits", ["refused", ["none"], ["esa"]])
def test_benefits_that_pay_for_the_home_are_a_need_whatever_was_said_of_benefits(benefits: Any) -> None:
    said = {"where_lived": "social_housing", "where_will_live": "return", "rent_owed": "no", "benefits_before": benefits}
    needs = found(Person().says(**said, can_keep_home=["benefits_housing", "landlord_knows"]))
    assert needs["benefits_keep"].because == (Cause("can_keep_home", ("benefits_housing",)),)
    assert "benefits_keep" not in found(Person().says(**said, can_keep_home=["landlord_knows"]))


@pytest.mark.parametrize(
    ("on_record", "said", "is_found"),
    [
        ("no", None, False),
        ("yes", None, True),
        (None, "no", False),
        (None, "yes", True),
        # Nobody has said that the person was not in care.
        *[(None, state, True) for state in ("refused", "unknown", "later", "skipped")],
    ],
)
def test_help_from_social_services_is_care_only_where_nothing_says_otherwise(
    on_record: str | None, said: str | None, is_found: bool
) -> None:
    person = Person(record(care_leaver=on_record, date_of_birth=date(2003, 6, 1)))
    person.says(**({} if said is None else {"care_leaver": said}))
    if "social_services" in person.path and not person.path.by_id["social_services"].implied:
        person.say("social_services", "yes")
    assert ("care_leaver_support" in found(person)) == is_found


def test_an_answer_off_the_path_causes_nothing() -> None:
    person = Person().says(debts="yes", debt_kinds=["loans"])
    person.say("debts", "no")
    assert "pay_other_debts" not in found(person)


# -- causes of any rule


class Facts:
    def __init__(self, values: dict[str, Value]) -> None:
        self.values = values

    def value(self, source: str) -> Value:
        return self.values.get(source, NOTHING)


def _leaf(name: str, options: list[str]) -> dict[str, Any]:
    return {"is": [name, *options]}


LEAVES = st.builds(_leaf, st.sampled_from("abc"), st.lists(st.sampled_from("xyz"), min_size=1, max_size=2, unique=True))
RULES = st.recursive(
    LEAVES,
    lambda part: st.one_of(
        st.builds(lambda one: {"not": one}, part),
        st.builds(
            lambda operator, parts: {operator: parts}, st.sampled_from(["all", "any"]), st.lists(part, min_size=1, max_size=3)
        ),
    ),
    max_leaves=6,
)
SAID = st.dictionaries(st.sampled_from("abc"), st.frozensets(st.sampled_from("xyz"), min_size=1))


@given(RULES, SAID)
def test_causes_were_really_said(data: Any, said: dict[str, frozenset[str]]) -> None:
    rule, facts = compile_rule(data), Facts({name: Value(options, real=True) for name, options in said.items()})
    if rule.holds(facts) is True:
        for cause in causes(rule, facts):  # type: ignore[arg-type]
            assert cause.question in rule.sources
            assert set(cause.options) <= said[cause.question]
            assert cause.options


@given(RULES, SAID)
def test_rules_without_not_hold_by_their_causes_alone(data: Any, said: dict[str, frozenset[str]]) -> None:
    rule, facts = compile_rule(data), Facts({name: Value(options, real=True) for name, options in said.items()})
    if "not" not in str(data) and rule.holds(facts) is True:
        alone = {cause.question: Value(frozenset(cause.options), real=True) for cause in causes(rule, facts)}  # type: ignore[arg-type]
        assert rule.holds(Facts(alone)) is True


PRIVATE = ("home_safe", "safe_home_help", "trauma", "gang", "threat")


def test_nothing_private_is_asked_while_somebody_else_is_there() -> None:
    """Who is told "we keep the talk about safety for a time when you have privacy" is not asked before."""
    alone = Person(record(sex="female"), mode="kiosk").says(who_is_here="alone", where_will_live="return")
    assert all(not alone.path.by_id[name].settled for name in PRIVATE)
    here = Person(record(sex="female"), mode="kiosk").says(who_is_here="someone_else", where_will_live="return")
    assert {step.question.id for step in here.path.waiting()} == set(PRIVATE)
    assert not set(PRIVATE) & {step.question.id for step in here.path.open}
    assert not {found.id for found in here.plan().needs} & {"safe_home", "trauma_support", "gang_exit", "threat_safety"}


def test_what_waited_for_privacy_is_asked_once_the_worker_says_that_it_is_private() -> None:
    person = Person(mode="worker", language="pl").says(language_speak="pl", who_is_here="someone_else", where_will_live="return")
    person.say("safety_room", "not_private")
    assert not {"home_safe", "trauma", "gang", "threat"} & {step.question.id for step in person.path.open}
    person.say("safety_room", "private")
    assert [step.question.id for step in person.path.open if step.question.private] == ["home_safe", "trauma", "gang", "threat"]
    person.says(home_safe="no", safe_home_help=["safe_place"], trauma="yes", trauma_help="yes", gang="yes", threat="no")
    assert {"council_area", "duty_to_refer_consent"} <= {step.question.id for step in person.path.open}, (
        "what rests on them follows"
    )
    assert {"safe_home", "trauma_support", "gang_exit"} <= {found.id for found in person.plan().needs}
    assert person.path.waiting() == ()
