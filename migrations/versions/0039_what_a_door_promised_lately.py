"""Count against a door's thousand what it promised lately, and ask the job whom it is about.

Who had the role of the public pages or of the partner desk once could promise a thousand things
about a case for next year. Until then the database refused every promise of that door about it:
the reporter's messages, and a consent that was taken back. Now the bound ends an hour after whoever
used it up is gone. And the partner desk chose what a letter to its own people was about, by naming
a case beside the person: each stood first in line, and none was ever the thousand and first.

Additive: the version before promises nothing else.
"""

# ruff: noqa: S608 - every word of every statement is written here

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

DOORS = "'helpdesk_intake', 'helpdesk_partner'"
ROLES = f"'helpdesk_app', {DOORS}, 'helpdesk_worker', 'helpdesk_ticker', 'helpdesk_owner'"
OF_A_PERSON = "CASE WHEN NEW.job LIKE 'accounts.%' THEN NEW.arguments ->> 'person_id' END, "

# It runs with the rights of who promises, so that it sees who that is.
SAYS_WHOSE = f"""
CREATE OR REPLACE FUNCTION outbox_says_whose_it_is() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.promised_by := CASE WHEN current_user IN ({ROLES}) THEN current_user::text
        ELSE 'helpdesk_owner' END;
    NEW.promised_at := clock_timestamp();
    NEW.about := left(coalesce({{person}}NEW.arguments ->> 'case_id',
        NEW.arguments ->> 'escalation_id', NEW.arguments ->> 'delivery_id',
        NEW.arguments ->> 'person_id', NEW.arguments ->> 'partner_id',
        NEW.arguments ->> 'team_id', ''), 32);
    RETURN NEW;
END $$
"""
# It counts with the rights of the owner: those who promise at a door see no promise.
STANDS_IN_LINE = f"""
CREATE OR REPLACE FUNCTION outbox_stands_in_line() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    lying integer := (SELECT count(*) FROM (SELECT FROM outbox AS other
        WHERE other.about = NEW.about AND other.promised_by = NEW.promised_by
        AND other.state IN ('waiting', 'leased') LIMIT 1000) AS waiting);
BEGIN
    IF lying >= 1000 AND NEW.promised_by IN ({DOORS}){{lately}} THEN
        RAISE EXCEPTION 'a thousand promises about this wait already'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    NEW.turn := lying / 8;
    RETURN NEW;
END $$
"""
LATELY = """
        AND 1000 <= (SELECT count(*) FROM (SELECT FROM outbox AS other
            WHERE other.about = NEW.about AND other.promised_by = NEW.promised_by
            AND other.state IN ('waiting', 'leased')
            AND other.promised_at > clock_timestamp() - interval '1 hour'
            LIMIT 1000) AS within_the_hour)"""


def upgrade() -> None:
    op.execute(SAYS_WHOSE.format(person=OF_A_PERSON))
    op.execute(STANDS_IN_LINE.format(lately=LATELY))


def downgrade() -> None:
    # Nothing is lost: functions hold no values.
    op.execute(SAYS_WHOSE.format(person=""))
    op.execute(STANDS_IN_LINE.format(lately=""))
