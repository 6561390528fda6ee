"""Tell reporters who ask for it, by email and without a word of it, that an answer waits.

Their address lies sealed to a key of its own, which one worker and the ticker hold. The public
pages put it there, confirm it, see how it stands and end it by functions, each for the reporter
whose mailbox is open and for no other; the link in an email ends it by what only that link holds.
Staff see whether there is one and when it was last used, and no process but those two sees more.
Test emails are bounded here: three in a day for a case, and for an address by `paused_addresses`,
which holds a keyed tag of it and no case. Additive.
"""

# ruff: noqa: S608 - every word of every statement is written here

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

APP, INTAKE, PARTNER = "helpdesk_app", "helpdesk_intake", "helpdesk_partner"
WORKERS = "helpdesk_worker, helpdesk_ticker"
READABLE = "isfinite({0}) AND {0} >= '1900-01-01' AND {0} < '3000-01-01'"
MOMENTS = (
    ("email_reminders", "asked_since"),
    ("email_reminders", "code_sent_at"),
    ("email_reminders", "sending_at"),
    ("email_reminders", "told_at"),
    ("paused_addresses", "sent_at"),
    ("paused_addresses", "until"),
)
STATES = "'off', 'unconfirmed', 'ready', 'sending', 'told', 'failing'"
SHAPES = {
    # An address lies there exactly as long as it may be used.
    ("email_reminders", "off_holds_nothing"): """(state = 'off') = (address IS NULL)
        AND (state = 'off') = (ask_id IS NULL) AND (state <> 'off'
            OR address_tag IS NULL AND code_tag IS NULL AND stop_tag IS NULL)""",
    ("email_reminders", "words_are_codes"): """subject ~ '^[a-z_]{1,16}$'
        AND sender ~ '^[a-z_]{1,16}$' AND language ~ '^[a-z]{2}$'""",
    ("email_reminders", "ask_id_plain"): "ask_id ~ '^[0-9a-f]{32}$'",
    ("email_reminders", "asks_bounded"): "asks BETWEEN 0 AND 3",
    ("email_reminders", "tries_bounded"): "tries BETWEEN 0 AND 5",
    ("email_reminders", "address_bounded"): "octet_length(address) <= 4096",
    ("email_reminders", "address_tag_bounded"): "octet_length(address_tag) = 32",
    ("email_reminders", "code_tag_bounded"): "octet_length(code_tag) = 32",
    ("email_reminders", "stop_tag_bounded"): "octet_length(stop_tag) = 32",
    ("paused_addresses", "tag_bounded"): "octet_length(tag) = 32",
}
OF_WHOSE_MAILBOX = "case_id = public.visitor_case()"
ERASED = """state = 'off', address = NULL, address_tag = NULL, ask_id = NULL, code_tag = NULL,
        stop_tag = NULL, tries = 0, code_sent_at = NULL, sending_at = NULL"""
