"""open_desk: settings in, a Desk out. The one place where the parts meet."""

import time
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import sessionmaker

from helpdesk.adapters.bell import RedisBell, SilentBell
from helpdesk.adapters.post import open_post
from helpdesk.cases import jobs as cases_jobs
from helpdesk.core.desk import Bell, Desk
from helpdesk.core.sealing import Secret
from helpdesk.escalations import jobs as escalations_jobs
from helpdesk.settings import Settings
from helpdesk.triage import jobs as triage_jobs

# Importing a feature's jobs registers them: every process that promises or performs needs them all.
JOBS = (cases_jobs, escalations_jobs, triage_jobs)

NO_REDIS = "none"
RESTED = 1.0


def open_desk(settings: Settings, *, engine: Engine | None = None) -> Desk:
    """Assemble what a process works with. Nothing is connected before it is first used."""
    return Desk(
        settings=settings,
        sessions=sessionmaker(engine or open_engine(settings.database_url), expire_on_commit=False),
        bell=open_bell(settings.redis_url),
        post=open_post(settings.mail_url, settings.mail_from),
        service=Secret(settings.service_keys[0]) if settings.service_keys else None,
    )


def open_engine(url: str) -> Engine:
    """A small pool: more processes, not more connections each. A dead connection is noticed."""
    engine = create_engine(
        url,
        # What a statement carries stands in no error, and so in no log: handles, names, envelopes.
        hide_parameters=True,
        pool_size=4,
        max_overflow=8,
        # Locks that are not had in ten seconds are answered with "please try again".
        connect_args={"options": "-c lock_timeout=10s -c statement_timeout=30s"},
    )
    _ask_those_that_rested(engine)
    return engine


def _ask_those_that_rested(engine: Engine) -> None:
    """Before a connection is used again, ask whether it still lives, if it has rested for a while.

    To ask each time (`pool_pre_ping`) is one more trip to the database for every page under load,
    when the answer is known: the connection has just worked.
    """

    @event.listens_for(engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", time.monotonic()) < RESTED:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as gone:
            raise InvalidatePoolError from gone


def open_bell(url: str) -> Bell:
    return SilentBell() if url == NO_REDIS else RedisBell(url)
