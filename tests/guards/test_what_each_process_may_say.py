"""Each process's role, taken over, writes into history and promises what is its own work alone."""

# ruff: noqa: F401, F811, S608 - fixtures of other files; every word of every statement is ours

import json

import psycopg
import pytest
from psycopg.errors import (
    CheckViolation,
    ConfigurationLimitExceeded,
    InsufficientPrivilege,
)

from helpdesk.adapters.embedded.postgres import ROLES
from tests.conftest import plain as address
from tests.guards.test_role_attacks import (
    BRINGING,
    INTAKE,
    OPEN,
    PARTNER,
    PROOF,
    TICKER,
    TOKEN,
    WORKER,
    as_role,
    furnished,
)

DOORS = (INTAKE, PARTNER)
NOBODY, OF_PARTNER, SYSTEM = "nobody", "person:pp", "system"
MANY = {"second": False, "tell": "duty", "came": {}}


def entry(actor, action, kind="teams", subject="q", case="NULL", **details):
    return (
        "INSERT INTO history (at, actor_id, action, subject_type, subject_id, case_id, details) "
        f"VALUES (now(), '{actor}', '{action}', '{kind}', '{subject}', {case}, "
        f"'{json.dumps(details)}')"
    )


def enqueue(job, when="now()", queue="notices", **arguments):
    return (
        "INSERT INTO outbox (id, job, queue, arguments, state, due_at, attempts, fence) "
        f"VALUES (md5(random()::text), '{job}', '{queue}', '{json.dumps(arguments)}', 'waiting', "
        f"{when}, 0, 0)"
    )


def clock(subject, at="now()"):
    return f"INSERT INTO clock_events VALUES ('x', '{subject}', 'first_reply', 'stopped', {at})"


