"""Let each process write into history and promise what its own work is, and see no more than that.

Until now a live public process or partner desk could say that people had been told of an alarm, and
nobody was; promise a letter for next year, so that none was written before; or name a key of
history. One odd row of theirs stopped ticker and board. Now each role has a list of what it may
say, about what is its own, and of jobs, which are due from now on and not before those that wait.

The partner desk saw the history, consents and clocks of all cases: it sees those that partners were
asked about. No worker, and no partner, closes a case. No moment is one that Python cannot read: a
day in the year 20,000 stopped the board on which it stood. Nobody ends other people's visits.

Additive: the version before writes nothing else.
"""

# ruff: noqa: S608 - every word of every statement is written here

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

APP, INTAKE, PARTNER = "helpdesk_app", "helpdesk_intake", "helpdesk_partner"
WORKER, TICKER = "helpdesk_worker", "helpdesk_ticker"

# The public door's clock is up to five minutes early, and its machine may be a little late.
IS_FROM_NOW_ON = """
CREATE FUNCTION is_from_now_on(moment timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT moment BETWEEN now() - interval '7 minutes' AND now() + interval '400 days'
$$
"""
THEIRS = "(SELECT visitor_case())"
THEIR_REQUEST = f"(SELECT id FROM escalations WHERE escalations.case_id = {THEIRS})"
NEW = "NOT EXISTS (SELECT FROM cases WHERE cases.id = {})"
REPORTERS_WORDS = """'case.withdrawn', 'case.reopened', 'case.resumed', 'consent.given',
    'consent.confirmed', 'consent.denied', 'consent.withdrawn', 'message.received',
    'conversation.denied', 'escalation.verified'"""
# What a partner was asked about: the role sees no other request.
ASKED = "(SELECT escalations.case_id FROM escalations)"
REQUESTS = "(SELECT escalations.id FROM escalations)"
PARTNERS_PEOPLE = "(SELECT people.id FROM people WHERE people.role = 'partner')"
ONE_OF_THEIRS = "actor_id IN (SELECT 'person:' || id FROM people WHERE people.role = 'partner')"
FRESH = """standing = 'waiting' AND attempts = 0 AND fence = 0 AND leased_until IS NULL
    AND ended_at IS NULL AND trouble IS NULL AND octet_length(arguments::text) <= 400
    AND is_from_now_on(due_at)"""
CASE = "arguments ->> 'case_id'"

