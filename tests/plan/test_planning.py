"""What the rules do for anybody: offers, marks, consent, courses, services, reviews."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

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


@pytest.mark.parametrize("before", ["refused", "unknown", "later", "skipped"])
def test_a_job_to_go_back_to_is_kept_where_nothing_was_said_of_the_job_before(before: str) -> None:
    said = {"job_before": before, "job_after": "same_job", "job_after_hours": "full_time"}
    plan = Person().says(**said, contact_employer="yes", job_before_employer="A bakery").plan()
    assert (plan.by_key["ete_keep_job"].state, plan.by_key["ete_keep_job"].consent) == ("proposed", "given")
    assert "contact_employer" not in Person().says(job_before=before, job_after="no").path


def test_who_wants_to_keep_a_home_that_benefits_pay_for_has_the_tenancy_on_the_plan() -> None:
    home = {"where_lived": "private_rented", "where_will_live": "not_sure", "still_have_home": "yes", "benefits_before": ["uc"]}
    keeps = Person().says(**home, keep_home="yes", can_keep_home=["landlord_knows"], help_finance=["benefits_keep"])
    assert ("need", "benefits_keep") in why(keeps.plan().by_key["acc_keep_tenancy"])
    gives_up = Person().says(**home, keep_home="no")
    assert "acc_keep_tenancy" not in gives_up.plan().by_key


RENTED = {"where_lived": "private_rented", "where_will_live": "return", "home_safe": "yes", "can_keep_home": ["benefits_housing"]}
LAST_DAY = date(2027, 5, 17)


@pytest.mark.parametrize(
    ("changes", "said", "limit", "told"),
    [
        ({}, {"benefits_before": ["uc", "uc_housing"]}, LAST_DAY, ["rent_universal_credit"]),
        ({}, {"benefits_before": ["uc"]}, LAST_DAY, ["rent_universal_credit"]),
        ({"release": date(2027, 5, 18)}, {"benefits_before": ["uc_housing"]}, None, ["rent_universal_credit"]),
        ({}, {"benefits_before": ["housing_benefit"]}, None, ["rent_housing_benefit"]),
        ({"sentence_type": "remand"}, {"benefits_before": ["housing_benefit"]}, None, ["rent_housing_benefit_remand"]),
        ({"sentence_type": "life", "release": None}, {"benefits_before": ["uc_housing"]}, None, ["rent_universal_credit"]),
        ({}, {"benefits_before": ["uc"], "can_keep_home": ["none"]}, None, []),
        ({}, {"where_lived": "owned", "can_keep_home": ["none"], "benefits_before": ["uc_housing"]}, None, []),
    ],
)
def test_the_last_day_of_money_for_rent_is_told_only_where_the_benefit_named_has_one(
    changes: dict[str, Any], said: dict[str, Any], limit: date | None, told: list[str]
) -> None:
    plan = Person(record(**changes)).says(**{**RENTED, **said}).plan()
    assert plan.by_key["acc_keep_tenancy"].limit == limit
    assert [notice.id for notice in plan.notices if notice.id.startswith("rent_")] == told
    owner = said.get("where_lived") == "owned"
    assert ("benefits_keep" in {found.id for found in plan.needs}) is not owner


def test_who_pays_from_own_money_is_told_of_no_benefit_for_rent() -> None:
    home = {"where_lived": "private_rented", "where_will_live": "return", "home_safe": "yes", "benefits_before": ["uc"]}
    plan = Person().says(**home, can_keep_home=["rent_paid"], help_accommodation=["landlord_letter"]).plan()
    assert plan.by_key["acc_keep_tenancy"].limit is None
    assert "benefits_keep" not in {found.id for found in plan.needs}
    words = plan.by_key["acc_keep_tenancy"].activity
    assert "enefit" not in words.plain + words.easy


def test_money_for_rent_is_kept_at_once_and_not_by_the_day_of_release() -> None:
    plan = Person().says(**RENTED, benefits_before=["uc_housing"], help_finance=["benefits_keep"]).plan()
    assert plan.by_key["fin_income_options:benefits_keep"].due.on == date(2026, 12, 7)


@pytest.mark.parametrize(
    "said", [{"where_will_live": "nowhere"}, {"where_will_live": "unknown"}, {"where_will_live": "return", "home_safe": "no"}]
)
def test_who_has_nowhere_to_go_and_no_release_date_is_helped_at_once(said: dict[str, str]) -> None:
    """Release from court can come any day: what hangs on a release date that nobody knows would never fall due."""
    remand = record(sentence_type="remand", sentence_months=None, release=None)
    said = {**said, "council_area": "Northmere", "duty_to_refer_consent": "yes"}
    items = Person(remand).says(**said).plan().by_key
    housing = {key for key in items if key.startswith(("acc_housing_referrals", "acc_duty_to_refer"))}
    assert len(housing) >= 2
    assert {items[key].due.on for key in housing} == {date(2026, 12, 7)}
    later = Person().says(**said).plan().by_key
    assert later["acc_duty_to_refer"].due.on == date(2027, 3, 19), "with a release date it goes by that"


@pytest.mark.parametrize("status", ["asylum", "leave_to_remain", "deportation", "detained"])
def test_public_funds_and_the_right_to_work_are_checked_before_an_offer(status: str) -> None:
    plan = Person(record(nationality="Eritrean", immigration_status=status)).says(where_will_live="nowhere").plan()
    assert "fn_public_funds" in {prompt.duty.id for prompt in plan.prompts}
    settled = Person(record(nationality="Polish", immigration_status="settled")).says(where_will_live="nowhere").plan()
    assert "fn_public_funds" not in {prompt.duty.id for prompt in settled.prompts}


def test_who_is_held_under_immigration_powers_alone_is_not_asked_about_early_release() -> None:
    over = Person(record(nationality="Jamaican", immigration_status="detained", release=date(2026, 11, 18))).says(
        immigration_case_known="yes"
    )
    assert "early_release_explained" not in over.path and "immigration_adviser" in over.path
    assert "fn_early_release" not in {prompt.duty.id for prompt in over.plan().prompts}
    serving = Person(record(nationality="Jamaican", immigration_status="detained")).says(immigration_case_known="yes")
    assert "early_release_explained" in serving.path


def test_what_a_woman_asks_for_stays_on_her_plan() -> None:
    her = record(sex="female")
    prompts = {prompt.duty.id for prompt in Person(her).says(women_offer=["woman_to_talk_to", "women_only_place"]).plan().prompts}
    assert {"wom_asked_woman", "wom_asked_place"} <= prompts
    neither = {prompt.duty.id for prompt in Person(her).says(women_offer=["none"]).plan().prompts}
    assert not {"wom_asked_woman", "wom_asked_place"} & neither


@pytest.mark.parametrize(("sure", "helped"), [(0, True), (4, True), (5, False), (10, False)])
def test_who_is_not_sure_of_the_plan_gets_more_help_with_it(sure: int, helped: bool) -> None:
    plan = Person().says(other_support=["none"], how_sure=sure).plan()
    assert ("ttg_motivation" in plan.by_key) is helped
    if helped:
        assert (plan.by_key["ttg_motivation"].level, plan.by_key["ttg_motivation"].state) == ("2", "proposed")
    mentored = Person().says(other_support=["mentor"], how_sure=sure).plan()
    assert "ttg_motivation" not in mentored.by_key, "it is on the plan once"


@pytest.mark.parametrize(
    ("needs", "item"), [("body_unmet", "per_access_health:healthcare_link"), ("mind_unmet", "per_access_health:mental_health_link")]
)
def test_care_that_is_missing_now_does_not_wait_for_release(needs: str, item: str) -> None:
    assert Person().says(health_needs=[needs]).plan().by_key[item].due.on == date(2026, 12, 7)
    met = Person().says(health_needs=[needs.replace("unmet", "met")]).plan()
    assert met.by_key[item].due.on == record().release


def test_nobody_is_asked_whether_to_tell_healthcare_what_it_knows_already() -> None:
    knows = Person().says(health_needs=["mind_unmet"], want_healthcare_told="told").plan().by_key["per_notify_healthcare"]
    assert (knows.consent, knows.consents) == (None, ())
    asks = Person().says(health_needs=["mind_unmet"], want_healthcare_told="unknown").plan().by_key["per_notify_healthcare"]
    assert (asks.consent, asks.consents) == ("ask_first", ("want_healthcare_told",))


def test_a_no_told_to_a_worker_counts_also_where_healthcare_knew_already() -> None:
    person = Person().says(health_needs=["mind_unmet"], want_healthcare_told="told")
    item = person.plan(told={"want_healthcare_told": "not_given"}).by_key["per_notify_healthcare"]
    assert (item.state, item.consent) == ("declined", "not_given")


@pytest.mark.parametrize("drugs", ["refused", "unknown"])
def test_help_against_an_overdose_is_offered_also_to_who_would_not_say(drugs: str) -> None:
    plan = Person().says(drugs=drugs, overdose_help=["talk", "kit"]).plan()
    assert {"overdose_advice", "naloxone_need"} <= {found.id for found in plan.needs}
    quiet = Person().says(drugs=drugs, overdose_help="refused").plan()
    assert not {"overdose_advice", "naloxone_need", "drugs_support"} & {found.id for found in quiet.needs}
    assert "overdose_help" not in Person().says(drugs="no").path


def check_first(person: Person) -> list[tuple[str, bool]]:
    """The prompts to check who may be met, each with whether it is private."""
    return [(one.duty.id, one.sensitive) for one in person.plan().prompts if one.duty.id.endswith("_check_first")]


@pytest.mark.parametrize("flag", ["mappa", "sexual_offence"])
def test_limits_on_contact_are_checked_before_contact_is_built_up(flag: str) -> None:
    person = Person(record(flags=(flag,))).says(parental="yes", children_contact="wanted", help_personal=["children_contact_need"])
    assert check_first(person) == [("con_check_first", False)]
    if flag == "sexual_offence":
        assert any(key.startswith("per_relationships") for key in person.plan().by_key), "the check stands beside it"
    assert check_first(Person().says(parental="yes", children_contact="wanted")) == []


@pytest.mark.parametrize("hurt", ["have_hurt", "have_sexually_hurt"])
def test_what_the_worker_says_of_harm_brings_the_same_check_privately(hurt: str) -> None:
    assert check_first(Person().says(safety_room="private", **{hurt: "yes"})) == [("hurt_check_first", True)]
    flagged = Person(record(flags=("mappa",))).says(safety_room="private", **{hurt: "yes"})
    assert check_first(flagged) == [("con_check_first", False)]


def test_a_council_in_wales_is_not_told_of_a_duty_that_it_does_not_have() -> None:
    label = plan_data().routes["duty_to_refer"].label
    assert "England: Homelessness Reduction Act 2017" in label and "Wales: Housing (Wales) Act 2014" in label


@pytest.mark.parametrize("lived", ["hostel", "emergency", "immigration", "no_fixed"])
def test_nobody_goes_back_to_a_place_that_was_never_settled(lived: str) -> None:
    """002 section 3, footnote 6: a bed in a hostel is no settled home to return to."""
    person = Person().says(where_lived=lived)
    assert "return" not in [option.id for option in person.path.by_id["where_will_live"].options]
    person = Person().says(where_lived="family_friends", where_will_live="return")
    person.say("where_lived", lived)
    assert person.path.by_id["where_will_live"].answer is None


def test_for_somebody_going_abroad_there_is_no_council_to_tell() -> None:
    said: dict[str, Any] = {"where_lived": "private_rented", "where_will_live": "nowhere", "still_have_home": "no"}
    said["things_and_pets"] = ["things_to_store"]
    who = record(nationality="Albanian", release=date(2026, 12, 14))
    abroad = Person(who).says(live_after_country="other_country", **said).plan()
    here = Person(who).says(live_after_country="here", **said).plan()
    assert "nfa_release" in [found.cohort.id for found in here.cohorts] and "duty_to_refer" in routes(here)
    assert "nfa_release" not in [found.cohort.id for found in abroad.cohorts] and "duty_to_refer" not in routes(abroad)
    councils = {"acc_duty_to_refer", "acc_council_partnership", "acc_register_homeless", "acc_emergency"}
    assert councils <= here.by_key.keys() and not councils & abroad.by_key.keys()
    unsafe = Person(who).says(live_after_country="other_country", where_will_live="return", home_safe="no").plan()
    assert "duty_to_refer" not in routes(unsafe) and not councils & unsafe.by_key.keys()


@pytest.mark.parametrize(("sex", "nationality"), [("male", "Welsh"), ("female", "British Citizen")])
def test_nobody_british_is_taken_for_a_foreign_national(sex: str, nationality: str) -> None:
    person = Person(record(sex=sex, nationality=nationality)).says(gp="no")
    assert "foreign_nationals" not in [found.cohort.id for found in person.plan().cohorts]
    assert not {"immigration_case_known", "early_release_explained", "live_after_country"} & {*person.path.by_id}


@pytest.mark.parametrize("nationality", [None, "Unknown", "not stated"])
def test_the_worker_is_told_that_the_nationality_is_missing(nationality: str | None) -> None:
    person = Person(record(nationality=nationality)).says(gp="no")
    assert "immigration_case_known" not in person.path
    assert "no_nationality" in {notice.id for notice in person.plan().notices}
    assert "no_nationality" not in {notice.id for notice in Person().says(gp="no").plan().notices}


def test_an_open_immigration_case_is_planned_for_where_no_nationality_was_written_down() -> None:
    person = Person(record(nationality=None, immigration_status="deportation")).says(immigration_case_known="no")
    assert "foreign_nationals" in [found.cohort.id for found in person.plan().cohorts]
    assert "immigration_adviser" in routes(person.plan())


@pytest.mark.parametrize("question", ["have_hurt", "have_sexually_hurt"])
@pytest.mark.parametrize("gate", ["now", "talk_private", "refused", "unknown", "skipped"])
def test_the_worker_says_from_the_record_whom_the_person_has_hurt_whatever_the_person_chose(question: str, gate: str) -> None:
    said = {"where_will_live": "return", "safety_room": "private", "safety_gate": gate}
    plan = Person().says(**said, **{question: "yes"}).plan()
    item = plan.by_key["acc_risk_assessment"]
    assert (item.level, item.state) == ("3", "proposed") and "§3 level 3 row 7" in item.source
    assert [reason.text for reason in item.because] == ["there may be rules about where you can live"]
    assert "acc_risk_assessment" not in Person().says(**said, **{question: "no"}).plan().by_key
    # Who may not see the answer sees that there is something to do, and not why.
    seen = plan.without_sensitive()
    assert [reason.text for reason in seen.by_key["acc_risk_assessment"].because] == ["of what you told us"]
    assert question not in str(seen.to_json()) and "rules about where" not in str(seen.to_json())
    # A reason that everybody may see stays beside it, without the answer.
    known = Person(record(flags=("mappa",))).says(**said, **{question: "yes"}).plan().without_sensitive()
    shown = known.by_key["acc_risk_assessment"].because
    assert {cause.question for reason in shown for cause in reason.causes} == {"record.flags"}
    assert question not in str(known.to_json())


def test_the_worker_is_not_asked_where_others_may_see_or_at_a_kiosk() -> None:
    questions = {"have_hurt", "have_sexually_hurt"}
    assert questions <= {*Person().says(safety_room="private").path.by_id}
    for room in ("not_private", "refused", "later"):
        assert not questions & {*Person().says(safety_room=room).path.by_id}, room
    assert not questions & {*Person(mode="kiosk").says(safety_gate="now", who_is_here="alone").path.by_id}


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
