"""The operation that exports a partner's requests, for a file of theirs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from helpdesk.accounts.queries import names_of_actors
from helpdesk.core.errors import DomainError
from helpdesk.core.work import Work
from helpdesk.escalations import partner_inbox, queries
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.operations.partner_actions import (
    CLOSED,
    WITHDRAWN,
    open_packet_for_export,
)
from helpdesk.escalations.packets import Packet
from helpdesk.escalations.policy import may_export_requests
from helpdesk.escalations.staff_and_partner_labels import state_label_for_partner
from helpdesk.escalations.states import OPEN_TO_PARTNER, EscalationState

# So long is a file at most. What has only arrived by it holds its case until the file is made.
MOST: Final = 200
TOO_MANY: Final = (
    f"The file includes the content of {MOST} requests at most, the most urgent ones. Open this one"
    " at the partner desk."
)


@dataclass(frozen=True)
class ExportedRequest:
    """A request as it is exported: with its packet, or with the sentence that says why not."""

    request: Escalation
    state: EscalationState
    state_in_words: str
    holder: str
    packet: Packet | None = field(default=None, repr=False)
    own_reference: str = field(default="", repr=False)
    why_not_shown: str = ""


def export_requests(work: Work) -> list[ExportedRequest]:
    """Export every request of the actor's teams, the newest first. Each packet that is opened
    for it is in history, as if it had been read on its page; what that page would refuse stays
    closed."""
    work.require(may_export_requests, work.actor.accessible_teams)
    requests = partner_inbox.every_listed_request(work)
    moves = partner_inbox.last_partner_moves(work, requests)
    names = names_of_actors(work.session, set(moves.takers.values()))
    opened = _most_urgent(requests)
    exported = [
        _export(
            work,
            one,
            moves,
            names.get(moves.takers.get(one.id, ""), ""),
            is_too_many=one.id not in opened,
        )
        for one in requests
    ]
    return sorted(exported, key=_newest_first)


def _export(
    work: Work,
    escalation: Escalation,
    moves: partner_inbox.LastPartnerMoves,
    holder: str,
    *,
    is_too_many: bool,
) -> ExportedRequest:
    packet, ticket, why_not = None, "", ""
    is_withdrawn_or_about_to_be = queries.is_withdrawn_or_about_to_be(work, escalation)
    if is_withdrawn_or_about_to_be:
        why_not = WITHDRAWN
    elif escalation.state not in OPEN_TO_PARTNER:
        why_not = CLOSED
    elif is_too_many:
        why_not = TOO_MANY
    else:
        try:
            packet = open_packet_for_export(work, escalation)
            ticket = queries.open_for_partner(work, escalation, escalation, "ticket_for_partner")
        except DomainError as refusal:  # its page would say so: the others are shown all the same
            why_not = refusal.sentence
    state = EscalationState.WITHDRAWN if is_withdrawn_or_about_to_be else escalation.state
    said = state_label_for_partner(
        state, is_again=escalation.id in moves.asked_again, is_fixed=escalation.id in moves.fixed
    )
    return ExportedRequest(escalation, state, said, holder, packet, ticket, why_not)


def _most_urgent(requests: Sequence[Escalation]) -> frozenset[str]:
    """The ids of those whose packets one file can hold."""
    still_open = [one for one in requests if one.state in OPEN_TO_PARTNER]
    in_order = sorted(still_open, key=lambda one: (one.priority, one.ref))
    return frozenset(one.id for one in in_order[:MOST])


def _newest_first(one: ExportedRequest) -> tuple[float, str]:
    sent_at = one.request.approved_at
    return (-sent_at.timestamp() if sent_at is not None else 0.0, one.request.ref)
