"""What can happen to a playbook at work: started, moved on, a step finished, skipped, reopened."""

from collections.abc import Mapping

from helpdesk.cases.models import Case
from helpdesk.cases.operations.messages import write_note
from helpdesk.cases.queries import hold
from helpdesk.core.errors import NotFound, NotNow
from helpdesk.core.work import Work
from helpdesk.playbooks import repository
from helpdesk.playbooks.edition_diff import lost_records
from helpdesk.playbooks.model import Playbook, Readiness, Step, StepOutcome
from helpdesk.playbooks.progress import Record, StepNow, StepState, facts_from
from helpdesk.playbooks.step_rules import (
    held_back,
    in_titles,
    may_be_skipped,
    say_what_shows_it,
    too_early,
    unshown,
)
from helpdesk.runs import queries, repeated_steps, storage
from helpdesk.runs.models import MOVED, RecordedAs, Run
from helpdesk.runs.policy import may_run, may_work_on


def start_run(work: Work, case: Case, playbook_id: str) -> Run:
    """Put a playbook to work on a case, in today's edition for as long as the run lasts."""
    hold(work, case)
    work.require(may_run, case)
    edition = repository.current(playbook_id)
    if edition is None or edition.playbook.status is Readiness.RETIRED:
        raise NotFound
    if queries.running(work, case, playbook_id) is not None:
        raise NotNow("This playbook is at work on the case already.")
    if playbook_id not in case.kinds:
        # whatever is worked on is what the case is about, too
        case.other_types = (*case.other_types, playbook_id)
    run = _begin(work, case, edition)
    work.record("playbook.started", run, playbook=edition.playbook.name)
    return run


