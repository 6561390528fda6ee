"""The embedded Redis: private, kept through a crash, and never a reason not to start."""

import os
import signal
import socket
import stat
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import redis

from helpdesk.adapters.embedded import EmbeddedRedis

LIST, MEGABYTE = "rq:queue:notices", 2**20


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


def resident(server):
    """How many megabytes it keeps in memory; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{server.pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) // 1024


def sent(*words):
    """A command as it stands on the wire."""
    said = (word if isinstance(word, bytes) else word.encode() for word in words)
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(one), one) for one in said)


def wire(server, user):
    """A connection of one of its users, for what no client library would send."""
    secret, _, place = server.url(user).removeprefix(f"unix://{user}:").rpartition("@")
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(5)
    try:
        connection.connect(place)
        connection.sendall(sent("AUTH", user, secret))
        connection.recv(100)
    except OSError:  # it has hung up: that is what it is there for
        connection.close()
        raise
    return connection


def fill_a_list(server):
    with redis.Redis.from_url(server.url("ticker")) as thief:
        for _ in range(500):
            thief.rpush(LIST, b"x" * (MEGABYTE - 100))


def fill_a_transaction(server):
    with wire(server, "worker") as thief:
        thief.sendall(sent("MULTI"))
        for _ in range(500):
            thief.sendall(sent("LPOS", LIST, b"x" * (MEGABYTE - 100)))
            thief.recv(100)


def send_halves(server):
    with ExitStack() as held:
        for _ in range(500):
            thief = held.enter_context(wire(server, "worker"))
            thief.sendall(sent("LPOS", LIST, b"x" * (MEGABYTE - 200))[:-100])


@pytest.mark.parametrize("way", [fill_a_list, fill_a_transaction, send_halves])
def test_a_stolen_password_fills_little_memory_and_little_disk(server, way):
    with suppress(redis.RedisError, OSError):
        way(server)

    assert resident(server) < 300
    assert sum(one.stat().st_size for one in server.folder.rglob("*")) < 300 * MEGABYTE
    server.start()
    with client(server) as asked:
        deadline = time.monotonic() + 30
        while not is_let_in(asked) and time.monotonic() < deadline:
            time.sleep(0.05)
        asked.delete(LIST)
        assert asked.ping()


def is_let_in(asked):
    """Whether there is room for one more: it may not have seen yet that the others hung up."""
    try:
        return asked.ping()
    except redis.RedisError:
        return False


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
