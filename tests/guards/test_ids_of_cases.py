"""What the public pages and the partner desk say about a clock is of their own case or request."""

import os
import secrets
import uuid

import psycopg
import pytest

from tests.guards.test_role_attacks import HOUSE, plain

PARTNER = """
INSERT INTO escalations (id, ref, partner_id, state, priority, ask, packet, packet_hash,
    drafted_by, drafted_at, case_id) VALUES
    (%s, %s, 'pa', 'with_partner', 'p2', 'restore', 'x', 'x', 'person:r', now(), 'c')
"""
CASE = """
INSERT INTO cases (id, ref, team_id, state, level, rule, incident_type, language, opened_at,
    in_slow_lane, is_drill, key_id, public_half, reporter_tag, reporter_public_half, form_token)
    VALUES (%s, %s, 'q', 'new', 3, 'R1', 'x', 'en', date_bin('1 hour', now(), '2000-01-01'), false,
    false, %s, 'key', sha256(%s), 'key', %s)
"""
TURN = """
INSERT INTO clock_events (id, subject_id, clock, turn, at)
    SELECT md5(random()::text || number), %s, 'first_reply', 'stopped', now()
    FROM generate_series(1, %s) AS number
"""


@pytest.fixture
def database(postgres):
    with psycopg.connect(plain(postgres, "postgres"), autocommit=True) as database:
        if database.execute("SELECT FROM teams WHERE id = 'q'").fetchone() is None:
            database.execute(HOUSE)
        yield database


@pytest.fixture
def request_id(database):
    """A request at a partner, without the rows beside it."""
    made = uuid.uuid4().hex
    database.execute("SET session_replication_role = replica")
    database.execute(PARTNER, (made, f"R-{made[:8]}"))
    yield made
    database.execute("DELETE FROM escalations WHERE id = %s", (made,))


@pytest.fixture
def public(postgres, database):
    with psycopg.connect(plain(postgres, "helpdesk_intake")) as public:
        yield public
        public.rollback()


def bring(public, case_id):
    """An invented report with this id, and its mailbox open."""
    key, proof = uuid.uuid4().hex, os.urandom(16)
    public.execute(
        "INSERT INTO keys (id, kind, owner_id, epoch, public_half)"
        " VALUES (%s, 'case', %s, 1, 'key')",
        (key, case_id),
    )
    public.execute(CASE, (case_id, f"J{key[:8]}", key, proof, os.urandom(16)))
    public.execute("SELECT open_visit(%s, %s, 'x', now())", (proof, secrets.token_hex(16)))


def test_no_report_has_the_id_of_a_request(public, request_id):
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="an id of its own"):
        bring(public, request_id)


def test_a_clock_turns_two_thousand_times_and_no_more(public):
    case_id = uuid.uuid4().hex
    bring(public, case_id)
    public.execute(TURN, (case_id, 2_000))

    with pytest.raises(psycopg.errors.ConfigurationLimitExceeded), public.transaction():
        public.execute(TURN, (case_id, 1))


def test_what_a_case_turned_through_long_ago_keeps_no_later_press_from_it(public, database):
    case_id = uuid.uuid4().hex
    database.execute(TURN.replace("now()", "now() - interval '3 hours'"), (case_id, 2_000))

    bring(public, case_id)
    public.execute(TURN, (case_id, 1))

    database.execute("DELETE FROM clock_events WHERE subject_id = %s", [case_id])


def test_turns_dated_ahead_keep_no_press_of_now_from_a_case(public, database):
    case_id = uuid.uuid4().hex
    ahead = TURN.replace("now()", "now() + interval '300 days'")
    bring(public, case_id)
    public.execute(ahead, (case_id, 2_000))

    public.execute(TURN, (case_id, 1))
    with pytest.raises(psycopg.errors.ConfigurationLimitExceeded), public.transaction():
        public.execute(ahead, (case_id, 1))
