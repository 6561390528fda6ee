"""One Work for each request, whose connection goes back when it ends."""

from dataclasses import replace

import pytest
from sqlalchemy import event

from helpdesk.app import create_app
from helpdesk.context_assembly import close_context, open_context
from helpdesk.settings import Surface


@pytest.fixture
def apart(settings, postgres):
    context = open_context(replace(settings, database_url=postgres.url("helpdesk_app")))
    yield context
    close_context(context)


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
