"""``rasa shell`` against a running demonstration: each shell conversation gets an interview with a made-up person."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from bot.store.errors import NotFound
from bot.store.store import Store


def shell_interviews(store: Store) -> Callable[[str], str | None]:
    """A function from a sender to the interview it talks to; None for senders that are interviews themselves."""
    interviews: dict[str, str] = {}
    lock = Lock()

    def find(sender: str) -> str | None:
        with lock:
            if sender in interviews:
                return interviews[sender]
            try:
                store.state(sender)
                return None
            except NotFound:
                pass
            people = [person for person in store.people(limit=1) if person.made_up]
            if not people:
                return None
            interviews[sender] = store.start_interview(
                people[0].id, kind="first", mode="worker", language="en", level="plain", by="rasa shell", device="shell"
            ).id
            return interviews[sender]

    return find
