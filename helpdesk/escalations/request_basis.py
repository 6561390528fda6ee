"""What a request rests on: all that the gates look at, and whether it is still so once approved."""

from collections.abc import Collection

from sqlalchemy import func, select

from helpdesk.cases import past_disputes, report_content
from helpdesk.cases.models import Agreement, Case
from helpdesk.cases.playbook_findings import fact_codes_of_playbook, facts_of_playbook
from helpdesk.cases.states import ConsentKind
from helpdesk.core.markup import bidi_isolate
from helpdesk.core.work import Work
from helpdesk.escalations import packet_sources, queries
from helpdesk.escalations.channel_routing import why_channel_shuts
from helpdesk.escalations.channels import adapter_of
from helpdesk.escalations.consent_coverage import consent_coverage_of
from helpdesk.escalations.contributors import contributions_to
from helpdesk.escalations.gates import (
    CANNOT_BE_CHECKED,
    VETTED,
    WAY_TO_REPORTER,
    GateInputs,
    ReporterContacts,
    names_another_account,
    reveals_contact_except_account,
)
from helpdesk.escalations.models import Delivery, Escalation
from helpdesk.escalations.packets import (
    ACCOUNT_AT_ISSUE,
    BASIS_OF_REQUESTS,
    OWNER_CONFIRMED,
    OWNERSHIP,
)
from helpdesk.escalations.priorities import FROM_LEVEL, could_change_account_access
from helpdesk.escalations.states import ANOTHER_ACCOUNT, DeliveryState


def gate_inputs(work: Work, escalation: Escalation) -> GateInputs:
    """Gather the inputs of a request's gates, as they are now."""
    case, partner = escalation.case, escalation.partner
    facts = fact_codes_of_playbook(work, case, escalation.playbook)
    packet, coverage = queries.packet_of(work, escalation), consent_coverage_of(work, case.id)
    is_known, accounts = packet_sources.ownership_found_by_other_playbooks(
        work, case, escalation.playbook
    )
    way = adapter_of(escalation.channel_kind).way_to(work, partner)
    return GateInputs(
        packet=packet,
        priority=FROM_LEVEL[case.level],
        partner=bidi_isolate(partner.name),
        allowed=queries.fields_receivable_by_partner(escalation),
        is_sent_back=escalation.is_sent_back,
        partner_is_vetted=partner.is_vetted,
        goes_to_platform_form=escalation.is_by_form and partner.is_platform_itself,
        channel_trouble=why_channel_shuts(work, escalation, packet),
        partner_can_open=way.can_open,
        partner_has_mailbox=way.has_address,
        partner_gets_mail=way.is_reached,
        partner_takes_it=partner.accepts(escalation.ask),
        says_who_we_are=way.says_who_we_are,
        facts=facts,
        account_confirmed=packet_sources.account_confirmed(work, case, escalation.playbook),
        may_help=Agreement(ConsentKind.HELP) in coverage.agreed,
        has_consent=coverage.consent_to(partner) is not None,
        leave_by_name=coverage.why_by_name(partner),
        has_form_number="public_form_ref" in facts or "public_form_ref" in packet.fields,
        is_waived=escalation.waived_by is not None,
        ways_to_reporter=_ways_to_reporter(work, case),
        case_is_closed=case.is_closed,
        unanswered_dispute=past_disputes.why_dispute_bars_requests(work, case),
        parts=contributions_to(work, escalation),
        is_owner_known_elsewhere=is_known,
        accounts_confirmed_elsewhere=accounts,
        is_owner_refused_since=_is_owner_refused_since(work, escalation),
    )


def _is_owner_refused_since(work: Work, escalation: Escalation) -> bool:
    """Whether a playbook that asks about an account found out later that it is not theirs. Asked of
    requests about access alone, and once more as they go out (`request_still_holds`)."""
    work.session.flush()
    return bool(work.session.scalar(select(func.is_owner_refused_since(escalation.id))))


def is_partner_vetted_and_ownership_proven(work: Work, escalation: Escalation) -> bool:
    """Whether the partner is still vetted and the account's ownership still proven: the worker is
    told no more."""
    return bool(work.session.scalar(select(func.request_still_holds(escalation.id))))


def is_found_out_again(
    work: Work, escalation: Escalation, *, besides: Collection[str] = ()
) -> bool:
    """Whether what a request rests on would hold, but that somebody who stands for it found it out
    since it was approved, or one of those `besides`: nobody else has looked at that. Who wrote,
    approved or read it stands for it, as the database knows, which says so to whoever sends."""
    approved_at = escalation.approved_at
    if not could_change_account_access(escalation.ask) or approved_at is None:
        return False
    facts = facts_of_playbook(work, escalation.case, escalation.playbook)
    values = {name: fact.value for name, fact in facts.items()}
    if values.get("vetted") not in VETTED or values.get(OWNERSHIP) != OWNER_CONFIRMED:
        return False
    work.session.flush()
    behind = set(work.session.scalars(select(func.people_behind_request(escalation.id))))
    return not _is_owner_refused_since(work, escalation) and any(
        facts[name].set_at > approved_at and facts[name].set_by in behind.union(besides)
        for name in BASIS_OF_REQUESTS
    )


def is_for_another_account(work: Work, escalation: Escalation) -> bool:
    """Whether a request asks for access to one account, while ownership is confirmed of another by
    now, be it known or not who is asking."""
    case, playbook = escalation.case, escalation.playbook
    if not could_change_account_access(escalation.ask):
        return False
    if fact_codes_of_playbook(work, case, playbook).get(OWNERSHIP) != OWNER_CONFIRMED:
        return False
    confirmed = packet_sources.account_confirmed(work, case, playbook)
    return names_another_account(queries.packet_of(work, escalation), confirmed)


def was_another_account_confirmed_since(work: Work, escalation: Escalation) -> bool:
    """Whether ownership of another account was confirmed after a request was approved: what was so
    before, a gate let pass."""
    fact = facts_of_playbook(work, escalation.case, escalation.playbook).get(OWNERSHIP)
    return (
        fact is not None
        and escalation.approved_at is not None
        and fact.set_at > escalation.approved_at
        and is_for_another_account(work, escalation)
    )


def was_stopped_for_another_account(work: Work, delivery: Delivery) -> bool:
    """Whether a delivery was stopped because another account was confirmed: also known where no
    word can be read."""
    return (
        delivery.state is DeliveryState.DEAD_LETTER
        and queries.failure_code_of_delivery(work, delivery) == ANOTHER_ACCOUNT
    )


def why_contact_shuts_answer(work: Work, escalation: Escalation, words: str) -> str:
    """The sentence that says why an answer may not be sent to the partner: what the reporter told
    us to reach them by, or never to, stands in it, or cannot be read. The account that the request
    is about may. Empty if it may."""
    account = queries.packet_of(work, escalation).fields.get(ACCOUNT_AT_ISSUE, "")
    ways = _ways_to_reporter(work, escalation.case)
    if not ways.is_readable:
        return CANNOT_BE_CHECKED
    return WAY_TO_REPORTER if reveals_contact_except_account(words, ways, account=account) else ""


def _ways_to_reporter(work: Work, case: Case) -> ReporterContacts:
    told = report_content.contact_of(work, case)
    return ReporterContacts(
        told.get("safe_channel", ""),
        told.get("never_contact", ""),
        is_readable=case.envelope_place_of("contact") not in work.keys.unreadable,
    )
