"""Who may see what of a case: the one place that decides, and that notes in the audit that somebody looked."""

from __future__ import annotations

from collections.abc import Iterable

from flask import abort, g

from bot.casework.case import Case, ItemView
from bot.plan.definitions import Activity
from bot.store.plan_types import AlertRow
from bot.store.types import Session, User
from bot.web import gate, security
from bot.web.state import web

SAFEGUARDING = "safeguarding"


def sees_private() -> bool:
    """Whether whoever is signed in has the safeguarding role."""
    return SAFEGUARDING in security.signed_in().user.roles


def may(endpoint: str) -> bool:
    """Whether whoever is at this page may open an endpoint: for leaving out links that lead nowhere."""
    session: Session | None = g.get("signed_in")
    return session is not None and session.interview_id is None and gate.rules().allows(endpoint, session.user.roles)


def prisons() -> tuple[str, ...] | None:
    """The prisons that whoever is signed in works with; None: all of them."""
    return security.signed_in().user.prisons or None


def here(names: Iterable[str]) -> list[str]:
    """Those of these prisons that whoever is signed in works with."""
    mine = prisons()
    return [name for name in names if mine is None or name in mine]


def own_person(person_id: str) -> str:
    """A person's id that came in a form and not in the address, if whoever is signed in works with them. Raises NotFound, 404."""
    gate.own("person", person_id, prisons() or ())
    return person_id


def workers() -> list[User]:
    """The users who can be given a plan: of a role that opens plans, and of a prison of whoever is signed in."""
    table, mine = gate.rules().open["plan.show"], prisons()
    return [
        user
        for user in web().store.users()
        if not user.disabled
        and not table.isdisjoint(user.roles)
        and (mine is None or not user.prisons or not {*mine}.isdisjoint(user.prisons))
    ]


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
        g.user_names = {user.id: user.display_name for user in web().store.users(with_kiosk=True)}
    found: dict[str, str] = g.user_names
    return found
