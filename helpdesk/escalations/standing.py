"""Where an escalation and a delivery can be, and where each can go from there."""

from enum import StrEnum


class Standing(StrEnum):
    """The life of a request to a partner. Transport is not an acknowledgement."""

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


MOVES: dict[Standing, frozenset[Standing]] = {
    Standing.DRAFT: frozenset({Standing.APPROVED, Standing.WITHDRAWN}),
    Standing.APPROVED: frozenset({Standing.DISPATCHING, Standing.WITHDRAWN}),
    Standing.DISPATCHING: frozenset(
        {Standing.DISPATCHING, Standing.WITH_PARTNER, Standing.WITHDRAWN}
    ),
    Standing.WITH_PARTNER: frozenset(
        {
            Standing.ACKNOWLEDGED,
            Standing.NEED_INFORMATION,
            Standing.DECIDED,
            Standing.UNANSWERED,
            Standing.WITHDRAWN,
        }
    ),
    Standing.ACKNOWLEDGED: frozenset(
        {Standing.NEED_INFORMATION, Standing.DECIDED, Standing.UNANSWERED, Standing.WITHDRAWN}
    ),
    Standing.IN_REVIEW: frozenset(
        {Standing.NEED_INFORMATION, Standing.DECIDED, Standing.UNANSWERED, Standing.WITHDRAWN}
    ),
    Standing.NEED_INFORMATION: frozenset(
        {Standing.IN_REVIEW, Standing.DECIDED, Standing.UNANSWERED, Standing.WITHDRAWN}
    ),
    # A late answer is still an answer.
    Standing.UNANSWERED: frozenset(
        {
            Standing.ACKNOWLEDGED,
            Standing.NEED_INFORMATION,
            Standing.DECIDED,
            Standing.CLOSED,
            Standing.WITHDRAWN,
        }
    ),
    # A wrong tap is put right by deciding once more.
    Standing.DECIDED: frozenset({Standing.CLOSED, Standing.DECIDED, Standing.IN_REVIEW}),
    Standing.CLOSED: frozenset({Standing.IN_REVIEW}),
    Standing.WITHDRAWN: frozenset(),
}

# Where a word on what was decided leads. It is decided again once the reporter says that the word
# was not theirs: nobody else moves it so, the partner's people least of all.
JUDGED: frozenset[Standing] = frozenset({Standing.CLOSED, Standing.IN_REVIEW})

# While it stands here, the partner's people can open the packet.
OPEN_TO_PARTNER: frozenset[Standing] = frozenset(
    {
        Standing.DISPATCHING,
        Standing.WITH_PARTNER,
        Standing.ACKNOWLEDGED,
        Standing.NEED_INFORMATION,
        Standing.IN_REVIEW,
        Standing.DECIDED,
        Standing.UNANSWERED,
    }
)


class Pile(StrEnum):
    """Which requests of a partner's inbox: the words of the filter."""

    WAITING = "waiting"
    ASKED = "asked"
    DECIDED = "decided"


PILES: dict[Pile, frozenset[Standing]] = {
    # However late: an answer still helps.
    Pile.WAITING: frozenset(
        {
            Standing.DISPATCHING,
            Standing.WITH_PARTNER,
            Standing.ACKNOWLEDGED,
            Standing.IN_REVIEW,
            Standing.UNANSWERED,
        }
    ),
    Pile.ASKED: frozenset({Standing.NEED_INFORMATION}),
    Pile.DECIDED: frozenset({Standing.DECIDED, Standing.CLOSED, Standing.WITHDRAWN}),
}


class DeliveryStanding(StrEnum):
    """One carrying of one packet. Uncertain means: it may have arrived; the id stays the same."""

    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    UNCERTAIN = "uncertain"
    REJECTED = "rejected"
    DEAD_LETTER = "dead_letter"
    CANCELLED = "cancelled"


class Priority(StrEnum):
    """How soon the partner is asked to act; it follows the level of the case."""

    P1 = "p1"
    P2 = "p2"
    P3 = "p3"
    P4 = "p4"


class Ask(StrEnum):
    """What we ask a partner for: exactly one thing."""

    RESTORE = "restore"
    LOCK = "lock"
    REMOVE = "remove"
    PRESERVE = "preserve"
    REVIEW = "review"


class Action(StrEnum):
    """What a partner says it has done."""

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
    """Why a partner decided as it did."""

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
    """What the reporter sees after the partner's decision."""

    CONFIRMED = "confirmed"
    PARTIAL = "partial"
    NOT_EFFECTIVE = "not_effective"
    CANNOT_TELL = "cannot_tell"
