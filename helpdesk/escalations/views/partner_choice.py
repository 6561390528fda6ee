"""Asking another partner than a draft names."""

from collections.abc import Iterable

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.core.markup import bidi_isolate
from helpdesk.escalations import operations, queries
from helpdesk.escalations.forms import OtherPartnerForm
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.packets import receivable_fields
from helpdesk.escalations.partner_fit import alternatives_to, proposed_partner
from helpdesk.escalations.policy import may_work_on_request
from helpdesk.escalations.states import Ask
from helpdesk.escalations.views.blueprints import bp
from helpdesk.escalations.views.request_addresses import find_request
from helpdesk.partners import queries as partners
from helpdesk.partners.models import Partner
from helpdesk.partners.packet_fields import BY_NAME
from helpdesk.web.request_work import work
from helpdesk.web.stale_page_marks import submitted_page_mark


@bp.get("/<request_ref>/partner")
def edit_partner(ref: str, request_ref: str) -> ResponseReturnValue:
    """The form to choose another partner for a draft."""
    escalation = find_request(ref, request_ref)
    work.require(may_work_on_request, escalation)
    form = OtherPartnerForm(None, partner=escalation.partner.slug, seen_hash=escalation.packet_hash)
    return _page(escalation, form)


@bp.post("/<request_ref>/partner")
def create_partner(ref: str, request_ref: str) -> ResponseReturnValue:
    """Choose another partner for a draft."""
    escalation = find_request(ref, request_ref)
    work.require(may_work_on_request, escalation)
    form = OtherPartnerForm()
    form.offer(one.partner for one in alternatives_to(work, escalation))
    if not form.validate_on_submit():
        return _page(escalation, form), 422
    if form.partner.data == escalation.partner.slug:
        return redirect(url_for(".show", ref=ref, request_ref=escalation.ref), 303)
    partner = partners.visible_partner_or_404(work, form.partner.data or "")
    operations.change_partner_of_draft(
        work, escalation, partner, seen_hash=form.seen_hash.data or ""
    )
    flash(
        f"The request is now to {bidi_isolate(partner.name)}. We’ve left out anything that they "
        "can’t receive. Check what is missing before it can be sent."
    )
    return redirect(url_for(".show", ref=ref, request_ref=escalation.ref), 303)


@bp.post("/<request_ref>/consent")
def create_named_consent(ref: str, request_ref: str) -> ResponseReturnValue:
    """The reporter told us on a safe channel that this very partner may be asked."""
    escalation = find_request(ref, request_ref)
    operations.record_consent_to_partner(work, escalation, seen=submitted_page_mark())
    flash("Recorded. It counts once the reporter, or someone else here, confirms it.")
    return redirect(url_for(".show", ref=ref, request_ref=escalation.ref), 303)


def _page(escalation: Escalation, form: OtherPartnerForm) -> str:
    proposals = alternatives_to(work, escalation)
    form.offer(one.partner for one in proposals)
    words = queries.packet_of(work, escalation).fields
    return render_template(
        "escalations/other_partner.html",
        case=escalation.case,
        escalation=escalation,
        form=form,
        proposals=proposals,
        proposed=proposed_partner(proposals, escalation.partner.platform),
        left_out={
            one.partner.slug: _labels_left_out(words, escalation.ask, one.partner)
            for one in proposals
        },
    )


def _labels_left_out(words: Iterable[str], ask: Ask, partner: Partner) -> list[str]:
    """The fields of a draft that this partner can’t receive: what was typed there is lost."""
    kept = receivable_fields(ask, partner.allowed_fields)
    return [BY_NAME[name].staff_label for name in words if name not in kept]
