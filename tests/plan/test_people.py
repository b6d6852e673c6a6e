"""Worked people, item by item: what a resettlement worker with the instruction in hand would put on the plan."""

from __future__ import annotations

from datetime import date

from bot.plan.items import ProposedPlan
from tests.plan.making import TODAY, Person, items, record, why

# Level 1 of every pathway: 3, 2, 3, 5, 2, 3 and 3 rows.
LEVEL_1 = {
    *("acc_identify_needs", "acc_housing_options", "acc_confirm_status", "ete_options", "ete_disclosure"),
    *("fin_identify_issues", "fin_advice", "fin_signpost"),
    *("per_identify_needs", "per_advice", "per_signpost", "per_notify_healthcare", "per_check_healthcare"),
    *("ttg_prioritise", "ttg_legal_rights", "da_identify", "da_advice", "da_signpost", "sw_identify", "sw_advice", "sw_signpost"),
}


def notices(plan: ProposedPlan) -> list[str]:
    return [notice.id for notice in plan.notices]


def routes(plan: ProposedPlan) -> dict[str, str]:
    return {found.route.id: found.consent for found in plan.routes}


def test_who_says_nothing_has_level_1_of_every_pathway_and_no_more() -> None:
    person = Person()
    person.say("consent_go_on", "no")
    plan = person.plan()
    assert {item.key for item in plan.items} == LEVEL_1
    assert {item.state for item in plan.items} == {"proposed"}
    assert all(why(item) == [("everybody", "everybody has this")] for item in plan.items)
    # Most of level 1 is done with part 2 (2.10); the check with healthcare belongs to pre-release planning.
    by_key = plan.by_key
    assert by_key["acc_identify_needs"].due.on == date(2026, 11, 25)
    assert by_key["per_check_healthcare"].due.on == date(2027, 5, 14)
    assert by_key["per_check_healthcare"].due.start == date(2027, 2, 19)


def test_a_man_in_debt_with_no_vulnerability() -> None:
    """Level 2 where a need is found, what he does not want as declined, and nothing of level 3."""
    person = Person().says(
        where_will_live="return",
        home_safe="yes",
        bank_account="no",
        id_documents=["none"],
        debts="yes",
        debt_kinds=["loans", "court_fines"],
        help_finance=["open_account", "debt_advice"],
    )
    plan = person.plan()
    assert not plan.raised
    assert items(plan) == {
        "fin_debt_advice:debt_advice": ("2/3", "proposed"),
        "fin_other_debts": ("2/3", "declined"),
        "fin_bank_account:open_account": ("2/3", "proposed"),
        "fin_bank_account:get_id": ("2/3", "declined"),
    }
    advice = plan.by_key["fin_debt_advice:debt_advice"]
    assert why(advice) == [("need", "debt_advice")]
    assert advice.because[0].text == "you may owe money"
    assert [(cause.question, cause.options) for cause in advice.because[0].causes] == [("debts", ("yes",))]
    assert advice.owner.role == "resettlement_worker"
    assert advice.service is not None
    assert advice.service.service == "citizens_advice"
    assert set(advice.service.others) == {"stepchange", "mere_money"}
    assert not advice.more_time
    assert advice.due.on == date(2027, 5, 14)
    assert plan.by_key["fin_other_debts"].declined == "help not wanted"
    assert plan.by_key["fin_bank_account:open_account"].service.service == "mere_credit_union"  # type: ignore[union-attr]
    assert routes(plan) == {"healthcare_registration": "ask_first", "needs_profile": "none_needed"}


