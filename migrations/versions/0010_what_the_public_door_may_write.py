"""Let the public pages write what a report and a reporter write, and nothing in another's name.

They could file copies of any key, speak as a responder, date history back and put promises before
all others. Now a copy is taken only with the very statement that brings its key; a message, a
consent and a closure are the reporter's own; an entry of history is theirs and of this hour.

Nor does a writer of history take a lock any more, which anybody could have held for ever: an entry
that is committed late is chained late, at the place where the chain then is.

Safe while the version before is running: it writes nothing else. Its ticker takes the lock that
nobody waits for any more.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INTAKE = "helpdesk_intake"
OTHERS = "helpdesk_app, helpdesk_partner, helpdesk_worker, helpdesk_ticker"

IS_THIS_HOUR = """
CREATE FUNCTION is_this_hour(moment timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT moment BETWEEN now() - interval '70 minutes' AND now() + interval '70 minutes'
$$;
"""
OWN = "'reporter:' || case_id"
NEW_PROMISE = """standing = 'waiting' AND attempts = 0 AND fence = 0 AND leased_until IS NULL
    AND (job LIKE 'triage.%' OR job IN ('escalations.cancel_unsent', 'escalations.tell_partner'))
    AND (is_this_hour(due_at) OR due_at BETWEEN now() AND now() + interval '400 days')"""

# By table, what may be added; the rows themselves are new in the same statement.
ADDS = {
    "keys": """kind = 'case' AND epoch = 1
        AND NOT EXISTS (SELECT FROM cases WHERE cases.id = keys.owner_id)""",
    "key_copies": """NOT EXISTS (SELECT FROM keys WHERE keys.id = key_copies.key_id)
        AND holder_id IN (SELECT id FROM keys WHERE keys.kind = 'team')""",
    "cases": """status = 'new' AND owner_id IS NULL AND waits_on IS NULL AND waits_until IS NULL
        AND is_this_hour(opened_at)
        AND EXISTS (SELECT FROM teams WHERE teams.id = team_id AND takes_reports)""",
    "evaluations": """by = 'nobody' AND is_this_hour(at)
        AND NOT EXISTS (SELECT FROM cases WHERE cases.id = evaluations.case_id)""",
    "messages": f"""is_from_reporter AND for_reporter IS NULL AND author = {OWN}
        AND is_this_hour(sent_at)""",
    "consents": f"given_by = {OWN} AND withdrawn_at IS NULL AND is_this_hour(given_at)",
    "closures": f"by = {OWN} AND outcome = 'withdrawn' AND is_this_hour(at)",
    "clock_events": "is_this_hour(at) OR at BETWEEN now() AND now() + interval '400 days'",
    "history": f"""is_this_hour(at) AND (actor_id = {OWN} OR actor_id = 'nobody'
        AND NOT EXISTS (SELECT FROM cases WHERE cases.id = history.case_id))""",
    "outbox": NEW_PROMISE,
}
# Where row-level security begins with this migration.
NEWLY = ("evaluations", "messages", "consents", "closures", "clock_events")
# What an earlier migration let them add.
BEFORE = {
    "keys": ("made_at_the_door", "FOR INSERT TO helpdesk_intake WITH CHECK (kind = 'case')"),
    "key_copies": ("intake_adds", "FOR INSERT TO helpdesk_intake WITH CHECK (true)"),
    "history": ("intake_adds", "FOR INSERT TO helpdesk_intake WITH CHECK (true)"),
    "outbox": ("intake_adds", "FOR INSERT TO helpdesk_intake WITH CHECK (true)"),
}
LOCK = """
CREATE FUNCTION history_joins_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7243001);
    RETURN NEW;
END $$;
CREATE TRIGGER history_joins_chain BEFORE INSERT ON history
    FOR EACH STATEMENT EXECUTE FUNCTION history_joins_chain();
"""


def upgrade() -> None:
    op.execute(IS_THIS_HOUR)
    op.execute("DROP TRIGGER history_joins_chain ON history")
    op.execute("DROP FUNCTION history_joins_chain()")
    op.execute(f"ALTER POLICY others ON cases TO {OTHERS.replace('helpdesk_partner, ', '')}")
    op.execute(f"CREATE POLICY door_sees ON cases FOR SELECT TO {INTAKE} USING (true)")
    op.execute(f"CREATE POLICY door_moves ON cases FOR UPDATE TO {INTAKE} USING (true)")
    op.execute(
        f"CREATE POLICY door_withdraws ON consents FOR UPDATE TO {INTAKE} "
        "USING (true) WITH CHECK (is_this_hour(withdrawn_at))"
    )
    for table in NEWLY:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY others ON {table} TO {OTHERS} USING (true)")
        op.execute(f"CREATE POLICY door_sees ON {table} FOR SELECT TO {INTAKE} USING (true)")
    for table, (name, _rule) in BEFORE.items():
        op.execute(f"DROP POLICY {name} ON {table}")
    for table, rule in ADDS.items():
        op.execute(f"CREATE POLICY door_adds ON {table} FOR INSERT TO {INTAKE} WITH CHECK ({rule})")


def downgrade() -> None:
    # Nothing is lost: rights hold no values.
    for table in ADDS:
        op.execute(f"DROP POLICY door_adds ON {table}")
    for table, (name, rule) in BEFORE.items():
        op.execute(f"CREATE POLICY {name} ON {table} {rule}")
    for table in NEWLY:
        op.execute(f"DROP POLICY others ON {table}")
        op.execute(f"DROP POLICY door_sees ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP POLICY IF EXISTS door_withdraws ON consents")
    op.execute("DROP POLICY door_sees ON cases")
    op.execute("DROP POLICY door_moves ON cases")
    both = OTHERS.replace("helpdesk_partner, ", "")
    op.execute(f"ALTER POLICY others ON cases TO {both}, {INTAKE}")
    op.execute("DROP FUNCTION is_this_hour(timestamptz)")
    op.execute(LOCK)
