"""Queries for the runs of a case, ended ones included, with the playbook each pinned and its
progress; and for the steps that are due again in the actor’s queues."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select

from helpdesk.cases.models import Case, Fact
from helpdesk.cases.queries import LISTED_AT_MOST, NOT_CLOSED, visible_cases
from helpdesk.core.errors import NotFound
from helpdesk.core.work import Work
from helpdesk.playbooks import repository
from helpdesk.playbooks.model import Playbook, Step
from helpdesk.playbooks.run_progress import RecordedStep, StepProgress, StepsProgress
from helpdesk.playbooks.step_progress_calculator import track_progress
from helpdesk.runs.condition_context import condition_context
from helpdesk.runs.models import PlaybookEdition, Run, StepRecord
from helpdesk.runs.shared_steps import SharedStepRecord, shared_steps

# The pages of a case's runs, and of those that have not ended; the oldest first.
EVER_AT_WORK: Final = (
    select(PlaybookEdition.playbook)
    .join(Run, Run.content_hash == PlaybookEdition.content_hash)
    .where(Run.case_id == bindparam("case_id"))
    .order_by(Run.started_at, Run.id)
)


# The facts on a case, their codes only: the words beside them stay sealed. Where playbooks found
# out different things of one name, the newest comes last.
FACTS: Final = (
    select(Fact.name, Fact.value)
    .where(Fact.case_id == bindparam("case_id"))
    .order_by(Fact.set_at, Fact.id)
)


AT_WORK: Final = EVER_AT_WORK.where(Run.ended_at.is_(None))


@dataclass(frozen=True)
class RunProgress:
    """The progress of a run, with the page it stands on and what others did of it."""

    run: Run
    page: Playbook
    progress: StepsProgress
    elsewhere: Mapping[str, SharedStepRecord]


def pinned_playbook_of(run: Run) -> Playbook:
    """The playbook that a run pinned, exactly as it was when the run began."""
    return repository.playbook_by_hash(run.content_hash, lambda: json.dumps(run.edition.content))


def progress_of_run(work: Work, run: Run) -> StepsProgress:
    """The progress of a run: where every step stands."""
    return progress_with_shared_steps(work, run).progress


def progress_with_shared_steps(work: Work, run: Run) -> RunProgress:
    """The progress of a run beside the others of its case, whose shared steps count."""
    return _run_now(work, run, all_runs_of_case(work, run.case))


def runs_of_case(work: Work, case: Case) -> Sequence[RunProgress]:
    """The progress of the runs of a case: those that go on first, then the newest."""
    runs = all_runs_of_case(work, case)
    return [_run_now(work, run, runs) for run in runs]


def run_by_id(work: Work, case: Case, run_id: str) -> Run:
    """A run of this case by its id, or NotFound."""
    run = work.session.scalar(select(Run).where(Run.id == run_id, Run.case_id == case.id))
    if run is None:
        raise NotFound
    return run


def unfinished_run_of(work: Work, case: Case, playbook_id: str) -> Run | None:
    """The unfinished run of a playbook on a case, whatever its edition."""
    going_on = select(Run).where(Run.case_id == case.id, Run.ended_at.is_(None))
    return next(
        (run for run in work.session.scalars(going_on) if run.edition.playbook == playbook_id), None
    )


def step_establishing_fact(
    work: Work, case: Case, fact: str, *, playbook: str = ""
) -> tuple[Run, StepProgress] | None:
    """The step of a run on the case that establishes a fact: that of a playbook, where one is
    named; one that can be done now comes first."""
    found = [
        (one.run, step)
        for one in runs_of_case(work, case)
        if one.run.ended_at is None and playbook in ("", one.page.id)
        for step in one.progress.steps
        if any(setting.fact == fact for setting in step.step.sets)
    ]
    return max(found, key=lambda pair: pair[1].may_be_recorded, default=None)


def playbooks_in_progress(work: Work, case: Case) -> tuple[str, ...]:
    """The playbooks of unfinished runs, by id, the oldest run first."""
    return tuple(dict.fromkeys(work.session.scalars(AT_WORK, {"case_id": case.id})))


@dataclass(frozen=True)
class DueStep:
    """A step that is due again, in the run of a case that is open."""

    run: Run
    step: Step
    record: StepRecord


def steps_due_again(work: Work, limit: int = LISTED_AT_MOST) -> Sequence[DueStep]:
    """The steps in the actor's queues that are due again: those of the most urgent cases first, of
    these the longest ago."""
    due = (
        select(StepRecord)
        .join(Run, Run.id == StepRecord.run_id)
        .join(Case, Case.id == Run.case_id)
        .where(StepRecord.back_at <= work.at, Run.ended_at.is_(None))
        .where(
            Run.case_id.in_(visible_cases(work.actor).where(NOT_CLOSED).with_only_columns(Case.id))
        )
        .order_by(Case.level, StepRecord.back_at, StepRecord.id)
        .limit(limit)
    )
    records = work.session.scalars(due).all()
    ids = {record.run_id for record in records}
    runs = {run.id: run for run in work.session.scalars(select(Run).where(Run.id.in_(ids)))}
    found = [
        (runs[one.run_id], pinned_playbook_of(runs[one.run_id]).step(one.step), one)
        for one in records
    ]
    return [DueStep(run, step, record) for run, step, record in found if step is not None]


def all_runs_of_case(work: Work, case: Case) -> Sequence[Run]:
    """Every run of a case: those that go on first, then the newest."""
    every = select(Run).where(Run.case_id == case.id)
    newest_first = every.order_by(Run.ended_at.desc().nulls_first(), Run.started_at.desc())
    return work.session.scalars(newest_first).all()


def _run_now(work: Work, run: Run, runs: Iterable[Run]) -> RunProgress:
    page = pinned_playbook_of(run)
    others = [(other, pinned_playbook_of(other)) for other in runs if other is not run]
    elsewhere = shared_steps(page, others, begun_at=run.started_at)
    own = {record.step: record.as_recorded(work.at) for record in run.records}
    steps = track_progress(
        page, condition_context(work, run.case, page), effective_shared_records(elsewhere) | own
    )
    return RunProgress(run, page, steps, elsewhere)


def effective_shared_records(elsewhere: Mapping[str, SharedStepRecord]) -> dict[str, RecordedStep]:
    """The shared records that count in this run: what was recorded elsewhere and need not be done
    again."""
    counting = {name: one.outcome.id for name, one in elsewhere.items() if one.counts_as_done}
    return {name: RecordedStep(outcome, is_elsewhere=True) for name, outcome in counting.items()}
