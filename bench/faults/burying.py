"""Burying: the public pages' role promises very much at once, while every process has an alarm due.

Counted are the seconds until each alarm is sent, by the house's own worker and ticker.
"""

import time
from collections.abc import Mapping

import psycopg

from bench.faults.new_cases import WITH_NEW_CASES
from bench.faults.trial import Trial, dice
from bench.house import ENDLESS_PATIENCE, House

INTAKE = "helpdesk_intake"
# Whose alarms must go out all the same. The partner desk promises no alarm here: no case was asked.
ENQUEUING_ROLES = (INTAKE, "helpdesk_app", "helpdesk_worker", "helpdesk_ticker")
# An alarm is late when it waits longer than a look of the ticker takes, twice.
LONGEST = 20.0
EACH = 1000
HIGHEST = 3
A_QUEUE = "(SELECT id FROM teams WHERE takes_reports LIMIT 1)"
PLANT = (
    WITH_NEW_CASES
    + """
INSERT INTO outbox (id, job, queue, arguments, state, due_at, attempts, fence)
SELECT left('{name}-' || md5(random()::text), 32), 'triage.alarm', 'notices',
    jsonb_build_object('case_id', '{name}' || n % {cases} + 1, 'percent', 50, 'due', 1),
    'waiting', clock_timestamp() + interval '{after} seconds', 0, 0
FROM generate_series(0, {many} - 1) AS n
"""
)
BY_US = """
INSERT INTO outbox (id, job, queue, arguments, state, due_at, attempts, fence)
VALUES (left('{name}-' || md5(random()::text), 32), 'triage.alarm', 'notices',
    '{{"case_id": "none", "percent": 50, "due": 1}}', 'waiting',
    clock_timestamp() + interval '{after} seconds', 0, 0)
"""
# When it ended is kept to five minutes: the moment is the one in which it is seen.
TOLD = """
SELECT split_part(id, '-', 1) FROM outbox
WHERE (id LIKE 'before%' OR id LIKE 'behind%') AND ended_at IS NOT NULL
"""
LEFT = "SELECT count(*) FROM outbox WHERE id LIKE 'planted%' AND state IN ('waiting', 'leased')"


def trial(house: House, *, seed: int, many: int) -> Trial:
    """So many promises at once; the house's worker of notices and its ticker must run."""
    result, chance = Trial(f"{many} promises at once by the public pages' role", seed), dice(seed)
    due: dict[str, float] = {}
    with result.timed():
        for role in ENQUEUING_ROLES:
            due |= _alarm(house, role, f"before{_short(role)}", after=chance.uniform(2, 6))
        planted = _planted("planted", cases=max(1, many // EACH), many=many, after=-360)
        with psycopg.connect(house.database(INTAKE)) as connection:
            result.done["planted"] = connection.execute(planted).rowcount
        for role in ENQUEUING_ROLES:
            due |= _alarm(house, role, f"behind{_short(role)}", after=chance.uniform(0, 6))
        waited = _until_all_are_told(house, due)
        with psycopg.connect(house.database()) as connection:
            row = connection.execute(LEFT).fetchone()
    result.acknowledged = 2 * len(ENQUEUING_ROLES)
    result.done["still planted then"] = int(row[0]) if row else 0
    result.done["tenths of a second to an alarm, at most"] = round(10 * max(waited.values()))
    result.faults += [
        f"{name} was told {seconds:.0f} s late."
        for name, seconds in waited.items()
        if seconds > LONGEST
    ]
    return result


def _planted(name: str, *, cases: int, many: int, after: float) -> str:
    return PLANT.format(name=name, cases=cases, many=many, after=after, team=A_QUEUE, level=HIGHEST)


def _short(role: str) -> str:
    return role.removeprefix("helpdesk_")


def _alarm(house: House, role: str, name: str, *, after: float) -> dict[str, float]:
    """One alarm as the process of that role promises it, due in so many seconds; and when."""
    with psycopg.connect(house.database(role)) as connection:
        if role == INTAKE:
            connection.execute(_planted(name, cases=1, many=1, after=after))
        else:
            connection.execute(BY_US.format(name=name, after=after))
    return {name: time.monotonic() + after}


def _until_all_are_told(house: House, due: Mapping[str, float]) -> Mapping[str, float]:
    """By alarm, how many seconds it was late; what never comes is as late as we waited."""
    until = time.monotonic() + ENDLESS_PATIENCE
    late: dict[str, float] = {}
    with psycopg.connect(house.database(), autocommit=True) as connection:
        while len(late) < len(due) and time.monotonic() < until:
            for (name,) in connection.execute(TOLD).fetchall():
                late.setdefault(str(name), max(0.0, time.monotonic() - due[str(name)]))
            time.sleep(0.1)
    return {name: late.get(name, ENDLESS_PATIENCE) for name in due}
