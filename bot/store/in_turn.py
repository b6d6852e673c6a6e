"""One after the other, first come first served: how the threads of one process share SQLite's single write lock."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from bot.store.errors import StoreBusy


class InTurn:
    """A lock that is handed to whoever has waited longest.

    SQLite itself lets those who wait sleep for up to a tenth of a second and try again, so that the newest may go first and one
    that waits among many may never get through. Python's own locks are not handed on in order either.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._held = False
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """Wait at most so long for the turn, and hold it for the block.

        Raises:
            StoreBusy: it did not come in time; the block was not begun.
        """
        self._take(seconds)
        try:
            yield
        finally:
            with self._guard:
                if self._waiting:
                    self._waiting.popleft().release()
                else:
                    self._held = False

    def _take(self, seconds: float) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=seconds):
            return
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                raise StoreBusy("database: too many are writing at once; nothing was written, try again")
        # It was handed over at the last moment.
