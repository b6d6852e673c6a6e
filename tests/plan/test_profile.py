"""The needs profile: which of the ten factors apply, and the referrals made for each."""

from __future__ import annotations

from bot.plan.profile import needs_profile
from tests.plan.making import Person, plan_data


def test_factors_and_referrals() -> None:
    person = Person().says(
        where_will_live="nowhere",
        debts="yes",
        debt_kinds=["loans"],
        bank_account="no",
        drugs="yes",
        drugs_help="none",
        help_accommodation=["find_home"],
        help_finance=["open_account", "debt_advice", "pay_other_debts"],
    )
    plan = person.plan()
    referred = [(plan.by_key["acc_housing_referrals:find_home"].needs, 2), (plan.by_key["fin_debt_advice:debt_advice"].needs, 1)]
    profile = needs_profile(plan_data(), plan.needs, referred)
    shown = {factor.id: (factor.applies, factor.referrals) for factor in profile.factors}
    assert list(shown) == [
        *("education", "financial", "housing", "family_relations", "employment", "alcohol", "drugs"),
        *("mental_health", "physical_health", "personal_safety"),
    ]
    assert shown["housing"] == (True, 2)
    assert shown["financial"] == (True, 1)
    # A factor applies also where help is not wanted.
    assert shown["drugs"] == (True, 0)
    assert next(factor for factor in profile.factors if factor.id == "drugs").declined[0] == "drugs_support"
    assert shown["alcohol"] == (False, 0)
    assert (profile.count, profile.referrals, profile.high_need) == (3, 3, False)


def test_a_referral_counts_once_for_each_factor_it_serves() -> None:
    plan = Person().says(drugs="yes", drugs_help=["outside"], alcohol="yes", alcohol_help=["outside"]).plan()
    profile = needs_profile(plan_data(), plan.needs, [(("drugs_support", "alcohol_support", "substance_through_gate"), 1)])
    assert {factor.id: factor.referrals for factor in profile.factors if factor.referrals} == {"drugs": 1, "alcohol": 1}


def test_need_is_high_from_5_factors_and_contact_goes_on_after_90_days() -> None:
    four = {"where_will_live": "nowhere", "debts": "yes", "drugs": "yes", "alcohol": "yes"}
    assert not Person().says(**four).plan().high_need
    plan = Person().says(**four, gp="no").plan()
    assert plan.high_need
    assert len(plan.dates.contacts) == 8


def test_what_only_sensitive_needs_say_is_for_the_safeguarding_role() -> None:
    plan = Person().says(trauma="yes").plan()
    factor = next(factor for factor in needs_profile(plan_data(), plan.needs).factors if factor.id == "mental_health")
    assert factor.sensitive
    both = Person().says(trauma="yes", health_needs=["mind_met"]).plan()
    factor = next(factor for factor in needs_profile(plan_data(), both.needs).factors if factor.id == "mental_health")
    assert not factor.sensitive
