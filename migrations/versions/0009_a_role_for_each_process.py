"""Give the partner desk, the workers and the ticker roles of their own, and every role less.

Until now all three worked as `helpdesk_app`, which may write keys: whoever got hold of one of them
could plant a newer key of a queue and read every report from then on. None of the three may write
a key of a queue or a copy of one; the partner desk reaches what was sent to partners and people of
partners alone.

Besides, for every role: no chosen number of an entry in history, no moment that is never, and a
closure goes with the reopening of its case, so that nobody needs the right to delete (and with it
the right to lock the whole table).

Not safe while the version before is running: its partner desk, workers and ticker go on as
`helpdesk_app`, which works; but stop them, and give them the addresses of their own roles.
"""

# ruff: noqa: S608 - every word of every statement is written here

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

APP, INTAKE = "helpdesk_app", "helpdesk_intake"
PARTNER, WORKER, TICKER = "helpdesk_partner", "helpdesk_worker", "helpdesk_ticker"
NEW = (PARTNER, WORKER, TICKER)

ENTRY = "INSERT (at, actor_id, action, subject_type, subject_id, case_id, details)"
CASE_MOVES = "UPDATE (status, waits_on, waits_until, reply_due_at, word_due_at)"
REQUEST_MOVES = "UPDATE (standing, answer_due_at)"
CARRYING = "UPDATE (standing, fence, leased_until, retry_at, accepted_at)"

PARTNER_RIGHTS = {
    "teams": "SELECT",
    "partners": "SELECT",
    "people": (
        "SELECT, UPDATE (email, key_id, salt, under_passphrase, under_recovery, totp_seed, "
        "totp_last_step, enrolment_tag, enrolment_until, failures, closed_until)"
    ),
    "memberships": "SELECT",
    "sign_ins": "SELECT, INSERT, UPDATE, DELETE",
    "presses": "SELECT, INSERT, UPDATE, DELETE",
    "keys": "SELECT, INSERT",
    "key_copies": "SELECT, INSERT",
    "cases": f"SELECT, {CASE_MOVES}",
    "closures": "SELECT",
    "consents": "SELECT",
    "escalations": f"SELECT, {REQUEST_MOVES}, UPDATE (ticket, ticket_for_partner)",
    "decisions": "SELECT, INSERT",
    "exchanges": "SELECT, INSERT",
    "verifications": "SELECT",
    "deliveries": f"SELECT, {CARRYING}",
    "delivery_attempts": "SELECT",
    "clock_events": "SELECT, INSERT",
    "history": f"SELECT, {ENTRY}",
    "outbox": "SELECT (id), INSERT",
}
WORKER_RIGHTS = {
    "teams": "SELECT",
    "partners": "SELECT",
    "people": "SELECT",
    "memberships": "SELECT",
    "keys": "SELECT",
    "key_copies": "SELECT",
    "cases": f"SELECT, {CASE_MOVES}, UPDATE (unheard_since)",
    "closures": "SELECT",
    "consents": "SELECT",
    "escalations": f"SELECT, {REQUEST_MOVES}",
    "deliveries": f"SELECT, {CARRYING}",
    "delivery_attempts": "SELECT, INSERT, UPDATE (ended_at, result, trouble)",
    "clock_events": "SELECT, INSERT",
    "history": f"SELECT, {ENTRY}",
    "outbox": (
        "SELECT, INSERT, "
        "UPDATE (standing, due_at, attempts, fence, leased_until, trouble, ended_at)"
    ),
}
# What nobody came for it does itself; and it chains history, which is its own.
TICKER_RIGHTS = WORKER_RIGHTS | {
    "history_links": "SELECT, INSERT",
    "history_checkpoints": "SELECT, INSERT",
}
RIGHTS = {PARTNER: PARTNER_RIGHTS, WORKER: WORKER_RIGHTS, TICKER: TICKER_RIGHTS}

OF_PARTNERS = "owner_id IN (SELECT id FROM teams WHERE teams.kind = 'partner')"
PARTNERS_PERSON = "owner_id IN (SELECT id FROM people WHERE people.role = 'partner')"
PARTNERS_COPY = f"""key_id IN (SELECT id FROM keys WHERE keys.kind = 'team' AND {OF_PARTNERS})
    AND holder_id IN (SELECT id FROM keys WHERE keys.kind = 'person' AND {PARTNERS_PERSON})"""
JUST_NOW = "is_just_now(at)"
ONE_OF_THEIRS = "actor_id IN (SELECT 'person:' || id FROM people WHERE people.role = 'partner')"
NEW_PROMISE = """standing = 'waiting' AND attempts = 0 AND fence = 0
    AND (is_just_now(due_at) OR due_at BETWEEN now() AND now() + interval '400 days')"""

