"""Whatever an operator gets wrong is said in a sentence, with status 2 and without a traceback."""

import os
import time

import pytest
from click.testing import CliRunner

from helpdesk import key_files
from helpdesk.cli import main
from helpdesk.setting_values import parse_database_url
from helpdesk.supervisor.key_folder import key_path, make_missing_keys
from tests.ground.warm_commands import WarmCommands

PAGES = ["wsgi"]
SECRET = "correct-horse-7431"
SECONDS_TO_REFUSE = 20


def command(*words):
    return ["helpdesk.cli", *words]


WORKER, TICKER, MIGRATE = command("worker", "notices"), command("ticker"), command("migrate")
VERIFY = command("history", "verify")
SETUP = command("setup", "--as", "ada", "--handle", "lead", "--name", "Lead")
ALL = [WORKER, TICKER, MIGRATE, VERIFY, SETUP]


@pytest.fixture
def whole(postgres, redis_server, place):
    """An environment in which everything is right."""
    make_missing_keys(place)
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": postgres.url("helpdesk_app"),
        "REDIS_URL": redis_server.url("worker"),
        "PUBLIC_URL": "https://public.test",
        "STAFF_URL": "https://staff.test",
        "PARTNER_URL": "https://partner.test",
        "MAIL_URL": f"folder://{place}/outbox",
        "MAIL_FROM": "helpdesk@helpdesk.test",
        "PYTHONWARNINGS": "error",
    }


def given(words, place):
    """The key files of a process, as it is told of them; a command of an operator may know all."""
    keys = {id(WORKER): key_files.OF_WORKER["notices"], id(TICKER): key_files.OF_TICKER}
    keys[id(PAGES)] = key_files.OF_PAGES["public"]
    return {key: str(key_path(place, key)) for key in keys.get(id(words), key_files.ALL)}


@pytest.fixture(scope="module")
def run():
    commands = WarmCommands()
    yield commands.run
    commands.end()


NOWHERE = "postgresql://helpdesk_app@127.0.0.1:1/helpdesk"
BAD = [
    # DATABASE_URL
    ({"DATABASE_URL": "mysql://x/y"}, "must begin with postgresql://", [*ALL, PAGES]),
    ({"DATABASE_URL": "banana"}, "must begin with postgresql://", [MIGRATE, WORKER]),
    ({"DATABASE_URL": "postgresql://role@host"}, "names no database", [MIGRATE]),
    ({"DATABASE_URL": "postgresql://a@db.example/helpdesk"}, "sslmode=verify-full", [MIGRATE]),
    ({"DATABASE_URL": "postgresql://a@h:port/helpdesk"}, "check its host and port", [MIGRATE]),
    ({"DATABASE_URL": NOWHERE}, "The database cannot be reached", ALL),
    ({"PGHOSTADDR": "203.0.113.5"}, "PGHOSTADDR is set", [MIGRATE, PAGES]),
    ({"PGHOST": "db.example.net"}, "PGHOST is set", [MIGRATE, PAGES]),
    ({"PGSERVICE": "elsewhere"}, "PGSERVICE is set", [WORKER]),
    # REDIS_URL
    ({"REDIS_URL": "banana"}, "REDIS_URL must begin with redis://", [WORKER, TICKER]),
    ({"REDIS_URL": "redis://away.example"}, "use rediss://", [WORKER]),
    ({"REDIS_URL": "unix:///nowhere.sock"}, "Redis cannot be reached", [WORKER]),
    ({"REDIS_URL": "none"}, "REDIS_URL is none", [WORKER]),
    # addresses
    ({"PUBLIC_URL": "banana"}, "PUBLIC_URL must be a whole address", [WORKER, TICKER, PAGES]),
    ({"STAFF_URL": "https://a.example/staff"}, "STAFF_URL must end with the host", [SETUP]),
    ({"PARTNER_URL": "ftp://a.example"}, "PARTNER_URL must be a whole address", [PAGES]),
    ({"EXIT_URL": "javascript:alert(1)"}, "EXIT_URL must be a whole address", [PAGES]),
    ({"HELPLINES": "/nowhere.yml"}, "HELPLINES names no file", [PAGES]),
    # mail
    ({"MAIL_URL": "banana"}, "MAIL_URL must begin with smtp://", [WORKER, TICKER]),
    ({"MAIL_URL": "smtp://"}, "MAIL_URL names no mail server", [WORKER]),
    ({"MAIL_URL": "folder://here"}, "MAIL_URL names no folder", [WORKER]),
    ({"MAIL_FROM": "helpdesk"}, "MAIL_FROM is not an email address", [WORKER]),
    ({"MAIL_URL": f"smtp://us:{SECRET}@mail.example"}, "the pages send no email", [PAGES]),
    # keys, folders, surfaces, languages
    ({"DUTY_ADDRESSES_KEY_FILE": "/nowhere.key"}, "KEY_FILE does not name", [WORKER, TICKER]),
    ({"HISTORY_PUBLIC_FILE": "/nowhere.key"}, "HISTORY_PUBLIC_FILE does not name", [VERIFY]),
    ({"DUTY_ADDRESSES_PUBLIC_FILE": "/nowhere.key"}, "FILE does not name", [SETUP]),
    ({"HISTORY_KEY_FILE": "/some.key"}, "does not need it. Remove it", [WORKER, PAGES]),
    ({"SERVICE_KEY_FILE": "/some.key"}, "helpdesk keys reseal", [WORKER, TICKER, PAGES]),
    ({"DUTY_ADDRESSES_KEY_FILE": ""}, "DUTY_ADDRESSES_KEY_FILE is missing", [WORKER, TICKER]),
    ({"INSTANCE": "/etc/hostname"}, "INSTANCE is a file", [WORKER]),
    ({"SERVES": ""}, "SERVES is missing: say which pages", [PAGES]),
    ({"DRILL": "maybe"}, "DRILL must be 1 or 0", [PAGES, WORKER, TICKER, SETUP]),
    ({"WITHOUT_SUPERUSER": "2"}, "WITHOUT_SUPERUSER must be 1 or 0", [MIGRATE, PAGES]),
    ({"OFFER_UNREVIEWED": "y"}, "OFFER_UNREVIEWED must be 1 or 0", [PAGES]),
    ({"SERVES": "banana"}, "SERVES knows public, staff and partner", [PAGES]),
    ({"LANGUAGES": "tlh"}, "LANGUAGES knows en", [PAGES]),
    ({}, "INTAKE_KEY_FILE is missing", [PAGES]),
]
TABLE = [
    pytest.param(changed, sentence, words, id=f"{sentence[:40]}-{words[-1][:12]}")
    for changed, sentence, all_words in BAD
    for words in all_words
]


