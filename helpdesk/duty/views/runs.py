"""Pages of playbook runs: start one, preview it, record its steps."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts.queries import names_of_actors
from helpdesk.cases.models import Case
from helpdesk.cases.queries import case_by_ref
from helpdesk.core.errors import NotFound
from helpdesk.core.plausible_days import format_plain_moment
from helpdesk.duty import operations as duty
from helpdesk.duty.forms import ONLY_THIS, StoppedHelpForm
from helpdesk.duty.queries import playbook_offers_of
from helpdesk.duty.views.blueprint import runs_bp
from helpdesk.duty.withdrawn_help import StoppedHelp, says_help_not_wanted, stopped_help
from helpdesk.escalations import queries as escalations
from helpdesk.escalations.models import Escalation
from helpdesk.partners.queries import names_of_partners
from helpdesk.playbooks.model import Step
from helpdesk.playbooks.run_progress import StepProgress, StepsProgress
from helpdesk.runs import operations, queries
from helpdesk.runs.facts_found_elsewhere import (
    FactFoundElsewhere,
    UnacknowledgedFacts,
    step_facts_found_elsewhere,
)
from helpdesk.runs.forms import MailboxFollowsRunForm, SkipStepForm, StepOutcomeForm, outcome_form
from helpdesk.runs.models import Run, StepRecord
from helpdesk.runs.policy import may_start_run, may_work_on_run
from helpdesk.runs.repeated_steps import step_record_of
from helpdesk.runs.shared_steps import SharedStepRecord
from helpdesk.runs.stale_page_marks import step_mark_of
from helpdesk.web.blank_forms import cached_blank_form
from helpdesk.web.request_work import work
from helpdesk.web.stale_page_marks import submitted_page_mark

STANDS: Final = "What they have agreed to stays as it was, for the other playbooks on the case."


@runs_bp.post("/runs")
def create_run(ref: str) -> ResponseReturnValue:
    """Start a playbook on a case."""
    case = case_by_ref(work, ref)
    form = MailboxFollowsRunForm()
    run = duty.start_playbook_and_judge_again(
        work,
        case,
        request.form.get("playbook", ""),
        shows_in_mailbox=form.validate_on_submit() and form.shows_in_mailbox.data,
    )
    return redirect(url_for(".show", ref=ref, run_id=run.id), 303)


@runs_bp.post("/mailbox-kinds")
def create_kind_of_trouble_shown_in_mailbox(ref: str) -> ResponseReturnValue:
    """Let the reporter's mailbox show advice and questions of one more kind of trouble."""
    case = case_by_ref(work, ref)
    operations.show_kind_in_mailbox(work, case, request.form.get("kind", ""))
    flash("The reporter\u2019s mailbox shows its advice and questions now.")
    return redirect(url_for("duty.show_case", ref=ref, _anchor="playbooks"), 303)


@runs_bp.get("/runs/<run_id>")
def show(ref: str, run_id: str) -> ResponseReturnValue:
    """The page of a run, at one step."""
    case, run = _find(ref, run_id)
    return _run_page(case, run, request.args.get("step", ""))


@runs_bp.get("/playbooks")
def show_startable_playbooks(ref: str) -> ResponseReturnValue:
    """Every playbook that could be started on this case."""
    case = case_by_ref(work, ref)
    work.require(may_start_run, case)
    return render_template(
        "playbooks/offers.html",
        case=case,
        offers=playbook_offers_of(work, case),
        start_form=cached_blank_form(MailboxFollowsRunForm),
    )


@runs_bp.get("/playbooks/<playbook_id>")
def show_playbook_preview(ref: str, playbook_id: str) -> ResponseReturnValue:
    """A whole playbook as it would begin on this case, to be read before anybody starts it."""
    case = case_by_ref(work, ref)
    run = queries.unfinished_run_of(work, case, playbook_id)
    if run is not None:
        return redirect(url_for(".show", ref=ref, run_id=run.id), 303)
    page = queries.playbook_to_start(playbook_id)
    progress = queries.progress_at_start(work, case, page)
    return render_template(
        "playbooks/preview.html",
        start_form=cached_blank_form(MailboxFollowsRunForm),
        case=case,
        page=page,
        progress=progress,
        ahead=queries.preview_all_steps(work, case, page, progress),
        answer_in_words=queries.condition_names_in_words,
        platform=queries.platform_of(case),
        may_work=may_start_run(work.actor, case),
        **_recorded((), queries.shared_steps_at_start(work, case, page)),
    )


