"""Keep the link of a test email working once its asker has gone on, and tie no two cases together.

Whoever got a test email that they did not ask for presses its link, often when the one who asked
has given another address, ended it or taken the case back. What that link stops lies in a table of
its own now: a hash of the link, the keyed tag of the address and the hour, without a case, for
thirty days. With it no tag of an address stands beside a case any more.

A worker writes hours that have come into it and into `paused_addresses`, so that one that was taken
over does not stop test emails after it is gone. No page of a mailbox and no tick waits for a row
that somebody holds. Who has looked while an email failed is told of the next thing.

Not additive: a worker for reminders of the version before writes the tag that is dropped here. Stop
it first.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

WORKERS = "helpdesk_worker, helpdesk_ticker"
READABLE = "isfinite(sent_at) AND sent_at >= '1900-01-01' AND sent_at < '3000-01-01'"
MINE = "case_id = public.visitor_case()"
FROM_THE_OWNER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
ERASED = """state = 'off', address = NULL, {tag}ask_id = NULL, code_tag = NULL, stop_tag = NULL,
        tries = 0, code_sent_at = NULL, sending_at = NULL"""
TAG = "address_tag = NULL, "
# Each function as it is from here on, and as it was in 0051.
ASK = """
CREATE OR REPLACE FUNCTION ask_for_reminders(sealed bytea, subject text, sender text, language text,
    names_site boolean) RETURNS text LANGUAGE plpgsql {rights} AS $$
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
            {tag}code_tag = NULL, stop_tag = NULL, code_sent_at = NULL, sending_at = NULL,
            asks = CASE WHEN mine.asked_since < now() - interval '1 day' THEN 1
                ELSE mine.asks + 1 END,
            asked_since = CASE WHEN mine.asked_since < now() - interval '1 day'
                THEN excluded.asked_since ELSE mine.asked_since END
        WHERE mine.asks < 3 OR mine.asked_since < now() - interval '1 day'
        RETURNING mine.ask_id INTO asked;
    RETURN asked;
END $$"""
END = """
CREATE OR REPLACE FUNCTION end_reminders() RETURNS boolean LANGUAGE plpgsql {rights} AS $$
BEGIN
    UPDATE public.email_reminders SET {erased} WHERE {mine} AND state <> 'off';
    RETURN FOUND;
END $$"""
ERASE_BEFORE = """
CREATE OR REPLACE FUNCTION erase_reminders(whose text) RETURNS void LANGUAGE sql {rights} AS $$
    UPDATE public.email_reminders SET {erased} WHERE case_id = whose AND state <> 'off'
$$"""
ERASE = """
CREATE OR REPLACE FUNCTION erase_reminders(whose text) RETURNS void LANGUAGE sql {rights} AS $$
    UPDATE public.email_reminders SET {erased} WHERE case_id = (
        SELECT reminders.case_id FROM public.email_reminders AS reminders
        WHERE reminders.case_id = whose AND reminders.state <> 'off' FOR UPDATE SKIP LOCKED)
$$"""
OWN_BEFORE = """
CREATE OR REPLACE FUNCTION own_reminders(has_read boolean)
    RETURNS TABLE (state text, told_at timestamptz) LANGUAGE plpgsql {rights} AS $$
BEGIN
    IF has_read THEN
        UPDATE public.email_reminders SET state = 'ready'
            WHERE {mine} AND email_reminders.state IN ('sending', 'told');
    END IF;
    RETURN QUERY SELECT email_reminders.state::text, email_reminders.told_at
        FROM public.email_reminders WHERE {mine};
END $$"""
# One that failed keeps its state, which says so, and forgets when it was sent: they have looked.
OWN = """
CREATE OR REPLACE FUNCTION own_reminders(has_read boolean)
    RETURNS TABLE (state text, told_at timestamptz) LANGUAGE plpgsql {rights} AS $$
BEGIN
    IF has_read THEN
        UPDATE public.email_reminders AS mine SET
            state = CASE WHEN mine.state = 'failing' THEN mine.state ELSE 'ready' END,
            sending_at = CASE WHEN mine.state = 'failing' THEN NULL ELSE mine.sending_at END
            WHERE mine.case_id = (SELECT reminders.case_id FROM public.email_reminders AS reminders
                WHERE reminders.{mine} AND reminders.state IN ('sending', 'told', 'failing')
                FOR UPDATE SKIP LOCKED);
    END IF;
    RETURN QUERY SELECT email_reminders.state::text, email_reminders.told_at
        FROM public.email_reminders WHERE {mine};
END $$"""
STOP_BEFORE = """
CREATE OR REPLACE FUNCTION stop_reminders(token text) RETURNS void LANGUAGE plpgsql {rights} AS $$
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
    UPDATE public.email_reminders SET {erased} WHERE case_id = theirs.case_id;
END $$"""
# The two hashes of one link differ, so that no case is found by the address of its test email.
STOP = """
CREATE OR REPLACE FUNCTION stop_reminders(token text) RETURNS void LANGUAGE plpgsql {rights} AS $$
DECLARE
    theirs public.email_reminders;
    this_hour timestamptz := date_bin('1 hour', now(), '2000-01-01');