FORGED = {
    "that many were told": [
        (INTAKE, entry(NOBODY, "triage.many_told", **MANY)),
        (PARTNER, entry(OF_PARTNER, "triage.many_told", **MANY)),
    ],
    "that operators were told": [
        (INTAKE, entry(NOBODY, "team.unheard")),
        (PARTNER, entry(OF_PARTNER, "team.unheard")),
    ],
    "that an owner was told": [
        (PARTNER, entry(OF_PARTNER, "triage.owner_told", "cases", "c", "'c'")),
    ],
    "that the quota was told": [
        (INTAKE, entry(NOBODY, "intake.quota_told", percent=100)),
        (PARTNER, entry(OF_PARTNER, "intake.quota_told", percent=100)),
    ],
    "another key of history": [
        (INTAKE, entry(NOBODY, "history.key_changed", "history", "key", former="00")),
        (PARTNER, entry(OF_PARTNER, "history.key_changed", "history", "key", former="00")),
        (WORKER, entry(SYSTEM, "history.key_changed", "history", "key", former="00")),
    ],
    "an approval": [
        (role, entry(actor, "escalation.approved", "escalations", "e"))
        for role, actor in ((INTAKE, NOBODY), (PARTNER, OF_PARTNER), (WORKER, SYSTEM))
    ],
    "a reading of a case": [
        (PARTNER, entry(OF_PARTNER, "case.read", "cases", "c", "'c'")),
        (WORKER, entry(SYSTEM, "case.read", "cases", "c", "'c'")),
    ],
    "an entry about a person of ours": [
        (INTAKE, entry(NOBODY, "person.disabled", "people", "r")),
        (PARTNER, entry(SYSTEM, "person.disabled", "people", "r")),
        (PARTNER, entry(OF_PARTNER, "person.enrolled", "people", "r")),
        (WORKER, entry(SYSTEM, "person.disabled", "people", "r")),
    ],
    "who was let into a queue": [
        (PARTNER, entry(OF_PARTNER, "team.let_in", person_id="pp")),
        (WORKER, entry(SYSTEM, "team.let_in", person_id="pp")),
    ],
    "a letter about many that is promised for next year": [
        (role, enqueue("triage.tell_of_many", "now() + interval '1 year'", team_id="q", second=0))
        for role in DOORS
    ],
    "a letter about many of no number": [
        (role, enqueue("triage.tell_of_many", team_id="q", second="x")) for role in DOORS
    ],
    "a warning of the quota, promised for next year": [
        (role, enqueue("intake.warn_of_quota", "now() + interval '1 year'", team_id="q", percent=1))
        for role in DOORS
    ],
    "an alarm about the case of somebody who is not here": [
        (role, enqueue("triage.alarm", case_id="c", percent=50, due=1)) for role in DOORS
    ],
    "the end of what somebody agreed to who is not here": [
        (role, enqueue("escalations.cancel_unsent", queue="deliveries", case_id="c"))
        for role in DOORS
    ],
    "news for a partner that nobody has": [
        (role, enqueue("escalations.tell_partner", queue="deliveries", escalation_id="e", about=""))
        for role in DOORS
    ],
    "a letter to a person of ours": [
        (role, enqueue("accounts.tell_of_access", person_id="r", at=1)) for role in DOORS
    ],
    "a promise of an hour ago": [
        (INTAKE, enqueue("triage.alarm", "now() - interval '1 hour'", case_id="new")),
        (PARTNER, enqueue("accounts.tell_of_access", "now() - interval '20 minutes'",
                          person_id="pp")),
    ],
    "a promise as long as a book": [
        (INTAKE, enqueue("triage.tell_owner", case_id="new", about="x" * 10_000)),
        (PARTNER, enqueue("accounts.tell_of_access", person_id="pp", about="x" * 10_000)),
    ],
    "a promise in another's queue": [
        (INTAKE, enqueue("triage.alarm", queue="deliveries", case_id="new")),
        (PARTNER, enqueue("accounts.tell_of_access", queue="deliveries", person_id="pp")),
    ],
    "a clock of a case that no partner was asked about": [(PARTNER, clock("c"))],
    "a link of history": [
        (role, "INSERT INTO history_links VALUES (99, 9999999999, 'x')")
        for role in (*DOORS, WORKER, "helpdesk_app")
    ],
    "the end of history": [
        (role, "INSERT INTO history_checkpoints VALUES (99, 'x', 'x', now())")
        for role in (*DOORS, WORKER, "helpdesk_app")
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("role", "attack"),
    [one for tries in FORGED.values() for one in tries],
    ids=[f"{role}: {name}" for name, tries in FORGED.items() for role, _ in tries],
)
def test_no_process_says_or_promises_what_is_not_its_own_work(as_role, role, attack):
    with pytest.raises(InsufficientPrivilege):
        as_role(role).execute(attack)


@pytest.mark.parametrize(
    ("role", "act"),
    [
        (INTAKE, entry(NOBODY, "case.submitted", "cases", "new", "'new'")),
        (INTAKE, enqueue("triage.call_on_duty", case_id="new")),
        (INTAKE, enqueue("triage.alarm", "now() + interval '1 day'", case_id="new")),
        (PARTNER, entry(OF_PARTNER, "person.signed_in", "people", "pp")),
        (PARTNER, entry(SYSTEM, "person.slowed", "people", "pp")),
        (PARTNER, enqueue("accounts.tell_of_access", person_id="pp", at=1)),
        (WORKER, entry(SYSTEM, "triage.duty_called", "cases", "c", "'c'")),
    ],
)
def test_what_is_its_own_work_is_taken(as_role, role, act):
    bringing = BRINGING if role == INTAKE else ""

    assert as_role(role).execute(bringing + act).rowcount == 1


# Something of a case that no partner was asked about, in each table that tells of cases.
OF_ANOTHER_CASE = """
INSERT INTO history (at, actor_id, action, subject_type, subject_id, case_id, details)
    VALUES (now(), 'person:r', 'case.claimed', 'cases', 'c', 'c', '{}'),
        (now(), 'person:r', 'person.signed_in', 'people', 'r', NULL, '{}');
INSERT INTO consents (id, case_id, kind, given_at, given_by)
    VALUES ('a consent', 'c', 'help', now(), 'reporter:c');
INSERT INTO closures (case_id, outcome, at, by) VALUES ('c', 'withdrawn', now(), 'reporter:c');
INSERT INTO clock_events VALUES ('a turn', 'c', 'first_reply', 'started', now(), 60);
"""
TABLES = ("history", "consents", "closures", "clock_events")


@pytest.fixture
def told(furnished):
    with psycopg.connect(address(furnished.url("postgres", "strict"))) as database:
        database.execute(OF_ANOTHER_CASE)
        yield database
        database.rollback()


@pytest.mark.parametrize("table", TABLES)
def test_the_partner_desk_sees_nothing_of_a_case_that_nobody_was_asked_about(told, table):
    [there] = told.execute(f"SELECT count(*) FROM {table}").fetchone()
    told.execute(f"SET LOCAL ROLE {PARTNER}")

    assert there >= 1
    assert told.execute(f"SELECT * FROM {table}").fetchall() == []


ASKED_ABOUT = """
INSERT INTO partners (id, slug, name, platform, team_id, allowed_fields, answer_within,
    decide_within, is_drill) VALUES ('p', 'p', 'P', 'x', 'p', '[]', '{}', '{}', false);
SET LOCAL session_replication_role = replica;
INSERT INTO escalations (id, ref, case_id, partner_id, state, ask, priority, packet, packet_hash,
    drafted_by, drafted_at, approved_by, approved_at)
    VALUES ('e', 'ABC-1', 'c', 'p', 'with_partner', 'lock', 'p2', 'x', 'x', 'person:r', now(),
    'person:r', now());
SET LOCAL session_replication_role = origin;
"""


@pytest.mark.parametrize("table", TABLES)
def test_of_a_case_that_it_was_asked_about_the_partner_desk_sees_it(told, table):
    told.execute(ASKED_ABOUT)
    told.execute(f"SET LOCAL ROLE {PARTNER}")

    assert len(told.execute(f"SELECT * FROM {table}").fetchall()) == 1


EXCHANGE = (
    "INSERT INTO exchanges (id, escalation_id, case_id, is_from_partner, at, by, body, for_partner)"
    " VALUES ('x', 'e', {case}, {theirs}, {at}, '{by}', 'x', 'x')"
)
DECISION = (
    "INSERT INTO decisions (id, escalation_id, case_id, action, reason, at, by) "
    "VALUES ('x', 'e', {case}, 'access_restored', 'policy_breach', {at}, '{by}')"
)
AS_ASKED = {"case": "'c'", "theirs": "true", "at": "now()", "by": OF_PARTNER}
IN_ANOTHERS_NAME = [
    {"theirs": "false"},
    {"by": "person:r"},
    {"by": "system"},
    {"at": "now() - interval '1 day'"},
    {"at": "now() + interval '1 day'"},
    {"case": "'another'"},
]


@pytest.mark.parametrize("odd", IN_ANOTHERS_NAME, ids=lambda odd: str(odd))
@pytest.mark.parametrize("act", [EXCHANGE, DECISION], ids=["a word", "a decision"])
def test_the_partner_desk_speaks_and_decides_as_its_people_and_now_alone(told, act, odd):
    if act == DECISION and "theirs" in odd:
        return
    told.execute(ASKED_ABOUT)
    told.execute(f"SET LOCAL ROLE {PARTNER}")
    with told.transaction(force_rollback=True):
        told.execute(act.format(**AS_ASKED))

    with pytest.raises(InsufficientPrivilege):
        told.execute(act.format(**AS_ASKED | odd))


@pytest.mark.parametrize("state", ["withdrawn", "closed", "draft", "approved", "unanswered"])
def test_the_partner_desk_ends_no_request(told, state):
    told.execute(ASKED_ABOUT)
    told.execute(f"SET LOCAL ROLE {PARTNER}")
    told.execute("UPDATE escalations SET state = 'acknowledged'")

    with pytest.raises(InsufficientPrivilege):
        told.execute(f"UPDATE escalations SET state = '{state}'")


DELIVERY = """
SET LOCAL session_replication_role = replica;
INSERT INTO deliveries (id, escalation_id, packet_hash, sealed_hash, state, fence)
    VALUES ('d', 'e', 'x', 'x', 'pending', 0);
SET LOCAL session_replication_role = origin;
"""


@pytest.mark.parametrize("state", ["cancelled", "dead_letter", "pending"])
def test_the_partner_desk_says_of_a_letter_that_it_came_and_nothing_else(told, state):
    told.execute(ASKED_ABOUT)
    told.execute(DELIVERY)
    told.execute(f"SET LOCAL ROLE {PARTNER}")
    assert told.execute("UPDATE deliveries SET state = 'accepted'").rowcount == 1

    with pytest.raises(InsufficientPrivilege):
        told.execute(f"UPDATE deliveries SET state = '{state}'")


@pytest.mark.parametrize("role", [PARTNER, WORKER, TICKER])
def test_no_process_beside_the_pages_closes_a_case(told, role):
    told.execute(ASKED_ABOUT)
    told.execute(f"SET LOCAL ROLE {role}")

    assert told.execute("UPDATE cases SET reply_due_at = now()").rowcount == 1
    with pytest.raises(InsufficientPrivilege, match="closed by us"):
        told.execute("UPDATE cases SET state = 'closed'")


@pytest.mark.parametrize("role", [WORKER, TICKER, "helpdesk_app"])
@pytest.mark.parametrize("moment", ["20000-01-01", "4000-01-01 BC", "9999-12-31"])
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE cases SET reply_due_at = '{}'",
        "UPDATE cases SET state = 'waiting', waits_on = 'date', waits_until = '{}'",
        enqueue("triage.tell_owner", "'{}'", case_id="c"),
    ],
)
def test_no_role_writes_a_moment_that_python_cannot_reckon_with(as_role, role, moment, attack):
    with pytest.raises(CheckViolation):
        as_role(role).execute(attack.replace("{}", moment, 1))