@runs_bp.post("/runs/<run_id>/steps/<step_id>/outcome")
def create_outcome(ref: str, run_id: str, step_id: str) -> ResponseReturnValue:
    """Record the outcome of a step."""
    case, run = _find(ref, run_id)
    step = _step(run, step_id)
    kept = queries.written_evidence_kinds(work, run)
    form = outcome_form(queries.pinned_playbook_of(run), step, {}, kept=kept)
    if not form.validate_on_submit():
        return _run_page(case, run, step_id, outcome=form), 422
    stopped, sure = _stopped_by(run, step, form), StoppedHelpForm()
    if stopped and stopped.must_be_asked and sure.seen_to_stop.data != stopped.mark:
        return render_template(
            "duty/no_more_help.html",
            case=case,
            run=run,
            step=step,
            stopped=stopped,
            typed=form,
            partner_names=names_of_partners(
                work, {one.partner_id for one in stopped.consents if one.partner_id}
            ),
        )
    stops_all_help = sure.is_sure.data != ONLY_THIS
    try:
        duty.finish_step(
            work,
            run,
            step_id,
            outcome=form.outcome.data or "",
            evidence=form.evidence,
            note=form.note.data or "",
            seen=form.seen.data or "",
            seen_on_case=form.seen_on_case.data or "",
            has_read=bool(form.has_read.data),
            shows_in_mailbox=form.shows_in_mailbox.data,
            seen_to_stop=stopped.mark if stopped else None,
            stops_all_help=stops_all_help,
        )
    except UnacknowledgedFacts as unread:  # what was typed stays, beside what has to be read
        form.has_read.errors = [unread.sentence]
        return _run_page(case, run, step_id, outcome=form), 422
    except operations.NoRequestSent as not_sent:
        form.outcome.errors = [not_sent.sentence]
        return _run_page(case, run, step_id, outcome=form), 422
    flash(_said_of(run, step))
    if stopped and stopped.consents:
        flash(_said_of_stopped_help(stopped) if stops_all_help else STANDS)
    return _onward(case, run)


@runs_bp.post("/runs/<run_id>/steps/<step_id>/skip")
def create_skip(ref: str, run_id: str, step_id: str) -> ResponseReturnValue:
    """Skip a step."""
    case, run = _find(ref, run_id)
    step = _step(run, step_id)
    form = SkipStepForm()
    if not form.validate_on_submit():
        return _run_page(case, run, step_id, skip=form), 422
    operations.skip_step(
        work, run, step_id, reason=form.reason.data or "", seen=form.seen.data or ""
    )
    flash(f"Skipped: {step.title}.")
    return _onward(case, run)


@runs_bp.post("/runs/<run_id>/steps/<step_id>/reopening")
def create_reopening(ref: str, run_id: str, step_id: str) -> ResponseReturnValue:
    """Reopen a step: take back what was recorded about it."""
    _, run = _find(ref, run_id)
    step = _step(run, step_id)
    operations.reopen_step(work, run, step_id, seen=submitted_page_mark())
    flash(f"Reopened: {step.title}.")
    return redirect(url_for(".show", ref=ref, run_id=run_id, step=step_id, _anchor=step_id), 303)


def _stopped_by(run: Run, step: Step, form: StepOutcomeForm) -> StoppedHelp | None:
    """What stops, where the outcome says that they want no help any more."""
    page = queries.pinned_playbook_of(run)
    if not says_help_not_wanted(page, step, form.outcome.data or ""):
        return None
    return stopped_help(work, run)


def _said_of_stopped_help(stopped: StoppedHelp) -> str:
    said = "What they had agreed to for our help is withdrawn too. No new request can be sent."
    if not stopped.requests:
        return said
    named = ", ".join(one.ref for one in stopped.requests)
    return f"{said} We\u2019re withdrawing {named}."