def test_a_young_care_leaver_with_nowhere_to_live_and_8_weeks_to_go() -> None:
    """Level 3, the Duty to Refer at once, registration as homeless with the community provider, the personal adviser."""
    who = record(date_of_birth=date(2004, 5, 4), release=date(2027, 1, 15), care_leaver="yes", responsible_officer="P. Okafor")
    person = Person(who).says(
        where_lived="no_fixed",
        where_will_live="nowhere",
        council_area="Northmere",
        duty_to_refer_consent="yes",
        duty_to_refer_contact_consent="no",
        help_accommodation=["find_home", "emergency_place", "register_homeless"],
    )
    plan = person.plan()
    assert [found.cohort.id for found in plan.cohorts] == ["young_adult_men", "care_leavers", "equal_access", "nfa_release"]
    assert items(plan, "accommodation") == {
        "acc_housing_referrals:find_home": ("2", "proposed"),
        "acc_housing_referrals:emergency_place": ("2", "proposed"),
        "acc_housing_referrals:register_homeless": ("2", "proposed"),
        "acc_housing_referrals:supported_housing": ("2", "declined"),
        "acc_housing_referrals:landlord_letter": ("2", "declined"),
        "acc_application_follow_up": ("2", "proposed"),
        "acc_bidding": ("2", "declined"),
        "acc_bond_scheme": ("2", "declined"),
        "acc_duty_to_refer": ("3", "proposed"),
        "acc_council_partnership": ("3", "proposed"),
        "acc_register_homeless": ("3", "proposed"),
        # The same line at level 2 and 3: one of them (rules.yml, replaces).
        "acc_referral_follow_up_complex": ("3", "proposed"),
        "acc_emergency": ("3", "proposed"),
    }
    refer = plan.by_key["acc_duty_to_refer"]
    # 56 days before release were 20 November: at once.
    assert refer.due.on == TODAY
    assert refer.consent == "given"
    assert refer.service is not None
    assert refer.service.service == "northmere_housing"
    assert "Homelessness Reduction Act 2017, section 10: owed to anyone at risk of homelessness, with consent" in refer.source
    register = plan.by_key["acc_register_homeless"]
    assert register.owner.role == "community_worker"
    assert register.owner.name == "P. Okafor"
    assert register.due.on == date(2027, 1, 15)
    assert ("raised", "care_leavers") in why(register)
    assert plan.by_key["acc_emergency"].service.service == "night_stop"  # type: ignore[union-attr]
    assert plan.by_key["ttg_prioritise:care_leaver_support"].service.service == "northmere_leaving_care"  # type: ignore[union-attr]
    assert plan.by_key["ttg_social_care"].level == "3"
    assert notices(plan) == ["both_at_once"]
    assert plan.dates.both_at_once
    assert routes(plan)["duty_to_refer"] == "given"
    assert routes(plan)["care_leaver_adviser"] == "ask_first"
    prompts = [prompt.duty.id for prompt in plan.prompts]
    assert {
        "cl_highlight",
        "cl_name_adviser",
        "cl_under_25",
        "cl_priority_need",
        "yam_mentoring",
        "nfa_immediate",
        "ea_no_discrimination",
    } <= set(prompts)


def test_a_woman_who_is_not_safe_at_home() -> None:
    """Her wishes, level 3, one consent given and two not; nothing of it where it is printed or seen by others."""
    person = Person(record(sex="female")).says(
        where_will_live="return",
        home_safe="no",
        safe_home_help=["safe_place"],
        council_area="Eastmarsh",
        duty_to_refer_consent="no",
        trauma="yes",
        trauma_help="yes",
        safety_room="private",
        safety_gate="now",
        hurt_ever="yes",
        hurt_now_or_after=["now", "they_know"],
        children_at_risk="no",
        da_help=["safety_plan", "specialist_service"],
        da_speak_marac="yes",
        da_speak_housing="no",
    )
    plan = person.plan()
    assert [found.cohort.id for found in plan.cohorts] == ["women", "equal_access", "domestic_abuse", "trauma", "nfa_release"]
    assert items(plan, "domestic_abuse") == {
        next(key for key in plan.by_key if key.startswith("da_advice:")): ("1", "proposed"),
        "da_safety_plan": ("2", "proposed"),
        "da_specialist_referral": ("2", "proposed"),
        "da_liaison": ("3", "proposed"),
        "da_support_networks": ("3", "proposed"),
    }
    liaison = plan.by_key["da_liaison"]
    assert liaison.consent == "given"
    # A yes covers only what it asked: MARAC, neither children's services nor housing.
    assert liaison.service is not None
    assert (liaison.service.service, liaison.service.kinds) == ("northmere_marac", ("marac",))
    assert [party.id for party in plan.by_key["da_safety_plan"].owner.parties] == ["home"]
    assert plan.by_key["da_specialist_referral"].service.service == "mere_womens_centre"  # type: ignore[union-attr]
    # She said no to the council: kept, as declined, and offered again.
    refer = plan.by_key["acc_duty_to_refer"]
    assert (refer.state, refer.declined) == ("declined", "consent not given")
    assert plan.by_key["acc_safe_place"].state == "proposed"

    seen = plan.without_sensitive()
    assert not [item.key for item in seen.items if item.pathway in ("domestic_abuse", "sex_work")]
    assert "acc_safe_place" in seen.by_key
    text = str({**seen.to_json(), "prompts": [prompt.cohort for prompt in seen.prompts]})
    for secret in ("home_safe", "hurt_ever", "trauma", "da_help", "marac", "domestic_abuse", "safe_home"):
        assert secret not in text, secret
    assert all(item.because for item in seen.items)


