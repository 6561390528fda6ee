"""Let requests go to a partner by email that is encrypted to their OpenPGP key.

A channel has that key, its fingerprint and until when it can be used; a request has what was
encrypted as it was approved, and our last answer. Whoever carries it reads of the channel when the
key ends, and not the key. Additive.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0105"
down_revision = "0104"
branch_labels = None
depends_on = None

KINDS = {"partner_channels": "kind", "escalations": "channel_kind"}
CARRIERS = ("helpdesk_worker", "helpdesk_ticker")
ENDS = "openpgp_expires_at"
HAS_KEY = "ck_partner_channels_openpgp_has_key"
IS_TIME = f"ck_partner_channels_{ENDS}_finite"


def upgrade() -> None:
    text = {"nullable": False, "server_default": ""}
    op.add_column("partner_channels", sa.Column("openpgp_key", sa.Text(), **text))
    op.add_column("partner_channels", sa.Column("openpgp_fingerprint", sa.String(40), **text))
    op.add_column("partner_channels", sa.Column("openpgp_expires_at", sa.DateTime(timezone=True)))
    for name in ("openpgp_message", "openpgp_answer"):
        op.add_column("escalations", sa.Column(name, sa.Text()))
    _kinds("'desk', 'form', 'openpgp'")
    op.execute(
        f"ALTER TABLE partner_channels ADD CONSTRAINT {HAS_KEY} CHECK"
        " ((kind = 'openpgp') = (openpgp_fingerprint <> '' AND openpgp_key <> ''))"
    )
    op.execute(
        f"ALTER TABLE partner_channels ADD CONSTRAINT {IS_TIME} CHECK"
        f" (isfinite({ENDS}) AND {ENDS} >= '1900-01-01' AND {ENDS} < '3000-01-01')"
    )
    for role in CARRIERS:
        op.execute(f"GRANT SELECT (openpgp_expires_at) ON partner_channels TO {role}")


def downgrade() -> None:
    refuse_to_lose("keys of partners", table="partner_channels", where="kind = 'openpgp'")
    refuse_to_lose(
        "requests by encrypted email", table="escalations", where="channel_kind = 'openpgp'"
    )
    op.execute(f"ALTER TABLE partner_channels DROP CONSTRAINT {HAS_KEY}")
    _kinds("'desk', 'form'")
    for name in ("openpgp_message", "openpgp_answer"):
        op.drop_column("escalations", name)
    for name in ("openpgp_key", "openpgp_fingerprint", "openpgp_expires_at"):
        op.drop_column("partner_channels", name)


def _kinds(values: str) -> None:
    for table, column in KINDS.items():
        name = f"ck_{table}_channelkind"
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IN ({values}))")
