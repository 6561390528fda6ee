"""The partner desk: the page on which a partner confirms its email address."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts.forms import EmailAddressCodeForm
from helpdesk.accounts.views.blueprints import limit_passphrase_tries
from helpdesk.escalations.views.blueprints import partner_bp
from helpdesk.partners import operations, queries
from helpdesk.partners.models import Partner
from helpdesk.web.request_work import work


@partner_bp.get("/mail/<slug>")
def show_email_address(slug: str) -> ResponseReturnValue:
    """The form for the code that confirms the partner's email address."""
    return _page(queries.visible_partner_or_404(work, slug), EmailAddressCodeForm(None))


@partner_bp.post("/mail/<slug>/confirmation")
def create_email_address_confirmation(slug: str) -> ResponseReturnValue:
    """Confirm the partner's email address with the code. A wrong code is counted, so the answer is
    no refusal: what is refused is not written."""
    limit_passphrase_tries("partners.mailbox")
    partner, form = queries.visible_partner_or_404(work, slug), EmailAddressCodeForm()
    if not form.validate_on_submit():
        return _page(partner, form), 422
    if operations.confirm_email_address(work, partner, form.code.data or ""):
        flash("Thank you. Your team’s email address is confirmed.")
        return redirect(url_for(".inbox"), 303)
    flash("This isn’t the code in the latest email, or it has expired.", "error")
    return redirect(url_for(".show_email_address", slug=slug), 303)


def _page(partner: Partner, form: EmailAddressCodeForm) -> str:
    return render_template(
        "partner_desk/mailbox.html",
        partner=partner,
        form=form,
        new=queries.unconfirmed_email_address(work, partner),
        now=work.at,
    )
