"""Rights in the database: for each table and role the ones in one list, and no others."""

from collections import defaultdict
from contextlib import suppress

import psycopg
import pytest

from tests.conftest import plain
from tests.guards.rights import APP, RIGHTS, ROLES

KINDS = ("SELECT", "INSERT", "UPDATE", "DELETE")


@pytest.fixture(scope="module")
def database(postgres):
    with psycopg.connect(postgres.url("postgres").replace("+psycopg", "")) as connection:
        yield connection


def rights_of(database, role):
    """By table: "SELECT, INSERT (at, by)", as the database has it."""
    whole, some = defaultdict(set), defaultdict(lambda: defaultdict(list))
    for table, kind in database.execute(
        "SELECT table_name, privilege_type FROM information_schema.table_privileges "
        "WHERE table_schema = 'public' AND grantee = %s",
        (role,),
    ):
        whole[table].add(kind)
    for table, kind, column in database.execute(
        "SELECT table_name, privilege_type, column_name FROM information_schema.column_privileges "
        "WHERE table_schema = 'public' AND grantee = %s ORDER BY column_name",
        (role,),
    ):
        if kind not in whole[table]:
            some[table][kind].append(column)
    found = {}
    for table in {*whole, *some}:
        words = [
            kind if kind in whole[table] else f"{kind} ({', '.join(some[table][kind])})"
            for kind in KINDS
            if kind in whole[table] or kind in some[table]
        ]
        words += sorted(whole[table] - set(KINDS))
        if words:
            found[table] = ", ".join(words)
    return found


def test_every_table_has_its_line_and_no_line_is_left_over(database):
    tables = {
        table
        for (table,) in database.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        )
    }

    missing, left_over = sorted(tables - RIGHTS.keys()), sorted(RIGHTS.keys() - tables)
    assert not missing, (
        f"Write down who may do what in {', '.join(missing)}: tests/guards/rights.py."
    )
    assert not left_over, f"There is no table {', '.join(left_over)} any more."


@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_the_rights_in_the_list_and_no_others(database, role):
    listed = {table: by_role[role] for table, by_role in RIGHTS.items() if role in by_role}
    found = rights_of(database, role)

    wrong = {
        f"{role} in {table}: the list says {listed.get(table, 'nothing')!r}, "
        f"the database {found.get(table, 'nothing')!r}."
        for table in {*listed, *found}
        if listed.get(table) != found.get(table)
    }
    assert not wrong, "\n".join(sorted(wrong))


@pytest.mark.parametrize("role", [one for one in ROLES if one != APP])
def test_no_process_but_the_staffs_pages_can_lock_a_whole_table(postgres, database, role):
    """With each of these rights comes that of ACCESS EXCLUSIVE, for which everybody waits."""
    held = database.execute(
        "SELECT c.relname, kind FROM pg_class c,"
        " unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'MAINTAIN']) kind"
        " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relnamespace = 'public'::regnamespace"
        " AND has_table_privilege(%s, c.oid, kind)",
        (role,),
    ).fetchall()

    assert held == [], "Grant columns, and let rows be deleted by a function of the owner."

    locked = []
    with psycopg.connect(plain(postgres.url(role))) as connection:
        for table in RIGHTS:
            for mode in ("ACCESS EXCLUSIVE", "SHARE"):
                with suppress(psycopg.Error), connection.transaction():
                    connection.execute(f"LOCK TABLE {table} IN {mode} MODE NOWAIT")
                    locked.append(table)
    assert locked == []


