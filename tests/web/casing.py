"""People of the demonstration with interviews, plans and alerts, for the pages of cases."""

from __future__ import annotations

import html
import re

from bot.casework.case import Case, ItemView
from bot.casework.casework import Casework
from tests.web.conftest import PASSWORD, Browser, House, answer_until, text_of, web_of

GUARD = "guard"
_IDS: dict[tuple[str, str], str] = {}
HOMELESS = {
    "where_lived": "private_rented",
    "where_will_live": "nowhere",
    "duty_to_refer_consent": "yes",
    "help_accommodation": "find_home",
    "debts": "yes",
    "debt_kinds": "rent",
    "help_finance": "debt_advice",
    "drugs": "yes",
    "drugs_help": "outside",
    "share_with_services": "yes",
    "share_with_officer": "no",
}
# What Siobhan says in private: none of it may be seen without the safeguarding role.
PRIVATE = {"safety_room": "private", "safety_gate": "now", "hurt_ever": "yes", "hurt_now_or_after": "now", "da_help": "safety_plan"}
SAID = {
    "Daniel": HOMELESS,
    "Siobhan": HOMELESS | PRIVATE,
    "Marcus": {"where_will_live": "not_sure", "help_accommodation": "find_home", "health_needs": "mind_unmet"},
    "Tyler": {"job_after": "no", "help_ete": "find_work", "bank_account": "no", "help_finance": "open_account"},
    "Gareth": {"gp": "no", "help_personal": "register_gp", "alcohol": "yes", "alcohol_help": "in_here"},
    "Lee": {"drugs": "yes", "drugs_help": "in_here", "where_will_live": "nowhere", "urgent_today": "want_to_hurt_myself"},
}


def fill_cases(house: House) -> None:
    """Interviews to the end, and so plans and alerts; a second user, with the safeguarding role."""
    house.store.add_user(GUARD, "Safe Guard", ["worker", "safeguarding"], PASSWORD, by="test")
    for name, said in SAID.items():
        row = house.started(name)
        answer_until(house, row.id, lambda step: False, **said)
        casework_of(house).ensure_plan(row.id, "test")


def casework_of(house: House) -> Casework:
    return web_of(house).casework


def case_of(house: House, name: str = "Daniel") -> Case:
    return casework_of(house).case(house.person(name).id)


def item_of(house: House, activity: str, name: str = "Daniel") -> ItemView:
    return next(item for item in case_of(house, name).items if item.activity.id == activity)


def plan_page(house: House, name: str = "Daniel") -> str:
    return f"/people/{house.person(name).id}/plan"


def item_page(house: House, activity: str, name: str = "Daniel") -> str:
    # Every house with cases is a copy of the same one.
    if (activity, name) not in _IDS:
        _IDS[activity, name] = item_of(house, activity, name).id
    return f"{plan_page(house, name)}/items/{_IDS[activity, name]}"


def signed_in_as(house: House, username: str) -> Browser:
    browser = house.client()
    browser.get("/sign-in")
    browser.post("/sign-in", {"username": username, "password": PASSWORD})
    return browser


def audited(house: House, what: str) -> list[tuple[str, ...]]:
    """The subjects of every line of the audit that says this, the newest first."""
    return [row.subjects for row in house.store.audit_rows(500) if row.what == what]


def shown_in(page: str) -> str:
    """What the page's own part says, as it is read."""
    return html.unescape(text_of(main_of(page)))


def main_of(page: str) -> str:
    """The page's own part, without the header and the alerts."""
    found = re.search(r"<main.*?</main>", page, re.DOTALL)
    assert found
    return found[0]
