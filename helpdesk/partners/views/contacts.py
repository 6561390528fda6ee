"""Who is reached at a partner: pages to add, change, verify and end contacts."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.partners import operations, queries
from helpdesk.partners.forms import ContactForm
from helpdesk.partners.models import Partner, PartnerContact
from helpdesk.partners.stale_page_marks import contact_mark_of
from helpdesk.partners.views.blueprint import bp, managed_partner_or_404
from helpdesk.web.request_work import work
from helpdesk.web.stale_page_marks import submitted_page_mark


@bp.get("/partners/<slug>/contacts/new")
def new_contact(slug: str) -> ResponseReturnValue:
    partner = managed_partner_or_404(slug)
    return _page(partner, ContactForm(None, timezone=partner.timezone))


@bp.post("/partners/<slug>/contacts")
def create_contact(slug: str) -> ResponseReturnValue:
    partner, form = managed_partner_or_404(slug), ContactForm()
    if not form.validate_on_submit():
        return _page(partner, form), 422
    operations.add_contact(work, partner, name=form.name.data or "", terms=form.terms)
    flash("The contact is added. We’ll ask you in 90 days whether it’s still right.")
    return _back(partner)


@bp.get("/partners/<slug>/contacts/<contact_id>")
def edit_contact(slug: str, contact_id: str) -> ResponseReturnValue:
    partner = managed_partner_or_404(slug)
    contact = queries.contact_or_404(work, partner, contact_id)
    return _page(partner, ContactForm(None, obj=contact), contact, seen=contact_mark_of(contact))


@bp.post("/partners/<slug>/contacts/<contact_id>")
def create_contact_change(slug: str, contact_id: str) -> ResponseReturnValue:
    partner, form = managed_partner_or_404(slug), ContactForm()
    contact = queries.contact_or_404(work, partner, contact_id)
    if not form.validate_on_submit():
        return _page(partner, form, contact, seen=submitted_page_mark() or ""), 422
    operations.change_contact(
        work,
        partner,
        contact,
        name=form.name.data or "",
        terms=form.terms,
        seen=submitted_page_mark(),
    )
    flash("Saved.")
    return _back(partner)


@bp.post("/partners/<slug>/contacts/<contact_id>/verification")
def create_contact_verification(slug: str, contact_id: str) -> ResponseReturnValue:
    partner = managed_partner_or_404(slug)
    contact = queries.contact_or_404(work, partner, contact_id)
    operations.verify_contact(work, partner, contact, seen=submitted_page_mark())
    flash("Recorded: the contact is still right.")
    return _back(partner)


@bp.post("/partners/<slug>/contacts/<contact_id>/end")
def create_contact_end(slug: str, contact_id: str) -> ResponseReturnValue:
    partner = managed_partner_or_404(slug)
    contact = queries.contact_or_404(work, partner, contact_id)
    operations.end_contact(work, partner, contact, seen=submitted_page_mark())
    flash("The contact has ended. We no longer use it when we propose who to ask.")
    return _back(partner)


def _back(partner: Partner) -> ResponseReturnValue:
    return redirect(url_for(".show", slug=partner.slug, _anchor="contacts"), 303)


def _page(
    partner: Partner, form: ContactForm, contact: PartnerContact | None = None, *, seen: str = ""
) -> str:
    return render_template(
        "partners/contact.html", partner=partner, form=form, contact=contact, seen=seen
    )
