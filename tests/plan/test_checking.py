"""Each mistake an author can make is found, with its file, its line and its mend, and all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.interview.checking import check
from bot.interview.yamlfile import ContentError
from bot.plan.checking import check_plan
from bot.plan.definitions import OWNER_ROLES
from bot.plan.loading import load_directory, load_plan
from bot.web.step_forms import ROLES
from tests.plan.making import copy_of_data, interview, spoil

MISTAKES = [
    ("plan/activities.yml", "provide: home", "provide: guest", "names the unknown way to provide 'guest'"),
    (
        "plan/activities.yml",
        "services: [deposit_scheme]",
        "services: [deposit_sceme]",
        "unknown kind of service 'deposit_sceme'; did you mean 'deposit_scheme'?",
    ),
    (
        "plan/activities.yml",
        "consent: [contact_employer]",
        "consent: [contact_boss]",
        "rests on the consent 'contact_boss', which is no question",
    ),
    ("plan/activities.yml", '    level: "1"', '    level: "4"', "names the unknown level '4'"),
    (
        "plan/activities.yml",
        "id: acc_close_tenancy",
        "id: acc_housing_options",
        "the id 'acc_housing_options' of 'activities' stands on line",
    ),
    ("plan/activities.yml", '    easy: "We will help you apply for a home."', "", "has no 'easy' words; write them"),
    ("plan/activities.yml", "screening: true", "screning: true", "unknown key 'screning'"),
    ("plan/courses.yml", "interest: food", "interest: foods", "no option of 'work_interest'; did you mean 'food'?"),
    (
        "plan/cohorts.yml",
        "{is: [record.sex, female]}",
        "{is: [record.sex, woman]}",
        "compares 'record.sex' with 'woman', which it can never hold",
    ),
    ("plan/cohorts.yml", "        statement: duty", "        statement: must", "is a 'must'; use duty or guidance"),
    ("plan/rules.yml", "  budgeting:", "  budgetting:", "the need 'budgetting' is none of needs/*.yml; did you mean 'budgeting'?"),
    ("plan/rules.yml", "  budgeting:", "  budgetting:", "the need 'budgeting' (bot/data/needs/finance.yml"),
    (
        "plan/rules.yml",
        '- {id: acc_bond_scheme, level: "2"}',
        '- {id: acc_bond_sceme, level: "2"}',
        "unknown activity 'acc_bond_sceme'",
    ),
    (
        "plan/rules.yml",
        '- {id: acc_bond_scheme, level: "2"}',
        '- {id: acc_bidding, level: "2"}',
        "no rule can reach the activity 'acc_bond_scheme'",
    ),
    (
        "plan/rules.yml",
        '- {id: acc_bond_scheme, level: "2"}',
        '- {id: acc_bond_scheme, level: "3"}',
        "at level 3, which is of level 2; mend it",
    ),
    (
        "plan/rules.yml",
        '- {id: acc_bond_scheme, level: "2"}',
        '- {id: acc_bond_scheme, level: "2", when: {is: [where_will_live, nowhere]}}',
        "the need 'bond_scheme' can be found with no activity",
    ),
    (
        "plan/rules.yml",
        '- {id: acc_bond_scheme, level: "2"}',
        '- {id: acc_bond_scheme, level: "2", when: {all: [{is: [where_will_live, nowhere]}, {is: [where_will_live, return]}]}}',
        "the rule of 'acc_bond_scheme' of the need 'bond_scheme' can never hold",
    ),
    (
        "plan/rules.yml",
        "asks_for: [acc_emergency]",
        "asks_for: [acc_safe_place]",
        "unknown activity of level3_when_vulnerable 'acc_safe_place'",
    ),
    ("plan/rules.yml", "courses: [personal_finances]", "courses: [finances]", "unknown course 'finances'"),
    ("plan/rules.yml", "  other_prison:", "  elsewhere:", "'funding' lacks 'other_prison'"),
    (
        "plan/routes.yml",
        "consent: duty_to_refer_consent",
        "consent: duty_consent",
        "rests on the consent 'duty_consent', which is no question",
    ),
    ("plan/routes.yml", "who: healthcare", "who: doctor", "unknown person 'doctor'"),
    ("plan/routes.yml", "{before_release_weeks: 4,", "{before_release_weeks: four,", "'before_release_weeks' should be a number"),
    ("plan/routes.yml", ", met_by: [refer, referred_on]", "", "has a latest day or 'met_by' without the other"),
    ("plan/routes.yml", "met_by: [notify, told_on]", "met_by: [notify, told]", "unknown step or record 'told'"),
    ("plan/dates.yml", "hours: 72", "hour: 72", "'part1' has no number 'hours'"),
    ("plan/dates.yml", "acc_close_tenancy,", "acc_close,", "unknown activity 'acc_close'"),
    ("plan/dates.yml", "  duty_to_refer: {activities", "  duty_to_refr: {activities", "unknown name 'duty_to_refr' under 'items'"),
    ("plan/dates.yml", "  duty_to_refer: {activities", "  duty_to_refr: {activities", "'items' has no 'duty_to_refer'; write it"),
    ("plan/dates.yml", "activities: [per_check_healthcare,", "activites: [per_check_healthcare,", "unknown key 'activites'"),
    ("plan/dates.yml", "acc_council_partnership]", "acc_emergency]", "'acc_emergency' stands under 'duty_to_refer' and 'release'"),
    ("plan/dates.yml", "{rule: release,", "{rule: relase,", "'otherwise' of 'items' goes by 'rule: release' and by nothing else"),
    ("plan/dates.yml", "{duty_to_refer_by:", "{duty_to_refer:", "unknown name 'duty_to_refer' under 'before_release'"),
    ("plan/dates.yml", "ppo_iom_transfer_by:", "ppo_transfer_by:", "'before_release' has no 'ppo_iom_transfer_by'"),
    ("plan/dates.yml", "  weeks: 26\n  when:", "  weeks: 26\n  then:", "'tenancy' has no rule 'when'"),
    ("plan/routes.yml", "[1, 7, 30, 60, 90]", "[1, 7, 3o, 60, 90]", "'after_release_days' should be a list of whole numbers"),
    ("plan/routes.yml", "[1, 7, 30, 60, 90]", "[1, 7, 30, 600, 90]", "'after_release_days' should be a list of whole numbers"),
    ("plan/rules.yml", "home: {role: community_worker", "home: {role: comunity_worker", "unknown role 'comunity_worker'"),
    ("plan/alerts.yml", "who: [healthcare, prison_staff]", "who: [nurse, prison_staff]", "unknown role 'nurse'"),
    ("plan/alerts.yml", "sensitive: true", "sensitive: false", "rests on a sensitive answer"),
    (
        "plan/alerts.yml",
        "want_to_hurt_myself]",
        "hurt_myself]",
        "compares 'urgent_today' with 'hurt_myself', which it can never hold",
    ),
    (
        "plan/alerts.yml",
        "    kind: talk\n    who: [prison_staff]\n",
        "    kind: chat\n    who: [prison_staff]\n",
        "none of the kind 'talk'",
    ),
    ("plan/consents.yml", "question: work_coach", "question: gp_name", "'gp_name', which is no question"),
    ("services/example.yml", "kinds: [gambling_service]", "kinds: [support_group]", "no service is of the kind 'gambling_service'"),
    ("services/example.yml", "area: northmere", "area: southmere", "has the unknown area 'southmere'"),
    ("services/example.yml", "where: community", "where: outside", "has 'where' 'outside'; use custody, community, both"),
    ("services/example.yml", "only_for: [ex_armed]", "only_for: [exarmed]", "unknown cohort 'exarmed'"),
]


@pytest.mark.parametrize(("name", "old", "new", "message"), MISTAKES)
def test_a_mistake_is_one_clear_line(tmp_path: Path, name: str, old: str, new: str, message: str) -> None:
    root = copy_of_data(tmp_path)
    spoil(root, name, old, new)
    found = check_plan(root, interview())
    hits = [line for line in found if message in line]
    assert len(hits) == 1, found
    file, line, _ = hits[0].split(":", 2)
    assert file == f"bot/data/{'plan/rules.yml' if 'leads to no activity' in hits[0] else name}" or "no rule can reach" in hits[0]
    assert int(line) >= 1


def test_the_line_is_that_of_the_mistake(tmp_path: Path) -> None:
    root = copy_of_data(tmp_path)
    spoil(root, "plan/cohorts.yml", "{is: [record.flags, iom]}", "{is: [record.flags, iomm]}")
    (line,) = check_plan(root, interview())
    written = (root / "plan/cohorts.yml").read_text(encoding="utf-8").splitlines()
    assert "iomm]" in written[int(line.split(":")[1]) - 1]


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    root = copy_of_data(tmp_path)
    spoil(root, "plan/courses.yml", "interest: food", "interest: foods")
    spoil(root, "plan/cohorts.yml", "        statement: duty", "        statement: must")
    spoil(root, "plan/rules.yml", "courses: [personal_finances]", "courses: [finances]")
    assert len(check_plan(root, interview())) == 3


def test_files_that_are_no_yaml_or_missing_are_said(tmp_path: Path) -> None:
    root = copy_of_data(tmp_path)
    (root / "plan/rules.yml").write_text("needs: [", encoding="utf-8")
    (root / "plan/alerts.yml").unlink()
    found = "\n".join(check_plan(root, interview()))
    assert "bot/data/plan/rules.yml:" in found
    assert "bot/data/plan/alerts.yml: cannot be read" in found
    with pytest.raises(ContentError):
        load_plan(root)


def test_a_file_that_cannot_be_read_hides_what_only_seems_wrong(tmp_path: Path) -> None:
    root = copy_of_data(tmp_path)
    spoil(root, "plan/cohorts.yml", "cohorts:", "cohorts:\n\t")
    (line,) = check_plan(root)
    assert line.startswith("bot/data/plan/cohorts.yml:")
    spoil(root, "questions/finance.yml", "questions:", "questions:\n\t")
    (line,) = check(root)
    assert line.startswith("bot/data/questions/finance.yml:")
    assert "mend the YAML there" in line


@pytest.mark.parametrize("name", ["activities", "courses", "cohorts", "rules", "routes", "dates", "alerts", "consents"])
def test_nothing_in_a_file_is_survived(tmp_path: Path, name: str) -> None:
    root = copy_of_data(tmp_path)
    (root / f"plan/{name}.yml").write_text("{}", encoding="utf-8")
    assert check_plan(root, interview())


def test_a_bad_row_of_a_prison_s_directory_leaves_the_rest(tmp_path: Path) -> None:
    root = copy_of_data(tmp_path)
    spoil(root, "services/example.yml", "area: northmere", "area: southmere")
    plan = load_plan()
    directory, problems = load_directory(root / "services/example.yml", plan.kinds)
    assert len(directory.services) == len(plan.directory.services) - 1
    (problem,) = problems
    assert "services/example.yml:" in problem
    assert "unknown area 'southmere'" in problem
    nothing, problems = load_directory(root / "services/none.yml", plan.kinds)
    assert not nothing.services
    assert len(problems) == 1


NEW_OPTION = """      - id: no_water
        plain: "I have no water in my cell"
        easy: "I have no water"
      - id: none
        plain: "None of these today"
