"""Interviews, their turns and their answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, Row, Select, select
from sqlalchemy.orm import Session

from bot.interview.answers import Answer
from bot.interview.definitions import LEVELS
from bot.store import gate_models, models
from bot.store.alerts import Alerts
from bot.store.cache import Cache, Known
from bot.store.database import Clock, utc_now
from bot.store.errors import BadInput, NotFound
from bot.store.keys import Cipher
from bot.store.people import record_from
from bot.store.types import (
    CARRIED,
    COMPLETE,
    INTERVIEW_KINDS,
    INTERVIEW_STATES,
    MODES,
    OPEN,
    PRERELEASE,
    Decision,
    Entry,
    HistoryRow,
    InterviewRow,
    InterviewState,
    Turn,
)

# Made by pages: never more than this, whatever a page may send.
TURN_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Interviews(Alerts):
    """The part of the store that keeps interviews."""

    def __init__(self, engine: Engine, cipher: Cipher, clock: Clock = utc_now) -> None:
        super().__init__(engine, cipher, clock)
        self._cache = Cache()

    def start_interview(
        self,
        person_id: str,
        kind: str,
        mode: str,
        language: str,
        level: str,
        by: str,
        device: str,
        earlier: str | None = None,
        carried: Sequence[Answer] = (),
    ) -> InterviewRow:
        """Start an interview; answers ``carried`` from the ``earlier`` one become its first answers, marked as such.

        Raises:
            NotFound: there is no such person, or no such earlier interview of theirs.
            BadInput: an unknown kind, mode or level, or carried answers without an earlier interview.
        """
        _one_of("kind", kind, INTERVIEW_KINDS)
        _one_of("mode", mode, MODES)
        _one_of("level", level, LEVELS)
        if (earlier is not None or carried) and (earlier is None or kind != PRERELEASE):
            raise BadInput("interview: only a prerelease interview with an earlier one carries answers; this is a program fault")
        now = self.clock()
        with self.write() as session:
            if session.get(models.Person, person_id) is None:
                raise NotFound("person")
            if earlier is not None:
                before = session.get(models.Interview, earlier)
                if before is None or before.person_id != person_id:
                    raise NotFound("earlier interview")
            row = models.Interview(
                id=uuid4().hex, person_id=person_id, kind=kind, mode=mode, language=language, level=level, state=OPEN, focus=None,
                started_at=now, updated_at=now, completed_at=None, started_by=by, earlier=earlier,
            )  # fmt: skip
            session.add(row)
            session.flush()
            for answer in carried:
                self._write_answer(session, row, None, now, device, Entry(replace(answer, carried=True), CARRIED, by))
            self.note(session, by, "interview started", row.id, person_id)
            return row_of(row)

    def interview(self, interview_id: str) -> InterviewRow:
        """The interview of that id, without its answers. Raises NotFound."""
        with self.read() as session:
            row = session.get(models.Interview, interview_id)
            if row is None:
                raise NotFound("interview")
            return row_of(row)

    def interviews_of(self, person_id: str) -> list[InterviewRow]:
        """A person's interviews, the newest first. Raises NotFound for an unknown person."""
        query = select(models.Interview).where(models.Interview.person_id == person_id)
        with self.read() as session:
            rows = session.scalars(query.order_by(models.Interview.started_at.desc(), models.Interview.id)).all()
            if not rows and session.get(models.Person, person_id) is None:
                raise NotFound("person")
            return [row_of(row) for row in rows]

    def state(self, interview_id: str) -> InterviewState:
        """Where an interview is, with its record and current answers. Raises NotFound."""
        # Taken before the transaction begins: what is cached must not be newer than what is read.
        before = self._cache.get(interview_id)
        with self.read() as session:
            row, details = _load(session, interview_id)
            known = self._catch_up(session, interview_id, before)
            state = self._state(session, row, details, known)
        self._cache.put(interview_id, known)
        return state

    def take_turn(self, interview_id: str, turn_id: str, decide: Callable[[InterviewState], Decision]) -> Turn:
        """Take a turn in one transaction, or give back the turn of that id if it was taken before.

        ``decide`` must be pure: it may be given a state whose turn is never committed, and must not use the store. What it
        raises undoes the turn and comes out as it is.

        Raises:
            NotFound: there is no such interview.
            BadInput: the turn id is not 1 to 64 letters, digits, "-" and "_", or the decision cannot be stored.
        """
        if not TURN_ID.fullmatch(turn_id):
            raise BadInput("turn: its id is not 1 to 64 letters, digits, hyphens and underscores; load the page again")
        before = self._cache.get(interview_id)
        with self.write() as session:
            row, details = _load(session, interview_id, lock=True)
            taken = session.scalar(_turns(interview_id).where(models.Turn.turn_id == turn_id))
            if taken is not None:
                return self._turn(taken, replayed=True)
            known = self._catch_up(session, interview_id, before)
            decision = decide(self._state(session, row, details, known))
            turn, entries = self._write_turn(session, row, turn_id, decision)
            known = known.plus(entries, ((entry.answer.question, row.mode, entry.how) for entry in decision.answers))
        # Only now: what was undone must not stay in the cache.
        self._cache.put(interview_id, known)
        return turn

    def turn(self, interview_id: str, turn_id: str) -> Turn | None:
        """The turn of that id, or None if it was never taken."""
        with self.read() as session:
            row = session.scalar(_turns(interview_id).where(models.Turn.turn_id == turn_id))
            return None if row is None else self._turn(row)

    def last_turn(self, interview_id: str) -> Turn | None:
        """The turn taken last, or None before the first."""
        with self.read() as session:
            row = session.scalar(_turns(interview_id).order_by(models.Turn.id.desc()).limit(1))
            return None if row is None else self._turn(row)

    def turns_of(self, interview_id: str) -> list[Turn]:
        """Every turn of an interview, the oldest first."""
        with self.read() as session:
            return [self._turn(row) for row in session.scalars(_turns(interview_id).order_by(models.Turn.id))]

    def history(self, interview_id: str) -> list[HistoryRow]:
        """Every answer ever given in an interview, the oldest first. Raises NotFound."""
        with self.read() as session:
            if session.get(models.Interview, interview_id) is None:
                raise NotFound("interview")
            query = select(models.Answer).where(models.Answer.interview_id == interview_id).order_by(models.Answer.id)
            return [self._history_row(row) for row in session.scalars(query)]

    def written_by(self, interview_id: str, turn_id: str) -> list[HistoryRow]:
        """The answers that one turn wrote, in order; none if there is no such turn."""
        query = select(models.Answer).where(models.Answer.interview_id == interview_id, models.Answer.turn_id == turn_id)
        with self.read() as session:
            return [self._history_row(row) for row in session.scalars(query.order_by(models.Answer.id))]

    def _catch_up(self, session: Session, interview_id: str, before: Known | None) -> Known:
        """The current answers, from what was known before and the rows written since."""
        emptied = session.scalar(select(models.Interview.emptied_at).where(models.Interview.id == interview_id))
        here = models.Answer.interview_id == interview_id
        if before is None or before.emptied != emptied:
            before = Known(emptied=emptied)
            view = models.current_answers.c
            query = select(view.id, view.payload).where(view.interview_id == interview_id).order_by(view.id)
        else:
            here = here & (models.Answer.id > before.newest)
            query = select(models.Answer.id, models.Answer.payload).where(here).order_by(models.Answer.id)
        rows = [(number, Answer.from_json(self.cipher.unseal(payload))) for number, payload in session.execute(query)]
        if not rows:
            return before
        given = select(models.Answer.question_id, models.Answer.mode, models.Answer.how).where(here).distinct()
        return before.plus(rows, session.execute(given))

    def _state(self, session: Session, row: models.Interview, details: str, known: Known) -> InterviewState:
        record = record_from(self.cipher, details)
        found = session.scalar(_turns(row.id).order_by(models.Turn.id.desc()).limit(1))
        turn = None if found is None else self._turn(found)
        settings = session.get(gate_models.PrisonSettings, record.prison)
        alone = settings is None or bool(settings.details.get("safety_self_completion", True))
        facts = {"safety_at_kiosk": "yes" if alone else "no"}
        answers, newest_for = dict(known.answers), dict(known.newest_for)
        return InterviewState(
            row_of(row), record, answers, known.newest, newest_for, turn, facts, known.in_passing, dict(known.modes)
        )

    def _write_turn(
        self, session: Session, row: models.Interview, turn_id: str, decision: Decision
    ) -> tuple[Turn, list[tuple[int, Answer]]]:
        _one_of("state", decision.state, INTERVIEW_STATES)
        _one_of("mode", decision.mode or row.mode, MODES)
        _one_of("level", decision.level or row.level, LEVELS)
        now = self.clock()
        turn = models.Turn(
            interview_id=row.id, turn_id=turn_id, at=now, kind=decision.kind, question_id=decision.question,
            reply=self.cipher.seal(decision.reply), focus=decision.focus, state=decision.state,
        )  # fmt: skip
        session.add(turn)
        state = _state_after(row, decision)
        if state == COMPLETE and row.completed_at is None:
            row.completed_at = now
            self.note(session, decision.by, "interview completed", row.id, row.person_id)
        elif state != COMPLETE and row.completed_at is not None and decision.answers:
            row.completed_at = None
            self.note(session, decision.by, "interview reopened", row.id, row.person_id)
        row.mode, row.language = decision.mode or row.mode, decision.language or row.language
        row.level, row.focus, row.state, row.updated_at = decision.level or row.level, decision.focus, state, now
        session.flush()
        written = []
        for entry in decision.answers:
            number = self._write_answer(session, row, turn_id, now, decision.device, entry)
            written.append((number, entry.answer))
        self._raise_alerts(session, row, decision.alerts, now, {entry.answer.question for entry in decision.answers})
        return self._turn(turn), written

    def _write_answer(
        self, session: Session, row: models.Interview, turn_id: str | None, at: datetime, device: str, entry: Entry
    ) -> int:
        payload: dict[str, Any] = entry.answer.to_json()
        if entry.words:
            payload["words"] = entry.words
        if entry.understood:
            payload["understood"] = entry.understood
        answer = models.Answer(
            interview_id=row.id, question_id=entry.answer.question, turn_id=turn_id, at=at, by=entry.by, mode=row.mode,
            device=device, language=row.language, how=entry.how, payload=self.cipher.seal(payload),
        )  # fmt: skip
        session.add(answer)
        # One at a time, so that the ids are in the order of the entries.
        session.flush()
        return answer.id

    def _turn(self, row: models.Turn, replayed: bool = False) -> Turn:
        reply = self.cipher.unseal(row.reply)
        return Turn(row.interview_id, row.turn_id, row.at, row.kind, row.question_id, reply, row.focus, row.state, replayed)

    def _history_row(self, row: models.Answer | Row[Any]) -> HistoryRow:
        payload = self.cipher.unseal(row.payload)
        return HistoryRow(
            id=row.id, at=row.at, by=row.by, mode=row.mode, device=row.device, language=row.language, question=row.question_id,
            answer=Answer.from_json(payload), words=payload.get("words", ""), understood=payload.get("understood", {}),
            how=row.how, turn_id=row.turn_id,
        )  # fmt: skip


