"""Keep by which channels requests get to a partner, in an order, and by which each request goes.

Every partner had one: its desk here. It keeps that, as its only channel, and every request that was
written goes, or went, by it. Whether they tell the reported party was never written down, so nobody
knows. Additive: the version before writes requests without a channel, which are saved again before
they can be approved.
"""

# ruff: noqa: S608 - every word of every statement is written here

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.losses import refuse_to_lose

revision = "0098"
down_revision = "0097"
branch_labels = None
depends_on = None

TABLE = "partner_channels"
KINDS = "'desk'"
RECEIPTS = "'opened', 'automatic', 'number', 'person', 'none', 'unknown'"
DISCLOSURES = "'inside', 'tells', 'unknown'"
# What every partner was given, and nobody has touched.
FIRST = """kind = 'desk' AND position = 1 AND asks = '[]' AND harms = '[]' AND size_limit IS NULL
    AND receipt = 'opened' AND onward_disclosure = 'unknown' AND storage_region = ''
    AND ended_on IS NULL"""
SEEN_BY_OTHERS = "id, ended_on, onward_disclosure"


def upgrade() -> None:
    nothing = sa.text("'[]'::jsonb")
    op.create_table(
        TABLE,
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("partner_id", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        *(
            sa.Column(name, JSONB(), nullable=False, server_default=nothing)
            for name in ("asks", "harms")
        ),
        sa.Column("size_limit", sa.Integer(), nullable=True),
        sa.Column("receipt", sa.String(32), nullable=False),
        sa.Column("onward_disclosure", sa.String(32), nullable=False),
        sa.Column("storage_region", sa.String(3), nullable=False, server_default=""),
        sa.Column("ended_on", sa.Date(), nullable=True),
        # A number at the end of all numbers would keep every further channel out.
        sa.CheckConstraint(
            "position BETWEEN 1 AND 1000000", name=op.f(f"ck_{TABLE}_position_bounded")
        ),
        sa.CheckConstraint(
            "size_limit BETWEEN 1 AND 100000000", name=op.f(f"ck_{TABLE}_size_limit_bounded")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name=op.f(f"fk_{TABLE}_partner_id_partners")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(f"ix_{TABLE}_partner_id", TABLE, ["partner_id"])
    _one_of(TABLE, "kind", "channelkind", KINDS)
    _one_of(TABLE, "receipt", "receiptkind", RECEIPTS)
    _one_of(TABLE, "onward_disclosure", "onwarddisclosure", DISCLOSURES)
    op.execute(
        f"ALTER TABLE {TABLE} ADD CONSTRAINT ck_{TABLE}_ended_on_finite CHECK"
        " (isfinite(ended_on) AND ended_on >= '1900-01-01' AND ended_on < '3000-01-01')"
    )
    op.execute(
        f"INSERT INTO {TABLE} (id, partner_id, position, kind, receipt, onward_disclosure)"
        " SELECT md5('desk of ' || id), id, 1, 'desk', 'opened', 'unknown' FROM partners"
    )

    op.add_column("escalations", sa.Column("channel_id", sa.String(32), nullable=True))
    for name, standing in (("channel_kind", "desk"), ("onward_disclosure", "unknown")):
        op.add_column(
            "escalations",
            sa.Column(name, sa.String(32), nullable=False, server_default=standing),
        )
    _one_of("escalations", "channel_kind", "channelkind", KINDS)
    _one_of("escalations", "onward_disclosure", "onwarddisclosure", DISCLOSURES)
    op.execute(
        f"UPDATE escalations SET channel_id = {TABLE}.id FROM {TABLE}"
        f" WHERE {TABLE}.partner_id = escalations.partner_id"
    )
    op.create_foreign_key(
        op.f(f"fk_escalations_channel_id_{TABLE}"), "escalations", TABLE, ["channel_id"], ["id"]
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {TABLE} TO helpdesk_app")
    # Whoever carries a request, or opens it, asks whether it may still go by its channel.
    for role in ("helpdesk_worker", "helpdesk_ticker", "helpdesk_partner"):
        op.execute(f"GRANT SELECT ({SEEN_BY_OTHERS}) ON {TABLE} TO {role}")


def downgrade() -> None:
    refuse_to_lose("channels of partners", table=TABLE, where=f"NOT ({FIRST})")
    refuse_to_lose(
        "who else hears of requests", table="escalations", where="onward_disclosure <> 'unknown'"
    )
    for name in ("onward_disclosure", "channel_kind", "channel_id"):
        op.drop_column("escalations", name)
    op.drop_table(TABLE)


def _one_of(table: str, column: str, name: str, values: str) -> None:
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({column} IN ({values}))"
    )
