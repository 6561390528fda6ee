"""Rules for a partner's decision: which actions and reasons fit what was asked, and each other.
Pure.

Who gives an account back does not say that there was not enough proof: one of the two is a slip.
"""

from collections.abc import Mapping
from typing import Final

from helpdesk.escalations.states import Ask, PartnerAction, Reason

UNFITTING: Final = "This reason doesn’t fit what you did. Choose another one."

# What can come of a request of each kind; doing nothing always can.
OUTCOMES: Final[Mapping[Ask, tuple[PartnerAction, ...]]] = {
    Ask.RESTORE: (
        PartnerAction.ACCESS_RESTORED,
        PartnerAction.ACCESS_LOCKED,
        PartnerAction.ACCOUNT_DISABLED,
        PartnerAction.DATA_PRESERVED,
        PartnerAction.NONE,
    ),
    Ask.LOCK: (
        PartnerAction.ACCESS_LOCKED,
        PartnerAction.ACCOUNT_DISABLED,
        PartnerAction.ACCESS_RESTORED,
        PartnerAction.CONTENT_LIMITED,
        PartnerAction.DATA_PRESERVED,
        PartnerAction.NONE,
    ),
    Ask.REMOVE: (
        PartnerAction.CONTENT_REMOVED,
        PartnerAction.CONTENT_LIMITED,
        PartnerAction.ACCOUNT_DISABLED,
        PartnerAction.LINK_BLOCKED,
        PartnerAction.DOMAIN_SUSPENDED,
        PartnerAction.HOST_SUSPENDED,
        PartnerAction.WARNING_ADDED,
        PartnerAction.NONE,
    ),
    Ask.PRESERVE: (PartnerAction.DATA_PRESERVED, PartnerAction.NONE),
    Ask.REVIEW: (
        PartnerAction.ACCESS_RESTORED,
        PartnerAction.CONTENT_REINSTATED,
        PartnerAction.CONTENT_LIMITED,
        PartnerAction.WARNING_ADDED,
        PartnerAction.NONE,
    ),
}
# What was asked for, done as it was asked.
DONE: Final[Mapping[Ask, frozenset[PartnerAction]]] = {
    Ask.RESTORE: frozenset({PartnerAction.ACCESS_RESTORED}),
    Ask.LOCK: frozenset({PartnerAction.ACCESS_LOCKED, PartnerAction.ACCOUNT_DISABLED}),
    Ask.REMOVE: frozenset(
        {
            PartnerAction.CONTENT_REMOVED,
            PartnerAction.ACCOUNT_DISABLED,
            PartnerAction.LINK_BLOCKED,
            PartnerAction.DOMAIN_SUSPENDED,
            PartnerAction.HOST_SUSPENDED,
        }
    ),
    Ask.PRESERVE: frozenset({PartnerAction.DATA_PRESERVED}),
    Ask.REVIEW: frozenset({PartnerAction.ACCESS_RESTORED, PartnerAction.CONTENT_REINSTATED}),
}
_BREACH: Final = frozenset({Reason.POLICY_BREACH, Reason.ILLEGAL})
_TO_ACT: Final[Mapping[Ask, frozenset[Reason]]] = {
    Ask.RESTORE: _BREACH | {Reason.OTHER},
    Ask.LOCK: _BREACH | {Reason.OTHER},
    Ask.REMOVE: _BREACH | {Reason.OTHER},
    Ask.PRESERVE: _BREACH | {Reason.OTHER},
    Ask.REVIEW: frozenset({Reason.NO_BREACH_FOUND, Reason.INSUFFICIENT_EVIDENCE, Reason.OTHER}),
}
# Who does less than was asked may say why it was not more.
_HALFWAY: Final = frozenset(
    {
        Reason.OWNER_NOT_VERIFIED,
        Reason.INSUFFICIENT_EVIDENCE,
        Reason.LEGALLY_RESTRAINED,
        Reason.OTHER,
    }
)
_WHY_NOT: Final = frozenset(Reason) - _BREACH


def possible_actions(ask: Ask) -> tuple[PartnerAction, ...]:
    """The actions that a partner can take on a request, what was asked for first."""
    return OUTCOMES[ask]


def possible_reasons(ask: Ask, action: PartnerAction) -> frozenset[Reason]:
    """The reasons a partner can give for an action on a request; none for what cannot come of
    it."""
    if action not in OUTCOMES[ask]:
        return frozenset()
    if action is PartnerAction.NONE:
        # Asked to look again at a decision, who keeps it says which rule it was about.
        stands = ask is Ask.REVIEW
        return (_WHY_NOT | _BREACH) - {Reason.NO_BREACH_FOUND} if stands else _WHY_NOT
    if action in DONE[ask]:
        return _TO_ACT[ask]
    return _TO_ACT[ask] | _BREACH | _HALFWAY


def action_fits_reason(ask: Ask, action: PartnerAction, reason: Reason) -> bool:
    """Whether this action and this reason can both be true of a request of this kind."""
    return reason in possible_reasons(ask, action)


def actions_taken(ask: Ask) -> tuple[PartnerAction, ...]:
    """The actions by which a partner did something about a request of this kind."""
    return tuple(one for one in OUTCOMES[ask] if one is not PartnerAction.NONE)
