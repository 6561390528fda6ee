"""Partners without an account have a link and a code; the way back loses no such channel."""

# ruff: noqa: F401, F811 - fixtures of other files

import pytest
from alembic import command

from migrations.losses import WouldLose
from tests.migrations.test_channels_of_partners import change, channels
from tests.migrations.test_first_tables import empty_database
from tests.migrations.test_partners_of_one_platform import add
from tests.migrations.test_safe_migrations import config, engine


@pytest.fixture
def filled(config, engine):
    command.upgrade(config, "0097")
    add(engine, "first")
    command.upgrade(config, "0107")
    return engine


def test_a_channel_by_link_is_not_lost_on_the_way_back(filled, config):
    change(filled, "UPDATE partner_channels SET kind = 'link'")

    with pytest.raises(WouldLose, match="channels by link"):
        command.downgrade(config, "0106")


def test_the_way_back_is_open_where_nobody_has_a_link(filled, config):
    command.downgrade(config, "0106")
    command.upgrade(config, "0107")

    assert channels(filled, "kind") == {("desk",)}
