"""A role that was taken over defines nothing in the database, and leaves no setting behind."""

from contextlib import suppress
from dataclasses import replace

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from helpdesk.adapters import database_hardening
from helpdesk.adapters.embedded.postgres import SETTINGS
from helpdesk.cli.maintenance import database_warnings, migrate_command
from helpdesk.context_assembly import RELIED_ON, open_engine
from tests.conftest import ROOT, become, plain
from tests.factories import a_person, a_team, sign_in

NOT_PROTECTED = "The database isn’t fully protected"

REPLACE = "CREATE OR REPLACE"
PROCESSES = (
    "helpdesk_app",
    "helpdesk_intake",
    "helpdesk_partner",
    "helpdesk_worker",
    "helpdesk_ticker",
)
# Each takes a lock of `teams` that others wait for before it asks who owns the table, or changes
# what a role may see.
DEFINITIONS = (
    "CREATE RULE mine AS ON INSERT TO teams DO ALSO NOTHING",
    "CREATE TRIGGER mine BEFORE UPDATE ON teams"
    " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE STATISTICS mine ON id, slug FROM teams",
    "CREATE POLICY mine ON teams",
    "COMMENT ON TABLE teams IS 'mine'",
    "CREATE TABLE mine ()",
    "CREATE TEMPORARY TABLE mine ()",
    "CREATE TEMPORARY TABLE mine AS SELECT 1",
    "SELECT 1 AS one INTO TEMPORARY mine",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER TABLE teams DISABLE TRIGGER ALL",
    "ALTER TABLE teams DISABLE ROW LEVEL SECURITY",
    "DROP TABLE teams",
    "DROP EVENT TRIGGER only_the_owner_defines",
    "DROP FUNCTION only_the_owner_defines",
    "GRANT SELECT ON teams TO PUBLIC",
    "REVOKE ALL ON teams FROM helpdesk_app",
    "DROP OWNED BY CURRENT_USER",
)


@pytest.fixture(params=PROCESSES)
def role(request):
    return request.param


@pytest.fixture
def taken_over(postgres, role):
    """A session of a process's role in the hands of somebody else."""
    with psycopg.connect(plain(postgres.url(role)), autocommit=True) as session:
        session.execute("SET lock_timeout = '1s'")
        yield session


@pytest.fixture
def untouched(postgres, role):
    """What a role sets stays for all its sessions, so it is taken off again."""
    yield
    with psycopg.connect(plain(postgres.url("postgres", "postgres")), autocommit=True) as admin:
        admin.execute(f"ALTER ROLE {role} RESET ALL")
        admin.execute(f"ALTER ROLE {role} IN DATABASE helpdesk RESET ALL")


def policies(connection):
    return connection.execute(
        "SELECT tablename, policyname, roles FROM pg_policies ORDER BY 1, 2"
    ).fetchall()


def is_refused(session, statement):
    """Whether it may not, and need not wait to be told."""
    try:
        session.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        return True
    except psycopg.Error:
        return False
    return False


def test_no_role_defines_anything_and_none_waits_for_a_lock_first(postgres, taken_over):
    with psycopg.connect(plain(postgres.url("helpdesk_owner"))) as owner:
        before = policies(owner)
        assert before
        owner.execute("LOCK TABLE teams IN ACCESS SHARE MODE")
        took = [statement for statement in DEFINITIONS if not is_refused(taken_over, statement)]
        assert took == []
        assert policies(owner) == before


@pytest.mark.parametrize(
    "call",
    [
        "lo_create(0)",
        "pg_export_snapshot()",
        "lo_creat(-1)",
        "lo_from_bytea(0, 'x')",
        "pg_logical_emit_message(false, 'x', 'y'::text)",
        "pg_logical_emit_message(true, 'x', 'y'::bytea)",
    ],
)
def test_no_role_fills_the_disk_beside_the_tables(taken_over, call):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        taken_over.execute(f"SELECT {call}")