# A process that serves public and staff's pages has the role of the staff's.
DOORS = f"{INTAKE}, {APP}"
FROM_THE_OWNER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
FUNCTIONS = {
    # Which asking it is; none for the fourth in a day, without a mailbox, or on a closed case.
    ("ask_for_reminders(bytea, text, text, text, boolean)", DOORS): f"""
CREATE FUNCTION ask_for_reminders(sealed bytea, subject text, sender text, language text,
    names_site boolean) RETURNS text LANGUAGE plpgsql {FROM_THE_OWNER} AS $$
DECLARE
    asked text := replace(gen_random_uuid()::text, '-', '');
BEGIN
    INSERT INTO public.email_reminders AS mine (case_id, state, address, ask_id, subject, sender,
            language, names_site, asks, asked_since, tries)
        SELECT cases.id, 'unconfirmed', sealed, asked, ask_for_reminders.subject,
            ask_for_reminders.sender, ask_for_reminders.language, ask_for_reminders.names_site, 1,
            date_bin('5 minutes', now(), '2000-01-01'), 0
        FROM public.cases WHERE cases.id = public.visitor_case() AND cases.state <> 'closed'
        ON CONFLICT (case_id) DO UPDATE SET state = excluded.state, address = excluded.address,
            ask_id = excluded.ask_id, subject = excluded.subject, sender = excluded.sender,
            language = excluded.language, names_site = excluded.names_site, tries = 0,
            address_tag = NULL, code_tag = NULL, stop_tag = NULL, code_sent_at = NULL,
            sending_at = NULL,
            asks = CASE WHEN mine.asked_since < now() - interval '1 day' THEN 1
                ELSE mine.asks + 1 END,
            asked_since = CASE WHEN mine.asked_since < now() - interval '1 day'
                THEN excluded.asked_since ELSE mine.asked_since END
        WHERE mine.asks < 3 OR mine.asked_since < now() - interval '1 day'
        RETURNING mine.ask_id INTO asked;
    RETURN asked;
END $$""",
    ("confirm_reminders(bytea)", DOORS): f"""
CREATE FUNCTION confirm_reminders(typed bytea) RETURNS text LANGUAGE plpgsql {FROM_THE_OWNER} AS $$
DECLARE
    mine public.email_reminders;
BEGIN
    SELECT * INTO mine FROM public.email_reminders
        WHERE {OF_WHOSE_MAILBOX} AND state = 'unconfirmed' FOR UPDATE;
    IF mine.case_id IS NULL THEN
        RETURN 'none';
    END IF;
    IF mine.code_tag IS NULL OR mine.tries >= 5
        OR mine.code_sent_at < now() - interval '24 hours' THEN
        RETURN 'late';
    END IF;
    IF mine.code_tag IS DISTINCT FROM typed THEN
        UPDATE public.email_reminders SET tries = mine.tries + 1 WHERE case_id = mine.case_id;
        RETURN 'wrong';
    END IF;
    UPDATE public.email_reminders SET state = 'ready', code_tag = NULL
        WHERE case_id = mine.case_id;
    RETURN 'right';
END $$""",
    ("own_reminders(boolean)", DOORS): f"""
CREATE FUNCTION own_reminders(has_read boolean)
    RETURNS TABLE (state text, told_at timestamptz) LANGUAGE plpgsql {FROM_THE_OWNER} AS $$
BEGIN
    IF has_read THEN
        UPDATE public.email_reminders SET state = 'ready'
            WHERE {OF_WHOSE_MAILBOX} AND email_reminders.state IN ('sending', 'told');
    END IF;
    RETURN QUERY SELECT email_reminders.state::text, email_reminders.told_at
        FROM public.email_reminders WHERE {OF_WHOSE_MAILBOX};
END $$""",
    ("end_reminders()", DOORS): f"""
CREATE FUNCTION end_reminders() RETURNS boolean LANGUAGE plpgsql {FROM_THE_OWNER} AS $$
BEGIN
    UPDATE public.email_reminders SET {ERASED} WHERE {OF_WHOSE_MAILBOX} AND state <> 'off';
    RETURN FOUND;
END $$""",
    # Who never confirmed the address and stops it gets no test email for a month, whoever asks.
    ("stop_reminders(text)", DOORS): f"""
CREATE FUNCTION stop_reminders(token text) RETURNS void LANGUAGE plpgsql {FROM_THE_OWNER} AS $$
DECLARE
    theirs public.email_reminders;
BEGIN
    SELECT * INTO theirs FROM public.email_reminders
        WHERE stop_tag = sha256(convert_to(token, 'UTF8')) FOR UPDATE;
    IF theirs.state = 'unconfirmed' AND theirs.address_tag IS NOT NULL THEN
        INSERT INTO public.paused_addresses (tag, sent_at, until)
            VALUES (theirs.address_tag, now(), now() + interval '30 days')
            ON CONFLICT (tag) DO UPDATE SET until = excluded.until;
    END IF;
    UPDATE public.email_reminders SET {ERASED} WHERE case_id = theirs.case_id;
END $$""",
    ("erase_reminders(text)", WORKERS): f"""
CREATE FUNCTION erase_reminders(whose text) RETURNS void LANGUAGE sql {FROM_THE_OWNER} AS $$
    UPDATE public.email_reminders SET {ERASED} WHERE case_id = whose AND state <> 'off'
$$""",
    ("forget_paused_addresses(timestamptz)", WORKERS): f"""
CREATE FUNCTION forget_paused_addresses(at timestamptz) RETURNS void LANGUAGE sql {FROM_THE_OWNER}
    AS $$
    DELETE FROM public.paused_addresses WHERE tag IN (SELECT paused_addresses.tag
        FROM public.paused_addresses WHERE until < at FOR UPDATE SKIP LOCKED)
$$""",
}
THEIRS = "(SELECT visitor_case())"
ASKED = "(SELECT escalations.case_id FROM escalations)"
FRESH = """state = 'waiting' AND attempts = 0 AND fence = 0 AND leased_until IS NULL
    AND ended_at IS NULL AND trouble IS NULL AND octet_length(arguments::text) <= 400
    AND is_from_now_on(due_at) AND queue = 'reminders'"""
