"""Keep room for what a reporter cannot put off, however much was said of their case before.

Whoever has a return code could save permissions a hundred times, and then nobody heard for two
hours that someone is in danger, and nothing could be taken back. Fifty entries more are for those
alone. And turns of a case's clocks are bounded within two hours instead of for ever: nobody writes
into a case once they have been used up. Those of a request stay bounded for ever, because each look
at the duty board reads them. Additive.
"""

# ruff: noqa: S608 - every word of every statement is written here

from alembic import op

revision = "0093"
down_revision = "0092"
branch_labels = None
depends_on = None

AS_OWNER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
# Danger, its message, and what is taken back or disputed, each with what follows from it.
CANNOT_WAIT = """NEW.action IN ('case.danger_told', 'case.withdrawn', 'case.reopened',
            'case.resumed', 'consent.withdrawn', 'consent.denied', 'conversation.denied',
            'escalation.verdict_denied', 'reminder.ended')
        OR NEW.action = 'message.received' AND NEW.details ? 'in_danger'"""
MOST, ROOM = 300, 50
BOUNDED = f"""
CREATE OR REPLACE FUNCTION history_from_a_door_is_bounded() RETURNS trigger LANGUAGE plpgsql
    {AS_OWNER} AS $$
DECLARE
    earlier timestamptz;
BEGIN
    IF NEW.case_id IS NOT NULL THEN
        SELECT at INTO earlier FROM public.history WHERE case_id = NEW.case_id
            AND starts_with(actor_id, 'reporter:') = starts_with(NEW.actor_id, 'reporter:')
            ORDER BY id DESC OFFSET {{most}} LIMIT 1;
    ELSE
        SELECT at INTO earlier FROM public.history WHERE subject_id = NEW.subject_id
            AND case_id IS NULL ORDER BY id DESC OFFSET {MOST - 1} LIMIT 1;
    END IF;
    IF earlier > now() - interval '130 minutes' THEN
        RAISE EXCEPTION 'too much is said of one thing within the hour'
            USING ERRCODE = 'configuration_limit_exceeded';
    END IF;
    RETURN NEW;
END $$
"""
OR_MORE = f"""CASE WHEN {CANNOT_WAIT}
                THEN {MOST + ROOM - 1} ELSE {MOST - 1} END"""
# Far more than people come to.
MOST_TURNS = 2_000
TURNS = f"""
CREATE OR REPLACE FUNCTION turns_are_bounded() RETURNS trigger LANGUAGE plpgsql {AS_OWNER} AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT subject_id FROM arrived) AS about,
        LATERAL (SELECT FROM public.clock_events WHERE subject_id = about.subject_id{{lately}}
            OFFSET {MOST_TURNS} LIMIT 1) AS too_many){{ahead}}
    THEN
        RAISE EXCEPTION 'the clocks of one thing have turned too often'
            USING ERRCODE = 'configuration_limit_exceeded';
    END IF;
    RETURN NULL;
END $$
"""
LATELY = """
            AND (at BETWEEN now() - interval '130 minutes' AND now() + interval '130 minutes'
                OR EXISTS (SELECT FROM public.escalations WHERE id = about.subject_id))"""
# Those dated ahead are bounded by themselves and for ever: they shut out nobody who turns a clock
# now.
AHEAD = f"""
        OR EXISTS (SELECT FROM (SELECT DISTINCT subject_id FROM arrived
                WHERE at > now() + interval '130 minutes') AS about,
            LATERAL (SELECT FROM public.clock_events WHERE subject_id = about.subject_id
                AND at > now() + interval '130 minutes' OFFSET {MOST_TURNS} LIMIT 1) AS too_many)"""


def upgrade() -> None:
    op.execute(BOUNDED.format(most=OR_MORE))
    op.execute(TURNS.format(lately=LATELY, ahead=AHEAD))


def downgrade() -> None:
    # Nothing is lost: functions hold no values.
    op.execute(TURNS.format(lately="", ahead=""))
    op.execute(BOUNDED.format(most=MOST - 1))
