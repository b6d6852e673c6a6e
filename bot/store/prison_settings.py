"""What each prison sets for itself: self-completion of the safety section, who a person can turn to, how long a page may rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path

from bot.interview.yamlfile import ContentError, read_yaml
from bot.store import gate_models
from bot.store.audit import AuditTrail
from bot.store.errors import BadInput, ChangedMeanwhile

FILE = Path(__file__).parents[1] / "data" / "contacts.yml"
MOST_CONTACTS = 12
LONGEST = {"name": 80, "what": 300, "how": 300, "phone": 40}
# Minutes without a touch before a page locks: (least, most).
IDLE, SAFETY_IDLE = (3, 15), (2, 3)


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody a person can turn to. ``phone`` is "" where there is no number."""

    name: str
    what: str
    how: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PrisonSettings:
    """The settings of a prison. ``idle_minutes`` and ``safety_idle_minutes``: how long a kiosk page may rest before it locks, on
    the safety pages sooner. ``version`` grows with every change; 0: the prison has set nothing, and these are the usual ones."""

    prison: str
    safety_self_completion: bool = True
    contacts: tuple[Contact, ...] = ()
    idle_minutes: int = 10
    safety_idle_minutes: int = 3
    version: int = 0


@cache
def usual_phrases() -> dict[Contact, str]:
    """Who there is in any prison (``bot/data/contacts.yml``), each with the phrase that has their words. Raises ContentError."""
    try:
        rows = read_yaml(FILE)["contacts"]
        return {Contact(**{name: str(row[name]) for name in LONGEST}): str(row["phrase"]) for row in rows}
    except (KeyError, TypeError):
        raise ContentError(f"{FILE}: each contact needs phrase, {', '.join(LONGEST)}") from None


def usual_contacts() -> tuple[Contact, ...]:
    """Who there is in any prison, in the order they are shown in. Raises ContentError."""
    return tuple(usual_phrases())


class Settings(AuditTrail):
    """The part of the store that keeps the settings of prisons."""

    def settings(self, prison: str) -> PrisonSettings:
        """The settings of a prison (its name, as ``Person.prison``); the usual ones while it has none of its own."""
        with self.read() as session:
            row = session.get(gate_models.PrisonSettings, prison)
            if row is None:
                return PrisonSettings(prison, contacts=usual_contacts())
            details = {**row.details, "contacts": tuple(Contact(**each) for each in row.details["contacts"])}
            return PrisonSettings(prison, version=row.version, **details)

    def put_settings(self, settings: PrisonSettings, by: str) -> PrisonSettings:
        """Keep the settings of a prison; ``version`` is that of the settings they were made from.

        Raises:
            BadInput: a contact without a name or a way to reach it, or a figure out of bounds; the message names it.
            ChangedMeanwhile: somebody else has changed them since.
        """
        if not settings.prison.strip():
            raise BadInput("prison: is missing; name one")
        _check(settings)
        details = {field.name: getattr(settings, field.name) for field in fields(settings)}
        details |= {"contacts": [asdict(contact) for contact in settings.contacts]}
        del details["prison"], details["version"]
        with self.write() as session:
            row = session.get(gate_models.PrisonSettings, settings.prison, with_for_update=True)
            if (0 if row is None else row.version) != settings.version:
                raise ChangedMeanwhile
            now = self.clock()
            if row is None:
                row = gate_models.PrisonSettings(prison=settings.prison, version=0)
                session.add(row)
            changed = [name for name, value in details.items() if (row.details or {}).get(name) != value]
            row.details, row.version, row.changed_at, row.changed_by = details, settings.version + 1, now, by
            self.note(session, by, "settings changed", settings.prison, *changed)
        return self.settings(settings.prison)


def _check(settings: PrisonSettings) -> None:
    for name, value, (least, most) in (
        ("idle_minutes", settings.idle_minutes, IDLE),
        ("safety_idle_minutes", settings.safety_idle_minutes, SAFETY_IDLE),
    ):
        if not least <= value <= most:
            raise BadInput(f"{name}: write a number from {least} to {most}")
    _check_contacts(settings.contacts)


def _check_contacts(contacts: Sequence[Contact]) -> None:
    if not 1 <= len(contacts) <= MOST_CONTACTS:
        raise BadInput(f"contacts: write 1 to {MOST_CONTACTS}; somebody must be there to turn to")
    for number, contact in enumerate(contacts, start=1):
        if not contact.name.strip() or not (contact.how.strip() or contact.phone.strip()):
            raise BadInput(f"contact {number}: write who it is, and how to reach them")
        for name, most in LONGEST.items():
            if len(getattr(contact, name)) > most:
                raise BadInput(f"contact {number}: {name}: write at most {most} characters")
