"""Count guesses at the code of a test email by a sequence, which no rollback takes back.

Whoever had the role of the public pages and one open mailbox could type five codes, roll back what
counts them, and go on until one was right. A sequence goes on counting: a code is compared with a
thousand of what everybody types after it was asked for, and then it is too old.

Additive.
"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

FROM_THE_OWNER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
BASE = "(SELECT last_value FROM public.reminder_guesses)"
ASK = """
CREATE OR REPLACE FUNCTION ask_for_reminders(sealed bytea, subject text, sender text, language text,
    names_site boolean) RETURNS text LANGUAGE plpgsql {rights} AS $$
DECLARE
    asked text := replace(gen_random_uuid()::text, '-', '');
BEGIN
    INSERT INTO public.email_reminders AS mine (case_id, state, address, ask_id, subject, sender,
            language, names_site, asks, asked_since, tries{column})
        SELECT cases.id, 'unconfirmed', sealed, asked, ask_for_reminders.subject,
            ask_for_reminders.sender, ask_for_reminders.language, ask_for_reminders.names_site, 1,
            date_bin('5 minutes', now(), '2000-01-01'), 0{base}
        FROM public.cases WHERE cases.id = public.visitor_case() AND cases.state <> 'closed'
        ON CONFLICT (case_id) DO UPDATE SET state = excluded.state, address = excluded.address,
            ask_id = excluded.ask_id, subject = excluded.subject, sender = excluded.sender,
            language = excluded.language, names_site = excluded.names_site, tries = 0,
            code_tag = NULL, stop_tag = NULL, code_sent_at = NULL, sending_at = NULL{again},
            asks = CASE WHEN mine.asked_since < now() - interval '1 day' THEN 1
                ELSE mine.asks + 1 END,
            asked_since = CASE WHEN mine.asked_since < now() - interval '1 day'
                THEN excluded.asked_since ELSE mine.asked_since END
        WHERE mine.asks < 3 OR mine.asked_since < now() - interval '1 day'
        RETURNING mine.ask_id INTO asked;
    RETURN asked;
END $$"""
CONFIRM = """
CREATE OR REPLACE FUNCTION confirm_reminders(typed bytea) RETURNS text LANGUAGE plpgsql {rights}
    AS $$
DECLARE
    mine public.email_reminders;
BEGIN
    SELECT * INTO mine FROM public.email_reminders
        WHERE case_id = public.visitor_case() AND state = 'unconfirmed' FOR UPDATE;
    IF mine.case_id IS NULL THEN
        RETURN 'none';
    END IF;
    IF mine.code_tag IS NULL OR mine.tries >= 5
        OR mine.code_sent_at < now() - interval '24 hours'{counted} THEN
        RETURN 'late';
    END IF;
    IF mine.code_tag IS DISTINCT FROM typed THEN
        UPDATE public.email_reminders SET tries = mine.tries + 1 WHERE case_id = mine.case_id;
        RETURN 'wrong';
    END IF;
    UPDATE public.email_reminders SET state = 'ready', code_tag = NULL
        WHERE case_id = mine.case_id;
    RETURN 'right';
END $$"""
COUNTED = """
        OR nextval('public.reminder_guesses') > mine.guesses_before + 1000"""


def upgrade() -> None:
    op.execute("CREATE SEQUENCE reminder_guesses")
    op.add_column(
        "email_reminders",
        sa.Column("guesses_before", sa.BigInteger(), server_default="0", nullable=False),
    )
    _functions_are(
        column=", guesses_before",
        base=f", {BASE}",
        again=", guesses_before = excluded.guesses_before",
        counted=COUNTED,
    )


def downgrade() -> None:
    # Nothing is lost: how often was guessed counts for a day.
    _functions_are(column="", base="", again="", counted="")
    op.drop_column("email_reminders", "guesses_before")
    op.execute("DROP SEQUENCE reminder_guesses")


def _functions_are(*, column: str, base: str, again: str, counted: str) -> None:
    ask = ASK.format(rights=FROM_THE_OWNER, column=column, base=base, again=again)
    confirm = CONFIRM.format(rights=FROM_THE_OWNER, counted=counted)
    for function in (ask, confirm):
        op.execute(sa.text(function.replace(":", r"\:")))
