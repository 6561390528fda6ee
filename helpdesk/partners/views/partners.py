"""Staff pages on which partners are listed, registered, changed, vetted and retired."""

from collections.abc import Callable, Collection

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts.queries import names_of_actors
from helpdesk.core.actors import Role
from helpdesk.core.errors import Conflict, NotFound
from helpdesk.core.markup import bidi_isolate
from helpdesk.partners import operations, queries
from helpdesk.partners.agreement_lines import (
    agreement_acts_of,
    agreement_lines_of,
    response_time_lines_of,
)
from helpdesk.partners.ask_labels import TAKES
from helpdesk.partners.channel_lines import channel_acts_of, channel_lines_of
from helpdesk.partners.contact_lines import contact_acts_of, contact_lines_of
from helpdesk.partners.forms import (
    HINTS,
    AllowListForm,
    PartnerDetailsForm,
    PartnerForm,
    VettingForm,
)
from helpdesk.partners.models import Partner
from helpdesk.partners.packet_fields import FIELDS
from helpdesk.partners.partner_terms import KINDS, WEEKDAYS
from helpdesk.partners.policy import (
    may_manage_partner,
    may_register_partner,
    may_see_partners,
    may_vet_partner,
)
from helpdesk.partners.proposals import names_of_languages, names_of_regions
from helpdesk.partners.stale_page_marks import (
    agreement_mark_of,
    allow_list_mark_of,
    channels_mark_of,
    desk_mark_of,
    terms_mark_of,
)
from helpdesk.partners.vetting import vetting_eligibility_of, why_fingerprints_are_refused
from helpdesk.partners.views.blueprint import bp, managed_partner_or_404
from helpdesk.web.request_work import work
from helpdesk.web.stale_page_marks import submitted_page_mark


@bp.get("/partners")
def index() -> ResponseReturnValue:
    """The list of partners."""
    if not may_see_partners(work.actor):
        raise NotFound
    return render_template(
        "partners/index.html",
        partners=queries.all_partners(work),
        unconfirmed=queries.partners_without_confirmed_email_address(work),
        may_register=may_register_partner(work.actor, ""),
    )


@bp.get("/partners/new")
def new() -> ResponseReturnValue:
    """The form to register a partner."""
    _for_coordinators()
    return render_template("partners/new.html", form=_new_form(), hints=HINTS)


@bp.post("/partners")
def create() -> ResponseReturnValue:
    """Register a partner."""
    _for_coordinators()
    form = _new_form()
    partner = _registered(form) if form.validate_on_submit() else None
    if partner is None:
        return render_template("partners/new.html", form=form, hints=HINTS), 422
    name = bidi_isolate(partner.name)
    if form.is_of_form:
        flash(
            f"{name} is registered. You can’t send them requests until someone else has checked "
            "that the form is theirs."
        )
        return redirect(url_for(".show", slug=partner.slug), 303)
    flash(
        f"{name} is registered. We are sending a test email to their address. You can’t send them "
        "requests until they’ve typed its code and someone else has vetted them."
    )
    return redirect(url_for(".show", slug=partner.slug), 303)


def _registered(form: PartnerForm) -> Partner | None:
    """The new partner; None if another has its short name, which the form then says."""
    try:
        return operations.register_partner(
            work,
            slug=form.slug.data or "",
            name=form.name.data or "",
            platform=form.platform.data or "",
            mailbox=form.mailbox.data or "",
            fields=form.fields.data or (),
            about=form.about,
            channel=form.channel,
            known_platforms=_platforms(),
            is_new_platform=bool(form.is_new_platform.data),
        )
    except Conflict as refusal:
        form.slug.errors = [refusal.sentence]
        return None


@bp.get("/partners/<slug>")
def show(slug: str) -> ResponseReturnValue:
    """The page of one partner."""
    return _page(queries.visible_partner_or_404(work, slug), VettingForm())


@bp.get("/partners/<slug>/about")
def edit_terms(slug: str) -> ResponseReturnValue:
    """The form for a partner's details."""
    partner = managed_partner_or_404(slug)
    form, seen = PartnerDetailsForm(obj=partner), terms_mark_of(partner)
    return render_template("partners/about.html", partner=partner, form=form, seen=seen)


@bp.post("/partners/<slug>/about")
def create_terms(slug: str) -> ResponseReturnValue:
    """Change a partner's details."""
    partner = managed_partner_or_404(slug)
    form = PartnerDetailsForm()
    if not form.validate_on_submit():
        page = render_template(
            "partners/about.html", partner=partner, form=form, seen=submitted_page_mark()
        )
        return page, 422
    was_vetted = partner.is_vetted
    operations.change_partner(
        work, partner, name=form.name.data or "", about=form.about, seen=submitted_page_mark()
    )
    flash("Saved. The history shows what it was before.")
    if was_vetted and not partner.is_vetted:
        flash("Nothing is sent to them until someone else has vetted them again.", "warning")
    return redirect(url_for(".show", slug=slug), 303)


@bp.post("/partners/<slug>/retirement")
def create_retirement(slug: str) -> ResponseReturnValue:
    """Retire a partner."""
    partner = queries.visible_partner_or_404(work, slug)
    operations.retire_partner(work, partner)
    flash(
        f"{bidi_isolate(partner.name)} won’t get any new requests. Requests they already have "
        "aren’t affected."
    )
    return redirect(url_for(".show", slug=slug), 303)


