"""A house with real parts: each surface with its own role and keys, a worker, files that stay."""

import logging
import os
import signal
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from urllib.parse import unquote

import psycopg
from flask import request
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from helpdesk import key_files, ticker
from helpdesk.adapters.embedded import EmbeddedPostgres, EmbeddedRedis
from helpdesk.adapters.postgres_listener import PostgresListener
from helpdesk.adapters.queue_notifier import RedisQueueNotifier, connect_to_redis, wake_up_list_of
from helpdesk.adapters.rq_worker import open_worker
from helpdesk.app import create_app
from helpdesk.context_assembly import close_database_connections, open_context
from helpdesk.core.jobs import Queue
from helpdesk.core.service_keys import ServiceKeys
from helpdesk.key_files import KeyFile, read_keys
from helpdesk.settings import Settings, Surface
from helpdesk.supervisor.key_folder import key_path, make_missing_keys
from helpdesk.worker import run_due_jobs
from tests.conftest import migrate

WORKER, TICKER = "worker", "ticker"
ROLE = {
    Surface.PUBLIC: "helpdesk_intake",
    Surface.STAFF: "helpdesk_app",
    Surface.PARTNER: "helpdesk_partner",
    WORKER: "helpdesk_worker",
    TICKER: "helpdesk_ticker",
}


