"""Asking another partner than a draft names, and leave to ask this very one."""

from helpdesk.cases import operations as casework
from helpdesk.cases.contributions import record_contribution
from helpdesk.cases.models import ContributionKind
from helpdesk.core.errors import Conflict, StalePage
from helpdesk.core.markup import bidi_isolate
from helpdesk.core.stale_page_marks import mark_of, refuse_if_changed_since
from helpdesk.core.work import Work
from helpdesk.escalations import draft_findings, queries
from helpdesk.escalations.consent_coverage import consent_coverage_of
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.operations.drafting import NOT_TAKEN, refuse_a_second, write_packet
from helpdesk.escalations.operations.locking import TOO_LATE, lock_request_if_unchanged
from helpdesk.escalations.policy import may_work_on_request
from helpdesk.escalations.priorities import FROM_LEVEL
from helpdesk.escalations.states import IS_BY_NOW, EscalationState
from helpdesk.partners.models import Partner


def change_partner_of_draft(
    work: Work, escalation: Escalation, partner: Partner, *, seen_hash: str
) -> None:
    """Ask this one instead, with the same words as far as they may receive them.

    Only a draft: what was approved keeps its partner. Gates and consent are asked again for the new
    one, and the reporter's preview is the new packet. Between two organisations a waiver ends.
    """
    work.require(may_work_on_request, escalation)
    lock_request_if_unchanged(work, escalation)
    if escalation.state is not EscalationState.DRAFT:
        raise StalePage(f"{IS_BY_NOW[escalation.state]} It can no longer be changed.")
    if escalation.packet_hash != seen_hash or escalation.partner_id == partner.id:
        raise StalePage(TOO_LATE)
    before = escalation.partner
    if partner.platform != before.platform:
        raise Conflict("They act for another platform. Write a new request to them instead.")
    if not partner.accepts(escalation.ask):
        raise Conflict(NOT_TAKEN.format(partner=bidi_isolate(partner.name)))
    refuse_a_second(work, escalation.case, partner, escalation.ask, escalation.playbook)
    words = queries.packet_of(work, escalation).fields
    # What the partner before might not receive, its writer has not seen: it is offered now.
    seen = draft_findings.marks_seen_by_writer(work, escalation)
    escalation.partner, escalation.partner_id = partner, partner.id
    escalation.priority = FROM_LEVEL[escalation.case.level]
    write_packet(work, escalation, words)
    record_contribution(work, escalation.case_id, ContributionKind.WORDS, subject_id=escalation.id)
    work.record(
        "escalation.partner_changed",
        escalation,
        partner=partner.slug,
        was=before.slug,
        packet_hash=escalation.packet_hash,
        seen=seen,
    )
    if not (before.is_platform_itself and partner.is_platform_itself):
        _end_waiver(work, escalation)


def _end_waiver(work: Work, escalation: Escalation) -> None:
    """Who answered for leaving out one organisation's form did not answer for another's."""
    if escalation.waived_by is not None:
        escalation.waiver = escalation.waived_by = escalation.waived_at = None
        work.record("escalation.waiver_ended", escalation)


def record_consent_to_partner(
    work: Work, escalation: Escalation, *, seen: str | None = None
) -> None:
    """Write down that the reporter agreed to this very partner being asked, told on a safe channel.

    It counts as any word that one of us wrote down: not before the reporter or a second person has
    confirmed it. `seen` is the mark of the partner that the page named.
    """
    work.require(may_work_on_request, escalation)
    lock_request_if_unchanged(work, escalation)
    refuse_if_changed_since(seen, now=mark_of(escalation.partner_id))
    needed = consent_coverage_of(work, escalation.case_id).agreement_for(escalation.partner)
    if needed.partner_id is None:
        raise StalePage("Their consent to ask the platform includes this partner.")
    casework.record_consent(
        work,
        escalation.case,
        kind=needed.kind,
        platform=needed.platform,
        partner_id=needed.partner_id,
    )
