"""The situation a turn is decided in, put together from the store: what the engine calls a context."""

from __future__ import annotations

from datetime import date

from bot.casework.situation import PRISON_TIME, context_of, today
from bot.interview.exchange import Situation
from bot.interview.path import Context
from bot.interview.understanding import ALSO_WAITS, pending_of
from bot.store.types import InterviewState

__all__ = ["PRISON_TIME", "context", "situation", "today"]


def context(state: InterviewState, settings: dict[str, str] | None = None, day: date | None = None) -> Context:
    """Everything rules may look at beside answers: the record, the interview and the prison's settings."""
    known = state.settings if settings is None else settings
    return context_of(state.interview, state.record, known, day or today(), state.modes)


def situation(state: InterviewState, settings: dict[str, str] | None = None, day: date | None = None) -> Situation:
    """What ``Conversation.decide`` needs to know."""
    reply, turn = (state.turn.reply, state.turn.turn_id) if state.turn is not None else ([], "")
    return Situation(
        context=context(state, settings, day),
        answers=state.answers,
        focus=state.interview.focus,
        state=state.interview.state,
        newest_for=state.newest_for,
        last=state.last,
        pending=pending_of(reply, turn),
        waiting=pending_of(reply, turn, ALSO_WAITS),
    )
