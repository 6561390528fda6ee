"""Let one of us carry a request to a form of the partner's own, and enter what they answer there.

A channel has the address of that form, an attempt says which of us carries it, and what is said
back and forth is sealed for the case alone where the partner has no key. Additive.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0099"
down_revision = "0098"
branch_labels = None
depends_on = None

KINDS = {"partner_channels": "kind", "escalations": "channel_kind"}


def upgrade() -> None:
    op.add_column(
        "partner_channels",
        sa.Column("form_address", sa.String(500), nullable=False, server_default=""),
    )
    op.add_column("delivery_attempts", sa.Column("by", sa.String(80), nullable=True))
    op.alter_column("exchanges", "for_partner", nullable=True)
    _kinds("'desk', 'form'")
    op.execute(
        "ALTER TABLE partner_channels ADD CONSTRAINT ck_partner_channels_form_has_address"
        " CHECK ((kind = 'form') = (form_address <> ''))"
    )


def downgrade() -> None:
    refuse_to_lose("forms of partners", table="partner_channels", where="kind = 'form'")
    refuse_to_lose("requests by a form", table="escalations", where="channel_kind = 'form'")
    refuse_to_lose(
        "who carried requests", table="delivery_attempts", where="delivery_attempts.by IS NOT NULL"
    )
    op.execute("ALTER TABLE partner_channels DROP CONSTRAINT ck_partner_channels_form_has_address")
    _kinds("'desk'")
    op.alter_column("exchanges", "for_partner", nullable=False)
    op.drop_column("delivery_attempts", "by")
    op.drop_column("partner_channels", "form_address")


def _kinds(values: str) -> None:
    for table, column in KINDS.items():
        name = f"ck_{table}_channelkind"
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IN ({values}))")
