"""Forget who a contact of a partner was, once it has ended, and end what nobody verifies any more.

Names of people at partners, with their hours, stand in clear: who seizes the disk reads who helps
us there. So nothing of a contact outlasts its use: whatever ends it empties it, and what nobody has
verified for half a year after its time ends by itself. Those that have ended are emptied now. Safe
while the version before is running: it shows no name of what has ended.
"""

# ruff: noqa: S608 - every word of every statement is written here

from alembic import op

revision = "0096"
down_revision = "0095"
branch_labels = None
depends_on = None

FORGET = """
CREATE FUNCTION contact_is_forgotten() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.name := '';
    NEW.is_person := false;
    NEW.regions := '[]';
    NEW.languages := '[]';
    NEW.weekdays := '[]';
    NEW.opens := NULL;
    NEW.closes := NULL;
    NEW.timezone := 'UTC';
    RETURN NEW;
END $$
"""
ENDING = "end_contacts_nobody_verifies()"
END = f"""
CREATE FUNCTION {ENDING} RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH today AS (SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date AS is_on),
    lapsed AS MATERIALIZED (
        SELECT partner_contacts.id FROM public.partner_contacts, today
        WHERE ended_on IS NULL AND verified_until < today.is_on - 180
        LIMIT 1000 FOR UPDATE OF partner_contacts SKIP LOCKED),
    ended AS (
        UPDATE public.partner_contacts SET ended_on = today.is_on FROM lapsed, today
        WHERE partner_contacts.id = lapsed.id
        RETURNING partner_contacts.id, partner_contacts.partner_id)
    INSERT INTO public.history (at, actor_id, action, subject_type, subject_id, case_id, details)
        SELECT date_bin('5 minutes', clock_timestamp(), '2000-01-01'), 'system',
            'partner.contact_ended', 'partners', partner_id, NULL, jsonb_build_object('contact', id)
            FROM ended
$$
"""


def upgrade() -> None:
    op.execute(FORGET)
    op.execute("REVOKE EXECUTE ON FUNCTION contact_is_forgotten() FROM PUBLIC")
    op.execute(
        "CREATE TRIGGER forget_who_ended BEFORE INSERT OR UPDATE ON partner_contacts FOR EACH ROW"
        " WHEN (NEW.ended_on IS NOT NULL) EXECUTE FUNCTION contact_is_forgotten()"
    )
    op.execute("UPDATE partner_contacts SET ended_on = ended_on WHERE ended_on IS NOT NULL")
    op.execute(END)
    op.execute(f"REVOKE EXECUTE ON FUNCTION {ENDING} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {ENDING} TO helpdesk_ticker")


def downgrade() -> None:
    # Nothing is lost: functions and triggers hold no values, and what was forgotten stays so.
    op.execute(f"DROP FUNCTION {ENDING}")
    op.execute("DROP TRIGGER forget_who_ended ON partner_contacts")
    op.execute("DROP FUNCTION contact_is_forgotten()")
