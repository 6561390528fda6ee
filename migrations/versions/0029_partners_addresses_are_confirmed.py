"""A partner's mail address is used once the code of a test letter was typed.

Additive. Addresses that are there have carried letters: they are used for thirty days more, and
shown as not confirmed until then; what the version before registers meanwhile waits for its code.
The partner desk puts in use only what waits: it writes no address. News of a request that reached
nobody is noted on the request, for the board.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

APP, PARTNER = "helpdesk_app", "helpdesk_partner"
WORKERS = "helpdesk_worker, helpdesk_ticker"
MOMENTS = (
    ("partners", "mailbox_confirmed_at"),
    ("partners", "mailbox_used_until"),
    ("new_partner_mailboxes", "asked_at"),
    ("new_partner_mailboxes", "sent_at"),
    ("escalations", "untold_since"),
)
READABLE = "isfinite({0}) AND {0} >= '1900-01-01' AND {0} < '3000-01-01'"
USE_MAILBOX = """
CREATE FUNCTION use_partner_mailbox(whose text, at timestamptz) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE public.partners SET mailbox = new.address, mailbox_confirmed_at = at,
        mailbox_used_until = NULL
        FROM public.new_partner_mailboxes AS new
        WHERE partners.id = whose AND new.partner_id = whose AND new.address IS NOT NULL;
    UPDATE public.new_partner_mailboxes SET address = NULL, code = NULL, code_tag = NULL
        WHERE partner_id = whose;
END $$
"""
ONE_OF_THEIRS = "actor_id IN (SELECT 'person:' || id FROM people WHERE people.role = 'partner')"
PARTNERS = "(SELECT partners.id FROM partners)"
# Beside what 0027 says.
ADDS = (
    (
        "history",
        PARTNER,
        f"""is_just_now(at) AND {ONE_OF_THEIRS} AND case_id IS NULL AND subject_type = 'partners'
            AND subject_id IN {PARTNERS} AND action IN ('partner.mailbox_confirmed',
            'partner.mailbox_code_wrong', 'partner.mailbox_code_late')""",
    ),
    (
        "outbox",
        PARTNER,
        f"""standing = 'waiting' AND attempts = 0 AND fence = 0 AND leased_until IS NULL
            AND ended_at IS NULL AND trouble IS NULL AND octet_length(arguments\\:\\:text) <= 400
            AND is_from_now_on(due_at) AND queue = 'deliveries'
            AND job = 'escalations.tell_what_waited'
            AND arguments ->> 'partner_id' IN {PARTNERS}""",
    ),
    (
        "history",
        WORKERS,
        """actor_id = 'system' AND is_just_now(at) AND action IN ('partner.mailbox_letter_sent',
            'partner.old_mailbox_told', 'escalation.partner_told', 'escalation.partner_untold')""",
    ),
)


def upgrade() -> None:
    op.add_column("partners", sa.Column("mailbox_confirmed_at", sa.DateTime(timezone=True)))
    op.add_column("partners", sa.Column("mailbox_used_until", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE partners SET mailbox_used_until = now() + interval '30 days' "
        "WHERE mailbox IS NOT NULL"
    )
    op.add_column("escalations", sa.Column("untold_since", sa.DateTime(timezone=True)))
    _make_table()
    for table, column in MOMENTS:
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{column}_finite "
            f"CHECK ({READABLE.format(column)})"
        )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON new_partner_mailboxes TO {APP}")
    op.execute(f"GRANT SELECT, UPDATE (tries) ON new_partner_mailboxes TO {PARTNER}")
    op.execute(f"GRANT SELECT, UPDATE (code, old, sent_at) ON new_partner_mailboxes TO {WORKERS}")
    op.execute(f"GRANT UPDATE (untold_since) ON escalations TO {PARTNER}, {WORKERS}")
    op.execute(USE_MAILBOX)
    op.execute("REVOKE EXECUTE ON FUNCTION use_partner_mailbox(text, timestamptz) FROM PUBLIC")
    op.execute(
        f"GRANT EXECUTE ON FUNCTION use_partner_mailbox(text, timestamptz) TO {APP}, {PARTNER}"
    )
    for table, roles, rule in ADDS:
        added = f"CREATE POLICY {_policy(roles)} ON {table} FOR INSERT TO {roles} "
        op.execute(sa.text(f"{added} WITH CHECK ({rule})"))


def downgrade() -> None:
    refuse_to_lose(
        "addresses to confirm", table="new_partner_mailboxes", where="address IS NOT NULL"
    )
    refuse_to_lose(
        "which addresses are confirmed",
        table="partners",
        where="mailbox_confirmed_at IS NOT NULL",
    )
    refuse_to_lose(
        "requests whose news reached nobody", table="escalations", where="untold_since IS NOT NULL"
    )
    for table, roles, _rule in ADDS:
        op.execute(f"DROP POLICY {_policy(roles)} ON {table}")
    op.execute("DROP FUNCTION use_partner_mailbox(text, timestamptz)")
    op.drop_table("new_partner_mailboxes")
    op.drop_column("escalations", "untold_since")
    op.drop_column("partners", "mailbox_used_until")
    op.drop_column("partners", "mailbox_confirmed_at")


def _make_table() -> None:
    op.create_table(
        "new_partner_mailboxes",
        sa.Column("partner_id", sa.String(length=32), nullable=False),
        sa.Column("address", sa.LargeBinary()),
        sa.Column("old", sa.LargeBinary()),
        sa.Column("code", sa.LargeBinary()),
        sa.Column("code_tag", sa.LargeBinary()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["partners.id"],
            name=op.f("fk_new_partner_mailboxes_partner_id_partners"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("partner_id", name=op.f("pk_new_partner_mailboxes")),
    )


def _policy(roles: str) -> str:
    return "partner_adds_of_mail" if roles == PARTNER else "worker_adds_of_mail"
