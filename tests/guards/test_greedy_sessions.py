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
    """A server for which 20 MB of temporary files are too much, and a statement of two seconds."""
    with pytest.MonkeyPatch.context() as patch:
        made = database_hardening.ends_lock_hoarders(
            database_hardening.LONGEST_WAIT, database_hardening.LONGEST_HOLD
        )
        small = made.replace("> 100 *", "> 20 *").replace("'45 seconds'", "'2 seconds'")
        assert small.count("20 *") == small.count("'2 seconds'") == 1
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
        yield lambda: watcher.end_lock_hoarders(driver) or watcher.unreported_sessions()
    engine.dispose()


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

        assert "helpdesk_intake" in look()

        until(lambda: admin.execute(SPILLED).fetchone()[0] == 0)


def test_who_works_on_one_statement_without_end_is_ended(server, look):
    with closing(psycopg.connect(plain(server.url("helpdesk_partner")))) as thief:
        thief.execute("SET statement_timeout = 0")
        ended = []

        def count():
            with pytest.raises(psycopg.OperationalError):
                thief.execute("SELECT count(*) FROM generate_series(1, 1e11)")
            ended.append(True)

        counts = threading.Thread(target=count)
        counts.start()
        assert look() == {}, "not at once"

        until(lambda: "helpdesk_partner" in look())

        counts.join(30)
        assert ended


def test_who_says_no_password_keeps_a_place_for_moments_only(admin):
    assert admin.execute("SHOW authentication_timeout").fetchone() == ("5s",)
