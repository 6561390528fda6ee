"""Commands that run the worker of a queue, or the ticker."""

import os
import signal
from contextlib import suppress

import click
from redis import Redis
from redis.exceptions import NoPermissionError
from sqlalchemy import text

from helpdesk import ticker as ticking
from helpdesk.adapters.rq_worker import open_worker
from helpdesk.context_assembly import IDLE_TICKER, PATIENCE_OF_JOBS, open_context, open_engine
from helpdesk.core import job_runner
from helpdesk.core.jobs import Queue
from helpdesk.key_files import OF_TICKER, OF_WORKER
from helpdesk.settings import NO_REDIS, NotConfigured, Settings


@click.command("worker")
@click.argument("queue", type=click.Choice([queue.value for queue in Queue]))
def worker_command(queue: str) -> None:
    """Do the jobs of QUEUE as they come in."""
    settings = Settings.from_environment(os.environ, holds=OF_WORKER[queue])
    if settings.redis_url == NO_REDIS:
        raise NotConfigured(
            "REDIS_URL is none. Without Redis nothing starts a worker: run a ticker instead."
        )
    _reach_database(settings)
    _reach_redis(settings)
    # Loaded here, once, so that the child process for each piece of work starts at once; and by no
    # other command, for it reads every playbook.
    from helpdesk.worker import run_due_jobs  # noqa: PLC0415 - see above

    open_worker(settings.redis_url, queue, run_due_jobs).work(logging_level="WARNING")


@click.command("ticker")
def ticker_command() -> None:
    """Check every 10 seconds for jobs that are due, in case no worker was told."""
    settings = Settings.from_environment(os.environ, holds=OF_TICKER)
    _reach_database(settings)
    engine = open_engine(
        settings.database_url, idle_timeout=IDLE_TICKER, lock_timeout=PATIENCE_OF_JOBS
    )
    # Heard between two jobs, and between two ticks. (An Event could be set inside its own lock.)
    signal.signal(signal.SIGTERM, lambda *_: job_runner.request_stop())
    ticking.run_ticker(open_context(settings, engine=engine), engine)


def _reach_database(settings: Settings) -> None:
    """Refuse to start with a database that cannot be used: a log line each time would hide it."""
    engine = open_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1 FROM outbox LIMIT 0"))
    finally:
        engine.dispose()


def _reach_redis(settings: Settings) -> None:
    """The same for Redis. Who may not even ask is known to it, and more is not asked here."""
    redis = Redis.from_url(settings.redis_url, socket_connect_timeout=2)
    with redis, suppress(NoPermissionError):
        redis.ping()
