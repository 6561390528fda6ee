"""Operations on drafts: write a request, change it, and add what steps found out."""

import secrets
from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import select

from helpdesk.cases import response_targets
from helpdesk.cases.contributions import record_contribution
from helpdesk.cases.models import Case, ContributionKind
from helpdesk.cases.playbook_findings import OF_THE_CASE
from helpdesk.core import codes
from helpdesk.core.errors import Conflict, StalePage
from helpdesk.core.markup import bidi_isolate
from helpdesk.core.work import Work
from helpdesk.escalations import clocks, draft_findings, packet_sources, queries
from helpdesk.escalations.channel_routing import choose_channel_for_request
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.operations.locking import TOO_LATE, lock_request_if_unchanged
from helpdesk.escalations.packets import InvalidPacket, PacketHeader, build_packet
from helpdesk.escalations.partner_fit import answers_for
from helpdesk.escalations.policy import may_ask_partner, may_work_on_request
from helpdesk.escalations.priorities import FROM_LEVEL
from helpdesk.escalations.states import IS_BY_NOW, OVER, Ask, EscalationState
from helpdesk.partners.models import Partner

SALT: Final = 16
NOT_TAKEN: Final = (
    "{partner} doesn’t take requests like this. Choose another partner, or ask for something else."
)
OF_ANOTHER_PLATFORM: Final = (
    "{partner} doesn’t act for the platform that this is about. Choose a partner who does."
)
NOT_ON_CASE: Final = "That playbook is not on this case. Choose what the request is about."
CHOOSE: Final = "This case is about more than one problem. Choose which one the request is about."


def write_draft(
    work: Work,
    case: Case,
    partner: Partner,
    *,
    ask: Ask,
    typed: Mapping[str, str],
    playbook: str | None = None,
    platform: str | None = None,
    findings_seen: Collection[str] | None = None,
) -> Escalation:
    """Write a draft of a request to a partner. Nothing of it is sent before it is approved.

    `playbook` is the one of which it tells; it may be left out where there is no other. `platform`
    is where the account is, if a person said that it is not where the report says.
    `findings_seen` is what of the steps' findings lay before the writer; without it, all there is.
    """
    work.require(may_ask_partner, case)
    if case.is_closed:
        raise Conflict("The case is closed. Reopen it before you ask someone to act on it.")
    if not answers_for(partner, platform or case.platform):
        raise Conflict(OF_ANOTHER_PLATFORM.format(partner=bidi_isolate(partner.name)))
    if not partner.accepts(ask):
        raise Conflict(NOT_TAKEN.format(partner=bidi_isolate(partner.name)))
    about = _playbook_of_request(work, case, playbook)
    refuse_a_second(work, case, partner, ask, about)
    escalation = Escalation(
        case=case,
        case_id=case.id,
        partner=partner,
        partner_id=partner.id,
        ref=codes.new_short_ref("R-"),
        ask=ask,
        playbook=about,
        priority=FROM_LEVEL[case.level],
        state=EscalationState.DRAFT,
    )
    write_packet(work, escalation, typed)
    clocks.start_our_clock(work, escalation)
    work.session.add(escalation)
    response_targets.move_case_to_first_lane(work, case)
    record_contribution(work, case.id, ContributionKind.WORDS, subject_id=escalation.id)
    work.record(
        "escalation.drafted",
        escalation,
        partner=partner.slug,
        ask=ask,
        packet_hash=escalation.packet_hash,
        about=escalation.playbook,
        seen=_still_there(work, escalation, findings_seen),
    )
    return escalation


def change_draft(
    work: Work,
    escalation: Escalation,
    *,
    typed: Mapping[str, str],
    seen_hash: str,
    seen: Collection[str] | None = None,
) -> None:
    """Change a draft, if it still is the one that was on the screen."""
    work.require(may_work_on_request, escalation)
    lock_request_if_unchanged(work, escalation)
    if escalation.state is not EscalationState.DRAFT:
        raise StalePage(f"{IS_BY_NOW[escalation.state]} It can no longer be changed.")
    if escalation.packet_hash != seen_hash:
        raise StalePage(TOO_LATE)
    escalation.priority = FROM_LEVEL[escalation.case.level]
    write_packet(work, escalation, typed)
    record_contribution(work, escalation.case_id, ContributionKind.WORDS, subject_id=escalation.id)
    work.record(
        "escalation.changed",
        escalation,
        packet_hash=escalation.packet_hash,
        seen=_still_there(work, escalation, seen),
    )


