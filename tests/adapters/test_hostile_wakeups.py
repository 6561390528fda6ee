"""A stolen REDIS_URL runs nothing: a worker takes from Redis that it is to look, and no more."""

import signal

import pytest
from redis import Redis
from redis.exceptions import NoPermissionError, RedisError, ResponseError

from bench.faults.hostile import WAYS
from helpdesk.adapters.queue_notifier import RedisQueueNotifier
from helpdesk.adapters.rq_worker import open_worker

QUEUE = "notices"
QUEUE_KEY = f"rq:queue:{QUEUE}"


@pytest.fixture
def redis(redis_server):
    client = Redis.from_url(redis_server.url())
    client.flushall()
    yield client
    client.flushall()
    client.close()


@pytest.fixture
def listens(redis_server, tmp_path):
    """Let a real worker take all there is; what it looked at, one line for each look."""
    looked = tmp_path / "looked"

    def look(queue):
        with looked.open("a") as file:
            file.write(f"{queue}\n")
        return True

    def listen():
        before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            open_worker(redis_server.url(), QUEUE, look).work(burst=True, logging_level="WARNING")
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        return looked.read_text().split() if looked.exists() else []

    return listen


@pytest.mark.parametrize("way", WAYS)
def test_whatever_is_written_to_redis_runs_nothing(way, redis, redis_server, listens, tmp_path):
    mark = tmp_path / "mark"

    WAYS[way](redis, QUEUE, f"touch {mark}")

    looked = listens()
    assert not mark.exists()
    assert set(looked) <= {QUEUE}
    # Only under our own id is it a wake-up at all: then it is looked, and nothing of it is read.
    assert bool(looked) == (way == "under our own id")

    # And the next true wake-up is heard.
    assert RedisQueueNotifier(redis_server.url()).notify(QUEUE)
    assert len(listens()) == len(looked) + 1


def test_a_wakeup_in_a_flood_is_heard(redis, redis_server, listens, tmp_path):
    bell = RedisQueueNotifier(redis_server.url())
    WAYS["a flood"](redis, QUEUE, f"touch {tmp_path / 'mark'}")
    redis.rpush(f"rq:queue:{QUEUE}", "look")
    redis.rpush(f"rq:queue:{QUEUE}", *[f"more-{number}" for number in range(1000)])

    assert listens() == [QUEUE]
    assert redis.llen(f"rq:queue:{QUEUE}") == 0
    assert bell.notify(QUEUE)


@pytest.mark.parametrize("user", ["ticker", "worker"])
def test_our_own_users_may_do_nothing_but_their_one_thing(user, redis, redis_server, tmp_path):
    """What a stolen address of ours is worth: two lists, and one word in them."""
    mine = {"ticker": {"llen", "rpush"}, "worker": {"lpop", "blpop", "lpos", "del"}}[user]
    tried = {
        "llen": (QUEUE_KEY,), "rpush": (QUEUE_KEY, "x"), "lpop": (QUEUE_KEY,),
        "blpop": (QUEUE_KEY, "0.01"), "lpos": (QUEUE_KEY, "x"), "del": (QUEUE_KEY,),
        "get": (QUEUE_KEY,), "set": (QUEUE_KEY, "x"), "hset": ("rq:job:look", "data", "x"),
        "keys": ("*",), "flushall": (), "flushdb": (), "config": ("SET", "dir", "/elsewhere"),
        "eval": ("return 1", "0"), "script": ("LOAD", "return 1"), "module": ("LIST",),
        "acl": ("WHOAMI",), "publish": ("rq:pubsub:x", "x"), "subscribe": ("rq:pubsub:x",),
        "client": ("LIST",), "monitor": (), "shutdown": (), "replicaof": ("127.0.0.1", "1"),
        "save": (), "bgrewriteaof": (), "debug": ("SLEEP", "0"), "dump": (QUEUE_KEY,),
        "migrate": ("127.0.0.1", "1", QUEUE_KEY, "0", "1"), "info": (), "scan": ("0",),
        "lrange": (QUEUE_KEY, "0", "-1"), "rename": (QUEUE_KEY, "x"), "slowlog": ("GET",),
    }  # fmt: skip
    allowed = set()

    with Redis.from_url(redis_server.url(user)) as thief:
        for command, words in tried.items():
            refused = ""
            try:
                thief.execute_command(command, *words)
            except (NoPermissionError, ResponseError) as error:
                refused = str(error)
            assert "permissions" in refused or not refused, command
            if not refused:
                allowed.add(command)
        for key in ("rq:queue:other", "rq:queue:notices:intermediate", "rq:suspended", "anything"):
            with pytest.raises((NoPermissionError, ResponseError), match="permissions"):
                thief.execute_command("rpush" if user == "ticker" else "del", key, "x")

    assert allowed == mine


@pytest.mark.parametrize("user", ["default", "ticker"])
def test_nobody_comes_without_a_password(user, redis_server):
    place = redis_server.url().rpartition("@")[2]

    for address in (f"unix://{place}", f"unix://{user}:guess@{place}"):
        with Redis.from_url(address) as stranger, pytest.raises(RedisError):
            stranger.ping()