ADDS = {
    ("history", "door_adds", INTAKE): f"""is_this_hour(at) AND (
        actor_id = 'reporter:' || case_id AND case_id = {THEIRS} AND action IN ({REPORTERS_WORDS})
        AND (subject_type = 'cases' AND subject_id = case_id
            OR subject_type = 'escalations' AND subject_id IN {THEIR_REQUEST}
            OR subject_type IN ('consents', 'messages', 'conversations'))
        OR actor_id = 'nobody' AND action IN ('case.submitted', 'case.judged')
        AND subject_type = 'cases' AND subject_id = case_id AND {NEW.format("history.case_id")})""",
    ("outbox", "door_adds", INTAKE): f"""{FRESH} AND (
        queue = 'notices' AND {CASE} IS NOT NULL
        AND job IN ('triage.call_on_duty', 'triage.alarm', 'triage.word_alarm', 'triage.tell_owner',
            'triage.tell_person')
        AND ({CASE} = {THEIRS} OR {NEW.format(CASE)})
        OR queue = 'deliveries' AND job = 'escalations.cancel_unsent' AND {CASE} = {THEIRS}
        OR queue = 'deliveries' AND job = 'escalations.tell_partner'
        AND arguments ->> 'escalation_id' IN {THEIR_REQUEST})""",
    ("history", "partner_adds", PARTNER): f"""is_just_now(at) AND (
        (actor_id = 'system' OR {ONE_OF_THEIRS}) AND action LIKE 'person.%' AND case_id IS NULL
        AND subject_type = 'people' AND subject_id IN {PARTNERS_PEOPLE}
        OR {ONE_OF_THEIRS} AND (
            action IN ('team.key_made', 'team.let_in') AND subject_type = 'teams'
            AND subject_id IN (SELECT id FROM teams WHERE kind = 'partner') AND case_id IS NULL
            OR case_id IN {ASKED} AND (
                action IN ('escalation.read', 'escalation.acknowledged', 'escalation.asked',
                    'escalation.decided', 'escalation.ticket_noted', 'escalation.with_partner')
                AND subject_type = 'escalations' AND subject_id IN {REQUESTS}
                OR action IN ('case.waits', 'case.resumed', 'case.reopened')
                AND subject_type = 'cases' AND subject_id = case_id)))""",
    ("outbox", "partner_adds", PARTNER): f"""{FRESH} AND queue = 'notices' AND (
        job IN ('triage.tell_owner', 'triage.tell_person', 'triage.alarm', 'triage.word_alarm',
            'cases.wake')
        AND {CASE} IN {ASKED}
        OR job IN ('accounts.tell_of_access', 'accounts.send_mailbox_code',
            'accounts.tell_old_mailbox') AND arguments ->> 'person_id' IN {PARTNERS_PEOPLE})""",
    ("history", "worker_adds", f"{WORKER}, {TICKER}"): """actor_id = 'system' AND is_just_now(at)
        AND (action LIKE ANY (ARRAY['triage.%', 'delivery.%', 'escalation.second_%', 'sending.%'])
            OR action IN ('team.unheard', 'intake.quota_told', 'outbox.gave_up', 'case.waits',
                'case.resumed', 'case.reopened', 'escalation.with_partner', 'escalation.withdrawn',
                'person.mailbox_letter_sent', 'person.old_mailbox_told'))
        """,
}
# What the migrations before this one said.
OWN = "'reporter:' || case_id"
BEFORE = {
    ("history", "door_adds", INTAKE): f"""is_this_hour(at) AND (actor_id = {OWN}
        AND case_id = {THEIRS} OR actor_id = 'nobody' AND {NEW.format("history.case_id")})""",
    ("outbox", "door_adds", INTAKE): """standing = 'waiting' AND attempts = 0 AND fence = 0
        AND leased_until IS NULL AND (job LIKE 'triage.%'
            OR job IN ('escalations.cancel_unsent', 'escalations.tell_partner'))
        AND (is_this_hour(due_at) OR due_at BETWEEN now() AND now() + interval '400 days')""",
    ("history", "partner_adds", PARTNER): f"""(actor_id = 'system' AND action LIKE 'person.%'
        OR {ONE_OF_THEIRS}) AND is_just_now(at)""",
    ("outbox", "partner_adds", PARTNER): """standing = 'waiting' AND attempts = 0 AND fence = 0
        AND (is_just_now(due_at) OR due_at BETWEEN now() AND now() + interval '400 days')""",
    ("history", "worker_adds", f"{WORKER}, {TICKER}"): "actor_id = 'system' AND is_just_now(at)",
}
# What the partner desk sees, and of which policy it was part until now.
SEES = {
    "history": (
        "others_see",
        f"case_id IN {ASKED} OR subject_type = 'people' AND subject_id IN {PARTNERS_PEOPLE} "
        f"OR {ONE_OF_THEIRS}",
    ),
    "consents": ("others", f"case_id IN {ASKED}"),
    "closures": ("others", f"case_id IN {ASKED}"),
    "clock_events": ("others", f"subject_id IN {ASKED} OR subject_id IN {REQUESTS}"),
}
STAY_OPEN = """
CREATE FUNCTION case_is_closed_by_people() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_user IN ('helpdesk_worker', 'helpdesk_ticker', 'helpdesk_partner') THEN
        RAISE EXCEPTION 'a case is closed by us or by its reporter'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_is_closed_by_people BEFORE UPDATE OF status ON cases FOR EACH ROW
    WHEN (NEW.status = 'closed' AND OLD.status <> 'closed')
    EXECUTE FUNCTION case_is_closed_by_people();
"""
OPEN_VISIT = """
CREATE OR REPLACE FUNCTION open_visit(proof bytea, token text, unlocked bytea, at timestamptz)
    RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    opened text := encode(sha256(convert_to(token, 'UTF8')), 'hex');
BEGIN
    DELETE FROM public.visits WHERE seen_at < {over} - interval '30 minutes';
    INSERT INTO public.visits (id, case_id, unlocked, begun_at, seen_at)
        SELECT opened, cases.id, open_visit.unlocked, at, at FROM public.cases
        WHERE cases.reporter_tag = sha256(proof);
    PERFORM set_config('helpdesk.visit', token, true);
    RETURN public.visitor_case();
END $$
"""
# A press of the far future would lie there for ever.
FORGET_PRESSES = """
CREATE OR REPLACE FUNCTION forget_presses(before timestamptz) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM public.presses WHERE id IN (SELECT id FROM public.presses
    WHERE at < before {or_never} LIMIT 5000 FOR UPDATE SKIP LOCKED) $$
"""
READABLE = "isfinite({0}) AND {0} >= '1900-01-01' AND {0} < '3000-01-01'"


