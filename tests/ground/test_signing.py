"""`helpdesk keys sign`: keys of before are named and signed once, and what comes later is not."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.orm import sessionmaker

from helpdesk.accounts.keys_signed_by_helpdesk import epochs_of_team_key, verified_key_of_person
from helpdesk.core.actors import Role
from helpdesk.core.app_context import AppContext
from helpdesk.key_files import KeyFile
from tests.conftest import SERVICE, FakeMailer, FakeQueueNotifier, plain
from tests.factories import a_person, a_team
from tests.intake.test_sending_twice import database_of_its_own

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def context(postgres, settings):
    with database_of_its_own(postgres) as engine_for:
        sessions = sessionmaker(engine_for("helpdesk_app"), expire_on_commit=False)
        yield AppContext(settings, sessions, FakeQueueNotifier(), FakeMailer(), SERVICE)


@pytest.fixture
def house(context, postgres):
    """A queue and its member, from before there were signatures."""
    with context.begin() as work:
        queue = a_team(work, takes_reports=True)
        member = a_person(work, Role.COORDINATOR, [queue])
    with psycopg.connect(plain(postgres.url("helpdesk_owner", "race"))) as database:
        database.execute("DELETE FROM key_signatures")
    return queue, member


@pytest.fixture
def sign(postgres, tmp_path):
    told = {"PATH": os.environ["PATH"], "PYTHONWARNINGS": "error"}
    told["DATABASE_URL"] = postgres.url("helpdesk_owner", "race")
    for purpose in (KeyFile.STAFF_SIGNING, KeyFile.PARTNER_SIGNING):
        path = tmp_path / purpose.file_name
        path.write_text(base64.b64encode(SERVICE.secrets[purpose].raw).decode())
        told[purpose.value] = str(path)

    def run(*words, answer=""):
        command = [sys.executable, "-m", "helpdesk.cli", "keys", "sign", "--as", "ada", *words]
        return subprocess.run(
            command, cwd=ROOT, env=told, input=answer, capture_output=True, text=True, check=False
        )

    return run


def current(context, queue):
    with context.begin() as work:
        return epochs_of_team_key(work, queue).current


def test_keys_of_before_are_named_and_signed_when_the_operator_says_so(context, house, sign):
    queue, member = house
    assert current(context, queue) is None

    refused = sign(answer="n\n")
    assert refused.returncode == 1
    assert f"Team {queue.slug}, epoch 1: " in refused.stdout
    assert f"Person {member.person.handle}, epoch 1: " in refused.stdout
    assert current(context, queue) is None

    done = sign(answer="y\n")
    assert done.returncode == 0, done.stderr
    assert "2 keys signed." in done.stdout
    assert current(context, queue) is not None
    with context.begin() as work:
        assert verified_key_of_person(work, member.person).id == member.person.key_id
    assert "Every key has a valid signature." in sign().stdout


def test_without_asking_it_signs_only_where_nothing_was_signed_before(
    context, house, sign, postgres
):
    queue, _member = house
    assert sign("--first").returncode == 0
    with psycopg.connect(plain(postgres.url("helpdesk_app", "race"))) as database:
        database.execute(
            "INSERT INTO keys VALUES ('mine', 'team', %s, 2, %s)", [queue.id, b"m" * 32]
        )

    later = sign("--first")

    assert later.returncode == 1
    assert "epoch 2" in later.stdout
    assert "Traceback" not in later.stderr
    assert current(context, queue).epoch == 1


def test_a_team_with_two_keys_of_before_is_signed_by_no_answer(context, house, sign, postgres):
    queue, _member = house
    with psycopg.connect(plain(postgres.url("helpdesk_app", "race"))) as database:
        database.execute(
            "INSERT INTO keys VALUES ('mine', 'team', %s, 2, %s)", [queue.id, b"m" * 32]
        )

    done = sign("--first")

    assert done.returncode == 1
    assert "has several keys" in done.stderr
    assert current(context, queue) is None