def test_who_opens_a_mailbox_ends_nobody_elses_visit(as_role, furnished):
    connection = as_role(INTAKE)
    assert connection.execute(OPEN, [PROOF, TOKEN]).fetchone() == ("c",)

    connection.execute(OPEN.replace("now()", "'2900-01-01'"), [b"a guess", "another browser"])

    found = "SELECT case_id FROM find_visit(%s, now() - interval '1 hour', now())"
    assert connection.execute(found, [TOKEN]).fetchone() == ("c",)


MANY_ENTRIES = (
    "INSERT INTO history (at, actor_id, action, subject_type, subject_id, case_id, details) "
    "SELECT now(), '{actor}', '{action}', '{kind}', '{subject}', {case}, '{{}}' "
    "FROM generate_series(1, {number})"
)
FLOODS = {
    INTAKE: {"actor": "reporter:c", "action": "message.received", "kind": "messages"}
    | {"subject": "m", "case": "'c'"},
    PARTNER: {"actor": OF_PARTNER, "action": "person.signed_in", "kind": "people"}
    | {"subject": "pp", "case": "NULL"},
}


@pytest.mark.parametrize("role", FLOODS)
def test_no_door_says_very_much_of_one_thing(as_role, role):
    connection = as_role(role)
    if role == INTAKE:
        connection.execute(OPEN, [PROOF, TOKEN])

    connection.execute(MANY_ENTRIES.format(**FLOODS[role], number=300))

    # As a database without room: the pages say that nothing was saved, and keep what was typed.
    with pytest.raises(ConfigurationLimitExceeded, match="too much"):
        connection.execute(MANY_ENTRIES.format(**FLOODS[role], number=1))


def test_what_one_door_says_very_often_keeps_no_reporter_from_being_heard(furnished):
    with psycopg.connect(address(furnished.url("postgres", "strict"))) as database:
        by_partner = FLOODS[INTAKE] | {"actor": OF_PARTNER}
        database.execute(MANY_ENTRIES.format(**by_partner, number=300))
        database.execute(f"SET ROLE {INTAKE}")
        database.execute(OPEN, [PROOF, TOKEN])

        entry = MANY_ENTRIES.format(**FLOODS[INTAKE], number=1)
        assert database.execute(entry).rowcount == 1
        database.rollback()