def move_run(work: Work, run: Run, *, reason: str) -> Run:
    """Go on in today's edition of the page. What was recorded goes along as far as it still fits.

    Nothing is lost: the old run ends and stays to be read, with every record in its own words. The
    reason stands in a sealed note, and history knows which steps stayed behind. What those had
    found out is not known any more until they are done again.
    """
    hold(work, run.case)
    work.require(may_work_on, run)
    work.session.refresh(run, ["ended_at", "ended_as", "records"])
    _refuse_ended(run)
    page, edition = queries.page_of(run), repository.current(run.edition.playbook)
    if edition is None or queries.newer_edition(run) is None:
        raise NotNow("There is no other edition of this page to move to.")
    run.ended_at, run.ended_as = work.at, MOVED
    follower = _begin(work, run.case, edition)
    records = {record.step: Record(record.outcome) for record in run.records}
    left_behind = lost_records(edition.playbook, records)
    storage.forget_facts(work, run.case, [one for one in page.steps if one.id in left_behind])
    for record in run.records:
        if record.step not in left_behind:
            storage.copy_record(work, follower, edition.playbook, record)
    write_note(
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


def finish_step(
    work: Work,
    run: Run,
    step_id: str,
    *,
    outcome: str,
    evidence: Mapping[str, str] | None = None,
    note: str = "",
    seen: str = "",
) -> None:
    """Record how a step ended, what was found out and written down, and go where that leads.

    An outcome that leaves it open brings the step back on its day. `seen` is the record that the
    form was made beside: of a step that came back there is one, and who writes over it has read it.
    """
    hold(work, run.case)
    work.require(may_work_on, run)
    page, now = _step_at_work(work, run, step_id, seen)
    step, ended_as = now.step, now.step.outcome(outcome)
    if ended_as is None:
        raise NotNow("This step cannot end like that.")
    _refuse_a_hasty_end(work, run, page, step, ended_as)
    told = {name: text for name, text in (evidence or {}).items() if text.strip()}
    missing = unshown(ended_as, {*told, *queries.kinds_written(work, run.case)}, note)
    if missing:
        raise NotNow(say_what_shows_it(page, ended_as, missing))
    repeated_steps.set_aside(work, run, page, step)
    record = storage.keep_record(work, run, step, RecordedAs.DONE, outcome=ended_as, words=note)
    storage.keep_evidence(work, run.case, step, told)
    storage.keep_facts(
        work, run.case, facts_from(step, ended_as, told), literal=facts_from(step, ended_as, {})
    )
    said = {"playbook": page.name, "step": step.id, "outcome": ended_as.id}
    if record.back_at is not None:
        work.record("playbook.step_comes_back", record, **said, at=record.back_at.isoformat())
        return
    work.record("playbook.step_finished", record, **said)
    if ended_as.end or ended_as.playbook:
        _end(work, run, ended_as)


def skip_step(work: Work, run: Run, step_id: str, *, reason: str, seen: str = "") -> None:
    """Leave a step out, and say why. One that must be done has outcomes for every honest answer."""
    hold(work, run.case)
    work.require(may_work_on, run)
    page, now = _step_at_work(work, run, step_id, seen)
    if now.state is StepState.DONE:
        raise NotNow("Another playbook of this case has this step: there is nothing to leave out.")
    if not may_be_skipped(page, now.step):
        raise NotNow("This step cannot be skipped. Choose the outcome that is true.")
    repeated_steps.set_aside(work, run, page, now.step)
    record = storage.keep_record(work, run, now.step, RecordedAs.SKIPPED, words=reason)
    work.record("playbook.step_skipped", record, playbook=page.name, step=now.step.id)


def reopen_step(work: Work, run: Run, step_id: str) -> None:
    """Take back what was recorded about a step, with the facts it set. History keeps both.

    What another playbook of the case recorded about the same step stands again.
    """
    hold(work, run.case)
    work.require(may_work_on, run)
    work.session.refresh(run, ["ended_at", "ended_as", "records"])
    _refuse_ended(run)
    record = next((one for one in run.records if one.step == step_id), None)
    if record is None:
        raise NotNow("Nothing was recorded about this step, so nothing can be taken back.")
    page = queries.page_of(run)
    work.record(
        "playbook.step_reopened", record, playbook=page.name, step=step_id, was=record.outcome
    )
    repeated_steps.take_back(work, run, page, record)


def _step_at_work(work: Work, run: Run, step_id: str, seen: str) -> tuple[Playbook, StepNow]:
    """The page and the step, if it is really open. Two tabs meet here, one after the other."""
    work.session.refresh(run, ["ended_at", "ended_as", "records"])
    _refuse_ended(run)
    page = queries.page_of(run)
    now = queries.progress_of(work, run).of(step_id)
    if now is None:
        raise NotFound
    if now.may_be_recorded:
        repeated_steps.refuse_unseen(run, step_id, seen)
        return page, now
    if now.waits_for:
        raise NotNow(f"This step waits for: {in_titles(page, now.waits_for)}.")
    if now.record is not None:
        raise NotNow("Somebody has finished this step already.")
    raise NotNow("By what is known now, this step is not needed.")


def _refuse_ended(run: Run) -> None:
    if run.ended_at is not None:
        raise NotNow("This playbook has ended on this case. Start it again if there is more to do.")


def _refuse_a_hasty_end(
    work: Work, run: Run, page: Playbook, step: Step, outcome: StepOutcome
) -> None:
    if not outcome.end:
        return
    missing = held_back(page, queries.progress_of(work, run), step, outcome)
    if missing:
        raise NotNow(too_early(page, outcome, missing))


def _end(work: Work, run: Run, outcome: StepOutcome) -> None:
    run.ended_at = work.at
    run.ended_as = outcome.end or outcome.playbook
    work.record("playbook.ended", run, playbook=queries.page_of(run).name, ended_as=run.ended_as)
    if outcome.playbook is not None:
        _go_on_as(run.case, was=run.edition.playbook, now=outcome.playbook)
        if queries.running(work, run.case, outcome.playbook) is None:
            start_run(work, run.case, outcome.playbook)


def _go_on_as(case: Case, *, was: str, now: str) -> None:
    """A kind of trouble under its right name. Whatever else the case is about stays with it."""
    kinds = dict.fromkeys([*(now if kind == was else kind for kind in case.kinds), now])
    case.incident_type, *others = kinds
    case.other_types = tuple(others)


def _begin(work: Work, case: Case, edition: repository.CurrentEdition) -> Run:
    storage.keep_edition(work, edition)
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