@pytest.mark.parametrize("level", ["WARNING", "LOG", "EXCEPTION"])
def test_no_role_writes_into_the_servers_log(postgres, taken_over, level):
    with psycopg.connect(plain(postgres.url("postgres")), autocommit=True) as admin:
        where = "SELECT pg_read_file(current_setting('data_directory') || '/../postgres.log')"
        taken_over.execute("SET client_min_messages = error")
        with suppress(psycopg.Error):
            taken_over.execute(f"DO $$ BEGIN RAISE {level} 'words of a thief'; END $$")
        (log,) = admin.execute(where).fetchone()
        (limit,) = admin.execute("SELECT current_setting('temp_file_limit')").fetchone()

    assert "words of a thief" not in log
    assert limit == "2GB"


def test_the_owner_defines(postgres):
    with psycopg.connect(plain(postgres.url("helpdesk_owner"))) as owner:
        owner.execute("CREATE TABLE ours ()")
        owner.execute("DROP TABLE ours")
        owner.rollback()


def test_a_database_made_later_is_guarded_too(postgres):
    with psycopg.connect(plain(postgres.url("postgres", "postgres")), autocommit=True) as admin:
        admin.execute("CREATE DATABASE later OWNER helpdesk_owner")
        try:
            with (
                psycopg.connect(plain(postgres.url("helpdesk_intake", "later"))) as session,
                pytest.raises(psycopg.errors.InsufficientPrivilege, match="Only the owner"),
            ):
                session.execute("CREATE TEMPORARY TABLE mine ()")
        finally:
            admin.execute("DROP DATABASE later WITH (FORCE)")


@pytest.mark.usefixtures("untouched")
def test_what_a_role_sets_for_itself_reaches_no_connection_of_ours(postgres, role, taken_over):
    for setting in (
        "default_transaction_read_only = on",
        "default_transaction_isolation = serializable",
        "exit_on_error = on",
        "idle_session_timeout = 1",
        "idle_in_transaction_session_timeout = 1",
        "local_preload_libraries = 'nothing'",
        "lock_timeout = 1",
        "role = 'nobody'",
        "row_security = off",
        "search_path = pg_catalog",
        "statement_timeout = 1",
        "synchronous_commit = off",
        "TimeZone = 'Asia/Kathmandu'",
        "transform_null_equals = on",
    ):
        taken_over.execute(f"ALTER ROLE {role} SET {setting}")
        taken_over.execute(f"ALTER ROLE {role} IN DATABASE helpdesk SET {setting}")

    engine = open_engine(postgres.url(role))
    with engine.connect() as connection:
        found = {
            name: connection.scalar(text("SELECT current_setting(:name)"), {"name": name})
            for name in RELIED_ON
        }
        assert connection.scalar(text("SELECT current_setting('statement_timeout')")) == "30s"
        assert connection.scalar(text("SELECT count(*) FROM teams")) is not None
    engine.dispose()

    wanted = RELIED_ON | {"DateStyle": "ISO, MDY"}
    assert found == {name: value.replace("\\", "") for name, value in wanted.items()}


@pytest.mark.usefixtures("untouched")
def test_migrate_names_what_is_missing_and_what_a_role_has_set(
    postgres, role, taken_over, monkeypatch
):
    taken_over.execute(f"ALTER ROLE {role} SET transaction_timeout = 1")
    monkeypatch.setenv("DATABASE_URL", postgres.url("helpdesk_owner"))

    said = CliRunner().invoke(migrate_command).output

    assert f"{role} has a setting of its own: transaction_timeout=1" in said
    assert "event trigger" not in said

    with psycopg.connect(plain(postgres.url("postgres")), autocommit=True) as admin:
        admin.execute(f"ALTER EVENT TRIGGER {database_hardening.NAME} DISABLE")
        try:
            said = CliRunner().invoke(migrate_command).output
        finally:
            admin.execute(f"ALTER EVENT TRIGGER {database_hardening.NAME} ENABLE")

    assert "event trigger only_the_owner_defines is missing" in said


