"""Let more people hear of what a reporter denies, and keep who sent on their own word.

Whoever wrote it down was the only one who heard. A kind of news says so now, and the board finds
such cases by an index. Who let a request or an answer leave on their own word is kept for good, so
that no change of what a partner may receive makes a second reader of them. Additive: the version
before writes neither.
"""

from alembic import op

from migrations.losses import refuse_to_lose

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

DENIED = "action IN ('escalation.verdict_denied', 'consent.denied')"
NEWS = [
    "handed_over",
    "no_longer_yours",
    "message",
    "agreement",
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
PARTS = ["words", "evidence", "fact", "level", "waiver"]


def upgrade() -> None:
    _allow("news", "what", [*NEWS, "denied"])
    _allow("contributions", "part", [*PARTS, "sent_alone"])
    op.execute(f"CREATE INDEX ix_history_denials ON history (case_id) WHERE {DENIED}")


def downgrade() -> None:
    refuse_to_lose(
        "who let a request or an answer be sent alone",
        table="contributions",
        where="part = 'sent_alone'",
    )
    # News come and go: what is denied stays in history and on the case.
    op.execute("DELETE FROM news WHERE what = 'denied'")
    op.execute("DROP INDEX ix_history_denials")
    _allow("contributions", "part", PARTS)
    _allow("news", "what", NEWS)


def _allow(table: str, column: str, values: list[str]) -> None:
    listed = ", ".join(f"'{one}'" for one in values)
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{column}")
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{column} CHECK ({column} IN ({listed}))"
    )
