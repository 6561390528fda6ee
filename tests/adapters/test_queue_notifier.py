"""The bell rings a real Redis, once while nobody has come, and never waits for one that is away."""

import socket
import threading
import time
from contextlib import suppress

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisIsAway

from helpdesk.adapters import queue_notifier
from helpdesk.adapters.queue_notifier import LOOK, RedisQueueNotifier


@pytest.fixture
def redis(redis_server):
    client = Redis.from_url(redis_server.url())
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def bell(redis_server):
    return RedisQueueNotifier(redis_server.url("ticker"))


def test_a_queue_is_told_once_while_nobody_has_come(redis, bell):
    assert bell.notify("notices")
    assert bell.notify("notices")

    assert redis.llen("rq:queue:notices") == 1


def test_who_was_told_a_moment_ago_is_told_again_only_after_it(redis, bell, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr("helpdesk.adapters.queue_notifier.time.monotonic", lambda: clock[0])
    for seconds, waiting in ((0, 1), (0.04, 0), (0.02, 1)):
        clock[0] += seconds
        assert bell.notify("notices")
        assert redis.llen("rq:queue:notices") == waiting
        redis.delete("rq:queue:notices")  # somebody has come


def test_all_that_lies_in_redis_is_one_word(redis, bell):
    bell.notify("deliveries")

    assert redis.keys("*") == [b"rq:queue:deliveries"]
    assert redis.lrange("rq:queue:deliveries", 0, -1) == [LOOK.encode()]


def test_a_list_that_is_no_list_any_more_is_a_server_that_is_away(redis, bell):
    redis.set("rq:queue:notices", "something else")

    assert not bell.notify("notices")


@pytest.mark.parametrize("odd", ["nowhere", "notices"])
def test_what_redis_refuses_to_one_queue_silences_no_other(redis, bell, odd):
    redis.set("rq:queue:notices", "no list")  # and of "nowhere" the ticker's user knows nothing

    assert not bell.notify(odd)
    assert bell.notify("deliveries")


class Away:
    """A Redis that is away, and how often it was asked."""

    asked = 0

    def llen(self, name):
        self.asked += 1
        raise RedisIsAway


def test_a_server_that_is_away_costs_one_short_try(tmp_path):
    bell = RedisQueueNotifier(f"unix://{tmp_path}/nobody.sock")
    assert not bell.notify("notices")

    bell._redis = Away()
    assert not bell.notify("notices")

    assert bell._redis.asked == 0


def drip(connection):
    """A byte now and then of an answer without an end: no read times out."""
    connection.sendall(b"$1000000000\r\n")
    while True:
        time.sleep(0.1)
        connection.sendall(b"x")


def says(words):
    return lambda connection: connection.sendall(words)


ODD = {
    "a number that is none": says(b":abc\r\n"),
    "a length that is none": says(b"$abc\r\n"),
    "a number of 5,000 digits": says(b":" + b"9" * 5000 + b"\r\n"),
    "a list in a list in a list": says(b"*1\r\n" * 100_000),
    "a drip": drip,
}


@pytest.fixture
def impostor(tmp_path):
    """Makes something that answers in the place of Redis."""
    listening = socket.socket(socket.AF_UNIX)

    def serve(answer):
        def talk(connection):
            with suppress(OSError), connection:
                while data := connection.recv(65536):
                    if b"HELLO" in data:
                        connection.sendall(b"%1\r\n$5\r\nproto\r\n:3\r\n")
                    elif b"LLEN" in data:
                        answer(connection)
                    else:
                        connection.sendall(b"+OK\r\n" * max(1, data.count(b"*")))

        def take():
            with suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    threading.Thread(target=talk, args=(client,), daemon=True).start()

        listening.bind(str(tmp_path / "redis"))
        listening.listen(5)
        threading.Thread(target=take, daemon=True).start()
        return f"unix://{tmp_path}/redis"

    yield serve
    listening.close()


@pytest.mark.parametrize("odd", ODD)
def test_whatever_answers_in_the_place_of_redis_is_a_redis_that_is_away(impostor, odd, monkeypatch):
    monkeypatch.setattr(queue_notifier, "LONGEST_WAIT", 1.0)
    bell, said = RedisQueueNotifier(impostor(ODD[odd])), []

    asking = threading.Thread(target=lambda: said.append(bell.notify("notices")), daemon=True)
    asking.start()
    asking.join(20)

    assert said == [False]
    for left in [one for one in threading.enumerate() if one.name == "redis"]:
        left.join(20)
        assert not left.is_alive(), "the thread that asked still waits for an answer"
