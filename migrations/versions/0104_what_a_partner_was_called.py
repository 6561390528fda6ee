"""Keep what a partner was called, and was to the platform, since it was vetted last.

Reporters agree to a partner under the name and the kind that they read. Whoever vets it after a
change says whether it is still the same one, and the page did not say what it had been; before the
first vetting nobody was asked at all. Nothing is filled in: history has the changes of before.
Additive.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.losses import refuse_to_lose

revision = "0104"
down_revision = "0103"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "partners",
        sa.Column(
            "earlier_names",
            postgresql.JSONB(),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
    op.create_check_constraint(
        op.f("ck_partners_earlier_names_list"), "partners", "jsonb_typeof(earlier_names) = 'array'"
    )


def downgrade() -> None:
    refuse_to_lose(
        "earlier names that wait to be vetted", table="partners", where="earlier_names <> '[]'"
    )
    op.drop_constraint(op.f("ck_partners_earlier_names_list"), "partners", type_="check")
    op.drop_column("partners", "earlier_names")
