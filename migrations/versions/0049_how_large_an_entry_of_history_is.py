"""Take entries of history of 16 kB at most, and from the public pages and the partner desk of 4 kB.

An entry holds ids and codes. The largest of ours names the people of a queue who were told of
something: 16 kB are four hundred and fifty of them. Until now each could have 64 kB, and whoever
held a process's role could make the ticker read that, thousands of times.

Entries of before stay as they are: they are chained and signed. Additive: no version writes more.
"""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

DOORS = "helpdesk_intake, helpdesk_partner"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE history ADD CONSTRAINT ck_history_details_bounded"
        " CHECK (octet_length(details::text) <= 16384) NOT VALID"
    )
    op.execute(
        f"CREATE POLICY doors_add_small_ones ON history AS RESTRICTIVE FOR INSERT TO {DOORS}"
        " WITH CHECK (octet_length(details::text) <= 4096)"
    )


def downgrade() -> None:
    # Nothing is lost: checks and policies hold no values.
    op.execute("DROP POLICY doors_add_small_ones ON history")
    op.execute("ALTER TABLE history DROP CONSTRAINT ck_history_details_bounded")
