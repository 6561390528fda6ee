"""Delivering: requests leave for a partner while the worker, its child and Redis are killed.

A killed worker's lease has to run out before another takes its work up. The trial does not wait for
that: when the storm is over, time passes quickly on a desk of its own, and what is left is done
there by the same code.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.exc import DBAPIError

from bench.faults import judge, killing
from bench.faults.mail import PartnersMail
from bench.faults.requests import Ready, approve
from bench.faults.trial import Trial, dice
from bench.house import House
from bench.people import Somebody
from helpdesk.core import job_runner
from helpdesk.core.app_context import AppContext

QUEUE = "deliveries"
PAUSE = 0.15
STEP = timedelta(minutes=2)
LONGEST_WAIT = timedelta(hours=12)
VICTIMS: Mapping[str, killing.Victim] = {
    "worker parent": killing.worker_parent(QUEUE),
    "worker child": killing.worker_child(QUEUE),
    "worker and child": killing.worker_and_child(QUEUE),
    "redis": killing.redis,
    "postgres": killing.postgres,
}


@dataclass(frozen=True)
class LaterDesk(AppContext):
    """The same desk at another moment."""

    moment: datetime | None = None

    def begin(self, *arguments: Any, **how: Any) -> Any:
        return super().begin(*arguments, **{"at": self.moment} | how)


def trial(
    house: House,
    approver: Somebody,
    ready: Sequence[Ready],
    mail: PartnersMail,
    *,
    seed: int,
    kills: int,
    victims: Mapping[str, killing.Victim] = VICTIMS,
) -> Trial:
    """The requests are approved one after the other while the kills happen; then all must arrive.

    The house's worker for deliveries must run, and its mail must go to `mail`.
    """
    result, chance = Trial(f"deliver {len(ready)} requests under kill -9", seed), dice(seed)
    with result.timed():
        approving = threading.Thread(target=_approve_all, args=(house, approver, ready, result))
        approving.start()
        killing.kill_at_random(house, victims, result, chance, kills=kills)
        approving.join()
        house.mend()
        house.close(f"worker-{QUEUE}")
        let_time_pass(house, house.overseer)
    result.done["mails"] = sum(len(one) for one in mail.arrived.values())
    result.done["requests that came twice or more"] = sum(
        len(one) > 1 for one in mail.arrived.values()
    )
    result.faults += judge.deliveries(house, mail.arrived, wanted=[one.ref for one in ready])
    return result


def _approve_all(house: House, approver: Somebody, ready: Sequence[Ready], result: Trial) -> None:
    for one in ready:
        while True:
            try:
                approve(house, approver, one)
            except DBAPIError:
                result.done["approvals that had to be repeated"] += 1
                time.sleep(PAUSE)
            else:
                break
        result.acknowledged += 1
        time.sleep(PAUSE)


def let_time_pass(house: House, context: AppContext) -> None:
    """Do what is due now, in two minutes, in four, until nothing can be left."""
    parts = {one.name: getattr(context, one.name) for one in fields(AppContext)}
    began, passed = datetime.now(UTC), timedelta(0)
    while passed <= LONGEST_WAIT and judge.unsettled(house):
        moment = began + passed
        job_runner.run_due_jobs(LaterDesk(**parts, moment=moment), QUEUE, at=moment)
        passed += STEP
