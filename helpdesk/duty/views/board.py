"""The duty board, going on and off duty, and retrying a failed job."""

from functools import partial

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts import operations as accounts
from helpdesk.accounts.queries import current_person
from helpdesk.adapters import database_hardening
from helpdesk.cases.stale_page_marks import reporter_mark_of
from helpdesk.core.actors import Role
from helpdesk.duty import operations, queries
from helpdesk.duty.forms import StartDutyForm
from helpdesk.duty.views.blueprint import bp
from helpdesk.intake.storage_quota import passed_quota_threshold
from helpdesk.triage.policy import may_acknowledge_danger_in_withdrawn_case
from helpdesk.web.current_app_context import current_context
from helpdesk.web.request_work import work


@bp.get("/")
def home() -> ResponseReturnValue:
    """Redirect to the duty board."""
    return redirect(url_for(".board"), 303)


@bp.get("/duty")
def board() -> ResponseReturnValue:
    """The duty board."""
    if work.actor.role is Role.OPERATOR:
        return redirect(url_for("people.index"), 303)
    return _page(StartDutyForm()), 200


@bp.post("/duty/shift")
def create_shift() -> ResponseReturnValue:
    """Go on duty."""
    form = StartDutyForm()
    if not form.validate_on_submit():
        return _page(form), 422
    accounts.go_on_duty(work, current_person(work), hours=int(form.hours.data))
    flash("You are on duty. You get alerts about waiting cases.")
    return redirect(url_for(".board"), 303)


@bp.post("/duty/shift/end")
def create_shift_end() -> ResponseReturnValue:
    """Go off duty."""
    accounts.go_off_duty(work, current_person(work))
    flash("You are off duty.")
    return redirect(url_for(".board"), 303)


@bp.post("/jobs/<outbox_job_id>/retry")
def create_job_retry(outbox_job_id: str) -> ResponseReturnValue:
    """Retry a failed job."""
    operations.retry_failed_job(work, queries.failed_job(work, outbox_job_id))
    flash("Trying again.")
    return redirect(url_for(".board"), 303)


def _page(form: StartDutyForm) -> str:
    settings = current_context().settings
    board, quota = queries.load_board(work), settings.reports_quota
    return render_template(
        "duty/board.html",
        board=board,
        is_database_hardened=settings.without_superuser
        or database_hardening.is_database_hardened(work.session.connection()),
        quota=quota,
        quota_used=passed_quota_threshold(board.load, quota),
        person=current_person(work),
        duty_form=form,
        may_acknowledge_danger_in_withdrawn_case=partial(
            may_acknowledge_danger_in_withdrawn_case, work.actor
        ),
        reporter_mark_of=partial(reporter_mark_of, work),
        now=work.at,
    )
