"""Let somebody be called when our own time for a request is over.

A partner's question starts that time, so its desk queues the alarm, for cases that partners were
asked about; and a kind of news says it to who has the case. Additive: the version before queues and
writes neither.
"""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

ASKED = "(SELECT escalations.case_id FROM escalations)"
REQUESTS = "(SELECT escalations.id FROM escalations)"
ALARM = f"""state = 'waiting' AND attempts = 0 AND fence = 0 AND leased_until IS NULL
    AND ended_at IS NULL AND trouble IS NULL AND octet_length(arguments::text) <= 400
    AND is_from_now_on(due_at) AND queue = 'notices' AND job = 'triage.request_alarm'
    AND arguments ->> 'case_id' IN {ASKED} AND arguments ->> 'request_id' IN {REQUESTS}"""
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
    "request_over",
    "moved",
]


def upgrade() -> None:
    op.execute(
        "CREATE POLICY partner_adds_of_alarms ON outbox FOR INSERT TO helpdesk_partner "
        f"WITH CHECK ({ALARM.replace(':', chr(92) + ':')})"
    )
    _allow([*NEWS, "our_move_late"])


def downgrade() -> None:
    # Nothing is lost: news come and go, and the board shows each request that waits for us.
    op.execute("DELETE FROM news WHERE what = 'our_move_late'")
    op.execute("DELETE FROM outbox WHERE job = 'triage.request_alarm'")
    _allow(NEWS)
    op.execute("DROP POLICY partner_adds_of_alarms ON outbox")


def _allow(kinds: list[str]) -> None:
    listed = ", ".join(f"'{one}'" for one in kinds)
    op.execute("ALTER TABLE news DROP CONSTRAINT ck_news_what")
    op.execute(f"ALTER TABLE news ADD CONSTRAINT ck_news_what CHECK (what IN ({listed}))")
