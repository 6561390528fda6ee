"""What is done over several features at once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from helpdesk.cases import operations as cases
from helpdesk.cases.models import Case
from helpdesk.cases.queries import hold, newest_from_reporter
from helpdesk.cases.status import Outcome
from helpdesk.core.errors import NotNow
from helpdesk.core.outbox import Promise, Standing
from helpdesk.core.work import Work
from helpdesk.duty.policy import may_look_after_promises
from helpdesk.playbooks import operations as playbook_operations
from helpdesk.playbooks import queries as playbooks
from helpdesk.playbooks.models import Run
from helpdesk.playbooks.pages import Playbook
from helpdesk.playbooks.progress import State
from helpdesk.playbooks.queries import RunNow
from helpdesk.triage import operations as triage
from helpdesk.triage import queries as triage_queries

# Nobody is kept in a playbook who has left, or was never there.
LEFT: Final = frozenset({Outcome.WITHDRAWN, Outcome.SPAM})


def close_case(
    work: Work, case: Case, *, outcome: Outcome, follow_up_on: date | None = None, note: str = ""
) -> None:
    """End the work on a case, once the steps that must be done are done and nobody waits for us."""
    hold(work, case)
    refusal = not_closed_yet(work, case, outcome=outcome)
    if refusal:
        raise NotNow(refusal)
    cases.close(work, case, outcome=outcome, follow_up_on=follow_up_on, note=note)


def not_closed_yet(work: Work, case: Case, *, outcome: Outcome) -> str:
    """What has to happen before the case can end like this, in a sentence; empty if nothing has."""
    if outcome in LEFT:
        return ""
    if case.reply_due_at and newest_from_reporter(work, case):
        return (
            "The reporter has written, and nobody has answered. Answer, or say below the message"
            " that it needs none."
        )
    left = steps_left(playbooks.runs_of(work, case))
    return f"Before this case can be closed, these must be done: {', '.join(left)}." if left else ""


def steps_left(runs: Iterable[RunNow]) -> list[str]:
    """The steps that must still be done in the playbooks at work on a case, in words."""
    return [
        f"“{now.step.title}”"
        for running in runs
        if running.run.ended_at is None
        for now in running.progress.steps
        if now.step.must and now.state in (State.OPEN, State.BLOCKED)
    ]


def add_playbook(work: Work, case: Case, playbook_id: str) -> Run:
    """Put a playbook to work on a case, as its first or beside others, and judge it all again."""
    before = triage_queries.pages_of(work, case)
    run = playbook_operations.start_run(work, case, playbook_id)
    _judge_again(work, case, before)
    return run


def finish_step(
    work: Work, run: Run, step_id: str, *, outcome: str, evidence: Mapping[str, str], note: str
) -> None:
    """Record a step. Where it leads to another page, the case is judged as what it is now."""
    before = triage_queries.pages_of(work, run.case)
    playbook_operations.finish_step(
        work, run, step_id, outcome=outcome, evidence=evidence, note=note
    )
    if run.ended_at is not None:
        _judge_again(work, run.case, before)


def _judge_again(work: Work, case: Case, before: Sequence[Playbook]) -> None:
    """Only what brings another page to the case can make it more pressing."""
    ids = {page.id for page in before}
    if any(page.id not in ids for page in triage_queries.pages_of(work, case)):
        triage.judge_again(work, case, was_about=before)


def try_again(work: Work, promise: Promise) -> None:
    """Somebody has looked, and the promise gets another chance from the beginning."""
    work.require(may_look_after_promises, promise)
    promise.standing = Standing.WAITING
    promise.attempts = 0
    promise.due_at = work.at
    promise.ended_at = None
    work.record("outbox.tried_again", promise, job=promise.job)
