"""Plans closed by hand and opened again, days of contact after release, and who gets a part 2: for lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
# As in 0002: rows are only added; ``payload`` may change at key rotation.
FIXED = ("id", "plan_id", "at", "by")


def upgrade() -> None:
    """Make the tables and columns."""
    op.create_table(
        "plan_closings",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plan_closings"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_plan_closings_plan_id_plans"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_plan_closings_plan_id", "plan_closings", ["plan_id"])
    op.create_table(
        "plan_contacts",
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "day", name="pk_plan_contacts"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_plan_contacts_plan_id_plans"),
    )
    op.create_index("ix_plan_contacts_day_plan_id", "plan_contacts", ["day", "plan_id"])
    # Filled in by the store when it opens: the records are encrypted.
    op.add_column("people", sa.Column("part2", sa.Boolean))
    differs = "IS NOT" if op.get_bind().dialect.name == "sqlite" else "IS DISTINCT FROM"
    changed = " OR ".join(f'OLD."{column}" {differs} NEW."{column}"' for column in FIXED)
    if op.get_bind().dialect.name == "sqlite":
        refuse = "BEGIN SELECT RAISE(ABORT, 'plan_closings: rows are only added'); END"
        op.execute(f"CREATE TRIGGER plan_closings_kept BEFORE UPDATE ON plan_closings WHEN {changed} {refuse}")
        op.execute(f"CREATE TRIGGER plan_closings_not_deleted BEFORE DELETE ON plan_closings {refuse}")
    else:
        op.execute(
            "CREATE FUNCTION plan_closings_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'plan_closings: rows are only added'; END $$"
        )
        refuse = "EXECUTE FUNCTION plan_closings_refuse()"
        op.execute(f"CREATE TRIGGER plan_closings_kept BEFORE UPDATE ON plan_closings FOR EACH ROW WHEN ({changed}) {refuse}")
        op.execute(f"CREATE TRIGGER plan_closings_not_deleted BEFORE DELETE ON plan_closings FOR EACH ROW {refuse}")
        op.execute(f"CREATE TRIGGER plan_closings_not_emptied BEFORE TRUNCATE ON plan_closings {refuse}")


def downgrade() -> None:
    """Take them away again."""
    op.drop_column("people", "part2")
    op.drop_table("plan_contacts")
    op.drop_table("plan_closings")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION plan_closings_refuse()")
