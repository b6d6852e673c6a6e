"""The plain columns of an item, from its events: what lists sort and filter by, and nothing that tells of a sensitive need."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.plan.life import Event, ItemState, current

# Of a sensitive item these are encrypted.
HIDDEN = ("key", "activity", "pathway", "level", "owner", "service")
# How ``items.item_key`` names a sensitive need in a key. A digest of a word from a short list hides nothing.
_DIGEST = re.compile(r"[0-9a-f]{8}")


def is_digest(rest: str) -> bool:
    """Whether the second part of an item's key is made from a sensitive need."""
    return _DIGEST.fullmatch(rest) is not None


@dataclass(frozen=True, slots=True)
class ItemColumns:
    """An item as it stands. ``owner`` is the role of whoever sees that it is done, ``service`` an id of the directory."""

    key: str
    activity: str
    pathway: str
    level: str
    state: str
    due: date | None
    follow_up_by: date | None
    owner: str | None
    service: str | None
    sensitive: bool
    since: datetime
    live: bool
    rests_on_private: bool

    @property
    def hidden(self) -> dict[str, Any]:
        """What is kept encrypted: all of a sensitive item; of others a key that tells, and the service a sensitive need led to."""
        key_tells = is_digest(self.key.partition(":")[2])
        names = HIDDEN if self.sensitive else (*(("key",) if key_tells else ()), *(("service",) if self.rests_on_private else ()))
        return {name: getattr(self, name) for name in names}

    @property
    def plain(self) -> dict[str, Any]:
        """The columns of the table, but for the encrypted one."""
        hidden = self.hidden
        names = (*HIDDEN, "state", "due", "follow_up_by", "sensitive", "since")
        return {name: None if name in hidden else getattr(self, name) for name in names}


def item_columns(history: Sequence[Event]) -> ItemColumns:
    """The columns of an item with these events. Raises ValueError for a history that does not begin."""
    return columns_of(current(history))


def columns_of(state: ItemState) -> ItemColumns:
    """The columns of an item that stands like this."""
    item = state.snapshot
    owner = item.get("owner")
    return ItemColumns(
        key=state.key,
        activity=str(item["activity"]),
        pathway=str(item["pathway"]),
        level=str(item["level"]),
        state=state.state,
        due=state.due_by,
        follow_up_by=state.follow_up_by,
        owner=str(owner["role"]) if isinstance(owner, dict) and owner.get("role") else None,
        service=item.get("service"),
        sensitive=bool(item.get("sensitive")),
        since=state.since,
        live=state.live,
        rests_on_private=any(reason.get("sensitive") for reason in item.get("because") or ()),
    )
