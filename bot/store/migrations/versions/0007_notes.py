"""What is kept beside an interview's answers: notes, words in another language, hand-overs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None

FIXED = ("id", "interview_id", "at", "by", "kind", "to_user")


def upgrade() -> None:
    """Make the table. Its rows are only ever added; only ``payload`` can change (key rotation)."""
    op.create_table(
        "interview_notes",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("interview_id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("to_user", sa.Text, nullable=True),
        sa.Column("payload", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_interview_notes"),
        sa.ForeignKeyConstraint(["interview_id"], ["interviews.id"], name="fk_interview_notes_interview_id_interviews"),
        sa.ForeignKeyConstraint(["to_user"], ["users.id"], name="fk_interview_notes_to_user_users"),
        sa.CheckConstraint("kind IN ('note', 'observation', 'said', 'words', 'handed_over')", name="ck_interview_notes_kind"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_interview_notes_interview_id_id", "interview_notes", ["interview_id", "id"])
    op.create_index("ix_interview_notes_to_user", "interview_notes", ["to_user"])
    lite = op.get_bind().dialect.name == "sqlite"
    differs = "IS NOT" if lite else "IS DISTINCT FROM"
    changed = " OR ".join(f'OLD."{column}" {differs} NEW."{column}"' for column in FIXED)
    if lite:
        refuse = "BEGIN SELECT RAISE(ABORT, 'interview_notes: rows are only added'); END"
        op.execute(f"CREATE TRIGGER interview_notes_kept BEFORE UPDATE ON interview_notes WHEN {changed} {refuse}")
        op.execute(f"CREATE TRIGGER interview_notes_not_deleted BEFORE DELETE ON interview_notes {refuse}")
        return
    op.execute(
        "CREATE FUNCTION interview_notes_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'interview_notes: rows are only added'; END $$"
    )
    refuse = "EXECUTE FUNCTION interview_notes_refuse()"
    op.execute(f"CREATE TRIGGER interview_notes_kept BEFORE UPDATE ON interview_notes FOR EACH ROW WHEN ({changed}) {refuse}")
    op.execute(f"CREATE TRIGGER interview_notes_not_deleted BEFORE DELETE ON interview_notes FOR EACH ROW {refuse}")
    op.execute(f"CREATE TRIGGER interview_notes_not_emptied BEFORE TRUNCATE ON interview_notes {refuse}")


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("interview_notes")
