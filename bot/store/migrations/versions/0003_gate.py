"""Accounts, prisons of users, settings of a prison, sign-on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables and columns."""
    op.add_column("users", sa.Column("prisons", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("users", sa.Column("sign_on", sa.Text))
    op.create_index("ix_users_sign_on", "users", ["sign_on"], unique=True)
    op.add_column("users", sa.Column("temporary", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("sessions", sa.Column("how", sa.Text, nullable=False, server_default="password"))
    op.create_table(
        "prison_settings",
        sa.Column("prison", sa.Text, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("prison", name="pk_prison_settings"),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_sign_in_tries"),
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("sign_in_tries")
    op.drop_table("prison_settings")
    op.drop_column("sessions", "how")
    op.drop_column("users", "temporary")
    op.drop_index("ix_users_sign_on", "users")
    op.drop_column("users", "sign_on")
    op.drop_column("users", "prisons")
