"""The links by which partners without an account open requests: the one that is used now, and what
the pages say of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from helpdesk.core.sealing import CannotOpen
from helpdesk.core.stale_page_marks import mark_of
from helpdesk.core.work import Work
from helpdesk.escalations.models import Escalation, PartnerLink
from helpdesk.escalations.models.partner_link import GivenWay, LinkEnd
from helpdesk.key_files import KeyFile
from helpdesk.partners.deadlines import decision_due
from helpdesk.partners.models import Partner

# With so many wrong codes a link ends. Most slips are seen by the checksum, and are none.
MOST_WRONG_CODES: Final = 5
# So long after their time to decide a link still opens the request: a late answer is an answer.
LATE: Final = timedelta(days=14)
WAYS: Final[Mapping[GivenWay, str]] = {
    GivenWay.PHONE: "By phone",
    GivenWay.MESSENGER: "By an encrypted messenger",
    GivenWay.IN_PERSON: "In person",
    GivenWay.OTHER: "In another way, not by email",
}
ENDED: Final[Mapping[LinkEnd, str]] = {
    LinkEnd.BY_US: "One of us ended it.",
    LinkEnd.REPLACED: "A new link was made.",
    LinkEnd.WRONG_CODES: "Someone who has the link entered too many wrong codes. Ask the partner"
    " who has it, before you make a new one.",
}


def last_link_of(work: Work, escalation: Escalation) -> PartnerLink | None:
    """The link that was made last, ended or not. For staff."""
    found = select(PartnerLink).where(PartnerLink.escalation_id == escalation.id)
    return work.session.scalar(
        found.order_by(PartnerLink.ended_at.is_(None).desc(), PartnerLink.made_at.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def is_link_to_send(work: Work, escalation: Escalation) -> bool:
    """Whether there is a link that opens a request, and they have its code. For staff."""
    link = last_link_of(work, escalation)
    return link is not None and link.is_live(work.at) and link.given_at is not None


def link_mark_of(link: PartnerLink | None) -> str:
    """The mark of a link on a page: which it is, whether it has ended, and whether they have its
    code."""
    return mark_of(
        link.id if link else "", link.ended_at if link else "", link.given_at if link else ""
    )


def link_expires_at(partner: Partner, priority: str, start: datetime) -> datetime:
    """Until when a link that is made now opens a request."""
    return decision_due(partner, priority, start) + LATE


def token_of_live_link(work: Work, escalation: Escalation) -> str:
    """The link that opens a request now, for whoever emails it; empty where there is none of which
    they have the code. No more is read of it than this: whoever carries may know no more."""
    asked = select(PartnerLink.id, PartnerLink.case_id, PartnerLink.address).where(
        PartnerLink.escalation_id == escalation.id,
        PartnerLink.ended_at.is_(None),
        PartnerLink.given_at.is_not(None),
        PartnerLink.expires_at > work.at,
    )
    found = work.session.execute(asked).first()
    if found is None:
        return ""
    link = PartnerLink(id=found.id, case_id=found.case_id)
    try:
        return work.keys.service.open(
            KeyFile.PARTNER_ADDRESSES, found.address, link.envelope_place_of("address")
        )
    except CannotOpen:
        return ""
