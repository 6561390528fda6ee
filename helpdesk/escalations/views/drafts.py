"""Pages on which staff write a request: whom and what for, then the fields that this partner may
receive."""

from collections.abc import Iterable

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from helpdesk.cases import operations as cases
from helpdesk.cases.models import Case
from helpdesk.cases.queries import case_by_ref
from helpdesk.core.markup import bidi_isolate
from helpdesk.core.stale_page_marks import mark_of
from helpdesk.escalations import draft_findings, operations, packet_sources, queries
from helpdesk.escalations.forms import PacketForm, PartnerChoiceForm, RegionForm, packet_form
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.packets import needed_fields, receivable_fields
from helpdesk.escalations.partner_fit import (
    NOT_THEIRS,
    partners_by_fit,
    partners_for_other_platforms,
    proposed_partner,
)
from helpdesk.escalations.policy import may_ask_partner, may_work_on_request
from helpdesk.escalations.staff_and_partner_labels import ASKS
from helpdesk.escalations.states import Ask
from helpdesk.escalations.views.blueprints import bp
from helpdesk.escalations.views.request_addresses import find_request
from helpdesk.partners import queries as partners
from helpdesk.partners.models import Partner
from helpdesk.partners.packet_fields import BY_NAME, FIELDS
from helpdesk.web.request_work import work
from helpdesk.web.stale_page_marks import submitted_page_mark


@bp.get("/new")
def new(ref: str) -> ResponseReturnValue:
    """The form for a new request: which partner and what to ask for, then its fields."""
    case = case_by_ref(work, ref)
    work.require(may_ask_partner, case)
    form = _choice(case, request.args)
    if not {"partner", "ask", "continue"} & {*request.args}:
        return _choice_page(case, form)
    if not form.validate():
        _say_whose_partner(case, form)
        return _choice_page(case, form), 422
    partner = partners.visible_partner_or_404(work, form.partner.data or "")
    if not partner.accepts(form.ask.data or ""):
        form.ask.errors = [operations.NOT_TAKEN.format(partner=bidi_isolate(partner.name))]
        return _choice_page(case, form), 422
    seen, known = (
        packet_sources.evidence_marks(work, case, form.playbook.data),
        packet_sources.suggested_fields(work, case, form.playbook.data),
    )
    ask = Ask(form.ask.data)
    fields = packet_form(receivable_fields(ask, partner.allowed_fields), known)
    fields.partner.data, fields.ask.data = partner.slug, form.ask.data
    fields.platform.data = _platform_of(case, form)
    fields.playbook.data, fields.seen.data = form.playbook.data, " ".join(seen)
    return _draft_page(case, partner, ask, fields, playbook=form.playbook.data)


@bp.post("")
def create(ref: str) -> ResponseReturnValue:
    """Write the draft of a new request."""
    case = case_by_ref(work, ref)
    partner = partners.visible_partner_or_404(work, request.form.get("partner", ""))
    asked = request.form.get("ask")
    if asked not in set(Ask):
        return _choice_again(case)
    ask = Ask(asked)
    form = packet_form(receivable_fields(ask, partner.allowed_fields))
    playbook = packet_sources.chosen_playbook(work, case, form.playbook.data or None)
    if playbook is None:
        return _choice_again(case)
    if not form.validate_on_submit():
        return _draft_page(case, partner, ask, form, playbook=playbook), 422
    escalation = operations.write_draft(
        work,
        case,
        partner,
        ask=ask,
        typed=form.typed,
        playbook=playbook,
        platform=form.platform.data or None,
        findings_seen=form.findings,
    )
    flash("This is what will be sent. Nothing has been sent yet.")
    return redirect(url_for(".show", ref=ref, request_ref=escalation.ref), 303)


@bp.post("/region")
def create_region(ref: str) -> ResponseReturnValue:
    """Where the reporter is, before somebody is chosen who answers for people there."""
    case, form = case_by_ref(work, ref), RegionForm()
    if not form.validate_on_submit():
        return _choice_page(case, _choice(case, request.form), region_form=form), 422
    cases.record_region(work, case, form.region.data or None, seen=submitted_page_mark())
    flash("Saved.")
    playbook, platform = (request.form.get(name) or None for name in ("playbook", "platform"))
    return redirect(url_for(".new", ref=ref, playbook=playbook, platform=platform), 303)


@bp.get("/<request_ref>/packet")
def edit_packet(ref: str, request_ref: str) -> ResponseReturnValue:
    """The form to change a draft."""
    case = case_by_ref(work, ref)
    escalation = queries.request_by_ref(work, case, request_ref)
    work.require(may_work_on_request, escalation)
    seen = packet_sources.evidence_marks(work, case, escalation.playbook)
    packet, found = (
        queries.packet_of(work, escalation),
        draft_findings.new_findings_for_draft(work, escalation),
    )
    form = packet_form(
        queries.fields_receivable_by_partner(escalation), {**packet.fields, **found.fills}
    )
    form.compare(found.otherwise)
    form.seen_hash.data, form.seen.data = escalation.packet_hash, " ".join(seen)
    return _change_page(case, escalation, form, found.fills)


