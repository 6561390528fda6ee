"""Bound what the public pages and the partner desk say of one case each by itself.

Both were counted together: whoever held the role of one could fill the hour of a case, and the
other could write nothing about it, no message and no decision. What is too much is answered as a
database without room is: nothing was saved, try again. Additive.
"""

from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

BOUNDED = """
CREATE OR REPLACE FUNCTION history_from_a_door_is_bounded() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    earlier timestamptz;
BEGIN
    IF NEW.case_id IS NOT NULL THEN
        SELECT at INTO earlier FROM public.history WHERE case_id = NEW.case_id{same}
            ORDER BY id DESC OFFSET 299 LIMIT 1;
    ELSE
        SELECT at INTO earlier FROM public.history WHERE subject_id = NEW.subject_id
            AND case_id IS NULL ORDER BY id DESC OFFSET 299 LIMIT 1;
    END IF;
    IF earlier > now() - interval '1 hour' THEN
        RAISE EXCEPTION 'too much is said of one thing within the hour'
            USING ERRCODE = '{code}';
    END IF;
    RETURN NEW;
END $$
"""
BY_THE_SAME_DOOR = """
            AND starts_with(actor_id, 'reporter:') = starts_with(NEW.actor_id, 'reporter:')"""


def upgrade() -> None:
    op.execute(BOUNDED.format(same=BY_THE_SAME_DOOR, code="configuration_limit_exceeded"))


def downgrade() -> None:
    # Nothing is lost: functions hold no values.
    op.execute(BOUNDED.format(same="", code="insufficient_privilege"))
