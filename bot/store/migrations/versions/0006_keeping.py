"""Retention, erasure and subject access: left empty, see 0008. Databases at 0007 were there before it was filled."""

from __future__ import annotations

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing."""


def downgrade() -> None:
    """Nothing."""
