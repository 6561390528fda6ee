"""Ask what is new when the rows are there, and when it is by the clock.

What is new was asked of the snapshot of a statement, and when it is of the begin of a transaction.
Who kept one open dated back by days; who let a statement wait for the next report agreed to things
in its reporter's name. Now it is asked when the rows are there, and by the clock on the wall.

The partner desk could answer in a colleague's name and date it back. What it asks and decides is
said by people of partners, now, about what a partner was asked.

Additive: the version before writes nothing else.
"""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

APP, PARTNER = "helpdesk_app", "helpdesk_partner"

# It runs with the rights of who changes the row, so that it sees who that is.
PARTNERS_MOVES = f"""
CREATE FUNCTION partner_moves_request() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_user = '{PARTNER}' AND NEW.standing <> OLD.standing
        AND NEW.standing NOT IN ('with_partner', 'acknowledged', 'need_information', 'decided')
    THEN
        RAISE EXCEPTION 'a partner answers what it was asked'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER partner_moves_request BEFORE UPDATE OF standing ON escalations
    FOR EACH ROW EXECUTE FUNCTION partner_moves_request();
"""
# By function, what a moment has to lie between.
MOMENTS = {
    "is_this_hour": "{now} - interval '70 minutes' AND {now} + interval '70 minutes'",
    "is_just_now": "{now} - interval '15 minutes' AND {now} + interval '5 minutes'",
    "is_from_now_on": "{now} - interval '7 minutes' AND {now} + interval '400 days'",
}
MOMENT = """
CREATE OR REPLACE FUNCTION {name}(moment timestamptz) RETURNS boolean LANGUAGE sql {kind} AS $$
    SELECT moment BETWEEN {between}
$$
"""
# A row that is there and whose transaction is not at its end is our own.
IS_BEING_WRITTEN = """
CREATE FUNCTION is_being_written(written xid) RETURNS boolean LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    newest bigint := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
    whole bigint := (newest >> 32 << 32) + written::text::bigint;
BEGIN
    IF whole > newest + 2147483648 THEN
        whole := whole - 4294967296;
    ELSIF whole < newest - 2147483648 THEN
        whole := whole + 4294967296;
    END IF;
    RETURN coalesce(pg_xact_status(whole::text::xid8) = 'in progress', false);
END $$
"""
# By table: what the public pages' row hangs on, and where that lies.
HANGS_ON = {
    "key_copies": ("keys", "added.key_id"),
    "consents": ("cases", "added.case_id"),
    "evaluations": ("cases", "added.case_id"),
    "clock_events": ("cases", "added.subject_id"),
    "history": ("cases", "added.case_id"),
    "outbox": ("cases", "added.arguments ->> 'case_id'"),
}
# When the statement is at its end, with what others have committed by then.
ADDS_TO_WHAT_IS_NEW = """
CREATE FUNCTION {table}_added_to_what_is_new() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM added JOIN {parent} ON {parent}.id = {which}
        WHERE {parent}.id IS DISTINCT FROM visitor_case()
        AND NOT is_being_written({parent}.xmin))
    THEN
        RAISE EXCEPTION 'the public pages write about what they bring, or whose mailbox is open'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION {table}_added_to_what_is_new() FROM PUBLIC;
CREATE TRIGGER added_to_what_is_new AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT
    WHEN (current_user = 'helpdesk_intake')
    EXECUTE FUNCTION {table}_added_to_what_is_new();
"""
# Where each statement sees what others have committed before it.
SEES_OTHERS = "current_setting('transaction_isolation') = 'read committed'"
DOORS_ADD = (
    "keys", "key_copies", "cases", "evaluations", "messages", "consents", "closures",
    "clock_events", "history", "outbox", "verifications", "exchanges", "decisions",
)  # fmt: skip
REQUESTS = "(SELECT escalations.id FROM escalations)"
ABOUT = "(escalation_id, case_id) IN (SELECT escalations.id, escalations.case_id FROM escalations)"
BY_THEM = "by IN (SELECT 'person:' || people.id FROM people WHERE people.role = 'partner')"
# By table, who beside the partner desk is left alone; and what it sees, adds and changes.
OF_PARTNERS = {
    "exchanges": (
        f"{APP}, helpdesk_intake",
        {
            "sees": f"SELECT TO {PARTNER} USING (escalation_id IN {REQUESTS})",
            "adds": f"INSERT TO {PARTNER} WITH CHECK "
            f"(is_from_partner AND is_just_now(at) AND {BY_THEM} AND {ABOUT})",
        },
    ),
    "decisions": (
        f"{APP}, helpdesk_intake",
        {
            "sees": f"SELECT TO {PARTNER} USING (escalation_id IN {REQUESTS})",
            "adds": f"INSERT TO {PARTNER} WITH CHECK (is_just_now(at) AND {BY_THEM} AND {ABOUT})",
        },
    ),
    "deliveries": (
        f"{APP}, helpdesk_worker, helpdesk_ticker",
        {
            "sees": f"SELECT TO {PARTNER} USING (escalation_id IN {REQUESTS})",
            "changes": f"UPDATE TO {PARTNER} USING (escalation_id IN {REQUESTS}) "
            "WITH CHECK (standing = 'accepted')",
        },
    ),
}


def upgrade() -> None:
    op.execute(PARTNERS_MOVES)
    _ask_the_clock("clock_timestamp()", "VOLATILE")
    op.execute(IS_BEING_WRITTEN)
    for table, (parent, which) in HANGS_ON.items():
        op.execute(ADDS_TO_WHAT_IS_NEW.format(table=table, parent=parent, which=which))
    for table, (others, rules) in OF_PARTNERS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY others ON {table} TO {others} USING (true)")
        for name, rule in rules.items():
            op.execute(f"CREATE POLICY partner_{name} ON {table} FOR {rule}")
    for table in DOORS_ADD:
        op.execute(
            f"CREATE POLICY sees_others ON {table} AS RESTRICTIVE FOR INSERT "
            f"TO helpdesk_intake, {PARTNER} WITH CHECK ({SEES_OTHERS})"
        )


def downgrade() -> None:
    # Nothing is lost: rights, functions and triggers hold no values.
    for table in DOORS_ADD:
        op.execute(f"DROP POLICY sees_others ON {table}")
    for table in HANGS_ON:
        op.execute(f"DROP FUNCTION {table}_added_to_what_is_new() CASCADE")
    op.execute("DROP FUNCTION is_being_written(xid)")
    _ask_the_clock("now()", "STABLE")
    op.execute("DROP FUNCTION partner_moves_request() CASCADE")
    for table, (_others, rules) in OF_PARTNERS.items():
        for name in ("others", *(f"partner_{one}" for one in rules)):
            op.execute(f"DROP POLICY {name} ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


def _ask_the_clock(now: str, kind: str) -> None:
    for name, between in MOMENTS.items():
        op.execute(MOMENT.format(name=name, kind=kind, between=between.format(now=now)))
