"""Whoever listens hears of work with the commit that promises it, and of nothing else."""

import queue
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import create_engine, delete, text

from bench.faults.new_cases import WITH_NEW_CASES
from helpdesk.adapters.embedded import EmbeddedPostgres
from helpdesk.adapters.embedded.postgres import SETTINGS
from helpdesk.adapters.postgres_listener import CHANNEL, PostgresListener
from helpdesk.core.database import new_id
from helpdesk.core.jobs import Queue
from helpdesk.core.outbox import OutboxJob
from tests.conftest import migrate, plain

LONG = 20
MOMENT = 0.5


@pytest.fixture
def heard(postgres):
    """What a listener hears, in order."""
    names = queue.Queue()
    engine = create_engine(postgres.url("helpdesk_app"))
    listener = PostgresListener(engine, names.put, frozenset(Queue))
    listener.start()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # It listens from now on: the first word is heard.
        while names.empty():
            connection.execute(text(f"NOTIFY {CHANNEL}, 'notices'"))
            listener.join(0.05)
        while not names.empty():
            names.get()
    yield names
    listener.stop()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"NOTIFY {CHANNEL}, 'bye'"))
    listener.join(LONG)
    engine.dispose()


# A new case and a promise about it, in one statement as a report is: the public pages promise about
# nothing else.
NEW = (
    WITH_NEW_CASES
    + """
INSERT INTO outbox (id, job, queue, arguments, state, due_at, attempts, fence)
VALUES (:id, 'triage.call_on_duty', 'notices', jsonb_build_object('case_id', '{name}1'), 'waiting',
    :due_at, 0, 0)
"""
)


@pytest.fixture
def queue_of_reports(postgres):
    """A queue that takes reports in, really committed."""
    team = new_id()
    owner = create_engine(postgres.url("helpdesk_owner"))
    with owner.begin() as connection:
        words = {"id": team, "slug": "q" + team[:8]}
        connection.execute(
            text(
                "INSERT INTO teams (id, slug, name, kind, takes_reports)"
                " VALUES (:id, :slug, 'Queue', 'queue', true)"
            ),
            words,
        )
    yield team
    with owner.begin() as connection:
        told = {"team": team}
        keys = connection.scalars(text("SELECT id FROM cases WHERE team_id = :team"), told).all()
        connection.execute(text("DELETE FROM cases WHERE team_id = :team"), told)
        connection.execute(text("DELETE FROM keys WHERE id = ANY(:keys)"), {"keys": list(keys)})
        connection.execute(text("DELETE FROM teams WHERE id = :team"), told)
    owner.dispose()


@pytest.fixture(params=["helpdesk_app", "helpdesk_intake"])
def enqueuing(request, postgres, queue_of_reports):
    """Promise something as a role of pages, really committed, and taken away at the end."""
    engine = create_engine(postgres.url(request.param))
    promised = []

    def enqueue(*, after=timedelta(0), committed=True):
        promised.append(new_id())
        row = {"id": promised[-1], "due_at": datetime.now(UTC) + after}
        new = NEW.format(name=new_id()[:12], cases=1, team=f"'{queue_of_reports}'", level=0)
        with engine.connect() as connection:
            connection.execute(text(new), row)
            if committed:
                connection.commit()

    yield enqueue
    engine.dispose()
    owner = create_engine(postgres.url("helpdesk_owner"))
    with owner.begin() as connection:
        connection.execute(delete(OutboxJob).where(OutboxJob.id.in_(promised)))
    owner.dispose()


def test_a_promise_is_heard_with_its_commit(heard, enqueuing):
    enqueuing()

    assert heard.get(timeout=LONG) == "notices"


def test_what_is_rolled_back_or_due_later_is_not_heard(heard, enqueuing):
    enqueuing(committed=False)
    enqueuing(after=timedelta(minutes=1))
    enqueuing()

    assert heard.get(timeout=LONG) == "notices"
    assert heard.empty()


def test_a_name_that_is_no_queue_is_not_heard(heard, engine):
    with engine.begin() as connection:
        for name in ("", "notices; DROP TABLE cases", "../notices", "x" * 7999, "notices"):
            connection.execute(text("SELECT pg_notify(:channel, :name)"), {
                "channel": CHANNEL, "name": name,
            })  # fmt: skip

    assert heard.get(timeout=LONG) == "notices"
    assert heard.empty()


def test_a_listener_that_was_cut_off_listens_again(heard, postgres, enqueuing, monkeypatch):
    monkeypatch.setattr("helpdesk.adapters.postgres_listener.A_WHILE", 0.1)
    superuser = create_engine(postgres.url("postgres"))
    listening = f"LISTEN {CHANNEL}"
    cut = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE query IN (:listening, 'SELECT 1') AND usename = 'helpdesk_app'"
    )
    with superuser.begin() as connection:
        were_cut = connection.scalar(cut, {"listening": listening})
    superuser.dispose()

    name = None
    while name is None:
        enqueuing()
        try:
            name = heard.get(timeout=MOMENT)
        except queue.Empty:
            continue

    assert were_cut
    assert name == "notices"


def test_one_that_cannot_be_told_of_stops_no_other(postgres):
    names, engine = queue.Queue(), create_engine(postgres.url("helpdesk_app"))

    def hear(name):
        names.put(name)
        raise ValueError

    listener = PostgresListener(engine, hear, frozenset(Queue))
    listener.start()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while names.qsize() < 2 and listener.is_alive():
            connection.execute(text(f"NOTIFY {CHANNEL}, 'notices'"))
            listener.join(0.05)
        assert listener.is_alive()
        listener.stop()
        connection.execute(text(f"NOTIFY {CHANNEL}, 'bye'"))
    listener.join(LONG)
    engine.dispose()


def _fill(connection):
    while True:
        connection.execute("SELECT pg_notify('nothing', repeat(md5(random()::text), 240))")


@pytest.fixture
def crammed(tmp_path, monkeypatch):
    """A server whose queue of notifications one has filled who listens and reads none of them."""
    monkeypatch.setitem(SETTINGS, "max_notify_queue_pages", "64")
    server = EmbeddedPostgres(tmp_path / "postgres", durable=False)
    server.start()
    migrate(server.url("helpdesk_owner"))
    address = plain(server.url("helpdesk_intake"))
    with (
        psycopg.connect(address, autocommit=True) as listens,
        psycopg.connect(address, autocommit=True) as fills,
    ):
        listens.execute("LISTEN nothing")
        listens.execute("BEGIN")
        listens.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError, match="too many notifications"):
            _fill(fills)
        yield server
    server.remove()


def test_where_nobody_can_be_told_what_is_promised_is_promised_all_the_same(crammed):
    promised = (
        "INSERT INTO outbox (id, job, queue, arguments, state, due_at, attempts, fence) "
        "VALUES ('x', 'triage.alarm', 'notices', '{}', 'waiting', now(), 0, 0)"
    )

    with psycopg.connect(plain(crammed.url("helpdesk_app"))) as pages:
        pages.execute(promised)

    with psycopg.connect(plain(crammed.url("helpdesk_ticker"))) as ticker:
        assert ticker.execute("SELECT count(*) FROM outbox").fetchone() == (1,)
