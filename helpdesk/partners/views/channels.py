"""By which ways requests get to a partner: pages to add, change, move and end channels."""

from collections.abc import Callable, Mapping

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.core.markup import bidi_isolate
from helpdesk.partners import operations, queries
from helpdesk.partners.channel_terms import KINDS
from helpdesk.partners.forms import ChannelForm
from helpdesk.partners.models import Partner, PartnerChannel
from helpdesk.partners.stale_page_marks import channels_mark_of
from helpdesk.partners.views.blueprint import bp, managed_partner_or_404
from helpdesk.web.request_work import work
from helpdesk.web.stale_page_marks import submitted_page_mark


@bp.get("/partners/<slug>/channels/new")
def new_channel(slug: str) -> ResponseReturnValue:
    partner = managed_partner_or_404(slug)
    return _page(partner, ChannelForm(None), seen=channels_mark_of(work, partner))


@bp.post("/partners/<slug>/channels")
def create_channel(slug: str) -> ResponseReturnValue:
    partner, form = managed_partner_or_404(slug), _offered(ChannelForm())
    if not form.validate_on_submit():
        return _page(partner, form, seen=submitted_page_mark() or ""), 422
    was_vetted = partner.is_vetted
    operations.add_channel(work, partner, terms=form.terms, seen=submitted_page_mark())
    flash("The channel is added, as the last one we try.")
    if was_vetted:
        flash(
            f"{bidi_isolate(partner.name)} has to be vetted again before anything is sent: someone"
            " else has to check who reads what goes there."
        )
    return _back(partner)


@bp.get("/partners/<slug>/channels/<channel_id>")
def edit_channel(slug: str, channel_id: str) -> ResponseReturnValue:
    partner = managed_partner_or_404(slug)
    channel = queries.channel_or_404(work, partner, channel_id)
    form = ChannelForm(None, obj=channel, kind_of_channel=channel.kind.value)
    return _page(partner, form, channel, seen=channels_mark_of(work, partner))


@bp.post("/partners/<slug>/channels/<channel_id>")
def create_channel_change(slug: str, channel_id: str) -> ResponseReturnValue:
    partner = managed_partner_or_404(slug)
    channel = queries.channel_or_404(work, partner, channel_id)
    form = _offered(ChannelForm(), channel)
    form.kind_of_channel.data = channel.kind.value
    if not form.validate_on_submit():
        return _page(partner, form, channel, seen=submitted_page_mark() or ""), 422
    operations.change_channel(work, partner, channel, terms=form.terms, seen=submitted_page_mark())
    flash("Saved. History keeps what it was before.")
    return _back(partner)


@bp.post("/partners/<slug>/channels/<channel_id>/position")
def create_channel_position(slug: str, channel_id: str) -> ResponseReturnValue:
    partner = managed_partner_or_404(slug)
    channel = queries.channel_or_404(work, partner, channel_id)
    operations.move_channel_forward(work, partner, channel, seen=submitted_page_mark())
    flash("We try this channel one place earlier from now on.")
    return _back(partner)


@bp.post("/partners/<slug>/channels/<channel_id>/end")
def create_channel_end(slug: str, channel_id: str) -> ResponseReturnValue:
    partner = managed_partner_or_404(slug)
    channel = queries.channel_or_404(work, partner, channel_id)
    operations.end_channel(work, partner, channel, seen=submitted_page_mark())
    flash("The channel has ended. Nothing new is sent there.")
    return _back(partner)


def _offered(form: ChannelForm, channel: PartnerChannel | None = None) -> ChannelForm:
    """With the playbooks of today, and those that a channel names and are gone."""
    titles: Callable[[], Mapping[str, str]] = current_app.config["PLAYBOOK_TITLES"]
    gone = {one: one for one in (channel.harms if channel else ())}
    return form.offer_harms(gone | dict(titles()))


def _back(partner: Partner) -> ResponseReturnValue:
    return redirect(url_for(".show", slug=partner.slug, _anchor="channels"), 303)


def _page(
    partner: Partner, form: ChannelForm, channel: PartnerChannel | None = None, *, seen: str
) -> str:
    return render_template(
        "partners/channel.html",
        partner=partner,
        form=_offered(form, channel),
        channel=channel,
        kinds=KINDS,
        known=current_app.config["PLATFORM_FORMS"](partner.platform),
        seen=seen,
    )
