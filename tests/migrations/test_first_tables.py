"""The migrations: up, down, up again; and what each role may do afterwards."""

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import ProgrammingError

from tests.conftest import ROOT

SEEN_BY_NOBODY_OUTSIDE = [
    "people",
    "memberships",
    "sign_ins",
    "key_copies",
    "notes",
    "evidence",
    "facts",
    "evaluations",
    "level_requests",
    "playbook_runs",
    "step_records",
    "deliveries",
]


@pytest.fixture
def empty_database(postgres):
    """A database of its own on the same server, without our tables."""
    admin = create_engine(postgres.url("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE migrated OWNER helpdesk_owner"))
    yield postgres.url("helpdesk_owner", "migrated")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE migrated WITH (FORCE)"))
    admin.dispose()


def test_it_goes_up_and_down_and_up(empty_database):
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = empty_database
    engine = create_engine(empty_database)

    command.upgrade(config, "head")
    first = set(inspect(engine).get_table_names())
    command.downgrade(config, "base")
    emptied = set(inspect(engine).get_table_names())
    command.upgrade(config, "head")

    assert emptied == {"alembic_version"}
    assert set(inspect(engine).get_table_names()) == first
    engine.dispose()


@pytest.mark.parametrize("table", SEEN_BY_NOBODY_OUTSIDE)
def test_the_public_pages_role_cannot_look_into(postgres, table):
    engine = create_engine(postgres.url("helpdesk_intake"))
    with engine.connect() as connection, pytest.raises(ProgrammingError, match="denied"):
        connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - our own names
    engine.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases SET story = NULL",
        "UPDATE cases SET owner_id = NULL",
        "UPDATE cases SET level = 0",
        "DELETE FROM cases",
        "DELETE FROM messages",
        "UPDATE messages SET body = ''",
        "UPDATE keys SET public_half = ''",
        "UPDATE outbox SET state = 'kept'",
        "UPDATE escalations SET packet_hash = ''",
    ],
)
def test_the_public_pages_role_cannot_change(postgres, statement):
    engine = create_engine(postgres.url("helpdesk_intake"))
    with engine.connect() as connection, pytest.raises(ProgrammingError, match="denied"):
        connection.execute(text(statement))
    engine.dispose()


@pytest.mark.parametrize("kind", ["team", "person"])
def test_the_public_pages_role_cannot_plant_a_key(postgres, kind):
    engine = create_engine(postgres.url("helpdesk_intake"))
    planted = "INSERT INTO keys VALUES (:id, :kind, 'a team or a person', 1, 'mine')"
    with engine.connect() as connection:
        connection.execute(text(planted), {"id": "of a case", "kind": "case"})
        with pytest.raises(ProgrammingError, match="row-level security"):
            connection.execute(text(planted), {"id": "of no case", "kind": kind})
    engine.dispose()


@pytest.mark.parametrize("role", ["helpdesk_app", "helpdesk_intake"])
@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM cases", "DROP TABLE cases", "DELETE FROM messages", "CREATE TABLE x ()"],
)
def test_no_role_of_the_application_deletes_cases_or_makes_tables(postgres, role, statement):
    engine = create_engine(postgres.url(role))
    with engine.connect() as connection, pytest.raises(ProgrammingError, match=r"denied|owner"):
        connection.execute(text(statement))
    engine.dispose()
