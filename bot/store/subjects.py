"""Whom the lines of the audit are about: it names ids only, and whoever reads it needs to know whose they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from bot.store import models
from bot.store.audit import AuditTrail
from bot.store.people import in_prisons
from bot.store.plan_models import Alert, Plan, PlanItem
from bot.store.types import Prisons


@dataclass(frozen=True, slots=True)
class Subject:
    """A person, or something of theirs (``kind``: person, interview, plan, item, alert)."""

    kind: str
    person_id: str
    prison_number: str


class Subjects(AuditTrail):
    """The part of the store that says what an id is of."""

    def subjects(self, ids: Collection[str], prison: Prisons = None) -> dict[str, Subject]:
        """What these ids are of, by id. Ids of anything else, or of a person in another prison, are left out. Decrypts nothing."""
        person = models.Person
        number = (person.id, person.prison_number)
        queries = {
            "person": select(person.id, *number),
            "interview": select(models.Interview.id, *number).join(person),
            "plan": select(Plan.id, *number).join(person),
            "item": select(PlanItem.id, *number).join(Plan, PlanItem.plan_id == Plan.id).join(person),
            "alert": select(Alert.id, *number).join(person),
        }
        found: dict[str, Subject] = {}
        with self.read() as session:
            for kind, query in queries.items():
                rows = session.execute(query.where(query.selected_columns[0].in_(ids), *in_prisons(person.prison, prison)))
                found |= {row_id: Subject(kind, person_id, name) for row_id, person_id, name in rows}
        return found
