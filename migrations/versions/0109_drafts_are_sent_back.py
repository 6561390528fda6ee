"""Keep that a colleague sent a draft back, who and why, until it is saved again; and a kind of news
that says so to whoever wrote it.

The reason is sealed for the case. Additive: the version before sends none back.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0109"
down_revision = "0108"
branch_labels = None
depends_on = None

TABLE = "escalations"
# Ten thousand characters, sealed.
LONGEST = 100_000
NEWS = [
    "handed_over",
    "no_longer_yours",
    "message",
    "agreement",
    "denied",
    "withdrawn",
    "back",
    "closed",
    "reopened",
    "note",
    "level",
    "lowering_decided",
    "closing_decided",
    "approved",
    "waived",
    "asked",
    "decided",
    "acted_before",
    "link_ended",
    "fixed",
    "not_fixed",
    "not_carried",
    "our_move_late",
    "partner_silent",
    "unanswered",
    "request_over",
    "moved",
]


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("sent_back_reason", sa.LargeBinary()))
    op.add_column(TABLE, sa.Column("sent_back_by", sa.String(80)))
    op.add_column(TABLE, sa.Column("sent_back_at", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        op.f("ck_escalations_sent_back_at_finite"),
        TABLE,
        "isfinite(sent_back_at) AND sent_back_at >= '1900-01-01' AND sent_back_at < '3000-01-01'",
    )
    op.create_check_constraint(
        op.f("ck_escalations_sent_back_reason_bounded"),
        TABLE,
        f"octet_length(sent_back_reason) <= {LONGEST}",
    )
    op.create_check_constraint(
        op.f("ck_escalations_sent_back_whole"),
        TABLE,
        "num_nulls(sent_back_reason, sent_back_by, sent_back_at) IN (0, 3)",
    )
    _allow([*NEWS, "sent_back"])


def downgrade() -> None:
    refuse_to_lose("why drafts were sent back", table=TABLE, where="sent_back_at IS NOT NULL")
    op.execute("DELETE FROM news WHERE what = 'sent_back'")
    _allow(NEWS)
    for name in ("whole", "reason_bounded", "at_finite"):
        op.drop_constraint(op.f(f"ck_escalations_sent_back_{name}"), TABLE, type_="check")
    for name in ("sent_back_at", "sent_back_by", "sent_back_reason"):
        op.drop_column(TABLE, name)


def _allow(kinds: list[str]) -> None:
    listed = ", ".join(f"'{one}'" for one in kinds)
    op.execute("ALTER TABLE news DROP CONSTRAINT ck_news_what")
    op.execute(f"ALTER TABLE news ADD CONSTRAINT ck_news_what CHECK (what IN ({listed}))")
