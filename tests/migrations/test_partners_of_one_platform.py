"""Partners after the upgrade are what they were; the way back gives up none of what came since."""

import pytest
from alembic import command
from sqlalchemy import text

from migrations.losses import WouldLose
from tests.migrations.test_first_tables import empty_database  # noqa: F401 - a fixture
from tests.migrations.test_safe_migrations import config, engine  # noqa: F401
from tests.migrations.test_who_vetted_partners import partners

TEAM = "INSERT INTO teams VALUES ('{0}', '{0}', '{0}', 'partner', false)"
PARTNER = """
INSERT INTO partners (id, slug, name, platform, team_id, allowed_fields, answer_within,
    decide_within, is_drill, changed_by)
VALUES ('{0}', '{0}', '{0}', 'social', '{0}', '[]', '{{}}', '{{}}', false, '[]')"""


def add(engine, name):  # noqa: F811
    with engine.begin() as connection:
        for statement in (TEAM, PARTNER):
            connection.execute(text(statement.format(name)))


@pytest.fixture
def filled(config, engine):  # noqa: F811
    command.upgrade(config, "0085")
    add(engine, "first")
    command.upgrade(config, "0086")
    return engine


def test_a_partner_keeps_its_platform_as_a_team_of_it_for_every_region(filled):
    assert partners(filled, "platform, kind, regions::text, opens") == {
        ("social", "platform", "[]", None)
    }


def test_a_second_one_for_the_platform_is_not_lost_on_the_way_back(filled, config):  # noqa: F811
    add(filled, "second")

    with pytest.raises(WouldLose, match="partners of a platform that has another"):
        command.downgrade(config, "0085")
    assert partners(filled, "id") == {("first",), ("second",)}


def test_for_whom_they_act_is_not_lost_on_the_way_back(filled, config):  # noqa: F811
    with filled.begin() as connection:
        connection.execute(text("UPDATE partners SET regions = '[\"011\"]'"))

    with pytest.raises(WouldLose, match="for whom and when"):
        command.downgrade(config, "0085")


def test_the_way_back_is_open_where_nothing_new_was_said(filled, config):  # noqa: F811
    command.downgrade(config, "0085")

    assert partners(filled, "platform") == {("social",)}
