"""No process brings a row that what reads it cannot read: the pages, the ticker, the workers.

Each is tried with that role's own connection. One such row stopped the ticker for good, or every
page that lists cases.
"""

# ruff: noqa: F401, F811 - fixtures of other files

import json
import re

import psycopg
import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege
from sqlalchemy import Enum

import helpdesk.models
from helpdesk.core.database import Base
from helpdesk.core.jobs import Queue
from tests.conftest import plain
from tests.guards.test_role_attacks import (
    BRINGING,
    INTAKE,
    PARTNER,
    TICKER,
    WORKER,
    as_role,
    furnished,
)

APP = "helpdesk_app"
# What Python's reader of JSON does not take, or takes the memory for.
UNREADABLE = {
    "lists in lists": '{"a": ' + "[" * 3000 + "]" * 3000 + "}",
    "a number of 5,000 digits": '{"a": [1' + "0" * 5000 + "]}",
    "a number below all": '{"a": -1' + "0" * 5000 + "}",
    "a book": json.dumps({"a": "x" * 1_000_000}),
    "a list": "[1]",
    "a word": '"x"',
}
ENTRY = (
    "INSERT INTO history (at, actor_id, action, subject_type, subject_id, case_id, details) "
    "VALUES (now(), %s, %s, 'cases', 'new', %s, %s)"
)
PROMISE = (
    "INSERT INTO outbox (id, job, queue, arguments, state, due_at, attempts, fence) "
    "VALUES ('x', 'triage.alarm', 'notices', %s, 'waiting', now(), 0, 0)"
)
SAYS = {
    INTAKE: ("nobody", "case.submitted", "new"),
    WORKER: ("system", "triage.many_told", None),
    TICKER: ("system", "triage.many_told", None),
    APP: ("system", "case.submitted", "new"),
}


@pytest.mark.parametrize("details", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("role", SAYS)
def test_no_entry_of_history_is_one_that_cannot_be_read(as_role, role, details):
    connection, says = as_role(role), BRINGING + ENTRY if role == INTAKE else ENTRY
    with connection.transaction(force_rollback=True):
        connection.execute(says, [*SAYS[role], '{"a": [{"b": 1.5}]}'])

    # The public pages' own bound is asked before those of the table.
    with pytest.raises((CheckViolation, InsufficientPrivilege)):
        connection.execute(says, [*SAYS[role], details])


LARGEST = {INTAKE: 4096, WORKER: 16384, TICKER: 16384, APP: 16384}


@pytest.mark.parametrize("role", SAYS)
def test_an_entry_of_history_is_ids_and_codes_and_so_never_large(as_role, role):
    connection, says = as_role(role), BRINGING + ENTRY if role == INTAKE else ENTRY
    most = json.dumps({"a": "x" * (LARGEST[role] - 9)})
    more = {
        "a word": json.dumps({"a": "x" * LARGEST[role]}),
        "a list": json.dumps({"a": [[]] * LARGEST[role]}),
    }
    with connection.transaction(force_rollback=True):
        connection.execute(says, [*SAYS[role], most])

    for details in more.values():
        with (
            pytest.raises((CheckViolation, InsufficientPrivilege)),
            connection.transaction(force_rollback=True),
        ):
            connection.execute(says, [*SAYS[role], details])


@pytest.mark.parametrize("arguments", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("role", [WORKER, TICKER, APP])
def test_no_promise_is_one_that_cannot_be_read(as_role, role, arguments):
    with pytest.raises(CheckViolation):
        as_role(role).execute(PROMISE, [arguments])


@pytest.mark.parametrize("role", [WORKER, TICKER, APP])
def test_no_promise_is_in_a_queue_that_there_is_not_or_of_a_job_without_a_name(as_role, role):
    connection = as_role(role)
    for queue in Queue:
        with connection.transaction(force_rollback=True):
            connection.execute(PROMISE.replace("'notices'", f"'{queue}'"), ["{}"])

    for ours, odd in (("notices", "q1"), ("triage.alarm", "alarm"), ("triage.alarm", "a.b; c")):
        with pytest.raises(CheckViolation), connection.transaction():
            connection.execute(PROMISE.replace(f"'{ours}'", f"'{odd}'"), ["{}"])


@pytest.mark.parametrize("role", [APP, PARTNER])
def test_no_session_is_on_a_surface_that_has_no_people(as_role, role):
    with pytest.raises((CheckViolation, InsufficientPrivilege)):
        as_role(role).execute(
            "INSERT INTO sign_ins VALUES ('x', 'pp', 'public', 'sealed', true, now(), now())"
        )


def test_the_database_takes_the_values_of_each_enum_and_no_others(furnished):
    """Whatever the check is called: some have the name of an enum of before."""
    with psycopg.connect(plain(furnished.url("postgres", "strict"))) as database:
        checks = database.execute(
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'c'"
        ).fetchall()
    taken = {(table, frozenset(re.findall(r"'([^']*)'", check))) for table, check in checks}

    unchecked = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Enum) and (table.name, frozenset(column.type.enums)) not in taken
    ]
    assert unchecked == []


