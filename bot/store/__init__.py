"""The store: everything that is kept, encrypted where it tells of a person. ``Store.open`` is the way in."""

from bot.store.errors import NotFound, StoreError
from bot.store.rows import read_rows
from bot.store.store import Store

__all__ = ["NotFound", "Store", "StoreError", "read_rows"]
