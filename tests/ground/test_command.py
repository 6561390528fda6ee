"""The helpdesk command: a half-configured helpdesk says all that is missing, and does not start."""

import os
import re
import subprocess
import sys

import psycopg
import pytest
from click.testing import CliRunner

from helpdesk import key_files
from helpdesk.cli import main
from helpdesk.context_assembly import open_context, open_engine
from helpdesk.key_files import KeyFile
from helpdesk.settings import Settings
from helpdesk.supervisor.key_folder import key_path, make_missing_keys
from helpdesk.ticker import tick

EVERYTHING = [
    "DATABASE_URL",
    "REDIS_URL",
    "PUBLIC_URL",
    "STAFF_URL",
    "PARTNER_URL",
    "MAIL_URL",
    "MAIL_FROM",
    *KeyFile,
]


ALWAYS = {*EVERYTHING} - {"REDIS_URL", *KeyFile}


@pytest.mark.parametrize(
    ("words", "needs"),
    [
        (("migrate",), {"DATABASE_URL"}),
        (("worker", "notices"), ALWAYS | {"DUTY_ADDRESSES_KEY_FILE"}),
        (("worker", "deliveries"), ALWAYS | {"PARTNER_ADDRESSES_KEY_FILE"}),
        (("worker", "reminders"), ALWAYS | {"REMINDER_ADDRESSES_KEY_FILE"}),
        (("ticker",), ALWAYS | key_files.OF_TICKER),
        (("history", "verify"), {"DATABASE_URL", "HISTORY_PUBLIC_FILE"}),
        (
            ("keys", "reseal", "--as", "ada", "--from", "older.key"),
            {"DATABASE_URL", *key_files.SECRETS - key_files.SEVERAL - key_files.SIGNING}
            | {KeyFile.STAFF_SIGNING_PUBLIC, KeyFile.PARTNER_SIGNING_PUBLIC},
        ),
        (("keys", "sign", "--as", "ada"), {"DATABASE_URL", *key_files.SIGNING}),
        (
            ("setup", "--as", "ada", "--handle", "lead", "--name", "Lead"),
            {"DATABASE_URL", "STAFF_URL", "DUTY_ADDRESSES_PUBLIC_FILE"},
        ),
    ],
)
def test_a_command_names_all_that_it_needs_and_is_missing(words, needs, monkeypatch):
    for name in EVERYTHING:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REDIS_URL", "unix:///nowhere")

    answer = CliRunner().invoke(main, words)

    assert answer.exit_code == 2
    assert "settings are missing" in answer.output
    assert {name for name in EVERYTHING if f"{name} is missing" in answer.output} == needs
    assert "Traceback" not in answer.output


def test_forgetting_asks_first(place, monkeypatch):
    answer = CliRunner().invoke(main, ["forget-instance", "--instance", str(place)], input="n\n")

    assert answer.exit_code == 1
    assert place.exists()


def test_forgetting_removes_the_whole_instance(place):
    instance = place / "instance"
    (instance / "keys").mkdir(parents=True)
    (instance / "up.lock").touch()

    answer = CliRunner().invoke(main, ["forget-instance", "--instance", str(instance), "--yes"])

    assert answer.exit_code == 0, answer.output
    assert not instance.exists()


@pytest.mark.parametrize("names", [[], ["up.lock"]])
def test_a_folder_with_anything_else_in_it_is_left_alone(place, names):
    folder = place / "documents"
    folder.mkdir()
    for name in [*names, "thesis.txt"]:
        (folder / name).touch()

    answer = CliRunner().invoke(main, ["forget-instance", "--instance", str(folder), "--yes"])

    assert answer.exit_code == 2
    assert "deleted" in answer.output
    assert {one.name for one in folder.iterdir()} == {*names, "thesis.txt"}


@pytest.mark.parametrize(
    "words", [["setup", *("--handle", "lead", "--name", "Lead")], ["keys", "sign"]]
)
def test_a_name_for_history_has_room_in_history(words):
    answer = CliRunner().invoke(main, [*words, "--as", "a" * 75])

    assert answer.exit_code == 2
    assert "Type a name of up to 74 characters" in answer.output


