"""A prison's own directory of services: read, changed, brought in from a file and given out as one (YAML or CSV)."""

from __future__ import annotations

import csv
import io
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from bot.interview.record import PersonRecord
from bot.interview.yamlfile import ContentError, Node, read_yaml
from bot.plan.definitions import PlanData
from bot.plan.life import NotAllowed
from bot.plan.services import NATIONAL, Directory, Service, read_services
from bot.store.services import ServiceRow
from bot.store.store import Store

YAML, CSV = FORMATS = ("yaml", "csv")
LARGEST_FILE = 2_000_000
MOST_ROWS = 5000
# The columns of a CSV file, in this order; lists are parted by "; ", flags are yes or no.
COLUMNS = (
    "id", "name", "kinds", "area", "where", "how", "phone", "languages", "interpreters", "opening", "women_only", "only_for",
)  # fmt: skip
_AREA = "small_letters_and_lines"


@dataclass(frozen=True, slots=True)
class ServicesReport:
    """What an import did: how many rows were written or taken out of use, and (row from 1, what is wrong and the mend) of each bad
    row."""

    written: int
    problems: tuple[tuple[int, str], ...]


class Directories:
    """The part of casework that knows the directories. Raises as ``Casework`` does."""

    def __init__(self, store: Store, plan_data: PlanData) -> None:
        self.store = store
        self.plan_data = plan_data
        self._none = replace(plan_data, directory=Directory())
        self._lock = threading.Lock()
        self._known: dict[str, tuple[int, PlanData, dict[str, Service]]] = {}

    def plan_data_of(self, prison: str) -> tuple[PlanData, dict[str, Service]]:
        """The menu with the directory of a prison, and the services taken out of it by id (plans may still name them)."""
        version = self.store.directory_version(prison)
        if version == 0:
            return self.plan_data, {}
        with self._lock:
            known = self._known.get(prison)
        if known is None or known[0] != version:
            rows = self.store.service_rows(prison)
            directory = self.store.directory(prison) or self.plan_data.directory
            removed = {row.service.id: row.service for row in rows if row.removed}
            # Read after the version: what is newer than it says is read once more next time.
            known = (version, replace(self.plan_data, directory=directory), removed)
            with self._lock:
                self._known[prison] = known
        return known[1], known[2]

    def menu_of(self, record: PersonRecord) -> tuple[PlanData, dict[str, Service]]:
        """As ``plan_data_of`` the person's prison; for somebody who is not made up without the example, whose services are."""
        plan_data, removed = self.plan_data_of(record.prison)
        return (plan_data if record.made_up or plan_data is not self.plan_data else self._none), removed

    def directory(self, prison: str) -> Directory:
        """The prison's own directory of services, or the example while it has none."""
        return self.plan_data_of(prison)[0].directory

    def service_rows(self, prison: str) -> list[ServiceRow]:
        """The rows of a prison's own directory with who changed them and when, removed ones too; none while it has no own."""
        return self.store.service_rows(prison)

    def put_service(self, prison: str, row: Mapping[str, Any], by: str) -> Service:
        """Add one service, or change the one with its id. ``row`` as for ``read_services``: lists or "a; b", flags true or "yes".

        Raises:
            NotAllowed: with everything that is wrong with the row.
        """
        directory = self.directory(prison)
        services, problems = self._read([row], directory.areas)
        if problems:
            raise NotAllowed("; ".join(text for _, text in problems))
        self.store.put_services(prison, services, by, _named(services, directory.areas))
        return services[0]

    def remove_service(self, prison: str, service: str, by: str) -> None:
        """Take a service out of use. Plans that name it still say who it is."""
        self.store.remove_service(prison, service, by)

    def put_area(self, prison: str, area: str, name: str, by: str) -> None:
        """Add a council area, or rename it. Raises NotAllowed for an id of another form, or no name."""
        if area == NATIONAL or not area.isidentifier() or not area.islower() or not area.isascii():
            raise NotAllowed(f"'{area}' is no id for an area; write it in {_AREA}")
        if not name.strip():
            raise NotAllowed("give the name of the council")
        self.store.put_services(prison, (), by, {area: name.strip()})

    def import_services(self, prison: str, content: bytes, as_: str, by: str, replace_all: bool = False) -> ServicesReport:
        """Bring in a file. A bad row is reported and left out, the good ones are kept. ``replace_all``: what the file lacks is
        removed.

        ``as_``: ``yaml`` (``areas`` and ``services``, as ``bot/data/services/example.yml``) or ``csv`` (``COLUMNS`` in a heading
        row).

        Raises:
            NotAllowed: the file cannot be read at all, or has no good row where it would replace all.
        """
        if len(content) > LARGEST_FILE:
            raise NotAllowed(f"the file is larger than {LARGEST_FILE // 1_000_000} MB; split it")
        areas, rows = _read_yaml(content) if as_ == YAML else ({}, _read_csv(content))
        if len(rows) > MOST_ROWS:
            raise NotAllowed(f"the file has more than {MOST_ROWS} rows; split it")
        services, problems = self._read(rows, {**self.directory(prison).areas, **areas})
        if not services and (replace_all or problems):
            first = f"; the first: row {problems[0][0]}: {problems[0][1]}" if problems else ""
            raise NotAllowed(f"the file has no row that can be used{first}")
        own = self.store.directory(prison)
        # A table has no areas: those of the prison's own stay, of the example's only what a service names.
        kept = areas if as_ == YAML else dict(own.areas) if own is not None else _named(services, self.directory(prison).areas)
        written = self.store.put_services(prison, services, by, kept, replace_all)
        return ServicesReport(written, tuple(problems))

    def export_services(self, prison: str, as_: str) -> str:
        """The directory as a file that ``import_services`` takes. Raises NotAllowed for another format."""
        directory = self.directory(prison)
        rows = [_row(service) for service in directory.services.values()]
        if as_ == YAML:
            areas = {area: {"name": name} for area, name in directory.areas.items()}
            data = {"prison": {"name": prison}, "areas": areas, "services": rows}
            return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=160)
        if as_ != CSV:
            raise NotAllowed(f"the format is one of {', '.join(FORMATS)}")
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
        return text.getvalue()

    def _read(self, rows: Iterable[Mapping[str, Any]], areas: Mapping[str, str]) -> tuple[list[Service], list[tuple[int, str]]]:
        given = list(rows)
        found, problems = read_services(given, self.plan_data.kinds, areas)
        services = []
        numbers = {str(row.get("id") or "").strip(): number for number, row in reversed(list(enumerate(given, 1)))}
        for service in found.values():
            unknown = [group for group in service.only_for if group not in self.plan_data.cohorts]
            if unknown:
                text = f"the service '{service.id}' is kept for the unknown group '{unknown[0]}'; use an id of cohorts.yml"
                problems.append((numbers[service.id], text))
            else:
                services.append(service)
        return services, sorted(problems)


