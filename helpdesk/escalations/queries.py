"""Queries for requests, always from what the actor may see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, exists, false, not_, or_, select
from sqlalchemy.orm import joinedload

from helpdesk.cases.models import Agreement, Case, Consent, LoggedConversation
from helpdesk.cases.queries import is_case_in_queues
from helpdesk.cases.states import ConsentKind
from helpdesk.core.actors import Actor, Role
from helpdesk.core.errors import NotFound
from helpdesk.core.history import HistoryEntry
from helpdesk.core.sealing import Envelope
from helpdesk.core.work import Work
from helpdesk.escalations.consent_coverage import consent_coverage_of
from helpdesk.escalations.models import (
    Delivery,
    DeliveryAttempt,
    Escalation,
    PartnerDecision,
    PartnerMessage,
    RecordedVerdict,
)
from helpdesk.escalations.packets import (
    Packet,
    parse_packet,
    receivable_fields,
)
from helpdesk.escalations.states import (
    MOVES,
    OPEN_TO_PARTNER,
    UNDER_WAY,
    DeliveryState,
    EscalationState,
)
from helpdesk.partners.channel_terms import ChannelKind
from helpdesk.partners.models import Partner

# Consents on which requests rest, and requests that are still on their way.
_STOPS: Final = (ConsentKind.HELP, ConsentKind.PLATFORM)
_ON_ITS_WAY: Final = (EscalationState.APPROVED, EscalationState.DISPATCHING)


# The public pages may read no more of a partner than this.
_SEEN_BY_REPORTER = (
    joinedload(Escalation.partner).load_only(
        Partner.slug,
        Partner.name,
        Partner.platform,
        Partner.kind,
        Partner.vetted_on,
        Partner.vetted_by,
    ),
    joinedload(Escalation.partner).lazyload(Partner.team),
)


def visible_requests(actor: Actor) -> Select[Escalation]:
    """A select of the requests that the actor may see: of one's own queues; sent ones, for the
    partner; one's own, for a reporter."""
    found = select(Escalation)
    if actor.works_on_cases:
        return found.join(Escalation.case).where(is_case_in_queues(actor.queues))
    if actor.role is Role.PARTNER and actor.request_id is not None:
        # Whoever came by a link sees that one, and only while it is open.
        linked = found.where(Escalation.id == actor.request_id)
        return linked.where(
            Escalation.state.in_(OPEN_TO_PARTNER), Escalation.channel_kind == ChannelKind.LINK
        )
    if actor.role is Role.PARTNER:
        own = found.join(Escalation.partner).where(Partner.team_id.in_(actor.teams))
        # What one of us fills in elsewhere never comes to their desk.
        return own.where(_has_left(), Escalation.channel_kind == ChannelKind.DESK)
    if actor.role is Role.REPORTER:
        return found.where(Escalation.case_id == actor.case_id).options(*_SEEN_BY_REPORTER)
    return found.where(false())


def request_by_ref(work: Work, case: Case, ref: str) -> Escalation:
    """Load a request of this case by its reference, or NotFound."""
    return _one(work, Escalation.case_id == case.id, Escalation.ref == ref.upper())


def visible_request_by_ref(work: Work, ref: str) -> Escalation:
    """Load a request by its reference alone, for a partner or a reporter, or NotFound."""
    return _one(work, Escalation.ref == ref.upper())


def requests_of_case(work: Work, case: Case) -> Sequence[Escalation]:
    """The requests of a case, oldest first."""
    found = visible_requests(work.actor).where(Escalation.case_id == case.id)
    return work.session.scalars(found.order_by(Escalation.drafted_at, Escalation.id)).all()


def requests_not_about_playbooks(
    work: Work, case: Case, playbooks: Collection[str]
) -> list[Escalation]:
    """The requests of a case, without those about one of these playbooks."""
    return [one for one in requests_of_case(work, case) if one.playbook not in playbooks]


def was_partner_asked_about(work: Work, case: Case, playbook: str) -> bool:
    """Whether a partner was asked about what this playbook is for: whether a request about it was
    approved, and not withdrawn since."""
    not_asked = (EscalationState.DRAFT, EscalationState.WITHDRAWN)
    return any(
        one.playbook in (playbook, "") and one.state not in not_asked
        for one in requests_of_case(work, case)
    )


def partner_messages_of(work: Work, escalation: Escalation) -> Sequence[PartnerMessage]:
    """The partner's questions and our answers on a request, oldest first."""
    found = select(PartnerMessage).where(PartnerMessage.escalation_id == escalation.id)
    return work.session.scalars(found.order_by(PartnerMessage.at, PartnerMessage.id)).all()


@dataclass(frozen=True)
class ReplyAwaitingApproval:
    """Our answer to what a partner asked last, which waits for a second person's approval."""

    words: str
    by: str
    at: datetime