@pytest.fixture
def real(postgres, place, monkeypatch):
    """A database without anything in it, and the environment of an operator."""
    with psycopg.connect(
        postgres.url("postgres", "postgres").replace("+psycopg", ""), autocommit=True
    ) as connection:
        connection.execute("DROP DATABASE IF EXISTS commands")
        connection.execute("CREATE DATABASE commands OWNER helpdesk_owner")
    make_missing_keys(place)
    for name, value in {
        "DATABASE_URL": postgres.url("helpdesk_owner", "commands"),
        "REDIS_URL": "none",
        "PUBLIC_URL": "https://public.test",
        "STAFF_URL": "https://staff.test",
        "PARTNER_URL": "https://partner.test",
        "MAIL_URL": f"folder://{place}/outbox",
        "MAIL_FROM": "helpdesk@helpdesk.test",
        **{
            key: str(key_path(place, key))
            for key in key_files.OF_TICKER | {KeyFile.HISTORY_PUBLIC, KeyFile.DUTY_ADDRESSES_PUBLIC}
        },
    }.items():
        monkeypatch.setenv(name, value)
    yield CliRunner()
    with psycopg.connect(
        postgres.url("postgres", "postgres").replace("+psycopg", ""), autocommit=True
    ) as connection:
        connection.execute("DROP DATABASE commands WITH (FORCE)")


FIRST = ["setup", "--as", "ada", "--handle", "lead", "--name", "Lead"]


def test_a_real_helpdesk_begins_with_a_coordinator_who_enrols_with_a_code(real):
    assert real.invoke(main, ["migrate"]).output.endswith("The tables are up to date.\n")

    begun = real.invoke(main, FIRST)

    assert begun.exit_code == 0, begun.output
    assert "https://staff.test/enrol" in begun.output
    assert re.search(r"^ {4}([0-9A-Z]{5}-){5}[0-9A-Z]$", begun.output, re.M)

    again = real.invoke(main, FIRST)

    assert again.exit_code == 1
    assert "This helpdesk already has people" in again.output


def test_tables_of_a_newer_version_are_a_sentence(real, postgres):
    real.invoke(main, ["migrate"])
    owner = postgres.url("helpdesk_owner", "commands").replace("+psycopg", "")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    answer = real.invoke(main, ["migrate"])

    assert answer.exit_code == 2
    assert answer.output.endswith("Use the version that last migrated them.\n")


def test_a_queue_that_is_not_there_is_named(real):
    real.invoke(main, ["migrate"])
    real.invoke(main, FIRST)

    answer = real.invoke(
        main,
        [
            *("invite", "--as", "ada", "--handle", "new", "--name", "New"),
            *("--role", "responder", "--queue", "no-such-queue"),
        ],
    )

    assert answer.exit_code == 1
    assert "There is no queue called no-such-queue." in answer.output


def test_history_is_verified_and_a_change_in_it_shows(real, postgres):
    real.invoke(main, ["migrate"])
    real.invoke(main, FIRST)
    settings = Settings.from_environment(
        os.environ, needs={"DATABASE_URL"}, holds=key_files.OF_TICKER
    )
    engine = open_engine(settings.database_url)
    tick(open_context(settings, engine=engine))
    engine.dispose()

    whole = real.invoke(main, ["history", "verify"])

    assert whole.exit_code == 0, whole.output
    assert "History is intact" in whole.output

    superuser = postgres.url("postgres", "commands").replace("+psycopg", "")
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE history SET actor_id = 'shell:eve' WHERE id = 1")

    changed = real.invoke(main, ["history", "verify"])

    assert changed.exit_code == 1
    assert "Entry 1 was changed" in changed.output


def test_a_reader_who_has_had_enough_is_no_trouble():
    """`helpdesk … | head`: nothing is said of a pipe, least of all that the machine refuses."""
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        [sys.executable, "-m", "helpdesk.cli", "playbooks", "table"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)

    assert done.returncode == 1
    assert done.stderr == ""