def _named(services: Iterable[Service], areas: Mapping[str, str]) -> dict[str, str]:
    """The areas that services are of: of the example a prison's own directory takes over nothing else."""
    return {service.area: areas[service.area] for service in services if service.area in areas}


def _row(service: Service) -> dict[str, Any]:
    return {name: list(value) if isinstance(value := getattr(service, name), tuple) else value for name in COLUMNS}


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "; ".join(value) if isinstance(value, list) else str(value)
    # A spreadsheet would take it for a formula.
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotAllowed("the file is not UTF-8; save it as CSV UTF-8") from None


def _read_csv(content: bytes) -> list[Mapping[str, Any]]:
    reader = csv.DictReader(io.StringIO(_text(content), newline=""), strict=True)
    rows: list[Mapping[str, Any]] = []
    try:
        names = reader.fieldnames or []
        missing = [name for name in ("id", "name", "kinds", "area", "where", "how") if name not in names]
        if missing:
            raise NotAllowed(f"the heading row lacks '{missing[0]}'; begin with a row of {', '.join(COLUMNS)}")
        for row in reader:
            # Cells beyond the heading row come under None.
            clean = {str(name): _unquoted(value) for name, value in row.items() if name is not None}
            rows.append(clean | ({"more cells than the heading row": "x"} if None in row else {}))
    except csv.Error:
        raise NotAllowed(f"row {len(rows) + 1} is not CSV; check its quotation marks") from None
    return rows


def _unquoted(value: Any) -> str:
    text = str(value or "")
    return text[1:] if text[:2] in ("'=", "'+", "'-", "'@") else text


def _read_yaml(content: bytes) -> tuple[dict[str, str], Sequence[Mapping[str, Any]]]:
    """(areas, rows) of a YAML file."""
    with tempfile.TemporaryDirectory(prefix="bcst2-") as folder:
        path = Path(folder) / "file.yml"
        path.write_text(_text(content), encoding="utf-8")
        try:
            top = read_yaml(path)
        except ContentError as error:
            raise NotAllowed(str(error).replace(str(path), "the file")) from None
    areas, rows = top.get("areas") or {}, top.get("services")
    if not isinstance(areas, Mapping) or not isinstance(rows, list) or not all(isinstance(row, Node) for row in rows):
        raise NotAllowed("the file should hold 'areas' (id: {name: …}) and 'services' (a list of entries)")
    names = {area: _name(entry) for area, entry in areas.items()}
    bad = [area for area, name in names.items() if not name or area == NATIONAL]
    if bad:
        raise NotAllowed(f"the area '{bad[0]}' has no name, or a name that is taken; write {bad[0]}: {{name: …}}")
    return names, rows


def _name(entry: Any) -> str:
    found = entry.get("name") if isinstance(entry, Node) else entry
    return found.strip() if isinstance(found, str) else ""
