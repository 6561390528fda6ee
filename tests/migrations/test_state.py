"""Where things are is kept under its new name, up and down, and what guards it guards it still."""

import pytest
from alembic import command
from sqlalchemy import text

from tests.migrations.test_first_tables import empty_database  # noqa: F401 - a fixture
from tests.migrations.test_safe_migrations import a_case, config, engine  # noqa: F401 - fixtures
from tests.migrations.test_waiting_until_a_day import ASKED, PARTNER

DELIVERY = """
INSERT INTO deliveries (id, escalation_id, packet_hash, sealed_hash, standing, fence)
VALUES ('one', 'one', 'x', 'x', 'uncertain', 0)
"""
PROMISE = """
INSERT INTO outbox (id, job, queue, arguments, standing, due_at, attempts, fence)
VALUES ('one', 'cases.wake', 'notices', '{}', 'failed', now(), 4, 0)
"""
WHERE_THEY_ARE = {
    "cases": "open",
    "escalations": "with_partner",
    "deliveries": "uncertain",
    "outbox": "failed",
}
# What a renamed column does not take along by itself: the words of a trigger's function.
NAMED_BY_TRIGGERS = """
SELECT DISTINCT c.relname, p.proname, m[1]
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid,
    regexp_matches(p.prosrc, '\\m(?:NEW|OLD)\\.(\\w+)', 'g') AS m
WHERE NOT t.tgisinternal AND NOT EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = m[1] AND a.attnum > 0)
"""


@pytest.fixture
def filled(config, engine):  # noqa: F811
    command.upgrade(config, "0034")
    with engine.begin() as connection:
        a_case(connection)
        connection.execute(text(PARTNER))
        asked = {"id": "one", "case": "one", "standing": "with_partner", "ask": "lock", "days": 3}
        connection.execute(text(ASKED), asked)
        connection.execute(text(DELIVERY))
        connection.exec_driver_sql(PROMISE)
    return engine


def where_they_are(engine, columns):  # noqa: F811
    with engine.connect() as connection:
        return {
            table: connection.scalar(text(f"SELECT {column} FROM {table}"))  # noqa: S608 - our own
            for table, column in zip(WHERE_THEY_ARE, columns, strict=True)
        }


def test_what_was_status_and_standing_is_the_state_and_on_the_way_back_again(filled, config):  # noqa: F811
    before = ("status", "standing", "standing", "standing")

    command.upgrade(config, "0035")
    assert where_they_are(filled, ["state"] * 4) == WHERE_THEY_ARE
    command.downgrade(config, "0034")

    assert where_they_are(filled, before) == WHERE_THEY_ARE


@pytest.mark.parametrize("revision", ["head", "0034"])
def test_no_trigger_names_a_column_that_its_table_does_not_have(filled, config, revision):  # noqa: F811
    command.upgrade(config, "head")
    if revision != "head":
        command.downgrade(config, revision)

    with filled.connect() as connection:
        lost = connection.exec_driver_sql(NAMED_BY_TRIGGERS).all()

    assert lost == []


def test_an_owner_is_checked_and_a_member_let_go_by_the_new_name(filled, config):  # noqa: F811
    command.upgrade(config, "head")

    with filled.begin() as connection:
        connection.execute(text("UPDATE cases SET owner_id = NULL, state = 'closed'"))
        connection.execute(
            text(
                "INSERT INTO people (id, handle, name, role, invited_at, totp_last_step, failures)"
                " VALUES ('x', 'x', 'x', 'responder', now(), 0, 0);"
                "INSERT INTO memberships (person_id, team_id, since_at)"
                " VALUES ('x', 'team', now());"
                "DELETE FROM memberships; UPDATE people SET disabled_at = now()"
            )
        )

    assert where_they_are(filled, ["state"] * 4)["cases"] == "closed"
