"""Open cases of somebody who cannot work any more go back to their queue, and history says so."""

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from tests.conftest import ROOT
from tests.migrations.test_first_tables import empty_database  # noqa: F401 - a fixture
from tests.migrations.test_next_word import KEY

TEAM = """
INSERT INTO teams VALUES ('team', 'team', 'Team', 'queue', false);
INSERT INTO keys (id, kind, owner_id, epoch, public_half) VALUES ('t', 'team', 'team', 1, 'k');
"""
PERSON = """
INSERT INTO keys (id, kind, owner_id, epoch, public_half) VALUES (:key, 'person', :id, 1, 'k');
INSERT INTO people (id, handle, name, role, invited_at, disabled_at, key_id, totp_last_step,
    failures) VALUES (:id, :id, :id, 'responder', now(),
    CASE WHEN :disabled THEN now() END, CAST(:key AS varchar), 0, 0);
"""
MEMBER = "INSERT INTO memberships (person_id, team_id, since_at) VALUES (:id, 'team', now())"
COPY = "INSERT INTO key_copies (key_id, holder_id, sealed) VALUES ('t', CAST(:key AS varchar), 'x')"
CASE = """
INSERT INTO cases (id, ref, team_id, status, level, rule, incident_type, language, opened_at,
    in_slow_lane, is_drill, key_id, public_half, reporter_tag, reporter_public_half, form_token,
    owner_id)
VALUES (:case, :case, 'team', :status, 1, 'R1', 'advice', 'en', now(), false, false, :case, 'k',
    CAST(:raw AS bytea), 'k', CAST(:raw AS bytea), :id)
"""
# Whether they are blocked, in the queue, and hold its key.
PEOPLE = {
    "works": (False, True, True),
    "blocked": (True, True, True),
    "taken-out": (False, False, False),
    "no-key": (False, True, False),
}


def test_open_cases_that_were_left_behind_are_back_in_their_queue(empty_database):  # noqa: F811
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = empty_database
    command.upgrade(config, "0019")
    engine = create_engine(empty_database)
    with engine.begin() as connection:
        for statement in filter(str.strip, TEAM.split(";\n")):
            connection.execute(text(statement))
        for name, (disabled, is_member, has_key) in PEOPLE.items():
            who = {"id": name, "disabled": disabled, "key": f"k-{name}"}
            for statement in filter(str.strip, PERSON.split(";\n")):
                connection.execute(text(statement), who)
            if is_member:
                connection.execute(text(MEMBER), who)
            if has_key:
                connection.execute(text(COPY), who)
            for status in ("open", "closed"):
                case = f"{name}-{status}"
                facts = {"id": name, "case": case, "status": status, "raw": case.encode()}
                connection.execute(text(KEY), {"id": case})
                connection.execute(text(CASE), facts)

    command.upgrade(config, "0020")

    with engine.connect() as connection:
        kept = connection.scalars(
            text("SELECT id FROM cases WHERE owner_id IS NOT NULL AND status = 'open'")
        ).all()
        told = connection.scalars(
            text("SELECT case_id FROM history WHERE action = 'case.released' ORDER BY case_id")
        ).all()
    engine.dispose()
    assert kept == ["works-open"]
    assert told == ["blocked-open", "no-key-open", "taken-out-open"]
