"""Partners keep their desk as their first channel; the way back loses none of what came since."""

# ruff: noqa: F401, F811 - fixtures of other files

import pytest
from alembic import command
from sqlalchemy import text

from migrations.losses import WouldLose
from tests.migrations.test_first_tables import empty_database
from tests.migrations.test_partners_of_one_platform import add
from tests.migrations.test_safe_migrations import config, engine


@pytest.fixture
def filled(config, engine):
    command.upgrade(config, "0097")
    for name in ("first", "second"):
        add(engine, name)
    command.upgrade(config, "0099")
    return engine


def channels(engine, columns):
    with engine.begin() as connection:
        found = connection.execute(text(f"SELECT {columns} FROM partner_channels"))  # noqa: S608
        return {tuple(row) for row in found}


def change(engine, statement):
    with engine.begin() as connection:
        connection.execute(text(statement))


def test_every_partner_has_its_desk_and_nobody_knows_who_else_hears(filled):
    assert channels(filled, "partner_id, position, kind, receipt, onward_disclosure") == {
        (name, 1, "desk", "opened", "unknown") for name in ("first", "second")
    }


def test_only_a_form_has_an_address(filled):
    with pytest.raises(Exception, match="form_has_address"):
        change(filled, "UPDATE partner_channels SET kind = 'form'")


def test_a_form_is_not_lost_on_the_way_back(filled, config):
    change(
        filled,
        "UPDATE partner_channels SET kind = 'form', form_address = 'https://social.test/report'",
    )

    with pytest.raises(WouldLose, match="forms of partners"):
        command.downgrade(config, "0098")


def test_what_was_settled_of_a_channel_is_not_lost_on_the_way_back(filled, config):
    change(filled, "UPDATE partner_channels SET onward_disclosure = 'tells'")

    with pytest.raises(WouldLose, match="channels of partners"):
        command.downgrade(config, "0097")


def test_the_way_back_is_open_where_nothing_was_settled(filled, config):
    command.downgrade(config, "0097")
    command.upgrade(config, "0099")

    assert channels(filled, "kind") == {("desk",)}
