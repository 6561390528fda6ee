"""No role fills the table of locks that all sessions share, or keeps others waiting by locks."""

import logging
import threading
from contextlib import ExitStack, suppress
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy.exc import TimeoutError as SQLAlchemyTimeout

from helpdesk import ticker
from helpdesk.adapters import database_hardening, lock_watcher
from helpdesk.adapters.embedded import EmbeddedPostgres
from helpdesk.adapters.embedded.postgres import CONNECTIONS, SETTINGS
from helpdesk.adapters.lock_watcher import LockWatcher
from helpdesk.context_assembly import open_engine
from helpdesk.core import ended_database_sessions
from helpdesk.core.ended_database_sessions import EndedSession, SessionEndReason
from tests.conftest import ROOT, become, plain

PROCESSES = tuple(CONNECTIONS)
TICKER = "helpdesk_ticker"
LONG = 30


@pytest.fixture(params=PROCESSES)
def role(request):
    return request.param


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A server with room for few locks, and a table in which every role may write."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(SETTINGS, "max_locks_per_transaction", "10")
        server = EmbeddedPostgres(tmp_path_factory.mktemp("small"), durable=False)
        server.start()
    with psycopg.connect(plain(server.url("helpdesk_owner"))) as owner:
        owner.execute("CREATE TABLE jotted (number int)")
        owner.execute("GRANT INSERT ON jotted TO PUBLIC")
    yield server
    server.remove()


HOARDER = EndedSession(SessionEndReason.LOCKS, locks=30_000)


def hoard(connection, savepoints):
    """Hold a lock for each of so many savepoints."""
    step = "SAVEPOINT s; INSERT INTO jotted VALUES (1);"
    for _ in range(0, savepoints, 500):
        connection.execute(step * 500)


@pytest.fixture
def watch(small):
    """The ticker's watcher, and its connection from before all that happens in the test."""
    engine = open_engine(small.url(TICKER))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        watcher, driver = LockWatcher(engine), connection.connection.driver_connection
        watcher.end_lock_hoarders(driver)
        yield watcher, driver
    engine.dispose()


@pytest.mark.parametrize("kind", ["", "xact_"])
@pytest.mark.parametrize("shared", ["", "_shared"])
@pytest.mark.parametrize("verb", ["", "try_"])
@pytest.mark.parametrize("key", ["1", "1, 1"])
def test_no_role_takes_an_advisory_lock(small, role, verb, kind, shared, key):
    with (
        psycopg.connect(plain(small.url(role))) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"SELECT pg_{verb}advisory_{kind}lock{shared}({key})")


def test_who_fills_the_table_of_locks_is_ended_and_all_goes_on(small, role, watch, caplog):
    watcher, driver = watch
    with ExitStack() as held:
        full = False
        while not full:
            connection = held.enter_context(psycopg.connect(plain(small.url(role))))
            held.callback(connection.close)
            try:
                hoard(connection, 10_000)
            except psycopg.errors.OutOfMemory:
                full = True
        with pytest.raises(psycopg.OperationalError, match="shared memory"):
            psycopg.connect(plain(small.url("helpdesk_app"))).close()

        with caplog.at_level(logging.WARNING):
            watcher.end_lock_hoarders(driver)

        assert f"A session of {role} was ended (locks)" in caplog.text
        assert list(watcher.unreported_sessions()) == [role]
        with pytest.raises(psycopg.OperationalError):
            connection.execute("ROLLBACK")
    wait_until_someone_connects(small)


def reasons(watcher):
    return {role: one.reason.value for role, one in watcher.unreported_sessions().items()}


def test_of_several_sessions_of_a_role_the_one_is_told_that_is_least_likely_ours():
    watcher = LockWatcher(None)
    driver = FakeDriver([(TICKER, "kept-waiting", 8), (TICKER, "transaction", 2)])

    watcher.end_lock_hoarders(driver)
    driver.ended = [(TICKER, "kept-waiting", 400)]
    watcher.end_lock_hoarders(driver)

    assert reasons(watcher) == {TICKER: "transaction"}