"""
NEW_ALERT = """alerts:
  - id: no_water
    when: {all: [{is: [urgent_today, no_water]}%s]}
    kind: health
    who: [prison_staff]
    words: "See this person now."
    sensitive: true
    source: "§2.15"
"""


def test_an_urgent_option_that_tells_nobody_is_said_where_it_stands(tmp_path: Path) -> None:
    root = copy_of_data(tmp_path)
    name = "questions/finishing.yml"
    spoil(root, name, '      - id: none\n        plain: "None of these today"\n', NEW_OPTION)
    (line,) = check_plan(root)
    where, mend = "the option 'no_water' of 'urgent_today' is urgent and raises no alert", "write one in plan/alerts.yml"
    assert line.startswith(f"bot/data/{name}:")
    assert where in line
    assert mend in line
    assert "no_water" in (root / name).read_text(encoding="utf-8").splitlines()[int(line.split(":")[1]) - 1]
    spoil(root, "plan/alerts.yml", "alerts:\n", NEW_ALERT % ", {known: record.release}")
    assert any(where in each for each in check_plan(root)), "an alert for some of those who choose it is none for the others"
    spoil(root, "plan/alerts.yml", ", {known: record.release}", "")
    assert check_plan(root) == []


def test_the_pages_have_words_for_each_role_that_may_own_an_item() -> None:
    assert tuple(role for role, _ in ROLES) == OWNER_ROLES
