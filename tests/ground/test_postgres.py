"""The embedded PostgreSQL: kept through stops of every kind, and reached by us alone."""

import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote

import psycopg
import pytest

from helpdesk.adapters import child_processes
from helpdesk.adapters.embedded import EmbeddedPostgres, ServerNotStarted, server_folders
from helpdesk.adapters.embedded.postgres import CONNECTIONS, ROLES, SUPERUSER


@pytest.fixture
def server(place):
    server = EmbeddedPostgres(place / "postgres", durable=False)
    server.start()
    yield server
    server.remove()


def ask(server, question, role="helpdesk_owner", database="helpdesk"):
    url = server.url(role, database).replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        answer = connection.execute(question)
        return answer.fetchall() if answer.description else []


def sockets_of(server):
    return Path(unquote(server.url().partition("host=")[2]))


def wait_for_the_end_of(*pids):
    deadline = time.monotonic() + 20
    while any(map(child_processes.is_alive, pids)):
        assert time.monotonic() < deadline, "it does not end"
        time.sleep(0.02)


def keep_a_row(server):
    ask(server, "CREATE TABLE kept (word text)")
    ask(server, "INSERT INTO kept VALUES ('still here')")


def _take_every_connection(url, held):
    while True:
        held.enter_context(psycopg.connect(url))


def test_no_process_takes_the_connections_of_the_others(server):
    url = server.url("helpdesk_intake").replace("+psycopg", "")
    with contextlib.ExitStack() as held:
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            _take_every_connection(url, held)

        for role in ROLES:
            if role != "helpdesk_intake":
                assert ask(server, "SELECT 1", role) == [(1,)]


def test_there_is_room_for_all_that_each_may_take(server):
    [(most,)] = ask(server, "SHOW max_connections")

    assert int(most) > sum(CONNECTIONS.values())
    assert set(CONNECTIONS) == set(ROLES) - {"helpdesk_owner"}


def test_a_commit_waits_for_the_disk(place):
    server = EmbeddedPostgres(place / "postgres")
    server.start()
    try:
        assert ask(server, "SHOW synchronous_commit") == [("on",)]
        assert ask(server, "SHOW fsync") == [("on",)]
    finally:
        server.remove()


@pytest.mark.parametrize("role", ROLES)
def test_our_roles_exist_and_are_no_superusers(server, role):
    assert ask(server, "SELECT current_user", role) == [(role,)]
    assert ask(server, "SHOW is_superuser", role) == [("off",)]


@pytest.mark.parametrize("role", [*ROLES, SUPERUSER])
def test_who_was_given_one_role_cannot_connect_as_another(server, role):
    """A process has the address of its own role: with its password nobody else's door opens."""
    own = "helpdesk_app" if role == "helpdesk_intake" else "helpdesk_intake"
    stolen = server.url(own).replace(own, role).replace("+psycopg", "")

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(stolen)
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(host=str(sockets_of(server)), user=role, dbname="helpdesk")


def test_what_a_role_sets_for_itself_is_put_back_and_said(server):
    for role in ("helpdesk_intake", "helpdesk_worker"):
        ask(server, f"ALTER ROLE {role} SET work_mem = '64kB'", role)
    ask(server, "ALTER ROLE helpdesk_ticker IN DATABASE helpdesk SET jit = 'on'", "helpdesk_ticker")
    ask(server, "ALTER ROLE helpdesk_app IN DATABASE template1 SET jit = 'on'", "helpdesk_app")
    ask(server, "ALTER ROLE helpdesk_intake PASSWORD 'of their own'", "helpdesk_intake")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        ask(server, "SELECT 1", "helpdesk_intake")

    found = server.put_roles_back()

    assert sorted(found) == [
        "helpdesk_app", "helpdesk_intake", "helpdesk_ticker", "helpdesk_worker",
    ]  # fmt: skip
    for role in found:
        assert ask(server, "SHOW work_mem", role) != [("64kB",)]
    assert ask(server, "SHOW jit", "helpdesk_ticker") == [("off",)]
    assert server.put_roles_back() == []


def test_a_role_that_holds_what_it_has_set_keeps_nobody_waiting(server):
    ask(server, "ALTER ROLE helpdesk_intake SET work_mem = '64kB'", "helpdesk_intake")
    ask(server, "ALTER ROLE helpdesk_worker SET work_mem = '64kB'", "helpdesk_worker")
    with psycopg.connect(
        server.url("helpdesk_worker", "helpdesk").replace("+psycopg", "")
    ) as holds:
        holds.execute("ALTER ROLE helpdesk_worker SET work_mem = '128kB'")

        assert server.put_roles_back() == ["helpdesk_intake"], "and what was done is said"

        holds.rollback()
    assert server.put_roles_back() == ["helpdesk_worker"]


def test_the_passwords_are_in_files_that_only_we_can_read(place):
    server = EmbeddedPostgres(place / "postgres", durable=False, passwords=place / "keys")
    server.start()
    try:
        files = list((place / "keys").iterdir())
        assert {file.name for file in files} == {*ROLES, SUPERUSER}
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert len({file.read_text() for file in files}) == len(files)
    finally:
        server.remove()


