"""A role that fills the queue of notifications stops no promise: it is kept, and looked for."""

import psycopg
import pytest

from helpdesk.adapters.embedded import EmbeddedPostgres
from helpdesk.adapters.embedded import postgres as embedded
from tests.conftest import migrate

PROMISE = """
INSERT INTO outbox (id, job, queue, arguments, due_at, state, attempts, fence)
VALUES (%s, 'cases.wake', 'notices', '{"case_id": "x"}', now(), 'waiting', 0, 0)
"""


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A server whose queue of notifications is the smallest there is."""
    monkeypatch.setitem(embedded.SETTINGS, "max_notify_queue_pages", "64")
    server = EmbeddedPostgres(tmp_path / "postgres", durable=False)
    server.start()
    migrate(server.url())
    yield server
    server.remove()


def as_role(server, role):
    return psycopg.connect(server.url(role).replace("+psycopg", ""), autocommit=True)


def fill(sender):
    for number in range(1_000):
        sender.execute("SELECT pg_notify('anything', %s)", [f"{number}".ljust(7_900)])


def test_a_promise_is_kept_while_the_queue_of_notifications_is_full(small):
    with as_role(small, "helpdesk_intake") as sleeper, as_role(small, "helpdesk_intake") as sender:
        sleeper.execute("LISTEN anything")
        sleeper.execute("BEGIN")
        sleeper.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError, match="too many notifications"):
            fill(sender)

        with as_role(small, "helpdesk_app") as app:
            app.execute(PROMISE, ["kept-while-full"])
            kept = app.execute("SELECT id FROM outbox WHERE id = 'kept-while-full'").fetchall()

    assert kept == [("kept-while-full",)]


def test_the_ticker_is_told_again_when_there_is_room(small):
    with as_role(small, "helpdesk_ticker") as ticker, as_role(small, "helpdesk_app") as app:
        ticker.execute("LISTEN helpdesk_outbox")
        app.execute(PROMISE, ["told"])

        assert [one.payload for one in ticker.notifies(timeout=10, stop_after=1)] == ["notices"]
