"""Statements that stand each for itself: they hold nothing, and none can be half of something."""

from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text

from helpdesk.accounts.models import Team, TeamKind
from helpdesk.assembly import close_context, open_autocommit, open_context
from helpdesk.core.history import HistoryEntry


@pytest.fixture
def apart(postgres):
    sessions = open_autocommit(postgres.url("helpdesk_app"))
    with sessions() as session:
        yield session
    sessions.kw["bind"].dispose()


@pytest.fixture
def context_apart(settings, postgres):
    context = open_context(replace(settings, database_url=postgres.url("helpdesk_app")))
    yield context
    close_context(context)


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


def test_whoever_needs_a_transaction_gets_another_connection(context_apart):
    with context_apart.autocommit_sessions() as session:
        backend = session.scalar(text("SELECT pg_backend_pid()"))
    with context_apart.sessions() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != backend
        status = session.connection().connection.driver_connection.info.transaction_status
        assert status.name == "INTRANS"


def test_no_row_is_changed_by_a_flush(apart):
    apart.add(Team(slug="a-new-one", name="A new one", kind=TeamKind.QUEUE))

    with pytest.raises(RuntimeError):
        apart.flush()


def test_nor_does_it_write_what_could_be_half_written(apart, now):
    apart.add_all([an_entry(now), an_entry(now)])

    with pytest.raises(RuntimeError):
        apart.flush()


def test_an_entry_is_there_for_good_once_the_page_has_ended(apart, context_apart, postgres, now):
    entry = an_entry(now)
    apart.add(entry)
    apart.commit()
    apart.rollback()

    try:
        with context_apart.sessions() as session:
            assert session.get(HistoryEntry, entry.id) is not None
    finally:
        forget(postgres, entry.id)


def forget(postgres, entry_id):
    """Other tests find history as it was: nobody but a superuser without triggers can do that."""
    engine = create_engine(postgres.url("postgres"))
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("DELETE FROM history WHERE id = :id"), {"id": entry_id})
    engine.dispose()
