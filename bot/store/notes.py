"""What is kept beside an interview's answers: the worker's notes, words nobody could read yet, what was said back, hand-overs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session

from bot.interview.answers import clean
from bot.interview.definitions import LEVELS
from bot.store import models
from bot.store.errors import BadInput, NotFound
from bot.store.interviews import Interviews, row_of
from bot.store.note_models import InterviewNote
from bot.store.plan_models import Plan
from bot.store.plan_types import ACTIVE
from bot.store.types import COMPLETE, MODES, HistoryRow, InterviewRow

NOTE, OBSERVATION, SAID, WORDS, HANDED_OVER = KINDS = ("note", "observation", "said", "words", "handed_over")
LONGEST = 4000
_NOTED = {NOTE: "note written", OBSERVATION: "note written", SAID: "message to the person"}


_ANSWERS, _NOTES = models.Answer.__table__, InterviewNote.__table__
_WRITTEN = (
    select(_ANSWERS)
    .where(_ANSWERS.c.interview_id == bindparam("interview"), _ANSWERS.c.turn_id == bindparam("turn"))
    .order_by(_ANSWERS.c.id)
)
_SINCE = (
    select(_NOTES).where(_NOTES.c.interview_id == bindparam("interview"), _NOTES.c.at >= bindparam("since")).order_by(_NOTES.c.id)
)


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One thing beside the answers. ``text`` is as it was typed; ``translation`` as ``Translation.to_json`` has it, if any.

    ``question`` is what was asked at the time, ``to_user`` who an interview was handed to.
    """

    id: int
    interview_id: str
    at: datetime
    by: str
    kind: str
    text: str = ""
    question: str | None = None
    translation: Mapping[str, Any] = field(default_factory=dict)
    to_user: str | None = None


