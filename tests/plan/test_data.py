"""The data against the instruction: what a reader with it in hand would look for."""

from __future__ import annotations

from collections import Counter

from bot.plan.checking import check_plan
from bot.plan.showing import show_activities, show_courses
from tests.plan.making import interview, plan_data


def test_the_files_have_no_mistakes() -> None:
    assert check_plan(interview=interview()) == []


# Rows of the tables of sections 3 to 8 and Annex A, counted by hand. TTG level 3 has 6 rows in the body, 7 in Annex A.
ROWS = {
    ("accommodation", "1"): 3,
    ("accommodation", "2"): 8,
    ("accommodation", "3"): 7,
    ("ete", "1"): 2,
    ("ete", "2"): 1,
    ("finance", "1"): 3,
    ("finance", "2/3"): 6,
    ("personal", "1"): 5,
    ("personal", "2"): 2,
    ("personal", "3"): 3,
    ("ttg_support", "1"): 2,
    ("ttg_support", "2"): 1,
    ("ttg_support", "3"): 7,
    ("domestic_abuse", "1"): 3,
    ("domestic_abuse", "2"): 3,
    ("domestic_abuse", "3"): 2,
    ("sex_work", "1"): 3,
    ("sex_work", "2"): 3,
    ("sex_work", "3"): 2,
}


def test_every_row_and_no_other() -> None:
    assert Counter((one["pathway"], one["level"]) for one in show_activities()) == ROWS


def test_activities_are_shown_as_the_contract_has_them() -> None:
    shown = {one["id"]: one for one in show_activities(plan_data())}
    assert list(shown["acc_register_homeless"])[:11] == [
        *("id", "pathway", "level", "activity", "outcomes", "provide", "joint_with", "signpost", "services", "source", "note")
    ]
    assert all(isinstance(one["source"], str) and one["source"] for one in shown.values())
    assert all(one["provide"] in ("host", "home", "joint", None) for one in shown.values())
    # Annex A: given to the home CRC, on the day of release.
    assert shown["acc_register_homeless"]["provide"] == "home"
    # Annex A: joint with the home CRC and an NPS probation officer.
    assert shown["acc_risk_assessment"]["joint_with"] == ["home", "nps_officer"]
    # The body only; nobody is accountable.
    assert shown["per_relationships"]["provide"] is None
    assert not shown["per_relationships"]["signpost"]
    # Annex A only.
    assert shown["ttg_support_networks"]["source"] == "Annex A TTG supporting activity level 3 row 5"
    # The same line twice in Annex A.
    assert shown["fin_debt_advice"]["source"].count("Annex A") == 2
    # Signposted only.
    assert (shown["fin_signpost"]["provide"], shown["fin_signpost"]["signpost"]) == (None, True)


def test_the_14_courses_of_annex_b() -> None:
    courses = show_courses(plan_data())
    assert [one["source"] for one in courses] == [f"Annex B row {number}" for number in range(1, 15)]
    assert sum(one["licence"] for one in courses) == 3


def test_levels_are_raised_for_the_groups_of_2_8_and_2_9_and_never_by_ethnicity() -> None:
    raising = {cohort.id for cohort in plan_data().cohorts.values() if cohort.raises}
    assert raising == {
        *("young_adult_men", "women", "foreign_nationals", "lifers_ipp", "sexual_offences", "ldd", "care_leavers", "ex_armed"),
        *("recalled", "domestic_abuse", "sex_work", "trauma", "substance_and_mental", "nfa_release"),
    }
    assert not plan_data().cohorts["equal_access"].raises
    assert plan_data().cohorts["equal_access"].when.data is None


def test_the_ten_factors() -> None:
    assert len(plan_data().factors) == 10
    assert {need.factor for need in interview().needs} - {None} <= set(plan_data().factors)


def test_every_need_and_every_cohort_has_its_place() -> None:
    plan = plan_data()
    assert set(plan.needs) == {need.id for need in interview().needs}
    assert set(plan.cohort_uses) == set(plan.cohorts) - set() or set(plan.cohort_uses) <= set(plan.cohorts)
    assert {route.id for route in plan.routes.values()} == {
        *("dip_drugs_alcohol", "ppo_iom_notice", "ppo_iom_transfer", "womens_centre", "duty_to_refer", "armed_forces_charity"),
        *("care_leaver_adviser", "immigration_adviser", "dwp_work_coach", "healthcare_registration", "needs_profile"),
    }
