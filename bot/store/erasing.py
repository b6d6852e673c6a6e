"""Erasing: what is over its time (``bot/data/retention.yml``), and one person by hand. The one way in which rows may go.

One transaction a person, with its line of the audit in it: killed at any moment, the same purge can be run again. The rows are
really gone: SQLite writes zeros over them (``secure_delete``), and ``squeeze`` empties its log and rewrites the file.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, union_all, update
from sqlalchemy.orm import Session

from bot.plan.dates import in_london
from bot.store import models
from bot.store.alerts import payload_of
from bot.store.cases import Cases, plans_in
from bot.store.corrections import Corrections
from bot.store.database import sqlite_file
from bot.store.doomed import Mine, Rows
from bot.store.errors import NotFound, StoreBusy, translated
from bot.store.gate_models import SignInTries
from bot.store.keeping_models import Dispute, Erasing, RecordChange
from bot.store.kiosk_models import KioskAccess
from bot.store.models import Interview, Person
from bot.store.note_models import InterviewNote
from bot.store.plan_models import Alert, CaseEvent, ConsentEvent, ItemEvent, Plan, PlanClosing, PlanItem
from bot.store.plan_types import ACTIVE, StoredItem
from bot.store.private import OpenParts, open_alert
from bot.store.retention import (
    ALERTS,
    AUDIT,
    INTERVIEWS,
    KIOSK,
    LAST_CONTACT,
    PLAN_CLOSED,
    PRIVATE_ANSWERS,
    RECORDS,
    RELEASE,
    SESSIONS,
    Retention,
)
from bot.store.types import COMPLETE

WHOLE, OVER = "person erased", "erased as its time is over"
WHAT = {
    PRIVATE_ANSWERS: "private answers", ALERTS: "alerts", INTERVIEWS: "interviews and plans", RECORDS: "everything",
    KIOSK: "kiosk codes", SESSIONS: "ended sessions", AUDIT: "audit lines",
}  # fmt: skip
# What the audit says where the time of all that there is of a person was over.
ALTOGETHER = f"{OVER}: {WHAT[RECORDS]}"
PLAN_OPEN, ALERT_OPEN, UNDER_WAY, TO_BE_RELEASED = WHY_OPEN = ("plan", "alert", "interview", "release")
NOWHERE = ""
SQUEEZE_SECONDS = 10
# A file of more bytes than this is rewritten by way of another file, and not in memory.
LARGE = 500_000_000


@dataclass(frozen=True, slots=True)
class Ended:
    """Where a case stands: why it is open (of ``WHY_OPEN``), or the day it ended on."""

    person_id: str
    prison: str
    why_open: tuple[str, ...]
    on: date

    @property
    def open(self) -> bool:
        return bool(self.why_open)


@dataclass
class Purged:
    """What a purge did, or would do. ``rows`` and ``people`` are by (prison, kind); ``waiting`` are open cases by prison whose time
    would be over if they were closed."""

    rows: Counter[tuple[str, str]] = field(default_factory=Counter)
    people: Counter[tuple[str, str]] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)

    @property
    def empty(self) -> bool:
        return not self.rows


class Erasure(Cases, Corrections):
    """The part of the store that erases."""

    # -- whose time is over

    def case_ended(self, person_id: str, retention: Retention) -> Ended:
        """Whether a person's case is open, and since when it is not. Raises NotFound."""
        with self.read() as session:
            found = self._ended(session, retention, person_id)
        if person_id not in found:
            raise NotFound("person")
        return found[person_id]

    def _ended(self, session: Session, retention: Retention, person_id: str | None = None) -> dict[str, Ended]:
        """How every case stands, or that of one person."""
        now = self.clock()
        today = in_london(now).date()
        rested = now - timedelta(days=retention.unfinished)
        under_way = select(Interview.person_id).where(Interview.state != COMPLETE, Interview.updated_at > rested)
        reasons: tuple[tuple[str, Select[Any]], ...] = (
            (PLAN_OPEN, _of(person_id, Plan.person_id, select(Plan.person_id).where(Plan.state == ACTIVE))),
            (ALERT_OPEN, _of(person_id, Alert.person_id, select(Alert.person_id).where(Alert.acknowledged_at.is_(None)))),
            (UNDER_WAY, _of(person_id, Interview.person_id, under_way)),
        )
        why_open: dict[str, list[str]] = {}
        for why, query in reasons:
            for found in session.scalars(query.distinct()):
                why_open.setdefault(found, []).append(why)
        moments = _moments(session, retention, person_id)
        people = _of(person_id, Person.id, select(Person.id, Person.prison, Person.release))
        ended = {}
        for row_id, prison, release in session.execute(people):
            last = in_london(moments[row_id]).date()
            if release is not None and release > today:
                why_open.setdefault(row_id, []).append(TO_BE_RELEASED)
            elif release is not None and RELEASE in retention.ends:
                last = max(last, release)
            ended[row_id] = Ended(row_id, prison, tuple(why_open.get(row_id, ())), last)
        return ended

    def _over_for(self, ended: Ended, retention: Retention) -> tuple[str, ...]:
        """The kinds whose time is over once the case is closed; one that takes others along stands for them."""
        days = (in_london(self.clock()).date() - ended.on).days
        for whole in (RECORDS, INTERVIEWS):
            if days >= retention.days[whole]:
                return (whole,)
        return (*(kind for kind in (PRIVATE_ANSWERS, ALERTS) if days >= retention.days[kind]), KIOSK)

    # -- the purge

    def purge(self, retention: Retention, opened: OpenParts, by: str, do_it: bool = False) -> Purged:
        """Erase what is over its time; without ``do_it`` only count it, and write nothing. An open case is never touched."""
        done = Purged()
        with self.read() as session:
            cases = sorted(self._ended(session, retention).values(), key=lambda case: (case.on, case.person_id))
        for case in cases:
            if not case.open:
                self._purge_person(case.person_id, retention, opened, by, do_it, done)
            elif TO_BE_RELEASED not in case.why_open and {RECORDS, INTERVIEWS} & {*self._over_for(case, retention)}:
                done.waiting[case.prison] += 1
        self._purge_rest(retention, by, do_it, done)
        return done

    def _purge_person(self, person_id: str, retention: Retention, opened: OpenParts, by: str, do_it: bool, done: Purged) -> None:
        with self.write() if do_it else self.read() as session:
            if do_it:
                _lock(session, person_id)
            # Somebody may have opened the case again since the list was made.
            case = self._ended(session, retention, person_id).get(person_id)
            if case is None or case.open:
                return
            for kind in self._over_for(case, retention):
                count = self._erase(session, person_id, kind, retention, opened, do_it)
                if count:
                    done.rows[case.prison, kind] += count
                    done.people[case.prison, kind] += 1
                    if do_it:
                        self.note(session, by, f"{OVER}: {WHAT[kind]}", person_id)

    def _purge_rest(self, retention: Retention, by: str, do_it: bool, done: Purged) -> None:
        """What belongs to no person: ended sessions and tries, and old lines of the audit."""
        now = self.clock()
        since = {kind: now - timedelta(days=retention.days[kind]) for kind in (SESSIONS, AUDIT)}
        ended = (
            Rows(models.Session, models.Session.last_seen < since[SESSIONS]),
            Rows(SignInTries, SignInTries.since < since[SESSIONS]),
        )
        with self.write() if do_it else self.read() as session:
            count = sum(rows.delete(session) if do_it else rows.count(session) for rows in ended)
            if count:
                done.rows[NOWHERE, SESSIONS] += count
                if do_it:
                    self.note(session, by, f"{OVER}: {WHAT[SESSIONS]}")
            old = select(func.count()).select_from(models.Audit).where(models.Audit.at < since[AUDIT])
            lines = self._cut_audit(session, since[AUDIT], by) if do_it else session.scalar(old) or 0
            if lines:
                done.rows[NOWHERE, AUDIT] += lines

    # -- one person by hand

    def would_erase(self, person_id: str, opened: OpenParts) -> Mapping[str, int]:
        """How many rows of each table ``erase_person`` would delete. Raises NotFound."""
        with self.read() as session:
            if session.get(Person, person_id) is None:
                raise NotFound("person")
            rows = Mine(session, self.cipher, person_id, opened).rows(RECORDS)
            found = Counter[str]()
            for each in rows:
                found[each.model.__tablename__] += each.count(session)
        return {name: count for name, count in found.items() if count}

    def erase_person(self, person_id: str, opened: OpenParts, by: str, why: str) -> int:
        """Erase everything of a person, whatever it is kept for; how many rows. ``why``: a few plain words that tell nothing of
        them, for the audit. Raises NotFound."""
        with self.write() as session:
            if not _lock(session, person_id):
                raise NotFound("person")
            count = self._erase(session, person_id, RECORDS, None, opened, do_it=True)
            self.note(session, by, f"{WHOLE}: {why}", person_id)
        return count

    # -- how

    def _erase(
        self, session: Session, person_id: str, kind: str, retention: Retention | None, opened: OpenParts, do_it: bool
    ) -> int:
        """Erase a kind of data of one person, or count it."""
        if kind == KIOSK:
            which = Rows(KioskAccess, KioskAccess.id.in_(self._dead_accesses(session, person_id, retention)))
            return which.delete(session) if do_it else which.count(session)
        mine = Mine(session, self.cipher, person_id, opened)
        if not do_it:
            count = sum(rows.count(session) for rows in mine.rows(kind))
            return count + (self._open_up(session, person_id, opened, do_it) if kind == PRIVATE_ANSWERS else 0)
        # The door, for this person only; the database lets no transaction end that leaves it open.
        session.execute(insert(Erasing).values(person_id=person_id, never=0))
        emptied: list[str] = []
        interviews = list(session.scalars(mine.interviews))
        if kind == PRIVATE_ANSWERS:
            query = select(models.Answer.interview_id).where(models.Answer.interview_id.in_(interviews))
            emptied = list(session.scalars(query.where(models.Answer.question_id.not_in(opened.questions)).distinct()))
        # Made before the first is deleted: what a row is about is looked up in others.
        count = sum(rows.delete(session) for rows in list(mine.rows(kind)))
        if kind == PRIVATE_ANSWERS:
            count += self._open_up(session, person_id, opened, do_it)
            session.execute(update(Interview).where(Interview.id.in_(emptied)).values(emptied_at=self.clock()))
            hidden = Interview.focus.is_not(None) & Interview.focus.not_in(opened.questions)
            session.execute(update(Interview).where(Interview.id.in_(interviews), hidden).values(focus=None))
        session.execute(delete(Erasing))
        session.expire_all()
        for interview_id in interviews:
            self._cache.forget(interview_id)
        return count

    def _dead_accesses(self, session: Session, person_id: str, retention: Retention | None) -> list[str]:
        """The ways in that open nothing any more and are over their time."""
        since = self.clock() - timedelta(days=retention.days[KIOSK] if retention else 0)
        query = select(KioskAccess).join(Interview, Interview.id == KioskAccess.interview_id)
        found = []
        for row in session.scalars(query.where(Interview.person_id == person_id)):
            moments = [row.issued_at, row.expires_at, row.used_at, row.revoked_at, row.locked_at]
            if max(moment for moment in moments if moment is not None) < since:
                found.append(row.id)
        return found

    def _open_up(self, session: Session, person_id: str, opened: OpenParts, do_it: bool) -> int:
        """Take private reasons out of what stays: items, what lists know of plans, and alerts. How many rows."""
        count, summaries = 0, self._summaries(session, person_id)
        for items in self._items(session, plans_in(session, person_id)).values():
            count += sum(self._open_item(session, item, opened, do_it) for item in items)
        for plan_id, summary in summaries.items():
            shown = opened.summary(summary)
            if shown != summary:
                count += 1
                if do_it:
                    self._write_summary(session, plan_id, shown)
        for row in session.scalars(select(Alert).where(Alert.person_id == person_id, Alert.sensitive)):
            before = self._alert(row)
            shown_alert = open_alert(before)
            if shown_alert != before:
                count += 1
                if do_it:
                    row.payload, row.note = self.cipher.seal(payload_of(shown_alert)), None
        session.flush()
        return count

    def _open_item(self, session: Session, item: StoredItem, opened: OpenParts, do_it: bool) -> int:
        shown = opened.item(item)
        if shown is None or shown is item:
            return 0
        if do_it:
            for number, event in enumerate(shown.history, 1):
                same = (ItemEvent.item_id == item.id, ItemEvent.number == number)
                session.execute(update(ItemEvent).where(*same).values(payload=self.cipher.seal(event.to_json())))
            row = session.get(PlanItem, item.id)
            live = row.open if row is not None else False
            session.execute(update(PlanItem).where(PlanItem.id == item.id).values(**self._columns(shown) | {"open": live}))
        return len(shown.history) + 1

    def squeeze(self) -> bool:
        """Rewrite an SQLite file without what was erased, and empty its log; whether that could be done now.

        Others may go on reading meanwhile, but one that holds an old picture for long keeps its log from being emptied.
        """
        file = sqlite_file(self.engine)
        if file is None:
            return True
        raw = self.engine.raw_connection()
        try:
            cursor: Any = raw.cursor()
            with translated():
                if file.stat().st_size > LARGE:
                    cursor.execute("PRAGMA temp_store=FILE")
                cursor.execute("VACUUM")
                deadline = time.monotonic() + SQUEEZE_SECONDS
                while cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                    if time.monotonic() > deadline:
                        return False
                    time.sleep(0.2)
                cursor.execute("PRAGMA temp_store=MEMORY")
        except StoreBusy:
            return False
        finally:
            raw.close()
        return True


