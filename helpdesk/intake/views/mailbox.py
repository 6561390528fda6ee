"""Pages of the reporter's mailbox: messages, danger, consents, withdrawing the case."""

from collections.abc import Mapping, Sequence

from flask import flash, get_flashed_messages, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.cases.models import Agreement, Case
from helpdesk.cases.states import ConsentKind
from helpdesk.core import send_hold
from helpdesk.intake import operations, queries
from helpdesk.intake.forms import (
    PLAIN_AGREEMENTS,
    ConsentsForm,
    NamedPartner,
    ReporterMessageForm,
    consent_label,
    explain_consequences,
)
from helpdesk.intake.intake_volume import refuse_if_day_volume_full
from helpdesk.intake.request_status import RequestStatus
from helpdesk.intake.views.blueprint import bp
from helpdesk.intake.views.deferred_questions import unanswered_deferred_questions
from helpdesk.intake.views.return_code import mailbox_required
from helpdesk.partners.partner_terms import PLATFORM
from helpdesk.partners.queries import names_and_kinds_of_partners
from helpdesk.playbooks.danger_signs import DangerSign
from helpdesk.playbooks.repository import danger_detector
from helpdesk.triage.case_advice import questions_answered_later
from helpdesk.triage.first_reply_clock import is_treated_as_emergency
from helpdesk.triage.repository import load_decision_table
from helpdesk.web.current_app_context import current_context
from helpdesk.web.double_submit import allow_double_submit
from helpdesk.web.request_work import work

# Said where the agreements stand, which is where the page is opened.
AT_CONSENTS = "at-consents"
# What a message that was just sent shows signs of, for the page that is opened by it.
DANGER_SIGN = "danger-sign"


@bp.get("/mailbox/case")
@mailbox_required
def show_case() -> ResponseReturnValue:
    """The reporter's mailbox."""
    # Help that cannot wait, after a message that shows danger. Said once: a page that answers could
    # be read again by Reload and Back, by whoever takes the phone.
    signs = tuple(
        DangerSign(str(one)) for one in get_flashed_messages(category_filter=[DANGER_SIGN])
    )
    return _case_page(ReporterMessageForm(), danger_signs=signs)


@bp.post("/mailbox/case")
@mailbox_required
@allow_double_submit
def create_language_switch() -> ResponseReturnValue:
    """Show the page in another language, with what is being written on it. Nothing is saved."""
    form = ReporterMessageForm()
    return _case_page(form) if form.body.data else redirect(url_for(".show_case"), 303)


@bp.post("/mailbox/case/messages")
@mailbox_required
def create_message() -> ResponseReturnValue:
    """Send a message to the helpdesk."""
    form = ReporterMessageForm()
    if not form.validate_on_submit():
        return _case_page(form), 422
    refuse_if_day_volume_full(work, current_context().settings.reports_quota)
    operations.send_message_as_reporter(work, queries.own_case(work), body=form.body.data)
    flash(_("Message sent. Only the people who work on your case can read it."))
    for sign in danger_detector().signs_in(form.body.data):
        flash(sign, DANGER_SIGN)
    return redirect(url_for(".show_case"), 303)


@bp.get("/mailbox/case/danger")
@mailbox_required
def new_danger() -> ResponseReturnValue:
    """The page that asks once more before danger is reported, so that nobody is alarmed by a slip
    of the finger."""
    case = queries.own_case(work)
    return render_template(
        "mailbox/danger.html",
        can_alert=send_hold.is_sending(work.session),
        is_emergency=is_treated_as_emergency(case),
    )


@bp.post("/mailbox/case/danger")
@mailbox_required
@allow_double_submit
def create_danger() -> ResponseReturnValue:
    """Report that someone is in danger now. Said twice, it is one report; so it needs no room for
    an answer that is kept, and is heard where strangers have used that up."""
    operations.report_danger(work, queries.own_case(work))
    if send_hold.is_sending(work.session):
        words = _(
            "We’re alerting the people on duty. If it’s safe, tell us below what’s happening."
        )
        flash(words)
    else:
        words = _("We’ve saved this, but because of a fault we can’t alert anyone right now.")
        flash(words, "warning")
    # Said once, as help after a message.
    flash(_("We can’t send anyone. If you can, first call someone who can come now."), "warning")
    return redirect(url_for(".show_case"), 303)


@bp.post("/mailbox/case/consents")
@mailbox_required
def create_consents() -> ResponseReturnValue:
    """Give or withdraw consents. What is taken back cannot wait for a tick that counts for nothing
    any more: that is said."""
    case = queries.own_case(work)
    requests = queries.request_statuses_of(work, case)
    form = _consents_form(case, requests, _partner_names(case, requests))
    if form.ticks_what_is_gone:
        flash(
            _(
                "A permission that you ticked isn’t offered any more, so we didn’t save that one. "
                "Please check the list."
            ),
            "warning",
        )
    stopped = form.withdrawn_requests(requests)
    if stopped and not form.is_sure.data:
        return render_template("mailbox/take_back.html", case=case, requests=stopped, form=form)
    if operations.set_consents(
        work, case, agreements=form.consents_ticked(), shown=form.consents_shown()
    ):
        flash(_("Saved."), AT_CONSENTS)
    return redirect(url_for(".show_case", _anchor="consents"), 303)


