"""Whether a real turn of the dialogue works now: through Rasa, its model, the action and the store."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable

from bot.dialogue.content import fingerprint
from bot.store.errors import StoreError
from bot.store.store import Store
from bot.web.dialogue import Dialogue, RasaDown
from bot.web.posted import new_turn

SENDER = "health"
KEPT_SECONDS = 2.0
RASA_DOWN = "rasa down: the dialogue does not answer"
OTHER_MODEL = "the model was trained for other questions: run make train, then start again"
_DIGEST = re.compile(r"[0-9a-f]{12}")
NO_TURN = "the dialogue answers, but no turn works"


class Health:
    """Checks at most every two seconds."""

    def __init__(self, rasa: Dialogue, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._rasa = rasa
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._until = 0.0
        self._trouble: str | None = None

    def trouble(self) -> str | None:
        """What is wrong, in one line, or None when a turn works."""
        with self._lock:
            if self._clock() >= self._until:
                self._trouble = self._check()
                self._until = self._clock() + KEPT_SECONDS
            return self._trouble

    def _check(self) -> str | None:
        try:
            self._store.count_people()
        except StoreError as error:
            return f"the store fails: {error}"
        try:
            said = self._rasa.say(SENDER, "hello", True, {"turn": new_turn(), "by": SENDER, "device": SENDER})
        except RasaDown as error:
            return f"{RASA_DOWN} ({error})"
        found = [custom for message in said if isinstance(custom := message.get("custom"), dict) and custom.get("healthy") is True]
        if not found:
            return NO_TURN
        # The running model says for itself what it was trained on (utter_content); the action knows what is on the disk.
        said_by_model = [text for message in said if _DIGEST.fullmatch(text := str(message.get("text")))]
        return None if {found[0].get("content"), *said_by_model} == {fingerprint()} else OTHER_MODEL
