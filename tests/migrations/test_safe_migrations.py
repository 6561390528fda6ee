"""A migration gives way to people at work, and no way back loses what they wrote."""

import threading
import time

import pytest
from alembic import command
from alembic.config import Config
from click.testing import CliRunner
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from helpdesk.cli import main
from migrations.losses import WouldLose
from tests.conftest import ROOT
from tests.migrations.test_first_tables import empty_database  # noqa: F401 - a fixture
from tests.migrations.test_next_word import CASE, KEY


@pytest.fixture
def config(empty_database):  # noqa: F811
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = empty_database
    return config


@pytest.fixture
def engine(empty_database):  # noqa: F811
    engine = create_engine(empty_database)
    yield engine
    engine.dispose()


def revision_of(engine):
    with engine.connect() as connection:
        return connection.scalar(text("SELECT version_num FROM alembic_version"))


def a_case(connection, **columns):
    connection.execute(text("INSERT INTO teams VALUES ('team', 'team', 'Team', 'queue', false)"))
    connection.execute(text(KEY), {"id": "one"})
    facts = {"id": "one", "raw": b"one", "level": 0, "status": "open", "waits_on": None}
    connection.execute(text(CASE), facts)
    for name, value in columns.items():
        connection.execute(text(f"UPDATE cases SET {name} = {value}"))  # noqa: S608 - our own


def test_a_migration_waits_two_seconds_for_a_lock_and_no_more(config, engine):
    command.upgrade(config, "0002")
    config.attributes["tries"] = 1

    with engine.begin() as reader:
        reader.execute(text("SELECT count(*) FROM cases"))
        with pytest.raises(OperationalError, match="lock timeout"):
            command.upgrade(config, "0003")

    assert revision_of(engine) == "0002"


def test_a_lock_that_is_given_back_lets_the_migration_go_on(config, engine):
    command.upgrade(config, "0002")
    holds, has_tried = threading.Event(), threading.Event()

    def read_for_a_while():
        with engine.begin() as reader:
            reader.execute(text("SELECT count(*) FROM cases"))
            holds.set()
            has_tried.wait(3)

    reading = threading.Thread(target=read_for_a_while)
    reading.start()
    holds.wait()
    command.upgrade(config, "head")
    has_tried.set()
    reading.join()

    assert revision_of(engine) > "0003"


def test_people_at_work_wait_no_longer_than_the_migration(config, engine):
    """Whoever comes behind a waiting ALTER TABLE waits with it: that is what the limit is for."""
    command.upgrade(config, "0002")
    config.attributes["tries"] = 1
    served = threading.Event()

    def come_behind():
        time.sleep(0.5)
        with engine.connect() as connection:
            connection.execute(text("SELECT count(*) FROM cases"))
        served.set()

    with engine.begin() as reader:
        reader.execute(text("SELECT count(*) FROM cases"))
        behind = threading.Thread(target=come_behind)
        behind.start()
        with pytest.raises(OperationalError):
            command.upgrade(config, "0003")
        behind.join(10)

    assert served.is_set()


@pytest.mark.parametrize(
    ("revision", "to", "columns", "words"),
    [
        ("0003", "0002", {"other_types": "'{doxing}'"}, "the other kinds of a case: 1 of them"),
        ("0001", "base", {}, "everything: 1 of them in cases"),
    ],
)
def test_a_way_back_that_would_lose_values_refuses(config, engine, revision, to, columns, words):
    command.upgrade(config, revision)
    with engine.begin() as connection:
        a_case(connection, **columns)

    with pytest.raises(WouldLose, match=words):
        command.downgrade(config, to)

    assert revision_of(engine) == revision


def test_a_way_back_that_loses_nothing_goes_back(config, engine):
    command.upgrade(config, "0003")
    with engine.begin() as connection:
        a_case(connection)

    command.downgrade(config, "0002")

    assert revision_of(engine) == "0002"
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM cases")) == 1


def test_an_operator_reads_a_sentence_when_the_tables_are_in_use(config, engine, monkeypatch):
    command.upgrade(config, "0002")
    monkeypatch.setenv("DATABASE_URL", config.attributes["url"])

    with engine.begin() as reader:
        reader.execute(text("SELECT count(*) FROM cases"))
        answer = CliRunner().invoke(main, ["migrate", "--tries", "1"])

    assert answer.exit_code == 2
    assert "The tables are in use" in answer.output
    assert "Traceback" not in answer.output
