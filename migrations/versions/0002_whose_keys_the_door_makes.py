"""Let the public pages make keys of cases, and no others.

They have to add a key for each new case. With the same right a process that somebody has taken over
could have added a newer key for a queue or a partner, and everything from then on would have been
sealed to whoever planted it. Additive: the version before does not notice.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

POLICIES = {
    "everything": "TO helpdesk_app USING (true)",
    "seen_at_the_door": "FOR SELECT TO helpdesk_intake USING (true)",
    "made_at_the_door": "FOR INSERT TO helpdesk_intake WITH CHECK (kind = 'case')",
}


def upgrade() -> None:
    op.execute("ALTER TABLE keys ENABLE ROW LEVEL SECURITY")
    for name, rule in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON keys {rule}")


def downgrade() -> None:
    for name in POLICIES:
        op.execute(f"DROP POLICY {name} ON keys")
    op.execute("ALTER TABLE keys DISABLE ROW LEVEL SECURITY")
