"""Cases that were there before our next word had a clock have one afterwards."""

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from tests.conftest import ROOT
from tests.migrations.test_first_tables import empty_database  # noqa: F401 - a fixture

KEY = """
INSERT INTO keys (id, kind, owner_id, epoch, public_half) VALUES (:id, 'case', :id, 1, 'k')
"""
CASE = """
INSERT INTO cases (id, ref, team_id, status, waits_on, level, rule, incident_type, language,
    opened_at, in_slow_lane, is_drill, key_id, public_half, reporter_tag, reporter_public_half,
    form_token)
VALUES (:id, :id, 'team', :status, :waits_on, :level, 'R1', 'advice', 'en', now(), false, false,
    :id, 'k', CAST(:raw AS bytea), 'k', CAST(:raw AS bytea))
"""
MESSAGE = """
INSERT INTO messages (id, case_id, is_from_reporter, author, sent_at, body)
VALUES (:id, :id, false, 'person:1', now() - interval '5 hours', 'x')
"""


def test_open_cases_that_we_have_written_to_get_their_clock(empty_database):  # noqa: F811
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = empty_database
    command.upgrade(config, "0004")
    engine = create_engine(empty_database)
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO teams VALUES ('team', 'team', 'Team', 'queue', false)")
        )
        for case_id, level, status, waits_on in (
            ("late", 0, "open", None),
            ("calm", 1, "open", None),
            ("rests", 1, "waiting", "reporter"),
            ("asked", 1, "waiting", "partner"),
            ("closed", 1, "closed", None),
            ("unanswered", 1, "new", None),
        ):
            facts = {"id": case_id, "raw": case_id.encode(), "level": level}
            facts |= {"status": status, "waits_on": waits_on}
            connection.execute(text(KEY), {"id": case_id})
            connection.execute(text(CASE), facts)
            if case_id != "unanswered":
                connection.execute(text(MESSAGE), {"id": case_id})

    command.upgrade(config, "0005")

    with engine.connect() as connection:
        due = connection.execute(
            text(
                "SELECT id, round(extract(epoch FROM word_due_at - now()) / 3600) FROM cases"
                " WHERE word_due_at IS NOT NULL ORDER BY id"
            )
        ).all()
        paused = connection.execute(
            text("SELECT subject_id FROM clock_events WHERE turn = 'paused'")
        ).all()
        alarms = connection.execute(
            text(
                "SELECT arguments->>'case_id', count(*) FROM outbox"
                " WHERE job = 'triage.word_alarm' GROUP BY 1 ORDER BY 1"
            )
        ).all()
    engine.dispose()
    assert [(one, int(hours)) for one, hours in due] == [("asked", 19), ("calm", 19), ("late", -1)]
    assert [one for (one,) in paused] == ["rests"]
    assert [tuple(one) for one in alarms] == [("asked", 3), ("calm", 3)]