def test_somebody_from_another_country_with_no_release_date() -> None:
    person = Person(record(nationality="Polish", release=None, part1_completed=None), language="pl").says(
        language_speak="pl",
        language_read="pl",
        language_interpreter="pl",
        immigration_case_known="no",
        early_release_explained="no",
        immigration_adviser="yes",
        live_after_country="here",
        gp="no",
        help_personal=["register_gp"],
        help_ttg_support=["translation", "immigration_case"],
    )
    plan = person.plan()
    assert items(plan) == {
        "per_check_healthcare": ("1", "proposed"),
        "per_access_health:register_gp": ("2", "proposed"),
        "per_engage_health": ("3", "proposed"),
        "ttg_legal_rights:immigration_advice": ("1", "proposed"),
        "ttg_legal_rights:immigration_case": ("1", "proposed"),
        "ttg_translation": ("3", "proposed"),
        "ttg_immigration_status": ("3", "proposed"),
        "ttg_immigration_adviser": ("3", "proposed"),
    }
    # To be understood is owed at once, whenever release is; 10 working days from Monday 23 November.
    assert plan.by_key["ttg_translation"].due.on == date(2026, 12, 7)
    assert plan.by_key["ttg_translation"].service.service == "clearvoice"  # type: ignore[union-attr]
    # A service that speaks Polish comes before one that does not, where both fit; this adviser books an interpreter.
    assert plan.by_key["ttg_immigration_adviser"].service.service == "harbour_immigration"  # type: ignore[union-attr]
    health = plan.by_key["per_access_health:register_gp"]
    assert (health.due.on, health.due.reason) == (None, "release date not known")
    first = plan.by_key["acc_identify_needs"]
    assert (first.due.on, first.due.reason) == (None, "part 1 is not completed yet")
    assert notices(plan) == ["no_release", "no_part1"]
    assert routes(plan)["immigration_adviser"] == "given"
    adviser = next(found for found in plan.routes if found.route.id == "immigration_adviser")
    assert adviser.missing == ("record.immigration_status",)


def test_a_ppo_veteran_who_drinks_in_a_prison_that_is_no_resettlement_prison() -> None:
    person = Person(record(armed_forces="regular", resettlement_prison=False, flags=("ppo",))).says(
        alcohol="yes",
        alcohol_help=["in_here", "outside"],
        health_needs=["mind_met"],
        release_medicine="yes",
        other_support=["mentor"],
        help_personal=["mental_health_link"],
    )
    plan = person.plan()
    assert items(plan, "personal", "ttg_support") == {
        "per_signpost:armed_forces_support": ("1", "proposed"),
        "per_check_healthcare": ("1", "proposed"),
        "per_access_health:mental_health_link": ("2", "proposed"),
        "per_access_health:medicine_on_release": ("2", "declined"),
        "per_access_substance:alcohol_support": ("2", "proposed"),
        "per_access_substance:substance_through_gate": ("2", "declined"),
        "per_engage_substance": ("3", "proposed"),
        "per_engage_health": ("3", "proposed"),
        "ttg_motivation:mentoring": ("2", "proposed"),
        "ttg_mentoring": ("3", "proposed"),
        "ttg_support_networks": ("3", "proposed"),
    }
    # Annex A: joint with addiction workers, healthcare and substance misuse services.
    joint = plan.by_key["per_engage_substance"].owner
    assert [party.id for party in joint.parties] == ["addiction_worker", "prison_healthcare", "substance_misuse"]
    assert plan.by_key["ttg_support_networks"].service.service == "ssafa"  # type: ignore[union-attr]
    assert plan.funding == "Rate Card (Fee for Use)"
    assert plan.funding_source == "§2.19"
    assert notices(plan) == ["rate_card"]
    notice, move = (
        next(found for found in plan.routes if found.route.id == name) for name in ("ppo_iom_notice", "ppo_iom_transfer")
    )
    assert notice.due == date(2027, 4, 16)
    assert move.due == date(2027, 3, 19)
    assert notice.consent == "none_needed"
    # PPO raises no level by itself, and its label is for the worker.
    assert not Person(record(flags=("ppo",))).says(gp="no").plan().raised


