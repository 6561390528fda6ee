"""Let the public pages bring no region with a case: a person of ours writes it down.

Whoever had the role of the public pages could say of a report in which region it is, and so steer
whom the page proposes to ask, and nothing said that none of us had written it. A value that is no
region made the page itself fail; code takes that for none. Additive: no page ever brought one.
"""

from alembic import op

revision = "0100"
down_revision = "0099"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE POLICY door_brings_no_region ON cases AS RESTRICTIVE FOR INSERT TO helpdesk_intake"
        " WITH CHECK (region IS NULL)"
    )


def downgrade() -> None:
    # Nothing is lost: a policy holds no values.
    op.execute("DROP POLICY door_brings_no_region ON cases")
