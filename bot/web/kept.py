"""What was typed when a session had ended: held in memory for the same browser and user, never on disk or in an address."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from werkzeug.datastructures import MultiDict

from bot.interview.definitions import Question
from bot.web.posted import Posted

Form = MultiDict[str, str]
KEPT_SECONDS = 30 * 60
MOST_KEPT = 200
MOST_SEEN = 2000


def device_of(token: str) -> str:
    """A short name for the browser of a session, which tells devices apart and nothing else."""
    return "page:" + _digest(token)[:8]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def worth_keeping(posted: Posted, question: Question | None) -> bool:
    """Whether an unsent turn is held: nothing private; without a question, words beside a yes or no to what else was heard."""
    if posted.question is None:
        return bool(posted.words.strip() or posted.asks)
    return question is not None and not question.sensitive and (posted.typed or bool(posted.options))


class Kept:
    """Unsent turns and forms by browser. A thread may come from any request."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._users: OrderedDict[str, str] = OrderedDict()
        self._turns: OrderedDict[str, tuple[float, str, Posted | Form]] = OrderedDict()

    def seen(self, token: str, user_id: str) -> None:
        """Remember whose session this is, for when it has ended."""
        with self._lock:
            self._users[_digest(token)] = user_id
            self._users.move_to_end(_digest(token))
            while len(self._users) > MOST_SEEN:
                self._users.popitem(last=False)

    def keep(self, token: str, subject: str, posted: Posted | Form) -> None:
        """Hold a turn of an interview, or a form about an item, that came with an ended session.

        ``subject`` is the id of what it is about. One whose user is not known is not held.
        """
        with self._lock:
            if _digest(token) not in self._users:
                return
            self._turns[_digest(token)] = (self._clock() + KEPT_SECONDS, subject, posted)
            while len(self._turns) > MOST_KEPT:
                self._turns.popitem(last=False)

    def hand_over(self, old: str, new: str, user_id: str) -> bool:
        """The same browser has a new session: what was held goes with it if the user is the same, and is dropped if not.

        Whether a turn goes with it.
        """
        with self._lock:
            held = self._turns.pop(_digest(old), None)
            if held is None or self._users.get(_digest(old)) != user_id:
                return False
            self._turns[_digest(new)] = held
            return isinstance(held[2], Posted)

    def carry(self, old: str, new: str) -> None:
        """What was held goes with the browser, whoever is at it: for the same interview it is the same person's words."""
        with self._lock:
            held = self._turns.pop(_digest(old), None)
            if held is not None:
                self._turns[_digest(new)] = held

    def take(self, token: str, interview_id: str) -> Posted | None:
        """The turn that is held for this browser and interview, once."""
        held = self._take(token, interview_id)
        return held if isinstance(held, Posted) else None

    def take_form(self, token: str, subject: str) -> Form | None:
        """The form that is held for this browser and what it is about, once."""
        held = self._take(token, subject)
        return held if not isinstance(held, Posted) else None

    def _take(self, token: str, subject: str) -> Posted | Form | None:
        with self._lock:
            held = self._turns.get(_digest(token))
            if held is None or held[1] != subject:
                return None
            del self._turns[_digest(token)]
            return held[2] if self._clock() < held[0] else None
