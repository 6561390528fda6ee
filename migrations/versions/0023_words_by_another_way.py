"""Words by another way (a call, Signal, a meeting), and when a turn of a clock was written down.

Additive. The public pages see that we spoke, on which day and how, of the mailbox that is open, and
may say once that it was not the reporter. What was said, and tries that reached nobody, they don't
see.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

WAYS = ("telephone", "signal", "in_person", "other_desk", "other")
MOMENTS = (
    ("conversations", "spoke_at"),
    ("conversations", "written_at"),
    ("conversations", "answered_due_at"),
    ("conversations", "objected_at"),
    ("conversations", "settled_at"),
    ("clock_events", "noted_at"),
)
THEIRS = "case_id = (SELECT visitor_case()) AND reached"


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column(
            "way",
            sa.Enum(*WAYS, name="way", native_enum=False, length=32, create_constraint=True),
            nullable=False,
        ),
        sa.Column("spoke_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("summary", sa.LargeBinary(), nullable=False),
        sa.Column("answered_due_at", sa.DateTime(timezone=True)),
        sa.Column("objected_at", sa.DateTime(timezone=True)),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_conversations_case_id_cases"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.CheckConstraint(
            "spoke_at <= written_at", name=op.f("ck_conversations_spoken_before_it_was_written")
        ),
    )
    op.create_index(op.f("ix_conversations_case_id"), "conversations", ["case_id"])
    op.create_index(
        "ix_conversations_disputed",
        "conversations",
        ["case_id"],
        postgresql_where=sa.text("objected_at IS NOT NULL AND settled_at IS NULL"),
    )
    op.add_column("clock_events", sa.Column("noted_at", sa.DateTime(timezone=True)))
    for table, column in MOMENTS:
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{column}_finite "
            f"CHECK (isfinite({column}))"
        )
    op.execute("GRANT SELECT, INSERT, UPDATE (settled_at) ON conversations TO helpdesk_app")
    op.execute(
        "GRANT SELECT (id, case_id, way, spoke_at, reached, answered_due_at, objected_at), "
        "UPDATE (objected_at) ON conversations TO helpdesk_intake"
    )
    op.execute("ALTER TABLE conversations ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY others ON conversations TO helpdesk_app USING (true)")
    op.execute(
        f"CREATE POLICY door_sees ON conversations FOR SELECT TO helpdesk_intake USING ({THEIRS})"
    )
    op.execute(
        "CREATE POLICY door_objects ON conversations FOR UPDATE TO helpdesk_intake "
        f"USING ({THEIRS} AND objected_at IS NULL) "
        f"WITH CHECK ({THEIRS} AND is_this_hour(objected_at))"
    )


def downgrade() -> None:
    refuse_to_lose("conversations with reporters", table="conversations")
    refuse_to_lose(
        "when turns of clocks were written down",
        table="clock_events",
        where="noted_at IS NOT NULL",
    )
    op.drop_column("clock_events", "noted_at")
    op.drop_table("conversations")