def test_a_cluster_that_asked_for_no_password_asks_for_one_from_its_next_start_on(server):
    keep_a_row(server)
    server.stop()
    (server.folder / "pg_hba.conf").write_text("local all all trust\n")
    (server.folder / "passwords" / SUPERUSER).unlink()

    server.start()

    assert ask(server, "SELECT word FROM kept") == [("still here",)]
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(host=str(sockets_of(server)), user="helpdesk_app", dbname="helpdesk")


def test_only_we_can_reach_the_socket(server):
    folder = sockets_of(server)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert ask(server, "SHOW listen_addresses") == [("",)]


@pytest.mark.parametrize("how", ["politely", "postmaster killed", "everything killed"])
def test_what_was_committed_is_there_after_the_next_start(server, how):
    keep_a_row(server)
    pid = server.pid

    if how == "politely":
        server.stop()
    elif how == "postmaster killed":
        os.kill(pid, signal.SIGKILL)
    else:
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with contextlib.suppress(ProcessLookupError):  # one dies of another's death
                os.kill(int(child), signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)
    while server.is_running:
        time.sleep(0.02)
    server.start()

    assert server.pid != pid
    assert ask(server, "SELECT word FROM kept") == [("still here",)]


def test_a_stale_number_that_belongs_to_somebody_else_does_not_stop_the_start(server):
    keep_a_row(server)
    data = server.folder / "data"
    server.stop()
    nobodys_business = child_processes.spawn_child(
        ["sleep", "60"], log=server.folder / "sleep.log", account=server_folders.service_account()
    )
    (data / "postmaster.pid").write_text(f"{nobodys_business.pid}\n{data}\n1\n5432\n\n\n\n")

    server.start()

    assert ask(server, "SELECT word FROM kept") == [("still here",)]
    assert nobodys_business.poll() is None
    nobodys_business.kill()
    nobodys_business.wait()


def test_a_server_left_over_by_an_earlier_run_is_taken_over(server):
    keep_a_row(server)
    left_over = server.pid

    second = EmbeddedPostgres(server.folder, durable=False)
    second.start()

    assert second.pid != left_over
    assert ask(second, "SELECT word FROM kept") == [("still here",)]
    second.stop()


def test_it_ends_with_the_process_that_started_it(place):
    script = (
        "import os, signal, sys; from pathlib import Path;"
        "from helpdesk.adapters.embedded import EmbeddedPostgres, EmbeddedRedis;"
        "a = EmbeddedPostgres(Path(sys.argv[1]) / 'a'); b = EmbeddedRedis(Path(sys.argv[1]) / 'b');"
        "a.start(); b.start(); print(a.pid, b.pid, flush=True);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, place], capture_output=True, text=True, check=False
    ).stdout
    pids = [int(word) for word in said.split()]

    assert len(pids) == 2
    wait_for_the_end_of(*pids)


def test_a_folder_with_a_long_name_still_gets_a_socket(place):
    server = EmbeddedPostgres(place / ("long" * 25) / "postgres", durable=False)
    server.start()
    try:
        assert ask(server, "SELECT 1") == [(1,)]
        assert len(str(sockets_of(server) / ".s.PGSQL.5432.lock")) <= 107
    finally:
        server.remove()


@pytest.mark.parametrize("trap", ["a link", "open to everybody"])
def test_what_somebody_put_in_our_place_in_tmp_is_neither_used_nor_touched(place, trap):
    theirs = place / "theirs"
    theirs.mkdir(mode=0o755)
    mode = theirs.stat().st_mode
    home = place / ("long" * 25)
    expected = server_folders.socket_folder(home, "s", None)
    expected.rmdir()
    if trap == "a link":
        expected.symlink_to(theirs)
    else:
        expected.mkdir(mode=0o777)
        expected.chmod(0o777)

    try:
        with pytest.raises(ServerNotStarted, match="did not make it"):
            server_folders.socket_folder(home, "s", None)
        assert theirs.stat().st_mode == mode
    finally:
        expected.unlink() if expected.is_symlink() else expected.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL under another account")
def test_as_root_a_folder_that_nobody_can_enter_still_serves(place):
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedPostgres(closed / "postgres", durable=False)
    server.start()
    try:
        assert ask(server, "SELECT 1") == [(1,)]
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    finally:
        elsewhere = (closed / "postgres" / "elsewhere").readlink()
        server.remove()
    assert not elsewhere.exists()


def test_data_of_another_major_version_is_refused_with_a_sentence(server):
    server.stop()
    home = server.folder / "data" / "PG_VERSION"
    home.write_text("14\n")

    with pytest.raises(ServerNotStarted, match="made by PostgreSQL 14"):
        server.start()


def test_an_interrupted_first_start_is_begun_anew(place):
    unfinished = place / "postgres" / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "half").write_text("a file")
    server = EmbeddedPostgres(place / "postgres", durable=False)

    server.start()
    try:
        assert ask(server, "SELECT 1") == [(1,)]
    finally:
        server.remove()


def test_its_log_holds_neither_statements_nor_rows_nor_errors(server):
    keep_a_row(server)
    ask(server, "ALTER TABLE kept ADD UNIQUE (word)")
    with pytest.raises(psycopg.errors.UniqueViolation):
        ask(server, "INSERT INTO kept VALUES ('still here')")
    with pytest.raises(psycopg.errors.SyntaxError):
        ask(server, "SELEKT 'a secret word'")
    server.stop()

    log = (server.folder / "postgres.log").read_text()
    assert "duplicate key" not in log
    assert "still here" not in log
    assert "a secret word" not in log
