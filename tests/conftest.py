"""What every test stands on: a real PostgreSQL, a desk with a fake world, one actor per role."""

import gc
import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial, wraps
from pathlib import Path

import hypothesis
import psycopg
import pytest
from alembic import command
from alembic.config import Config
from flask import Flask
from jinja2 import BytecodeCache
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.orm import sessionmaker

import helpdesk.app
import helpdesk.context_assembly  # registers every job
from helpdesk import key_files
from helpdesk.accounts.models import SignInSession
from helpdesk.adapters.embedded import EmbeddedPostgres, EmbeddedRedis
from helpdesk.app import create_app
from helpdesk.core import emails, jobs
from helpdesk.core.app_context import AppContext, Email
from helpdesk.core.history import HistoryCheckpoint, HistoryEntry, HistoryLink
from helpdesk.core.outbox import OutboxJob
from helpdesk.core.service_keys import ServiceKeys
from helpdesk.intake.models import EmailReminder, MailboxSession
from helpdesk.key_files import KeyFile
from helpdesk.settings import Settings, Surface
from helpdesk.web.rate_limits import TokenBuckets

# The machines are shared: how long one example takes says nothing about the code.
hypothesis.settings.register_profile("shared", deadline=None)
hypothesis.settings.load_profile("shared")

ROOT = Path(__file__).resolve().parents[1]
INTAKE_KEY = b"i" * 32
# The keys of the house, as if each process had been given all of them.
KEY_FILES = {
    key: (hashlib.blake2b(key.encode(), digest_size=32).digest(),)
    for key in key_files.SECRETS - {KeyFile.INTAKE}
}
SERVICE = ServiceKeys.of(KEY_FILES)
# The public pages have none of them, the half that checks whose a queue's key is, and the one to
# which addresses for reminders are sealed.
AT_THE_DOOR = ServiceKeys(
    publics={
        key: SERVICE.public_half(key) for key in (KeyFile.STAFF_SIGNING, KeyFile.REMINDER_ADDRESSES)
    }
)


class CompiledTemplates(BytecodeCache):
    """Each template is compiled once in a run, although nearly every test makes its own pages."""

    def __init__(self) -> None:
        self._bytecode: dict[str, bytes] = {}

    def load_bytecode(self, bucket):
        if bucket.key in self._bytecode:
            bucket.bytecode_from_string(self._bytecode[bucket.key])

    def dump_bytecode(self, bucket):
        self._bytecode[bucket.key] = bucket.bytecode_to_string()


helpdesk.app.TemplateEnvironment = partial(
    helpdesk.app.TemplateEnvironment, bytecode_cache=CompiledTemplates()
)


emails.AT_ONCE = 1  # tests go by the order in which letters are sent


def pytest_addoption(parser):
    parser.addoption("--sequences", type=int, default=12, help="How many of people and acts.")
    parser.addoption("--acts-seed", type=int, default=7, help="What chooses them.")
    parser.addoption("--every-page", action="store_true", help="Let axe look at like pages, too.")
    parser.addoption("--every-kind", action="store_true", help="Read for all kinds of trouble.")


# Where few tests take long. Both workers begin there, so that none is alone with one at the end.
LONG = ("journeys", "faults", "ground", "escalations/test_acts.py")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: not item.nodeid.startswith(tuple(f"tests/{one}" for one in LONG)))


def pytest_collection_finish():
    """What stands before the first test stays to the end: the collector never looks at it again."""
    gc.collect()
    gc.freeze()


@dataclass
class FakeQueueNotifier:
    """Remembers which queues were told to look."""

    rung: list[str] = field(default_factory=list)

    def notify(self, queue: str) -> bool:
        self.rung.append(queue)
        return True


@dataclass
class FakeMailer:
    """Keeps the letters; `trouble` makes the next ones fail."""

    sent: list[Email] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)

    def send(self, letter: Email) -> None:
        if self.trouble:
            raise self.trouble.pop(0)
        self.sent.append(letter)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory) -> Iterator[EmbeddedPostgres]:
    """A real server with the roles of production and our schema in `helpdesk`."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), durable=False)
    server.start()
    migrate(server.url("helpdesk_owner"))
    set_its_clock_aside(server)
    yield server
    server.remove()


def set_its_clock_aside(server):
    """Tests live at times of their own; in the copy `strict` the database looks at its clock."""
    with psycopg.connect(plain(server.url("postgres", "postgres")), autocommit=True) as database:
        for name in ("strict", "strict_empty"):
            database.execute(f"CREATE DATABASE {name} TEMPLATE helpdesk OWNER helpdesk_owner")
    with psycopg.connect(plain(server.url("helpdesk_owner"))) as database:
        for question in ("is_just_now", "is_this_hour", "is_from_now_on"):
            database.execute(
                f"CREATE OR REPLACE FUNCTION {question}(moment timestamptz) RETURNS boolean "
                "LANGUAGE sql STABLE AS 'SELECT true'"
            )


def plain(url):
    """An address as psycopg reads it, without SQLAlchemy."""
    return url.replace("+psycopg", "")


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory) -> Iterator[EmbeddedRedis]:
    server = EmbeddedRedis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


def migrate(url: str) -> None:
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = url
    command.upgrade(config, "head")


@pytest.fixture(scope="session")
def engine(postgres) -> Iterator[Engine]:
    """Connections as the role of the staff's pages."""
    engine = create_engine(postgres.url("helpdesk_app"))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def settings(tmp_path_factory) -> Settings:
    instance = tmp_path_factory.mktemp("instance")
    return Settings(
        database_url="",
        redis_url="none",
        serves=frozenset(Surface),
        public_url="http://public.test",
        staff_url="http://staff.test",
        partner_url="http://partner.test",
        mail_url=f"folder://{instance}/outbox",
        mail_from="helpdesk@helpdesk.test",
        reminder_from="notes@calendar.test",
        reminder_url="http://dates.test",
        intake_keys=(INTAKE_KEY,),
        service_keys=KEY_FILES,
        instance=instance,
        helpdesk_name="Helpdesk",
        exit_url="https://www.wikipedia.org/",
        drill=False,
    )


