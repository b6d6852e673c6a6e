"""Each prison's own directory of services: rows with who changed them and when. A removed row stays, out of use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.plan.services import Directory, Service
from bot.store import plan_models
from bot.store.audit import AuditTrail
from bot.store.errors import NotFound


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service of a directory, with who changed it last and when; ``removed`` ones are not offered any more."""

    service: Service
    removed: bool
    changed_at: datetime
    changed_by: str


class Services(AuditTrail):
    """The part of the store that keeps directories."""

    def directory(self, prison: str) -> Directory | None:
        """The services of a prison that are in use, in the order they were put in; None if it has no directory of its own yet."""
        with self.read() as session:
            row = session.get(plan_models.Directory, prison)
            if row is None:
                return None
            rows = session.scalars(_rows(prison).where(plan_models.Service.removed.is_(False)))
            return Directory(prison, dict(row.areas), {found.service: _service(found) for found in rows})

    def directory_version(self, prison: str) -> int:
        """A number that grows with every change of a directory; 0 while there is none."""
        with self.read() as session:
            found = select(plan_models.Directory.version).where(plan_models.Directory.prison == prison)
            return session.scalar(found) or 0

    def directories(self) -> list[str]:
        """The prisons that have a directory of their own."""
        with self.read() as session:
            return list(session.scalars(select(plan_models.Directory.prison).order_by(plan_models.Directory.prison)))

    def service_rows(self, prison: str) -> list[ServiceRow]:
        """Every row of a directory, removed ones too, for those who edit it."""
        with self.read() as session:
            return [
                ServiceRow(_service(row), row.removed, row.changed_at, row.changed_by) for row in session.scalars(_rows(prison))
            ]

    def put_services(
        self, prison: str, services: Iterable[Service], by: str, areas: Mapping[str, str] | None = None, replace: bool = False
    ) -> int:
        """Add services to a directory, or change those with the same id; how many rows were written. Makes the directory if need
        be.

        ``areas`` are put beside those it has. ``replace``: what is not among ``services`` is removed, and ``areas`` are all there
        are. Rows that say the same as before are left as they are.
        """
        with self.write() as session:
            now = self.clock()
            directory = self._directory(session, prison, by, now)
            known = {row.service: row for row in session.scalars(_rows(prison))}
            changed, given = 0, list[str]()
            for service in services:
                details = _details(service)
                given.append(service.id)
                row = known.get(service.id)
                if row is None:
                    session.add(
                        plan_models.Service(
                            prison=prison, service=service.id, details=details, removed=False, changed_at=now, changed_by=by
                        )
                    )
                elif row.removed or row.details != details:
                    row.details, row.removed, row.changed_at, row.changed_by = details, False, now, by
                else:
                    continue
                changed += 1
            gone = [row for name, row in known.items() if replace and name not in given and not row.removed]
            for row in gone:
                row.removed, row.changed_at, row.changed_by = True, now, by
            if areas is not None:
                directory.areas = dict(areas) if replace else {**directory.areas, **areas}
            directory.version += 1
            directory.changed_at, directory.changed_by = now, by
            self.note(session, by, "directory replaced" if replace else "directory changed", *given[:20])
            return changed + len(gone)

    def remove_service(self, prison: str, service_id: str, by: str) -> None:
        """Take a service out of use. Plans that name it still can. Raises NotFound."""
        with self.write() as session:
            now = self.clock()
            row = session.scalar(_rows(prison).where(plan_models.Service.service == service_id))
            directory = session.get(plan_models.Directory, prison, with_for_update=True)
            if row is None or directory is None or row.removed:
                raise NotFound("service")
            row.removed, row.changed_at, row.changed_by = True, now, by
            directory.version += 1
            self.note(session, by, "service removed", service_id)

    def _directory(self, session: Session, prison: str, by: str, now: datetime) -> plan_models.Directory:
        row = session.get(plan_models.Directory, prison, with_for_update=True)
        if row is None:
            row = plan_models.Directory(prison=prison, areas={}, version=0, changed_at=now, changed_by=by)
            session.add(row)
            session.flush()
        return row


def _rows(prison: str) -> Any:
    return select(plan_models.Service).where(plan_models.Service.prison == prison).order_by(plan_models.Service.id)


def _details(service: Service) -> dict[str, Any]:
    """A service as it is kept: plain JSON without the line of a file."""
    data = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(service).items()}
    data.pop("line")
    return data


def _service(row: plan_models.Service) -> Service:
    data: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.details.items()}
    return Service(**data)
