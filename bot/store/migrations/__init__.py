"""The migrations of the store, run by ``bot.store.database.migrate``. One that was released is never edited."""
