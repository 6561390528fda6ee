"""Say which database this is, so that one that was restored or copied sends nothing by itself.

Additive. The row is empty until a ticker has ticked, so that what is copied before that (a
template) is a house of its own. A promise may now end as skipped.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENTS = ("awake_since", "ticked_at", "held_since")
STANDINGS = ("waiting", "leased", "kept", "failed")

# The cluster, the database in it, and the table in that: a dump brings none of them along.
THIS_DATABASE = """
CREATE FUNCTION this_database() RETURNS text LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT system_identifier || '/' || database.oid || '/' || 'sending'::regclass::oid
    FROM pg_control_system(), pg_database AS database WHERE datname = current_database()
$$
"""


def upgrade() -> None:
    op.create_table(
        "sending",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("house", sa.String(length=32), nullable=False),
        sa.Column("database", sa.String(length=80), nullable=False),
        sa.Column("ticks", sa.BigInteger(), nullable=False),
        sa.Column("awake_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ticked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "held_because",
            sa.Enum(
                "moved", "older", "said",
                name="because", native_enum=False, create_constraint=True, length=32,
            ),
            nullable=True,
        ),
        sa.CheckConstraint("name = 'sending'", name=op.f("ck_sending_only_one")),
        *(
            sa.CheckConstraint(f"isfinite({one})", name=op.f(f"ck_sending_{one}_finite"))
            for one in MOMENTS
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sending")),
    )  # fmt: skip
    op.execute("INSERT INTO sending (name, house, database, ticks) VALUES ('sending', '', '', 0)")
    op.execute(THIS_DATABASE)
    op.execute("GRANT SELECT, UPDATE ON sending TO helpdesk_ticker")
    op.execute("GRANT SELECT ON sending TO helpdesk_worker, helpdesk_app")
    _may_stand_as((*STANDINGS, "skipped"))


def downgrade() -> None:
    refuse_to_lose("which promises were skipped", table="outbox", where="standing = 'skipped'")
    refuse_to_lose("that nothing may be sent", table="sending", where="held_since IS NOT NULL")
    _may_stand_as(STANDINGS)
    op.execute("DROP FUNCTION this_database()")
    op.drop_table("sending")


def _may_stand_as(standings: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{one}'" for one in standings)
    op.execute("ALTER TABLE outbox DROP CONSTRAINT ck_outbox_standing")
    op.execute(
        "ALTER TABLE outbox ADD CONSTRAINT ck_outbox_standing "
        f"CHECK (standing IN ({listed})) NOT VALID"
    )
    op.execute("ALTER TABLE outbox VALIDATE CONSTRAINT ck_outbox_standing")