def test_the_partner_desk_ends_no_session_of_ours_even_if_it_knows_which(database, postgres):
    people = (
        "INSERT INTO people (id, handle, name, role, invited_at, totp_last_step, failures) VALUES"
        " ('end-r', 'end-r', 'R', 'responder', now(), 0, 0),"
        " ('end-p', 'end-p', 'P', 'partner', now(), 0, 0)"
    )
    sessions = (
        "INSERT INTO sign_ins VALUES"
        " ('end-s', 'end-r', 'staff', 'x', true, now(), now()),"
        " ('end-d', 'end-p', 'partner', 'x', true, now(), now())"
    )
    with database.transaction(force_rollback=True):
        database.execute(people)
        database.execute(sessions)
        database.execute("SET LOCAL ROLE helpdesk_partner")
        database.execute("SELECT end_sign_ins(ARRAY['end-s', 'end-d'])")
        database.execute("RESET ROLE")
        left = database.execute("SELECT id FROM sign_ins WHERE id LIKE 'end-%'").fetchall()

    assert left == [("end-s",)]


def test_what_everybody_may_is_nothing(database):
    public = "SELECT count(*) FROM information_schema.table_privileges WHERE grantee = 'PUBLIC' "
    functions = """SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'public' AND p.prosecdef
        AND has_function_privilege('helpdesk_ticker', p.oid, 'EXECUTE') ORDER BY 1"""

    assert database.execute(public + "AND table_schema = 'public'").fetchone() == (0,)
    assert database.execute(functions).fetchall() == [
        ("bring_forward_jobs",),
        ("end_contacts_nobody_verifies",),
        ("end_lock_hoarders",),
        ("erase_reminders",),
        ("forget_done_jobs",),
        ("forget_news",),
        ("forget_paused_addresses",),
        ("forget_presses",),
        ("has_disputed_conversation",),
        ("release_cases_left_behind",),
        ("request_still_holds",),
    ]


def test_a_process_that_serves_several_surfaces_may_do_what_each_of_them_may(database):
    """It has the role of the staff’s pages."""
    functions = """SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace,
            unnest(ARRAY['helpdesk_intake', 'helpdesk_partner']) AS door
        WHERE n.nspname = 'public' AND has_function_privilege(door, p.oid, 'EXECUTE')
            AND NOT has_function_privilege('helpdesk_app', p.oid, 'EXECUTE') ORDER BY 1"""
    columns = """SELECT DISTINCT c.table_name::text, c.column_name::text, may
        FROM information_schema.columns c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) AS may,
            unnest(ARRAY['helpdesk_intake', 'helpdesk_partner']) AS door
        WHERE c.table_schema = 'public'
            AND has_column_privilege(door, 'public.' || quote_ident(table_name), column_name, may)
            AND NOT has_column_privilege(
                'helpdesk_app', 'public.' || quote_ident(table_name), column_name, may)"""

    assert database.execute(functions).fetchall() == []
    assert database.execute(columns).fetchall() == []


def test_every_function_with_the_owners_rights_has_a_fixed_path(database):
    """Its end is named: a schema of temporary objects that is not comes first, for types."""
    loose = """SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'public' AND p.prosecdef AND NOT EXISTS (
            SELECT FROM unnest(p.proconfig) c WHERE c LIKE 'search_path=%, pg_temp')"""

    assert database.execute(loose).fetchall() == []


def test_no_moment_is_never(database):
    """Infinity is a moment to PostgreSQL, and so is the year 20,000: Python reads neither."""
    unchecked = """SELECT c.table_name || '.' || c.column_name FROM information_schema.columns c
        WHERE c.table_schema = 'public' AND c.data_type IN ('timestamp with time zone', 'date')
        AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.table_name::regclass
            AND k.contype = 'c'
            AND pg_get_constraintdef(k.oid) LIKE '%isfinite(' || c.column_name || ')%'
            AND pg_get_constraintdef(k.oid) LIKE '%' || c.column_name || ' < ''3000-01-01%')"""
    found = sorted(name for (name,) in database.execute(unchecked))

    assert not found, (
        f"Say that {', '.join(found)} is finite, in the migration that adds it: "
        "ADD CONSTRAINT ck_<table>_<column>_finite CHECK (isfinite(<column>) "
        "AND <column> >= '1900-01-01' AND <column> < '3000-01-01')."
    )