class House:
    """Everything under one folder: `database`, `redis`, `instance`, `logs`, `temp`; and `keys`."""

    def __init__(self, folder):
        self.folder = Path(folder)
        for name in ("instance", "logs", "temp", "keys"):
            (self.folder / name).mkdir()
        self.postgres = EmbeddedPostgres(self.folder / "database")
        self.redis = EmbeddedRedis(self.folder / "redis")
        make_missing_keys(self.folder / "keys")
        self.keys = {key: read_keys(str(key_path(self.folder / "keys", key))) for key in KeyFile}
        self.intake_key = self.keys[KeyFile.INTAKE][0]
        # What reached the processes although nobody typed it: addresses and browsers.
        self.met = set()
        self.apps, self._desks = {}, {}

    def start(self):
        """The servers, the tables, and one process' worth of helpdesk for each surface."""
        self.wake()
        migrate(self.postgres.url("helpdesk_owner"))
        # What the ticker's process does all the time: it hears the database and rings.
        self._bell = RedisQueueNotifier(self.redis.url("ticker"))
        engine = self.desk().sessions.kw["bind"]
        self._listener = PostgresListener(engine, self._bell.notify, frozenset(Queue))
        self._listener.start()
        for surface in Surface:
            app = create_app(self.desk(surface), surface)
            app.testing = True
            app.wsgi_app = self._noting(app.wsgi_app)
            self.apps[surface] = app

    def wake(self):
        self.postgres.start()
        self.redis.start()

    def rest(self):
        """Everything is written and closed: only files are left."""
        for desk in self._desks.values():
            close_database_connections(desk)
        if self.redis.is_running:
            with connect_to_redis(self.redis.url()) as redis:
                # Beside the log of every command, the whole of it as plain as Redis can write it.
                redis.config_set("rdbcompression", "no")
                redis.save()
        if self.postgres.is_running:
            with self.as_superuser() as connection:
                connection.execute("CHECKPOINT")
        self.redis.stop()
        self.postgres.stop()

    def remove(self):
        self._listener.stop()
        for desk in self._desks.values():
            close_database_connections(desk)
        self.redis.stop()
        self.postgres.remove()

    def desk(self, surface=None):
        """The desk of a surface's process, of the worker, of the ticker; or of a command."""
        if surface not in self._desks:
            self._desks[surface] = open_context(self._settings(surface))
        return self._desks[surface]

    def peppers_for_surface(self, surface):
        return ServiceKeys.of(self.keys).peppers_for_surface(surface)

    def client(self, surface):
        return self.apps[surface].test_client()

    def work_off(self, queue):
        """A real worker does what waits in a queue, in processes of its own, and ends."""
        before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            with self._environment(queue):
                worker = open_worker(self.redis.url("worker"), queue, run_due_jobs)
                worker.work(burst=True, logging_level="WARNING")
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def has_rung(self, queue):
        """Whether somebody tells the worker of a queue to look, within a few seconds."""
        until = time.monotonic() + 10
        with connect_to_redis(self.redis.url()) as redis:
            while redis.llen(wake_up_list_of(queue)) == 0 and time.monotonic() < until:
                time.sleep(0.02)
            return redis.llen(wake_up_list_of(queue)) > 0

    def tick(self):
        ticker.tick(self.desk(TICKER))

    @contextmanager
    def as_superuser(self):
        url = self.postgres.url("postgres").replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection

    @contextmanager
    def every_row(self):
        """The database in the hands of whoever has seized it: no role keeps a table from them."""
        engine = create_engine(self.postgres.url("postgres"))
        with Session(engine) as session:
            yield session
        engine.dispose()

    @contextmanager
    def all_ears(self):
        """All that is logged, printed and put into temporary files lands below `logs` and `temp`.

        DEBUG for the helpdesk itself, WARNING for what it stands on, as its own commands have it.
        """
        before = tempfile.tempdir, logging.root.level, logging.getLogger("helpdesk").level
        with ExitStack() as stack:
            said = stack.enter_context((self.folder / "logs" / "said").open("a"))
            stack.enter_context(redirect_stdout(said))
            stack.enter_context(redirect_stderr(said))
            stack.enter_context(_file_numbers_to(said, 1, 2))
            handler = logging.FileHandler(self.folder / "logs" / "helpdesk.log")
            handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
            logging.root.addHandler(handler)
            logging.root.setLevel(logging.WARNING)
            logging.getLogger("helpdesk").setLevel(logging.DEBUG)
            tempfile.tempdir = str(self.folder / "temp")
            try:
                yield
            finally:
                tempfile.tempdir = before[0]
                logging.root.setLevel(before[1])
                logging.getLogger("helpdesk").setLevel(before[2])
                logging.root.removeHandler(handler)
                handler.close()

    def _settings(self, surface):
        """What a process of that kind is given in production, and nothing more."""
        return Settings(
            database_url=self.postgres.url(ROLE.get(surface, "helpdesk_app")),
            redis_url=self.redis.url(TICKER) if surface in (None, TICKER) else "none",
            serves=frozenset({surface} & set(Surface)),
            public_url="http://public.example",
            staff_url="http://staff.example",
            partner_url="http://partner.example",
            mail_url=f"folder://{self.folder / 'instance' / 'outbox'}",
            mail_from="helpdesk@helpdesk.example",
            reminder_from="notes@calendar.example",
            reminder_url="http://dates.example",
            intake_keys=(self.intake_key,) if surface is Surface.PUBLIC else (),
            service_keys={key: self.keys[key] for key in _given(surface)},
            instance=self.folder / "instance",
            helpdesk_name="Helpdesk",
            exit_url="http://elsewhere.example/",
            drill=True,
        )

    @contextmanager
    def _environment(self, queue):
        """What a worker's process finds in its environment."""
        settings = self._settings(WORKER)
        given = key_files.OF_WORKER[queue]
        wanted = {
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": self.redis.url("worker"),
            "PUBLIC_URL": settings.public_url,
            "STAFF_URL": settings.staff_url,
            "PARTNER_URL": settings.partner_url,
            "MAIL_URL": settings.mail_url,
            "MAIL_FROM": settings.mail_from,
            "REMINDER_FROM": settings.reminder_from,
            "REMINDER_URL": settings.reminder_url,
            **{key.value: str(key_path(self.folder / "keys", key)) for key in given},
            "INSTANCE": str(settings.instance),
            "DRILL": "1",
        }
        before = dict(os.environ)
        os.environ.update(wanted)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    @contextmanager
    def as_in_production(self, surface):
        """What fails is answered with a page; in tests it would be thrown at us."""
        app = self.apps[surface]
        app.testing = False
        try:
            yield app
        finally:
            app.testing = True

    @contextmanager
    def broken(self, surface, endpoint, field):
        """A fault of our own, whose error says what somebody typed."""

        def fail(**_values):
            raise RuntimeError(f"cannot take {request.form[field]}")

        with self.as_in_production(surface) as app:
            whole = app.view_functions[endpoint]
            fail.open_to_strangers = True
            app.view_functions[endpoint] = fail
            try:
                yield
            finally:
                app.view_functions[endpoint] = whole

    def _noting(self, serve):
        def noted(environ, start_response):
            names = ("REMOTE_ADDR", "HTTP_X_FORWARDED_FOR", "HTTP_USER_AGENT")
            self.met |= {environ[name] for name in names if name in environ}
            told = (environ["PATH_INFO"], environ["QUERY_STRING"])
            self.met |= {unquote(one.encode("latin-1").decode()) for one in told}
            return serve(environ, start_response)

        return noted


def _given(surface):
    """The keys of a process; a command that looks at everything has all."""
    if surface is None:
        return set(KeyFile) - {KeyFile.INTAKE}
    if surface is TICKER:
        return key_files.OF_TICKER
    return key_files.OF_PAGES[surface] - {KeyFile.INTAKE} if surface in set(Surface) else ()


@contextmanager
def _file_numbers_to(file, *numbers):
    """Also what forked processes and libraries write, which know nothing of sys.stdout."""
    for stream in (sys.__stdout__, sys.__stderr__):
        with suppress(OSError, ValueError):
            stream.flush()
    kept = {number: os.dup(number) for number in numbers}
    for number in numbers:
        os.dup2(file.fileno(), number)
    try:
        yield
    finally:
        file.flush()
        for number, copy in kept.items():
            os.dup2(copy, number)
            os.close(copy)
