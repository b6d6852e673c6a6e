"""The days by which something is to be done on referral routes, for lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table. It is filled when a plan is made or next looked at, as the days of contact are."""
    op.create_table(
        "plan_routes",
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "day", name="pk_plan_routes"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_plan_routes_plan_id_plans"),
    )
    op.create_index("ix_plan_routes_day_plan_id", "plan_routes", ["day", "plan_id"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("plan_routes")