CASE = (
    "INSERT INTO cases (id, ref, team_id, state, level, rule, incident_type, language, opened_at, "
    "in_slow_lane, is_drill, key_id, public_half, reporter_tag, reporter_public_half, form_token, "
    "other_types, story) VALUES ('new', %(ref)s, 'q', 'new', %(level)s, 'R1', 'x', 'en', now(), "
    "false, false, 'kc', 'key', 'new', 'key', 'new', %(other)s, %(story)s)"
)
AS_IT_COMES = {"ref": "NEW-0001", "level": 0, "other": "{doxing}", "story": b"sealed"}


@pytest.mark.parametrize(
    "odd",
    [
        {"level": -100},
        {"level": -1},
        {"level": 4},
        {"level": 99},
        {"other": "{NULL,doxing}"},
        {"other": "{{doxing,x},{x,x}}"},
        {"other": "{" + ",".join(["doxing"] * 1000) + "}"},
        {"ref": ""},
        {"ref": "../../x?"},
        {"story": b"x" * 1_000_000},
    ],
    ids=lambda odd: " ".join(f"{name} {value!r:.20}" for name, value in odd.items()),
)
def test_the_public_pages_bring_no_case_that_a_list_cannot_show(furnished, as_role, odd):
    with psycopg.connect(plain(furnished.url("postgres", "strict"))) as database:
        database.execute("UPDATE teams SET takes_reports = true WHERE id = 'q'")
    connection = as_role(INTAKE)
    with connection.transaction(force_rollback=True):
        connection.execute(CASE, AS_IT_COMES)

    with pytest.raises(CheckViolation):
        connection.execute(CASE, AS_IT_COMES | odd)


def test_every_column_of_bytes_has_an_end(furnished):
    with psycopg.connect(plain(furnished.url("postgres", "strict"))) as database:
        columns = database.execute(
            "SELECT table_name || '_' || column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type = 'bytea'"
        ).fetchall()
        checks = database.execute("SELECT conname FROM pg_constraint").fetchall()

    assert {f"ck_{name}_bounded" for (name,) in columns} <= {name for (name,) in checks}


def test_a_key_is_signed_once_and_none_before_it_later(as_role):
    connection = as_role(APP)
    connection.execute("INSERT INTO keys VALUES ('k2', 'team', 'new', 2, 'key')")
    connection.execute("INSERT INTO keys VALUES ('k1', 'team', 'new', 1, 'mine')")
    connection.execute("INSERT INTO key_signatures VALUES ('k2', 'ours', 'half')")

    for key in ("k2", "k1"):
        with pytest.raises(InsufficientPrivilege), connection.transaction():
            connection.execute("INSERT INTO key_signatures VALUES (%s, 'x', 'mine')", [key])


@pytest.mark.parametrize("epoch", [0, -5])
def test_no_key_stands_before_the_first(as_role, epoch):
    with pytest.raises(CheckViolation):
        as_role(APP).execute("INSERT INTO keys VALUES ('x', 'team', 'q', %s, 'mine')", [epoch])


def test_the_staffs_pages_take_back_copies_of_a_queues_key_and_no_cases(as_role):
    connection = as_role(APP)

    assert connection.execute("DELETE FROM key_copies WHERE key_id = 'kc'").rowcount == 0
    assert connection.execute("DELETE FROM key_copies WHERE key_id = 'kq'").rowcount == 1
    with pytest.raises(InsufficientPrivilege):
        connection.execute("UPDATE key_copies SET sealed = 'mine'")
