"""What a session of a role takes of the machine has an end: the ticker's watcher ends it."""

import threading
from contextlib import ExitStack, closing

import psycopg
import pytest

from helpdesk.adapters import database_hardening
from helpdesk.adapters.embedded import EmbeddedPostgres
from helpdesk.adapters.lock_watcher import LockWatcher
from helpdesk.context_assembly import open_engine
from tests.conftest import plain

MB = 1024 * 1024
SPILLED = "SELECT coalesce(sum(size), 0)::bigint FROM pg_ls_tmpdir()"
SPILLS = (
    "DECLARE x CURSOR WITH HOLD FOR SELECT repeat(md5(g::text), 32)"
    " FROM generate_series(1, 150000) g ORDER BY 1"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server for which 20 MB of temporary files are too much, a statement of two seconds, and a
    transaction of four."""
    with pytest.MonkeyPatch.context() as patch:
        made = database_hardening.sql_ending_lock_hoarders(
            database_hardening.LONGEST_WAIT, database_hardening.LONGEST_HOLD
        )
        small = made.replace("> 100 *", "> 20 *").replace("'45 seconds'", "'2 seconds'")
        small = small.replace("'300 seconds'", "'4 seconds'")
        for limit in ("20 *", "'2 seconds'", "'4 seconds'"):
            assert small.count(limit) == 1
        statements = [small if one == made else one for one in database_hardening.STATEMENTS]
        patch.setattr(database_hardening, "STATEMENTS", tuple(statements))
        server = EmbeddedPostgres(tmp_path_factory.mktemp("greedy"), durable=False)
        server.start()
    yield server
    server.remove()


@pytest.fixture
def look(server):
    """A look of the ticker's watcher."""
    engine = open_engine(server.url("helpdesk_ticker"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        watcher, driver = LockWatcher(engine), connection.connection.driver_connection
        yield lambda: watcher.end_lock_hoarders(driver) or reasons(watcher)
    engine.dispose()


def reasons(watcher):
    return {role: one.reason.value for role, one in watcher.unreported_sessions().items()}


@pytest.fixture
def admin(server):
    with psycopg.connect(plain(server.url("postgres", "postgres")), autocommit=True) as admin:
        yield admin


def until(true):
    for _ in range(300):
        if true():
            return
        threading.Event().wait(0.1)
    raise AssertionError("it never came true")


@pytest.mark.parametrize("is_at_rest", [False, True])
def test_who_fills_the_disk_with_temporary_files_is_ended(server, look, admin, is_at_rest):
    """At rest, with cursors that outlive their transactions, a session holds no lock at all."""
    with ExitStack() as held:
        for _ in range(3):
            thief = psycopg.connect(plain(server.url("helpdesk_intake")))
            held.callback(thief.close)
            thief.execute("SET work_mem = '64kB'")
            thief.execute(SPILLS)
            thief.execute("FETCH 1 FROM x")
            if is_at_rest:
                thief.commit()
        assert admin.execute(SPILLED).fetchone()[0] > 3 * 100 * MB

        assert look() == {"helpdesk_intake": "temporary-files"}

        until(lambda: admin.execute(SPILLED).fetchone()[0] == 0)


def test_who_works_on_one_statement_without_end_is_ended(server, look):
    with closing(psycopg.connect(plain(server.url("helpdesk_partner")))) as thief:
        thief.execute("SET statement_timeout = 0")
        ended = []

        def count():
            with pytest.raises(psycopg.OperationalError):
                thief.execute("SELECT pg_sleep(600)")
            ended.append(True)

        counts = threading.Thread(target=count)
        counts.start()
        assert look() == {}, "not at once"

        until(lambda: look() == {"helpdesk_partner": "statement"})

        counts.join(30)
        assert ended


def test_who_says_no_password_keeps_a_place_for_moments_only(admin):
    assert admin.execute("SHOW authentication_timeout").fetchone() == ("5s",)


# A hash join whose sides do not fit into memory, as several processes would do it together.
SHARED_PLAN = (
    "SET work_mem = '64kB'; SET hash_mem_multiplier = 1; SET max_parallel_workers_per_gather = 2;"
    " SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET enable_mergejoin = off;"
    " SET min_parallel_table_scan_size = 0; SET join_collapse_limit = 1;"
    " SET from_collapse_limit = 1"
)
SPILLS_TOGETHER = (
    "SELECT count(*), sum(length(wide.words)) FROM pg_attribute JOIN (SELECT a.attname,"
    " repeat(md5(a.attname::text || t.typname::text || clock_timestamp()::text), 20) AS words"
    " FROM pg_attribute a JOIN pg_type t ON t.oid <> a.attrelid AND t.oid < 1100) AS wide"
    " ON pg_attribute.attname = wide.attname AND pg_attribute.attname::text <> wide.words"
)


def test_files_that_the_processes_of_one_statement_share_are_counted(server, look):
    ended = []
    with closing(psycopg.connect(plain(server.url("helpdesk_intake")), autocommit=True)) as thief:
        thief.execute(SHARED_PLAN)
        thief.execute("SET statement_timeout = '60s'")

        def spill():
            try:
                thief.execute(SPILLS_TOGETHER)
            except psycopg.OperationalError as error:
                ended.append(error)

        thread = threading.Thread(target=spill)
        thread.start()
        found = {}
        while thread.is_alive() and not found:
            found = look()
            thread.join(0.1)
        thread.join(60)

    assert found == {"helpdesk_intake": "temporary-files"}
    assert ended


def test_a_transaction_that_nobody_waits_for_has_an_end(server, look):
    with closing(psycopg.connect(plain(server.url("helpdesk_intake")))) as thief:
        thief.execute("SET idle_in_transaction_session_timeout = 0")
        thief.commit()
        thief.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        thief.execute("SELECT 1")
        assert look() == {}, "not at once"

        until(lambda: look() == {"helpdesk_intake": "transaction"})

        with pytest.raises(psycopg.OperationalError):
            thief.execute("SELECT 1")


@pytest.fixture
def no_standby_answers(server, admin):
    with psycopg.connect(plain(server.url("postgres"))) as owner:
        owner.execute("CREATE TABLE jotted (number int)")
        owner.execute("GRANT INSERT ON jotted TO helpdesk_intake")
    admin.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    admin.execute("SELECT pg_reload_conf()")
    yield
    admin.execute("ALTER SYSTEM RESET synchronous_standby_names")
    admin.execute("SELECT pg_reload_conf()")


WAITS_FOR_STANDBY = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


@pytest.mark.usefixtures("no_standby_answers")
def test_who_waits_for_a_standby_in_its_commit_is_not_ended_for_how_long(server, look, admin):
    admin.execute("SET synchronous_commit = local")
    with closing(psycopg.connect(plain(server.url("helpdesk_intake")))) as waits:
        waits.execute("INSERT INTO jotted VALUES (1)")
        commit = threading.Thread(target=waits.commit)
        commit.start()
        until(lambda: admin.execute(WAITS_FOR_STANDBY).fetchone()[0] == 1)
        long_ago = "SELECT clock_timestamp() - min(xact_start) > interval '5 seconds'"
        until(lambda: admin.execute(f"{long_ago} {WAITS_FOR_STANDBY[16:]}").fetchone()[0])

        assert look() == {}

        admin.execute("ALTER SYSTEM RESET synchronous_standby_names")
        admin.execute("SELECT pg_reload_conf()")
        commit.join(30)
        assert not waits.closed


def test_a_statement_that_asks_for_very_much_memory_fails_alone(server, admin):
    piece = "(SELECT array_agg(repeat(md5(g::text), 30)) FROM generate_series(1, 600000) g)"
    with closing(psycopg.connect(plain(server.url("helpdesk_intake")), autocommit=True)) as thief:
        with pytest.raises(psycopg.errors.OutOfMemory):
            thief.execute(f"SELECT cardinality({piece}) + cardinality({piece})")

        assert thief.execute("SELECT 1").fetchone() == (1,)
    assert admin.execute("SELECT 1").fetchone() == (1,), "no session was ended for it"
