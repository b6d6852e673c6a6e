"""The prison a plan was made in: for the report, which counts an assessment where it was held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column. It is filled in by the store when it opens: where a person was then is in their records, encrypted."""
    op.add_column("plans", sa.Column("prison", sa.Text))
    op.create_index("ix_plans_prison_made_at", "plans", ["prison", "made_at"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_plans_prison_made_at", "plans")
    op.drop_column("plans", "prison")
