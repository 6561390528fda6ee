"""Operations that start a run of a playbook, or move one to a newer edition."""

from helpdesk.cases import response_targets
from helpdesk.cases.models import Case
from helpdesk.cases.operations.messages import write_note_without_history
from helpdesk.cases.queries import lock_case
from helpdesk.core.errors import Conflict, NotFound, StalePage
from helpdesk.core.work import Work
from helpdesk.escalations.operations import wake_case_if_requests_not_justified
from helpdesk.playbooks import repository
from helpdesk.playbooks.edition_diff import records_lost_in_edition
from helpdesk.playbooks.model import PlaybookReadiness
from helpdesk.playbooks.run_progress import RecordedStep
from helpdesk.runs import queries, repeated_steps, storage
from helpdesk.runs.facts_found_elsewhere import fact_names_of_other_runs
from helpdesk.runs.models import MOVED, Run
from helpdesk.runs.operations.kinds_shown_in_mailbox import show_kind_in_mailbox
from helpdesk.runs.policy import may_start_run, may_work_on_run


def start_run(work: Work, case: Case, playbook_id: str, *, shows_in_mailbox: bool = False) -> Run:
    """Start a run of a playbook on a case, in today's edition for as long as the run lasts.

    The mailbox goes on with the kinds it knows, unless `shows_in_mailbox`: what was said in
    confidence is not for whoever holds the return code.
    """
    lock_case(work, case)
    work.require(may_start_run, case)
    edition = repository.load_current_edition(playbook_id)
    if edition is None or edition.playbook.status is PlaybookReadiness.RETIRED:
        raise NotFound
    if queries.unfinished_run_of(work, case, playbook_id) is not None:
        raise StalePage("This playbook has already been started on the case.")
    if playbook_id not in case.kinds:
        # whatever is worked on is what the case is about, too
        case.told_types = case.kinds_for_reporter
        case.other_types = (*case.other_types, playbook_id)
    run = _begin(work, case, edition)
    response_targets.move_case_to_first_lane(work, case)
    work.record("playbook.started", run, playbook=edition.playbook.name)
    if shows_in_mailbox and playbook_id not in case.kinds_for_reporter:
        show_kind_in_mailbox(work, case, playbook_id)
    return run


def move_run(work: Work, run: Run, *, reason: str) -> Run:
    """Move a run to today's edition of its playbook. What was recorded goes along as far as it
    still fits.

    Nothing is lost: the old run ends and stays to be read, with every record in its own words. The
    reason stands in a sealed note, and history knows which steps stayed behind. What those had
    found out is not known any more until they are done again.
    """
    lock_case(work, run.case)
    work.require(may_work_on_run, run)
    work.session.refresh(run, ["ended_at", "ended_as", "records"])
    require_unfinished(run)
    page, edition = (
        queries.pinned_playbook_of(run),
        repository.load_current_edition(run.edition.playbook),
    )
    if edition is None or queries.newer_edition(run) is None:
        raise Conflict("There is no other version of this playbook to move to.")
    run.ended_at, run.ended_as = work.at, MOVED
    follower = _begin(work, run.case, edition)
    records = {record.step: RecordedStep(record.outcome) for record in run.records}
    left_behind = records_lost_in_edition(edition.playbook, records)
    lost = [one for one in page.steps if one.id in left_behind]
    storage.delete_facts_of_steps(work, run, lost, kept=fact_names_of_other_runs(work, run, lost))
    for record in run.records:
        if record.step not in left_behind:
            storage.copy_step_record(work, follower, edition.playbook, record)
    for step in lost:
        repeated_steps.restore_refusals_of_other_runs(work, run, step)
    wake_case_if_requests_not_justified(work, run.case)
    write_note_without_history(
        work,
        run.case,
        f"Moved “{page.title}” from {page.name} to {edition.playbook.name}. {reason}",
    )
    work.record(
        "playbook.moved",
        follower,
        playbook=edition.playbook.name,
        was=f"{page.name} ({run.content_hash[:12]})",
        to_edition=f"{edition.playbook.name} ({edition.content_hash[:12]})",
        left_behind=list(left_behind),
    )
    return follower


def require_unfinished(run: Run) -> None:
    """Refuse if the run is finished."""
    if run.ended_at is not None:
        raise Conflict(
            "This playbook has ended on this case. Start it again if there is more to do."
        )


def _begin(work: Work, case: Case, edition: repository.PinnablePlaybook) -> Run:
    storage.store_edition(work, edition)
    run = Run(
        case=case,
        case_id=case.id,
        content_hash=edition.content_hash,
        started_at=work.at,
        started_by=work.actor.id,
    )
    work.session.add(run)
    # the edition and the records of the run are read through it in this very piece of work
    work.session.flush()
    return run
