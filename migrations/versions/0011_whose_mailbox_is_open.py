"""Let the public pages act for the reporter whose mailbox is open, and for no other.

Until now their role could close every case and take every consent back. From now on what a
reporter does needs the token of a visit, of which the database keeps a hash alone; and a visit
begins only with what a return code gives, of which it keeps a hash alone as well: what stands in
the tables opens nothing. The role has no right to the table of visits any more.

Not safe while the version before is running: it finds no case by its code. Mailboxes that are open
ask for the code once more.
"""

from alembic import op

from migrations.losses import refuse_to_lose

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INTAKE, APP = "helpdesk_intake", "helpdesk_app"
OTHERS = "helpdesk_app, helpdesk_partner, helpdesk_worker, helpdesk_ticker"
FUNCTIONS = {
    "visitor_case()": """
CREATE FUNCTION visitor_case() RETURNS text LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT case_id FROM public.visits WHERE public.is_this_hour(seen_at)
    AND id = encode(sha256(convert_to(current_setting('helpdesk.visit', true), 'UTF8')), 'hex')
$$""",
    "open_visit(bytea, text, bytea, timestamptz)": """
CREATE FUNCTION open_visit(proof bytea, token text, unlocked bytea, at timestamptz) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    opened text := encode(sha256(convert_to(token, 'UTF8')), 'hex');
BEGIN
    DELETE FROM public.visits WHERE seen_at < at - interval '30 minutes';
    INSERT INTO public.visits (id, case_id, unlocked, begun_at, seen_at)
        SELECT opened, cases.id, open_visit.unlocked, at, at FROM public.cases
        WHERE cases.reporter_tag = sha256(proof);
    PERFORM set_config('helpdesk.visit', token, true);
    RETURN public.visitor_case();
END $$""",
    "find_visit(text, timestamptz, timestamptz)": """
CREATE FUNCTION find_visit(token text, oldest timestamptz, coarse timestamptz)
    RETURNS SETOF visits
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found public.visits;
BEGIN
    SELECT * INTO found FROM public.visits
        WHERE id = encode(sha256(convert_to(token, 'UTF8')), 'hex') AND seen_at >= oldest;
    IF found.id IS NULL THEN
        RETURN;
    END IF;
    IF found.seen_at < coarse THEN
        UPDATE public.visits SET seen_at = coarse WHERE id = found.id;
    END IF;
    PERFORM set_config('helpdesk.visit', token, true);
    RETURN NEXT found;
END $$""",
    "end_visit()": """
CREATE FUNCTION end_visit() RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM public.visits
    WHERE id = encode(sha256(convert_to(current_setting('helpdesk.visit', true), 'UTF8')), 'hex')
$$""",
}
# It runs with the rights of who changes the row, so that it sees who that is.
AFTER_A_DECISION = """
CREATE FUNCTION reporter_moves_request() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_user = 'helpdesk_intake' AND NEW.standing <> OLD.standing
        AND NOT (OLD.standing = 'decided' AND NEW.standing IN ('closed', 'in_review'))
    THEN
        RAISE EXCEPTION 'a reporter only judges what was decided'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reporter_moves_request BEFORE UPDATE OF standing ON escalations
    FOR EACH ROW EXECUTE FUNCTION reporter_moves_request();
"""
NEW = "NOT EXISTS (SELECT FROM cases WHERE cases.id = {})"
THEIRS = "(SELECT visitor_case())"
THEIR_REQUEST = f"(SELECT id FROM escalations WHERE escalations.case_id = {THEIRS})"  # noqa: S608 - ours
HAND = "'reporter:' || case_id"
# What 0010 says of a row, and whose it must be besides.
ADDS = {
    "messages": f"""is_from_reporter AND for_reporter IS NULL AND author = {HAND}
        AND is_this_hour(sent_at) AND case_id = {THEIRS}""",
    "consents": f"""given_by = {HAND} AND withdrawn_at IS NULL AND is_this_hour(given_at)
        AND (case_id = {THEIRS} OR {NEW.format("consents.case_id")})""",
    "closures": f"""by = {HAND} AND outcome = 'withdrawn' AND is_this_hour(at)
        AND case_id = {THEIRS}""",
    "clock_events": f"""(is_this_hour(at) OR at BETWEEN now() AND now() + interval '400 days')
        AND (subject_id = {THEIRS} OR subject_id IN {THEIR_REQUEST}
            OR {NEW.format("clock_events.subject_id")}
            AND NOT EXISTS (SELECT FROM escalations WHERE escalations.id = subject_id))""",
    "history": f"""is_this_hour(at) AND (actor_id = {HAND} AND case_id = {THEIRS}
        OR actor_id = 'nobody' AND {NEW.format("history.case_id")})""",
}
BEFORE = {
    "messages": f"""is_from_reporter AND for_reporter IS NULL AND author = {HAND}
        AND is_this_hour(sent_at)""",
    "consents": f"given_by = {HAND} AND withdrawn_at IS NULL AND is_this_hour(given_at)",
    "closures": f"by = {HAND} AND outcome = 'withdrawn' AND is_this_hour(at)",
    "clock_events": "is_this_hour(at) OR at BETWEEN now() AND now() + interval '400 days'",
    "history": f"""is_this_hour(at) AND (actor_id = {HAND} OR actor_id = 'nobody'
        AND {NEW.format("history.case_id")})""",
}
WITHDRAWAL = "is_this_hour(withdrawn_at)"