def answer_awaiting_approval(work: Work, escalation: Escalation) -> ReplyAwaitingApproval | None:
    """The answer that waits for a second person's approval; none where they have asked again
    since."""
    by, at = escalation.reply_by, escalation.reply_at
    if not escalation.has_answer_to_approve or by is None or at is None:
        return None
    if any(one.at > at for one in partner_messages_of(work, escalation)):
        return None
    return ReplyAwaitingApproval(work.keys.open(escalation, "reply"), by, at)


def decisions_of(work: Work, escalation: Escalation) -> Sequence[PartnerDecision]:
    """The partner's decisions on a request, oldest first."""
    return _decisions(work, escalation, is_after_withdrawal=False)


def actions_told_after_withdrawal(work: Work, escalation: Escalation) -> Sequence[PartnerDecision]:
    """The partner's actions before a request was withdrawn that they told us of after it, oldest
    first."""
    return _decisions(work, escalation, is_after_withdrawal=True)


def _decisions(
    work: Work, escalation: Escalation, *, is_after_withdrawal: bool
) -> Sequence[PartnerDecision]:
    found = select(PartnerDecision).where(
        PartnerDecision.escalation_id == escalation.id,
        PartnerDecision.is_after_withdrawal == is_after_withdrawal,
    )
    return work.session.scalars(found.order_by(PartnerDecision.at, PartnerDecision.id)).all()


def verdicts_of(work: Work, escalation: Escalation) -> Sequence[RecordedVerdict]:
    """The verdicts on a request that count, oldest first; not those that the reporter disputes."""
    found = _verdicts(escalation).where(RecordedVerdict.objected_at.is_(None))
    return work.session.scalars(found).all()


def disputed_verdicts_of(work: Work, escalation: Escalation) -> Sequence[RecordedVerdict]:
    """The verdicts that one of us recorded and the reporter disputes."""
    found = _verdicts(escalation).where(RecordedVerdict.objected_at.is_not(None))
    return work.session.scalars(found).all()


def is_verdict_disputed(work: Work, escalation: Escalation) -> bool:
    """Whether the verdict on the last decision is disputed: only the reporter judges it from then
    on."""
    decisions = decisions_of(work, escalation)
    disputed = {one.decision_id for one in disputed_verdicts_of(work, escalation)}
    return bool(decisions) and decisions[-1].id in disputed


def verdict_noted_by_staff(work: Work, escalation: Escalation) -> RecordedVerdict | None:
    """The verdict on the last decision that one of us recorded, if that counts."""
    last = [one.id for one in decisions_of(work, escalation)][-1:]
    noted = [one for one in verdicts_of(work, escalation) if [one.decision_id] == last]
    return next((one for one in noted if not one.is_by_reporter), None)


def _verdicts(escalation: Escalation) -> Select[RecordedVerdict]:
    """By decision: the times of verdicts are kept to the hour."""
    found = select(RecordedVerdict).join(
        PartnerDecision, PartnerDecision.id == RecordedVerdict.decision_id
    )
    mine = found.where(RecordedVerdict.escalation_id == escalation.id)
    return mine.order_by(PartnerDecision.at, PartnerDecision.id, RecordedVerdict.id)


def has_open_duplicate(work: Work, escalation: Escalation) -> bool:
    """Whether another open request asks the same of the same partner about the same playbook's
    trouble."""
    found = select(Escalation.id).where(
        Escalation.id != escalation.id,
        Escalation.case_id == escalation.case_id,
        Escalation.partner_id == escalation.partner_id,
        Escalation.ask == escalation.ask,
        Escalation.playbook == escalation.playbook,
        Escalation.state.not_in((EscalationState.CLOSED, EscalationState.WITHDRAWN)),
    )
    return work.session.scalar(found.limit(1)) is not None


def delivery_of_request(work: Work, escalation: Escalation) -> Delivery | None:
    """The delivery of a request's packet; None before it is approved."""
    found = select(Delivery).where(Delivery.escalation_id == escalation.id)
    return work.session.scalar(found)


def packet_readings_of(work: Work, escalation: Escalation) -> Sequence[HistoryEntry]:
    """The readings of a request's packet: when somebody at the partner opened it, oldest first."""
    found = select(HistoryEntry).where(
        HistoryEntry.subject_id == escalation.id, HistoryEntry.action == "escalation.read"
    )
    return work.session.scalars(found.order_by(HistoryEntry.id)).all()


def failure_code_of_delivery(work: Work, delivery: Delivery) -> str:
    """The code by which history says why a delivery failed and waits for a person."""
    entry = work.session.scalar(
        select(HistoryEntry)
        .where(
            HistoryEntry.subject_id == delivery.id, HistoryEntry.action == "delivery.dead_letter"
        )
        .order_by(HistoryEntry.id.desc())
        .limit(1)
    )
    return str(entry.details.get("trouble", "")) if entry is not None else ""