@pytest.mark.parametrize(("changed", "sentence", "words"), TABLE)
def test_a_bad_setting_is_a_sentence(run, whole, place, changed, sentence, words):
    environment = {**whole, **given(words, place), **changed}
    if words is PAGES:
        environment = {"SERVES": "public", **environment}
        environment.pop("REDIS_URL")
        if not changed:
            environment.pop("INTAKE_KEY_FILE")

    done = run(words, environment)

    assert done.returncode == 2, done.stdout + done.stderr
    assert sentence in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_postgres_is_taken_for_postgresql(run, whole, place, postgres):
    url = postgres.url("helpdesk_app").replace("postgresql+psycopg://", "postgres://")

    done = run(VERIFY, {**whole, **given(VERIFY, place), "DATABASE_URL": url})

    assert "DATABASE_URL" not in done.stdout + done.stderr
    assert "entries are chained" in done.stdout


@pytest.mark.parametrize(
    ("user", "database", "sentence"),
    [
        ("helpdesk_app", "nowhere", "no database with that name"),
        ("nobody_at_all", "helpdesk", "refused the password"),
        ("postgres", "postgres", "helpdesk migrate"),
        ("helpdesk_intake", "helpdesk", "is not allowed to do this"),
    ],
)
def test_a_database_that_refuses_is_a_sentence(
    run, whole, place, postgres, user, database, sentence
):
    url = postgres.url(user, database)

    done = run(VERIFY, {**whole, **given(VERIFY, place), "DATABASE_URL": url})

    assert done.returncode == 2, done.stdout + done.stderr
    assert sentence in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("words", ALL, ids=" ".join)
@pytest.mark.parametrize(
    ("user", "database", "sentence"),
    [
        ("helpdesk_app", "nowhere", "no database with that name"),
        ("nobody_at_all", "helpdesk", "refused the password"),
    ],
)
def test_no_process_or_command_runs_that_the_database_refuses(
    run, whole, place, postgres, words, user, database, sentence
):
    url = postgres.url(user, database)
    began = time.monotonic()

    done = run(words, {**whole, **given(words, place), "DATABASE_URL": url})

    assert done.returncode == 2, done.stdout + done.stderr
    assert sentence in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert time.monotonic() - began < SECONDS_TO_REFUSE


