"""The bell rings a real Redis, once while nobody has come, and never keeps a reporter waiting."""

import json
import zlib

import pytest
from redis import Redis

from helpdesk.adapters.bell import LOOK, RedisBell, open_worker


@pytest.fixture
def redis(redis_server):
    client = Redis.from_url(redis_server.url)
    client.flushall()
    yield client
    client.close()


def test_a_queue_is_told_once_while_nobody_has_come(redis, redis_server):
    bell = RedisBell(redis_server.url)

    assert bell.ring("notices")
    assert bell.ring("notices")

    assert redis.llen("rq:queue:notices") == 1


def test_who_was_told_a_moment_ago_is_told_again_only_after_it(redis, redis_server, monkeypatch):
    bell, clock = RedisBell(redis_server.url), [100.0]
    monkeypatch.setattr("helpdesk.adapters.bell.time.monotonic", lambda: clock[0])
    for seconds, waiting in ((0, 1), (0.04, 0), (0.02, 1)):
        clock[0] += seconds
        assert bell.ring("notices")
        assert redis.llen("rq:queue:notices") == waiting
        redis.delete("rq:queue:notices")  # somebody has come


def test_what_lies_in_redis_is_a_queue_name_and_no_pickle(redis, redis_server):
    RedisBell(redis_server.url).ring("deliveries")

    [key] = redis.keys("rq:job:*")
    stored = redis.hgetall(key)
    name, _, args, kwargs = json.loads(zlib.decompress(stored[b"data"]))
    assert (name, args, kwargs) == (LOOK, ["deliveries"], {})
    assert stored[b"description"] == b"look"


def test_a_server_that_is_away_costs_one_short_try(tmp_path):
    bell = RedisBell(f"unix://{tmp_path}/nobody.sock")

    assert not bell.ring("notices")
    tried = bell._redis.connection_pool

    bell._redis = None  # a second try within the pause would fail loudly here
    assert not bell.ring("notices")
    assert tried is not None


def test_a_worker_listens_to_one_queue_and_speaks_json(redis_server):
    worker = open_worker(redis_server.url, "notices")

    assert [queue.name for queue in worker.queues] == ["notices"]
    assert worker.serializer.__name__ == "JSONSerializer"
    assert not worker.log_job_description
    worker.connection.close()
