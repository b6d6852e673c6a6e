"""What pages have sent under the ids of their turns, in memory: only the same content sent again is a repeat."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace

from bot.web.posted import Posted

MOST_SENT = 5000
# What is left of a page's id beside the mark of other content: an id has 64 signs at most.
_KEPT_OF_ID = 47


class Sent:
    """Marks of what was sent, by interview and turn. A thread may come from any request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._marks: OrderedDict[tuple[str, str], int] = OrderedDict()

    def named(self, interview_id: str, posted: Posted) -> Posted:
        """The turn under the page's id, or under another where that id was sent with other content before."""
        with self._lock:
            first = self._marks.get((interview_id, posted.turn))
        mark = _mark(posted)
        return posted if first in (None, mark) else replace(posted, turn=f"{posted.turn[:_KEPT_OF_ID]}-{mark:016x}")

    def sending(self, interview_id: str, posted: Posted) -> None:
        """Note that it is sent now."""
        with self._lock:
            self._marks.setdefault((interview_id, posted.turn), _mark(posted))
            while len(self._marks) > MOST_SENT:
                self._marks.popitem(last=False)


def of_page(turn_id: str, posted: Posted) -> bool:
    """Whether a turn came from the same page."""
    return turn_id.startswith(posted.turn[:_KEPT_OF_ID])


def _mark(posted: Posted) -> int:
    """A number for what was put in; Python's own hash, which differs from process to process and tells nothing."""
    said = (posted.question, posted.do, posted.options, posted.words, posted.text, posted.more, posted.target, posted.english)
    return hash((*said, *sorted(posted.parts.items()))) & 0xFFFF_FFFF_FFFF_FFFF
