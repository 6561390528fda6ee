"""Pages of the level: correct answers, raise it, or lower it with a second person."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case
from helpdesk.cases.queries import case_by_ref
from helpdesk.cases.stale_page_marks import answers_mark_of
from helpdesk.playbooks.conditions import Context
from helpdesk.runs.condition_context import answers_of
from helpdesk.triage import operations, queries, raised_by_reporter
from helpdesk.triage.forms.level_forms import (
    CorrectAnswersForm,
    RaiseLevelForm,
    RequestLowerLevelForm,
    correct_answers_form,
    raise_level_form,
)
from helpdesk.triage.policy import may_correct_level
from helpdesk.web.request_work import work
from helpdesk.web.stale_page_marks import submitted_page_mark

bp = Blueprint("triage", __name__, url_prefix="/cases/<ref>")


@bp.get("/answers")
def edit_answers(ref: str) -> ResponseReturnValue:
    """The form to correct the reporter's answers."""
    case = case_by_ref(work, ref)
    work.require(may_correct_level, case)
    form = _answers_form(case, answers_of(work, case))
    return _answers_page(case, form, seen=answers_mark_of(work, case))


@bp.post("/answers")
def create_answer_correction(ref: str) -> ResponseReturnValue:
    """Correct the reporter's answers, and judge the case again."""
    case = case_by_ref(work, ref)
    form = _answers_form(case, {})
    if not form.validate_on_submit():
        return _answers_page(case, form, seen=submitted_page_mark()), 422
    changes = form.changes(answers_of(work, case))
    released = form.released.data or ()
    if changes or released:
        judgement = operations.correct_reporter_answers(
            work,
            case,
            changes,
            seen=submitted_page_mark(),
            shows_in_mailbox=form.shows_in_mailbox.data,
            released=released,
        )
        if changes:
            flash(f"The answers have been corrected. The level is {case.level}.")
        if released:
            flash("The advice in the mailbox now follows the answers you ticked.")
        if changes and judgement.level.rank < case.level.rank:
            flash(
                f"Based on the answers, it would be {judgement.level}. To lower it, a second "
                "person has to agree, one level at a time."
            )
    elif form.shows_in_mailbox.data:
        form.form_errors.append(
            "You haven’t changed any answer, so nothing new is shown in the mailbox. If an answer"
            " was corrected before and isn’t shown there, tick it below."
        )
        return _answers_page(case, form, seen=submitted_page_mark()), 422
    return _to_case(case)


@bp.post("/danger-seen")
def create_danger_acknowledgement(ref: str) -> ResponseReturnValue:
    """Acknowledge danger told in a case that was withdrawn."""
    case = case_by_ref(work, ref)
    raised_by_reporter.acknowledge_danger_in_withdrawn_case(work, case, seen=submitted_page_mark())
    flash(f"Recorded: you have seen {case.ref}.")
    return redirect(url_for("duty.board"), 303)


@bp.get("/level")
def edit_level(ref: str) -> ResponseReturnValue:
    """The forms to raise the level or request a lower one."""
    case = case_by_ref(work, ref)
    work.require(may_correct_level, case)
    return _level_page(case, raise_level_form(case.level), RequestLowerLevelForm())


@bp.post("/level")
def create_level(ref: str) -> ResponseReturnValue:
    """Raise the level."""
    case = case_by_ref(work, ref)
    form = raise_level_form(case.level)
    if not form.validate_on_submit():
        return _level_page(case, form, RequestLowerLevelForm(formdata=None)), 422
    level = Level(form.level.data)
    operations.raise_case_level(work, case, level=level, reason=form.reason.data or "")
    flash(f"The level is {case.level}.")
    return _to_case(case)


@bp.post("/lowering")
def create_lowering(ref: str) -> ResponseReturnValue:
    """Request a lower level."""
    case = case_by_ref(work, ref)
    form = RequestLowerLevelForm()
    if not form.validate_on_submit():
        return _level_page(case, RaiseLevelForm(formdata=None), form), 422
    level = queries.next_lower_level(case.level)
    operations.request_lower_level(work, case, level=level, reason=form.why_lower.data or "")
    flash("We’re asking a second person to agree. Until then, the level stays as it is.")
    return _to_case(case)


@bp.post("/lowering/decision")
def create_lowering_decision(ref: str) -> ResponseReturnValue:
    """Decide, as the second person, on a lower level."""
    case = case_by_ref(work, ref)
    asked = queries.pending_lower_level_request_or_conflict(work, case)
    granted = request.form.get("granted") == "yes"
    operations.decide_lower_level_request(work, asked, granted=granted, seen=submitted_page_mark())
    flash(f"The level is {case.level}." if granted else "The level has not been changed.")
    return _to_case(case)


def _answers_form(case: Case, answers: Context) -> CorrectAnswersForm:
    questions = queries.staff_questions_of(queries.playbooks_judging_case(work, case))
    withheld = queries.withheld_questions(work, case, questions)
    return correct_answers_form(questions, answers, withheld=withheld)


def _to_case(case: Case) -> ResponseReturnValue:
    return redirect(url_for("duty.show_case", ref=case.ref), 303)


def _answers_page(case: Case, form: CorrectAnswersForm, *, seen: str) -> str:
    judgement = queries.judge_current_answers(work, case)
    return render_template(
        "triage/answers.html", case=case, form=form, judgement=judgement, seen=seen
    )


def _level_page(case: Case, raising: RaiseLevelForm, lowering: RequestLowerLevelForm) -> str:
    if not raising.level.choices:
        raising = raise_level_form(case.level)
    return render_template(
        "triage/level.html",
        case=case,
        raising=raising,
        lowering=lowering,
        lower=queries.next_lower_level(case.level),
        triage=queries.triage_of_case(work, case),
    )