def upgrade() -> None:
    for name, function in FUNCTIONS.items():
        op.execute(function)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {INTAKE}, {APP}")
    op.execute("DELETE FROM visits")
    op.execute("UPDATE cases SET reporter_tag = sha256(reporter_tag)")
    op.execute(f"REVOKE ALL ON visits FROM {INTAKE}")
    for table, rule in ADDS.items():
        op.execute(f"ALTER POLICY door_adds ON {table} WITH CHECK ({rule})")
    op.execute(f"ALTER POLICY door_moves ON cases USING (id = {THEIRS})")
    op.execute(
        f"ALTER POLICY door_withdraws ON consents USING (case_id = {THEIRS}) "
        f"WITH CHECK (case_id = {THEIRS} AND {WITHDRAWAL})"
    )
    op.execute(f"ALTER POLICY others ON escalations TO {OTHERS.replace('helpdesk_partner, ', '')}")
    op.execute(f"CREATE POLICY door_sees ON escalations FOR SELECT TO {INTAKE} USING (true)")
    op.execute(
        f"CREATE POLICY door_moves ON escalations FOR UPDATE TO {INTAKE} "
        f"USING (case_id = {THEIRS}) "
        f"WITH CHECK (case_id = {THEIRS})"
    )
    op.execute(AFTER_A_DECISION)
    op.execute("ALTER TABLE verifications ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY others ON verifications TO {OTHERS} USING (true)")
    op.execute(f"CREATE POLICY door_sees ON verifications FOR SELECT TO {INTAKE} USING (true)")
    op.execute(
        f"CREATE POLICY door_adds ON verifications FOR INSERT TO {INTAKE} "
        f"WITH CHECK (case_id = {THEIRS} AND is_this_hour(at) "
        f"AND escalation_id IN {THEIR_REQUEST})"
    )


def downgrade() -> None:
    refuse_to_lose("the return codes", table="cases")
    for name in ("others", "door_sees", "door_adds"):
        op.execute(f"DROP POLICY {name} ON verifications")
    op.execute("ALTER TABLE verifications DISABLE ROW LEVEL SECURITY")
    op.execute("DROP FUNCTION reporter_moves_request() CASCADE")
    op.execute("DROP POLICY door_moves ON escalations")
    op.execute("DROP POLICY door_sees ON escalations")
    both = OTHERS.replace("helpdesk_partner, ", "")
    op.execute(f"ALTER POLICY others ON escalations TO {both}, {INTAKE}")
    op.execute(f"ALTER POLICY door_withdraws ON consents USING (true) WITH CHECK ({WITHDRAWAL})")
    op.execute("ALTER POLICY door_moves ON cases USING (true)")
    for table, rule in BEFORE.items():
        op.execute(f"ALTER POLICY door_adds ON {table} WITH CHECK ({rule})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON visits TO {INTAKE}")
    for name in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")
