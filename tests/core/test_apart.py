"""Statements that stand each for itself: they hold nothing, and none can be half of something."""

import pytest
from sqlalchemy import text

from helpdesk.accounts.models import Team, TeamKind
from helpdesk.assembly import open_apart
from helpdesk.core.history import HistoryEntry


@pytest.fixture
def apart(engine):
    with open_apart(engine)() as session:
        yield session


def an_entry(at):
    return HistoryEntry(
        at=at, actor_id="system", action="case.read", subject_type="cases", subject_id="1",
        case_id=None, details={},
    )  # fmt: skip


def test_nothing_is_held_between_two_statements(apart):
    state = apart.connection().connection.driver_connection.info.transaction_status

    apart.execute(text("SELECT 1"))

    assert state.name == "IDLE"
    assert apart.connection().connection.driver_connection.info.transaction_status.name == "IDLE"


def test_the_next_who_gets_the_connection_has_a_transaction_again(engine):
    with open_apart(engine)() as session:
        session.execute(text("SELECT 1"))
        backend = session.scalar(text("SELECT pg_backend_pid()"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) == backend
        status = connection.connection.driver_connection.info.transaction_status
        assert status.name == "INTRANS"


def test_no_row_is_changed_by_a_flush(apart):
    apart.add(Team(slug="a-new-one", name="A new one", kind=TeamKind.QUEUE))

    with pytest.raises(RuntimeError):
        apart.flush()


def test_nor_does_it_write_what_could_be_half_written(apart, now):
    apart.add_all([an_entry(now), an_entry(now)])

    with pytest.raises(RuntimeError):
        apart.flush()
