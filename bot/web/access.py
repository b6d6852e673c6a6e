"""Who may see what of a case: the one place that decides, and that notes in the audit that somebody looked."""

from __future__ import annotations

from flask import abort, g

from bot.casework.case import Case, ItemView
from bot.plan.definitions import Activity
from bot.store.plan_types import AlertRow
from bot.web import security
from bot.web.state import web

SAFEGUARDING = "safeguarding"


def sees_private() -> bool:
    """Whether whoever is signed in has the safeguarding role."""
    return SAFEGUARDING in security.signed_in().user.roles


def by() -> str:
    """The id of whoever is signed in, for what they change."""
    return security.signed_in().user.id


def case_of(person_id: str, what: str = "case seen", *subjects: str) -> Case:
    """A person's case as whoever is signed in may see it. That they looked is noted, as ``what``; "" notes nothing.

    Raises:
        NotFound: there is no such person.
        StoreError: it could not be read, or the look not be noted: then nothing is shown.
    """
    found = web().casework.case(person_id)
    if what:
        web().store.audit(by(), what, person_id, *subjects)
    return found if sees_private() else found.without_sensitive()


def item_of(case: Case, item_id: str) -> ItemView:
    """An item of a case, or the page that says there is none: also for one that is not for these eyes."""
    try:
        return case.item(item_id)
    except KeyError:
        abort(404)


def activity_of(activity_id: str) -> Activity | None:
    """An activity of the menu that whoever is signed in may put on a plan."""
    found = web().casework.plan_data.activities.get(activity_id)
    return found if found is not None and (sees_private() or not found.sensitive) else None


def menu() -> tuple[Activity, ...]:
    """The activities that whoever is signed in may put on a plan, in the order of the instruction."""
    private = sees_private()
    return tuple(each for each in web().casework.plan_data.activities.values() if private or not each.sensitive)


def sees_detail(alert: AlertRow) -> bool:
    """Whether what was answered or said may be shown beside the words of an alert."""
    return not alert.sensitive or sees_private()


def names() -> dict[str, str]:
    """The names of users by their id, looked up once a request."""
    if "user_names" not in g:
        g.user_names = {user.id: user.display_name for user in web().store.users()}
    found: dict[str, str] = g.user_names
    return found
