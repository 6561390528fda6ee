"""POST views that claim a case, release it or hand it over."""

from flask.typing import ResponseReturnValue
from wtforms.fields import SelectChoice

from helpdesk.accounts import queries as accounts
from helpdesk.cases import operations, queries
from helpdesk.cases.forms import HandOverCaseForm, ReleaseCaseForm
from helpdesk.cases.models import Case
from helpdesk.cases.views.blueprint import bp, redirect_to_case, show_form_again
from helpdesk.core.errors import Conflict
from helpdesk.core.markup import bidi_isolate
from helpdesk.web.request_work import work
from helpdesk.web.stale_page_marks import submitted_page_mark


@bp.post("/cases/<ref>/assignment")
def create_claim(ref: str) -> ResponseReturnValue:
    """Claim a case."""
    case = queries.case_by_ref(work, ref)
    operations.claim_case(work, case)
    return redirect_to_case(case, "You have taken the case.")


@bp.post("/cases/<ref>/release")
def create_release(ref: str) -> ResponseReturnValue:
    """Release a case to its queue."""
    case, form = queries.case_by_ref(work, ref), ReleaseCaseForm()
    if not form.validate_on_submit():
        return show_form_again(
            "cases/_release.html", case, release_form=form, seen_owner=submitted_page_mark()
        )
    operations.release_case(
        work, case, note=form.release_note.data or "", seen=submitted_page_mark()
    )
    return redirect_to_case(case, "The case is back in the queue.")


@bp.post("/cases/<ref>/handover")
def create_handover(ref: str) -> ResponseReturnValue:
    """Hand a case over to a colleague."""
    case = queries.case_by_ref(work, ref)
    form = handover_form(case)
    if not form.validate_on_submit():
        return show_form_again(
            "cases/_handover.html", case, handover_form=form, seen_owner=submitted_page_mark()
        )
    people = {person.id: person for person in accounts.colleagues_in_team(work, case.team_id)}
    colleague = people.get(form.hand_to.data or "")
    if colleague is None:
        raise Conflict("This colleague can no longer take the case.")
    note = form.handover_note.data or ""
    operations.hand_over_case(work, case, to=colleague, note=note, seen=submitted_page_mark())
    return redirect_to_case(case, f"{bidi_isolate(colleague.name)} has the case now.")


def handover_form(case: Case) -> HandOverCaseForm:
    """The form to hand over a case, with everyone who could take it."""
    form = HandOverCaseForm()
    form.hand_to.choices = [
        SelectChoice(person.id, bidi_isolate(person.name))
        for person in accounts.colleagues_in_team(work, case.team_id)
        if person.id != case.owner_id
    ]
    return form
