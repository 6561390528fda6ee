"""Let who carries a request ask whether its reporter says that it was not them we spoke with.

A request left, and was answered, on the word of somebody else on the phone, after its reporter had
said so in the mailbox. The roles that carry requests read no conversations, and need not: they are
told yes or no. What else reporters deny stands in history, which they read. Additive: the version
before asks nothing.
"""

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

DISPUTED = """
CREATE FUNCTION has_disputed_conversation(of_case text) RETURNS boolean LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.conversations
        WHERE case_id = of_case AND objected_at IS NOT NULL AND settled_at IS NULL)
$$
"""
WHO = "helpdesk_app, helpdesk_worker, helpdesk_ticker, helpdesk_partner"


def upgrade() -> None:
    op.execute(DISPUTED)
    op.execute("REVOKE ALL ON FUNCTION has_disputed_conversation(text) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION has_disputed_conversation(text) TO {WHO}")


def downgrade() -> None:
    # Nothing is lost: a function holds no values.
    op.execute("DROP FUNCTION has_disputed_conversation(text)")
