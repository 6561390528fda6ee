"""The POST view that records that a reporter withdrew a consent, which stops the requests that rest
on it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.cases import operations as cases
from helpdesk.cases.queries import case_by_ref, consent_by_id
from helpdesk.duty.forms import ConsentWithdrawalForm
from helpdesk.duty.views.blueprint import bp
from helpdesk.escalations import queries as escalations
from helpdesk.partners.queries import names_of_partners
from helpdesk.web.request_work import work


@bp.post("/cases/<ref>/consents/<consent_id>/withdrawal")
def create_consent_withdrawal(ref: str, consent_id: str) -> ResponseReturnValue:
    """Record that the reporter withdrew a consent; asked once more if that stops requests."""
    case, form = case_by_ref(work, ref), ConsentWithdrawalForm()
    consent = consent_by_id(work, case, consent_id)
    stopped = escalations.requests_depending_on_consent(work, consent)
    if stopped and not form.is_sure.data:
        return render_template(
            "duty/take_back.html",
            case=case,
            consent=consent,
            requests=stopped,
            partner_names=names_of_partners(work, {one.partner_id for one in stopped}),
        )
    cases.withdraw_consent(work, case, consent)
    flash("Recorded: the reporter withdrew this.")
    return redirect(url_for(".show_case", ref=case.ref, _anchor="consents"), 303)
