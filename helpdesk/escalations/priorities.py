"""Priorities of requests: how soon a partner is asked to act, from the level of the case; and how
soon we answer them."""

from datetime import timedelta
from typing import Final

from helpdesk.cases.levels import Level
from helpdesk.escalations.decision_rules import OUTCOMES
from helpdesk.escalations.states import Ask, PartnerAction, Priority

FROM_LEVEL: Final = {
    Level.IMMEDIATE: Priority.P1,
    Level.URGENT: Priority.P2,
    Level.SOON: Priority.P3,
    Level.ROUTINE: Priority.P4,
}

# What we ask of ourselves, from the draft to the sending and from a question to our answer.
OUR_MOVE_WITHIN: Final = {
    Priority.P1: timedelta(minutes=30),
    Priority.P2: timedelta(hours=4),
    Priority.P3: timedelta(days=1),
    Priority.P4: timedelta(days=3),
}

# From a partner's decision until somebody has said whether it is really fixed: the reporter has to
# look first, and comes back when they can.
VERIFIED_WITHIN: Final = {
    Priority.P1: timedelta(hours=4),
    Priority.P2: timedelta(days=1),
    Priority.P3: timedelta(days=3),
    Priority.P4: timedelta(days=7),
}

# These could hand somebody's account to a stranger, or lock them out of it, because that can be the
# answer to them: two people look before they leave.
CHANGES_ACCESS: Final = frozenset({PartnerAction.ACCESS_RESTORED, PartnerAction.ACCESS_LOCKED})
ABOUT_ACCESS: Final = frozenset(
    ask for ask, outcomes in OUTCOMES.items() if not CHANGES_ACCESS.isdisjoint(outcomes)
)

SECOND_READING_WITHIN: Final = timedelta(hours=1)


def could_change_account_access(ask: Ask) -> bool:
    """Whether what is asked could give or take access to an account."""
    return ask in ABOUT_ACCESS


def may_be_sent_before_review(priority: Priority) -> bool:
    """Whether a request may be sent on one person's word, to be read by a second within the
    hour."""
    return priority is Priority.P1
