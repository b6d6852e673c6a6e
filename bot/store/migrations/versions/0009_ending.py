"""Whether the closing of a plan ended the person's stay in prison: what lists need to know of its reason, and no more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# As in 0005; ``ends_stay`` is written once.
FIXED = ("id", "plan_id", "at", "by")
ONCE = "ends_stay"


def upgrade() -> None:
    """Add the column. Filled in by the store when it opens: the reasons are encrypted."""
    op.add_column("plan_closings", sa.Column(ONCE, sa.Boolean))
    _keep(ONCE)


def _keep(once: str = "") -> None:
    """Let nothing of a row be changed but its payload, and ``once`` where it is not written yet."""
    lite = op.get_bind().dialect.name == "sqlite"
    differs = "IS NOT" if lite else "IS DISTINCT FROM"
    changed = [f'OLD."{column}" {differs} NEW."{column}"' for column in FIXED]
    changed += [f'(OLD."{once}" IS NOT NULL AND OLD."{once}" {differs} NEW."{once}")'] if once else []
    when = " OR ".join(changed)
    if lite:
        op.execute("DROP TRIGGER plan_closings_kept")
        refuse = "BEGIN SELECT RAISE(ABORT, 'plan_closings: rows are only added'); END"
        op.execute(f"CREATE TRIGGER plan_closings_kept BEFORE UPDATE ON plan_closings WHEN {when} {refuse}")
    else:
        op.execute("DROP TRIGGER plan_closings_kept ON plan_closings")
        refuse = "EXECUTE FUNCTION plan_closings_refuse()"
        op.execute(f"CREATE TRIGGER plan_closings_kept BEFORE UPDATE ON plan_closings FOR EACH ROW WHEN ({when}) {refuse}")


def downgrade() -> None:
    """Take it away again."""
    _keep()
    op.drop_column("plan_closings", ONCE)