# Rows that say how work is carried, not what happened to anybody.
BOOKKEEPING = (
    OutboxJob,
    HistoryLink,
    HistoryCheckpoint,
    SignInSession,
    MailboxSession,
    EmailReminder,
)


def note_changes(session, _context, _instances):
    """Remember what a piece of work changed or deleted, and whether history heard of it."""
    changed = [one for one in (*session.dirty, *session.deleted) if session.is_modified(one)]
    session.info.setdefault("changed", set()).update(
        type(one).__name__ for one in changed if not isinstance(one, BOOKKEEPING)
    )
    if any(isinstance(one, HistoryEntry) for one in session.new):
        session.info["recorded"] = True


def refuse_what_history_does_not_know(session):
    """No piece of work may leave a change out of history (P6)."""
    session.flush()
    changed, recorded = session.info.pop("changed", set()), session.info.pop("recorded", False)
    assert recorded or not changed, f"changed without history: {', '.join(sorted(changed))}"


@contextmanager
def desk_on(engine, settings) -> Iterator[AppContext]:
    """A desk whose every transaction lands in one that is rolled back at the end."""
    with engine.connect() as connection:
        outer = connection.begin()
        sessions = sessionmaker(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )
        event.listen(sessions, "before_flush", note_changes)
        event.listen(sessions, "before_commit", refuse_what_history_does_not_know)
        yield AppContext(
            settings=settings,
            sessions=sessions,
            queue_notifier=FakeQueueNotifier(),
            mailer=FakeMailer(),
            service=SERVICE,
        )
        outer.rollback()


@pytest.fixture(scope="session")
def any_role(postgres) -> Iterator[Engine]:
    """Connections that can become each role, so that several work in one transaction.

    One engine for the whole run: each compiles every statement anew, and so does each connection
    with the database's functions.
    """
    engine = create_engine(postgres.url("postgres"))
    yield engine
    engine.dispose()


@pytest.fixture
def context(any_role, settings) -> Iterator[AppContext]:
    """A desk with the rights of the staff's pages; nothing a test does stays.

    Jobs and the partners' pages work in the same transaction with the rights of their own process.
    """
    with desk_on(any_role, settings) as context:
        connection = context.sessions.kw["bind"]
        connection.info["role"] = STAFF
        become(context, STAFF)
        yield context
        # What a connection knows outlives its transaction, and others take it next.
        connection.info.pop("role", None)


STAFF, PARTNER, WORKER = "helpdesk_app", "helpdesk_partner", "helpdesk_worker"


def become(context, role):
    """Go on with the rights of another process; the role that it was before."""
    connection = context.sessions.kw["bind"]
    before = connection.info.get("role") if isinstance(connection, Connection) else None
    if before is not None:
        connection.execute(text(f"SET ROLE {role}"))
        connection.info["role"] = role
    return before


def with_rights_of(role, function):
    """The function of a job, done with that role's rights where a test's desk can become it."""

    @wraps(function)
    def done(context, **arguments):
        before = become(context, role)
        try:
            return function(context, **arguments)
        finally:
            if before is not None:
                become(context, before)

    return done


for name, one in list(jobs._register.items()):
    done = with_rights_of(WORKER, one.function)
    setattr(sys.modules[one.function.__module__], one.function.__name__, done)
    jobs._register[name] = replace(one, function=done)


@pytest.fixture
def owners_desk(any_role, settings) -> Iterator[AppContext]:
    """A desk with every right there is in the database: for those who tamper."""
    with desk_on(any_role, settings) as context:
        yield context


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


# With the settings that each was made for, so that no others come to have their number.
_made: dict[tuple[Surface, int], tuple[Flask, dict, dict, Settings]] = {}


def app_of(context, surface):
    """The pages of a surface, made once in a run for the same settings: 175 ms, nearly all of
    them routes and templates. Each test brings its own context and finds the rest as it was made.
    """
    key = surface, id(context.settings)
    if key not in _made:
        app = create_app(context, surface)
        app.testing = True
        _made[key] = app, dict(app.__dict__), dict(app.config), context.settings
    app, attributes, config, _settings = _made[key]
    app.__dict__.update(attributes, view_functions=dict(attributes["view_functions"]))
    app.config.clear()
    app.config.update(config)
    app.extensions = attributes["extensions"] | {"context": context}
    # Nothing is won back while a test runs, however long a busy machine takes.
    app.extensions["buckets"] = TokenBuckets(clock=lambda: 0.0)
    if surface is Surface.PARTNER:
        app.wsgi_app = _as_partner_desk(context, app.wsgi_app)
    return app


def _as_partner_desk(context, wsgi_app):
    def answer(environ, start_response):
        before = become(context, PARTNER)
        try:
            return list(wsgi_app(environ, start_response))
        finally:
            become(context, before)

    return answer


@pytest.fixture
def public(context):
    """A browser at the public pages."""
    return app_of(context, Surface.PUBLIC).test_client()


@pytest.fixture
def staff(context):
    """A browser at the staff's pages, nobody signed in."""
    return app_of(context, Surface.STAFF).test_client()


@pytest.fixture
def partner_desk(context):
    """A browser at the partners' pages, nobody signed in."""
    return app_of(context, Surface.PARTNER).test_client()