# Beside what 0027 and later ones say.
ADDS = {
    ("history", "door_adds_of_reminders", INTAKE): f"""is_this_hour(at)
        AND actor_id = 'reporter:' || case_id AND case_id = {THEIRS} AND subject_type = 'cases'
        AND subject_id = case_id
        AND action IN ('reminder.asked', 'reminder.confirmed', 'reminder.ended')""",
    ("history", "worker_adds_of_reminders", WORKERS): """actor_id = 'system' AND is_just_now(at)
        AND subject_type = 'cases' AND subject_id = case_id
        AND action IN ('reminder.sent', 'reminder.failed')""",
    ("outbox", "door_adds_of_reminders", INTAKE): f"""{FRESH}
        AND job = 'intake.send_reminder_code' AND arguments ->> 'case_id' = {THEIRS}""",
    ("outbox", "partner_adds_of_reminders", PARTNER): f"""{FRESH}
        AND job = 'intake.send_reminder' AND arguments ->> 'case_id' IN {ASKED}""",
}


# The queues that have a worker (0046).
QUEUES = "queue IN ('notices', 'deliveries'{more})"


def upgrade() -> None:
    _queues_are(QUEUES.format(more=", 'reminders'"))
    _make_tables()
    for table, column in MOMENTS:
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{column}_finite "
            f"CHECK ({READABLE.format(column)})"
        )
    for (table, name), rule in SHAPES.items():
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({rule})")
    for (name, roles), function in FUNCTIONS.items():
        op.execute(sa.text(function.replace(":", r"\:")))
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {roles}")
    op.execute(f"GRANT SELECT (case_id, state, told_at) ON email_reminders TO {APP}")
    op.execute(
        "GRANT SELECT, UPDATE (address_tag, code_sent_at, code_tag, sending_at, state, stop_tag, "
        f"told_at) ON email_reminders TO {WORKERS}"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE (sent_at, until) ON paused_addresses TO {WORKERS}")
    for (table, name, roles), rule in ADDS.items():
        added = f"CREATE POLICY {name} ON {table} FOR INSERT TO {roles} WITH CHECK ({rule})"
        op.execute(sa.text(added.replace(":", r"\:")))


def downgrade() -> None:
    refuse_to_lose(
        "where reporters asked to be told", table="email_reminders", where="state <> 'off'"
    )
    refuse_to_lose(
        "addresses that get no test email for a month, because someone stopped them",
        table="paused_addresses",
        where="until > now() + interval '2 days'",
    )
    for table, name, _roles in ADDS:
        op.execute(f"DROP POLICY {name} ON {table}")
    for name, _roles in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
    op.drop_table("paused_addresses")
    op.drop_table("email_reminders")
    # Nobody is told any more, so that nothing is lost with a promise to do it.
    op.execute("DELETE FROM outbox WHERE queue = 'reminders'")
    _queues_are(QUEUES.format(more=""))


def _queues_are(rule: str) -> None:
    op.execute("ALTER TABLE outbox DROP CONSTRAINT ck_outbox_queue")
    op.execute(f"ALTER TABLE outbox ADD CONSTRAINT ck_outbox_queue CHECK ({rule}) NOT VALID")
    op.execute("ALTER TABLE outbox VALIDATE CONSTRAINT ck_outbox_queue")


def _make_tables() -> None:
    op.create_table(
        "email_reminders",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("address", sa.LargeBinary()),
        sa.Column("address_tag", sa.LargeBinary()),
        sa.Column("ask_id", sa.String(length=32)),
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("sender", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("names_site", sa.Boolean(), nullable=False),
        sa.Column("asks", sa.SmallInteger(), nullable=False),
        sa.Column("asked_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_tag", sa.LargeBinary()),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("code_sent_at", sa.DateTime(timezone=True)),
        sa.Column("stop_tag", sa.LargeBinary()),
        sa.Column("sending_at", sa.DateTime(timezone=True)),
        sa.Column("told_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_email_reminders_reminderstate")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_email_reminders_case_id_cases"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_email_reminders")),
        sa.UniqueConstraint("stop_tag", name=op.f("uq_email_reminders_stop_tag")),
    )
    op.create_table(
        "paused_addresses",
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tag", name=op.f("pk_paused_addresses")),
    )
