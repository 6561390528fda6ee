"""The states of a case, and the moves between them."""

from enum import StrEnum


class CaseState(StrEnum):
    """The states of a case."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


MOVES: dict[CaseState, frozenset[CaseState]] = {
    CaseState.NEW: frozenset({CaseState.OPEN, CaseState.WAITING, CaseState.CLOSED}),
    CaseState.OPEN: frozenset({CaseState.WAITING, CaseState.CLOSED}),
    CaseState.WAITING: frozenset({CaseState.OPEN, CaseState.WAITING, CaseState.CLOSED}),
    CaseState.CLOSED: frozenset({CaseState.OPEN}),
}


class WaitsOn(StrEnum):
    """Whom a paused case waits for."""

    REPORTER = "reporter"
    PARTNER = "partner"
    DATE = "date"


class ResumeReason(StrEnum):
    """Why a paused case was resumed without anybody asking for it."""

    DAY_CAME = "day_came"
    REPORTER_SILENT = "reporter_silent"
    PARTNER_SILENT = "partner_silent"


class CaseOutcome(StrEnum):
    """The outcomes of a closed case."""

    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"
    SPAM = "spam"


class ConsentKind(StrEnum):
    """The kinds of consent: the four separate things a reporter can agree to."""

    HELP = "help"
    KEEP = "keep"
    HELPER = "helper"
    PLATFORM = "platform"
