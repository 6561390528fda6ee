"""Count once what is kept in the place of what was there.

Each step of a report that is being filled in replaces the one before it. The statement for that
first tries to insert, and the trigger that counts saw both the insert and the update: a draft had
half the room that there is. Additive.
"""

# ruff: noqa: S608 - every word of every statement is written here

from alembic import op

revision = "0090"
down_revision = "0089"
branch_labels = None
depends_on = None

AS_OWNER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
# In kilobytes: pages, and with them what notes a press.
PAGES, ALL = 200_000, 300_000
ALSO_REPLACED = "OR TG_OP = 'UPDATE' AND OLD.answer IS NOT NULL"
BOUNDED = f"""
CREATE OR REPLACE FUNCTION presses_are_bounded() RETURNS trigger LANGUAGE plpgsql {AS_OWNER} AS $$
DECLARE
    -- Whoever connected: inside a function of the owner, the current user is the owner.
    counter regclass := to_regclass('public.presses_of_' || session_user);
    size integer := 1 + coalesce(octet_length(NEW.answer), 0) / 1000;
    used bigint;
BEGIN
    IF counter IS NULL THEN
        RETURN NEW;
    END IF;
    used := coalesce(pg_sequence_last_value(counter), 0) + size;
    IF (TG_OP = 'INSERT' {{also}}) AND NEW.answer IS NOT NULL AND used > {PAGES} THEN
        RETURN NULL;
    END IF;
    IF used > {ALL} THEN
        RAISE EXCEPTION 'too many forms are answered within a quarter of an hour'
            USING ERRCODE = 'configuration_limit_exceeded';
    END IF;
    PERFORM nextval(counter) FROM generate_series(1, size);
    RETURN NEW;
END $$
"""
KEEP = f"""
CREATE OR REPLACE FUNCTION keep_press(press text, moment timestamptz, answer bytea)
    RETURNS boolean LANGUAGE plpgsql {AS_OWNER} AS $$
BEGIN
    {{first}}INSERT INTO public.presses (id, at, answer) VALUES (press, moment, keep_press.answer)
        ON CONFLICT (id) DO UPDATE SET at = excluded.at, answer = excluded.answer;
    RETURN FOUND;
END $$
"""
REPLACE = """UPDATE public.presses SET at = moment, answer = keep_press.answer WHERE id = press;
    IF FOUND THEN
        RETURN true;
    END IF;
    """


def upgrade() -> None:
    op.execute(BOUNDED.format(also=ALSO_REPLACED))
    op.execute(KEEP.format(first=REPLACE))


def downgrade() -> None:
    # Nothing is lost: functions hold no values.
    op.execute(KEEP.format(first=""))
    op.execute(BOUNDED.format(also=""))
