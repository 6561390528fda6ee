"""What lies before a partner: in three piles, whose of theirs each request is, and what came last.

Only what stands in clear is listed: what a packet says opens one request at a time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select

from helpdesk.accounts import queries as accounts
from helpdesk.core.history import HistoryEntry
from helpdesk.core.work import Work
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.queries import visible_to
from helpdesk.escalations.standing import PILES, Pile

SHOWN: Final = 200
# What somebody there did that says: I have it.
TAKEN_BY: Final = ("escalation.acknowledged", "escalation.asked", "escalation.decided")
ASKED_AGAIN: Final = "escalation.verified"
ANSWERED: Final = "escalation.answered"


@dataclass(frozen=True)
class Inbox:
    """One pile: its requests, who of the partner's people has each, and how much the piles hold."""

    requests: Sequence[Escalation]
    sizes: Mapping[Pile, int]
    asked_again: frozenset[str]
    holders: Mapping[str, str] = field(repr=False)


def inbox(work: Work, pile: Pile) -> Inbox:
    """A pile of the actor's inbox. What waits: by priority, then by the time that is left."""
    found = visible_to(work.actor).where(Escalation.standing.in_(PILES[pile]))
    if pile is Pile.WAITING:
        due = Escalation.answer_due_at.asc().nulls_last()
        found = found.order_by(Escalation.priority, due, Escalation.id)
    else:
        found = found.order_by(Escalation.approved_at.desc(), Escalation.id)
    requests = work.session.scalars(found.limit(SHOWN)).all()
    takers, asked_again = _moves(work, requests)
    names = accounts.names(work.session, set(takers.values()))
    return Inbox(
        requests=requests,
        sizes=_sizes(work),
        asked_again=asked_again,
        holders={one: names[actor] for one, actor in takers.items()},
    )


def is_asked_again(work: Work, escalation: Escalation) -> bool:
    """Whether our last word on a request was to look at it once more."""
    return escalation.id in _moves(work, [escalation])[1]


def _moves(work: Work, requests: Sequence[Escalation]) -> tuple[dict[str, str], frozenset[str]]:
    """By request, who there moved it last; and which were given back to be looked at again."""
    found = select(HistoryEntry.subject_id, HistoryEntry.action, HistoryEntry.actor_id).where(
        HistoryEntry.subject_id.in_([one.id for one in requests]),
        HistoryEntry.action.in_((*TAKEN_BY, ANSWERED, ASKED_AGAIN)),
    )
    takers: dict[str, str] = {}
    last: dict[str, str] = {}
    for request_id, action, actor_id in work.session.execute(found.order_by(HistoryEntry.id)):
        if action in TAKEN_BY:
            takers[request_id] = actor_id
        else:
            last[request_id] = action
    return takers, frozenset(one for one, action in last.items() if action == ASKED_AGAIN)


def _sizes(work: Work) -> dict[Pile, int]:
    """How many requests lie in each pile."""
    counted = visible_to(work.actor).with_only_columns(Escalation.standing, func.count())
    by_standing = dict(work.session.execute(counted.group_by(Escalation.standing)).all())
    return {
        pile: sum(by_standing.get(one, 0) for one in standings) for pile, standings in PILES.items()
    }
