"""The case list: who is due what, by person and by date, filtered and searched."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.web.casing import SAID, case_of, casework_of, item_of, main_of, plan_page, signed_in_as
from tests.web.conftest import House, text_of


def listed(page: str) -> list[str]:
    """The first names of the people in the list, in its order."""
    return list(re.findall(r'/plan">(\w+)', main_of(page)))


def test_every_plan_is_listed_with_its_next_date(cases: House) -> None:
    worker = signed_in_as(cases, "worker")
    assert worker.get("/cases").status_code == 200
    assert sorted(listed(worker.page)) == sorted(SAID)
    dates = [case_of(cases, name) for name in listed(worker.page)]
    firsts = [min(day for item in case.items if item.state.live for day in (item.due, item.follow_up_by) if day) for case in dates]
    assert firsts == sorted(firsts)
    assert f'href="{plan_page(cases)}"' in worker.page
    assert 'href="/cases"' in worker.get("/people").get_data(as_text=True)


def test_filters_stand_in_the_address_and_narrow_the_list(cases: House) -> None:
    worker = signed_in_as(cases, "worker")
    casework, me = casework_of(cases), cases.store.check_password("worker", "made-up-password").id
    casework.set_worker(cases.person("Daniel").id, me, me)
    for address, expected in (
        ("/cases?worker=me", {"Daniel"}),
        (f"/cases?worker={me}", {"Daniel"}),
        ("/cases?worker=nobody", set(SAID) - {"Daniel"}),
        ("/cases?prison=Nowhere", set()),
        ("/cases?need=debt_advice", {"Daniel", "Siobhan"}),
        ("/cases?worker=nobody&need=debt_advice", {"Siobhan"}),
        ("/cases?state=agreed", set()),
        ("/cases?due=overdue", {"Gareth"}),
        # What is not known is left out.
        ("/cases?due=soon&need=x&pathway=sex_work&state=done&worker=x&page=-3&by=x", set(SAID)),
    ):
        assert worker.get(address).status_code == 200, address
        assert set(listed(worker.page)) == expected, address
    item = next(item for item in case_of(cases, "Tyler").items if "agree" in item.steps and item.pathway == "ete")
    casework.step(cases.person("Tyler").id, item.id, "agree", me, item.seen)
    worker.get("/cases?state=agreed&pathway=ete")
    assert listed(worker.page) == ["Tyler"]
    worker.get("/cases?state=agreed&pathway=finance")
    assert listed(worker.page) == []
    assert "No case is like that" in worker.page


def test_a_page_far_beyond_the_last_is_empty(cases: House) -> None:
    worker = signed_in_as(cases, "worker")
    far = "9" * 20
    for address in (f"/cases?page={far}", f"/cases?by=date&page={far}", f"/people?page={far}"):
        assert worker.get(address).status_code == 200, address
    for address in (f"/api/cases?offset={far}", f"/api/cases/due?offset={far}", f"/api/people?offset={far}"):
        assert worker.get(address).status_code == 200, address
    worker.get(f"/cases?page={far}")
    assert listed(worker.page) == []


def test_a_need_that_is_private_cannot_be_asked_for(cases: House) -> None:
    guard = signed_in_as(cases, "guard")
    private = [need.id for need in cases.interview.needs if need.sensitive]
    guard.get("/cases")
    assert private
    assert not [need for need in private if f'value="{need}"' in guard.page]
    guard.get(f"/cases?need={private[0]}")
    assert sorted(listed(guard.page)) == sorted(SAID)


def test_the_search_is_a_post_and_never_in_an_address(cases: House) -> None:
    worker = signed_in_as(cases, "worker")
    worker.get("/cases")
    assert worker.post("/cases", {"search": "siob", "need": "debt_advice"}).status_code == 200
    assert listed(worker.page) == ["Siobhan"]
    assert "1 found" in worker.page
    worker.post("/cases", {"search": "a0001zz", "by": "date"})
    assert "Daniel Ashworth" in worker.page
    assert "Siobhan" not in main_of(worker.page)
    assert not re.search(r'(href|action)="[^"]*(siob|a0001)', worker.page, re.IGNORECASE)
    worker.post("/cases", {"search": "<b>nobody</b>"})
    assert "Nobody with a plan has that" in worker.page
    assert "<b>nobody" not in worker.page


def test_by_date_a_private_item_is_not_named(cases: House) -> None:
    for user in ("worker", "guard"):
        browser = signed_in_as(cases, user)
        browser.get("/cases?by=date")
        shown = text_of(main_of(browser.page))
        assert "private items" in shown
        for activity in casework_of(cases).plan_data.activities.values():
            if activity.sensitive:
                assert activity.activity not in shown
    assert main_of(browser.page).index("Overdue</h2>") < main_of(browser.page).index("Coming</h2>")


def test_a_follow_up_is_due_by_date(cases: House) -> None:
    worker, case, item = signed_in_as(cases, "worker"), case_of(cases), item_of(cases, "fin_signpost")
    casework_of(cases).step(case.person_id, item.id, "agree", "test", item.seen)
    service = next(iter(case.directory.services))
    casework_of(cases).step(
        case.person_id, item.id, "signpost", "test", item.seen + 1, service=service, how="Told", on=case.today,
        follow_up_by=case.today + timedelta(days=1),
    )  # fmt: skip
    worker.get("/cases?by=date")
    assert "Follow up:" in main_of(worker.page)
    assert f"/items/{item.id}" in worker.page


def test_long_lists_come_in_pages(cases: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.pages.cases.A_PAGE", 4)
    worker = signed_in_as(cases, "worker")
    worker.get("/cases?worker=nobody")
    first = listed(worker.page)
    assert 'href="/cases?worker=nobody&amp;page=2"' in worker.page
    worker.get("/cases?worker=nobody&page=2")
    assert sorted([*first, *listed(worker.page)]) == sorted(SAID)
    assert "Next page" not in worker.page


def test_without_plans_it_says_what_to_do(house: House) -> None:
    worker = house.signed_in()
    worker.get("/cases")
    assert "A plan is made when an interview is finished" in worker.page
    worker.get("/cases?by=date")
    # Nobody has a plan, and yet assessments are due.
    assert "Interview (part 2)" in worker.page
    assert "There is no plan yet" not in worker.page
    worker.get("/cases?by=date&need=find_home")
    assert "No case is like that" in worker.page


def test_the_people_say_which_assessment_is_next(cases: House) -> None:
    worker = signed_in_as(cases, "worker")
    worker.get("/people")
    rows = {
        name: text_of(row) for row in re.findall(r"<tr.*?</tr>", worker.page, re.DOTALL) for name in re.findall(r'">(\w+) ', row)
    }
    assert "Interview (part 2)" in rows["Andrei"]
    assert "Overdue" in rows["Rhys"]
    assert "Interview (part 2)" not in rows["Daniel"]
    assert "Pre-release review" in rows["Tyler"]
