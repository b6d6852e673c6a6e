"""The prison's directory of services: reading it, and finding the service that fits a person. A plan names no other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

NATIONAL = "national"
WHERE = ("custody", "community", "both")
_NEAREST = ("both", "custody", "community")
NONE_LISTED = "the directory has none"
NONE_NEARBY = "the directory has none for this person's area"
AREA_UNKNOWN = "the area the person goes to is not known"
_ID = re.compile(r"[a-z][a-z0-9_]*")
_WORD = re.compile(r"\w+")
# These go by the council the person has chosen, where they have chosen one (Homelessness Reduction Act 2017, section 10).
_BY_COUNCIL = frozenset({"local_authority_housing", "housing_provider", "deposit_scheme", "emergency_accommodation"})
_OF_COUNCILS = frozenset("council city borough county district metropolitan unitary london royal the of cyngor sir dinas".split())
_LISTS = ("kinds", "languages", "only_for")
_FLAGS = ("interpreters", "women_only")
_WORDS = ("id", "name", "area", "where", "how", "phone", "opening")


@dataclass(frozen=True, slots=True)
class Service:
    """One entry of the directory. ``kinds`` are ids of ``activities.yml`` (services), ``area`` one of the directory or national.

    ``only_for`` names the groups (ids of ``cohorts.yml``) it is kept for; empty: everybody.
    """

    id: str
    name: str
    kinds: tuple[str, ...]
    area: str
    where: str
    how: str = ""
    phone: str = ""
    languages: tuple[str, ...] = ()
    interpreters: bool = False
    opening: str = ""
    women_only: bool = False
    only_for: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Directory:
    """The services of one prison. ``areas`` maps the id of a council area to its name."""

    prison: str = ""
    areas: dict[str, str] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)

    def of_kind(self, kind: str) -> Iterator[Service]:
        """The services of one kind, in the directory's order."""
        return (service for service in self.services.values() if kind in service.kinds)

    def area_of(self, words: str | None) -> str | None:
        """The area that free words mean ("northmere", "Northmere City"), or None if they mean none, or more than one.

        An area is meant by its id, or by its name with or without words such as "council".
        """
        said = set(_WORD.findall((words or "").lower()))
        found = []
        for area, name in self.areas.items():
            names = [set(area.lower().split("_")), *(set(_WORD.findall(part.lower())) - _OF_COUNCILS for part in name.split("/"))]
            if any(one and one <= said for one in names):
                found.append(area)
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Seeker:
    """What decides which service fits: ``home`` and ``council`` are area ids or None, ``language`` a language code."""

    female: bool = False
    home: str | None = None
    council: str | None = None
    language: str = "en"
    cohorts: frozenset[str] = frozenset()

    def may_use(self, service: Service) -> bool:
        """Whether a service is for people like this one."""
        return (self.female or not service.women_only) and (not service.only_for or not self.cohorts.isdisjoint(service.only_for))

    def area_for(self, kind: str) -> str | None:
        return (self.council or self.home) if kind in _BY_COUNCIL else self.home


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A service for an item: its id, or None with ``why``. ``kinds`` were looked for, ``others`` would fit as well (ids)."""

    service: str | None
    kind: str | None
    why: str
    kinds: tuple[str, ...]
    others: tuple[str, ...] = ()


def suggest(
    directory: Directory, kinds: Iterable[str], seeker: Seeker, known: dict[str, list[Service]] | None = None
) -> Suggestion | None:
    """The service that fits best, of the first kind that has one; None if no kind of service is called for.

    A service fits if it is for people like this one, and is in the person's area, national, or in this prison. Of those that fit,
    one that speaks the person's language comes first; then one kept for women or for a group the person is in; then one that works
    both here and outside, one in this prison, one outside; then one of the person's own area. ``known`` keeps what fits by kind
    between calls for the same person and directory.
    """
    wanted = tuple(dict.fromkeys(kinds))
    if not wanted:
        return None
    fitting = {} if known is None else known
    for kind in wanted:
        if kind not in fitting:
            fit = (service for service in directory.of_kind(kind) if _fits(service, seeker, seeker.area_for(kind)))
            fitting[kind] = sorted(fit, key=lambda service: _rank(service, seeker))
    found = [(kind, service) for kind in wanted for service in fitting[kind]]
    if found:
        others = dict.fromkeys(service.id for _, service in found[1:] if service.id != found[0][1].id)
        return Suggestion(found[0][1].id, found[0][0], "", wanted, tuple(others))
    listed = [service for kind in wanted for service in directory.of_kind(kind)]
    if not any(seeker.may_use(service) for service in listed):
        return Suggestion(None, None, NONE_LISTED, wanted)
    somewhere = all(seeker.area_for(kind) is not None for kind in wanted)
    return Suggestion(None, None, NONE_NEARBY if somewhere else AREA_UNKNOWN, wanted)


def _fits(service: Service, seeker: Seeker, area: str | None) -> bool:
    return seeker.may_use(service) and (service.area in (NATIONAL, area) or service.where == "custody")


def _rank(service: Service, seeker: Seeker) -> tuple[int, bool, int, bool]:
    speaks = 0 if seeker.language in service.languages else 1 if service.interpreters else 2
    return speaks, not (service.women_only or service.only_for), _NEAREST.index(service.where), service.area == NATIONAL


def read_services(
    rows: Iterable[Mapping[str, Any]], kinds: Mapping[str, str], areas: Mapping[str, str]
) -> tuple[dict[str, Service], list[tuple[int, str]]]:
    """Services from rows (of YAML, or of CSV with lists as "a; b" and flags as yes or no), and what is wrong with the others.

    A row that is wrong is left out and the rest is kept. Each problem is (number of the row from 1, one line with the mend).
    """
    services: dict[str, Service] = {}
    problems: list[tuple[int, str]] = []
    for number, row in enumerate(rows, 1):
        wrong, service = _read_row(row, kinds, areas)
        if not wrong and service.id in services:
            wrong = [f"the service '{service.id}' stands twice; rename or remove one"]
        problems += [(number, text) for text in wrong]
        if not wrong:
            services[service.id] = service
    return services, problems


def _read_row(row: Mapping[str, Any], kinds: Mapping[str, str], areas: Mapping[str, str]) -> tuple[list[str], Service]:
    wrong: list[str] = []
    words = {key: str(row.get(key) if row.get(key) is not None else "").strip() for key in _WORDS}
    what = f"the service '{words['id']}'" if words["id"] else "a service"
    if not _ID.fullmatch(words["id"]):
        wrong.append(f"{what} has no good 'id'; write one in small_letters_and_lines")
    if not words["name"]:
        wrong.append(f"{what} has no 'name'; write it")
    if not words["how"]:
        wrong.append(f"{what} does not say how it is reached; write 'how'")
    if words["area"] not in (NATIONAL, *areas):
        wrong.append(f"{what} has the unknown area '{words['area']}'; use {', '.join((NATIONAL, *areas))}")
    if words["where"] not in WHERE:
        wrong.append(f"{what} has 'where' '{words['where']}'; use {', '.join(WHERE)}")
    lists = {key: _list(row.get(key)) for key in _LISTS}
    if not lists["kinds"]:
        wrong.append(f"{what} has no 'kinds'; name at least one kind of service")
    wrong += [f"{what} is of the unknown kind '{kind}'; use one of activities.yml" for kind in lists["kinds"] if kind not in kinds]
    flags = {key: _flag(row.get(key)) for key in _FLAGS}
    wrong += [f"{what} has a '{key}' that is neither yes nor no" for key, value in flags.items() if value is None]
    unknown = [key for key in row if key not in (*_WORDS, *_LISTS, *_FLAGS)]
    wrong += [f"{what} has the unknown column '{key}'; remove it" for key in unknown]
    service = Service(
        id=words["id"],
        name=words["name"],
        kinds=lists["kinds"],
        area=words["area"],
        where=words["where"],
        how=words["how"],
        phone=words["phone"],
        languages=lists["languages"],
        interpreters=bool(flags["interpreters"]),
        opening=words["opening"],
        women_only=bool(flags["women_only"]),
        only_for=lists["only_for"],
        line=getattr(row, "line", 0),
    )
    return wrong, service


def _list(value: Any) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else re.split(r"[;,]", str(value)) if value else []
    return tuple(str(part).strip() for part in parts if str(part).strip())


def _flag(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return bool(value)
    return {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}.get(
        str(value).strip().lower()
    )
