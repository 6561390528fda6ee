"""Glances: sessions for pages that only read. They hold nothing, and change nothing."""

import pytest
from sqlalchemy import text

from helpdesk.accounts.models import Team, TeamKind
from helpdesk.assembly import open_glances
from helpdesk.core.history import HistoryEntry


@pytest.fixture
def glance(engine):
    with open_glances(engine)() as session:
        yield session


def an_entry(at):
    return HistoryEntry(
        at=at, actor_id="system", action="case.read", subject_type="cases", subject_id="1",
        case_id=None, details={},
    )  # fmt: skip


def test_nothing_is_held_between_two_statements(glance):
    state = glance.connection().connection.driver_connection.info.transaction_status

    glance.execute(text("SELECT 1"))

    assert state.name == "IDLE"
    assert glance.connection().connection.driver_connection.info.transaction_status.name == "IDLE"


def test_the_next_who_gets_the_connection_has_a_transaction_again(engine):
    with open_glances(engine)() as session:
        session.execute(text("SELECT 1"))
        backend = session.scalar(text("SELECT pg_backend_pid()"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) == backend
        status = connection.connection.driver_connection.info.transaction_status
        assert status.name == "INTRANS"


def test_a_page_that_only_reads_changes_nothing(glance):
    glance.add(Team(slug="a-new-one", name="A new one", kind=TeamKind.QUEUE))

    with pytest.raises(RuntimeError):
        glance.flush()


def test_nor_does_it_write_what_could_be_half_written(glance, now):
    glance.add_all([an_entry(now), an_entry(now)])

    with pytest.raises(RuntimeError):
        glance.flush()
