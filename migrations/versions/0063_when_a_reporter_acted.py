"""Keep nowhere the second at which a reporter did something: jobs, and where the chain was signed.

The time at which a job was queued stood beside the id of its case to the millisecond, and so did
when it was done and when history was signed next. Whoever has the database, or a copy of it, and
whoever noted who connected then, would have known who reported. The database rounds when a job was
queued to five minutes, whoever queues it, and numbers them for their place in line. Jobs that are
done are deleted by the ticker a day later.

Additive: the version before takes jobs of the same five minutes in any order, and notes times that
are rounded here when they end.
"""

# ruff: noqa: S608 - every word of every statement is written here

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

DOORS = "'helpdesk_intake', 'helpdesk_partner'"
ROLES = f"'helpdesk_app', {DOORS}, 'helpdesk_worker', 'helpdesk_ticker', 'helpdesk_owner'"
# It runs with the rights of who promises, so that it sees who that is.
SAYS_WHOSE = f"""
CREATE OR REPLACE FUNCTION outbox_says_whose_it_is() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.promised_by := CASE WHEN current_user IN ({ROLES}) THEN current_user::text
        ELSE 'helpdesk_owner' END;
    NEW.promised_at := {{now}};
    NEW.about := left(coalesce(
        CASE WHEN NEW.job LIKE 'accounts.%' THEN NEW.arguments ->> 'person_id' END,
        NEW.arguments ->> 'case_id', NEW.arguments ->> 'escalation_id',
        NEW.arguments ->> 'delivery_id', NEW.arguments ->> 'person_id',
        NEW.arguments ->> 'partner_id', NEW.arguments ->> 'team_id', ''), 32);
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
    IF lying >= 1000 AND NEW.promised_by IN ({DOORS})
        AND 1000 <= (SELECT count(*) FROM (SELECT FROM outbox AS other
            WHERE other.about = NEW.about AND other.promised_by = NEW.promised_by
            AND other.state IN ('waiting', 'leased')
            AND other.promised_at > clock_timestamp() - interval '1 hour'
            LIMIT 1000) AS within_the_hour) THEN
        RAISE EXCEPTION 'a thousand promises about this wait already'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    NEW.turn := lying / 8;{{place}}
    RETURN NEW;
END $$
"""
PLACE = """
    NEW.place := nextval('public.outbox_places');"""
FIVE_MINUTES = "date_bin('5 minutes', {0}, '2000-01-01')"
# Whatever notes that a job has ended, and whenever; when it was tried last, too.
ENDS = f"""
CREATE FUNCTION outbox_ends_to_five_minutes() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.ended_at := {FIVE_MINUTES.format("NEW.ended_at")};
    NEW.due_at := {FIVE_MINUTES.format("NEW.due_at")};
    RETURN NEW;
END $$;
CREATE TRIGGER ends_to_five_minutes BEFORE INSERT OR UPDATE OF ended_at ON outbox
    FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL) EXECUTE FUNCTION outbox_ends_to_five_minutes();
"""
SIGNED = """
CREATE FUNCTION checkpoints_keep_the_hour() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.at := date_bin('1 hour', NEW.at, '2000-01-01');
    RETURN NEW;
END $$;
CREATE TRIGGER keeps_the_hour BEFORE INSERT ON history_checkpoints
    FOR EACH ROW EXECUTE FUNCTION checkpoints_keep_the_hour();
"""
# A ticker that was taken over deletes nothing that still waits, or that waits for a person.
FORGET = """
CREATE FUNCTION forget_done_jobs(at timestamptz) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM public.outbox WHERE id IN (SELECT outbox.id FROM public.outbox
        WHERE outbox.state IN ('kept', 'skipped')
        AND outbox.ended_at < least(at, now()) - interval '1 day'
        ORDER BY outbox.ended_at LIMIT 5000 FOR UPDATE SKIP LOCKED)
$$;
REVOKE EXECUTE ON FUNCTION forget_done_jobs(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_done_jobs(timestamptz) TO helpdesk_ticker;
"""


def upgrade() -> None:
    op.execute("CREATE SEQUENCE outbox_places")
    op.add_column("outbox", sa.Column("place", sa.BigInteger()))
    op.execute("""
        UPDATE outbox SET place = ordered.place FROM (SELECT id, row_number() OVER (
            ORDER BY promised_at, id) AS place FROM outbox) AS ordered
        WHERE ordered.id = outbox.id""")
    op.execute("SELECT setval('outbox_places', coalesce(max(place), 0) + 1, false) FROM outbox")
    op.alter_column("outbox", "place", nullable=False)
    op.execute(f"""
        UPDATE outbox SET promised_at = {FIVE_MINUTES.format("promised_at")},
            ended_at = {FIVE_MINUTES.format("ended_at")}""")
    op.execute(
        f"UPDATE outbox SET due_at = {FIVE_MINUTES.format('due_at')} WHERE ended_at IS NOT NULL"
    )
    op.create_index(
        "ix_outbox_ended",
        "outbox",
        ["ended_at"],
        postgresql_where=sa.text("state IN ('kept', 'skipped')"),
    )
    _run(SAYS_WHOSE.format(now=FIVE_MINUTES.format("clock_timestamp()")))
    _run(STANDS_IN_LINE.format(place=PLACE))
    for statements in (ENDS, SIGNED, FORGET):
        _run(statements)
    # No one may change them, the owner but for this.
    op.execute("ALTER TABLE history_checkpoints DISABLE TRIGGER USER")
    op.execute("UPDATE history_checkpoints SET at = date_bin('1 hour', at, '2000-01-01')")
    op.execute("ALTER TABLE history_checkpoints ENABLE TRIGGER USER")


def downgrade() -> None:
    # Nothing is lost: which job of the same five minutes comes first is all that the number says.
    op.execute("DROP FUNCTION forget_done_jobs(timestamptz)")
    op.execute("DROP FUNCTION checkpoints_keep_the_hour() CASCADE")
    op.execute("DROP FUNCTION outbox_ends_to_five_minutes() CASCADE")
    _run(STANDS_IN_LINE.format(place=""))
    _run(SAYS_WHOSE.format(now="clock_timestamp()"))
    op.drop_index("ix_outbox_ended", table_name="outbox")
    op.drop_column("outbox", "place")
    op.execute("DROP SEQUENCE outbox_places")


def _run(statements: str) -> None:
    op.execute(sa.text(statements.replace(":", r"\:")))