def test_a_life_sentence_has_no_part_2_but_a_plan() -> None:
    person = Person(record(sentence_type="life", sentence_months=None, release=None, flags=("sexual_offence", "mappa")))
    plan = person.says(where_will_live="not_sure", help_accommodation="none").plan()
    assert notices(plan) == ["no_release", "no_part2"]
    assert plan.by_key["acc_identify_needs"].due.reason == "release date not known"
    risk = plan.by_key["acc_risk_assessment"]
    # He wants no help with a home; the rules on where he may live are looked at all the same (MAPPA).
    assert risk.state == "proposed"
    assert [party.id for party in risk.owner.parties] == ["home", "nps_officer"]
    assert plan.by_key["acc_housing_referrals:find_home"].state == "declined"
    assert plan.by_key["acc_duty_to_refer"].state == "declined"


def test_a_man_on_remand_with_a_tenancy_and_a_job() -> None:
    """What would be lost by waiting is due in days, not by release."""
    person = Person(record(sentence_type="remand", sentence_months=None, release=None)).says(
        where_lived="private_rented",
        where_will_live="return",
        home_safe="yes",
        can_keep_home=["none"],
        rent_owed="yes",
        benefits_before=["uc", "uc_housing"],
        dwp_told="no",
        job_before="yes",
        job_after="same_job",
        job_after_hours="full_time",
        contact_employer="yes",
        help_accommodation=["keep_tenancy"],
        help_finance=["housing_arrears", "benefits_keep"],
    )
    plan = person.plan()
    assert notices(plan) == ["no_release", "remand", "rent_universal_credit"]
    soon = date(2026, 12, 7)
    for key in ("acc_keep_tenancy", "fin_housing_arrears", "ete_keep_job"):
        assert plan.by_key[key].due.on == soon, key
        assert plan.by_key[key].state == "proposed", key
    tenancy = plan.by_key["acc_keep_tenancy"]
    # 26 weeks from reception.
    assert tenancy.limit == date(2027, 5, 17)
    assert {("need", "keep_tenancy"), ("need", "benefits_keep")} <= set(why(tenancy))
    assert plan.by_key["ete_keep_job"].consent == "given"
    assert plan.by_key["fin_notify_benefits"].state == "declined"


def test_a_fixed_term_recall_of_somebody_back_within_6_months() -> None:
    who = record(sentence_type="recall_fixed", returned_within_6_months=True, release=date(2026, 12, 14))
    person = Person(who).says(recall_known=["next"], where_will_live="temporary", council_area="Hallowdale")
    plan = person.plan()
    assert notices(plan) == ["both_at_once", "returned", "recall_fixed"]
    assert plan.raised
    assert (plan.dates.release, plan.dates.recall_release_by) == (date(2026, 12, 14), None)
    assert plan.by_key["ttg_motivation:motivation"].level == "2"
    assert plan.by_key["ttg_legal_rights:recall_information"].due.on == date(2026, 12, 7)
    assert plan.by_key["acc_duty_to_refer"].service.service == "hallowdale_housing"  # type: ignore[union-attr]
    assert {"rec_fresh_plan", "rec_fixed", "rec_explain"} <= {prompt.duty.id for prompt in plan.prompts}
    assert "rec_standard" not in {prompt.duty.id for prompt in plan.prompts}
