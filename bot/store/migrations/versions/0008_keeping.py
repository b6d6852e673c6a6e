"""Earlier versions of records, disputes, and the one way in which rows may be erased (docs/decisions/0016-keeping.md)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
# How a row of each table leads to its person.
_OF_PERSON = "erasing.person_id = OLD.person_id"
_OF_INTERVIEW = "erasing.person_id = (SELECT person_id FROM interviews WHERE id = OLD.interview_id)"
_OF_PLAN = "erasing.person_id = (SELECT person_id FROM plans WHERE id = OLD.plan_id)"
_OF_ITEM = (
    "erasing.person_id = (SELECT plans.person_id FROM plans JOIN plan_items ON plan_items.plan_id = plans.id "
    "WHERE plan_items.id = OLD.item_id)"
)
ERASED = {
    "answers": _OF_INTERVIEW,
    "turns": _OF_INTERVIEW,
    "interview_notes": _OF_INTERVIEW,
    "alerts": _OF_PERSON,
    "plans": _OF_PERSON,
    "plan_items": _OF_PLAN,
    "item_events": _OF_ITEM,
    "plan_closings": _OF_PLAN,
    "consent_events": _OF_PERSON,
    "case_events": _OF_PERSON,
    "record_changes": _OF_PERSON,
    "disputes": _OF_PERSON,
}
NEW = ("record_changes", "disputes")
FIXED = {"record_changes": ("id", "person_id", "at", "by"), "disputes": ("id", "person_id", "raised_at", "raised_by")}
# Written once: how a dispute was settled stays as it is.
ONCE = {"disputes": ("settled_at", "settled_by")}


def upgrade() -> None:
    """Make the tables and columns, and let rows go in the transaction that names their person in ``erasing``."""
    op.create_table(
        "record_changes",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_record_changes"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_record_changes_person_id_people"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_record_changes_person_id", "record_changes", ["person_id"])
    op.create_table(
        "disputes",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("raised_by", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("settled_at", MOMENT),
        sa.Column("settled_by", sa.Text),
        sa.Column("note", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_disputes"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_disputes_person_id_people"),
    )
    op.create_index("ix_disputes_person_id", "disputes", ["person_id"])
    op.create_table(
        "erasing",
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("never", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_erasing"),
        sa.ForeignKeyConstraint(["never"], ["audit.id"], name="fk_erasing_never_audit", deferrable=True, initially="DEFERRED"),
        sa.CheckConstraint("never = 0", name="ck_erasing_never"),
    )
    op.create_table(
        "audit_start",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_start"),
        sa.CheckConstraint("id = 1", name="ck_audit_start_one"),
    )
    # When rows of it were erased: what other processes remember of its answers from before is wrong then.
    op.add_column("interviews", sa.Column("emptied_at", MOMENT))
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgres()


def _refused() -> dict[str, str]:
    """When a row of each table may not be deleted."""
    conditions = {table: f"NOT EXISTS (SELECT 1 FROM erasing WHERE {mine})" for table, mine in ERASED.items()}  # noqa: S608
    return conditions | {"audit": "OLD.id > coalesce((SELECT line FROM audit_start), 0)"}


def _changed(table: str, differs: str) -> str:
    fixed = [f'OLD."{column}" {differs} NEW."{column}"' for column in FIXED[table]]
    once = [f'(OLD."{column}" IS NOT NULL AND OLD."{column}" {differs} NEW."{column}")' for column in ONCE.get(table, ())]
    return " OR ".join([*fixed, *once])


def _sqlite() -> None:
    for table in NEW:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table}: rows are only added'); END"
        op.execute(f"CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} WHEN {_changed(table, 'IS NOT')} {refuse}")
    for table, refused in _refused().items():
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table}: rows are only added'); END"
        if table not in NEW:
            op.execute(f"DROP TRIGGER {table}_not_deleted")
        op.execute(f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table} WHEN {refused} {refuse}")


def _postgres() -> None:
    for table in NEW:
        op.execute(
            f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table}: rows are only added'; END $$"
        )
        refuse = f"EXECUTE FUNCTION {table}_refuse()"
        changed = _changed(table, "IS DISTINCT FROM")
        op.execute(f"CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({changed}) {refuse}")
        op.execute(f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} {refuse}")
    for table, refused in _refused().items():
        op.execute(
            f"CREATE FUNCTION {table}_erase() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {refused} THEN RAISE EXCEPTION '{table}: rows are only added'; END IF; RETURN OLD; END $$"
        )
        if table not in NEW:
            op.execute(f"DROP TRIGGER {table}_not_deleted ON {table}")
        op.execute(f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_erase()")


def downgrade() -> None:
    """Take them away again: rows cannot be deleted any more."""
    lite = op.get_bind().dialect.name == "sqlite"
    for table in (*ERASED, "audit"):
        op.execute(f"DROP TRIGGER {table}_not_deleted" + ("" if lite else f" ON {table}"))
        if not lite:
            op.execute(f"DROP FUNCTION {table}_erase()")
        if table in NEW:
            continue
        if lite:
            refuse = f"BEGIN SELECT RAISE(ABORT, '{table}: rows are only added'); END"
            op.execute(f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table} {refuse}")
        else:
            refuse = f"EXECUTE FUNCTION {table}_refuse()"
            op.execute(f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table} FOR EACH ROW {refuse}")
    op.drop_column("interviews", "emptied_at")
    for table in ("audit_start", "erasing", "disputes", "record_changes"):
        op.drop_table(table)
    if not lite:
        for table in NEW:
            op.execute(f"DROP FUNCTION {table}_refuse()")
