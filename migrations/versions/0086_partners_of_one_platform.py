"""Let several partners answer for one platform, each by name, and a consent name one of them.

A platform had exactly one partner, and consent to the platform was consent to it. Every partner
keeps its platform, as a team of it that takes every region; every consent stays what it was, to the
platform. Additive: the version before goes on, as long as no platform has two partners.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.losses import refuse_to_lose

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None

KINDS = "'platform', 'host', 'registrar', 'messenger', 'payment', 'cert', 'helpdesk'"
CURRENT = "uq_consents_current"
PER_PLATFORM = "(case_id, kind, coalesce(platform, ''))"
PER_PARTNER = "(case_id, kind, coalesce(platform, ''), coalesce(partner_id, ''))"
FOR_WHOM_AND_WHEN = (
    "kind <> 'platform' OR regions <> '[]' OR languages <> '[]' OR weekdays <> '[]'"
    " OR opens IS NOT NULL"
)
SHARED = "platform IN (SELECT platform FROM partners GROUP BY platform HAVING count(*) > 1)"


def upgrade() -> None:
    op.add_column(
        "partners", sa.Column("kind", sa.String(20), nullable=False, server_default="platform")
    )
    for name in ("regions", "languages", "weekdays"):
        op.add_column(
            "partners",
            sa.Column(name, JSONB(), nullable=False, server_default=sa.text("'[]'::jsonb")),
        )
    for name in ("opens", "closes"):
        op.add_column("partners", sa.Column(name, sa.Time(), nullable=True))
    op.execute(f"ALTER TABLE partners ADD CONSTRAINT ck_partners_kind CHECK (kind IN ({KINDS}))")
    op.execute(
        "ALTER TABLE partners ADD CONSTRAINT ck_partners_opens_and_closes"
        " CHECK ((opens IS NULL) = (closes IS NULL))"
    )
    op.drop_constraint("uq_partners_platform", "partners", type_="unique")
    op.create_index("ix_partners_platform", "partners", ["platform"])
    op.create_unique_constraint("uq_partners_id_platform", "partners", ["id", "platform"])
    op.execute("GRANT SELECT (kind) ON partners TO helpdesk_intake")

    op.add_column("consents", sa.Column("partner_id", sa.String(32), nullable=True))
    op.create_foreign_key(
        "fk_consents_partner_id_platform_partners",
        "consents",
        "partners",
        ["partner_id", "platform"],
        ["id", "platform"],
    )
    op.execute(
        "ALTER TABLE consents ADD CONSTRAINT ck_consents_partner_of_platform"
        " CHECK (partner_id IS NULL OR (kind = 'platform' AND platform IS NOT NULL))"
    )
    _one_at_a_time(PER_PARTNER)


def downgrade() -> None:
    refuse_to_lose("partners of a platform that has another", table="partners", where=SHARED)
    refuse_to_lose("for whom and when partners act", table="partners", where=FOR_WHOM_AND_WHEN)
    refuse_to_lose(
        "consents to one partner by name", table="consents", where="partner_id IS NOT NULL"
    )
    _one_at_a_time(PER_PLATFORM)
    op.drop_constraint("fk_consents_partner_id_platform_partners", "consents", type_="foreignkey")
    op.drop_column("consents", "partner_id")
    op.execute("REVOKE SELECT (kind) ON partners FROM helpdesk_intake")
    op.drop_constraint("uq_partners_id_platform", "partners", type_="unique")
    op.drop_index("ix_partners_platform", table_name="partners")
    op.create_unique_constraint("uq_partners_platform", "partners", ["platform"])
    for name in ("closes", "opens", "weekdays", "languages", "regions", "kind"):
        op.drop_column("partners", name)


def _one_at_a_time(what: str) -> None:
    """Of each thing that can be agreed to, one agreement that stands."""
    op.execute(f"DROP INDEX {CURRENT}")
    op.execute(f"CREATE UNIQUE INDEX {CURRENT} ON consents {what} WHERE withdrawn_at IS NULL")
