"""Recording a step again: it came back, or what was recorded is taken back."""

from helpdesk.cases.operations.messages import write_note_without_history
from helpdesk.core.errors import StalePage
from helpdesk.core.plausible_days import format_plain_moment
from helpdesk.core.work import Work
from helpdesk.playbooks.model import Playbook, Step
from helpdesk.runs import queries, storage
from helpdesk.runs.facts_found_elsewhere import (
    fact_names_of_other_runs,
    refusals_of_other_runs,
)
from helpdesk.runs.models import Run, StepRecord


def step_record_of(run: Run, step_id: str) -> StepRecord | None:
    """The record of a step by this run itself."""
    return next((one for one in run.records if one.step == step_id), None)


def require_seen_record(run: Run, step_id: str, seen: str) -> None:
    """Refuse to overwrite a step's record that whoever writes has not read: somebody else was
    faster."""
    record = step_record_of(run, step_id)
    if (record.id if record is not None else "") != seen:
        raise StalePage(
            "Someone has recorded this step since you opened it. Read what they wrote first."
        )


def archive_step_record(work: Work, run: Run, page: Playbook, step: Step) -> None:
    """Archive the record of a step that came back, to make room for a new one. History keeps how it
    went before, and the words beside it stay as a note on the case."""
    record = step_record_of(run, step.id)
    if record is None:
        return
    words, outcome = work.keys.open(record, "words"), step.outcome(record.outcome or "")
    if words:
        said = f"{outcome.label}. " if outcome is not None else ""
        write_note_without_history(
            work, run.case, f"“{step.title}”, {format_plain_moment(record.at)}: {said}{words}"
        )
    remove_step_record(work, run, page, record)
    # the new record may only go in when the old one is out: one each
    work.session.flush()


def remove_step_record(work: Work, run: Run, page: Playbook, record: StepRecord) -> None:
    """Remove a step's record with the facts that it set; what others say about the same stands
    again."""
    run.records.remove(record)
    elsewhere = queries.progress_with_shared_steps(work, run).elsewhere.values()
    step = page.step(record.step)
    storage.undo_facts_of_step_record(
        work,
        run,
        page,
        record,
        elsewhere=[one.record for one in elsewhere if one.once],
        kept=fact_names_of_other_runs(work, run, [step] if step is not None else ()),
    )
    if step is not None:
        restore_refusals_of_other_runs(work, run, step)


def restore_refusals_of_other_runs(work: Work, run: Run, step: Step) -> None:
    """Restore refusals of other runs that this step had overwritten, where this run says nothing
    more."""
    for name, refused in refusals_of_other_runs(work, run, step).items():
        storage.restore_refusal(work, run, step, name, refused)
