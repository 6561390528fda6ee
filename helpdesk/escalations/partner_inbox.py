"""A partner's inbox: requests in three piles, whose of theirs each is, and what came last.

Only what stands in clear is listed: what a packet says opens one request at a time.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Select, func, select

from helpdesk.accounts import queries as accounts
from helpdesk.core.actors import Actor
from helpdesk.core.history import HistoryEntry
from helpdesk.core.work import Work
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.queries import visible_requests
from helpdesk.escalations.states import PILES, InboxFilter, Verdict
from helpdesk.partners.models import Partner

SHOWN: Final = 200
# What somebody there did that says: I have it.
TAKEN_BY: Final = ("escalation.acknowledged", "escalation.asked", "escalation.decided")
JUDGED: Final = "escalation.verified"
VERDICT_DISPUTED: Final = "escalation.verdict_denied"
ANSWERED: Final = "escalation.answered"


@dataclass(frozen=True)
class PartnerInbox:
    """One pile of a partner's inbox: its requests, who of the partner's people has each, and how
    many each pile holds."""

    requests: Sequence[Escalation]
    sizes: Mapping[InboxFilter, int]
    asked_again: Collection[str]
    fixed: Collection[str]
    holders: Mapping[str, str] = field(repr=False)


def every_listed_request(work: Work) -> Sequence[Escalation]:
    """All requests in a partner's piles, in the one order in which several are locked."""
    found = _listed_for(work.actor).order_by(Escalation.case_id, Escalation.id)
    return work.session.scalars(found).all()


def partner_inbox(work: Work, pile: InboxFilter) -> PartnerInbox:
    """Load one pile of the actor's inbox. What waits: by priority, then by the time that is
    left."""
    found = _listed_for(work.actor).where(Escalation.state.in_(PILES[pile]))
    if pile is InboxFilter.WAITING:
        due = Escalation.answer_due_at.asc().nulls_last()
        found = found.order_by(Escalation.priority, due, Escalation.id)
    else:
        found = found.order_by(Escalation.approved_at.desc(), Escalation.id)
    requests = work.session.scalars(found.limit(SHOWN)).all()
    moves = last_partner_moves(work, requests)
    names = accounts.names_of_actors(work.session, set(moves.takers.values()))
    return PartnerInbox(
        requests=requests,
        sizes=_sizes(work),
        asked_again=moves.asked_again,
        fixed=moves.fixed,
        holders={one: names[actor] for one, actor in moves.takers.items()},
    )


@dataclass(frozen=True)
class LastPartnerMoves:
    """The last moves on requests at the partner: who there moved each last, which were given back
    to be looked at again, and of which the last word is the reporter's, that it is fixed."""

    takers: Mapping[str, str]
    asked_again: Collection[str]
    fixed: Collection[str]


def last_partner_moves(work: Work, requests: Sequence[Escalation]) -> LastPartnerMoves:
    """Load the last moves on these requests from history."""
    found = select(
        HistoryEntry.subject_id,
        HistoryEntry.action,
        HistoryEntry.actor_id,
        HistoryEntry.details["verdict"].astext,
    ).where(
        HistoryEntry.subject_id.in_([one.id for one in requests]),
        HistoryEntry.action.in_((*TAKEN_BY, ANSWERED, JUDGED, VERDICT_DISPUTED)),
    )
    takers: dict[str, str] = {}
    ours: dict[str, str] = {}
    verdicts: dict[str, str | None] = {}
    for one, action, actor_id, verdict in work.session.execute(found.order_by(HistoryEntry.id)):
        if action in TAKEN_BY:
            takers[one] = actor_id
        else:
            ours[one] = action
        verdicts[one] = verdict if action == JUDGED else None
    return LastPartnerMoves(
        takers,
        asked_again={one for one, action in ours.items() if action == JUDGED},
        fixed={one for one, verdict in verdicts.items() if verdict == Verdict.CONFIRMED},
    )


def _listed_for(actor: Actor) -> Select[Escalation]:
    """None for who waits to be let in: the helpdesk invites people of a partner, and only the
    partner's own people let them see what is there."""
    return visible_requests(actor).where(Partner.team_id.in_(actor.accessible_teams))


def _sizes(work: Work) -> dict[InboxFilter, int]:
    """How many requests lie in each pile."""
    counted = _listed_for(work.actor).with_only_columns(Escalation.state, func.count())
    by_state = dict(work.session.execute(counted.group_by(Escalation.state)).all())
    return {pile: sum(by_state.get(one, 0) for one in states) for pile, states in PILES.items()}
