"""Assembling the app context of a process: settings in, an AppContext out. The one place where the
parts meet."""

import time
from typing import Any, Final

from psycopg.errors import (
    IdleInTransactionSessionTimeout,
    ReadOnlySqlTransaction,
    TransactionTimeout,
)
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.orm import sessionmaker

from helpdesk.accounts import jobs as accounts_jobs
from helpdesk.adapters.instance_state_file import InstanceStateFile
from helpdesk.adapters.mailer import open_mailer
from helpdesk.adapters.queue_notifier import NoRedisQueueNotifier, RedisQueueNotifier
from helpdesk.cases import jobs as cases_jobs
from helpdesk.core.app_context import AppContext, QueueNotifier
from helpdesk.core.database_clock import DatabaseClock
from helpdesk.core.service_keys import ServiceKeys
from helpdesk.escalations import jobs as escalations_jobs
from helpdesk.intake import jobs as intake_jobs
from helpdesk.intake import reminder_jobs
from helpdesk.partners import jobs as partners_jobs
from helpdesk.settings import NO_REDIS, Settings
from helpdesk.triage import jobs as triage_jobs
from helpdesk.triage import news_jobs as triage_bringing
from helpdesk.triage import request_alarm_jobs

# Importing a feature's jobs registers them: every process that queues or runs them needs them all.
JOBS = (
    accounts_jobs,
    cases_jobs,
    escalations_jobs,
    intake_jobs,
    partners_jobs,
    reminder_jobs,
    triage_jobs,
    request_alarm_jobs,
    triage_bringing,
)

RESTED = 1.0


def open_context(settings: Settings, *, engine: Engine | None = None) -> AppContext:
    """Assemble the app context of a process. Nothing is connected before it is first used."""
    engine = engine or open_engine(
        settings.database_url, lock_timeout=PATIENCE if settings.serves else PATIENCE_OF_JOBS
    )
    clock = DatabaseClock()
    clock.follow(engine)
    return AppContext(
        settings=settings,
        sessions=sessionmaker(engine, expire_on_commit=False),
        queue_notifier=open_queue_notifier(settings.redis_url),
        mailer=open_mailer(settings.mail_url, settings.mail_from),
        service=ServiceKeys.of(settings.service_keys),
        progress_store=InstanceStateFile(settings.instance),
        clock=clock,
    )


def close_database_connections(context: AppContext) -> None:
    """Close every connection to the database; whoever asks again opens a new one."""
    context.sessions.kw["bind"].dispose()


# Whoever holds a transaction open and does nothing in it was stopped or cut off: the database ends
# it, and gives what it held to others. A standby waits for that, so for a ticker it is short.
IDLE: Final = "60s"
IDLE_TICKER: Final = "8s"
# Who waits for a page is answered "please try again" in the end. A job comes again by itself, and
# others stand behind it: whoever holds one row must not hold up all of them.
PATIENCE: Final = "10s"
PATIENCE_OF_JOBS: Final = "1s"
# What we rely on is said at each connection, because a role can change its own settings: whoever
# had taken it over would otherwise keep its process out, or from being durable, after they left.
RELIED_ON: Final = {
    "client_encoding": "UTF8",
    "DateStyle": "ISO",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "bytea_output": "hex",
    "default_transaction_deferrable": "off",
    "default_transaction_isolation": "read\\ committed",
    "default_transaction_read_only": "off",
    "exit_on_error": "off",
    "idle_session_timeout": "0",
    "local_preload_libraries": "",
    "plan_cache_mode": "auto",
    "role": "none",
    "row_security": "on",
    "search_path": "public",
    "standard_conforming_strings": "on",
    "synchronous_commit": "on",
    "transaction_timeout": "0",
    "transform_null_equals": "off",
}
# What psycopg takes for errors of the database's own making.
AWAY: Final = (ReadOnlySqlTransaction, IdleInTransactionSessionTimeout, TransactionTimeout)
# Seconds. A host that is silent is away: whoever asks is told so, and pages start without it.
CONNECTED_WITHIN: Final = 10
# A peer that vanished without a word is noticed in about twenty seconds instead of two hours.
KEEPALIVES: Final = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
}


def open_engine(
    url: str, *, idle_timeout: str = IDLE, lock_timeout: str = PATIENCE, **engine_options: Any
) -> Engine:
    """Open the database engine: a small pool, for more processes, not more connections each. A dead
    connection is noticed.

    `patience` is how long a statement waits for a lock.
    """
    engine = create_engine(
        url,
        **engine_options,
        # What a statement carries stands in no error, and so in no log: handles, names, envelopes.
        hide_parameters=True,
        pool_size=4,
        max_overflow=8,
        # The one that was used last has its plans and its memory at hand.
        pool_use_lifo=True,
        connect_args={
            **KEEPALIVES,
            **({} if "connect_timeout=" in url else {"connect_timeout": CONNECTED_WITHIN}),
            "options": f"-c lock_timeout={lock_timeout} -c statement_timeout=30s"
            f" -c idle_in_transaction_session_timeout={idle_timeout}"
            + "".join(f" -c {name}={value}" for name, value in RELIED_ON.items()),
        },
    )
    _ask_those_that_rested(engine)
    _take_for_away(engine)
    return engine


def _take_for_away(engine: Engine) -> None:
    """A standby that nobody has promoted yet refuses each write as an error of its own making, and
    a session that stood still for too long, as on a machine that slept, was ended: to us the
    database is away, as it is a moment before and a moment after."""

    @event.listens_for(engine, "handle_error")
    def translate(found: ExceptionContext) -> None:
        if isinstance(found.original_exception, AWAY):
            raise OperationalError(found.statement, None, found.original_exception)


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


def open_queue_notifier(url: str) -> QueueNotifier:
    """Open the queue notifier of a REDIS_URL, or the one for no Redis."""
    return NoRedisQueueNotifier() if url == NO_REDIS else RedisQueueNotifier(url)
