"""The case page, with the parts of every feature; the history of a case; and closing it."""

from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.cases import news
from helpdesk.cases.forms import CloseCaseForm
from helpdesk.cases.models import Case
from helpdesk.cases.queries import case_by_ref
from helpdesk.cases.states import CaseOutcome
from helpdesk.cases.views.read_logging import mark_read_already_logged
from helpdesk.core.errors import StalePage
from helpdesk.duty import case_closing, queries
from helpdesk.duty.views.blueprint import bp
from helpdesk.duty.views.case_page_variables import case_page_variables
from helpdesk.web.request_work import current_work, work
from helpdesk.web.stale_page_marks import submitted_page_mark

BEYOND_ALL_ENTRIES: Final = 2**63


@bp.get("/cases/<ref>")
def show_case(ref: str) -> ResponseReturnValue:
    """The case page."""
    work = current_work()  # asked for a hundred times here: not through the proxy
    parts = case_page_variables(work, ref)
    page = render_template("duty/case.html", **parts)
    if parts["read_lately"]:
        mark_read_already_logged(parts["case"].id)
    if parts["has_news"]:
        news.mark_news_seen(work, case_id=parts["case"].id)
    return page


@bp.get("/cases/<ref>/history")
def show_history(ref: str) -> ResponseReturnValue:
    """A page of a case's history."""
    case = case_by_ref(work, ref)
    before = request.args.get("before", type=int)
    if before is not None and not 0 < before < BEYOND_ALL_ENTRIES:
        before = None
    page = queries.history_page(work, case, before=before)
    return render_template(
        "duty/history.html",
        case=case,
        lines=page.lines,
        next_before=page.next_before,
        is_first=before is None,
    )


@bp.post("/cases/<ref>/closure")
def create_closure(ref: str) -> ResponseReturnValue:
    """Close a case, or request that a second person agrees."""
    case, form = case_by_ref(work, ref), CloseCaseForm()
    if not form.validate_on_submit():
        return _closure_once_more(case, form), 422
    outcome = CaseOutcome(form.outcome.data)
    form.form_errors.extend(case_closing.closing_obstacle_sentences(work, case, outcome))
    if form.form_errors:
        return _closure_once_more(case, form), 409
    if case_closing.needs_second_person(case, outcome):
        case_closing.request_closing(
            work, case, note=form.closing_note.data or "", seen=submitted_page_mark()
        )
        flash(
            "The case is urgent, so we’re asking a second person to agree that it is not a report."
        )
        return redirect(url_for(".show_case", ref=case.ref), 303)
    case_closing.close_case(
        work,
        case,
        outcome=outcome,
        follow_up_on=form.follow_up_on.data,
        note=form.closing_note.data or "",
        seen=submitted_page_mark(),
    )
    flash("The case is closed.")
    return redirect(url_for(".show_case", ref=case.ref), 303)


@bp.post("/cases/<ref>/closure/decision")
def create_closure_decision(ref: str) -> ResponseReturnValue:
    """Decide, as the second person, whether a case is closed as no report."""
    case = case_by_ref(work, ref)
    asked = case_closing.pending_closing_request(work, case)
    if asked is None:
        raise StalePage("Someone else has already decided this.")
    granted = request.form.get("granted") == "yes"
    case_closing.decide_closing_request(work, asked, granted=granted, seen=submitted_page_mark())
    flash("The case is closed." if granted else "The case stays open.")
    return redirect(url_for(".show_case", ref=case.ref), 303)


def _closure_once_more(case: Case, form: CloseCaseForm) -> str:
    """The form again with everything that was chosen and typed, and what is in the way."""
    return render_template(
        "cases/once_more.html",
        partial="cases/_closure.html",
        case=case,
        closure_form=form,
        case_mark=submitted_page_mark(),
    )
