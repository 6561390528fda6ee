"""What is agreed with a partner: pages to settle it and to end it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.core.errors import Conflict, StalePage
from helpdesk.partners import operations
from helpdesk.partners.forms import AgreementForm
from helpdesk.partners.models import Partner
from helpdesk.partners.stale_page_marks import agreement_mark_of
from helpdesk.partners.views.blueprint import bp, managed_partner_or_404
from helpdesk.web.request_work import work
from helpdesk.web.stale_page_marks import submitted_page_mark


@bp.get("/partners/<slug>/agreement")
def edit_agreement(slug: str) -> ResponseReturnValue:
    """The form for what is agreed with a partner."""
    partner = managed_partner_or_404(slug)
    return _page(partner, AgreementForm.of_partner(partner), seen=agreement_mark_of(partner))


@bp.post("/partners/<slug>/agreement")
def create_agreement(slug: str) -> ResponseReturnValue:
    """Settle what is agreed with a partner."""
    partner, form = managed_partner_or_404(slug), AgreementForm()
    seen = submitted_page_mark()
    if not form.validate_on_submit():
        return _page(partner, form, seen=seen or ""), 422
    assert form.agreed_on.data is not None  # noqa: S101 - the form has made sure
    try:
        operations.settle_agreement(work, partner, form.terms, on=form.agreed_on.data, seen=seen)
    except StalePage:
        raise
    except Conflict as refusal:
        form.counts_working_time.errors = [refusal.sentence]
        return _page(partner, form, seen=seen or ""), 422
    flash("Saved. Requests they already have keep the time they were given.")
    return _back(partner)


@bp.post("/partners/<slug>/agreement/end")
def create_agreement_end(slug: str) -> ResponseReturnValue:
    """End what is agreed with a partner."""
    partner = managed_partner_or_404(slug)
    operations.end_agreement(work, partner, seen=submitted_page_mark())
    flash("The agreement has ended. From now on, they have the time that we ask of everyone.")
    return _back(partner)


def _page(partner: Partner, form: AgreementForm, *, seen: str) -> str:
    return render_template("partners/agreement.html", partner=partner, form=form, seen=seen)


def _back(partner: Partner) -> ResponseReturnValue:
    return redirect(url_for(".show", slug=partner.slug, _anchor="agreement"), 303)