@bp.post("/mailbox/case/consents/<consent_id>/confirmation")
@mailbox_required
def create_consent_confirmation(consent_id: str) -> ResponseReturnValue:
    """Confirm a consent that staff recorded."""
    case = queries.own_case(work)
    consent = queries.own_consent_by_id(work, case, consent_id)
    operations.confirm_consent(work, case, consent)
    flash(_("Thank you. We’ve noted that you agree to this."))
    return redirect(url_for(".show_case", _anchor="consents"), 303)


@bp.post("/mailbox/case/consents/<consent_id>/denial")
@mailbox_required
def create_consent_dispute(consent_id: str) -> ResponseReturnValue:
    """Dispute a consent that staff recorded."""
    case = queries.own_case(work)
    consent = queries.own_consent_by_id(work, case, consent_id)
    operations.dispute_consent(work, case, consent)
    flash(_("We’ve noted that you didn’t agree to this. We won’t act on it."))
    return redirect(url_for(".show_case", _anchor="consents"), 303)


@bp.get("/mailbox/case/withdrawal")
@mailbox_required
def new_withdrawal() -> ResponseReturnValue:
    """The page that asks once more before the case is withdrawn."""
    return render_template("mailbox/withdraw.html", case=queries.own_case(work))


@bp.post("/mailbox/case/withdrawal")
@mailbox_required
def create_withdrawal() -> ResponseReturnValue:
    """Withdraw the case."""
    operations.withdraw_case(work, queries.own_case(work))
    flash(_("You’ve withdrawn your case. We’ve stopped, and nothing more will be sent."))
    return redirect(url_for(".show_case"), 303)


def _case_page(form: ReporterMessageForm, *, danger_signs: tuple[DangerSign, ...] = ()) -> str:
    case = queries.own_case(work)
    # Before the messages are read: what comes in between is told by email.
    reminders = (
        operations.own_reminder_overview(work, has_read=True)
        if current_context().settings.offers_reminders
        else None
    )
    requests = queries.request_statuses_of(work, case)
    names = _partner_names(case, requests)
    consents = _consents_form(case, requests, names)
    messages = queries.sealed_messages_for_reporter(work, case)
    agreed = queries.confirmed_consents(work, case)
    consents.preset(one.agreement for one in agreed)
    return render_template(
        "mailbox/case.html",
        case=case,
        messages=messages,
        conversations=queries.conversations_of(work, case),
        our_last_word_at=max((one.sent_at for one in messages if one.for_reporter), default=None),
        next_word=load_decision_table().plan(case.level).next_word,
        requests=requests,
        accounts=queries.accounts_of_similar_requests(work, requests),
        form=form,
        consents_form=consents,
        consequences=explain_consequences(requests, agreed),
        # One of us says that they agreed, or a request waits for their permission.
        asks_to_look_at_consents=any(not one.is_by_reporter for one in agreed)
        or any(
            one.was_never_sent and not one.was_abandoned and not one.is_agreed for one in requests
        ),
        to_confirm=[
            (one, consent_label(one.agreement, names))
            for one in queries.unconfirmed_consents(work, case)
        ],
        consent_withdrawals_noted_by_staff=[
            (one, consent_label(one.agreement, names))
            for one in queries.consent_withdrawals_noted_by_staff(work, case)
        ],
        danger_signs=danger_signs,
        is_emergency=(is_emergency := is_treated_as_emergency(case)),
        can_alert=is_emergency and send_hold.is_sending(work.session),
        left_for_later=len(unanswered_deferred_questions(case)),
        has_answered=bool(questions_answered_later(work, case)),
        reminders=reminders,
        keys=work.keys,
        now=work.at,
    )


def _consents_form(
    case: Case, requests: Sequence[RequestStatus], names: Mapping[str, NamedPartner]
) -> ConsentsForm:
    """What can be agreed to: the platforms this case has met come first, with who of them needs
    leave by name, then the platforms that we can ask."""
    met = {one.agreement for one in queries.current_consents(work, case) if one.platform}
    met |= {one.agreement for one in requests if not one.was_abandoned}
    met |= {Agreement(ConsentKind.PLATFORM, case.platform)} if case.platform else set()
    known = {one.platform for one in met}
    further = [
        Agreement(ConsentKind.PLATFORM, one)
        for one in queries.partner_platforms(work)
        if one not in known
    ]
    form, in_order = ConsentsForm(), sorted(met, key=lambda one: [part or "" for part in one])
    form.offer_choices([*PLAIN_AGREEMENTS, *in_order], further, names)
    return form


def _partner_names(case: Case, requests: Sequence[RequestStatus]) -> dict[str, NamedPartner]:
    """Everyone who is agreed to by name was asked, is to be, or was to be: what was agreed stays
    when a draft goes to another partner."""
    ids = {one.escalation.partner_id for one in requests}
    named = names_and_kinds_of_partners(work, ids | queries.partners_agreed_to_by_name(work, case))
    return {one: NamedPartner(it.name, it.kind == PLATFORM) for one, it in named.items()}