def _said_of(run: Run, step: Step) -> str:
    """That it is recorded, and when it comes back if it is not over."""
    record = step_record_of(run, step.id)
    if record is None or record.back_at is None:
        return f"Recorded: {step.title}."
    return f"Recorded: {step.title}. It is due again {format_plain_moment(record.back_at)}."


def _find(ref: str, run_id: str) -> tuple[Case, Run]:
    case = case_by_ref(work, ref)
    return case, queries.run_by_id(work, case, run_id)


def _step(run: Run, step_id: str) -> Step:
    step = queries.pinned_playbook_of(run).step(step_id)
    if step is None:
        raise NotFound
    return step


def _onward(case: Case, run: Run) -> ResponseReturnValue:
    """To the next step; where the run has ended, to the page it led to or back to the case."""
    if run.ended_at is None:
        return redirect(url_for(".show", ref=case.ref, run_id=run.id, _anchor="now"), 303)
    follower = queries.unfinished_run_of(work, case, run.ended_as or "")
    if follower is not None:
        return redirect(url_for(".show", ref=case.ref, run_id=follower.id), 303)
    return redirect(url_for("duty.show_case", ref=case.ref), 303)


def _run_page(
    case: Case,
    run: Run,
    wished: str,
    *,
    outcome: StepOutcomeForm | None = None,
    skip: SkipStepForm | None = None,
) -> str:
    now = queries.progress_with_shared_steps(work, run)
    page, progress = now.page, now.progress
    written = queries.evidence_of(work, run)
    may_work = run.ended_at is None and may_work_on_run(work.actor, run)
    focus = _focus(progress, wished) if may_work else None
    known: Sequence[FactFoundElsewhere] = ()
    if focus is not None:
        before = step_record_of(run, focus.step.id)
        seen = before.id if before is not None else ""
        on_case = step_mark_of(work, now, focus.step)
        outcome = outcome or outcome_form(
            page, focus.step, written, seen=seen, seen_on_case=on_case
        )
        skip = skip or SkipStepForm(formdata=None, seen=seen)
        known = step_facts_found_elsewhere(work, run, focus.step)
    return render_template(
        "playbooks/run.html",
        case=case,
        run=run,
        page=page,
        progress=progress,
        focus=focus,
        outcome=outcome,
        skip=skip or SkipStepForm(formdata=None),
        may_work=may_work,
        ahead=queries.preview_all_steps(work, case, page, progress),
        newer=queries.newer_edition(run) if run.ended_at is None else None,
        answer_in_words=queries.condition_names_in_words,
        written=written,
        platform=queries.platform_of(case),
        requests=_requests(case, page.id, focus),
        known=known,
        **_recorded(run.records, now.elsewhere, run.started_by, *(one.by for one in known)),
    )


def _requests(case: Case, playbook: str, focus: StepProgress | None) -> Sequence[Escalation]:
    """What was asked of partners already about this playbook's problem, where the step of now is
    about asking one."""
    if focus is None or focus.step.escalation is None:
        return ()
    others = {*queries.playbooks_in_progress(work, case)} - {playbook}
    return escalations.requests_not_about_playbooks(work, case, others)


def _recorded(
    own: Iterable[StepRecord], elsewhere: Mapping[str, SharedStepRecord], *others: str
) -> dict[str, Any]:
    """What was recorded here, and in other playbooks of the case about the same steps; in words."""
    records = {record.step: record for record in own}
    every = {name: one.record for name, one in elsewhere.items()} | records
    return {
        "records": records,
        "elsewhere": elsewhere,
        "words": {name: queries.note_of_record(work, record) for name, record in every.items()},
        "names": names_of_actors(
            work.session, {*others, *(record.by for record in every.values())}
        ),
    }


def _focus(progress: StepsProgress, wished: str) -> StepProgress | None:
    """The step somebody chose to do now, if it can be done; else the first that is open."""
    chosen = progress.of(wished)
    return chosen if chosen is not None and chosen.may_be_recorded else progress.next_step
