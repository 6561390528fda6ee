"""Keep which calls to a silent partner were made, by whom, and what came of them.

Until now "phone the partner" was done once an email to us had gone out. Additive: the version
before writes none.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0108"
down_revision = "0107"
branch_labels = None
depends_on = None

TABLE = "partner_calls"
LONGEST = 20_000


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("escalation_id", sa.String(32), nullable=False),
        sa.Column("turn_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("result", sa.String(32), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "result IN ('reached', 'not_reached')", name=op.f(f"ck_{TABLE}_callresult")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], ondelete="CASCADE", name=op.f(f"fk_{TABLE}_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalations.id"],
            ondelete="CASCADE",
            name=op.f(f"fk_{TABLE}_escalation_id_escalations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_case_id"), TABLE, ["case_id"])
    op.create_index(op.f(f"ix_{TABLE}_escalation_id"), TABLE, ["escalation_id"])
    for column in ("turn_due_at", "at"):
        op.execute(
            f"ALTER TABLE {TABLE} ADD CONSTRAINT ck_{TABLE}_{column}_finite"
            f" CHECK (isfinite({column}) AND {column} >= '1900-01-01' AND {column} < '3000-01-01')"
        )
    op.execute(
        f"ALTER TABLE {TABLE} ADD CONSTRAINT ck_{TABLE}_note_bounded"
        f" CHECK (octet_length(note) <= {LONGEST})"
    )
    op.execute(f"GRANT SELECT, INSERT ON {TABLE} TO helpdesk_app")


def downgrade() -> None:
    refuse_to_lose("calls to partners, and what came of them", table=TABLE)
    op.drop_table(TABLE)
