"""Rasa's memory of a conversation: the active form and the open question, nothing else.

The stock tracker grows with every turn, is replayed at each step and posted whole; and it would hold what people said.
Here everything but the place in the dialogue is dropped after the turn. The store remembers the interview.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Dict, Iterable, List, Optional, Text, Tuple

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.content import OFFERED

LIMIT = 10_000
_KEPT = (REQUESTED_SLOT, OFFERED)


class ShortMemory(TrackerStore):
    """Keeps the place in the dialogue of the newest ``LIMIT`` conversations, in memory."""

    def __init__(self, domain: Optional[Domain], event_broker: Optional[EventBroker] = None, **kwargs: Any) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._places: "OrderedDict[Text, Tuple[Optional[Text], Dict[Text, Any]]]" = OrderedDict()

    async def save(self, tracker: DialogueStateTracker) -> None:
        slots = {name: tracker.get_slot(name) for name in _KEPT}
        self._places[tracker.sender_id] = (tracker.active_loop_name, slots)
        self._places.move_to_end(tracker.sender_id)
        while len(self._places) > LIMIT:
            self._places.popitem(last=False)

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        if sender_id not in self._places:
            return None
        loop, slots = self._places[sender_id]
        events: List[Event] = [SlotSet(name, value) for name, value in slots.items() if value is not None]
        if loop:
            events.insert(0, ActiveLoop(loop))
        tracker = self.init_tracker(sender_id)
        for event in (*events, ActionExecuted(ACTION_LISTEN_NAME)):
            tracker.update(event)
        return tracker

    async def keys(self) -> Iterable[Text]:
        return list(self._places)
