"""What a partner's response does to a request, whoever writes it down: one of their people at the
desk, or one of us who heard it by way of their own form.

No rule in here: both have asked who may, and hold the request.
"""

from collections.abc import Sequence

from helpdesk.accounts.keys_signed_by_helpdesk import NOT_SIGNED
from helpdesk.cases import news
from helpdesk.cases.events import AnswerAwaitsReporter
from helpdesk.cases.models.news import NewsKind
from helpdesk.core.errors import Conflict, NotFound, StalePage
from helpdesk.core.key_signatures import checked_keys_of
from helpdesk.core.keys import Key, KeyKind
from helpdesk.core.markup import bidi_isolate
from helpdesk.core.sealing import Envelope
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.work import Work
from helpdesk.escalations import case_pausing, clocks, queries
from helpdesk.escalations.decision_rules import UNFITTING, action_fits_reason
from helpdesk.escalations.models import Escalation, PartnerDecision, PartnerMessage
from helpdesk.escalations.partner_links import last_link_of
from helpdesk.escalations.stale_page_marks import last_decision_mark
from helpdesk.escalations.states import EscalationState, PartnerAction, Reason
from helpdesk.key_files import KeyFile
from helpdesk.partners.queries import keys_of_partner

DECIDED_MEANWHILE = (
    "Someone in your team has already decided. Check the request again before you correct it."
)


def acknowledge(work: Work, escalation: Escalation) -> None:
    """Somebody there has it. Their clock goes on, now towards a decision."""
    escalation.move_to(EscalationState.ACKNOWLEDGED)
    within = clocks.partner_time_at_priority(work, escalation)
    clocks.start_partner_clock(work, escalation, within=within)
    case_pausing.extend_case_pause(work, escalation.case)


def ask(work: Work, escalation: Escalation, question: str) -> PartnerMessage:
    """They ask for more information: it is our move, and the case wakes up."""
    escalation.move_to(EscalationState.NEED_INFORMATION)
    exchange = PartnerMessage(
        case=escalation.case,
        case_id=escalation.case_id,
        escalation_id=escalation.id,
        is_from_partner=True,
        at=work.at,
        by=work.actor.id,
    )
    exchange.body = work.keys.seal(exchange, "body", question)
    exchange.for_partner = seal_for_partner(work, escalation, exchange, "for_partner", question)
    work.session.add(exchange)
    due = clocks.start_our_clock(work, escalation)
    clocks.schedule_our_alarm(work, escalation, due=due)
    wake(work, escalation, NewsKind.ASKED)
    return exchange


def refuse_to_decide(
    work: Work,
    escalation: Escalation,
    *,
    action: PartnerAction,
    reason: Reason,
    corrects: str,
    seen: str | None,
) -> None:
    """Refuse what fits nothing that was asked, and a second decision that does not name the first:
    an old page corrects nothing. What the reporter has judged is corrected no more."""
    if not action_fits_reason(escalation.ask, action, reason):
        raise Conflict(UNFITTING)
    is_decided = escalation.state is EscalationState.DECIDED
    decided = [one.id for one in queries.decisions_of(work, escalation)] if is_decided else []
    if corrects != (decided[-1] if decided else ""):
        raise StalePage(DECIDED_MEANWHILE)
    refuse_if_changed_since(seen, now=last_decision_mark(work, escalation))


def decide(
    work: Work, escalation: Escalation, *, action: PartnerAction, reason: Reason, note: str
) -> PartnerDecision:
    """They decided. Whether it is really fixed is for the reporter to say; until somebody has, our
    clock runs."""
    escalation.move_to(EscalationState.DECIDED)
    decision = PartnerDecision(
        case=escalation.case,
        case_id=escalation.case_id,
        escalation_id=escalation.id,
        action=action,
        reason=reason,
        at=work.at,
        by=work.actor.id,
    )
    if note:
        decision.note = work.keys.seal(decision, "note", note)
        decision.note_for_partner = seal_for_partner(
            work, escalation, decision, "note_for_partner", note
        )
    work.session.add(decision)
    clocks.stop_both_clocks(work, escalation)
    due = clocks.start_our_clock(work, escalation)
    clocks.schedule_our_alarm(work, escalation, due=due)
    wake(work, escalation, NewsKind.DECIDED)
    # Only the reporter can say if it is fixed.
    work.announce(AnswerAwaitsReporter(escalation.case_id))
    return decision


def seal_for_partner(
    work: Work,
    escalation: Escalation,
    row: Escalation | PartnerMessage | PartnerDecision,
    field: str,
    text: str,
) -> Envelope | None:
    """Seal a text to the key that the packet was sealed to: who can read the one can read the
    other. None where they have no desk, and no key that we made."""
    if escalation.is_answered_to_us:
        return None
    if escalation.is_by_link and escalation.partner_key_id is None:
        return None  # the next link is made with it
    if escalation.partner_key_id is None:
        raise NotFound
    if escalation.is_by_link and work.keys.holds(escalation.partner_key_id):
        secret = work.keys.secret(escalation.partner_key_id)
        return secret.public.seal_text(text, row.envelope_place_of(field))
    for key in _keys_of_theirs(work, escalation):
        if key.id == escalation.partner_key_id:
            return key.public.seal_text(text, row.envelope_place_of(field))
    raise Conflict(f"The key of {bidi_isolate(escalation.partner.name)}{NOT_SIGNED}")


def _keys_of_theirs(work: Work, escalation: Escalation) -> Sequence[Key]:
    """Those that count: of their team; by a link, of the one that was made last."""
    if not escalation.is_by_link:
        return keys_of_partner(work, escalation.partner).good
    link = last_link_of(work, escalation)
    house = work.keys.service.public_half(KeyFile.STAFF_SIGNING)
    if link is None:
        return ()
    return checked_keys_of(work.session, link.id, KeyKind.LINK, house=house).good


def wake(work: Work, escalation: Escalation, what: NewsKind) -> None:
    """The case goes on, and its owner hears of it."""
    case_pausing.resume_case_after_partner(work, escalation.case)
    news.notify_owner(work, escalation.case_id, what, request_id=escalation.id)
