"""Flooding: somebody sends reports as fast as they can, in haste or with tokens that have waited.

People report among them, with IMMEDIATE danger. The judge looks in which lane each arrived, when it
was spoken of, how many letters went out, and what all of it took on the disk. When the flood is
over, time passes quickly on a desk of its own: nobody waits half an hour for a letter.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

import psycopg

from bench.browser import Browser, Fields, hidden_fields
from bench.faults.delivering import LaterDesk
from bench.faults.mail import PartnersMail
from bench.faults.trial import Trial, dice
from bench.house import House
from bench.reports import filled
from helpdesk.core import job_runner
from helpdesk.core.app_context import AppContext
from helpdesk.intake.forms import PREFIX
from helpdesk.intake.intake_volume import CROWD
from helpdesk.intake.machine_sent_reports import UNHURRIED
from helpdesk.intake.report_form_token import ReportFormToken
from helpdesk.triage import surge_alerts

FLOODERS = 4
ARRIVED = (200, 201, 303)
NO_ROOM = 503
PROMISED = timedelta(minutes=30)
A_STEP = timedelta(minutes=1)
IMMEDIATE = {PREFIX + "danger": "imminent", PREFIX + "hold": "running"}
# The first ones of a flood make the crowd, and each process looks at the count every two seconds.
BEFORE_ANYBODY_KNOWS = 2.5
# What a disk takes may be so many times what was counted, or the quota bounds nothing.
DISK = 2.0

HONEST = """SELECT c.id, c.in_slow_lane, min(h.at) FROM cases c
    LEFT JOIN history h ON h.case_id = c.id AND h.action IN ('triage.duty_called',
        'triage.alarm_sent') WHERE c.form_token = ANY(%s) GROUP BY c.id"""
MANY_TOLD = "SELECT at, (details->>'second')::boolean FROM history WHERE action = %s ORDER BY at"
COUNTED = "SELECT coalesce(sum(reports), 0), coalesce(sum(bytes), 0) FROM intake_load"
IN_LANES = "SELECT in_slow_lane, count(*) FROM cases GROUP BY 1"


@dataclass
class Form:
    """A form that somebody has opened: when, with which cookies, and what stands in it."""

    cookies: dict[str, str]
    pairs: Fields
    opened: float
    sent: datetime | None = None

    @property
    def fingerprint(self) -> bytes:
        return ReportFormToken(dict(self.pairs)["token"], 0.0).fingerprint


def trial(
    house: House,
    mail: PartnersMail,
    *,
    seed: int,
    seconds: float,
    honest: int,
    is_patient: bool,
    wait: float = UNHURRIED.total_seconds() + 1,
) -> Trial:
    """A flood of so many seconds, and people in it. Pages, worker and ticker of the house run."""
    name = "with tokens that waited" if is_patient else "in haste"
    result, chance = Trial(f"a flood of {seconds:.0f} s, {name}", seed), dice(seed)
    _forget_what_came(house)
    size, letters, before = _disk(house), len(mail.duty), _lanes(house)
    with result.timed(), ThreadPoolExecutor(FLOODERS) as threads:
        people = [_open(house.port("public"), chance) for _ in range(honest)]
        kept = _stock(house, chance, wait, seconds) if is_patient else []
        time.sleep(max(0.0, wait - (time.monotonic() - people[-1].opened)))
        stop = threading.Event()
        flood = [
            threads.submit(_flood, house.port("public"), stop, kept[one::FLOODERS], chance.random())
            for one in range(FLOODERS)
        ]
        for number, form in enumerate(people):
            time.sleep(seconds / (honest + 1))
            status = _send(house.port("public"), form)
            result.acknowledged += status in ARRIVED
            if status not in ARRIVED:
                result.faults.append(f"Honest report {number} was answered with {status}.")
        time.sleep(seconds / (honest + 1))
        stop.set()
        for one in flood:
            for status, many in one.result().items():
                result.done[f"flood answered {status}"] += many
    result.done["letters, to all"] = len(mail.duty) - letters
    _judge_letters(result, mail, letters, seconds=result.seconds, honest=honest)
    _judge_lanes(house, result, people, before, is_patient=is_patient)
    _judge_disk(house, result, size)
    _judge_times(house, result, people)
    return result


def _open(port: int, chance: random.Random) -> Form:
    with Browser(port) as browser:
        page = browser.get("/report?page=1")
        pairs = dict(filled(hidden_fields(page.text), chance)) | IMMEDIATE
        return Form(dict(browser.cookies), list(pairs.items()), time.monotonic())


def _stock(house: House, chance: random.Random, wait: float, seconds: float) -> list[Form]:
    """As many forms as can be opened in the time that they have to wait anyhow."""
    kept, until = [], time.monotonic() + min(wait, seconds)
    while time.monotonic() < until:
        kept.append(_open(house.port("public"), chance))
    time.sleep(wait)
    return kept


def _flood(port: int, stop: threading.Event, kept: Sequence[Form], luck: float) -> dict[int, int]:
    """Send one after the other; without forms that were kept, each as soon as it is opened."""
    chance, answered, waiting = dice(luck), dict[int, int](), list(kept)
    while not stop.is_set() and (waiting or not kept):
        form = waiting.pop() if kept else _open(port, chance)
        status = _send(port, form)
        answered[status] = answered.get(status, 0) + 1
    return answered


def _send(port: int, form: Form) -> int:
    with Browser(port) as browser:
        browser.cookies = dict(form.cookies)
        page = browser.post("/report", form.pairs)
    form.sent = datetime.now(UTC)
    return page.status


def _forget_what_came(house: House) -> None:
    """Earlier trials are no crowd of this one."""
    with psycopg.connect(house.database(), autocommit=True) as connection:
        connection.execute("TRUNCATE intake_load")
        connection.execute("CHECKPOINT")
    time.sleep(BEFORE_ANYBODY_KNOWS)


def _lanes(house: House) -> Counter[bool]:
    with psycopg.connect(house.database()) as connection:
        return Counter(dict(connection.execute(IN_LANES).fetchall()))


def _disk(house: House) -> int:
    with psycopg.connect(house.database(), autocommit=True) as connection:
        row = connection.execute("SELECT pg_database_size('helpdesk')").fetchone()
    return int(row[0]) if row else 0


def _judge_letters(
    result: Trial, mail: PartnersMail, before: int, *, seconds: float, honest: int
) -> None:
    """To each mailbox: some of their own, and of each lane and circle one in ten minutes."""
    windows = 1 + int(seconds // surge_alerts.EVERY.total_seconds())
    most = honest + surge_alerts.LETTERS + 2 * 3 * windows
    by_person: dict[str, int] = {}
    for to, _subject in mail.duty[before:]:
        by_person[to] = by_person.get(to, 0) + 1
    result.done["letters, to one person at most"] = max(by_person.values(), default=0)
    result.faults += [
        f"{many} letters went to one person, more than {most}."
        for many in by_person.values()
        if many > most
    ]


def _judge_lanes(
    house: House,
    result: Trial,
    people: Sequence[Form],
    before: Counter[bool],
    *,
    is_patient: bool,
) -> None:
    lanes = _lanes(house) - before
    with psycopg.connect(house.database()) as connection:
        found = connection.execute(HONEST, ([one.fingerprint for one in people],)).fetchall()
    marked = sum(is_slow for _id, is_slow, _at in found)
    first, second = lanes[False] - len(found) + marked, lanes[True] - marked
    result.done["flood in first lane"], result.done["flood in second lane"] = first, second
    result.done["honest in first lane"] = len(found) - marked
    if marked:
        result.faults.append(f"{marked} honest reports were put into the second lane.")
    if len(found) != len(people):
        result.faults.append(f"Of {len(people)} honest reports {len(found)} are there.")
    if not is_patient and first + second > 4 * CROWD and first > 3 * second:
        result.faults.append(
            f"{first} hasty reports are in the first lane, {second} in the second."
        )


def _judge_disk(house: House, result: Trial, before: int) -> None:
    with psycopg.connect(house.database()) as connection:
        row = connection.execute(COUNTED).fetchone()
    reports, counted = (int(row[0]), int(row[1])) if row else (0, 0)
    grown = _disk(house) - before
    result.done["reports counted"] = reports
    result.done["kB counted"], result.done["kB on disk"] = counted // 1000, grown // 1000
    if grown > DISK * counted:
        result.faults.append(f"{grown} bytes were taken, and {counted} counted.")


def _judge_times(house: House, result: Trial, people: Sequence[Form]) -> None:
    """Let time pass until each honest report was spoken of, or its time is over."""
    for name in ("ticker", "worker-notices"):
        house.close(name)
    context, sent = house.overseer, [one.sent for one in people if one.sent is not None]
    moment, end = datetime.now(UTC), max(sent) + PROMISED
    waits = _waits(house, people)
    while len(waits) < len(people) and moment <= end:
        _let_pass(context, moment)
        moment += A_STEP
        waits = _waits(house, people)
    result.done["seconds to a letter, at most"] = round(max(waits, default=0))
    late = len(people) - len([one for one in waits if one <= PROMISED.total_seconds()])
    if late:
        result.faults.append(f"Nobody heard of {late} honest IMMEDIATE reports in their time.")


def _let_pass(context: AppContext, moment: datetime) -> None:
    later = LaterDesk(
        **{one.name: getattr(context, one.name) for one in fields(AppContext)}, moment=moment
    )
    with later.begin() as work:
        surge_alerts.enqueue_surge_alerts(work)
    job_runner.run_due_jobs(later, "notices", at=moment)


def _waits(house: House, people: Sequence[Form]) -> list[float]:
    """Seconds from each honest report to the first letter that speaks of it."""
    with psycopg.connect(house.database()) as connection:
        many = connection.execute(MANY_TOLD, (surge_alerts.TOLD,)).fetchall()
        found = []
        for one in people:
            row = connection.execute(HONEST, ([one.fingerprint],)).fetchone()
            if row is None or one.sent is None:
                continue
            heard = [at for at, second in many if second == row[1] and at >= one.sent]
            heard += [row[2]] if row[2] is not None else []
            found += [max(0.0, (min(heard) - one.sent).total_seconds())] if heard else []
    return found
