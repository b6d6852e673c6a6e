"""A new installation: what an administrator sets up before there is anybody in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.casework.casework import Casework
from bot.settings import read_settings
from bot.store import Store
from bot.web.app import create_app
from tests.web.casing import shown_in
from tests.web.conftest import COMPILED, PASSWORD, Browser, House, plan_data

PAGES = ("/services", "/services/add", "/services/import", "/admin/settings")


def nobody_yet(house: House, folder: Path, prisons: list[str]) -> Browser:
    """The administrator of an empty installation, of these prisons."""
    settings = read_settings({"BCST2_HOME": str(folder), "BCST2_SECRET": "s"})
    store = Store.open(settings.database, settings.keys, create_keys=True)
    store.add_user("boss", "Boss", ["administrator"], PASSWORD, "test", prisons)
    casework = Casework(store, house.interview, plan_data(), house.wording)
    app = create_app(settings, store, house.interview, house.wording, house.rasa, casework)
    app.jinja_env.bytecode_cache = COMPILED
    browser = Browser(app)
    browser.get("/sign-in")
    browser.post("/sign-in", {"username": "boss", "password": PASSWORD})
    return browser


@pytest.mark.parametrize("address", PAGES)
def test_a_prison_is_set_up_before_there_is_anybody_in_it(house: House, tmp_path: Path, address: str) -> None:
    boss = nobody_yet(house, tmp_path, ["HMP Example"])
    assert boss.get(address).status_code == 200
    assert "HMP Example" in boss.page
    assert boss.get(f"{address}?prison=HMP+Elsewhere").status_code == 404


def test_who_works_with_every_prison_is_told_what_comes_first(house: House, tmp_path: Path) -> None:
    boss = nobody_yet(house, tmp_path, [])
    for page in PAGES:
        assert boss.get(page, follow_redirects=True).status_code == 200
        assert "No prison is known here yet. Add a person, or add a user with their prison" in shown_in(boss.page)
    boss.get("/admin/users/add")
    more = {
        "username": "ann",
        "display_name": "Ann",
        "roles": ["worker"],
        "new_prison": "HMP Example",
        "password": "three quiet words",
    }
    assert boss.post("/admin/users/add", more).status_code == 303
    for page in PAGES:
        assert boss.get(page).status_code == 200, page