def upgrade() -> None:
    op.execute(IS_FROM_NOW_ON)
    _may_add(ADDS)
    for table, (name, seen) in SEES.items():
        op.execute(f"ALTER POLICY {name} ON {table} TO {_without_partner(table)}")
        rule = f"FOR SELECT TO {PARTNER} USING ({seen})"
        # In history there is one for what it adds already.
        op.execute(f"CREATE POLICY partner_sees ON {table} {rule}")
    op.execute(
        f"CREATE POLICY partner_adds ON clock_events FOR INSERT TO {PARTNER} WITH CHECK "
        f"((subject_id IN {ASKED} OR subject_id IN {REQUESTS}) "
        "AND (is_just_now(at) OR is_from_now_on(at)))"
    )
    op.execute(STAY_OPEN)
    op.execute(OPEN_VISIT.format(over="least(at, now())"))
    op.execute(FORGET_PRESSES.format(or_never="OR at > before + interval '2 days'"))
    op.execute(f"REVOKE INSERT ON history_links, history_checkpoints FROM {APP}")
    _moments_are(READABLE)


def downgrade() -> None:
    # Nothing is lost: rights, functions and checks hold no values.
    _moments_are("isfinite({0})")
    op.execute(f"GRANT INSERT ON history_links, history_checkpoints TO {APP}")
    op.execute(FORGET_PRESSES.format(or_never=""))
    op.execute(OPEN_VISIT.format(over="at"))
    op.execute("DROP FUNCTION case_is_closed_by_people() CASCADE")
    op.execute("DROP POLICY partner_adds ON clock_events")
    for table, (name, _seen) in SEES.items():
        op.execute(f"DROP POLICY partner_sees ON {table}")
        op.execute(f"ALTER POLICY {name} ON {table} TO {_without_partner(table)}, {PARTNER}")
    _may_add(BEFORE)
    op.execute("DROP FUNCTION is_from_now_on(timestamptz)")


def _may_add(rules: dict[tuple[str, str, str], str]) -> None:
    for (table, name, _roles), rule in rules.items():
        op.execute(sa.text(f"ALTER POLICY {name} ON {table} WITH CHECK ({_literal(rule)})"))


def _literal(rule: str) -> str:
    """No parameter is meant by a colon."""
    return rule.replace(":", r"\:")


def _without_partner(table: str) -> str:
    others = [WORKER, TICKER] if table == "history" else [APP, WORKER, TICKER]
    return ", ".join(others)


def _moments_are(rule: str) -> None:
    """Check again each column that holds a moment or a day."""
    found = op.get_bind().execute(
        sa.text(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type IN ('timestamp with time zone', 'date') "
            "ORDER BY table_name, column_name"
        )
    )
    for table, column in found.all():
        name = f"ck_{table}_{column}_finite"
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({rule.format(column)})")