BEGIN
    SELECT * INTO theirs FROM public.email_reminders
        WHERE stop_tag = sha256(convert_to(token, 'UTF8')) FOR UPDATE;
    IF theirs.case_id IS NULL OR theirs.state = 'unconfirmed' THEN
        INSERT INTO public.paused_addresses (tag, sent_at, until)
            SELECT sent_test_emails.tag, this_hour, this_hour + interval '30 days'
            FROM public.sent_test_emails
            WHERE sent_test_emails.stop_tag = sha256(convert_to('test ' || token, 'UTF8'))
            ON CONFLICT (tag) DO UPDATE SET until = excluded.until;
    END IF;
    UPDATE public.email_reminders SET {erased} WHERE case_id = theirs.case_id;
END $$"""
FORGET_BEFORE = """
CREATE OR REPLACE FUNCTION forget_paused_addresses(at timestamptz) RETURNS void
    LANGUAGE sql {rights} AS $$
    DELETE FROM public.paused_addresses WHERE tag IN (SELECT paused_addresses.tag
        FROM public.paused_addresses WHERE until < at FOR UPDATE SKIP LOCKED)
$$"""
FORGET = """
CREATE OR REPLACE FUNCTION forget_paused_addresses(at timestamptz) RETURNS void
    LANGUAGE sql {rights} AS $$
    DELETE FROM public.paused_addresses WHERE tag IN (SELECT paused_addresses.tag
        FROM public.paused_addresses WHERE until < at FOR UPDATE SKIP LOCKED);
    DELETE FROM public.sent_test_emails WHERE stop_tag IN (SELECT sent_test_emails.stop_tag
        FROM public.sent_test_emails WHERE sent_at < at - interval '30 days' FOR UPDATE SKIP LOCKED)
$$"""
# How long one is paused: a day after a test email, a month where its link was pressed.
THIS_HOUR = {
    "sent_test_emails": "is_this_hour(sent_at)",
    "paused_addresses": (
        "is_this_hour(sent_at) AND until BETWEEN sent_at AND sent_at + interval '31 days'"
    ),
}


def upgrade() -> None:
    op.create_table(
        "sent_test_emails",
        sa.Column("stop_tag", sa.LargeBinary(), nullable=False),
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(READABLE, name=op.f("ck_sent_test_emails_sent_at_finite")),
        sa.CheckConstraint("octet_length(tag) = 32", name=op.f("ck_sent_test_emails_tag_bounded")),
        sa.CheckConstraint(
            "octet_length(stop_tag) = 32", name=op.f("ck_sent_test_emails_stop_tag_bounded")
        ),
        sa.PrimaryKeyConstraint("stop_tag", name=op.f("pk_sent_test_emails")),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE (sent_at) ON sent_test_emails TO {WORKERS}")
    for table, rule in THIS_HOUR.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY worker_notes_now ON {table} TO {WORKERS}"
            f" USING (true) WITH CHECK ({rule})"
        )
    _functions_are([ASK, END, ERASE, OWN, STOP, FORGET], tag="")
    op.drop_constraint("ck_email_reminders_off_holds_nothing", "email_reminders")
    op.drop_column("email_reminders", "address_tag")
    _off_holds_nothing("")


def downgrade() -> None:
    refuse_to_lose("what the links of test emails stop", table="sent_test_emails")
    op.drop_constraint("ck_email_reminders_off_holds_nothing", "email_reminders")
    op.add_column("email_reminders", sa.Column("address_tag", sa.LargeBinary()))
    op.execute(
        "ALTER TABLE email_reminders ADD CONSTRAINT ck_email_reminders_address_tag_bounded"
        " CHECK (octet_length(address_tag) = 32)"
    )
    _off_holds_nothing("address_tag IS NULL AND ")
    op.execute(f"GRANT UPDATE (address_tag) ON email_reminders TO {WORKERS}")
    _functions_are([ASK, END, ERASE_BEFORE, OWN_BEFORE, STOP_BEFORE, FORGET_BEFORE], tag=TAG)
    op.execute("DROP POLICY worker_notes_now ON paused_addresses")
    op.execute("ALTER TABLE paused_addresses DISABLE ROW LEVEL SECURITY")
    op.drop_table("sent_test_emails")


def _functions_are(functions: list[str], *, tag: str) -> None:
    words = {"rights": FROM_THE_OWNER, "mine": MINE, "tag": tag, "erased": ERASED.format(tag=tag)}
    for function in functions:
        op.execute(sa.text(function.format(**words).replace(":", r"\:")))


def _off_holds_nothing(tag: str) -> None:
    op.execute(
        "ALTER TABLE email_reminders ADD CONSTRAINT ck_email_reminders_off_holds_nothing CHECK ("
        "(state = 'off') = (address IS NULL) AND (state = 'off') = (ask_id IS NULL)"
        f" AND (state <> 'off' OR {tag}code_tag IS NULL AND stop_tag IS NULL))"
    )
