"""What the rules do for anybody: offers, marks, consent, courses, services, reviews."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from bot.plan.items import ProposedPlan
from bot.plan.planning import added_item
from tests.plan.making import TODAY, Person, plan_data, record, why


def routes(plan: ProposedPlan) -> dict[str, str]:
    return {found.route.id: found.consent for found in plan.routes}


def test_over_25_the_prompt_of_the_council_s_duty_is_left_out() -> None:
    plan = Person(record(care_leaver="yes")).says(gp="no").plan()
    prompts = [prompt.duty.id for prompt in plan.prompts]
    assert "cl_highlight" in prompts
    assert "cl_under_25" not in prompts
    assert "care_leaver_adviser" not in routes(plan)


def test_translation_is_owed_to_a_british_man_too() -> None:
    plan = Person().says(language_speak="cy", language_interpreter="cy", help_ttg_support=["translation"]).plan()
    assert not plan.raised
    assert plan.by_key["ttg_translation"].level == "3"


def test_the_employer_is_not_asked_without_a_yes() -> None:
    said = {"job_before": "yes", "job_after": "same_job", "job_after_hours": "full_time"}
    plan = Person().says(**said, contact_employer="no").plan()
    assert (plan.by_key["ete_keep_job"].state, plan.by_key["ete_keep_job"].declined) == ("declined", "consent not given")
    plan = Person().says(**said, contact_employer="unknown").plan()
    assert (plan.by_key["ete_keep_job"].state, plan.by_key["ete_keep_job"].consent) == ("proposed", "ask_first")


def test_what_a_need_asks_for_by_name_is_offered_where_nobody_is_vulnerable() -> None:
    """2.9: provision is not exclusive to any one level; the worker decides."""
    person = Person().says(parental="yes", children_contact="wanted", help_personal=["children_contact_need"])
    plan = person.plan()
    assert not plan.raised
    assert "per_relationships" not in plan.by_key
    assert [(offer.activity, offer.need) for offer in plan.offers] == [("per_relationships", "children_contact_need")]
    item = added_item(
        plan_data(), person.path, person.context, person.record, TODAY, "per_relationships", "he asked for it", plan.by_key
    )
    assert (item.key, item.level, item.state) == ("per_relationships:added-1", "3", "proposed")
    assert why(item) == [("worker", "he asked for it")]
    # Annex A names nobody: somebody has to be chosen.
    assert item.owner.decide
    taken = [*plan.by_key, item.key]
    again = added_item(plan_data(), person.path, person.context, person.record, TODAY, "per_relationships", "again", taken)
    assert again.key == "per_relationships:added-2"
    # For a woman it is on the plan.
    woman = Person(record(sex="female")).says(parental="yes", children_contact="wanted", help_personal=["children_contact_need"])
    assert woman.plan().by_key["per_relationships"].level == "3"


def test_a_worker_can_put_a_mark_on_and_take_it_off() -> None:
    person = Person().says(daily_help=["reading"], parental="yes", children_contact="wanted")
    assert person.plan().raised
    off = person.plan(marks={"ldd": False})
    assert not off.raised
    assert "per_relationships" not in off.by_key
    on = Person().says(parental="yes", children_contact="wanted").plan(marks={"ldd": True})
    assert on.by_key["per_relationships"].level == "3"
    assert "ldd_more_time" in {prompt.duty.id for prompt in on.prompts}


def test_who_takes_longer_to_help_is_given_longer() -> None:
    """Footnote 2: in employment and finance level 3 is the same activity with more time."""
    person = Person().says(daily_help=["reading"], bank_account="no")
    item = person.plan().by_key["fin_bank_account:open_account"]
    assert (item.level, item.more_time) == ("2/3", True)
    assert not Person().says(bank_account="no").plan().by_key["fin_bank_account:open_account"].more_time


def test_courses_go_with_what_the_person_chose() -> None:
    person = Person().says(job_after="no", work_interest=["food", "money"], help_ete=["training_course"])
    courses = person.plan().by_key["ete_options:training_course"].courses
    assert courses == ("food_safety_storage", "personal_finances", "food_safety_catering_2")


def test_a_plan_never_names_a_service_that_is_not_in_the_directory() -> None:
    plan = plan_data()
    empty = replace(plan, directory=replace(plan.directory, services={}))
    person = Person(record(sex="female")).says(where_will_live="nowhere", debts="yes")
    made = person.plan(empty)
    wanted = [item for item in made.items if item.service is not None]
    assert wanted
    assert all(
        item.service is not None and item.service.service is None and item.service.why == "the directory has none"
        for item in wanted
    )


def test_a_pre_release_review_is_due_by_release() -> None:
    """In the last 12 weeks level 1 is done with the review, not with a part 2 long past."""
    who = record(reception=datetime(2026, 3, 2, 10, 0), part1_completed=date(2026, 3, 4), release=date(2027, 1, 15))
    plan = Person(who, kind="prerelease").says().plan()
    assert plan.by_key["acc_identify_needs"].due.on == date(2027, 1, 15)
    assert plan.by_key["acc_identify_needs"].due.start == date(2026, 10, 23)


def test_the_plan_as_json() -> None:
    person = Person().says(where_will_live="nowhere", help_accommodation=["find_home"])
    data = person.plan().to_json()
    item = next(one for one in data["items"] if one["key"] == "acc_housing_referrals:find_home")
    assert item["activity"] == "acc_housing_referrals"
    assert item["because"][0] == {
        "kind": "need",
        "text": "you need a settled place to live when you leave",
        "source": "TTG 3, Accommodation level 2: housing referrals and applications, and following them up",
        "answers": [{"question": "where_will_live", "options": ["nowhere"]}],
        "need": "find_home",
        "wanted": "yes",
    }
    assert (item["level"], item["state"], item["service"], item["due"]) == ("2", "proposed", "northmere_housing", "2027-05-14")
    assert item["owner"]["role"] == "resettlement_worker"
    assert data["dates"]["duty_to_refer_by"] == "2027-03-19"


def test_a_group_found_by_a_private_answer_alone_is_not_shown() -> None:
    """An address that is not safe counts as none (nfa_release): the work is shown, why it is called for is not."""
    person = Person().says(where_will_live="return", home_safe="no", council_area="Northmere", duty_to_refer_consent="yes", gp="no")
    plan, seen = person.plan(), person.plan().without_sensitive()
    assert "nfa_release" in {found.cohort.id for found in plan.cohorts}
    assert "nfa_release" not in {found.cohort.id for found in seen.cohorts}
    assert not [prompt for prompt in seen.prompts if prompt.cohort == "nfa_release"]
    item = seen.by_key["acc_register_homeless"]
    assert [reason.text for reason in item.because] == ["of what you told us"]
    assert "no safe place" not in str(seen.to_json())


def test_the_steps_of_a_route_wait_for_consent() -> None:
    said = {"drugs": "yes", "drugs_help": ["outside"]}
    asked = Person().says(**said).plan()
    dip = next(found for found in asked.routes if found.route.id == "dip_drugs_alcohol")
    assert dip.consent == "ask_first"
    assert [step.id for step in dip.route.steps if dip.waits(step)] == ["refer"]
    assert (dip.start, dip.release_day) == (date(2027, 2, 19), date(2027, 5, 14))
    for answer, consent, waiting in (("yes", "given", []), ("no", "not_given", ["refer"])):
        person = Person().says(**said, gp="no", help_personal=["register_gp"], share_with_services=answer)
        dip = next(found for found in person.plan().routes if found.route.id == "dip_drugs_alcohol")
        assert dip.consent == consent
        assert [step.id for step in dip.route.steps if dip.waits(step)] == waiting


def test_a_women_s_centre_is_offered_to_every_woman_and_to_no_man() -> None:
    assert "womens_centre" in routes(Person(record(sex="female")).says().plan())
    assert "womens_centre" not in routes(Person().says().plan())


def test_contact_points_stand_on_the_profile_s_route() -> None:
    found = next(one for one in Person().says().plan().routes if one.route.id == "needs_profile")
    assert found.contacts[:2] == (date(2027, 5, 15), date(2027, 5, 21))
    assert found.to_json()["contact_points"][-1] == "2027-08-12"