def test_what_everyone_may_do_again_after_a_restore_is_named(postgres):
    with psycopg.connect(plain(postgres.url("postgres", "postgres")), autocommit=True) as admin:
        admin.execute("CREATE DATABASE restored OWNER helpdesk_owner TEMPLATE template0")
    try:
        with psycopg.connect(plain(postgres.url("postgres", "restored"))) as connection:
            for statement in database_hardening.STATEMENTS[:3]:
                connection.execute(statement)
        said = list(database_warnings(postgres.url("helpdesk_owner", "restored")))
        with psycopg.connect(plain(postgres.url("postgres", "restored"))) as connection:
            for statement in database_hardening.STATEMENTS:
                connection.execute(statement)
            connection.execute("REVOKE TEMPORARY ON DATABASE restored FROM PUBLIC")
        left = list(database_warnings(postgres.url("helpdesk_owner", "restored")))
    finally:
        with psycopg.connect(plain(postgres.url("postgres", "postgres")), autocommit=True) as admin:
            admin.execute("DROP DATABASE restored WITH (FORCE)")

    assert len(said) == 2
    for name in ("TEMPORARY", "lo_create", "pg_advisory_lock", "pg_logical_emit_message"):
        assert name in said[0]
    assert "end_lock_hoarders" in said[1]
    assert left == []


def test_the_function_of_an_earlier_version_is_named(postgres):
    ours = database_hardening.sql_ending_lock_hoarders(
        database_hardening.LONGEST_WAIT, database_hardening.LONGEST_HOLD
    )
    with psycopg.connect(plain(postgres.url("postgres")), autocommit=True) as admin:
        assert list(database_warnings(postgres.url("helpdesk_owner"))) == []
        admin.execute(
            database_hardening.sql_ending_lock_hoarders(8, 8).replace("CREATE", REPLACE, 1)
        )
        try:
            (said,) = database_warnings(postgres.url("helpdesk_owner"))
        finally:
            admin.execute(ours.replace("CREATE", REPLACE, 1))

    assert "end_lock_hoarders" in said


@pytest.mark.parametrize(
    "given_back",
    [
        "GRANT TEMPORARY ON DATABASE helpdesk TO PUBLIC",
        "GRANT EXECUTE ON FUNCTION lo_create(oid) TO PUBLIC",
        "GRANT EXECUTE ON FUNCTION pg_advisory_lock(bigint) TO PUBLIC",
        "DROP EVENT TRIGGER only_the_owner_defines",
    ],
)
def test_a_database_that_lacks_a_part_of_its_guard_is_red_on_the_board(context, staff, given_back):
    with context.begin() as work:
        somebody = a_person(work, teams=[a_team(work)])
    sign_in(staff, somebody)
    assert NOT_PROTECTED not in staff.get("/duty").get_data(as_text=True)

    before = become(context, "postgres")
    context.sessions.kw["bind"].execute(text(given_back))
    become(context, before)

    assert NOT_PROTECTED in staff.get("/duty").get_data(as_text=True)


def test_where_nobody_is_superuser_the_board_is_not_red_for_ever(context, staff):
    with context.begin() as work:
        somebody = a_person(work, teams=[a_team(work)])
    sign_in(staff, somebody)
    before = become(context, "postgres")
    context.sessions.kw["bind"].execute(text("DROP EVENT TRIGGER only_the_owner_defines"))
    become(context, before)
    assert NOT_PROTECTED in staff.get("/duty").get_data(as_text=True)

    object.__setattr__(context, "settings", replace(context.settings, without_superuser=True))

    assert NOT_PROTECTED not in staff.get("/duty").get_data(as_text=True)


def test_running_md_shows_the_same_statements():
    shown = " ".join((ROOT / "docs/running.md").read_text().split())

    for statement in database_hardening.STATEMENTS:
        assert " ".join(statement.split()) in shown


# What a role could otherwise do to the server: write into its log, fill its disk, take its places.
PROMISED = (
    "authentication_timeout", "log_error_verbosity", "log_min_error_statement", "log_min_messages",
    "max_locks_per_transaction", "max_notify_queue_pages", "temp_file_limit",
)  # fmt: skip


@pytest.mark.parametrize("name", PROMISED)
def test_running_md_asks_for_the_settings_that_promises_rest_on(name):
    assert f"{name} = {SETTINGS[name]}" in (ROOT / "docs/running.md").read_text()


def test_no_role_has_a_setting_of_its_own_here(postgres):
    engine = create_engine(postgres.url("helpdesk_owner"))
    with engine.connect() as connection:
        assert database_hardening.are_schema_changes_blocked(connection)
        assert database_hardening.role_settings(connection) == []
    engine.dispose()
