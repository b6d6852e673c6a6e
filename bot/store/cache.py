"""Current answers, decrypted once and kept in this process.

Answer rows never change and ids only grow, so what is known stays true; only rows with a higher id need to be read. When rows are
erased, their interview is marked (``Known.emptied``) and read anew.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from bot.interview.answers import Answer
from bot.interview.exchange import IN_PASSING

INTERVIEWS_KEPT = 256


@dataclass(frozen=True, slots=True)
class Known:
    """The current answers of one interview, complete up to row ``newest``. Never changed: ``plus`` makes a new one.

    ``asked`` are the questions that have, or had, an answer of their own and not only one in passing; ``modes`` in which modes each
    was answered. ``emptied`` is when answers of the interview were last erased: what was known before that holds no more.
    """

    newest: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    newest_for: dict[str, int] = field(default_factory=dict)
    emptied: datetime | None = None
    asked: frozenset[str] = frozenset()
    modes: dict[str, frozenset[str]] = field(default_factory=dict)

    def plus(self, rows: Iterable[tuple[int, Answer]], given: Iterable[tuple[str, str, str]] = ()) -> Known:
        """With later rows, lowest id first; ``given`` are the (question, mode, how) of those rows."""
        answers, newest_for, newest = dict(self.answers), dict(self.newest_for), self.newest
        asked, modes = set(self.asked), dict(self.modes)
        for question, mode, how in given:
            modes[question] = modes.get(question, frozenset()) | {mode}
            if how != IN_PASSING:
                asked.add(question)
        for number, answer in rows:
            answers[answer.question], newest_for[answer.question] = answer, number
            newest = number
        return Known(newest, answers, newest_for, self.emptied, frozenset(asked), modes)

    @property
    def in_passing(self) -> frozenset[str]:
        """The questions that were only answered in words to others."""
        return frozenset(self.answers) - self.asked


class Cache:
    """The interviews used last, for all threads of this process. Only what was committed may be put in."""

    def __init__(self, size: int = INTERVIEWS_KEPT) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Known] = OrderedDict()

    def get(self, interview_id: str) -> Known | None:
        """What is known of an interview, if anything."""
        with self._lock:
            known = self._known.get(interview_id)
            if known is not None:
                self._known.move_to_end(interview_id)
            return known

    def put(self, interview_id: str, known: Known) -> None:
        """Keep this, unless another thread knows more already."""
        with self._lock:
            before = self._known.get(interview_id)
            if before is None or before.newest < known.newest or before.emptied != known.emptied:
                self._known[interview_id] = known
            self._known.move_to_end(interview_id)
            while len(self._known) > self._size:
                self._known.popitem(last=False)

    def forget(self, interview_id: str) -> None:
        """Nothing is known of an interview any more."""
        with self._lock:
            self._known.pop(interview_id, None)
