"""The states of a request and of a delivery, and the moves between them; priorities, asks and
decisions."""

from enum import StrEnum
from typing import Final


class EscalationState(StrEnum):
    """The states of a request to a partner. Transport is not an acknowledgement."""

    DRAFT = "draft"
    APPROVED = "approved"
    DISPATCHING = "dispatching"
    WITH_PARTNER = "with_partner"
    ACKNOWLEDGED = "acknowledged"
    NEED_INFORMATION = "need_information"
    IN_REVIEW = "in_review"
    DECIDED = "decided"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    UNANSWERED = "unanswered"


class LeaveByName(StrEnum):
    """Why a partner needs the reporter's leave by name: leave to ask the platform is not enough."""

    REFUSED = "refused"  # they said no to it, or took back what they had agreed to of it
    NAMED = "named"  # what they said of it by name counts, and nothing else
    NOT_THE_PLATFORM = "not_the_platform"
    ANOTHER_WAS_FIRST = "another_was_first"


MOVES: dict[EscalationState, frozenset[EscalationState]] = {
    EscalationState.DRAFT: frozenset({EscalationState.APPROVED, EscalationState.WITHDRAWN}),
    EscalationState.APPROVED: frozenset({EscalationState.DISPATCHING, EscalationState.WITHDRAWN}),
    EscalationState.DISPATCHING: frozenset(
        {EscalationState.DISPATCHING, EscalationState.WITH_PARTNER, EscalationState.WITHDRAWN}
    ),
    EscalationState.WITH_PARTNER: frozenset(
        {
            EscalationState.ACKNOWLEDGED,
            EscalationState.NEED_INFORMATION,
            EscalationState.DECIDED,
            EscalationState.UNANSWERED,
            EscalationState.WITHDRAWN,
        }
    ),
    EscalationState.ACKNOWLEDGED: frozenset(
        {
            EscalationState.NEED_INFORMATION,
            EscalationState.DECIDED,
            EscalationState.UNANSWERED,
            EscalationState.WITHDRAWN,
        }
    ),
    EscalationState.IN_REVIEW: frozenset(
        {
            EscalationState.NEED_INFORMATION,
            EscalationState.DECIDED,
            EscalationState.UNANSWERED,
            EscalationState.WITHDRAWN,
        }
    ),
    EscalationState.NEED_INFORMATION: frozenset(
        {
            EscalationState.IN_REVIEW,
            EscalationState.DECIDED,
            EscalationState.UNANSWERED,
            EscalationState.WITHDRAWN,
        }
    ),
    # A late answer is still an answer.
    EscalationState.UNANSWERED: frozenset(
        {
            EscalationState.ACKNOWLEDGED,
            EscalationState.NEED_INFORMATION,
            EscalationState.DECIDED,
            EscalationState.CLOSED,
            EscalationState.WITHDRAWN,
        }
    ),
    # A wrong tap is put right by deciding once more.
    EscalationState.DECIDED: frozenset(
        {EscalationState.CLOSED, EscalationState.DECIDED, EscalationState.IN_REVIEW}
    ),
    EscalationState.CLOSED: frozenset({EscalationState.IN_REVIEW}),
    EscalationState.WITHDRAWN: frozenset(),
}

# What is said to someone on either side who asks for a move that it cannot make any more.
IS_BY_NOW: Final[dict[EscalationState, str]] = {
    EscalationState.DRAFT: "This request is a draft, and hasn’t been approved yet.",
    EscalationState.APPROVED: "This request has already been approved.",
    EscalationState.DISPATCHING: "This request is already being sent.",
    EscalationState.WITH_PARTNER: "This request has already reached the partner.",
    EscalationState.ACKNOWLEDGED: "This request has already been acknowledged.",
    EscalationState.NEED_INFORMATION: (
        "A question about this request has already been asked, and is waiting for an answer."
    ),
    EscalationState.IN_REVIEW: "This request is with the partner, and is waiting for a decision.",
    EscalationState.DECIDED: "This request has already been decided.",
    EscalationState.CLOSED: "This request has already been closed.",
    EscalationState.WITHDRAWN: "This request has already been withdrawn.",
    EscalationState.UNANSWERED: (
        "It has already been recorded that the partner didn’t answer in time."
    ),
}

# Where a word on what was decided leads. It is decided again once the reporter says that the word
# was not theirs: nobody else moves it so, the partner's people least of all.
JUDGED: frozenset[EscalationState] = frozenset({EscalationState.CLOSED, EscalationState.IN_REVIEW})

# While it stands here, the partner's people can open the packet.
OPEN_TO_PARTNER: frozenset[EscalationState] = frozenset(
    {
        EscalationState.DISPATCHING,
        EscalationState.WITH_PARTNER,
        EscalationState.ACKNOWLEDGED,
        EscalationState.NEED_INFORMATION,
        EscalationState.IN_REVIEW,
        EscalationState.DECIDED,
        EscalationState.UNANSWERED,
    }
)

