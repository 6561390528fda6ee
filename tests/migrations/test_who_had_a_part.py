"""What people did before parts were rows is filled in from what rows and history still say."""

import pytest
from alembic import command
from sqlalchemy import text

from migrations.losses import WouldLose
from tests.migrations.test_first_tables import empty_database  # noqa: F401 - a fixture
from tests.migrations.test_safe_migrations import a_case, config, engine, revision_of  # noqa: F401

# Who did what in a house of before: a request that has left and one that has not, both of one case.
FILLED = """
INSERT INTO teams VALUES ('theirs', 'theirs', 'Theirs', 'partner', false);
INSERT INTO partners (id, slug, name, platform, team_id, allowed_fields, answer_within,
    decide_within, is_drill)
    VALUES ('partner', 'p', 'Partner', 'platform', 'theirs', '[]', '{}', '{}', false);
INSERT INTO escalations (id, ref, partner_id, standing, priority, ask, packet, packet_hash,
    drafted_by, drafted_at, case_id, waived_by, waived_at, approved_by, approved_at) VALUES
    ('left', 'A', 'partner', 'with_partner', 'p2', 'restore', 'x', 'x', 'person:writer', now(),
        'one', 'person:lead', now(), 'person:second', now()),
    ('draft', 'B', 'partner', 'draft', 'p2', 'lock', 'x', 'x', 'person:writer', now(), 'one',
        NULL, NULL, NULL, NULL);
INSERT INTO evidence (id, kind, taken_at, taken_by, value, case_id)
    VALUES ('e', 'profile-url', now(), 'person:second', 'x', 'one');
INSERT INTO facts (id, name, value, set_at, set_by, case_id) VALUES
    ('f', 'vetted', 'known', now(), 'person:lead', 'one'),
    ('g', 'public_form', 'filed', now(), 'system', 'one');
INSERT INTO evaluations (id, at, by, level, rule, table_version, inputs, case_id) VALUES
    ('v', now(), 'person:second', 2, 'raised-by-hand', '1', 'x', 'one'),
    ('w', now(), 'nobody', 1, 'R1', '1', 'x', 'one');
INSERT INTO level_requests (id, level, reason, asked_by, asked_at, case_id, granted,
    decided_by, decided_at) VALUES
    ('granted', 1, 'x', 'person:asked', now(), 'one', true, 'person:second', now()),
    ('refused', 1, 'x', 'person:vain', now(), 'one', false, 'person:second', now());
INSERT INTO consents (id, case_id, kind, platform, given_at, given_by) VALUES
    ('bore', 'one', 'platform', 'platform', now(), 'person:writer'),
    ('bore help', 'one', 'help', NULL, now(), 'person:writer'),
    ('other', 'one', 'platform', 'another', now(), 'person:writer'),
    ('theirs', 'one', 'keep', NULL, now(), 'reporter:one');
INSERT INTO people (id, handle, name, role, invited_at, totp_last_step, failures)
    SELECT who, who, who, 'responder', now(), 0, 0
    FROM unnest(ARRAY['writer', 'second', 'lead', 'old']) AS who;
INSERT INTO memberships (person_id, team_id, since_at)
    SELECT id, 'team', now() FROM people;
INSERT INTO history (at, actor_id, action, subject_type, subject_id, case_id, details) VALUES
    (now(), 'person:changer', 'escalation.changed', 'escalations', 'draft', 'one', '{}'),
    (now(), 'person:ghost', 'escalation.changed', 'escalations', 'gone', 'gone', '{}'),
    (now() - interval '9 days', 'operator:1', 'person.invited', 'people', 'writer', NULL, '{}'),
    (now() - interval '8 days', 'person:lead', 'team.let_in', 'teams', 'team', NULL,
        '{"person_id": "writer"}'),
    (now() - interval '9 days', 'operator:1', 'person.invited', 'people', 'second', NULL, '{}'),
    (now() - interval '8 days', 'person:lead', 'team.let_in', 'teams', 'team', NULL,
        '{"person_id": "second"}'),
    (now() - interval '1 day', 'person:lead', 'person.started_over', 'people', 'second', NULL,
        '{}');
"""
PARTS = {
    ("draft", "words", "", "person:changer"),
    ("draft", "words", "", "person:writer"),
    ("left", "words", "", "person:writer"),
    ("left", "waiver", "", "person:lead"),
    ("one", "evidence", "profile-url", "person:second"),
    ("one", "fact", "vetted", "person:lead"),
    ("one", "level", "", "person:second"),
    ("one", "level", "", "person:asked"),
}


@pytest.fixture
def filled(config, engine):  # noqa: F811
    command.upgrade(config, "0012")
    with engine.begin() as connection:
        a_case(connection)
        for statement in filter(str.strip, FILLED.split(";\n")):
            connection.exec_driver_sql(statement)
    command.upgrade(config, "0013")
    return engine


def rows(engine, question):  # noqa: F811
    with engine.connect() as connection:
        return {tuple(row) for row in connection.execute(text(question))}


def test_whoever_had_a_part_before_has_it_afterwards_and_nobody_else(filled):
    assert rows(filled, "SELECT subject_id, part, name, actor FROM contributions") == PARTS


def test_a_consent_by_hand_on_which_a_request_has_left_is_confirmed_and_no_other(filled):
    confirmed = rows(filled, "SELECT id, confirmed_by FROM consents WHERE confirmed_by IS NOT NULL")

    assert confirmed == {("bore", "person:second"), ("bore help", "person:second")}


def test_it_is_known_again_who_gave_a_code_and_who_let_people_in_since(filled):
    people = rows(filled, "SELECT id, code_given_by, was_reset FROM people")
    let_in = rows(filled, "SELECT person_id, let_in_by FROM memberships")

    assert people == {
        ("writer", "operator:1", False),
        ("second", "person:lead", True),
        ("lead", None, False),
        ("old", None, False),
    }
    # who was reset after they were let in has to be let in again
    assert let_in == {
        ("writer", "person:lead"),
        ("second", None),
        ("lead", None),
        ("old", None),
    }


LOST = {
    "who had a part": "SELECT 1",
    "confirmed consents": "DELETE FROM contributions",
    "who let people in": "DELETE FROM contributions; UPDATE consents SET confirmed_at = NULL",
    "who gave codes": "DELETE FROM contributions; UPDATE consents SET confirmed_at = NULL;"
    "UPDATE memberships SET let_in_by = NULL",
}


@pytest.mark.parametrize("what", LOST)
def test_the_way_back_forgets_none_of_it_without_a_word(filled, config, what):  # noqa: F811
    with filled.begin() as connection:
        connection.exec_driver_sql(LOST[what])

    with pytest.raises(WouldLose, match=what):
        command.downgrade(config, "0012")

    assert revision_of(filled) == "0013"


def test_what_was_emptied_on_purpose_goes_down_and_is_filled_again_on_the_way_up(filled, config):  # noqa: F811
    with filled.begin() as connection:
        for statement in (
            *LOST["who gave codes"].split(";"),
            "UPDATE people SET code_given_by = NULL",
        ):
            connection.exec_driver_sql(statement)

    command.downgrade(config, "0012")
    command.upgrade(config, "0013")

    assert rows(filled, "SELECT subject_id, part, name, actor FROM contributions") == PARTS
