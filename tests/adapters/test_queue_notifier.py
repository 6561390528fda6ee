"""The bell rings a real Redis, once while nobody has come, and never waits for one that is away."""

import pytest
from redis import Redis

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


def test_a_server_that_is_away_costs_one_short_try(tmp_path):
    bell = RedisQueueNotifier(f"unix://{tmp_path}/nobody.sock")

    assert not bell.notify("notices")
    tried = bell._redis.connection_pool

    bell._redis = None  # a second try within the pause would fail loudly here
    assert not bell.notify("notices")
    assert tried is not None