def add_findings_to_draft(work: Work, escalation: Escalation, *, seen_hash: str) -> None:
    """Add to a draft what steps found out since. What somebody typed stays as it is."""
    # Asked first: what comes in between is offered once more.
    seen = packet_sources.evidence_marks(work, escalation.case, escalation.playbook)
    fills = draft_findings.new_findings_for_draft(work, escalation).fills
    written = queries.packet_of(work, escalation).fields
    writer = escalation.drafted_by
    change_draft(work, escalation, typed={**written, **fills}, seen_hash=seen_hash, seen=seen)
    # It is still its writer's, and whoever presses has a part in it like them.
    escalation.drafted_by = writer


def write_packet(work: Work, escalation: Escalation, typed: Mapping[str, str]) -> None:
    """Build the packet and seal it: for the case, and for the reporter to see before it leaves.

    No rule: whoever calls this may work on the request, and holds it."""
    header = PacketHeader(
        ref=escalation.ref,
        partner=escalation.partner.slug,
        ask=escalation.ask,
        priority=escalation.priority,
        salt=secrets.token_hex(SALT),
        is_drill=escalation.case.is_drill,
    )
    available = packet_sources.all_available_fields(
        work, escalation.case, escalation.playbook, escalation.ask, typed
    )
    try:
        packet = build_packet(header, available, escalation.partner.allowed_fields)
    except InvalidPacket as bad:
        raise Conflict(str(bad)) from bad
    text, preview = packet.as_text(), escalation.envelope_place_of("packet_for_reporter")
    escalation.packet = work.keys.seal(escalation, "packet", text)
    escalation.packet_for_reporter = escalation.case.reporter_public.seal_text(text, preview)
    escalation.packet_hash = packet.hash
    escalation.go_by(choose_channel_for_request(work, escalation, packet).channel)
    escalation.drafted_by, escalation.drafted_at = work.actor.id, work.at
    escalation.forget_sending_back()


def _playbook_of_request(work: Work, case: Case, playbook: str | None) -> str:
    """The playbook whose findings a request stands on: one address must not stand for another."""
    chosen = packet_sources.chosen_playbook(work, case, playbook)
    if chosen is None:
        raise Conflict(CHOOSE if playbook is None else NOT_ON_CASE)
    return chosen


def _still_there(work: Work, escalation: Escalation, seen: Collection[str] | None) -> list[str]:
    """What was seen and is as it was: nothing else that a form carries goes into history."""
    there = packet_sources.evidence_marks(work, escalation.case, escalation.playbook)
    return [one for one in there if seen is None or one in seen]


def refuse_a_second(work: Work, case: Case, partner: Partner, ask: Ask, playbook: str) -> None:
    """One unfinished request for one thing: a second would look like a nudge, or a mistake. About
    another playbook's trouble it is another thing. No rule: it only refuses."""
    # Two drafts at one moment: the second waits here, and then finds the first.
    work.session.scalars(select(Case.id).where(Case.id == case.id).with_for_update()).one()
    same = select(Escalation.ref, Escalation.state).where(
        Escalation.case_id == case.id,
        Escalation.partner_id == partner.id,
        Escalation.ask == ask,
        Escalation.playbook.in_((OF_THE_CASE, playbook)),
        Escalation.state.not_in(OVER),
    )
    found = work.session.execute(same).first()
    if found is not None:
        ref, state = found
        whom = bidi_isolate(partner.name)
        raise Conflict(
            f"Draft {ref} asks {whom} for the same thing already. Finish that one, or withdraw it."
            if state is EscalationState.DRAFT
            else f"Request {ref} already asks {whom} for the same thing, and is not closed yet."
        )
