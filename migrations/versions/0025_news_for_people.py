"""News: that something happened on a case, for the people whom it concerns. Additive."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

WHAT = (
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
)
BRINGS = (
    "SELECT, INSERT, UPDATE (at, is_untold, request_id, seen_at, times, told_at), DELETE ON news"
)


def upgrade() -> None:
    what = sa.Enum(*WHAT, name="what", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "news",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=32)),
        sa.Column("what", what, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True)),
        sa.Column("is_untold", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.Column("told_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_news_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_news_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["escalations.id"],
            name=op.f("fk_news_request_id_escalations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
        sa.UniqueConstraint(
            "person_id", "case_id", "what", name=op.f("uq_news_person_id_case_id_what")
        ),
    )
    for column in ("at", "seen_at", "told_at"):
        op.execute(
            f"ALTER TABLE news ADD CONSTRAINT ck_news_{column}_finite CHECK (isfinite({column}))"
        )
    # The pages show each person their own and note that they were seen; nobody there writes one.
    op.execute("GRANT SELECT, UPDATE (seen_at) ON news TO helpdesk_app")
    for role in ("helpdesk_worker", "helpdesk_ticker"):
        op.execute(f"GRANT {BRINGS} TO {role}")


def downgrade() -> None:
    # Nothing is lost: what happened stands in history, and on the case itself.
    op.drop_table("news")