def _load(session: Session, interview_id: str, lock: bool = False) -> tuple[models.Interview, str]:
    """An interview and its person's encrypted record; ``lock`` keeps other turns of it waiting on PostgreSQL."""
    query = select(models.Interview, models.Person.details).where(models.Interview.id == interview_id)
    query = query.join(models.Person, models.Person.id == models.Interview.person_id)
    found = session.execute(query.with_for_update(of=models.Interview) if lock else query).first()
    if found is None:
        raise NotFound("interview")
    return found[0], found[1]


def _state_after(row: models.Interview, decision: Decision) -> str:
    """The state of an interview after a turn.

    To look at an answer of one that is complete, or to stop there, opens nothing: only an answer does.
    """
    return COMPLETE if row.state == COMPLETE and not decision.answers else decision.state


def _turns(interview_id: str) -> Select[models.Turn]:
    return select(models.Turn).where(models.Turn.interview_id == interview_id)


def row_of(row: models.Interview) -> InterviewRow:
    """The interview of a row."""
    return InterviewRow(
        id=row.id, person_id=row.person_id, kind=row.kind, mode=row.mode, language=row.language, level=row.level, state=row.state,
        focus=row.focus, started_at=row.started_at, updated_at=row.updated_at, completed_at=row.completed_at,
        started_by=row.started_by, earlier=row.earlier,
    )  # fmt: skip


def _one_of(what: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise BadInput(f"{what}: is not one of {', '.join(allowed)}; this is a fault of the program")
