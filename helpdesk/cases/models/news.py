"""News: that something happened on a case, for one person; what it says stands on the case."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.database import ID_LENGTH, Base, RandomIdMixin, enum_column


class NewsKind(StrEnum):
    """What kind of thing happened on a case. The board has the words for it."""

    HANDED_OVER = "handed_over"
    NO_LONGER_YOURS = "no_longer_yours"
    MESSAGE = "message"
    AGREEMENT = "agreement"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    BACK = "back"
    CLOSED = "closed"
    REOPENED = "reopened"
    NOTE = "note"
    LEVEL = "level"
    LOWERING_DECIDED = "lowering_decided"
    CLOSING_DECIDED = "closing_decided"
    APPROVED = "approved"
    WAIVED = "waived"
    SENT_BACK = "sent_back"
    ASKED = "asked"
    DECIDED = "decided"
    ACTED_BEFORE = "acted_before"
    LINK_ENDED = "link_ended"
    FIXED = "fixed"
    NOT_FIXED = "not_fixed"
    NOT_CARRIED = "not_carried"
    OUR_MOVE_LATE = "our_move_late"
    PARTNER_SILENT = "partner_silent"
    UNANSWERED = "unanswered"
    REQUEST_OVER = "request_over"
    MOVED = "moved"


# Done by a reporter, whose times are kept to the hour.
BY_REPORTERS = frozenset(
    {
        NewsKind.MESSAGE,
        NewsKind.AGREEMENT,
        NewsKind.DENIED,
        NewsKind.WITHDRAWN,
        NewsKind.FIXED,
        NewsKind.NOT_FIXED,
        NewsKind.MOVED,
    }
)


class News(RandomIdMixin, Base):
    """News of one kind for one person on one case; `times` counts what happened since they last saw
    it."""

    __tablename__ = "news"

    person_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("people.id", ondelete="CASCADE")
    )
    case_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("cases.id", ondelete="CASCADE")
    )
    # The request that it is about, the last one of them.
    request_id: Mapped[str | None] = mapped_column(
        String(ID_LENGTH), ForeignKey("escalations.id", ondelete="CASCADE")
    )
    what: Mapped[NewsKind] = mapped_column(enum_column(NewsKind))
    at: Mapped[datetime]
    times: Mapped[int]
    seen_at: Mapped[datetime | None]
    # Whether a letter has still to say that something is new.
    is_untold: Mapped[bool] = mapped_column(server_default=text("true"))
    told_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("person_id", "case_id", "what"),)