@pytest.mark.parametrize("surface", ["public", "staff", "partner"])
@pytest.mark.parametrize(
    ("user", "database", "sentence"),
    [
        ("helpdesk_app", "nowhere", "no database with that name"),
        ("nobody_at_all", "helpdesk", "refused the password"),
    ],
)
def test_pages_that_the_database_refuses_do_not_start(
    run, whole, place, postgres, surface, user, database, sentence
):
    keys = {key: str(key_path(place, key)) for key in key_files.OF_PAGES[surface]}
    environment = {**whole, **keys, "SERVES": surface}
    environment.pop("REDIS_URL")

    done = run(PAGES, {**environment, "DATABASE_URL": postgres.url(user, database)})

    assert done.returncode == 2, done.stdout + done.stderr
    assert sentence in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_pages_start_while_the_database_is_away(run, whole, place):
    keys = {key: str(key_path(place, key)) for key in key_files.OF_PAGES["staff"]}
    environment = {**whole, **keys, "SERVES": "staff", "DATABASE_URL": NOWHERE}
    environment.pop("REDIS_URL")

    done = run(PAGES, environment)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["WEB_CONCURRENCY", "WEB_THREADS"])
@pytest.mark.parametrize("number", ["many", "0", "-1", "2.5"])
def test_a_number_of_processes_or_threads_that_is_none_is_a_sentence(
    run, whole, place, name, number
):
    keys = {key: str(key_path(place, key)) for key in key_files.OF_PAGES["public"]}
    environment = {**whole, **keys, "SERVES": "public", name: number}
    environment.pop("REDIS_URL")

    done = run(["helpdesk.server", "--bind", "127.0.0.1:0"], environment)

    assert done.returncode == 2, done.stdout + done.stderr
    assert f"{name} must be a whole number" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_no_sentence_repeats_a_password(run, whole):
    for url in (f"postgresql://a:{SECRET}@127.0.0.1:1/x", f"mysql://a:{SECRET}@h/x"):
        done = run(MIGRATE, {**whole, "DATABASE_URL": url})

        assert done.returncode == 2
        assert SECRET not in done.stdout + done.stderr


@pytest.mark.parametrize("words", [("up",), ("forget-instance", "--yes")])
def test_a_folder_that_cannot_be_written_is_a_sentence(run, place, words):
    (place / "file").write_text("")
    environment = {"PATH": os.environ["PATH"], "INSTANCE": str(place / "file" / "instance")}

    done = run(command(*words), environment)

    assert done.returncode in ({2} if words[0] == "up" else {0, 2}), done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("port", ["banana", "-1", "70000"])
def test_a_port_that_is_none_is_a_sentence(run, place, port):
    environment = {"PATH": os.environ["PATH"], "INSTANCE": str(place / "instance"), "PORT": port}

    done = run(command("up"), environment)

    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_everything_right_is_no_trouble(run, whole, place):
    done = run(VERIFY, {**whole, **given(VERIFY, place)})

    assert done.returncode == 0, done.stdout + done.stderr


ELSEWHERE = [
    "hostaddr=203.0.113.5",
    "host=localhost&host=203.0.113.5",
    "host=/run/postgresql,203.0.113.5",
    "host=localhost,203.0.113.5",
    "service=elsewhere",
    "servicefile=/some/file",
    "passfile=/some/file",
    "options=-crole%3Downer",
    "sslmode=verify-full&sslmode=disable",
]


@pytest.mark.parametrize("query", ELSEWHERE)
def test_no_option_leads_past_the_check_of_where_the_database_is(query):
    with pytest.raises(ValueError, match=r"can’t be set here|more than once|several hosts"):
        parse_database_url(f"postgresql://role@localhost/helpdesk?{query}")


@pytest.mark.parametrize("query", ["", "?host=/run/postgresql", "?connect_timeout=5&port=5433"])
def test_a_database_on_this_machine_is_taken_as_it_is_written(query):
    assert parse_database_url(f"postgresql://role@localhost/helpdesk{query}").endswith(query)


@pytest.mark.parametrize("tries", ["0", "-1"])
def test_migrate_tries_at_least_once(tries):
    answer = CliRunner().invoke(main, ["migrate", "--tries", tries])

    assert answer.exit_code == 2
    assert f"{tries} is not in the range" in answer.output
