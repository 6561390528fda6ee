"""What waits for nothing is open again, and everything that waits has a day on which it wakes."""

import pytest
from alembic import command
from sqlalchemy import text

from tests.migrations.test_first_tables import empty_database  # noqa: F401 - a fixture
from tests.migrations.test_next_word import KEY
from tests.migrations.test_safe_migrations import config, engine  # noqa: F401 - fixtures

CASE = """
INSERT INTO cases (id, ref, team_id, status, waits_on, waits_until, level, rule, incident_type,
    language, opened_at, in_slow_lane, is_drill, key_id, public_half, reporter_tag,
    reporter_public_half, form_token)
VALUES (:id, :ref, 'team', :status, :waits_on, current_date + CAST(:days AS int), :level, 'R1',
    'advice', 'en', now(), false, false, :id, 'k', CAST(:raw AS bytea), 'k', CAST(:raw AS bytea))
"""
ASKED = """
INSERT INTO escalations (id, ref, partner_id, standing, priority, ask, packet, packet_hash,
    drafted_by, drafted_at, case_id, answer_due_at)
VALUES (:id, :id, 'partner', :standing, 'p2', :ask, 'x', 'x', 'person:writer', now(), :case,
    (current_date + CAST(:days AS int)) AT TIME ZONE 'UTC')
"""
PARTNER = """
INSERT INTO partners (id, slug, name, platform, team_id, allowed_fields, answer_within,
    decide_within, is_drill)
VALUES ('partner', 'p', 'Partner', 'platform', 'team', '[]', '{}', '{}', false)
"""
# Status, cause, days until it ends, level; what is left of them: status, cause, days.
CASES = {
    "without a cause": ("waiting", None, None, 1),
    "for a day that nobody named": ("waiting", "date", None, 1),
    "for nobody": ("waiting", "partner", None, 1),
    "for who has answered": ("waiting", "partner", 3, 1),
    "for a partner": ("waiting", "partner", None, 1),
    "for one who is late": ("waiting", "partner", None, 1),
    "for a reporter, immediate": ("waiting", "reporter", None, 0),
    "for a reporter, urgent": ("waiting", "reporter", None, 1),
    "for a reporter, soon": ("waiting", "reporter", None, 2),
    "for a reporter, routine": ("waiting", "reporter", None, 3),
    "for a reporter until a day": ("waiting", "reporter", 5, 1),
    "for the year 9999": ("waiting", "date", 36500, 1),
    "open with a cause": ("open", "date", 4, 1),
    "closed with a day": ("closed", None, 4, 1),
}
REQUESTS = {
    "asked": ("for a partner", "with_partner", "lock", 6),
    "asked before": ("for a partner", "acknowledged", "preserve", 2),
    "answered": ("for who has answered", "decided", "lock", 6),
    "late": ("for one who is late", "in_review", "lock", -9),
}
AFTERWARDS = {
    "without a cause": ("open", None, None),
    "for a day that nobody named": ("open", None, None),
    "for nobody": ("open", None, None),
    "for who has answered": ("open", None, None),
    "for a partner": ("waiting", "partner", 7),
    "for one who is late": ("waiting", "partner", 1),
    "for a reporter, immediate": ("waiting", "reporter", 1),
    "for a reporter, urgent": ("waiting", "reporter", 3),
    "for a reporter, soon": ("waiting", "reporter", 7),
    "for a reporter, routine": ("waiting", "reporter", 14),
    "for a reporter until a day": ("waiting", "reporter", 5),
    "for the year 9999": ("waiting", "date", 90),
    "open with a cause": ("open", None, None),
    "closed with a day": ("closed", None, None),
}
FOUND = "SELECT id, status, waits_on, waits_until - current_date FROM cases"
TOLD = "SELECT case_id FROM history WHERE action = 'case.resumed' AND actor_id = 'system'"
WAKING = """
SELECT arguments ->> 'case_id', (arguments ->> 'day')::date - current_date,
    extract(epoch FROM due_at - (arguments ->> 'day')::timestamp AT TIME ZONE 'UTC')::int
FROM outbox WHERE job = 'cases.wake' AND standing = 'waiting'
"""


@pytest.fixture
def filled(config, engine):  # noqa: F811
    command.upgrade(config, "0015")
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO teams VALUES ('team', 'team', 'Team', 'queue', false)")
        )
        connection.execute(text(PARTNER))
        for number, (name, told) in enumerate(CASES.items()):
            facts = dict(zip(("status", "waits_on", "days", "level"), told, strict=True))
            facts |= {"id": name, "ref": str(number), "raw": f"case {number}".encode()}
            connection.execute(text(KEY), facts)
            connection.execute(text(CASE), facts)
        for name, told in REQUESTS.items():
            facts = dict(zip(("case", "standing", "ask", "days"), told, strict=True))
            connection.execute(text(ASKED), facts | {"id": name})
    command.upgrade(config, "0016")
    return engine


def found(engine, question):  # noqa: F811
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(question))]


def test_what_waits_has_a_cause_and_a_day_and_is_woken_on_it(filled):
    assert {name: tuple(rest) for name, *rest in found(filled, FOUND)} == AFTERWARDS

    waiting = {name: days for name, (status, _, days) in AFTERWARDS.items() if status == "waiting"}
    assert sorted(found(filled, WAKING)) == sorted((one, days, 0) for one, days in waiting.items())


def test_history_says_which_cases_were_opened_again(filled):
    opened = [name for name, told in AFTERWARDS.items() if told[0] != CASES[name][0]]

    assert sorted(found(filled, TOLD)) == sorted((name,) for name in opened)


def test_it_goes_down_and_up_again_without_moving_a_day(filled, config):  # noqa: F811
    before = found(filled, FOUND)
    woken = found(filled, WAKING)

    command.downgrade(config, "0015")
    assert sorted(found(filled, FOUND), key=str) == sorted(before, key=str)
    command.upgrade(config, "0016")

    assert sorted(found(filled, FOUND), key=str) == sorted(before, key=str)
    assert sorted(found(filled, WAKING)) == sorted(woken)
