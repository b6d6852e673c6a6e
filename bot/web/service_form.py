"""One service of a directory as a form."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from bot.casework.directories import COLUMNS
from bot.plan.services import Service

TEXTS = ("name", "area", "where", "how", "phone", "languages", "opening")
LISTS, FLAGS = ("kinds", "only_for"), ("interpreters", "women_only")
# What each problem of a row means in front of its field.
_MENDS = {
    "kinds": "Choose at least one kind of service",
    "area": "Choose the area",
    "where": "Choose where it is",
    "how": "Write how it is reached",
    "name": "Write its name",
}


def values_of(service: Service) -> dict[str, Any]:
    """A service as the form shows it."""
    values: dict[str, Any] = {name: getattr(service, name) for name in (*TEXTS, *LISTS)}
    values |= {name: "yes" if getattr(service, name) else "no" for name in FLAGS}
    return values | {"languages": ", ".join(service.languages), "kinds": list(service.kinds), "only_for": list(service.only_for)}


def digest(service: Service) -> str:
    """What tells a service from what it is after somebody changed it."""
    return hashlib.sha256(repr([getattr(service, name) for name in COLUMNS]).encode()).hexdigest()[:16]


def slug(name: str, taken: Iterable[str] = ()) -> str:
    """An id from a name: small letters and lines, one that is not taken."""
    base = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40].strip("_")
    base = base if base[:1].isalpha() else f"s_{base}".rstrip("_")
    used, number, found = set(taken), 1, base
    while found in used:
        number += 1
        found = f"{base}_{number}"
    return found


def errors_of(row: dict[str, Any], areas: Iterable[str]) -> dict[str, str]:
    """What is missing, by field: the mistakes that the form itself can tell."""
    wrong = [name for name in ("name", "how") if not row[name]]
    wrong += ["kinds"] if not row["kinds"] else []
    wrong += ["area"] if row["area"] not in areas else []
    wrong += ["where"] if not row["where"] else []
    return {name: _MENDS[name] for name in _MENDS if name in wrong}