@bp.post("/<request_ref>/packet")
def create_packet(ref: str, request_ref: str) -> ResponseReturnValue:
    """Change a draft."""
    case = case_by_ref(work, ref)
    escalation = queries.request_by_ref(work, case, request_ref)
    form = packet_form(queries.fields_receivable_by_partner(escalation))
    if not form.validate_on_submit():
        return _change_page(case, escalation, form), 422
    operations.change_draft(
        work,
        escalation,
        typed=form.typed,
        seen_hash=form.seen_hash.data or "",
        seen=form.findings,
    )
    flash("The request has been changed. This is the version that will be sent.")
    return redirect(url_for(".show", ref=ref, request_ref=request_ref), 303)


@bp.post("/<request_ref>/findings")
def create_findings(ref: str, request_ref: str) -> ResponseReturnValue:
    """Add to a draft what steps found out since."""
    escalation = find_request(ref, request_ref)
    operations.add_findings_to_draft(work, escalation, seen_hash=request.form.get("seen_hash", ""))
    flash("Added to the request. This is the version that will be sent.")
    return redirect(url_for(".show", ref=ref, request_ref=request_ref), 303)


def _choice_again(case: Case) -> ResponseReturnValue:
    """The first page once more, with what is not chosen, or no longer there to be chosen."""
    form = _choice(case, request.form)
    form.validate()
    return _choice_page(case, form), 422


def _say_whose_partner(case: Case, form: PartnerChoiceForm) -> None:
    """Say why a partner who answers for another platform can’t be chosen."""
    wanted, name = _platform_of(case, form), current_app.jinja_env.filters["platform_name"]
    for theirs, others in partners_for_other_platforms(work, wanted).items():
        for one in others:
            if one.slug == form.partner.data and wanted is not None:
                said = NOT_THEIRS.format(
                    partner=bidi_isolate(one.name), theirs=name(theirs), wanted=name(wanted)
                )
                form.partner.errors = [said]


def _platform_of(case: Case, form: PartnerChoiceForm) -> str | None:
    """Where the account is: as somebody picked it, of those for which anybody answers, or else as
    the report says."""
    picked = form.platform.data or ""
    able = {one.platform for one in partners.partners_to_ask(work)}
    return picked if picked in able else case.platform


def _choice(case: Case, chosen: MultiDict[str, str]) -> PartnerChoiceForm:
    title = current_app.config["PLAYBOOK_TITLE"]
    told_of = {one: title(one) for one in packet_sources.playbooks_for_request(work, case)}
    form = PartnerChoiceForm(chosen)
    platform = _platform_of(case, form)
    proposals = partners_by_fit(work, case, platform)
    form.offer((one.partner for one in proposals), told_of)
    proposed = proposed_partner(proposals, platform)
    if not {"partner", "continue"} & {*chosen} and proposed is not None:
        form.partner.data = proposed.slug
    return form


def _choice_page(
    case: Case, form: PartnerChoiceForm, *, region_form: RegionForm | None = None
) -> str:
    platform = _platform_of(case, form)
    proposals = partners_by_fit(work, case, platform)
    theirs = [one.partner for one in proposals if one.partner.platform == platform]
    # Asked only where it decides anything, and shown where it is known: packets hold it.
    counted = partners.contacts_counted_on(work)
    is_asked = len(theirs) > 1 and any(
        one.regions for team in theirs for one in (team, *counted.get(team.id, ()))
    )
    region_form = region_form or RegionForm(formdata=None, region=case.region or "")
    return render_template(
        "escalations/choice.html",
        case=case,
        form=form,
        platform=platform,
        proposals=proposals,
        proposed=proposed_partner(proposals, platform) if len(theirs) > 1 else None,
        others=partners_for_other_platforms(work, platform),
        region_form=region_form if is_asked or case.region else None,
        region_mark=mark_of(case.region),
    )


def _change_page(
    case: Case, escalation: Escalation, form: PacketForm, since: Iterable[str] = ()
) -> str:
    return _draft_page(
        case,
        escalation.partner,
        escalation.ask,
        form,
        playbook=escalation.playbook,
        escalation=escalation,
        since=since,
    )


def _draft_page(
    case: Case,
    partner: Partner,
    ask: Ask,
    form: PacketForm,
    *,
    playbook: str,
    escalation: Escalation | None = None,
    since: Iterable[str] = (),
) -> str:
    settled = packet_sources.fixed_fields(work, case, playbook, ask)
    needed = needed_fields(ask, partner.allowed_fields)
    form.mark(needed)
    return render_template(
        "escalations/draft.html",
        case=case,
        partner=partner,
        ask=ASKS[ask],
        playbook=playbook if len(packet_sources.playbooks_for_request(work, case)) > 1 else "",
        since=[BY_NAME[one].staff_label for one in since],
        needed=needed,
        form=form,
        escalation=escalation,
        settled=[
            (field.staff_label, field.in_words(settled[field.name]))
            for field in FIELDS
            if field.name in partner.allowed_fields and settled.get(field.name)
        ],
    )
