"""Whoever approved or read a request before stays behind it; the way back forgets nobody."""

# ruff: noqa: F401, F811 - fixtures of other files

import pytest
from alembic import command
from sqlalchemy import text

from migrations.losses import WouldLose
from tests.migrations.test_first_tables import empty_database
from tests.migrations.test_safe_migrations import a_case, config, engine

FILLED = """
INSERT INTO teams VALUES ('theirs', 'theirs', 'Theirs', 'partner', false);
INSERT INTO partners (id, slug, name, platform, team_id, allowed_fields, answer_within,
    decide_within, is_drill)
    VALUES ('partner', 'p', 'Partner', 'platform', 'theirs', '[]', '{}', '{}', false);
INSERT INTO escalations (id, ref, partner_id, state, priority, ask, packet, packet_hash,
    drafted_by, drafted_at, case_id, approved_by, approved_at, second_reader, second_read_at) VALUES
    ('sent', 'B', 'partner', 'with_partner', 'p2', 'restore', 'x', 'x', 'person:a', now(), 'one',
        'person:b', now(), 'person:c', now()),
    ('draft', 'C', 'partner', 'draft', 'p2', 'remove', 'x', 'x', 'person:a', now(), 'one',
        NULL, NULL, NULL, NULL)
"""
CARRIED_OVER = {("sent", "approval", "person:b"), ("sent", "second_reading", "person:c")}


@pytest.fixture
def filled(config, engine):
    command.upgrade(config, "0012")
    with engine.begin() as connection:
        a_case(connection)
    command.upgrade(config, "0070")
    with engine.begin() as connection:
        for statement in FILLED.split(";\n"):
            connection.exec_driver_sql(statement)
    command.upgrade(config, "0102")
    return engine


def parts(engine):
    with engine.connect() as connection:
        found = connection.execute(text("SELECT subject_id, part, actor FROM contributions"))
        return {tuple(row) for row in found}


def behind(engine):
    with engine.connect() as connection:
        return set(connection.scalars(text("SELECT people_behind_request('sent')")))


def test_approvals_and_second_readings_that_stand_are_carried_over(filled):
    assert parts(filled) == CARRIED_OVER
    assert behind(filled) == {"person:a", "person:b", "person:c"}


def test_whom_the_request_still_names_is_no_loss_on_the_way_back(filled, config):
    command.downgrade(config, "0101")

    assert parts(filled) == set()
    assert behind(filled) == {"person:a", "person:b", "person:c"}


def test_an_earlier_approval_is_not_lost_on_the_way_back(filled, config):
    with filled.begin() as connection:
        connection.execute(text("UPDATE escalations SET approved_by = 'person:d'"))
    assert behind(filled) == {"person:a", "person:b", "person:c", "person:d"}

    with pytest.raises(WouldLose, match="who approved or read a request"):
        command.downgrade(config, "0101")
