"""Plans that are kept: alerts, plans, their needs, items and events, consents, case events, directories and services."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The columns of each table that never change once a row is written. Those left out may: encrypted ones at key rotation, the others
# by a step.
FIXED = {
    "item_events": ("id", "item_id", "number", "at", "by"),
    "consent_events": ("id", "person_id", "at", "by"),
    "case_events": ("id", "person_id", "plan_id", "kind", "at", "by"),
    "alerts": ("id", "person_id", "interview_id", "prison", "raised_at", "sensitive"),
    "plans": ("id", "interview_id", "person_id", "kind", "made_at", "earlier", "carried"),
    "plan_items": ("id", "plan_id"),
    "services": ("id", "prison", "service"),
}
# Written once: an acknowledgement stays as it is.
ONCE = {"alerts": ("acknowledged_at", "acknowledged_by")}
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make every table and the triggers."""
    op.create_table(
        "alerts",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("interview_id", sa.Text, nullable=False),
        sa.Column("prison", sa.Text, nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("sensitive", sa.Boolean, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("acknowledged_at", MOMENT),
        sa.Column("acknowledged_by", sa.Text),
        sa.Column("note", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_alerts_person_id_people"),
        sa.ForeignKeyConstraint(["interview_id"], ["interviews.id"], name="fk_alerts_interview_id_interviews"),
    )
    op.create_index("ix_alerts_person_id", "alerts", ["person_id"])
    op.create_index("ix_alerts_interview_id", "alerts", ["interview_id"])
    op.create_index("ix_alerts_acknowledged_at_prison", "alerts", ["acknowledged_at", "prison"])
    op.create_table(
        "plans",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("interview_id", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("earlier", sa.Text),
        sa.Column("carried", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("worker", sa.Text),
        sa.Column("open_items", sa.Integer, nullable=False),
        sa.Column("next_due", sa.Date),
        sa.Column("last_due", sa.Date),
        sa.Column("next_follow_up", sa.Date),
        sa.Column("payload", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
        sa.UniqueConstraint("interview_id", name="uq_plans_interview_id"),
        sa.ForeignKeyConstraint(["interview_id"], ["interviews.id"], name="fk_plans_interview_id_interviews"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_plans_person_id_people"),
        sa.ForeignKeyConstraint(["earlier"], ["plans.id"], name="fk_plans_earlier_plans"),
        sa.ForeignKeyConstraint(["worker"], ["users.id"], name="fk_plans_worker_users"),
        sa.CheckConstraint("state IN ('active', 'closed')", name="ck_plans_state"),
    )
    op.create_index("ix_plans_person_id", "plans", ["person_id"])
    op.create_index("ix_plans_state_next_due", "plans", ["state", "next_due"])
    op.create_index("ix_plans_state_worker", "plans", ["state", "worker"])
    op.create_table(
        "plan_needs",
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("need", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "need", name="pk_plan_needs"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_plan_needs_plan_id_plans"),
    )
    op.create_index("ix_plan_needs_need_plan_id", "plan_needs", ["need", "plan_id"])
    op.create_table(
        "plan_items",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("activity", sa.Text),
        sa.Column("pathway", sa.Text),
        sa.Column("level", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("due", sa.Date),
        sa.Column("follow_up_by", sa.Date),
        sa.Column("owner", sa.Text),
        sa.Column("service", sa.Text),
        sa.Column("sensitive", sa.Boolean, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("payload", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_plan_items"),
        sa.UniqueConstraint("plan_id", "key", name="uq_plan_items_plan_id_key"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_plan_items_plan_id_plans"),
    )
    op.create_index("ix_plan_items_plan_id", "plan_items", ["plan_id"])
    op.create_index("ix_plan_items_pathway_state_plan_id", "plan_items", ["pathway", "state", "plan_id"])
    op.create_index("ix_plan_items_state_plan_id", "plan_items", ["state", "plan_id"])
    op.create_index("ix_plan_items_open_due_plan_id", "plan_items", ["open", "due", "plan_id"])
    op.create_index("ix_plan_items_open_follow_up_by_plan_id", "plan_items", ["open", "follow_up_by", "plan_id"])
    op.create_table(
        "item_events",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("item_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_item_events"),
        sa.UniqueConstraint("item_id", "number", name="uq_item_events_item_id_number"),
        sa.ForeignKeyConstraint(["item_id"], ["plan_items.id"], name="fk_item_events_item_id_plan_items"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "consent_events",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consent_events"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_consent_events_person_id_people"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_consent_events_person_id", "consent_events", ["person_id"])
    op.create_table(
        "case_events",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("plan_id", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_events"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_case_events_person_id_people"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_case_events_plan_id_plans"),
        sa.CheckConstraint("kind IN ('route', 'contact', 'cohort')", name="ck_case_events_kind"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_case_events_person_id", "case_events", ["person_id"])
    op.create_table(
        "directories",
        sa.Column("prison", sa.Text, nullable=False),
        sa.Column("areas", sa.JSON, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("prison", name="pk_directories"),
    )
    op.create_table(
        "services",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("prison", sa.Text, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_services"),
        sa.UniqueConstraint("prison", "service", name="uq_services_prison_service"),
        sa.ForeignKeyConstraint(["prison"], ["directories.prison"], name="fk_services_prison_directories"),
        sqlite_autoincrement=True,
    )
    make_triggers = _sqlite_triggers if op.get_bind().dialect.name == "sqlite" else _postgres_triggers
    for table in FIXED:
        make_triggers(table)


def _changed(table: str, differs: str) -> str:
    """The condition that a row is changed where it may not be."""
    fixed = [f'OLD."{column}" {differs} NEW."{column}"' for column in FIXED[table]]
    once = [f'(OLD."{column}" IS NOT NULL AND OLD."{column}" {differs} NEW."{column}")' for column in ONCE.get(table, ())]
    return " OR ".join([*fixed, *once])


def _sqlite_triggers(table: str) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table}: rows are only added'); END"
    op.execute(f"CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} WHEN {_changed(table, 'IS NOT')} {refuse}")
    op.execute(f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table} {refuse}")


def _postgres_triggers(table: str) -> None:
    refuse = f"EXECUTE FUNCTION {table}_refuse()"
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table}: rows are only added'; END $$"
    )
    changed = _changed(table, "IS DISTINCT FROM")
    op.execute(f"CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({changed}) {refuse}")
    op.execute(f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table} FOR EACH ROW {refuse}")
    op.execute(f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} {refuse}")