def test_worse_than_what_was_told_is_told_at_once_and_the_same_after_an_hour(monkeypatch):
    watcher = LockWatcher(None)
    now = [0.0]
    monkeypatch.setattr(lock_watcher.time, "monotonic", lambda: now[0])
    driver = FakeDriver([(TICKER, "kept-waiting", 8)])
    watcher.end_lock_hoarders(driver)
    (told,) = watcher.unreported_sessions().values()
    driver.ended = [(TICKER, "locks", 900)]
    watcher.end_lock_hoarders(driver)  # while the first is being written down
    watcher.mark_session_reported(TICKER, told)

    assert reasons(watcher) == {TICKER: "locks"}
    watcher.mark_session_reported(TICKER, watcher.unreported_sessions()[TICKER])
    watcher.end_lock_hoarders(driver)
    assert reasons(watcher) == {}
    now[0] = lock_watcher.TOLD_FOR
    watcher.end_lock_hoarders(driver)
    assert reasons(watcher) == {TICKER: "locks"}


def test_a_reason_of_a_later_version_stops_no_watcher():
    watcher = LockWatcher(None)

    watcher.end_lock_hoarders(FakeDriver([(TICKER, "a later word", 1)]))

    assert reasons(watcher) == {TICKER: "unknown"}


class FakeDriver:
    """A connection over which so many sessions were ended."""

    def __init__(self, ended):
        self.ended = ended

    def execute(self, _statement):
        return self

    def fetchall(self):
        return self.ended


def wait_until_someone_connects(server):
    for _ in range(200):
        with suppress(psycopg.OperationalError):
            psycopg.connect(plain(server.url("helpdesk_app"))).close()
            return
        threading.Event().wait(0.05)
    raise AssertionError("nobody connects")


def test_who_holds_few_goes_on_and_so_does_the_owner(small, watch):
    watcher, driver = watch
    with (
        psycopg.connect(plain(small.url("helpdesk_intake"))) as few,
        psycopg.connect(plain(small.url("helpdesk_owner"))) as owner,
    ):
        few.execute("SAVEPOINT s; INSERT INTO jotted VALUES (1);" * 400)
        hoard(owner, 1000)

        watcher.end_lock_hoarders(driver)

        few.execute("SELECT 1")
        owner.execute("SELECT 1")
    assert watcher.unreported_sessions() == {}


def test_it_looks_by_itself_and_connects_again_when_it_was_cut_off(small):
    engine = open_engine(small.url(TICKER))
    watcher = LockWatcher(engine)
    watcher.start()
    try:
        with psycopg.connect(plain(small.url("postgres")), autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE usename = 'helpdesk_ticker'"
            )
        with psycopg.connect(plain(small.url("helpdesk_intake"))) as connection:
            hoard(connection, 1000)
            while not watcher.unreported_sessions():
                watcher.join(0.05)
            with pytest.raises(psycopg.OperationalError):
                connection.execute("ROLLBACK")
    finally:
        watcher.stop()
        watcher.join(LONG)
        engine.dispose()