def packet_of(work: Work, escalation: Escalation) -> Packet:
    """The packet of a request, opened with the case's key."""
    return parse_packet(work.keys.open(escalation, "packet"))


def open_for_partner(
    work: Work,
    escalation: Escalation,
    row: Escalation | PartnerMessage | PartnerDecision,
    field: str,
) -> str:
    """Open a text that was sealed to the partner, for the partner; or UNREADABLE."""
    envelope: Envelope | None = getattr(row, field)
    if envelope is None or escalation.partner_key_id is None:
        return ""
    secret = work.keys.secret(escalation.partner_key_id)
    return work.keys.read_with(secret, envelope, row.envelope_place_of(field))


def consent_for_request(work: Work, escalation: Escalation) -> Consent | None:
    """The reporter's consent to this partner being asked, if it counts now."""
    return consent_coverage_of(work, escalation.case_id).consent_to(escalation.partner)


def requests_depending_on_consent(work: Work, consent: Consent) -> Sequence[Escalation]:
    """The requests that stop when a consent is withdrawn: approved, and not answered yet.

    Without leave to work on the case only what cannot have arrived is stopped (see carrying).
    """
    if consent.withdrawn_at is not None or consent.kind not in _STOPS:
        return []
    movable = {one for one in EscalationState if EscalationState.WITHDRAWN in MOVES[one]} - {
        EscalationState.DRAFT
    }
    found = visible_requests(work.actor).where(
        Escalation.case_id == consent.case_id, Escalation.state.in_(movable)
    )
    found = found.order_by(Escalation.drafted_at, Escalation.id)
    if consent.kind is ConsentKind.PLATFORM:
        of_platform = found.where(Escalation.partner.has(Partner.platform == consent.platform))
        coverage = consent_coverage_of(work, consent.case_id)
        return [
            one
            for one in work.session.scalars(of_platform)
            if coverage.agreement_for(one.partner) == consent.agreement
        ]
    on_its_way = found.where(Escalation.state.in_(_ON_ITS_WAY), not_(_may_be_there()))
    return work.session.scalars(on_its_way).all()


def _may_be_there() -> ColumnElement[bool]:
    """Whether some attempt to carry it may have succeeded, whatever was heard of it."""
    return exists().where(
        Delivery.escalation_id == Escalation.id,
        DeliveryAttempt.delivery_id == Delivery.id,
        DeliveryAttempt.result.is_distinct_from(DeliveryState.DEFERRED),
    )


def is_withdrawn_or_about_to_be(work: Work, escalation: Escalation) -> bool:
    """Whether a request that had arrived was withdrawn, or will be: the worker that does it may be
    late. What was decided stays decided, but they are told no more of it."""
    if escalation.state in UNDER_WAY or escalation.state is EscalationState.DECIDED:
        return consent_for_request(work, escalation) is None
    return escalation.state is EscalationState.WITHDRAWN


def has_consent_to_help(work: Work, escalation: Escalation) -> bool:
    """Whether the reporter agrees at this moment that we work on their case."""
    return Agreement(ConsentKind.HELP) in consent_coverage_of(work, escalation.case_id).agreed


def fields_receivable_by_partner(escalation: Escalation) -> frozenset[str]:
    """The fields of this request that its partner may receive."""
    return receivable_fields(escalation.ask, escalation.partner.allowed_fields)


def is_spoken_with_since_written(work: Work, escalation: Escalation) -> bool:
    """Whether one of us recorded a conversation with the reporter since a request was written, or
    since the partner's last question."""
    asked = [one.at for one in partner_messages_of(work, escalation)]
    spoken = select(LoggedConversation.id).where(
        LoggedConversation.case_id == escalation.case_id,
        LoggedConversation.reached,
        # What the reporter denies has a notice of its own.
        LoggedConversation.objected_at.is_(None),
        LoggedConversation.written_at > max([escalation.drafted_at, *asked]),
    )
    return work.session.scalar(spoken.limit(1)) is not None


def _has_left() -> ColumnElement[bool]:
    """What the partner may have in hand: a draft never, a withdrawn one if it had left before."""
    tried = exists().where(
        Delivery.escalation_id == Escalation.id, DeliveryAttempt.delivery_id == Delivery.id
    )
    return or_(
        Escalation.state.in_(OPEN_TO_PARTNER),
        and_(Escalation.state.in_((EscalationState.CLOSED, EscalationState.WITHDRAWN)), tried),
    )


def _one(work: Work, *conditions: ColumnElement[bool]) -> Escalation:
    found = work.session.scalar(visible_requests(work.actor).where(*conditions))
    if found is None:
        raise NotFound
    return found
