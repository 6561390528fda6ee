"""A partner's likely decisions on a request: the few actions and reasons that stand first.

Pure. It looks only at what the partner has before them: what is asked, and for what kind of thing.
Every answer can still be given.
"""

from collections.abc import Mapping
from typing import Final

from helpdesk.escalations.states import Ask, PartnerAction, Reason

_ACTIONS: Final[Mapping[Ask, tuple[PartnerAction, ...]]] = {
    Ask.RESTORE: (PartnerAction.ACCESS_RESTORED, PartnerAction.ACCESS_LOCKED),
    Ask.LOCK: (
        PartnerAction.ACCESS_LOCKED,
        PartnerAction.ACCOUNT_DISABLED,
        PartnerAction.ACCESS_RESTORED,
    ),
    Ask.REMOVE: (
        PartnerAction.CONTENT_REMOVED,
        PartnerAction.CONTENT_LIMITED,
        PartnerAction.ACCOUNT_DISABLED,
    ),
    Ask.PRESERVE: (PartnerAction.DATA_PRESERVED,),
    Ask.REVIEW: (PartnerAction.ACCESS_RESTORED, PartnerAction.CONTENT_REINSTATED),
}
# Of a whole account or group nothing is taken down: it is switched off.
_WHOLE: Final = frozenset({"account", "group", "channel"})
_REMOVE_WHOLE: Final = (
    PartnerAction.ACCOUNT_DISABLED,
    PartnerAction.CONTENT_REMOVED,
    PartnerAction.CONTENT_LIMITED,
)

# Why somebody does what was asked, and why not.
_TO_ACT: Final[Mapping[Ask, tuple[Reason, ...]]] = {
    Ask.RESTORE: (Reason.POLICY_BREACH, Reason.ILLEGAL),
    Ask.LOCK: (Reason.POLICY_BREACH, Reason.ILLEGAL),
    Ask.REMOVE: (Reason.POLICY_BREACH, Reason.ILLEGAL),
    Ask.PRESERVE: (Reason.POLICY_BREACH, Reason.ILLEGAL),
    Ask.REVIEW: (Reason.NO_BREACH_FOUND,),
}
_NOT_TO_ACT: Final[Mapping[Ask, tuple[Reason, ...]]] = {
    Ask.RESTORE: (
        Reason.OWNER_NOT_VERIFIED,
        Reason.INSUFFICIENT_EVIDENCE,
        Reason.NO_BREACH_FOUND,
    ),
    Ask.LOCK: (Reason.INSUFFICIENT_EVIDENCE, Reason.OWNER_NOT_VERIFIED, Reason.NO_BREACH_FOUND),
    Ask.REMOVE: (Reason.NO_BREACH_FOUND, Reason.INSUFFICIENT_EVIDENCE, Reason.ALREADY_GONE),
    Ask.PRESERVE: (Reason.ALREADY_GONE, Reason.OWNER_NOT_VERIFIED, Reason.LEGALLY_RESTRAINED),
    Ask.REVIEW: (Reason.POLICY_BREACH, Reason.ILLEGAL, Reason.OWNER_NOT_VERIFIED),
}


def likely_actions(ask: Ask, target_kind: str) -> tuple[PartnerAction, ...]:
    """The likely actions of a partner, what was asked for first; doing nothing is always among
    them."""
    whole = ask is Ask.REMOVE and target_kind in _WHOLE
    return (*(_REMOVE_WHOLE if whole else _ACTIONS[ask]), PartnerAction.NONE)


def reasons_to_act(ask: Ask) -> tuple[Reason, ...]:
    """The usual reasons of a partner to do what was asked."""
    return _TO_ACT[ask]


def reasons_not_to_act(ask: Ask) -> tuple[Reason, ...]:
    """The usual reasons of a partner not to do what was asked."""
    return _NOT_TO_ACT[ask]
