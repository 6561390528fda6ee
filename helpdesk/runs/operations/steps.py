"""Operations on the steps of a run: finish, skip or reopen one, and the run goes where that
leads."""

from collections.abc import Mapping

from helpdesk.cases.models import Case
from helpdesk.cases.queries import lock_case
from helpdesk.core.errors import Conflict, NotFound, StalePage
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.visible_text import has_visible_text
from helpdesk.core.work import Work
from helpdesk.escalations.operations import wake_case_if_requests_not_justified
from helpdesk.escalations.packet_sources import account_written_down
from helpdesk.escalations.packets import BASIS_OF_REQUESTS, OWNER_CONFIRMED, OWNERSHIP
from helpdesk.escalations.queries import was_partner_asked_about
from helpdesk.playbooks.model import Playbook, Step, StepOutcome
from helpdesk.playbooks.run_progress import StepProgress, StepState
from helpdesk.playbooks.step_facts import facts_set_by_outcome, facts_settable_by_step
from helpdesk.playbooks.step_rules import (
    blocked_outcome_message,
    may_skip_step,
    missing_proof,
    missing_proof_message,
    quoted_step_titles,
    steps_blocking_outcome,
)
from helpdesk.runs import queries, repeated_steps, storage
from helpdesk.runs.facts_found_elsewhere import (
    refuse_unacknowledged_facts,
    step_facts_found_elsewhere,
)
from helpdesk.runs.models import Run, StepRecordKind
from helpdesk.runs.operations.kinds_shown_in_mailbox import show_kind_in_mailbox
from helpdesk.runs.operations.starting_and_moving_runs import require_unfinished, start_run
from helpdesk.runs.policy import may_work_on_run
from helpdesk.runs.stale_page_marks import step_mark_of


class NoRequestSent(Conflict):
    """Raised if a step would say that a partner was asked, and no request is on its way."""

    sentence = (
        "No request has been approved for this playbook, so nothing is on its way. Write the "
        "request and have it approved, or choose the outcome that is true."
    )


def finish_step(
    work: Work,
    run: Run,
    step_id: str,
    *,
    outcome: str,
    evidence: Mapping[str, str] | None = None,
    note: str = "",
    seen: str = "",
    seen_on_case: str | None = None,
    has_read: bool | None = None,
    shows_in_mailbox: bool = False,
) -> None:
    """Finish a step: record its outcome, facts and evidence, and go where that leads.

    An outcome that leaves it open brings the step back on its day. `seen` is the record that the
    form was made beside: of a step that came back there is one, and who writes over it has read it.
    `seen_on_case` is the mark of what the case said of it by then: what a colleague wrote down or
    found out since, in another playbook or another step, is not written over unread. `has_read`
    says whether the form carries the tick that what the case knew already was read; None that no
    form stood in between. Where it leads to another playbook, the mailbox follows if it
    `shows_in_mailbox`.
    """
    lock_case(work, run.case)
    work.require(may_work_on_run, run)
    at_work, now = _step_at_work(work, run, step_id, seen)
    page, step, ended_as = at_work.page, now.step, now.step.outcome(outcome)
    refuse_if_changed_since(seen_on_case, now=step_mark_of(work, at_work, step))
    if ended_as is None:
        raise Conflict("This step can’t have that outcome.")
    _refuse_a_hasty_end(work, run, page, step, ended_as)
    told = {name: text for name, text in (evidence or {}).items() if has_visible_text(text)}
    missing = missing_proof(ended_as, {*told, *queries.written_evidence_kinds(work, run)}, note)
    if missing:
        raise Conflict(missing_proof_message(page, ended_as, missing))
    _refuse_confirmed_without_account(work, run, step, ended_as, told)
    if step.says_request_was_sent(ended_as) and not was_partner_asked_about(
        work, run.case, run.edition.playbook
    ):
        raise NoRequestSent
    if has_read is False:
        refuse_unacknowledged_facts(
            step_facts_found_elsewhere(work, run, step), facts_set_by_outcome(step, ended_as, told)
        )
    repeated_steps.archive_step_record(work, run, page, step)
    record = storage.store_step_record(
        work, run, step, StepRecordKind.DONE, outcome=ended_as, words=note
    )
    whose = storage.playbook_owning_findings(run, step)
    storage.store_evidence(work, run.case, step, told, playbook=whose)
    storage.store_facts(
        work,
        run.case,
        facts_set_by_outcome(step, ended_as, told),
        literal=facts_set_by_outcome(step, ended_as, {}),
        account=storage.account_named_by(work, run, step, at=work.at),
        playbook=whose,
    )
    _follow_lost_basis(work, run, step)
    said = {"playbook": page.name, "step": step.id, "outcome": ended_as.id}
    if record.back_at is not None:
        work.record("playbook.step_comes_back", record, **said, at=record.back_at.isoformat())
        return
    work.record("playbook.step_finished", record, **said)
    if ended_as.end or ended_as.playbook:
        _end(work, run, ended_as, shows_in_mailbox=shows_in_mailbox)


