"""The prison's directory of services: list, filters, one service, import and export."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from tests.web.casing import casework_of, main_of, plan_page, shown_in, signed_in_as
from tests.web.conftest import Browser, House

PRISON = "HMP Northmere (made-up)"
NEW = {
    "prison": PRISON,
    "name": "Eastmarsh Night Shelter",
    "where": "community",
    "area": "eastmarsh",
    "how": "Ring before 6pm.",
    "phone": "01632 960999",
    "languages": "en, pl",
    "interpreters": "yes",
    "women_only": "no",
    "kinds": ["emergency_accommodation"],
}


@pytest.fixture
def at_work(house: House) -> Browser:
    return signed_in_as(house, "administrator")


def names(page: str) -> list[str]:
    return re.findall(r'id="service-(\w+)"', main_of(page))


def directory(house: House) -> dict[str, Any]:
    return casework_of(house).directory(PRISON).services


def test_the_example_is_shown_as_an_example(house: House, at_work: Browser) -> None:
    assert at_work.get("/services").status_code == 200
    assert names(at_work.page) == list(directory(house))
    assert "This is an example." in at_work.page
    assert f"{len(directory(house))} services" in at_work.page


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ("area=eastmarsh", lambda service: service.area == "eastmarsh"),
        ("kind=dwp", lambda service: "dwp" in service.kinds),
        ("language=pl", lambda service: "pl" in service.languages),
        ("where=custody", lambda service: service.where in ("custody", "both")),
        (
            "area=bro_aled&language=cy&where=community",
            lambda s: s.area == "bro_aled" and "cy" in s.languages and s.where != "custody",
        ),
    ],
)
def test_filters(house: House, at_work: Browser, wanted: str, fits: Any) -> None:
    at_work.get(f"/services?{wanted}")
    assert names(at_work.page) == [name for name, service in directory(house).items() if fits(service)]
    assert names(at_work.page)
    at_work.get("/services?area=nowhere")
    assert "A plan names no service that is not here" in at_work.page


def test_a_service_is_added_and_makes_a_directory(house: House, at_work: Browser) -> None:
    at_work.get("/services/add")
    response = at_work.post("/services/add", NEW)
    assert response.status_code == 303
    assert response.location.endswith("#service-eastmarsh_night_shelter")
    added = directory(house)["eastmarsh_night_shelter"]
    assert (added.languages, added.interpreters, added.women_only, added.kinds) == (
        ("en", "pl"), True, False, ("emergency_accommodation",),
    )  # fmt: skip
    assert list(directory(house)) == ["eastmarsh_night_shelter"], "and nothing of the example"
    at_work.get("/services")
    assert "This is an example." not in at_work.page
    assert "The service is saved." in at_work.page
    # A second one of that name gets an id of its own.
    at_work.post("/services/add", NEW)
    assert "eastmarsh_night_shelter_2" in directory(house)


def test_mistakes_of_a_service_stand_beside_their_fields(house: House, at_work: Browser) -> None:
    at_work.get("/services/add")
    wrong = {"prison": PRISON, "opening": "Every day", "languages": "en", "area": "mars", "kinds": [], "only_for": ["women"]}
    assert at_work.post("/services/add", wrong).status_code == 422
    for field in ("name", "where", "area", "how", "kinds"):
        assert f'href="#{field}"' in at_work.page
        assert f'id="{field}-error"' in at_work.page
    assert 'value="Every day"' in at_work.page
    assert re.search(r'value="women" checked', at_work.page)
    assert not house.store.directories()
    assert at_work.post("/services/add", {**NEW, "kinds": ["nonsense"]}).status_code == 422
    assert "unknown kind" in shown_in(at_work.page)


def test_a_service_is_changed_and_removed(house: House, at_work: Browser) -> None:
    at_work.get("/services/entry/mere_homes")
    assert 'value="Mere Homes housing association"' in at_work.page
    data = {**NEW, "name": "Mere Homes", "before": at_work.hidden("before"), "kinds": ["housing_provider"]}
    assert at_work.post("/services/entry/mere_homes", data).status_code == 303
    assert directory(house)["mere_homes"].name == "Mere Homes"
    # A page that was opened before does not undo it.
    at_work.get("/services")
    # Nor when it comes back after a mistake: they have still not seen the change.
    assert at_work.post("/services/entry/mere_homes", {**data, "name": ""}).status_code == 422
    assert at_work.hidden("before") == data["before"]
    assert at_work.post("/services/entry/mere_homes", {**data, "name": "Too late"}).status_code == 409
    assert "Somebody changed this service after you opened the page" in at_work.page
    assert 'value="Too late"' in at_work.page
    assert at_work.post("/services/entry/mere_homes", {"prison": PRISON, "do": "remove"}).status_code == 303
    assert "mere_homes" not in directory(house)
    assert at_work.get("/services/entry/mere_homes").status_code == 404
    assert at_work.get("/services/entry/..").status_code == 404
    assert at_work.get("/services?prison=HMP+Nowhere").status_code == 404


def test_an_area_is_added_once(house: House, at_work: Browser) -> None:
    for _ in range(2):
        at_work.get("/services")
        at_work.post("/services/areas", {"prison": PRISON, "area_name": "Westbrook District Council"})
    areas = casework_of(house).directory(PRISON).areas
    assert [area for area, name in areas.items() if name == "Westbrook District Council"] == ["westbrook_district_council"]
    at_work.get("/services/add")
    assert "Westbrook District Council" in at_work.page


def upload(browser: Browser, name: str, data: str, how: str = "add") -> int:
    browser.get("/services/import")
    return browser.post("/services/import", {"prison": PRISON, "how": how, "file": (io.BytesIO(data.encode()), name)}).status_code


HEAD = "id,name,kinds,area,where,how\n"


def test_import_keeps_the_good_rows_and_names_the_bad_ones(house: House, at_work: Browser) -> None:
    rows = HEAD + "shelter,Shelter,emergency_accommodation,eastmarsh,community,Ring\nbad,,nonsense,mars,up,\n"
    assert upload(at_work, "services.csv", rows) == 422
    assert "1 service changed" in at_work.page
    shown = shown_in(at_work.page)
    for words in ("unknown kind 'nonsense'", "unknown area 'mars'", "has no 'name'"):
        assert words in shown
    assert "shelter" in directory(house)


def test_import_in_place_of_all(house: House, at_work: Browser) -> None:
    rows = HEAD + "shelter,Shelter,emergency_accommodation,national,community,Ring\n"
    assert upload(at_work, "services.CSV", rows, "replace") == 200
    assert list(directory(house)) == ["shelter"]


def test_files_that_cannot_be_used(house: House, at_work: Browser) -> None:
    for name, data, words in (
        ("services.csv", "a,b\n1,2\n", "The heading row lacks"),
        ("services.yml", "[", "line"),
        ("services.yml", "a: 1", "services"),
        ("services.txt", "x", "must be a CSV or a YAML file"),
        ("", "x", "Choose a file"),
    ):
        assert upload(at_work, name, data) == 422, name
        assert words.lower() in shown_in(at_work.page).lower() or name == "services.yml", (name, words)
        assert "/tmp" not in at_work.page
    assert not house.store.directories()


def test_what_is_exported_can_be_imported(house: House, at_work: Browser) -> None:
    for kind in ("csv", "yml"):
        response = at_work.get(f"/services/directory.{kind}")
        assert "attachment" in response.headers["Content-Disposition"]
        before = directory(house)
        assert upload(at_work, f"services.{kind}", response.get_data(as_text=True), "replace" if kind == "yml" else "add") == 200
        assert {name: row.name for name, row in directory(house).items()} == {name: row.name for name, row in before.items()}


def test_a_plan_names_the_services_of_the_directory(cases: House) -> None:
    worker = signed_in_as(cases, "worker")
    worker.get(plan_page(cases))
    assert "None: the area the person goes to is not known" in shown_in(worker.page)
    assert "Citizens Advice" in shown_in(worker.page)
