"""The services that a person was sent to, and what came of it (2.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Signposting:
    """The person was sent to a service. ``follow_up_by`` is None once the outcome is known; ``outcomes`` are (day, outcome)."""

    service: str
    on: date
    how: str
    follow_up_by: date | None
    outcomes: tuple[tuple[date, str], ...] = ()

    @property
    def followed_up(self) -> bool:
        return bool(self.outcomes)

    def to_json(self) -> dict[str, Any]:
        return {
            "service": self.service,
            "on": self.on.isoformat(),
            "how": self.how,
            "follow_up_by": self.follow_up_by.isoformat() if self.follow_up_by else None,
            "outcomes": [[day.isoformat(), outcome] for day, outcome in self.outcomes],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Signposting:
        """The signposting that ``to_json`` wrote, or the data of the step by which it was made."""
        by = data.get("follow_up_by")
        outcomes = tuple((date.fromisoformat(day), outcome) for day, outcome in data.get("outcomes", ()))
        return cls(data["service"], date.fromisoformat(data["on"]), data["how"], date.fromisoformat(by) if by else None, outcomes)


def followed_up(signpostings: tuple[Signposting, ...], data: Mapping[str, Any]) -> tuple[Signposting, ...]:
    """One more outcome for every open signposting to the service made by that day, or for the latest where none is open."""
    on, by, found = date.fromisoformat(data["on"]), data.get("follow_up_by"), list(signpostings)
    sent = [place for place, one in enumerate(signpostings) if one.service == data["service"] and one.on <= on]
    places = [place for place in sent if signpostings[place].follow_up_by is not None] or sent[-1:]
    for place in places:
        one = signpostings[place]
        # Asked about again, it is asked about once.
        again = date.fromisoformat(by) if by and place == places[-1] else None
        found[place] = replace(one, follow_up_by=again, outcomes=(*one.outcomes, (on, data["outcome"])))
    return tuple(found)