@bp.post("/partners/<slug>/return")
def create_reinstatement(slug: str) -> ResponseReturnValue:
    """Reinstate a retired partner."""
    partner = queries.visible_partner_or_404(work, slug)
    operations.reinstate_partner(work, partner)
    flash(f"You can send requests to {bidi_isolate(partner.name)} again.")
    return redirect(url_for(".show", slug=slug), 303)


@bp.get("/partners/<slug>/allow-list")
def edit_allow_list(slug: str) -> ResponseReturnValue:
    """The form for a partner's allow-list."""
    partner = managed_partner_or_404(slug)
    form = AllowListForm(fields=partner.allowed_fields)
    return _list_page(partner, form, seen=allow_list_mark_of(partner))


@bp.post("/partners/<slug>/allow-list")
def create_allow_list(slug: str) -> ResponseReturnValue:
    """Change a partner's allow-list."""
    partner = managed_partner_or_404(slug)
    form = AllowListForm()
    if not form.validate_on_submit():
        return _list_page(partner, form, seen=submitted_page_mark()), 422
    operations.change_allow_list(
        work, partner, fields=form.fields.data or (), seen=submitted_page_mark()
    )
    flash("Saved. From now on, a request to them can include this and nothing else.")
    return redirect(url_for(".show", slug=slug), 303)


@bp.post("/partners/<slug>/vetting")
def create_vetting(slug: str) -> ResponseReturnValue:
    """Confirm the vetting of a partner."""
    partner = queries.visible_partner_or_404(work, slug)
    work.require(may_vet_partner, partner)
    form = VettingForm()
    if not form.validate_on_submit():
        return _page(partner, form), 422
    assert form.on.data is not None  # noqa: S101 - the form has made sure
    typed = form.fingerprints.data or ""
    if refusal := why_fingerprints_are_refused(work, partner, typed):
        form.fingerprints.errors = [refusal]
        return _page(partner, form), 422
    operations.confirm_vetting(
        work, partner, on=form.on.data, seen=submitted_page_mark(), fingerprints=typed
    )
    flash(f"{bidi_isolate(partner.name)} is vetted. You can send them requests from now on.")
    return redirect(url_for(".show", slug=slug), 303)


@bp.post("/partners/<slug>/doubt")
def create_vetting_suspension(slug: str) -> ResponseReturnValue:
    """Suspend the vetting of a partner."""
    partner = queries.visible_partner_or_404(work, slug)
    operations.suspend_vetting(work, partner)
    flash(f"Nothing is sent to {bidi_isolate(partner.name)} until they are vetted again.")
    return redirect(url_for(".show", slug=slug), 303)


def _for_coordinators() -> None:
    if work.actor.role is not Role.COORDINATOR:
        raise NotFound
    work.require(may_register_partner, "")


def _new_form() -> PartnerForm:
    return PartnerForm().set_known_platforms(_platforms())


def _platforms() -> Collection[str]:
    """The short names of platforms that a report can name; the app knows the vocabulary."""
    known: Callable[[], Collection[str]] = current_app.config["PLATFORMS"]
    return known()


def _list_page(partner: Partner, form: AllowListForm, *, seen: str) -> str:
    return render_template(
        "partners/allow_list.html", partner=partner, form=form, hints=HINTS, seen=seen
    )


def _page(partner: Partner, form: VettingForm) -> str:
    may_manage = may_manage_partner(work.actor, partner)
    acts, channel_acts = contact_acts_of(work, partner), channel_acts_of(work, partner)
    agreement_acts = agreement_acts_of(work, partner)
    by = {one.actor_id for one in (*acts, *channel_acts, *agreement_acts)} | {
        *partner.changed_by,
        *filter(None, (partner.registered_by, partner.vetted_by)),
    }
    return render_template(
        "partners/show.html",
        partner=partner,
        has_desk=queries.has_desk(work, partner),
        gets_emails=queries.gets_emails(work, partner),
        has_openpgp=bool(queries.openpgp_fingerprints_of(work, partner)),
        has_key=queries.can_anyone_open_requests(work, partner),
        new=queries.unconfirmed_email_address(work, partner),
        now=work.at,
        fields=FIELDS,
        form=form,
        may_manage=may_manage,
        may_vet=may_vet_partner(work.actor, partner),
        vetting=vetting_eligibility_of(work, partner),
        desk_mark=desk_mark_of(work, partner),
        names=names_of_actors(work.session, by),
        takes=TAKES,
        contacts=contact_lines_of(work, partner),
        contact_history=acts,
        channels=channel_lines_of(work, partner, title=current_app.config["PLAYBOOK_TITLE"]),
        channel_history=channel_acts,
        channels_mark=channels_mark_of(work, partner),
        times=response_time_lines_of(partner),
        agreement=agreement_lines_of(partner),
        agreement_history=agreement_acts,
        agreement_mark=agreement_mark_of(partner),
        kinds=KINDS,
        regions=names_of_regions(partner.regions),
        languages=names_of_languages(partner.languages),
        days=[WEEKDAYS[one] for one in partner.weekdays],
    )
