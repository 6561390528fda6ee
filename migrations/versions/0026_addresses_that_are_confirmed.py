"""An address for duty mail is used once the code of a test letter was typed.

Additive. Addresses that are there were typed by their people and have carried letters: they are
used for thirty days more, and shown as not confirmed until then.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

MOMENTS = (
    ("people", "email_confirmed_at"),
    ("people", "email_used_until"),
    ("new_mailboxes", "asked_at"),
    ("new_mailboxes", "sent_at"),
)
OF_THEIRS = "person_id IN (SELECT id FROM people WHERE people.role = 'partner')"


def upgrade() -> None:
    op.add_column("people", sa.Column("email_confirmed_at", sa.DateTime(timezone=True)))
    op.add_column("people", sa.Column("email_used_until", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE people SET email_used_until = now() + interval '30 days' WHERE email IS NOT NULL"
    )
    op.create_table(
        "new_mailboxes",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("address", sa.LargeBinary()),
        sa.Column("address_for_self", sa.LargeBinary()),
        sa.Column("old", sa.LargeBinary()),
        sa.Column("code", sa.LargeBinary()),
        sa.Column("code_tag", sa.LargeBinary()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_new_mailboxes_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_new_mailboxes")),
    )
    for table, column in MOMENTS:
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{column}_finite "
            f"CHECK (isfinite({column}))"
        )
    op.execute("GRANT UPDATE (email_confirmed_at, email_used_until) ON people TO helpdesk_partner")
    op.execute("GRANT SELECT, INSERT, UPDATE ON new_mailboxes TO helpdesk_app, helpdesk_partner")
    op.execute(
        "GRANT SELECT, UPDATE (code, old, sent_at) ON new_mailboxes "
        "TO helpdesk_worker, helpdesk_ticker"
    )
    op.execute("ALTER TABLE new_mailboxes ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY others ON new_mailboxes "
        "TO helpdesk_app, helpdesk_worker, helpdesk_ticker USING (true)"
    )
    op.execute(
        f"CREATE POLICY partner ON new_mailboxes TO helpdesk_partner "
        f"USING ({OF_THEIRS}) WITH CHECK ({OF_THEIRS})"
    )


def downgrade() -> None:
    refuse_to_lose("addresses to confirm", table="new_mailboxes", where="address IS NOT NULL")
    refuse_to_lose(
        "who confirmed an address", table="people", where="email_confirmed_at IS NOT NULL"
    )
    op.drop_table("new_mailboxes")
    op.execute(
        "REVOKE UPDATE (email_confirmed_at, email_used_until) ON people FROM helpdesk_partner"
    )
    op.drop_column("people", "email_used_until")
    op.drop_column("people", "email_confirmed_at")
