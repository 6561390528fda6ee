"""Stealing: somebody has an address of Redis and writes what they like. Nothing of theirs may run.

While they write, promises are made; each must be kept, by a worker that was woken or by the ticker.
"""

import time
from collections.abc import Mapping
from pathlib import Path

import psycopg
from redis import Redis
from redis.exceptions import RedisError

from bench.faults.hostile import WAYS, Way
from bench.faults.trial import Trial, dice
from bench.house import ENDLESS_PATIENCE, House
from bench.seeding import a_case
from helpdesk.adapters.queue_notifier import wake_up_list_of

QUEUE = "notices"
LONGEST = 0.3
A_MOMENT = 0.2
# Whose address was stolen: those of our own two users, or the right to do all there is.
THIEVES = ("keeper", "ticker", "worker")
# Of this queue alone: nobody works on the others here, and the ticker lets them wait for minutes.
LEFT = """
    SELECT count(*) FROM outbox
    WHERE queue = %s AND state IN ('waiting', 'leased') AND due_at <= now()
"""
GIVEN_UP = "SELECT job FROM outbox WHERE state = 'failed'"


def trial(
    house: House,
    *,
    seed: int,
    tries: int,
    promises: int,
    ways: Mapping[str, Way] = WAYS,
) -> Trial:
    """So many hostile writes in so many ways, while cases arrive. The house's worker must run."""
    result, chance = Trial(f"a stolen REDIS_URL, {tries} hostile writes", seed), dice(seed)
    marks = house.instance.folder / "marks"
    marks.mkdir()
    with Redis.from_url(house.redis.url()) as redis:
        redis.flushall()  # what an earlier trial left there, a suspension of all workers included
    arrivals = sorted(chance.sample(range(tries), min(promises, tries)))
    with result.timed():
        for number in range(tries):
            way, thief = ways[chance.choice(sorted(ways))], chance.choice(THIEVES)
            _write(house, way, thief, marks / str(number), result)
            if number in arrivals:
                a_case(house)
                result.acknowledged += 1
            time.sleep(chance.uniform(0, LONGEST))
            house.mend()
        _until_all_is_done(house)
    ran = sorted(int(mark.name) for mark in marks.iterdir())
    result.faults += [f"What was written in try {number} was run." for number in ran]
    result.faults += _not_kept(house)
    for mark in marks.iterdir():
        mark.unlink()
    marks.rmdir()
    return result


def _write(house: House, way: Way, thief: str, mark: Path, result: Trial) -> None:
    """One hostile write; what the thief's rights do not allow is counted."""
    try:
        with Redis.from_url(house.redis.url(thief)) as redis:
            way(redis, QUEUE, f"touch {mark}")
    except RedisError:
        result.done[f"refused to the {thief}"] += 1
    else:
        result.done[f"written as the {thief}"] += 1


def _until_all_is_done(house: House) -> None:
    """Wait until nothing is due and nothing waits in Redis, however long it takes."""
    until = time.monotonic() + ENDLESS_PATIENCE
    with (
        psycopg.connect(house.database(), autocommit=True) as connection,
        Redis.from_url(house.redis.url()) as redis,
    ):
        while time.monotonic() < until:
            row = connection.execute(LEFT, [QUEUE]).fetchone()
            if row is not None and row[0] == 0 and not redis.exists(wake_up_list_of(QUEUE)):
                return
            time.sleep(A_MOMENT)
            house.mend()


def _not_kept(house: House) -> list[str]:
    with psycopg.connect(house.database(), autocommit=True) as connection:
        left = connection.execute(LEFT, [QUEUE]).fetchone()
        given_up = connection.execute(GIVEN_UP).fetchall()
    faults = [f"{left[0]} promises are due and nobody kept them."] if left and left[0] else []
    return faults + [f"The promise {job} was given up." for (job,) in given_up]
