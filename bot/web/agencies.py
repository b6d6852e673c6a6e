"""The prisons whose people are here: asked for by anyone, so looked up at most once a minute."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from bot.store.store import Store

KEPT_SECONDS = 60.0


class Agencies:
    """Prisons by name."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._until = float("-inf")
        self._found: list[str] = []

    def active(self) -> list[str]:
        """The prisons of the people in the store. Raises StoreError."""
        with self._lock:
            if self._clock() >= self._until:
                self._found = self._store.prisons()
                self._until = self._clock() + KEPT_SECONDS
            return list(self._found)
