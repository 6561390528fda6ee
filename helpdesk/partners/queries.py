"""Queries for partners, always from what the actor may see."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, or_, select

from helpdesk.accounts.keys_signed_by_helpdesk import epochs_of_team_key_by_id
from helpdesk.accounts.models import TeamKind
from helpdesk.accounts.queries import members_with_key
from helpdesk.core.actors import Actor, Role
from helpdesk.core.errors import NotFound
from helpdesk.core.history import HistoryEntry
from helpdesk.core.key_signatures import CheckedKeys
from helpdesk.core.sealing import CannotOpen
from helpdesk.core.work import Work
from helpdesk.key_files import KeyFile
from helpdesk.partners.channel_terms import BY_EMAIL, ChannelKind
from helpdesk.partners.models import (
    Partner,
    PartnerChannel,
    PartnerContact,
    UnconfirmedPartnerEmailAddress,
)
from helpdesk.partners.policy import may_manage_partner, may_see_partners


def visible_partners(actor: Actor) -> Select[Partner]:
    """A select of the partners that the actor may see: staff see all; a partner's people their own;
    nobody else any."""
    partners = select(Partner).order_by(Partner.name)
    if may_see_partners(actor):
        return partners
    if actor.role is Role.PARTNER:
        return partners.where(Partner.team_id.in_(actor.teams))
    return partners.where(false())


def all_partners(work: Work) -> Sequence[Partner]:
    """Every partner that the actor may see."""
    return work.session.scalars(visible_partners(work.actor)).all()


def partners_to_ask(work: Work) -> Sequence[Partner]:
    """Partners that can be asked now: none that is retired."""
    found = visible_partners(work.actor).where(Partner.retired_on.is_(None))
    return work.session.scalars(found).all()


def visible_partner_or_404(work: Work, slug: str) -> Partner:
    """Load a partner that the actor may see, by its slug; or NotFound."""
    partner = work.session.scalar(visible_partners(work.actor).where(Partner.slug == slug))
    if partner is None:
        raise NotFound
    return partner


def channels_of(
    work: Work, partner: Partner, *, with_ended: bool = False
) -> Sequence[PartnerChannel]:
    """The channels of a partner, in the order in which they are tried; those that ended last, if
    they are wanted. For staff alone."""
    if not may_see_partners(work.actor):
        raise NotFound
    found = select(PartnerChannel).where(PartnerChannel.partner_id == partner.id)
    if not with_ended:
        found = found.where(PartnerChannel.ended_on.is_(None))
    in_order = (PartnerChannel.ended_on.is_not(None), PartnerChannel.position, PartnerChannel.id)
    return work.session.scalars(found.order_by(*in_order)).all()


def has_desk(work: Work, partner: Partner) -> bool:
    """Whether requests get to a partner by the partner desk, now: not where one of us fills in a
    form of theirs, and they have no account."""
    return any(one.kind is ChannelKind.DESK for one in channels_of(work, partner))


def gets_emails(work: Work, partner: Partner) -> bool:
    """Whether requests reach a partner by their email address, now, or are announced there."""
    return any(one.kind in BY_EMAIL for one in channels_of(work, partner))


def openpgp_fingerprints_of(work: Work, partner: Partner) -> list[str]:
    """The fingerprints of the keys that requests to a partner are encrypted to, now."""
    found = channels_of(work, partner)
    return [one.openpgp_fingerprint for one in found if one.openpgp_fingerprint]


def channel_of_request(work: Work, channel_id: str | None) -> PartnerChannel | None:
    """The channel by which a request goes, ended or not. For staff alone."""
    if not may_see_partners(work.actor):
        raise NotFound
    return work.session.get(PartnerChannel, channel_id) if channel_id else None


def channel_or_404(work: Work, partner: Partner, channel_id: str) -> PartnerChannel:
    """One of them."""
    for one in channels_of(work, partner, with_ended=True):
        if one.id == channel_id:
            return one
    raise NotFound


def contacts_of(work: Work, partner: Partner) -> Sequence[PartnerContact]:
    """Who is reached there, those who ended last. For staff alone."""
    if not may_see_partners(work.actor):
        raise NotFound
    found = select(PartnerContact).where(PartnerContact.partner_id == partner.id)
    in_order = (PartnerContact.ended_on.is_not(None), PartnerContact.name, PartnerContact.id)
    return work.session.scalars(found.order_by(*in_order)).all()


def contact_or_404(work: Work, partner: Partner, contact_id: str) -> PartnerContact:
    """One of them."""
    for one in contacts_of(work, partner):
        if one.id == contact_id:
            return one
    raise NotFound


def lock_contact(work: Work, contact: PartnerContact) -> None:
    """Keep a contact, as it is now, behind its partner."""
    work.session.refresh(contact, with_for_update=True)


def contacts_counted_on(work: Work) -> dict[str, list[PartnerContact]]:
    """Those on whom a proposal may rest today, by partner."""
    found = select(PartnerContact).where(
        PartnerContact.ended_on.is_(None), PartnerContact.verified_until >= work.at.date()
    )
    counted: dict[str, list[PartnerContact]] = {}
    for one in work.session.scalars(found.order_by(PartnerContact.name, PartnerContact.id)):
        counted.setdefault(one.partner_id, []).append(one)
    return counted


def partners_with_contacts_to_verify(work: Work) -> Sequence[Partner]:
    """Partners of which nobody has verified a contact for too long, for whoever settles it."""
    lapsed = exists().where(
        PartnerContact.partner_id == Partner.id,
        PartnerContact.ended_on.is_(None),
        PartnerContact.verified_until < work.at.date(),
    )
    found = visible_partners(work.actor).where(Partner.retired_on.is_(None), lapsed)
    return [one for one in work.session.scalars(found) if may_manage_partner(work.actor, one)]


def history_of_contacts(work: Work, partner: Partner) -> Sequence[HistoryEntry]:
    """What was done about its contacts, the newest first: who did it, and no name of theirs."""
    return _history_of(work, partner, "partner.contact_")


def history_of_channels(work: Work, partner: Partner) -> Sequence[HistoryEntry]:
    """What was done about its channels, the newest first."""
    return _history_of(work, partner, "partner.channel_")


def history_of_agreements(work: Work, partner: Partner) -> Sequence[HistoryEntry]:
    """What was agreed with it before, the newest first."""
    return _history_of(work, partner, "partner.agreement_")


def _history_of(work: Work, partner: Partner, actions: str) -> Sequence[HistoryEntry]:
    found = select(HistoryEntry).where(
        HistoryEntry.subject_id == partner.id, HistoryEntry.action.startswith(actions)
    )
    return work.session.scalars(found.order_by(HistoryEntry.id.desc()).limit(50)).all()


def names_of_partners(work: Work, ids: Collection[str]) -> dict[str, str]:
    """Partners by id, as they are called; nothing is asked where there is none."""
    return {one: found.name for one, found in names_and_kinds_of_partners(work, ids).items()}


def names_and_kinds_of_partners(work: Work, ids: Collection[str]) -> dict[str, Row[str, str, str]]:
    """Partners by id, as they are called and what they are to the platform; of them the public
    pages may read that."""
    if not ids:
        return {}
    asked = select(Partner.id, Partner.name, Partner.kind).where(Partner.id.in_(ids))
    return {one.id: one for one in work.session.execute(asked)}


def can_anyone_open_requests(work: Work, partner: Partner) -> bool:
    """Whether anyone at a partner can open requests: there is a key to seal to, and somebody there
    who holds it and is not blocked."""
    return keys_of_partner(work, partner).current is not None and bool(
        members_with_key(work.session, partner.team_id)
    )


def obstacles_to_sending(work: Work, partner: Partner) -> list[str]:
    """The obstacles to sending anything to a partner, each in a few words; none if it can be."""
    first = next(iter(channels_of(work, partner)), None)
    found = {
        "they are retired": partner.is_retired,
        "they have no channel": first is None,
        "they are not vetted": not partner.is_vetted,
    }
    if first is not None and first.kind is ChannelKind.DESK:
        found["nobody there can open a request"] = not can_anyone_open_requests(work, partner)
    if first is not None and first.kind in BY_EMAIL:
        found["their email address isn’t confirmed"] = not partner.can_be_emailed(work.at)
    return [words for words, is_so in found.items() if is_so]


def lock_partner(work: Work, partner: Partner) -> None:
    """Lock a partner, as it is now, for the rest of this piece of work."""
    work.session.refresh(partner, with_for_update={"of": Partner})


def keys_of_partner(work: Work, partner: Partner) -> CheckedKeys:
    """The keys of a partner that requests are sealed to, and those that were refused."""
    return epochs_of_team_key_by_id(work, partner.team_id, TeamKind.PARTNER)


def email_address_of(work: Work, partner: Partner) -> str:
    """The email address of a partner; empty where nothing is confirmed, or where it cannot be
    opened."""
    if partner.mailbox is None or not partner.can_be_emailed(work.at):
        return ""
    place = partner.envelope_place_of("mailbox")
    try:
        return work.keys.service.open(KeyFile.PARTNER_ADDRESSES, partner.mailbox, place)
    except CannotOpen:
        return ""


def unconfirmed_email_address(
    work: Work, partner: Partner
) -> UnconfirmedPartnerEmailAddress | None:
    """The unconfirmed email address of a partner, with what is known of the email with its code."""
    return work.session.get(UnconfirmedPartnerEmailAddress, partner.id)


def was_partner_email_address_given(work: Work, partner: Partner) -> bool:
    """Whether a partner has any email address, confirmed or not."""
    new = unconfirmed_email_address(work, partner)
    return partner.mailbox is not None or (new is not None and new.address is not None)


def partners_without_confirmed_email_address(work: Work) -> Sequence[Partner]:
    """Partners that could be asked, with an address that waits for its code or with none."""
    waits = exists().where(
        UnconfirmedPartnerEmailAddress.partner_id == Partner.id,
        UnconfirmedPartnerEmailAddress.address.is_not(None),
    )
    unconfirmed: ColumnElement[bool] = Partner.mailbox_confirmed_at.is_(None)
    if may_see_partners(work.actor):
        # Whom one of us asks by a form of theirs needs none. Their own people have a desk.
        desk = exists().where(
            PartnerChannel.partner_id == Partner.id,
            PartnerChannel.kind.in_(BY_EMAIL),
            PartnerChannel.ended_on.is_(None),
        )
        unconfirmed = and_(desk, unconfirmed)
    found = visible_partners(work.actor).where(
        Partner.retired_on.is_(None), or_(waits, unconfirmed)
    )
    return work.session.scalars(found).all()