def _refuse_confirmed_without_account(
    work: Work, run: Run, step: Step, outcome: StepOutcome, told: Mapping[str, str]
) -> None:
    """Whose account it is, is confirmed of the one in the form: whoever empties its field has
    confirmed none, and the one that was written down before may be another."""
    if facts_set_by_outcome(step, outcome, told).get(OWNERSHIP) != OWNER_CONFIRMED:
        return
    written = account_written_down(work, run.case, run.edition.playbook)
    if written is not None and written.kind in step.evidence and written.kind not in told:
        raise Conflict("You confirmed who this belongs to, but left its link empty. Add the link.")


def skip_step(work: Work, run: Run, step_id: str, *, reason: str, seen: str = "") -> None:
    """Skip a step, and say why. One that must be done has outcomes for every honest answer."""
    lock_case(work, run.case)
    work.require(may_work_on_run, run)
    at_work, now = _step_at_work(work, run, step_id, seen)
    page = at_work.page
    if now.state is StepState.DONE:
        raise StalePage(
            "This step was done in another playbook on this case, so there is nothing to skip."
        )
    if not may_skip_step(page, now.step):
        raise Conflict("This step can’t be skipped. Choose the outcome that is true.")
    repeated_steps.archive_step_record(work, run, page, now.step)
    record = storage.store_step_record(work, run, now.step, StepRecordKind.SKIPPED, words=reason)
    work.record("playbook.step_skipped", record, playbook=page.name, step=now.step.id)


def reopen_step(work: Work, run: Run, step_id: str, *, seen: str | None = None) -> None:
    """Reopen a step: take back what was recorded about it, with the facts it set. History keeps
    both.

    What another playbook of the case recorded about the same step stands again. `seen` names the
    record on the page: what a colleague has recorded since is not taken back with it.
    """
    lock_case(work, run.case)
    work.require(may_work_on_run, run)
    work.session.refresh(run, ["ended_at", "ended_as", "records"])
    require_unfinished(run)
    record = next((one for one in run.records if one.step == step_id), None)
    if record is None:
        raise StalePage("Nothing was recorded about this step, so there is nothing to undo.")
    refuse_if_changed_since(seen, now=record.id)
    page = queries.pinned_playbook_of(run)
    work.record(
        "playbook.step_reopened", record, playbook=page.name, step=step_id, was=record.outcome
    )
    repeated_steps.remove_step_record(work, run, page, record)
    if (step := page.step(step_id)) is not None:
        _follow_lost_basis(work, run, step)


def _step_at_work(
    work: Work, run: Run, step_id: str, seen: str
) -> tuple[queries.RunProgress, StepProgress]:
    """The run and the step, if it is really open. Two tabs meet here, one after the other."""
    work.session.refresh(run, ["ended_at", "ended_as", "records"])
    require_unfinished(run)
    at_work = queries.progress_with_shared_steps(work, run)
    now = at_work.progress.of(step_id)
    if now is None:
        raise NotFound
    if now.may_be_recorded:
        repeated_steps.require_seen_record(run, step_id, seen)
        return at_work, now
    if now.waits_for:
        raise Conflict(
            f"This step is waiting for: {quoted_step_titles(at_work.page, now.waits_for)}."
        )
    if now.record is not None:
        raise StalePage("Someone has already finished this step.")
    raise Conflict("From what we know now, this step isn’t needed.")


def _follow_lost_basis(work: Work, run: Run, step: Step) -> None:
    """What a step found out, or does not know any more, may be what a request was sent on."""
    if facts_settable_by_step(step) & set(BASIS_OF_REQUESTS):
        wake_case_if_requests_not_justified(work, run.case)


def _refuse_a_hasty_end(
    work: Work, run: Run, page: Playbook, step: Step, outcome: StepOutcome
) -> None:
    if not outcome.end:
        return
    missing = steps_blocking_outcome(page, queries.progress_of_run(work, run), step, outcome)
    if missing:
        raise Conflict(blocked_outcome_message(page, outcome, missing))


def _end(work: Work, run: Run, outcome: StepOutcome, *, shows_in_mailbox: bool) -> None:
    run.ended_at = work.at
    run.ended_as = outcome.end or outcome.playbook
    work.record(
        "playbook.ended", run, playbook=queries.pinned_playbook_of(run).name, ended_as=run.ended_as
    )
    if outcome.playbook is not None:
        _go_on_as(run.case, was=run.edition.playbook, now=outcome.playbook)
        if queries.unfinished_run_of(work, run.case, outcome.playbook) is None:
            start_run(work, run.case, outcome.playbook)
        if shows_in_mailbox and outcome.playbook not in run.case.kinds_for_reporter:
            show_kind_in_mailbox(work, run.case, outcome.playbook)


def _go_on_as(case: Case, *, was: str, now: str) -> None:
    """A kind of trouble under its right name. Whatever else the case is about stays with it.

    Where the mailbox shows the right one already, what it turned out not to be about goes from
    there at once; else it stays until a colleague shows the right one.
    """
    kinds = dict.fromkeys([*(now if kind == was else kind for kind in case.kinds), now])
    shown = case.told_types = case.kinds_for_reporter
    case.incident_type, *others = kinds
    case.other_types = tuple(others)
    if now in shown:
        case.show_kind_in_mailbox(now)
