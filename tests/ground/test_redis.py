"""The embedded Redis: private, kept through a crash, and never a reason not to start."""

import os
import signal
import stat
import time
from pathlib import Path

import pytest
import redis

from helpdesk.adapters.embedded import EmbeddedRedis


@pytest.fixture
def server(place):
    server = EmbeddedRedis(place / "redis")
    server.start()
    yield server
    server.stop()


def client(server):
    return redis.Redis.from_url(server.url())


def test_it_never_throws_anything_away_and_writes_down_what_it_is_told(server):
    with client(server) as asked:
        told = asked.config_get("*")
    assert told["maxmemory-policy"] == "noeviction"
    assert told["appendonly"] == "yes"
    assert told["port"] == "0"


def test_only_we_can_reach_the_socket(server):
    folder = Path(server.url().rpartition("@")[2]).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_it_was_told_is_there_after_the_next_start(server, number):
    with client(server) as asked:
        asked.set("word", "kept")
    pid = server.pid

    os.kill(pid, number)
    while server.is_running:
        time.sleep(0.02)
    server.start()

    assert server.pid != pid
    with client(server) as asked:
        assert asked.get("word") == b"kept"


def test_a_server_left_over_by_an_earlier_run_is_taken_over(server):
    left_over = server.pid

    second = EmbeddedRedis(server.folder)
    second.start()

    assert second.pid != left_over
    assert not server.is_running
    second.stop()


def test_what_it_cannot_read_any_more_is_put_aside(server):
    with client(server) as asked:
        asked.set("word", "kept")
    server.stop()
    (server.folder / "data" / "appendonly.aof").write_bytes(b"this is no log" * 100)

    server.start()

    with client(server) as asked:
        assert asked.get("word") is None
    assert list(server.folder.glob("unreadable-*"))
