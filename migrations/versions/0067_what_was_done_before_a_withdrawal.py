"""Keep what a partner had done before a request was withdrawn: a decision on which nothing hangs.

Its desk writes it, and a kind of news says so to who has the case and to those on duty. Additive:
the version before writes neither.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

ASKED = "(SELECT escalations.case_id FROM escalations)"
REQUESTS = "(SELECT escalations.id FROM escalations)"
OF_PARTNERS = "(SELECT 'person:' || id FROM people WHERE people.role = 'partner')"
ACTED = f"""is_just_now(at) AND actor_id IN {OF_PARTNERS} AND case_id IN {ASKED}
    AND action = 'escalation.acted_before' AND subject_type = 'escalations'
    AND subject_id IN {REQUESTS}"""
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
    "fixed",
    "not_fixed",
    "not_carried",
    "our_move_late",
    "request_over",
    "moved",
]


def upgrade() -> None:
    op.add_column(
        "decisions",
        sa.Column(
            "is_after_withdrawal", sa.Boolean(), nullable=False, server_default=sa.text("false")
        ),
    )
    op.execute(
        "CREATE POLICY partner_adds_of_late_acts ON history FOR INSERT TO helpdesk_partner "
        f"WITH CHECK ({ACTED.replace(':', chr(92) + ':')})"
    )
    _allow([*NEWS, "acted_before"])


def downgrade() -> None:
    refuse_to_lose(
        "what partners had done before a request was withdrawn",
        table="decisions",
        where="is_after_withdrawal",
    )
    op.execute("DELETE FROM news WHERE what = 'acted_before'")
    _allow(NEWS)
    op.execute("DROP POLICY partner_adds_of_late_acts ON history")
    op.drop_column("decisions", "is_after_withdrawal")


def _allow(kinds: list[str]) -> None:
    listed = ", ".join(f"'{one}'" for one in kinds)
    op.execute("ALTER TABLE news DROP CONSTRAINT ck_news_what")
    op.execute(f"ALTER TABLE news ADD CONSTRAINT ck_news_what CHECK (what IN ({listed}))")
