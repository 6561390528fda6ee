"""What steps had found out before is its playbook's, where a record of that moment says whose."""

import pytest
from alembic import command
from sqlalchemy import text

from migrations.losses import WouldLose
from tests.migrations.test_first_tables import empty_database  # noqa: F401 - a fixture
from tests.migrations.test_safe_migrations import a_case, config, engine, revision_of  # noqa: F401

BEFORE, AFTER = "0070", "0071"
FILLED = """
INSERT INTO teams VALUES ('theirs', 'theirs', 'Theirs', 'partner', false);
INSERT INTO partners (id, slug, name, platform, team_id, allowed_fields, answer_within,
    decide_within, is_drill)
    VALUES ('partner', 'p', 'Partner', 'platform', 'theirs', '[]', '{}', '{}', false);
INSERT INTO escalations (id, ref, partner_id, state, priority, ask, packet, packet_hash,
    drafted_by, drafted_at, case_id) VALUES
    ('draft', 'B', 'partner', 'draft', 'p2', 'restore', 'x', 'x', 'person:a', now(), 'one');
INSERT INTO playbook_editions (content_hash, playbook, version, content) VALUES
    ('taken', 'account-takeover', '1', '{}'), ('copied', 'impersonation', '1', '{}');
INSERT INTO playbook_runs (id, case_id, content_hash, started_at, started_by) VALUES
    ('first', 'one', 'taken', '2026-01-01Z', 'person:a'),
    ('second', 'one', 'copied', '2026-01-01Z', 'person:a');
INSERT INTO step_records (id, case_id, run_id, step, recorded_as, outcome, at, by) VALUES
    ('1', 'one', 'first', 'confirm-owner', 'done', 'confirmed', '2026-01-02Z', 'person:a'),
    ('2', 'one', 'second', 'save-pages', 'done', 'saved', '2026-01-03Z', 'person:a'),
    ('3', 'one', 'first', 'vetting.vouch', 'done', 'confirmed', '2026-01-04Z', 'person:a');
INSERT INTO evidence (id, kind, taken_at, taken_by, value, case_id) VALUES
    ('address', 'profile-url', '2026-01-03Z', 'person:a', 'x', 'one'),
    ('how', 'ownership-statement', '2026-01-02Z', 'person:a', 'x', 'one'),
    ('by another', 'first-sign', '2026-01-02Z', 'person:b', 'x', 'one');
INSERT INTO facts (id, name, value, set_at, set_by, case_id) VALUES
    ('whose', 'owner_confirmed', 'confirmed', '2026-01-02Z', 'person:a', 'one'),
    ('who', 'vetted', 'known', '2026-01-04Z', 'person:a', 'one')
"""
PLAYBOOKS = {
    "evidence": {"address": "impersonation", "how": "account-takeover", "by another": ""},
    "facts": {"whose": "account-takeover", "who": ""},
    "escalations": {"draft": "account-takeover"},
}


@pytest.fixture
def filled(config, engine):  # noqa: F811
    command.upgrade(config, "0012")
    with engine.begin() as connection:
        a_case(connection)
    command.upgrade(config, BEFORE)
    with engine.begin() as connection:
        for statement in FILLED.split(";\n"):
            connection.exec_driver_sql(statement)
    return engine


def playbooks(engine):  # noqa: F811
    with engine.connect() as connection:
        return {
            table: dict(connection.execute(text(f"SELECT id, playbook FROM {table}")).all())  # noqa: S608
            for table in PLAYBOOKS
        }


def still_holds(engine):  # noqa: F811
    with engine.connect() as connection:
        return connection.scalar(text("SELECT request_still_holds('draft')"))


def test_each_is_its_playbooks_and_a_request_holds_as_it_did(config, filled):  # noqa: F811
    assert still_holds(filled)

    command.upgrade(config, AFTER)

    assert playbooks(filled) == PLAYBOOKS
    assert still_holds(filled)
    with filled.begin() as connection:
        connection.execute(text("UPDATE facts SET playbook = 'doxing' WHERE id = 'whose'"))
    assert not still_holds(filled)


def test_in_a_case_with_one_playbook_it_is_that_ones(config, filled):  # noqa: F811
    with filled.begin() as connection:
        connection.execute(text("DELETE FROM step_records"))
        connection.execute(text("DELETE FROM playbook_runs WHERE id = 'second'"))

    command.upgrade(config, AFTER)

    assert set(playbooks(filled)["evidence"].values()) == {"account-takeover"}
    assert playbooks(filled)["facts"] == PLAYBOOKS["facts"]


def test_the_way_back_loses_nothing_that_two_playbooks_said(config, filled):  # noqa: F811
    command.upgrade(config, AFTER)
    command.downgrade(config, BEFORE)
    assert still_holds(filled)
    command.upgrade(config, AFTER)
    with filled.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO evidence (id, kind, taken_at, taken_by, value, case_id, playbook)"
                " VALUES ('more', 'profile-url', now(), 'person:a', 'x', 'one', 'doxing')"
            )
        )

    with pytest.raises(WouldLose, match="recorded apart"):
        command.downgrade(config, BEFORE)

    assert revision_of(filled) == AFTER


def test_requests_about_two_troubles_are_not_lost_on_the_way_back(filled, config):  # noqa: F811
    command.upgrade(config, "0076")
    second = """INSERT INTO escalations (id, ref, partner_id, state, priority, ask, packet,
        packet_hash, drafted_by, drafted_at, case_id, playbook) VALUES
        ('second', 'C', 'partner', 'draft', 'p2', 'restore', 'x', 'x', 'person:a', now(), 'one',
        'impersonation')"""
    with filled.begin() as connection:
        connection.exec_driver_sql(second)

    with pytest.raises(WouldLose, match="1 of them in escalations"):
        command.downgrade(config, "0075")

    with filled.begin() as connection:
        connection.exec_driver_sql("UPDATE escalations SET state = 'withdrawn' WHERE ref = 'C'")
    command.downgrade(config, "0075")
    assert revision_of(filled) == "0075"
