"""Operations of a partner without an account at their link: open a visit with the code, and close
it. A code that is wrong is counted.

The partner desk has no right to the tables of links and visits. It has functions of the database,
which take what only a link, a code or a browser gives (the migration 0107).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from helpdesk.cases import news
from helpdesk.cases.models.news import NewsKind
from helpdesk.core.actors import Actor, link_holder
from helpdesk.core.codes import ReturnCode
from helpdesk.core.sealing import SECRET_BYTES, CannotOpen, Envelope, EnvelopePlace, Secret
from helpdesk.core.work import Work
from helpdesk.escalations import queries
from helpdesk.escalations.link_sealing import (
    hash_token,
    link_id_token,
    open_with_both,
    proof_of_code,
    read_link_token,
)
from helpdesk.escalations.models import Escalation, PartnerLink
from helpdesk.escalations.models.partner_link import LinkEnd
from helpdesk.escalations.partner_links import MOST_WRONG_CODES
from helpdesk.escalations.states import OPEN_TO_PARTNER

FIND_LINK: Final = select(PartnerLink).from_statement(
    text("SELECT * FROM find_partner_link(:token, :at)")
)
FIND_VISIT: Final = text("SELECT * FROM find_link_visit(:visit, :at)")


@dataclass(frozen=True)
class OpenedLink:
    """A link that was opened: which request it leads to, and the token for the browser's cookie."""

    ref: str
    cookie: str


@dataclass(frozen=True)
class LinkVisit:
    """A visit that goes on: who acts in it, and the secret of the link's key, by its id."""

    actor: Actor
    secrets: dict[str, Secret]
    visit_id: str


def open_link(work: Work, token: str, codes: Sequence[ReturnCode]) -> OpenedLink | None:
    """Open a visit with a link and one of the codes that somebody may have typed. None if nothing
    opens, whatever the reason: no such link, one that has ended, a wrong code, or a request that is
    over. A wrong code is counted, so that this needs a transaction of its own.

    No rule: the link and the code are the right to come in.
    """
    link = read_link_token(token)
    found = _find_link(work, link) if link is not None else None
    if link is None or found is None:
        return None
    opened = _try_codes(found, link, codes)
    escalation = work.session.get_one(Escalation, found.escalation_id)
    if opened is None:
        _count_wrong_code(work, escalation, found, link)
        return None
    if not _is_open(work, escalation):
        return None
    code, key = opened
    cookie = Secret(secrets.token_bytes(SECRET_BYTES))
    visit = _visit_token(cookie)
    unlocked = cookie.seal(key.raw, _place_of_visit(hash_token(visit)))
    is_open = func.open_link_visit(
        link_id_token(link), proof_of_code(code), visit, unlocked.raw, work.at
    )
    is_let_in = work.session.scalar(select(is_open))
    return OpenedLink(escalation.ref, cookie.raw.hex()) if is_let_in else None


def _count_wrong_code(work: Work, escalation: Escalation, found: PartnerLink, link: Secret) -> None:
    """With the last one that is taken the link ends, and whoever has the case hears of it."""
    counted = func.count_wrong_link_code(link_id_token(link), work.at, MOST_WRONG_CODES)
    is_over = work.session.scalar(select(counted))
    work.record("escalation.link_code_refused", escalation, link=found.id)
    if is_over:
        because = LinkEnd.WRONG_CODES
        work.record("escalation.link_ended", escalation, link=found.id, because=because)
        news.notify_owner(work, escalation.case_id, NewsKind.LINK_ENDED, request_id=escalation.id)


def close_link_visit(work: Work) -> None:
    """Close the visit in this browser. No rule: it is theirs."""
    work.session.execute(select(func.end_link_visit()))


def find_link_visit(session: Session, token: str, at: datetime) -> LinkVisit | None:
    """Find the visit of a browser, note that it was used just now, and have the database know of
    which request its work is."""
    try:
        cookie = Secret(bytes.fromhex(token))
    except ValueError:
        return None
    if len(cookie.raw) != SECRET_BYTES:
        return None
    visit = _visit_token(cookie)
    found = session.execute(FIND_VISIT, {"visit": visit, "at": at}).first()
    if found is None:
        return None
    try:
        key = cookie.open(Envelope(bytes(found.unlocked)), _place_of_visit(found.id))
    except CannotOpen:
        return None
    actor = link_holder(found.link_id, found.escalation_id)
    return LinkVisit(actor, {found.key_id: Secret(key)}, found.id)


def _find_link(work: Work, link: Secret) -> PartnerLink | None:
    asked = {"token": link_id_token(link), "at": work.at}
    return work.session.execute(FIND_LINK, asked).scalar()


def _try_codes(
    found: PartnerLink, link: Secret, codes: Sequence[ReturnCode]
) -> tuple[ReturnCode, Secret] | None:
    place = found.envelope_place_of("unlocks")
    for code in codes:
        try:
            return code, open_with_both(found.unlocks, link=link, code=code, place=place)
        except CannotOpen:
            continue
    return None


def _is_open(work: Work, escalation: Escalation) -> bool:
    is_withdrawn = queries.is_withdrawn_or_about_to_be(work, escalation)
    return escalation.state in OPEN_TO_PARTNER and not is_withdrawn


def _visit_token(cookie: Secret) -> str:
    return cookie.derive("id of a visit by a link").hex()


def _place_of_visit(visit_id: str) -> EnvelopePlace:
    return EnvelopePlace("partner_link_visits", "unlocked", "", visit_id)
