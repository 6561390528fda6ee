"""Where a case can be, and where it can go from there."""

from enum import StrEnum


class Status(StrEnum):
    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


MOVES: dict[Status, frozenset[Status]] = {
    Status.NEW: frozenset({Status.OPEN, Status.WAITING, Status.CLOSED}),
    Status.OPEN: frozenset({Status.WAITING, Status.CLOSED}),
    Status.WAITING: frozenset({Status.OPEN, Status.WAITING, Status.CLOSED}),
    Status.CLOSED: frozenset({Status.OPEN}),
}


class WaitsOn(StrEnum):
    """Whose move it is while a case waits."""

    REPORTER = "reporter"
    PARTNER = "partner"
    DATE = "date"


class Because(StrEnum):
    """Why a case that waited goes on by itself."""

    DAY_CAME = "day_came"
    REPORTER_SILENT = "reporter_silent"
    PARTNER_SILENT = "partner_silent"


class Outcome(StrEnum):
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
