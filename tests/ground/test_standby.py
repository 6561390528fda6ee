"""Two tickers as processes: when the one that ticks is stopped, the other takes over."""

import os
import signal
import subprocess
import sys
import time

import psycopg
import pytest

from tests.ground.test_bad_settings import TICKER, given, whole  # noqa: F401 - a fixture
from tests.ground.warm_commands import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def lease(postgres):
    """What the lease says, read as the superuser."""
    server = postgres.url("postgres", "helpdesk").replace("+psycopg", "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("UPDATE ticker_lease SET until = now(), holder = ''")

        def read():
            found = "SELECT fence, until > now() FROM ticker_lease"
            return connection.execute(found).fetchone()

        yield read
        connection.execute("UPDATE ticker_lease SET until = now(), holder = ''")


@pytest.fixture
def tickers(whole, place, postgres):  # noqa: F811
    """One ticker after the other, in front of one database."""
    started = []

    def start():
        url = postgres.url("helpdesk_ticker")
        environment = {**whole, **given(TICKER, place), "REDIS_URL": "none", "DATABASE_URL": url}
        started.append(subprocess.Popen([sys.executable, "-m", *TICKER], cwd=ROOT, env=environment))
        return started[-1]

    yield start
    for one in started:
        one.send_signal(signal.SIGCONT)  # nothing, where it has ended
        one.kill()
        one.wait()


def until(what, *, seconds):
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


def test_the_other_ticks_when_the_first_is_stopped_and_the_first_stands_by_afterwards(
    tickers, lease
):
    before, _ = lease()
    first = tickers()
    until(lambda: lease() == (before + 1, True), seconds=30)
    second = tickers()

    os.kill(first.pid, signal.SIGSTOP)
    until(lambda: lease() == (before + 2, True), seconds=60)
    os.kill(first.pid, signal.SIGCONT)
    time.sleep(2)

    assert lease() == (before + 2, True)
    assert first.poll() is None
    assert second.poll() is None


def test_who_is_asked_to_stop_ends_by_itself_between_two_ticks(tickers, lease):
    one = tickers()
    until(lambda: lease()[1], seconds=30)

    one.terminate()

    assert one.wait(30) == 0
