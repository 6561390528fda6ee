"""Partners from before are vetted if a second person did it, and wait for one if not."""

import pytest
from alembic import command
from sqlalchemy import text

from tests.migrations.test_first_tables import empty_database  # noqa: F401 - a fixture
from tests.migrations.test_safe_migrations import config, engine  # noqa: F401

PARTNERS = ("two", "alone", "changer", "inviter", "nobody-there", "never")
FILLED = """
INSERT INTO teams SELECT who, who, who, 'partner', false FROM unnest(CAST(:who AS text[])) AS who;
INSERT INTO partners (id, slug, name, platform, team_id, allowed_fields, answer_within,
    decide_within, is_drill, vetted_on)
    SELECT who, who, who, who, who, '[]', '{}', '{}', false,
        CASE WHEN who <> 'never' THEN date '2026-01-02' END
    FROM unnest(CAST(:who AS text[])) AS who;
INSERT INTO keys (id, kind, owner_id, epoch, public_half)
    SELECT 'key of ' || who, 'team', who, 1, 'x' FROM unnest(CAST(:who AS text[])) AS who
    WHERE who <> 'nobody-there';
INSERT INTO people (id, handle, name, role, invited_at, totp_last_step, failures, code_given_by)
    VALUES ('theirs', 'theirs', 'Theirs', 'partner', now(), 0, 0, 'person:ben');
INSERT INTO memberships (person_id, team_id, since_at) VALUES ('theirs', 'inviter', now());
INSERT INTO history (at, actor_id, action, subject_type, subject_id, details)
    SELECT now(), 'person:ada', 'partner.registered', 'partners', who, '{}'
    FROM unnest(CAST(:who AS text[])) AS who;
INSERT INTO history (at, actor_id, action, subject_type, subject_id, details) VALUES
    (now(), 'person:ben', 'partner.changed', 'partners', 'two', '{}'),
    (now(), 'person:ada', 'partner.mailbox_given', 'partners', 'two', '{}'),
    (now(), 'person:ada', 'partner.vetted', 'partners', 'two', '{}'),
    (now(), 'person:ben', 'partner.vetted', 'partners', 'two', '{}'),
    (now(), 'person:ada', 'partner.vetted', 'partners', 'alone', '{}'),
    (now(), 'person:ben', 'partner.allow_list_changed', 'partners', 'changer', '{}'),
    (now(), 'person:ben', 'partner.vetted', 'partners', 'changer', '{}'),
    (now(), 'person:ben', 'partner.vetted', 'partners', 'inviter', '{}'),
    (now(), 'person:ben', 'partner.vetted', 'partners', 'nobody-there', '{}'),
    (now(), 'person:ben', 'partner.vetted', 'partners', 'never', '{}');
"""
KNOWN = {
    ("two", "person:ada", "person:ada", "person:ben"),
    ("alone", "person:ada", None, None),
    ("changer", "person:ada", "person:ben", None),
    ("inviter", "person:ada", None, None),
    ("nobody-there", "person:ada", None, None),
    ("never", "person:ada", None, None),
}


@pytest.fixture
def filled(config, engine):  # noqa: F811
    command.upgrade(config, "0037")
    with engine.begin() as connection:
        for statement in filter(str.strip, FILLED.split(";\n")):
            given = {"who": list(PARTNERS)} if ":who" in statement else {}
            connection.execute(text(statement), given)
    command.upgrade(config, "0038")
    return engine


def partners(engine, columns):  # noqa: F811
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT {columns} FROM partners"))  # noqa: S608
        return {tuple(row) for row in found}


def test_who_vetted_a_partner_is_kept_only_where_it_was_a_second_person(filled):
    assert partners(filled, "id, registered_by, changed_by, vetted_by") == KNOWN
    assert partners(filled, "vetted_on IS NULL, id = 'never'") == {(True, True), (False, False)}


def test_the_way_back_leaves_the_days(filled, config):  # noqa: F811
    command.downgrade(config, "0037")

    assert len(partners(filled, "id, vetted_on")) == len(PARTNERS)