def _lock(session: Session, person_id: str) -> bool:
    """Let nobody add anything to a person on PostgreSQL until the transaction ends; whether there is such a person."""
    return session.scalar(select(Person.id).where(Person.id == person_id).with_for_update()) is not None


def _of(person_id: str | None, column: Any, query: Any) -> Any:
    """A query for one person only, or for everybody."""
    return query if person_id is None else query.where(column == person_id)


def _moments(session: Session, retention: Retention, person_id: str | None) -> dict[str, datetime]:
    """The latest moment of each person that counts towards the end of their case."""
    items = select(Plan.person_id, ItemEvent.at).join(PlanItem, PlanItem.plan_id == Plan.id)
    notes = select(Interview.person_id, InterviewNote.at).join(InterviewNote, InterviewNote.interview_id == Interview.id)
    closings = select(Plan.person_id, PlanClosing.at).join(PlanClosing, PlanClosing.plan_id == Plan.id)
    # Everybody has at least the first.
    parts: list[tuple[Any, Any]] = [(Person.id, select(Person.id.label("person"), Person.created.label("at")))]
    if LAST_CONTACT in retention.ends:
        parts += [
            (Interview.person_id, notes),
            (Plan.person_id, items.join(ItemEvent, ItemEvent.item_id == PlanItem.id)),
            *(
                (column.class_.person_id, select(column.class_.person_id, column).where(column.is_not(None)))
                for column in _CONTACTS
            ),
        ]
    if PLAN_CLOSED in retention.ends:
        parts += [(Plan.person_id, select(Plan.person_id, Plan.made_at)), (Plan.person_id, closings)]
    every = union_all(*(_of(person_id, owner, query) for owner, query in parts)).subquery()
    found = session.execute(select(every.c[0], func.max(every.c[1])).group_by(every.c[0]))
    return {row_id: moment for row_id, moment in found}  # noqa: C416


_CONTACTS: tuple[Any, ...] = (
    Interview.updated_at, ConsentEvent.at, CaseEvent.at, Alert.raised_at, Alert.acknowledged_at, RecordChange.at,
    Dispute.raised_at, Dispute.settled_at,
)  # fmt: skip
