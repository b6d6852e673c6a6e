"""What somebody who signs in may be: the roles (``bot/data/roles.yml``), and how long their sessions last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from bot.interview.yamlfile import ContentError, read_yaml
from bot.store.errors import BadInput

FILE = Path(__file__).parents[1] / "data" / "roles.yml"
KIOSK = "kiosk"


@dataclass(frozen=True, slots=True)
class Role:
    """A role. ``name`` and ``what`` are for staff."""

    id: str
    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts: without a click, and in any case."""

    idle: timedelta
    whole: timedelta


@cache
def _read() -> tuple[dict[str, Role], dict[str, Limits]]:
    found = read_yaml(FILE)
    try:
        roles = {name: Role(name, str(row["name"]), str(row["what"])) for name, row in found["roles"].items()}
        limits = {name: _limits(row) for name, row in {**found["roles"], KIOSK: found[KIOSK]}.items()}
    except (KeyError, TypeError):
        raise ContentError(f"{FILE}: each role needs name, what, idle_minutes and hours; kiosk the last two") from None
    return roles, limits


def _limits(row: dict[str, int]) -> Limits:
    return Limits(timedelta(minutes=row["idle_minutes"]), timedelta(hours=row["hours"]))


def roles() -> dict[str, Role]:
    """The roles by their id. Raises ContentError."""
    return _read()[0]


def limits_of(held: Sequence[str], bound: bool = False) -> Limits:
    """How long a session of somebody with these roles lasts: the shortest counts. ``bound``: it is a kiosk's."""
    every = _read()[1]
    found = [every[KIOSK]] if bound else [every[role] for role in held if role in roles()] or [every[KIOSK]]
    return Limits(min(each.idle for each in found), min(each.whole for each in found))


def longest() -> Limits:
    """How long any session lasts at most."""
    every = _read()[1].values()
    return Limits(max(each.idle for each in every), max(each.whole for each in every))


def checked(wanted: Sequence[str]) -> list[str]:
    """Roles in the order of the file, each once. Raises BadInput for one that there is not."""
    unknown = [role for role in wanted if role not in roles()]
    if unknown:
        raise BadInput(f"roles: there is no role of that name; choose from {', '.join(roles())}")
    return [role for role in roles() if role in wanted]
