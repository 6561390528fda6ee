"""Where a case can be, and where it can go from there."""

from enum import StrEnum


class CaseState(StrEnum):
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
    """Whose move it is while a case waits."""

    REPORTER = "reporter"
    PARTNER = "partner"
    DATE = "date"


class ResumeReason(StrEnum):
    """Why a case that waited goes on by itself."""

    DAY_CAME = "day_came"
    REPORTER_SILENT = "reporter_silent"
    PARTNER_SILENT = "partner_silent"


class CaseOutcome(StrEnum):
    """How a case ended."""

    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"
    SPAM = "spam"


class ConsentKind(StrEnum):
    """The four separate things a reporter can agree to."""

    HELP = "help"
    KEEP = "keep"
    HELPER = "helper"
    PLATFORM = "platform"
