"""Let no process but the staff's pages lock a whole table.

With a whole table's UPDATE or DELETE comes the right to lock it: one connection of the partner desk
held `sign_ins`, and no page of our people opened; one of a worker held `news`, and no case did. So
columns are updated by name, and rows deleted by functions of the owner.

Stop the partner desk, workers and tickers before it: the version before deletes sessions and news
itself, which these roles may not do any more.
"""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

PARTNER, WORKER, TICKER = "helpdesk_partner", "helpdesk_worker", "helpdesk_ticker"
BOTH = f"{WORKER}, {TICKER}"
# For each: the roles, what they lose, and the columns that they may update.
BY_COLUMN = (
    ("sign_ins", PARTNER, "UPDATE, DELETE", "seen_at"),
    (
        "new_mailboxes",
        PARTNER,
        "UPDATE",
        "address, address_for_self, asked_at, code, code_tag, old, sent_at, tries",
    ),
    (
        "sending",
        TICKER,
        "UPDATE",
        "awake_since, database, held_because, held_since, house, ticked_at, ticks",
    ),
    ("ticker_lease", TICKER, "UPDATE", "chained_at, fence, holder, until"),
)
# Who may name a session sees it. The partner desk ends those of its own surface, whatever it names.
END_SIGN_INS = """
CREATE FUNCTION end_sign_ins(ids text[]) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM public.sign_ins WHERE id = ANY (ids) AND (surface = 'partner'
        OR coalesce(nullif(current_setting('role'), 'none'), session_user) <> 'helpdesk_partner')
$$
"""
FORGET_NEWS = """
CREATE FUNCTION forget_news(seen_before timestamptz, come_before timestamptz) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM public.news WHERE id IN (SELECT news.id FROM public.news
        WHERE news.seen_at < seen_before OR news.at < come_before FOR UPDATE SKIP LOCKED)
$$
"""


def upgrade() -> None:
    op.execute(END_SIGN_INS)
    op.execute("REVOKE EXECUTE ON FUNCTION end_sign_ins(text[]) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION end_sign_ins(text[]) TO helpdesk_app, {PARTNER}")
    op.execute(FORGET_NEWS)
    op.execute("REVOKE EXECUTE ON FUNCTION forget_news(timestamptz, timestamptz) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION forget_news(timestamptz, timestamptz) TO {BOTH}")
    op.execute(f"REVOKE DELETE ON news FROM {BOTH}")
    for table, role, lost, columns in BY_COLUMN:
        op.execute(f"REVOKE {lost} ON {table} FROM {role}")
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO {role}")


def downgrade() -> None:
    # Nothing is lost: rights and functions hold no values.
    for table, role, lost, columns in BY_COLUMN:
        op.execute(f"REVOKE UPDATE ({columns}) ON {table} FROM {role}")
        op.execute(f"GRANT {lost} ON {table} TO {role}")
    op.execute(f"GRANT DELETE ON news TO {BOTH}")
    op.execute("DROP FUNCTION forget_news(timestamptz, timestamptz)")
    op.execute("DROP FUNCTION end_sign_ins(text[])")
