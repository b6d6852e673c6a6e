"""Alerts: immediate needs, written in the transaction of the turn that raised them and open until somebody acknowledges them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from bot.store import models
from bot.store.audit import AuditTrail
from bot.store.errors import BadInput, NotFound
from bot.store.people import in_prisons
from bot.store.plan_models import Alert
from bot.store.plan_types import AlertRow, NewAlert
from bot.store.types import Prisons

LONGEST_NOTE = 2000
DAY = timedelta(days=1)


class Alerts(AuditTrail):
    """The part of the store that keeps alerts."""

    def open_alerts(self, prison: Prisons = None) -> list[AlertRow]:
        """Every alert nobody has acknowledged, the oldest first; of these prisons: raised there, or the person is there now."""
        query = select(Alert).where(*_waiting(prison)).order_by(Alert.raised_at, Alert.id)
        with self.read() as session:
            return [self._alert(row) for row in session.scalars(query)]

    def has_open_alerts(self, prison: Prisons = None) -> bool:
        """Whether any alert of these prisons waits to be acknowledged. Decrypts nothing: every page of an interview asks."""
        with self.read() as session:
            return session.scalar(select(Alert.id).where(*_waiting(prison)).limit(1)) is not None

    def alerts_of(self, person_id: str) -> list[AlertRow]:
        """Every alert of a person, the newest first. Raises NotFound for an unknown person."""
        with self.read() as session:
            rows = self._alerts_of(session, person_id)
            if not rows and session.get(models.Person, person_id) is None:
                raise NotFound("person")
            return rows

    def acknowledge_alert(self, alert_id: str, by: str, note: str = "") -> AlertRow:
        """Note that somebody acts on an alert. One that was acknowledged before stays as it was.

        Raises:
            NotFound: there is no such alert.
            BadInput: the note is too long.
        """
        if len(note) > LONGEST_NOTE:
            raise BadInput(f"note: it is longer than {LONGEST_NOTE} characters; shorten it")
        with self.write() as session:
            row = session.get(Alert, alert_id, with_for_update=True)
            if row is None:
                raise NotFound("alert")
            if row.acknowledged_at is None:
                row.acknowledged_at, row.acknowledged_by = self.clock(), by
                row.note = self.cipher.seal(note.strip()) if note.strip() else None
                self.note(session, by, "alert acknowledged", row.id, row.person_id)
            return self._alert(row)

    def _alerts_of(self, session: Session, person_id: str) -> list[AlertRow]:
        query = select(Alert).where(Alert.person_id == person_id).order_by(Alert.raised_at.desc(), Alert.id)
        return [self._alert(row) for row in session.scalars(query)]

    def _raise_alerts(
        self, session: Session, interview: models.Interview, alerts: Sequence[NewAlert], at: datetime, answered: Collection[str]
    ) -> list[str]:
        """Write the alerts that are not raised yet; their ids. ``answered`` are the questions answered just now.

        A rule raises once an interview, and again only where it was acknowledged and one of the answers behind it was given anew.
        Without a rule, an alert that says the same stays one for as long as it is open.
        """
        if not alerts:
            return []
        before = [self._alert(row) for row in session.scalars(select(Alert).where(Alert.interview_id == interview.id))]
        prison = session.scalar(select(models.Person.prison).where(models.Person.id == interview.person_id))
        raised: list[str] = []
        for alert in alerts:
            if not _is_new(alert, before, answered, at):
                continue
            row = Alert(
                id=uuid4().hex, person_id=interview.person_id, interview_id=interview.id, prison=prison, raised_at=at,
                sensitive=alert.sensitive, payload=self.cipher.seal(payload_of(alert)), acknowledged_at=None, acknowledged_by=None,
                note=None,
            )  # fmt: skip
            session.add(row)
            self.note(session, "system", "alert raised", row.id, interview.person_id, interview.id)
            before.append(self._alert(row))
            raised.append(row.id)
        return raised

    def _alert(self, row: Alert) -> AlertRow:
        data = self.cipher.unseal(row.payload)
        return AlertRow(
            id=row.id, person_id=row.person_id, interview_id=row.interview_id, prison=row.prison, raised_at=row.raised_at,
            sensitive=row.sensitive, acknowledged_at=row.acknowledged_at, acknowledged_by=row.acknowledged_by, kind=data["kind"],
            who=tuple(data["who"]), words=data["words"], rule=data["rule"], detail=data["detail"], because=tuple(data["because"]),
            said=data["said"], source=data["source"], note="" if row.note is None else self.cipher.unseal(row.note),
        )  # fmt: skip


def _waiting(prison: Prisons) -> list[ColumnElement[bool]]:
    """The conditions of an open alert of these prisons."""
    here = in_prisons(models.Person.prison, prison)
    mine = or_(*in_prisons(Alert.prison, prison), Alert.person_id.in_(select(models.Person.id).where(*here)))
    return [Alert.acknowledged_at.is_(None), *([mine] if here else [])]


def payload_of(alert: NewAlert | AlertRow) -> dict[str, object]:
    """What of an alert is encrypted."""
    return {
        "rule": alert.rule,
        "kind": alert.kind,
        "who": list(alert.who),
        "words": alert.words,
        "detail": alert.detail,
        "because": [dict(cause) for cause in alert.because],
        "said": alert.said,
        "source": alert.source,
    }


def _is_new(alert: NewAlert, before: Iterable[AlertRow], answered: Collection[str], at: datetime) -> bool:
    same = [row for row in before if _identity(row) == _identity(alert)]
    if any(row.open or (alert.daily and at - row.raised_at < DAY) for row in same):
        return False
    if not same or alert.rule is None:
        return True
    return any(cause.get("question") in answered for cause in alert.because)


def _identity(alert: NewAlert | AlertRow) -> tuple[str | None, str, str]:
    return (alert.rule, "", "") if alert.rule is not None else (None, alert.kind, alert.said)
