"""Who sees what of a case: private parts only with the safeguarding role, and every look and change in the audit."""

from __future__ import annotations

import html
import re

import pytest

from bot.store.errors import StoreBusy
from tests.web.casing import audited, case_of, casework_of, item_page, main_of, plan_page, signed_in_as
from tests.web.conftest import House

HERS = "Siobhan"
PAGES = ("", "/add", "/earlier", "/referrals", "/consents", "/groups")


def private_words(house: House) -> set[str]:
    """Words that tell of something private: of the menu, the groups, the consents and the questions."""
    plan, interview = casework_of(house).plan_data, house.interview
    found = {words for each in plan.activities.values() if each.sensitive for words in (each.activity, each.plain, each.id)}
    found |= {words for group in plan.cohorts.values() if group.sensitive for words in (group.label, f'"{group.id}"')}
    found |= {words for rule in plan.consents.values() if rule.sensitive for words in (rule.label, f'"{rule.id}"')}
    found |= {words for need in interview.needs if need.sensitive for words in (need.plain, need.because)}
    found |= {words for question in interview.questions if question.sensitive for words in (question.plain.ask, f'"{question.id}"')}
    found |= {plan.pathways["domestic_abuse"], plan.pathways["sex_work"]}
    # Words that are just as much those of something that is not private.
    open_words = " ".join(
        [*(each.activity + each.plain for each in plan.activities.values() if not each.sensitive)]
        + [question.plain.ask for question in interview.questions if not question.sensitive]
        + [need.plain + need.because for need in interview.needs if not need.sensitive]
    )
    return {words for words in found if len(words) > 5 and words not in open_words}


def every_page(house: House, name: str = HERS) -> list[str]:
    case = case_of(house, name)
    shown = [f"{plan_page(house, name)}{page}" for page in PAGES]
    shown += [f"/people/{case.person_id}", f"/people/{case.person_id}/papers", "/cases", "/cases?by=date", "/alerts", "/people"]
    shown += [f"{plan_page(house, name)}/items/{item.id}" for item in case.items if not item.sensitive and item.before is None][:6]
    return [*shown, f"/api/people/{case.person_id}/case", "/api/cases", "/api/cases/due", "/api/alerts"]


def test_without_the_role_nothing_private_is_on_any_page(cases: House) -> None:
    worker, private = signed_in_as(cases, "worker"), private_words(cases)
    assert len(private) > 50
    for address in every_page(cases):
        assert worker.get(address).status_code == 200, address
        page = html.unescape(worker.page)
        assert not {words for words in private if words in page}, address


def test_with_the_role_it_is_there_and_never_in_an_address(cases: House) -> None:
    guard, case, private = signed_in_as(cases, "guard"), case_of(cases, HERS), private_words(cases)
    guard.get(plan_page(cases, HERS))
    page = html.unescape(main_of(guard.page))
    assert "Support for people who have lived with domestic abuse" in page
    assert "Private</strong>" in page
    assert all(item.id in page for item in case.shown() if item.sensitive)
    for address in every_page(cases):
        guard.get(address)
        links = html.unescape(" ".join(re.findall(r'(?:href|action)="([^"]*)"', guard.page)))
        assert not {words for words in private if words in links}, address
    ids = {each.id for each in casework_of(cases).plan_data.activities.values() if each.sensitive}
    assert not {name for name in ids if name in links}


def test_a_private_item_is_not_there_without_the_role(cases: House) -> None:
    worker, guard, case = signed_in_as(cases, "worker"), signed_in_as(cases, "guard"), case_of(cases, HERS)
    item = next(item for item in case.items if item.sensitive and "agree" in item.steps)
    address = f"{plan_page(cases, HERS)}/items/{item.id}"
    assert worker.get(address).status_code == 404
    worker.get(plan_page(cases, HERS))
    for path, data in (
        (f"{address}/steps", {"seen": str(item.seen), "step": "agree"}),
        (f"{plan_page(cases, HERS)}/look", {"item": item.id, "seen": str(item.seen), "do": "accept"}),
        (f"{plan_page(cases, HERS)}/everybody", {"item": f"{item.id}:{item.seen}", "what": "x", "pathway": item.pathway}),
        (f"{plan_page(cases, HERS)}/consents", {"consent": "marac", "do": "give"}),
        (f"{plan_page(cases, HERS)}/groups", {"group": "domestic_abuse", "mark": "out", "reason": "x"}),
    ):
        assert worker.post(path, data).status_code == 404, path
        worker.get(plan_page(cases, HERS))
    assert case_of(cases, HERS).item(item.id).seen == item.seen
    assert guard.get(address).status_code == 200
    assert guard.post(f"{address}/steps", {"seen": str(item.seen), "step": "agree"}).status_code == 303


def test_consents_and_groups_that_are_private_with_the_role(cases: House) -> None:
    guard = signed_in_as(cases, "guard")
    guard.get(plan_page(cases, HERS) + "/consents")
    response = guard.post(plan_page(cases, HERS) + "/consents", {"consent": "marac", "do": "give", "note": "Told me"})
    assert response.status_code == 303
    assert "marac" not in response.location
    assert case_of(cases, HERS).consents.may_share("marac")
    guard.get(plan_page(cases, HERS) + "/groups")
    group = {"group": "domestic_abuse", "mark": "out", "reason": "Not so"}
    response = guard.post(plan_page(cases, HERS) + "/groups", group)
    assert response.status_code == 303
    assert "domestic" not in response.location


@pytest.mark.parametrize(
    ("page", "what"),
    [("", "plan seen"), ("/consents", "consents seen"), ("/referrals", "referrals seen"), ("/groups", "groups seen")],
)
def test_each_look_is_noted_without_a_word_of_it(cases: House, page: str, what: str) -> None:
    worker, case = signed_in_as(cases, "worker"), case_of(cases)
    worker.get(plan_page(cases) + page)
    assert audited(cases, what) == [(case.person_id,)]
    user = cases.store.check_password("worker", "made-up-password")
    assert next(row.who for row in cases.store.audit_rows(20) if row.what == what) == user.id


def test_a_step_and_an_item_are_noted_by_their_ids(cases: House) -> None:
    worker, case = signed_in_as(cases, "worker"), case_of(cases)
    page = item_page(cases, "acc_duty_to_refer")
    worker.get(f"{page}?step=note")
    item_id = page.rpartition("/")[2]
    assert audited(cases, "item seen") == [(case.person_id, item_id)]
    worker.post(f"{page}/steps", {"seen": worker.hidden("seen"), "step": "note", "note": "Something said"})
    assert item_id in audited(cases, "item: note")[0]
    assert "Something said" not in str(cases.store.audit_rows(500))
    assert cases.store.verify_audit()


def test_a_look_that_cannot_be_noted_is_not_given(cases: House, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = signed_in_as(cases, "worker")

    def busy(*_: object) -> None:
        raise StoreBusy("database: another process is using it")

    monkeypatch.setattr(type(cases.store), "audit", busy)
    assert worker.get(plan_page(cases)).status_code == 503
    assert "settled place" not in worker.page