class Notes(Interviews):
    """The part of the store that keeps what is beside the answers."""

    def add_note(
        self,
        interview_id: str,
        kind: str,
        text: str,
        by: str,
        question: str | None = None,
        translation: Mapping[str, Any] | None = None,
        to_user: str | None = None,
    ) -> NoteRow:
        """Keep a note (of one of ``KINDS``).

        Raises:
            NotFound: there is no such interview, or no such user to hand it to.
            BadInput: the kind is unknown, or the text empty (but for a hand-over) or too long.
        """
        text = clean(text)
        if kind not in KINDS or (kind == HANDED_OVER) != (to_user is not None):
            raise BadInput(f"note: its kind is one of {', '.join(KINDS)}; this is a fault of the program")
        if not text and kind != HANDED_OVER:
            raise BadInput("note: there is nothing in it; write something")
        if len(text) > LONGEST:
            raise BadInput(f"note: it is longer than {LONGEST} characters; shorten it")
        payload = {"text": text, "question": question, "translation": dict(translation or {})}
        with self.write() as session:
            interview = session.get(models.Interview, interview_id)
            if interview is None:
                raise NotFound("interview")
            if to_user is not None and session.get(models.User, to_user) is None:
                raise NotFound("user")
            row = InterviewNote(
                interview_id=interview_id, at=self.clock(), by=by, kind=kind, to_user=to_user, payload=self.cipher.seal(payload)
            )
            session.add(row)
            session.flush()
            if kind == HANDED_OVER:
                self._hand_plan(session, interview, row)
                self.note(session, by, "interview handed over", interview_id, interview.person_id, str(to_user))
            elif kind in _NOTED:
                self.note(session, by, _NOTED[kind], interview_id, interview.person_id)
            return self._note_row(row)

    def _hand_plan(self, session: Session, interview: models.Interview, note: InterviewNote) -> None:
        """Whoever takes the interview over takes its plan too, where nobody else has been made responsible for it meanwhile."""
        handed = select(InterviewNote.to_user).where(
            InterviewNote.interview_id == interview.id, InterviewNote.kind == HANDED_OVER, InterviewNote.id != note.id
        )
        before = {None, interview.started_by, *session.scalars(handed)}
        plan = session.scalar(select(Plan).where(Plan.interview_id == interview.id, Plan.state == ACTIVE))
        if plan is not None and plan.worker in before:
            plan.worker = note.to_user

    def notes_of(self, interview_id: str) -> list[NoteRow]:
        """Everything beside the answers of an interview, the oldest first."""
        query = select(InterviewNote).where(InterviewNote.interview_id == interview_id).order_by(InterviewNote.id)
        with self.read() as session:
            return [self._note_row(row) for row in session.scalars(query)]

    def beside_turn(self, interview_id: str, turn_id: str, at: datetime) -> tuple[list[HistoryRow], list[NoteRow]]:
        """The answers that a turn wrote, and what was put beside the answers at or after its time; in one look, for every page."""
        with self.read() as session:
            # The tables themselves, by statements made once: this is a tenth of a page in another language.
            run = session.connection().execute
            written = run(_WRITTEN, {"interview": interview_id, "turn": turn_id}).all()
            notes = run(_SINCE, {"interview": interview_id, "since": at}).all()
        return [self._history_row(row) for row in written], [self._note_row(row) for row in notes]

    def handed_to(self, user_id: str) -> list[InterviewRow]:
        """The interviews that were handed to somebody last, and are not finished; the newest first."""
        newest = select(func.max(InterviewNote.id)).where(InterviewNote.kind == HANDED_OVER).group_by(InterviewNote.interview_id)
        query = (
            select(models.Interview)
            .join(InterviewNote, InterviewNote.interview_id == models.Interview.id)
            .where(InterviewNote.id.in_(newest), InterviewNote.to_user == user_id, models.Interview.state != COMPLETE)
            .order_by(InterviewNote.id.desc())
        )
        with self.read() as session:
            return [row_of(row) for row in session.scalars(query)]

    def put_into(
        self, interview_id: str, by: str, language: str | None = None, level: str | None = None, mode: str | None = None
    ) -> InterviewRow:
        """Put an interview into another language, level or mode; None leaves it. No turn is taken: what was last said is said anew.

        Raises:
            NotFound: there is no such interview.
            BadInput: an unknown level or mode.
        """
        if (level is not None and level not in LEVELS) or (mode is not None and mode not in MODES):
            raise BadInput("interview: there is no such level or mode; this is a fault of the program")
        with self.write() as session:
            row = session.get(models.Interview, interview_id, with_for_update=True)
            if row is None:
                raise NotFound("interview")
            wanted = (language or row.language, level or row.level, mode or row.mode)
            if wanted != (row.language, row.level, row.mode):
                row.language, row.level, row.mode = wanted
                row.updated_at = self.clock()
                self.note(session, by, "interview's language or mode changed", row.id, row.person_id)
            return row_of(row)

    def asked_for_person(self, interview_id: str) -> list[str | None]:
        """The questions at which the person asked for somebody to talk to, in order, each once; None where none was open."""
        query = (
            select(models.Turn.question_id)
            .where(models.Turn.interview_id == interview_id, models.Turn.kind == "person")
            .order_by(models.Turn.id)
        )
        with self.read() as session:
            return list(dict.fromkeys(session.scalars(query)))

    def needing_interpreter(self, interview_id: str) -> set[str]:
        """The questions whose newest answer holds words that no machine could put into English."""
        newest = select(models.current_answers.c.id).where(models.current_answers.c.interview_id == interview_id)
        query = select(models.Answer).where(models.Answer.id.in_(newest), models.Answer.language != "en")
        with self.read() as session:
            payloads = {row.question_id: self.cipher.unseal(row.payload) for row in session.scalars(query)}
        made = {name: payload.get("understood", {}).get("translation", {}) for name, payload in payloads.items()}
        return {name for name, found in made.items() if found.get("problem") and found.get("looks_like") != "en"}

    def _note_row(self, row: InterviewNote | Row[Any]) -> NoteRow:
        data = self.cipher.unseal(row.payload)
        return NoteRow(
            id=row.id, interview_id=row.interview_id, at=row.at, by=row.by, kind=row.kind, text=data["text"],
            question=data["question"], translation=data["translation"], to_user=row.to_user,
        )  # fmt: skip
