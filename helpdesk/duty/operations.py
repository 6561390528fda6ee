"""What is done over several features at once."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from helpdesk.cases import operations as cases
from helpdesk.cases.models import Case
from helpdesk.cases.status import Outcome
from helpdesk.core.errors import NotNow
from helpdesk.core.outbox import Promise, Standing
from helpdesk.core.work import Work
from helpdesk.duty.policy import may_look_after_promises
from helpdesk.playbooks import queries as playbooks
from helpdesk.playbooks.progress import State
from helpdesk.playbooks.queries import RunNow

# Nobody is kept in a playbook who has left, or was never there.
LEFT: Final = frozenset({Outcome.WITHDRAWN, Outcome.SPAM})


def close_case(
    work: Work, case: Case, *, outcome: Outcome, follow_up_on: date | None = None, note: str = ""
) -> None:
    """End the work on a case, once the steps that must be done are done."""
    left = [] if outcome in LEFT else steps_left(playbooks.runs_of(work, case))
    if left:
        raise NotNow(f"Before this case can be closed, these must be done: {', '.join(left)}.")
    cases.close(work, case, outcome=outcome, follow_up_on=follow_up_on, note=note)


def steps_left(runs: Iterable[RunNow]) -> list[str]:
    """The steps that must still be done in the playbooks at work on a case, in words."""
    return [
        f"“{now.step.title}”"
        for running in runs
        if running.run.ended_at is None
        for now in running.progress.steps
        if now.step.must and now.state in (State.OPEN, State.BLOCKED)
    ]


def try_again(work: Work, promise: Promise) -> None:
    """Somebody has looked, and the promise gets another chance from the beginning."""
    work.require(may_look_after_promises, promise)
    promise.standing = Standing.WAITING
    promise.attempts = 0
    promise.due_at = work.at
    promise.ended_at = None
    work.promised.add(promise.queue)
    work.record("outbox.tried_again", promise, job=promise.job)
