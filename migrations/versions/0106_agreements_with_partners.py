"""Keep what was agreed with a partner besides its response times: when and with which role, by
which calendar they count, how long they keep what we send, and whether they may be named.

Every partner from before has agreed to nothing. Additive: the version before reads none of it.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0106"
down_revision = "0105"
branch_labels = None
depends_on = None

COLUMNS = (
    sa.Column("agreed_on", sa.Date()),
    sa.Column("agreed_with", sa.String(80), server_default="", nullable=False),
    sa.Column("counts_working_time", sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column("holiday_country", sa.String(2), server_default="", nullable=False),
    sa.Column("holiday_subdivision", sa.String(8), server_default="", nullable=False),
    sa.Column("keeps_for_days", sa.Integer()),
    sa.Column("may_be_named", sa.Boolean(), server_default=sa.false(), nullable=False),
)
CHECKS = {
    "ck_partners_agreed_on_finite": (
        "isfinite(agreed_on) AND agreed_on >= '1900-01-01' AND agreed_on < '3000-01-01'"
    ),
    "ck_partners_keeps_for_days": "keeps_for_days BETWEEN 0 AND 3650",
    "ck_partners_agreed_on_a_day": (
        "agreed_on IS NOT NULL OR NOT (counts_working_time OR may_be_named)"
        " AND keeps_for_days IS NULL AND agreed_with = '' AND holiday_country = ''"
    ),
}


def upgrade() -> None:
    for column in COLUMNS:
        op.add_column("partners", column)
    for name, rule in CHECKS.items():
        op.create_check_constraint(op.f(name), "partners", rule)


def downgrade() -> None:
    refuse_to_lose("agreements with partners", table="partners", where="agreed_on IS NOT NULL")
    for name in CHECKS:
        op.drop_constraint(op.f(name), "partners", type_="check")
    for column in reversed(COLUMNS):
        op.drop_column("partners", column.name)
