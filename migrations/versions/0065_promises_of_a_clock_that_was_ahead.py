"""Bring forward the jobs that were promised while the clock was ahead.

The database writes when a job was promised. Where that is still to come, its clock was ahead and
was put right: an alarm in half an hour would come a day and a half hour later, and nobody would be
called meanwhile. The ticker asks at each tick, and such a job is due as long after now as it was
to be after its promise, of which five minutes are kept: early by up to that, never late. Additive.
"""

from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

BRING_FORWARD = """
CREATE FUNCTION bring_forward_jobs() RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE public.outbox
    SET due_at = clock_timestamp() + (due_at - promised_at) - interval '5 minutes',
        promised_at = date_bin('5 minutes', clock_timestamp(), '2000-01-01')
    WHERE id IN (SELECT id FROM public.outbox
        WHERE state = 'waiting' AND due_at > clock_timestamp()
        AND promised_at > clock_timestamp() + interval '10 minutes'
        LIMIT 1000 FOR UPDATE SKIP LOCKED)
$$
"""


def upgrade() -> None:
    op.execute(BRING_FORWARD)
    op.execute("REVOKE EXECUTE ON FUNCTION bring_forward_jobs() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION bring_forward_jobs() TO helpdesk_ticker")


def downgrade() -> None:
    # Nothing is lost: functions hold no values.
    op.execute("DROP FUNCTION bring_forward_jobs()")
