"""Runs the migrations inside the transaction that ``bot.store.database.migrate`` has begun."""

from __future__ import annotations

from alembic import context

from bot.store.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