@pytest.mark.parametrize("other", [one for one in PROCESSES if one != TICKER])
def test_only_the_ticker_asks_for_it(small, other):
    with (
        psycopg.connect(plain(small.url(other))) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT end_lock_hoarders()")


def test_all_connections_together_fill_no_table_below_the_limit(postgres):
    with psycopg.connect(plain(postgres.url("postgres"))) as admin:
        (room,) = admin.execute("SELECT current_setting('max_locks_per_transaction')").fetchone()
        (relations,) = admin.execute(
            "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'i', 't', 'S')"
            " AND relnamespace IN ('public'::regnamespace, 'pg_toast'::regnamespace)"
        ).fetchone()

    assert int(room) >= database_hardening.MOST_LOCKS
    # What a transaction of ours would hold that read every table by every index.
    assert relations < database_hardening.MOST_LOCKS
    assert f"max_locks_per_transaction = {room}" in (ROOT / "docs/running.md").read_text()


def test_the_ticker_writes_it_down_once_and_the_board_shows_it_for_a_week(context, now, small):
    watcher = LockWatcher(open_engine(small.url(TICKER)))
    watcher._untold["helpdesk_intake"] = HOARDER
    become(context, TICKER)

    ticker.record_ended_sessions(context, watcher)
    ticker.record_ended_sessions(context, watcher)

    become(context, "helpdesk_app")
    with context.begin() as work:
        (found,) = ended_database_sessions.ended_database_sessions(work)
        assert (found.role, found.may_be_ours) == ("helpdesk_intake", False)
        later = work.at + timedelta(days=8)
    with context.begin(at=later) as work:
        assert ended_database_sessions.ended_database_sessions(work) == []


def test_what_cannot_be_written_yet_is_written_later(context, small, monkeypatch):
    watcher = LockWatcher(open_engine(small.url(TICKER)))
    watcher._untold["helpdesk_intake"] = HOARDER

    class AwayError(Exception):
        pass

    monkeypatch.setattr(ended_database_sessions, "record_ended_database_session", _raise(AwayError))
    with pytest.raises(AwayError):
        ticker.record_ended_sessions(context, watcher)

    assert watcher.unreported_sessions() == {"helpdesk_intake": HOARDER}


def _raise(error):
    def raises(*_args, **_how):
        raise error

    return raises


def test_the_watcher_goes_on_when_the_pool_has_no_connection(monkeypatch):
    tried = threading.Event()

    class NoRoom:
        def connect(self):
            if tried.is_set():
                again.set()
            tried.set()
            raise SQLAlchemyTimeout("no room")

    again = threading.Event()
    monkeypatch.setattr(lock_watcher, "A_WHILE", 0.01)
    watcher = LockWatcher(NoRoom())
    watcher.start()

    assert again.wait(10)
    watcher.stop()
    watcher.join(10)


def in_thread(connection, statement):
    """Say it in a session that may wait; the thread is joined by who asks what became of it."""
    said = []

    def run():
        try:
            connection.execute(statement)
        except psycopg.Error as error:
            said.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, said


def wait_for_any(line):
    """The first in this line of (connection, thread, what went wrong) that waits no longer."""
    for _ in range(20 * LONG):
        for one in line:
            if not one[1].is_alive():
                return one
        threading.Event().wait(0.05)
    raise AssertionError("nobody is served")


def wait_until(admin, question):
    for _ in range(400):
        if admin.execute(question).fetchone():
            return
        threading.Event().wait(0.05)
    raise AssertionError(question)


WAITS_FOR_DATABASE = (
    "SELECT 1 FROM pg_locks WHERE locktype = 'object' AND classid = 1262 AND objid <> 0"
    " AND mode = 'AccessExclusiveLock'"
)


@pytest.mark.parametrize("statement", ["RENAME TO mine", "SET TABLESPACE pg_default"])
def test_who_asks_for_the_database_itself_is_ended_and_others_connect(
    small, role, watch, statement
):
    watcher, driver = watch
    with (
        psycopg.connect(plain(small.url("postgres")), autocommit=True) as admin,
        psycopg.connect(plain(small.url(role))) as holds,
        psycopg.connect(plain(small.url(role)), autocommit=True) as asks,
    ):
        holds.execute(f"ALTER ROLE {role} IN DATABASE helpdesk SET work_mem = '8MB'")
        thread, said = in_thread(asks, f"ALTER DATABASE helpdesk {statement}")
        try:
            wait_until(admin, WAITS_FOR_DATABASE)
            watcher.end_lock_hoarders(driver)
        finally:
            holds.close()
        thread.join(LONG)

        assert isinstance(said[0], psycopg.OperationalError), said
        assert list(watcher.unreported_sessions()) == [role]
    wait_until_someone_connects(small)


def test_no_role_connects_to_the_other_databases_of_the_server(postgres, role):
    for other in database_hardening.OTHER_DATABASES:
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(plain(postgres.url(role, other)))


@pytest.fixture
def row(small):
    with psycopg.connect(plain(small.url("helpdesk_owner"))) as owner:
        owner.execute("CREATE TABLE held (number int)")
        owner.execute("INSERT INTO held VALUES (1)")
        owner.execute("GRANT SELECT, UPDATE ON held TO PUBLIC")
    yield
    with psycopg.connect(plain(small.url("helpdesk_owner"))) as owner:
        owner.execute("DROP TABLE held")


TAKE = "SELECT FROM held FOR UPDATE"
TAKE_ONE = "SELECT FROM held WHERE number ="
WAITS = "SELECT 1 FROM pg_locks WHERE NOT granted"
LONG_WAIT = database_hardening.LONGEST_WAIT + 1
# Nobody waits for ever where a test fails.
GIVES_UP = "-c lock_timeout=20s"


def waits_of(people):
    """Where so many wait, and the newest of them has waited for long."""
    since = f"clock_timestamp() - interval '{LONG_WAIT} seconds'"
    return f"{WAITS} HAVING count(*) = {people} AND max(waitstart) < {since}"


@pytest.fixture
def limits(small):
    """Give the function that ends sessions other limits than ours, for one test."""
    with psycopg.connect(plain(small.url("postgres")), autocommit=True) as admin:

        def change(longest_wait, longest_hold):
            made = database_hardening.sql_ending_lock_hoarders(longest_wait, longest_hold)
            admin.execute(made.replace("CREATE", "CREATE OR REPLACE", 1))

        yield change
        change(database_hardening.LONGEST_WAIT, database_hardening.LONGEST_HOLD)


@pytest.mark.usefixtures("row")
def test_for_whom_others_wait_too_long_is_ended(small, watch):
    """Whatever its role; not before its time, and not who waits as well, though others wait behind
    it. All of them at once: it takes as long as one may wait."""
    watcher, driver = watch
    with ExitStack() as held:

        def connect(role, **how):
            return held.enter_context(psycopg.connect(plain(small.url(role)), **how))

        admin = connect("postgres", autocommit=True)
        holds = [connect(role) for role in PROCESSES]
        behind = [[connect("helpdesk_app", autocommit=True) for _ in range(2)] for _ in PROCESSES]
        waiting = []
        for number, (one, two_more) in enumerate(zip(holds, behind, strict=True), 10):
            admin.execute("INSERT INTO held VALUES (%s)", (number,))
            one.execute(f"{TAKE_ONE} {number} FOR UPDATE")
            waiting += [in_thread(other, f"{TAKE_ONE} {number} FOR UPDATE") for other in two_more]
        wait_until(admin, f"{WAITS} OFFSET {len(waiting) - 1}")
        watcher.end_lock_hoarders(driver)
        assert watcher.unreported_sessions() == {}

        wait_until(admin, waits_of(len(waiting)))
        watcher.end_lock_hoarders(driver)

        for thread, said in waiting:
            thread.join(LONG)
            assert said == []
        for one in holds:
            with pytest.raises(psycopg.OperationalError):
                one.execute("SELECT 1")
    assert set(watcher.unreported_sessions()) == set(PROCESSES)


@pytest.mark.usefixtures("row")
def test_who_waited_behind_a_hoarder_and_is_served_next_is_not_ended(small, watch):
    """Though its transaction is as old by then, and those behind it have waited as long."""
    watcher, driver = watch
    app = plain(small.url("helpdesk_app"))
    with (
        psycopg.connect(plain(small.url("postgres")), autocommit=True) as admin,
        psycopg.connect(plain(small.url("helpdesk_worker"))) as hoarder,
        psycopg.connect(app, options=GIVES_UP) as first,
        psycopg.connect(app, options=GIVES_UP) as second,
        psycopg.connect(app, options=GIVES_UP) as third,
    ):
        hoarder.execute(TAKE)
        line = []
        for place, one in enumerate((first, second, third)):
            line.append((one, *in_thread(one, TAKE)))
            wait_until(admin, f"{WAITS} OFFSET {place}")
        wait_until(admin, waits_of(3))

        while line:
            watcher.end_lock_hoarders(driver)
            # Once the row has a new version, whoever finds it first is served first.
            one, thread, said = served = wait_for_any(line)
            thread.join(LONG)
            watcher.end_lock_hoarders(driver)
            assert said == []
            one.execute("UPDATE held SET number = number + 1")
            one.commit()
            line.remove(served)

        assert admin.execute("SELECT number FROM held").fetchone() == (4,)
        with pytest.raises(psycopg.OperationalError):
            hoarder.execute("SELECT 1")
    assert list(watcher.unreported_sessions()) == ["helpdesk_worker"]


@pytest.mark.usefixtures("row")
@pytest.mark.parametrize("waits_itself", [True, False])
def test_who_goes_on_and_on_while_others_wait_is_ended_whatever_it_waits_for(
    small, role, watch, limits, waits_itself
):
    """Also where each wait for it is short, as those of jobs are."""
    limits(longest_wait=1000, longest_hold=1)
    watcher, driver = watch
    with (
        psycopg.connect(plain(small.url("postgres")), autocommit=True) as admin,
        psycopg.connect(plain(small.url(role)), options=GIVES_UP) as hoarder,
        psycopg.connect(plain(small.url(role))) as accomplice,
        psycopg.connect(plain(small.url("helpdesk_app")), options=GIVES_UP) as waiting,
    ):
        admin.execute("INSERT INTO held VALUES (2)")
        hoarder.execute(f"{TAKE_ONE} 1 FOR UPDATE")
        hoarder.execute("SELECT pg_sleep(1.1)")
        accomplice.execute(f"{TAKE_ONE} 2 FOR UPDATE")
        if waits_itself:
            kept, ended = in_thread(hoarder, f"{TAKE_ONE} 2 FOR UPDATE")
            wait_until(admin, WAITS)
        thread, said = in_thread(waiting, f"{TAKE_ONE} 1 FOR UPDATE")
        wait_until(admin, f"{WAITS} OFFSET {int(waits_itself)}")

        watcher.end_lock_hoarders(driver)

        thread.join(LONG)
        assert said == []
        if waits_itself:
            kept.join(LONG)
            assert isinstance(ended[0], psycopg.OperationalError)
        with pytest.raises(psycopg.OperationalError):
            hoarder.execute("SELECT 1")
        accomplice.execute("SELECT 1")
    assert reasons(watcher) == {role: "kept-waiting"}


@pytest.mark.usefixtures("row")
def test_who_has_been_at_it_for_long_goes_on_while_nobody_waits(small, watch, limits):
    limits(longest_wait=1, longest_hold=1)
    watcher, driver = watch
    with psycopg.connect(plain(small.url("helpdesk_app"))) as long:
        long.execute(TAKE)
        long.execute("SELECT pg_sleep(1.1)")

        watcher.end_lock_hoarders(driver)

        long.execute("SELECT 1")
    assert watcher.unreported_sessions() == {}


@pytest.mark.usefixtures("row")
def test_who_takes_a_strong_lock_of_a_table_is_ended(small, role, watch):
    watcher, driver = watch
    with psycopg.connect(plain(small.url(role))) as holds:
        holds.execute("LOCK TABLE held IN SHARE ROW EXCLUSIVE MODE")

        watcher.end_lock_hoarders(driver)

        with pytest.raises(psycopg.OperationalError):
            holds.execute("SELECT 1")
    assert reasons(watcher) == {role: "strong-lock"}
