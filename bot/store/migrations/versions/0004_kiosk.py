"""Kiosk codes, PINs and kiosk sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
# Beside those that sessions have had.
COLUMNS = (
    ("access_id", sa.Text),
    ("at_interview", sa.Text),
    ("opened", sa.Boolean),
    ("idle_seconds", sa.Integer),
    ("touched_at", MOMENT),
    ("locked_at", MOMENT),
)


def upgrade() -> None:
    """Make the tables and columns."""
    op.create_table(
        "kiosk_access",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("interview_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("number", sa.Text),
        sa.Column("pin", sa.Text),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("issued_by", sa.Text, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
        sa.Column("revoked_by", sa.Text),
        sa.Column("locked_at", MOMENT),
        sa.Column("adjust", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kiosk_access"),
        sa.UniqueConstraint("code", name="uq_kiosk_access_code"),
        sa.UniqueConstraint("number", name="uq_kiosk_access_number"),
        sa.ForeignKeyConstraint(["interview_id"], ["interviews.id"], name="fk_kiosk_access_interview_id_interviews"),
        sa.ForeignKeyConstraint(["issued_by"], ["users.id"], name="fk_kiosk_access_issued_by_users"),
        sa.CheckConstraint("kind IN ('code', 'handed')", name="ck_kiosk_access_kind"),
    )
    op.create_index("ix_kiosk_access_interview_id", "kiosk_access", ["interview_id"])
    op.create_table(
        "kiosk_requests",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("interview_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT),
        sa.Column("done_by", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_kiosk_requests"),
        sa.ForeignKeyConstraint(["interview_id"], ["interviews.id"], name="fk_kiosk_requests_interview_id_interviews"),
        sa.CheckConstraint("kind IN ('paper')", name="ck_kiosk_requests_kind"),
    )
    op.create_index("ix_kiosk_requests_interview_id", "kiosk_requests", ["interview_id"])
    for name, kind in COLUMNS:
        op.add_column("sessions", sa.Column(name, kind))


def downgrade() -> None:
    """Take them away again."""
    for name, _ in reversed(COLUMNS):
        op.drop_column("sessions", name)
    op.drop_table("kiosk_requests")
    op.drop_table("kiosk_access")
