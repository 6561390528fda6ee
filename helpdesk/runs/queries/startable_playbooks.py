"""Queries for playbooks that could be started on a case, and where their steps would stand."""

from collections.abc import Iterable, Mapping

from helpdesk.cases.models import Case
from helpdesk.core.errors import NotFound
from helpdesk.core.work import Work
from helpdesk.playbooks import repository
from helpdesk.playbooks.model import Playbook, PlaybookReadiness
from helpdesk.playbooks.run_progress import StepsProgress
from helpdesk.playbooks.step_preview import StepPreview, preview_steps
from helpdesk.playbooks.step_progress_calculator import track_progress
from helpdesk.runs.condition_context import condition_context
from helpdesk.runs.queries.runs_and_progress import (
    RunProgress,
    all_runs_of_case,
    effective_shared_records,
    pinned_playbook_of,
)
from helpdesk.runs.shared_steps import SharedStepRecord, shared_steps


def playbook_to_start(playbook_id: str) -> Playbook:
    """A playbook that could be started, by its id; or NotFound."""
    page = repository.load_current_library().playbook(playbook_id)
    if page is None or page.status is PlaybookReadiness.RETIRED:
        raise NotFound
    return page


def progress_at_start(work: Work, case: Case, page: Playbook) -> StepsProgress:
    """The progress that every step would have if the playbook were started now."""
    return track_progress(
        page,
        condition_context(work, case, page),
        effective_shared_records(shared_steps_at_start(work, case, page)),
    )


def shared_steps_at_start(work: Work, case: Case, page: Playbook) -> Mapping[str, SharedStepRecord]:
    """The steps of a playbook that others of the case have recorded, if it were started now."""
    others = [(run, pinned_playbook_of(run)) for run in all_runs_of_case(work, case)]
    return shared_steps(page, others, begun_at=work.at)


def preview_all_steps(
    work: Work, case: Case, page: Playbook, steps: StepsProgress
) -> Mapping[str, StepPreview]:
    """Preview every step of a page, with where each way out of it leads."""
    library = repository.load_current_library()
    return preview_steps(page, steps, condition_context(work, case, page), library.playbooks)


def startable_playbooks(runs: Iterable[RunProgress]) -> tuple[Playbook, ...]:
    """The playbooks that could be started beside these runs."""
    busy = {one.page.id for one in runs if one.run.ended_at is None}
    return tuple(
        page
        for page in repository.load_current_library().playbooks
        if page.id not in busy and page.status is not PlaybookReadiness.RETIRED
    )
