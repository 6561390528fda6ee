"""Partner link: the link and the code by which a partner without an account opens one request; and
a visit by them, in one browser."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.database import ID_LENGTH, Base, RandomIdMixin, enum_column
from helpdesk.core.sealing import Envelope, EnvelopePlace


class LinkEnd(StrEnum):
    """Why a link opens nothing any more; one whose time is over says so by itself."""

    BY_US = "by_us"
    REPLACED = "replaced"
    WRONG_CODES = "wrong_codes"


class GivenWay(StrEnum):
    """The ways by which one of us gives a code to them: none that the link takes."""

    PHONE = "phone"
    MESSENGER = "messenger"
    IN_PERSON = "in_person"
    OTHER = "other"


class PartnerLink(RandomIdMixin, Base):
    """A link to one request. What it opens needs the code as well, which is nowhere. All that it
    can open is sealed to a key of its own, whose secret is in `unlocks`: sealed under the code,
    and that to the link."""

    __tablename__ = "partner_links"

    escalation_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("escalations.id", ondelete="CASCADE"), index=True
    )
    case_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("cases.id", ondelete="CASCADE"), index=True
    )
    key_id: Mapped[str] = mapped_column(String(ID_LENGTH), ForeignKey("keys.id"))
    # Hashes of what only the link, and only the code, can give.
    tag: Mapped[str] = mapped_column(String(64), unique=True)
    proof_hash: Mapped[str] = mapped_column(String(64))
    unlocks: Mapped[Envelope]
    # The link itself, for the worker that has the key to partners' addresses.
    address: Mapped[Envelope]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime]
    # When one of us had given them the code, and how.
    given_at: Mapped[datetime | None]
    given_by: Mapped[str | None] = mapped_column(String(80))
    given_way: Mapped[GivenWay | None] = mapped_column(enum_column(GivenWay))
    wrong_codes: Mapped[int] = mapped_column(default=0, server_default="0")
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[LinkEnd | None] = mapped_column(enum_column(LinkEnd))

    __table_args__ = (
        Index(
            "uq_partner_links_live",
            "escalation_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    def is_live(self, at: datetime) -> bool:
        """Whether it opens the request, with its code."""
        return self.ended_at is None and self.expires_at > at

    def end(self, because: LinkEnd, *, at: datetime) -> None:
        """Nothing opens with it any more."""
        self.ended_at, self.ended_because = at, because

    def envelope_place_of(self, field: str) -> EnvelopePlace:
        return EnvelopePlace("partner_links", field, self.case_id, self.id)


class PartnerLinkVisit(Base):
    """A visit by a link in one browser: what it holds opens only with the browser's cookie. It ends
    after half an hour without a click, or with the link."""

    __tablename__ = "partner_link_visits"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    link_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("partner_links.id", ondelete="CASCADE"), index=True
    )
    # The secret of the link's key, sealed under a key that only the cookie holds.
    unlocked: Mapped[bytes] = mapped_column(LargeBinary)
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
