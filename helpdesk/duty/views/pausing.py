"""The POST view that pauses a case: for its reporter or a day, or for partners that have a request
of it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.cases import operations as cases
from helpdesk.cases.forms import PauseCaseForm
from helpdesk.cases.models import Case
from helpdesk.cases.queries import case_by_ref
from helpdesk.cases.states import WaitsOn
from helpdesk.core.errors import Conflict, StalePage
from helpdesk.core.plausible_days import format_plain_day
from helpdesk.duty.views.blueprint import bp
from helpdesk.escalations import operations as escalations
from helpdesk.web.request_work import work
from helpdesk.web.stale_page_marks import submitted_page_mark


@bp.post("/cases/<ref>/wait")
def create_case_pause(ref: str) -> ResponseReturnValue:
    """Pause a case."""
    case, form = case_by_ref(work, ref), PauseCaseForm()
    if not form.validate_on_submit() or not _waits(case, form):
        return render_template(
            "cases/once_more.html",
            partial="cases/_wait.html",
            case=case,
            wait_form=form,
            case_mark=submitted_page_mark(),
        ), 422
    if case.waits_until is not None:
        flash(
            f"The case is paused until {format_plain_day(case.waits_until)}, "
            "and comes back automatically."
        )
    return redirect(url_for(".show_case", ref=case.ref), 303)


def _waits(case: Case, form: PauseCaseForm) -> bool:
    """Whether it waits now; else the form says why not, and keeps what was typed."""
    on, until = WaitsOn(form.wait_on.data), form.wait_until.data
    try:
        if on is WaitsOn.PARTNER:
            escalations.pause_case_for_partners(work, case, seen=submitted_page_mark())
        else:
            cases.pause_case(work, case, waits_on=on, until=until, seen=submitted_page_mark())
    except StalePage:  # nothing on the form that is shown again would mend that
        raise
    except Conflict as refusal:
        about_the_day = on is WaitsOn.DATE or until is not None
        (form.wait_until if about_the_day else form.wait_on).errors = [refusal.sentence]
        return False
    return True
