"""People and their records: adding, changing, listing and importing them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.interview.record import PersonRecord, RecordError, read_record
from bot.plan.dates import needs_part2
from bot.plan.definitions import Deadlines
from bot.store import models
from bot.store.audit import AuditTrail
from bot.store.errors import AlreadyThere, BadInput, ChangedMeanwhile, NotFound, StoreDamaged
from bot.store.keeping_models import RecordChange
from bot.store.keys import Cipher
from bot.store.plan_models import Alert
from bot.store.rows import Row, fields_of, is_empty, number_of
from bot.store.types import ImportReport, Person, Prisons

# So few that an import does not keep interviews waiting for the write lock.
IMPORT_BATCH = 100
MOST_WORDS = 10
LONGEST_REASON = 2000
IMPORTED = "imported"
ELSEWHERE = "is that of somebody in another prison; ask an administrator who works with both"
NOT_YOURS = "is not one of your prisons; ask an administrator who works with both"
_SURROGATE = re.compile("[\ud800-\udfff]")
Problem = tuple[int, str, str]


class People(AuditTrail):
    """The part of the store that keeps people."""

    def add_person(self, record: PersonRecord, by: str) -> Person:
        """Add a person; ``by`` is who does it.

        Raises:
            AlreadyThere: someone has this prison number.
            BadInput: the record would not be read again (see ``bot.interview.record.read_record``).
        """
        record = _checked(record)
        with self.write() as session:
            _be_free(session, record.prison_number, "")
            return self._person(self._add(session, record, by))

    def update_person(self, person_id: str, record: PersonRecord, by: str, reason: str = "", seen: str | None = None) -> Person:
        """Replace a person's record. What it was before is kept, with the ``reason`` for the change (``Corrections``).

        ``seen`` is the ``version`` of the record that the change was made on; None where it is right whatever stands there.

        Raises:
            NotFound: there is no such person.
            ChangedMeanwhile: the record is no longer the one that was seen.
            AlreadyThere: someone else has this prison number.
            BadInput: as for ``add_person``, or the reason is too long.
        """
        record = _checked(record)
        if len(reason) > LONGEST_REASON:
            raise BadInput(f"reason: it is longer than {LONGEST_REASON} characters; shorten it")
        with self.write() as session:
            row = session.get(models.Person, person_id, with_for_update=True)
            if row is None:
                raise NotFound("person")
            if seen is not None and record_from(self.cipher, row.details).version != seen:
                raise ChangedMeanwhile("record")
            _be_free(session, record.prison_number, person_id)
            return self._person(self._change(session, row, record, by, reason))

    def person(self, person_id: str) -> Person:
        """The person of that id. Raises NotFound."""
        with self.read() as session:
            row = session.get(models.Person, person_id)
            if row is None:
                raise NotFound("person")
            return self._person(row)

    def person_by_number(self, prison_number: str) -> Person:
        """The person with that prison number, in either case. Raises NotFound."""
        with self.read() as session:
            row = session.scalar(select(models.Person).where(models.Person.prison_number == prison_number.strip().upper()))
            if row is None:
                raise NotFound("person")
            return self._person(row)

    def people(self, prison: Prisons = None, search: str | None = None, limit: int = 50, offset: int = 0) -> list[Person]:
        """People by name. ``search``: up to ten words that must all be in the name or the prison number, in either case."""
        query = select(models.Person).where(*wanted_people(prison, search)).order_by(models.Person.name, models.Person.id)
        with self.read() as session:
            return [self._person(row) for row in session.scalars(query.limit(limit).offset(offset))]

    def count_people(self, prison: Prisons = None, search: str | None = None) -> int:
        """How many people ``people`` would give without a limit."""
        with self.read() as session:
            return session.scalar(select(func.count()).select_from(models.Person).where(*wanted_people(prison, search))) or 0

    def prisons(self) -> list[str]:
        """The prisons that people are in, by name. Decrypts nothing."""
        with self.read() as session:
            return list(session.scalars(select(models.Person.prison).distinct().order_by(models.Person.prison)))

    def prison_of(self, kind: str, row_id: str) -> frozenset[str]:
        """The prisons that a person, an interview or an alert (``kind``) belongs to: of an alert, where it was raised and where the
        person is now. Decrypts nothing.

        Raises:
            NotFound: there is none with this id.
        """
        query: Select[Any] = select(models.Person.prison)
        if kind == "person":
            query = query.where(models.Person.id == row_id)
        elif kind == "interview":
            mine = models.Interview.person_id == models.Person.id
            query = query.join(models.Interview, mine).where(models.Interview.id == row_id)
        else:
            query = query.add_columns(Alert.prison).join(Alert, Alert.person_id == models.Person.id).where(Alert.id == row_id)
        with self.read() as session:
            found = session.execute(query).first()
        if found is None:
            raise NotFound(kind)
        return frozenset(found)

    def import_people(self, rows: Iterable[Mapping[str, Any]], by: str, prisons: Collection[str] = ()) -> ImportReport:
        """Add or update people from rows as ``read_record`` takes them. Every bad row is reported, the good ones are kept.

        Of somebody who is here already only the fields that a row has are changed: a file with fewer columns takes nothing away. A
        field that is there and empty is emptied.

        ``prisons``: only into these, and nobody is taken from another; () for any.

        The rows are kept a hundred at a time: after a failure (StoreError), the same import can be run again.
        """
        added = updated = 0
        emptied: Counter[str] = Counter()
        problems: list[Problem] = []
        first_row: dict[str, int] = {}
        waiting = _whole_rows(rows, problems)
        while batch := list(islice(waiting, IMPORT_BATCH)):
            new, gone = 0, Counter[str]()
            before = len(first_row)
            with self.write() as session:
                wanted = select(models.Person).where(models.Person.prison_number.in_([number_of(row) for *_, row in batch]))
                known = {row.prison_number: row for row in session.scalars(wanted.with_for_update())}
                for place, unit, row in batch:
                    number = number_of(row)
                    here = known.get(number)
                    try:
                        if number in first_row:
                            raise RecordError({"prison_number": f"is in {unit} {first_row[number]} already; keep one of them"})
                        gone.update(self._import_row(session, row, here, by, prisons))
                    except RecordError as error:
                        problems.extend((place, name, text) for name, text in error.problems.items())
                        continue
                    first_row[number] = place
                    new += here is None
            added += new
            updated += len(first_row) - before - new
            emptied += gone
        return ImportReport(added, updated, sorted(problems, key=lambda problem: problem[0]), dict(emptied))

    def _import_row(
        self, session: Session, row: Mapping[str, Any], here: models.Person | None, by: str, prisons: Collection[str]
    ) -> list[str]:
        """Add or update the person of one row; the fields it has emptied. Raises RecordError."""
        _be_allowed(row, here, prisons)
        if here is None:
            self._add(session, _read(row), by)
            return []
        before, given = record_from(self.cipher, here.details), fields_of(row)
        after = _read({**before.to_json(), **given})
        self._change(session, here, after, by, IMPORTED)
        return [name for name in given if is_empty(given[name]) and getattr(before, name, None) != getattr(after, name, None)]

    def fill_columns(self) -> None:
        """Write what lists need of people who were added before there was a column for it."""
        waiting = select(models.Person).where(models.Person.part2.is_(None)).limit(IMPORT_BATCH)
        with self.read() as session:
            if session.scalar(select(models.Person.id).where(models.Person.part2.is_(None)).limit(1)) is None:
                return
        filled = IMPORT_BATCH
        while filled == IMPORT_BATCH:
            with self.write() as session:
                rows = session.scalars(waiting).all()
                for row in rows:
                    row.part2 = needs_part2(record_from(self.cipher, row.details), Deadlines())
                filled = len(rows)

    def _add(self, session: Session, record: PersonRecord, by: str) -> models.Person:
        now = self.clock()
        row = models.Person(id=uuid4().hex, created=now, updated=now, **_columns(record, self.cipher))
        session.add(row)
        _flush(session)
        self.note(session, by, "person added", row.id)
        return row

    def _change(self, session: Session, row: models.Person, record: PersonRecord, by: str, reason: str) -> models.Person:
        before = record_from(self.cipher, row.details)
        if before != record:
            payload = self.cipher.seal({"before": before.to_json(), "reason": reason.strip()})
            session.add(RecordChange(person_id=row.id, at=self.clock(), by=by, payload=payload))
        for name, value in _columns(record, self.cipher).items():
            setattr(row, name, value)
        row.updated = self.clock()
        _flush(session)
        self.note(session, by, "person updated", row.id)
        return row

    def _person(self, row: models.Person) -> Person:
        return Person(
            id=row.id,
            prison_number=row.prison_number,
            name=row.name,
            prison=row.prison,
            release=row.release,
            part1_completed=row.part1_completed,
            reception=row.reception,
            made_up=row.made_up,
            created=row.created,
            updated=row.updated,
            record=record_from(self.cipher, row.details),
        )


def record_from(cipher: Cipher, details: str) -> PersonRecord:
    """The record in a ``details`` column. Raises StoreDamaged when it cannot be read."""
    try:
        return read_record(cipher.unseal(details), kept=True)
    except RecordError as error:
        names = ", ".join(error.problems)
        raise StoreDamaged(f"database: a person's record cannot be read (fields: {names}); import it again") from None


def _checked(record: PersonRecord) -> PersonRecord:
    try:
        return _read(record.to_json())
    except RecordError as error:
        raise BadInput(f"record: {error}") from None


def _read(row: Mapping[str, Any]) -> PersonRecord:
    """A record whose texts a database can hold. Raises RecordError."""
    record = read_record(row)
    texts = {name: value for name, value in record.to_json().items() if isinstance(value, str)}
    bad = [name for name, value in texts.items() if "\0" in value or (not value.isascii() and _SURROGATE.search(value))]
    if bad:
        raise RecordError(dict.fromkeys(bad, "holds a character that cannot be stored; type it again"))
    return record


def _columns(record: PersonRecord, cipher: Cipher) -> dict[str, Any]:
    return {
        "prison_number": record.prison_number,
        "name": record.name,
        "prison": record.prison,
        "release": record.release,
        "part1_completed": record.part1_completed,
        "reception": record.reception.replace(tzinfo=None),
        "made_up": record.made_up,
        "part2": needs_part2(record, Deadlines()),
        "details": cipher.seal(record.to_json()),
    }


_TAKEN = "prison_number: someone with this number is there already; change that person instead"


def _be_free(session: Session, number: str, person_id: str) -> None:
    """Asked before the constraint is: PostgreSQL writes the number into its log when the constraint refuses it."""
    if session.scalar(select(models.Person.id).where(models.Person.prison_number == number, models.Person.id != person_id)):
        raise AlreadyThere(_TAKEN)


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError:
        raise AlreadyThere(_TAKEN) from None


def in_prisons(column: Any, prison: Prisons) -> list[ColumnElement[bool]]:
    """The condition that a column names one of these prisons; none for all of them."""
    return [] if prison is None else [column == prison] if isinstance(prison, str) else [column.in_(tuple(prison))]


def wanted_people(prison: Prisons, search: str | None) -> list[ColumnElement[bool]]:
    """The conditions of ``People.people``."""
    wanted = in_prisons(models.Person.prison, prison)
    for word in (search or "").split()[:MOST_WORDS]:
        name, number = models.Person.name, models.Person.prison_number
        wanted.append(or_(name.icontains(word, autoescape=True), number.icontains(word, autoescape=True)))
    return wanted


def _whole_rows(rows: Iterable[Mapping[str, Any]], problems: list[Problem]) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    """The rows that have fields, each with the line of the file it stands in, or else its place; what is wrong with the others
    goes into ``problems``."""
    for number, row in enumerate(rows, start=1):
        place, unit = (row.line, "line") if isinstance(row, Row) else (number, "row")
        if not isinstance(row, Mapping):
            problems.append((place, "row", "is not an object with fields; remove it"))
        elif None in row:
            problems.append((place, "row", "has more cells than the heading row; remove them"))
        else:
            yield place, unit, row


def _be_allowed(row: Mapping[str, Any], here: models.Person | None, prisons: Collection[str]) -> None:
    """Refuse a row that brings somebody into another prison than these, or takes them from one. Raises RecordError."""
    wanted = row.get("prison")
    if prisons and isinstance(wanted, str) and wanted.strip() and " ".join(wanted.split()) not in prisons:
        raise RecordError({"prison": NOT_YOURS})
    if prisons and here is not None and " ".join(here.prison.split()) not in prisons:
        raise RecordError({"prison_number": ELSEWHERE})
