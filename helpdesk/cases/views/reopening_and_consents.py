"""POST views that resume or reopen a case, and record or confirm a consent."""

from flask.typing import ResponseReturnValue

from helpdesk.cases import operations, queries
from helpdesk.cases.forms import ConsentForm
from helpdesk.cases.states import ConsentKind
from helpdesk.cases.views.blueprint import bp, redirect_to_case, show_form_again
from helpdesk.web.request_work import work
from helpdesk.web.stale_page_marks import submitted_page_mark


@bp.post("/cases/<ref>/resumption")
def create_resumption(ref: str) -> ResponseReturnValue:
    """Resume a paused case."""
    case = queries.case_by_ref(work, ref)
    operations.resume_case(work, case)
    return redirect_to_case(case, "The case is open again.")


@bp.post("/cases/<ref>/reopening")
def create_reopening(ref: str) -> ResponseReturnValue:
    """Reopen a closed case."""
    case = queries.case_by_ref(work, ref)
    operations.reopen_case(work, case)
    return redirect_to_case(case, "The case is open again.")


@bp.post("/cases/<ref>/consents")
def create_consent(ref: str) -> ResponseReturnValue:
    """Record a consent of the reporter."""
    case, form = queries.case_by_ref(work, ref), ConsentForm()
    if not form.validate_on_submit():
        return show_form_again(
            "cases/_consent_form.html", case, consent_form=form, platform_mark=submitted_page_mark()
        )
    operations.record_consent(
        work, case, kind=ConsentKind(form.consent_kind.data), seen=submitted_page_mark()
    )
    said = "Recorded. It counts once the reporter, or someone else here, confirms it."
    return redirect_to_case(case, said, part="consents")


@bp.post("/cases/<ref>/consents/<consent_id>/confirmation")
def create_consent_confirmation(ref: str, consent_id: str) -> ResponseReturnValue:
    """Confirm, as a second person, a consent that a colleague recorded."""
    case = queries.case_by_ref(work, ref)
    operations.confirm_consent(work, case, queries.consent_by_id(work, case, consent_id))
    return redirect_to_case(case, "Confirmed: the reporter agreed.", part="consents")
