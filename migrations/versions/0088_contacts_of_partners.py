"""Keep who is reached at a partner, for whom and when, and until when that is known.

Staff's pages alone: who works at a partner is nobody's business at the public pages. Additive.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.losses import refuse_to_lose

revision = "0088"
down_revision = "0087"
branch_labels = None
depends_on = None

TABLE = "partner_contacts"


def upgrade() -> None:
    nothing = sa.text("'[]'::jsonb")
    op.create_table(
        TABLE,
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("partner_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("is_person", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, JSONB(), nullable=False, server_default=nothing)
            for name in ("regions", "languages", "weekdays")
        ),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("opens", sa.Time(), nullable=True),
        sa.Column("closes", sa.Time(), nullable=True),
        sa.Column("verified_until", sa.Date(), nullable=False),
        sa.Column("verified_by", sa.String(80), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(opens IS NULL) = (closes IS NULL)", name=op.f(f"ck_{TABLE}_opens_and_closes")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name=op.f(f"fk_{TABLE}_partner_id_partners")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(f"ix_{TABLE}_partner_id", TABLE, ["partner_id"])
    for column in ("verified_until", "ended_on"):
        op.execute(
            f"ALTER TABLE {TABLE} ADD CONSTRAINT ck_{TABLE}_{column}_finite CHECK"
            f" (isfinite({column}) AND {column} >= '1900-01-01' AND {column} < '3000-01-01')"
        )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {TABLE} TO helpdesk_app")


def downgrade() -> None:
    refuse_to_lose("contacts of partners", table=TABLE)
    op.drop_table(TABLE)
