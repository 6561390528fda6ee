"""Commits: a lost answer is told apart from what was never saved."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from helpdesk.core.lost_commits import CommitLost, commit


@pytest.fixture
def session(postgres):
    engine = create_engine(postgres.url("helpdesk_app"))
    with Session(engine) as session:
        yield session
    engine.dispose()


def end_its_connection(session, postgres):
    pid = session.scalar(text("SELECT pg_backend_pid()"))
    engine = create_engine(postgres.url("postgres"))
    with engine.begin() as admin:
        admin.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    engine.dispose()


def test_a_commit_that_nobody_answers_may_have_been_made_and_the_connection_is_gone(
    session, postgres
):
    end_its_connection(session, postgres)

    with pytest.raises(CommitLost) as lost:
        commit(session)

    assert lost.value.connection_invalidated, "a tick rests, and tries no other part"
    assert "SELECT" not in str(lost.value)


def test_what_fails_before_the_commit_was_not_saved(session, postgres):
    with pytest.raises(ProgrammingError):
        session.execute(text("SELECT * FROM no_such_table"))
    session.rollback()
    end_its_connection(session, postgres)

    with pytest.raises(OperationalError) as away:
        session.execute(text("SELECT 1"))
    assert not isinstance(away.value, CommitLost)
