"""One Work for each request, whose connection goes back when it ends."""

import socket
import time
from dataclasses import replace

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import InvalidRequestError, OperationalError

from helpdesk import context_assembly
from helpdesk.app import create_app
from helpdesk.context_assembly import close_database_connections, open_context, open_engine
from helpdesk.settings import Surface
from helpdesk.web import request_work


@pytest.fixture
def apart(settings, postgres):
    context = open_context(replace(settings, database_url=postgres.url("helpdesk_app")))
    yield context
    close_database_connections(context)


@pytest.mark.parametrize(("path", "status"), [("/duty", 303), ("/no/such/page", 404)])
def test_a_request_gives_its_connection_back_without_a_transaction(apart, path, status):
    engine, asked = apart.sessions.kw["bind"], []
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    app = create_app(apart, Surface.STAFF)
    client = app.test_client()
    client.set_cookie(app.config["DOOR_COOKIE_NAME"], "a token of nobody")

    answer = client.get(path)

    assert answer.status_code == status
    assert any("FROM sign_ins" in one for one in asked)
    assert engine.pool.checkedout() == 0
    with engine.connect() as connection:
        state = connection.connection.driver_connection.info.transaction_status
        assert state.name == "IDLE"


def test_a_database_that_fails_oddly_is_asked_once(apart, monkeypatch):
    """The page that says so asks who is there, and must not ask the database for it again."""
    asked = []

    def fails(session):
        asked.append(session)
        raise InvalidRequestError

    monkeypatch.setattr(request_work, "_now", fails)
    app = create_app(apart, Surface.STAFF)
    client = app.test_client()
    client.set_cookie(app.config["DOOR_COOKIE_NAME"], "a token of nobody")

    assert client.get("/duty").status_code == 500
    assert len(asked) == 1


def test_a_standby_that_only_reads_is_away(postgres):
    """A send in the moment before it is promoted is offered again, as one without a database is."""
    engine = open_engine(postgres.url("helpdesk_owner"))
    with engine.connect() as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        with pytest.raises(OperationalError):
            connection.execute(text("DELETE FROM outbox WHERE false"))
    engine.dispose()


def test_one_that_ended_a_session_that_stood_still_is_away(postgres):
    """A machine that slept while a page was made."""
    engine = open_engine(postgres.url("helpdesk_owner"), idle_timeout="50ms")
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        time.sleep(0.5)
        with pytest.raises(OperationalError):
            connection.execute(text("SELECT 1"))
    engine.dispose()


def test_a_database_whose_host_is_silent_is_away(monkeypatch):
    monkeypatch.setattr(context_assembly, "CONNECTED_WITHIN", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        engine = open_engine(f"postgresql+psycopg://a:b@127.0.0.1:{silent.getsockname()[1]}/c")

        with pytest.raises(OperationalError):
            engine.connect()
    engine.dispose()
