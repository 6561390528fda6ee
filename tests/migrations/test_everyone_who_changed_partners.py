"""Everyone who changed a partner since it was vetted is known after the upgrade, from history."""

import pytest
from alembic import command
from sqlalchemy import text

from tests.migrations.test_first_tables import empty_database  # noqa: F401 - a fixture
from tests.migrations.test_safe_migrations import config, engine  # noqa: F401
from tests.migrations.test_who_vetted_partners import partners

PARTNERS = ("vetted", "never", "untouched")
FILLED = """
INSERT INTO teams SELECT who, who, who, 'partner', false FROM unnest(CAST(:who AS text[])) AS who;
INSERT INTO partners (id, slug, name, platform, team_id, allowed_fields, answer_within,
    decide_within, is_drill, changed_by)
    SELECT who, who, who, who, who, '[]', '{}', '{}', false, 'person:ben'
    FROM unnest(CAST(:who AS text[])) AS who;
INSERT INTO history (at, actor_id, action, subject_type, subject_id, details) VALUES
    (now(), 'person:ada', 'partner.changed', 'partners', 'vetted', '{}'),
    (now(), 'person:cem', 'partner.vetted', 'partners', 'vetted', '{}'),
    (now(), 'person:ben', 'partner.mailbox_given', 'partners', 'vetted', '{}'),
    (now(), 'person:ada', 'partner.changed', 'partners', 'never', '{}'),
    (now(), 'person:ben', 'partner.allow_list_changed', 'partners', 'never', '{}'),
    (now(), 'person:ada', 'partner.changed', 'partners', 'never', '{}');
"""


@pytest.fixture
def filled(config, engine):  # noqa: F811
    command.upgrade(config, "0040")
    with engine.begin() as connection:
        for statement in filter(str.strip, FILLED.split(";\n")):
            given = {"who": list(PARTNERS)} if ":who" in statement else {}
            connection.execute(text(statement), given)
    command.upgrade(config, "0041")
    return engine


def test_everyone_since_the_last_vetting_is_kept(filled):
    assert partners(filled, "id, changed_by::text") == {
        ("vetted", '["person:ben"]'),
        ("never", '["person:ada", "person:ben"]'),
        ("untouched", "[]"),
    }


def test_the_way_back_keeps_one_of_them(filled, config):  # noqa: F811
    command.downgrade(config, "0040")

    assert partners(filled, "id, changed_by") == {
        ("vetted", "person:ben"),
        ("never", "person:ben"),
        ("untouched", None),
    }