# By table: whom row-level security leaves alone, and what it says to each of the others.
POLICIES = {
    "keys": {
        "partner_sees": f"FOR SELECT TO {PARTNER} USING (true)",
        "worker_sees": f"FOR SELECT TO {WORKER}, {TICKER} USING (true)",
        "partner_adds": f"""FOR INSERT TO {PARTNER} WITH CHECK (
            kind = 'person' AND {PARTNERS_PERSON}
            OR kind = 'team' AND epoch = 1 AND {OF_PARTNERS})""",
    },
    "key_copies": {
        "staff": f"TO {APP} USING (true)",
        "intake_adds": f"FOR INSERT TO {INTAKE} WITH CHECK (true)",
        "worker_sees": f"FOR SELECT TO {WORKER}, {TICKER} USING (true)",
        "partner_sees": f"FOR SELECT TO {PARTNER} USING ({PARTNERS_COPY})",
        "partner_adds": f"FOR INSERT TO {PARTNER} WITH CHECK ({PARTNERS_COPY})",
    },
    "people": {
        "staff": f"TO {APP} USING (true)",
        "worker_sees": f"FOR SELECT TO {WORKER}, {TICKER} USING (true)",
        "partner": f"TO {PARTNER} USING (role = 'partner') WITH CHECK (role = 'partner')",
    },
    "memberships": {
        "staff": f"TO {APP} USING (true)",
        "worker_sees": f"FOR SELECT TO {WORKER}, {TICKER} USING (true)",
        "partner_sees": f"""FOR SELECT TO {PARTNER} USING (
            team_id IN (SELECT id FROM teams WHERE teams.kind = 'partner'))""",
    },
    "sign_ins": {
        "staff": f"TO {APP} USING (true)",
        "partner": f"TO {PARTNER} USING (surface = 'partner') WITH CHECK (surface = 'partner')",
    },
    "escalations": {
        "others": f"TO {APP}, {INTAKE}, {WORKER}, {TICKER} USING (true)",
        "partner": f"TO {PARTNER} USING (approved_at IS NOT NULL)",
    },
    "cases": {
        "others": f"TO {APP}, {INTAKE}, {WORKER}, {TICKER} USING (true)",
        "partner": f"TO {PARTNER} USING (id IN (SELECT case_id FROM escalations))",
    },
    "history": {
        "staff": f"TO {APP} USING (true)",
        "intake_sees": f"FOR SELECT TO {INTAKE} USING (true)",
        "intake_adds": f"FOR INSERT TO {INTAKE} WITH CHECK (true)",
        "others_see": f"FOR SELECT TO {PARTNER}, {WORKER}, {TICKER} USING (true)",
        "worker_adds": f"""FOR INSERT TO {WORKER}, {TICKER} WITH CHECK (
            actor_id = 'system' AND {JUST_NOW})""",
        "partner_adds": f"""FOR INSERT TO {PARTNER} WITH CHECK (
            (actor_id = 'system' AND action LIKE 'person.%' OR {ONE_OF_THEIRS}) AND {JUST_NOW})""",
    },
    "outbox": {
        "staff": f"TO {APP} USING (true)",
        "intake_sees": f"FOR SELECT TO {INTAKE} USING (true)",
        "intake_adds": f"FOR INSERT TO {INTAKE} WITH CHECK (true)",
        "worker": f"TO {WORKER}, {TICKER} USING (true)",
        "partner_sees": f"FOR SELECT TO {PARTNER} USING (true)",
        "partner_adds": f"FOR INSERT TO {PARTNER} WITH CHECK ({NEW_PROMISE})",
    },
}

IS_JUST_NOW = """
CREATE FUNCTION is_just_now(moment timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT moment BETWEEN now() - interval '15 minutes' AND now() + interval '5 minutes'
$$;
"""
# It runs as the owner of the tables, so that who opens a case again needs no right to delete.
CLOSURE_GOES = """
CREATE FUNCTION case_opens_again() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM public.closures WHERE case_id = NEW.id;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION case_opens_again() FROM PUBLIC;
CREATE TRIGGER case_opens_again AFTER UPDATE OF status ON cases FOR EACH ROW
    WHEN (OLD.status = 'closed' AND NEW.status <> 'closed') EXECUTE FUNCTION case_opens_again();
"""


def upgrade() -> None:
    _refuse_without_roles()
    for role, rights in RIGHTS.items():
        for table, right in rights.items():
            op.execute(f"GRANT {right} ON {table} TO {role}")
    for role in (APP, INTAKE):
        op.execute(f"REVOKE INSERT ON history FROM {role}")
        op.execute(f"GRANT {ENTRY} ON history TO {role}")
        op.execute(f"REVOKE DELETE ON closures FROM {role}")
    op.execute(CLOSURE_GOES)
    op.execute(IS_JUST_NOW)
    for table, policies in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        for name, rule in policies.items():
            op.execute(f"CREATE POLICY {name} ON {table} {rule}")
    for table, column in _moments():
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{column}_finite "
            f"CHECK (isfinite({column}))"
        )


def downgrade() -> None:
    # Nothing is lost: rights and checks hold no values.
    for table, column in _moments():
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{column}_finite")
    for table, policies in POLICIES.items():
        for name in policies:
            op.execute(f"DROP POLICY {name} ON {table}")
        if table != "keys":
            op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP FUNCTION case_opens_again() CASCADE")
    op.execute("DROP FUNCTION is_just_now(timestamptz)")
    for role in (APP, INTAKE):
        op.execute(f"GRANT INSERT ON history TO {role}")
        op.execute(f"GRANT DELETE ON closures TO {role}")
    for role, rights in RIGHTS.items():
        for table in rights:
            op.execute(f"REVOKE ALL ON {table} FROM {role}")


def _refuse_without_roles() -> None:
    there = op.get_bind().execute(sa.text("SELECT rolname FROM pg_roles")).scalars().all()
    missing = [role for role in NEW if role not in there]
    if missing:
        raise RuntimeError(
            f"These database roles are missing: {', '.join(missing)}. A superuser makes them: "
            "see docs/running.md, “First start”."
        )


def _moments() -> list[tuple[str, str]]:
    """Every column that holds a moment or a day."""
    found = op.get_bind().execute(
        sa.text(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type IN ('timestamp with time zone', 'date') "
            "ORDER BY table_name, column_name"
        )
    )
    return [(row.table_name, row.column_name) for row in found]
