"""Operations over several features at once."""

from collections.abc import Mapping, Sequence

from helpdesk.cases.models import Case
from helpdesk.core.errors import Conflict
from helpdesk.core.outbox import OutboxJob, OutboxJobState
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.work import Work
from helpdesk.duty.policy import may_retry_jobs
from helpdesk.duty.withdrawn_help import stopped_help, withdraw_help
from helpdesk.playbooks.model import Playbook, RunEndKind
from helpdesk.runs import operations as playbook_operations
from helpdesk.runs import queries as run_queries
from helpdesk.runs.models import Run
from helpdesk.triage import operations as triage
from helpdesk.triage import queries as triage_queries


def start_playbook_and_judge_again(
    work: Work, case: Case, playbook_id: str, *, shows_in_mailbox: bool = False
) -> Run:
    """Start a playbook on a case and judge the case again, so that its level can rise."""
    before = triage_queries.playbooks_judging_case(work, case)
    run = playbook_operations.start_run(work, case, playbook_id, shows_in_mailbox=shows_in_mailbox)
    _judge_again(work, case, before)
    return run


def finish_step(
    work: Work,
    run: Run,
    step_id: str,
    *,
    outcome: str,
    evidence: Mapping[str, str],
    note: str,
    seen: str = "",
    seen_on_case: str | None = None,
    has_read: bool | None = None,
    shows_in_mailbox: bool = False,
    seen_to_stop: str | None = None,
    stops_all_help: bool = True,
) -> None:
    """Finish a step and, where it leads to another page, judge the case as what it is now.

    Where the reporter wants no help any more, what they had agreed to for it is withdrawn: all that
    stood on the page before, whose mark is `seen_to_stop`. Unless it `stops_all_help` it is this
    playbook alone that ends.
    """
    before = triage_queries.playbooks_judging_case(work, run.case)
    playbook_operations.finish_step(
        work,
        run,
        step_id,
        outcome=outcome,
        evidence=evidence,
        note=note,
        seen=seen,
        seen_on_case=seen_on_case,
        has_read=has_read,
        shows_in_mailbox=shows_in_mailbox,
    )
    if run.ended_at is not None:
        _judge_again(work, run.case, before)
    if has_ended_as_help_not_wanted(run):
        stopped = stopped_help(work, run)
        refuse_if_changed_since(seen_to_stop, now=stopped.mark)
        if stops_all_help:
            withdraw_help(work, run.case, stopped)
        elif not stopped.may_end_alone:
            raise Conflict("First withdraw the requests they no longer want, or stop all help.")


def has_ended_as_help_not_wanted(run: Run) -> bool:
    """Whether a run has ended because the reporter wants no help any more."""
    end = run_queries.pinned_playbook_of(run).end(run.ended_as) if run.ended_as else None
    return end is not None and end.kind is RunEndKind.WITHDRAWN


def _judge_again(work: Work, case: Case, before: Sequence[Playbook]) -> None:
    """Only what brings another page to the case can make it more pressing."""
    ids = {page.id for page in before}
    if any(page.id not in ids for page in triage_queries.playbooks_judging_case(work, case)):
        triage.judge_case_after_kind_change(work, case, was_about=before)


def retry_failed_job(work: Work, outbox_job: OutboxJob) -> None:
    """Retry a failed job from the beginning, after a person has looked."""
    work.require(may_retry_jobs, outbox_job)
    outbox_job.state = OutboxJobState.WAITING
    outbox_job.attempts = 0
    outbox_job.due_at = work.at
    outbox_job.ended_at = None
    work.record("outbox.tried_again", outbox_job, job=outbox_job.job)
