"""Staff pages of a partner's email address: set it, and type the code that they read out to us."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts.forms import EmailAddressCodeForm
from helpdesk.accounts.views.blueprints import limit_passphrase_tries
from helpdesk.core.markup import bidi_isolate
from helpdesk.partners import operations, queries
from helpdesk.partners.forms import PartnerEmailAddressForm
from helpdesk.partners.models import Partner
from helpdesk.partners.views.blueprint import bp, managed_partner_or_404
from helpdesk.web.request_work import work


@bp.get("/partners/<slug>/mailbox")
def edit_email_address(slug: str) -> ResponseReturnValue:
    """The form for a partner's email address, and for its code."""
    return _page(
        managed_partner_or_404(slug), PartnerEmailAddressForm(None), EmailAddressCodeForm(None)
    )


@bp.post("/partners/<slug>/mailbox")
def create_email_address(slug: str) -> ResponseReturnValue:
    """Set a partner's email address."""
    limit_passphrase_tries("partners.mailbox")
    partner, form = managed_partner_or_404(slug), PartnerEmailAddressForm()
    if not form.validate_on_submit():
        return _page(partner, form, EmailAddressCodeForm(None)), 422
    operations.set_partner_email_address(work, partner, form.mailbox.data or "")
    flash("We’ll send an email with six digits there. Ask them to read the digits out to you.")
    return redirect(url_for(".edit_email_address", slug=slug), 303)


@bp.post("/partners/<slug>/mailbox/confirmation")
def create_email_address_confirmation(slug: str) -> ResponseReturnValue:
    """Confirm a partner's email address with the code. A wrong code is counted, so the answer is no
    refusal: what is refused is not written."""
    limit_passphrase_tries("partners.mailbox")
    partner, form = managed_partner_or_404(slug), EmailAddressCodeForm()
    if not form.validate_on_submit():
        return _page(partner, PartnerEmailAddressForm(None), form), 422
    if operations.confirm_email_address(work, partner, form.code.data or ""):
        flash(
            f"The address is confirmed. Emails to {bidi_isolate(partner.name)} go there from "
            "now on."
        )
        return redirect(url_for(".show", slug=slug), 303)
    flash("This isn’t the code in the latest email, or it has expired.", "error")
    return redirect(url_for(".edit_email_address", slug=slug), 303)


@bp.post("/partners/<slug>/mailbox/code")
def create_email_address_code(slug: str) -> ResponseReturnValue:
    """Send another code to a partner's email address."""
    limit_passphrase_tries("partners.mailbox")
    operations.resend_email_address_code(work, managed_partner_or_404(slug))
    flash("The old code no longer works. This page says when the email with the new one was sent.")
    return redirect(url_for(".edit_email_address", slug=slug), 303)


def _page(
    partner: Partner, form: PartnerEmailAddressForm, confirmation: EmailAddressCodeForm
) -> str:
    return render_template(
        "partners/mailbox.html",
        partner=partner,
        form=form,
        confirmation=confirmation,
        new=queries.unconfirmed_email_address(work, partner),
        now=work.at,
    )