# Nobody has anything to do with it any more.
OVER: frozenset[EscalationState] = frozenset({EscalationState.CLOSED, EscalationState.WITHDRAWN})

# Approved, and not known to be with the partner: where one of us carries it, it is ours to move.
TO_CARRY: frozenset[EscalationState] = frozenset(
    {EscalationState.APPROVED, EscalationState.DISPATCHING}
)

# It lies with the partner, and their answer is missing.
UNDER_WAY: frozenset[EscalationState] = OPEN_TO_PARTNER - {
    EscalationState.DISPATCHING,
    EscalationState.DECIDED,
}

# Of those, the move is theirs, and their silence is followed up.
IS_THEIR_MOVE: frozenset[EscalationState] = UNDER_WAY - {
    EscalationState.NEED_INFORMATION,
    EscalationState.UNANSWERED,
}


class InboxFilter(StrEnum):
    """The filters of a partner's inbox: which requests it shows."""

    WAITING = "waiting"
    ASKED = "asked"
    DECIDED = "decided"


PILES: dict[InboxFilter, frozenset[EscalationState]] = {
    # However late: an answer still helps.
    InboxFilter.WAITING: frozenset(
        {
            EscalationState.DISPATCHING,
            EscalationState.WITH_PARTNER,
            EscalationState.ACKNOWLEDGED,
            EscalationState.IN_REVIEW,
            EscalationState.UNANSWERED,
        }
    ),
    InboxFilter.ASKED: frozenset({EscalationState.NEED_INFORMATION}),
    InboxFilter.DECIDED: frozenset(
        {EscalationState.DECIDED, EscalationState.CLOSED, EscalationState.WITHDRAWN}
    ),
}


class RequestPile(StrEnum):
    """The piles of the request board: what requests wait for."""

    OPEN = "open"
    ASKED = "asked"
    SILENT = "silent"
    TO_FILL_IN = "to-fill-in"
    UNCERTAIN = "uncertain"
    UNDELIVERED = "undelivered"
    SECOND_PERSON = "second-person"
    TO_VERIFY = "to-verify"


class DeliveryState(StrEnum):
    """The states of a delivery. Uncertain means: it may have arrived; the id stays the same."""

    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    UNCERTAIN = "uncertain"
    REJECTED = "rejected"
    DEAD_LETTER = "dead_letter"
    CANCELLED = "cancelled"


# Why a person has to look at what was not carried: what it is about is not what was confirmed.
ANOTHER_ACCOUNT: Final = "another_account"


class Priority(StrEnum):
    """The priority of a request: how soon the partner is asked to act; it follows the level of the
    case."""

    P1 = "p1"
    P2 = "p2"
    P3 = "p3"
    P4 = "p4"


class FollowUp(StrEnum):
    """The follow-ups on a partner that does not answer, in their order."""

    NUDGE = "nudge"
    OTHER_CONTACT = "other_contact"
    PHONE_CALL = "phone_call"
    UNANSWERED = "unanswered"


class CallResult(StrEnum):
    """The results of a phone call to a partner that does not answer."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"


class Ask(StrEnum):
    """What a partner can be asked for: exactly one thing."""

    RESTORE = "restore"
    LOCK = "lock"
    REMOVE = "remove"
    PRESERVE = "preserve"
    REVIEW = "review"


class PartnerAction(StrEnum):
    """The actions a partner can say it has taken."""

    ACCESS_LOCKED = "access_locked"
    ACCESS_RESTORED = "access_restored"
    ACCOUNT_DISABLED = "account_disabled"
    CONTENT_REMOVED = "content_removed"
    CONTENT_LIMITED = "content_limited"
    CONTENT_REINSTATED = "content_reinstated"
    LINK_BLOCKED = "link_blocked"
    DOMAIN_SUSPENDED = "domain_suspended"
    HOST_SUSPENDED = "host_suspended"
    DATA_PRESERVED = "data_preserved"
    WARNING_ADDED = "warning_added"
    NONE = "none"


class Reason(StrEnum):
    """The reasons of a partner's decision."""

    POLICY_BREACH = "policy_breach"
    ILLEGAL = "illegal"
    NO_BREACH_FOUND = "no_breach_found"
    INSUFFICIENT_EVIDENCE = "insufficient_evidence"
    OWNER_NOT_VERIFIED = "owner_not_verified"
    NOT_OUR_SERVICE = "not_our_service"
    ALREADY_GONE = "already_gone"
    DUPLICATE = "duplicate"
    LEGALLY_RESTRAINED = "legally_restrained"
    OUT_OF_SCOPE = "out_of_scope"
    OTHER = "other"


class Verdict(StrEnum):
    """The reporter's verdicts: what they see after the partner's decision."""

    CONFIRMED = "confirmed"
    PARTIAL = "partial"
    NOT_EFFECTIVE = "not_effective"
    CANNOT_TELL = "cannot_tell"
