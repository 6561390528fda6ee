"""Killing: who is killed, how, and what the supervisor then starts again."""

import os
import random
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from bench.faults.trial import Trial
from bench.house import House, children_of, family_of
from helpdesk.adapters import child_processes

Victim = Callable[[House, random.Random], None]
SHORTEST, LONGEST = 0.05, 1.0


def web_worker(surface: str) -> Victim:
    """One of the processes that serve a surface; its master starts another."""

    def kill(house: House, chance: random.Random) -> None:
        workers = children_of(house.programs[surface].pid)
        if workers:
            _kill(chance.choice(workers))

    return kill


def web_server(surface: str) -> Victim:
    """The master itself, and only it: its processes notice by and by that they are orphans."""
    return lambda house, chance: _kill(house.programs[surface].pid)


def redis(house: House, _chance: random.Random) -> None:
    _kill(house.redis.pid)


def postgres(house: House, _chance: random.Random) -> None:
    _kill(house.postgres.pid)


def worker_parent(queue: str) -> Victim:
    """The worker alone: the child that it has forked for the job lives on."""
    return lambda house, chance: _kill(house.programs[f"worker-{queue}"].pid)


def worker_child(queue: str) -> Victim:
    """The child in the middle of its job, if there is one; the worker lives on."""

    def kill(house: House, _chance: random.Random) -> None:
        for child in children_of(house.programs[f"worker-{queue}"].pid):
            _kill(child)

    return kill


def worker_and_child(queue: str) -> Victim:
    def kill(house: House, _chance: random.Random) -> None:
        for one in family_of(house.programs[f"worker-{queue}"].pid):
            _kill(one)

    return kill


def kill_at_random(
    house: House,
    victims: Mapping[str, Victim],
    trial: Trial,
    chance: random.Random,
    *,
    kills: int,
    until: Callable[[], bool] = lambda: False,
) -> None:
    """So many kills at random moments; the house is mended after each, as the supervisor does.

    `until` says that there is nothing left to disturb.
    """
    for _ in range(kills):
        time.sleep(chance.uniform(SHORTEST, LONGEST))
        if until():
            return
        name = chance.choice(sorted(victims))
        victims[name](house, chance)
        trial.kills[name] += 1
        time.sleep(chance.uniform(0, SHORTEST))
        house.mend()


def _kill(pid: int) -> None:
    """Kill, and see it dead: a signal takes a moment, and the supervisor starts what is dead."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    while child_processes.is_alive(pid):
        time.sleep(0.001)
