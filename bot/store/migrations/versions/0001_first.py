"""The first schema: people, interviews, turns, answers, users, sessions, audit and key check."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Tables whose rows stay as they were written, and the one column (if any) that key rotation may rewrite.
KEPT = {"answers": "payload", "turns": "reply", "audit": None}

COLUMNS = {
    "answers": ("id", "interview_id", "question_id", "turn_id", "at", "by", "mode", "device", "language", "how"),
    "turns": ("id", "interview_id", "turn_id", "at", "kind", "question_id", "focus", "state"),
    "audit": ("id", "at", "who", "what", "subjects", "digest"),
}


def upgrade() -> None:
    """Make every table, the view and the triggers."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "people",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("prison_number", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("prison", sa.Text, nullable=False),
        sa.Column("release", sa.Date),
        sa.Column("part1_completed", sa.Date),
        sa.Column("reception", sa.DateTime, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("made_up", sa.Boolean, nullable=False),
        sa.Column("created", moment, nullable=False),
        sa.Column("updated", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("prison_number", name="uq_people_prison_number"),
    )
    op.create_index("ix_people_name", "people", ["name"])
    op.create_index("ix_people_prison", "people", ["prison"])
    op.create_table(
        "interviews",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("focus", sa.Text),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.Column("completed_at", moment),
        sa.Column("started_by", sa.Text, nullable=False),
        sa.Column("earlier", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_interviews"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_interviews_person_id_people"),
        sa.ForeignKeyConstraint(["earlier"], ["interviews.id"], name="fk_interviews_earlier_interviews"),
        sa.CheckConstraint("kind IN ('first', 'prerelease')", name="ck_interviews_kind"),
        sa.CheckConstraint("mode IN ('worker', 'kiosk')", name="ck_interviews_mode"),
        sa.CheckConstraint("level IN ('plain', 'easy')", name="ck_interviews_level"),
        sa.CheckConstraint("state IN ('open', 'paused', 'complete')", name="ck_interviews_state"),
    )
    op.create_index("ix_interviews_person_id", "interviews", ["person_id"])
    op.create_table(
        "turns",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("interview_id", sa.Text, nullable=False),
        sa.Column("turn_id", sa.Text, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("question_id", sa.Text),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("focus", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_turns"),
        sa.UniqueConstraint("interview_id", "turn_id", name="uq_turns_interview_id_turn_id"),
        sa.ForeignKeyConstraint(["interview_id"], ["interviews.id"], name="fk_turns_interview_id_interviews"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_turns_interview_id_id", "turns", ["interview_id", "id"])
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("interview_id", sa.Text, nullable=False),
        sa.Column("question_id", sa.Text, nullable=False),
        sa.Column("turn_id", sa.Text),
        sa.Column("at", moment, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("how", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
        sa.ForeignKeyConstraint(["interview_id"], ["interviews.id"], name="fk_answers_interview_id_interviews"),
        sa.ForeignKeyConstraint(
            ["interview_id", "turn_id"], ["turns.interview_id", "turns.turn_id"], name="fk_answers_interview_id_turn_id_turns"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_answers_interview_id_question_id_id", "answers", ["interview_id", "question_id", "id"])
    op.create_index("ix_answers_interview_id_id", "answers", ["interview_id", "id"])
    op.execute(
        "CREATE VIEW current_answers AS SELECT * FROM answers AS a WHERE a.id = "
        "(SELECT max(b.id) FROM answers AS b WHERE b.interview_id = a.interview_id AND b.question_id = a.question_id)"
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("username", sa.Text, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("failed_attempts", sa.Integer, nullable=False),
        sa.Column("locked_until", moment),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("username", name="uq_users_username"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("created", moment, nullable=False),
        sa.Column("last_seen", moment, nullable=False),
        sa.Column("interview_id", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id_users"),
        sa.ForeignKeyConstraint(["interview_id"], ["interviews.id"], name="fk_sessions_interview_id_interviews"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("subjects", sa.JSON, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_table(
        "key_check",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_key_check"),
    )
    make_triggers = _sqlite_triggers if op.get_bind().dialect.name == "sqlite" else _postgres_triggers
    for table, free in KEPT.items():
        make_triggers(table, free)


def _sqlite_triggers(table: str, free: str | None) -> None:
    changed = "1" if free is None else " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in COLUMNS[table])
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table}: rows are only added'); END"
    op.execute(f"CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} WHEN {changed} {refuse}")
    op.execute(f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table} {refuse}")


def _postgres_triggers(table: str, free: str | None) -> None:
    changes = [f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in COLUMNS[table]]
    changed = "true" if free is None else " OR ".join(changes)
    refuse = f"EXECUTE FUNCTION {table}_refuse()"
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table}: rows are only added'; END $$"
    )
    op.execute(f"CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({changed}) {refuse}")
    op.execute(f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table} FOR EACH ROW {refuse}")
    op.execute(f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} {refuse}")
