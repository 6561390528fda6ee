"""Operations on partners: register, change, retire, reinstate, vet, and set the allow-list."""

from collections.abc import Collection, Iterable
from datetime import date, time
from typing import Any, Final

from sqlalchemy import select

from helpdesk.accounts import operations as accounts
from helpdesk.accounts.models import TeamKind
from helpdesk.core.errors import Conflict, StalePage
from helpdesk.core.markup import bidi_isolate
from helpdesk.core.plausible_days import is_plausible_past_day
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.work import Work
from helpdesk.partners.channel_rows import new_channel, refuse_unknown_channel_terms
from helpdesk.partners.channel_terms import BY_EMAIL, DESK_TERMS, ChannelTerms
from helpdesk.partners.events import PartnerVettingChanged
from helpdesk.partners.models import Partner
from helpdesk.partners.operations.email_addresses import send_first_email_address_code
from helpdesk.partners.packet_fields import BY_NAME
from helpdesk.partners.partner_terms import (
    ABOUT,
    EVERY_ASK,
    KINDS,
    PartnerTerms,
    unknown_platform_message,
)
from helpdesk.partners.policy import may_manage_partner, may_register_partner, may_vet_partner
from helpdesk.partners.queries import lock_partner
from helpdesk.partners.response_times import (
    ANSWER_WITHIN,
    DECIDE_WITHIN,
    response_times_in_seconds,
)
from helpdesk.partners.stale_page_marks import allow_list_mark_of, desk_mark_of, terms_mark_of
from helpdesk.partners.term_checks import refuse_unknown_terms
from helpdesk.partners.vetting import why_fingerprints_are_refused, why_vetting_is_refused

# What a reporter reads of a partner before they agree to it being asked by name.
READ_BY_REPORTERS: Final = frozenset({"name", "kind"})


def register_partner(
    work: Work,
    *,
    slug: str,
    name: str,
    platform: str,
    mailbox: str = "",
    fields: Iterable[str] = (),
    about: PartnerTerms = ABOUT,
    known_platforms: Collection[str] = (),
    is_new_platform: bool = False,
    is_drill: bool = False,
    channel: ChannelTerms = DESK_TERMS,
) -> Partner:
    """Register a partner with a team of its own. Until they are vetted, nothing can be sent to them
    but the test letter with which they confirm their mail address.

    The team has no key before the first of its people has enrolled: nobody here can read along.
    A platform that our vocabulary does not know is taken only on purpose. `channel` is their first;
    whom one of us asks by a form of theirs needs no email address.
    """
    work.require(may_register_partner, slug)
    if platform not in known_platforms and not is_new_platform:
        raise Conflict(unknown_platform_message(platform, known_platforms))
    _check(about)
    refuse_unknown_channel_terms(channel, at=work.at)
    other = work.session.scalar(select(Partner.name).where(Partner.slug == slug))
    if other is not None:
        raise Conflict(f"{bidi_isolate(other)} already has this short name.")
    team = accounts.create_team(work, slug=slug, name=name, kind=TeamKind.PARTNER)
    partner = Partner(
        slug=slug,
        name=name,
        platform=platform,
        team=team,
        team_id=team.id,
        allowed_fields=_known(fields),
        answer_within=response_times_in_seconds(ANSWER_WITHIN),
        decide_within=response_times_in_seconds(DECIDE_WITHIN),
        reach_us=about.reach_us,
        is_drill=is_drill,
        **_terms(about),
    )
    partner.registered_by = work.actor.id
    work.session.add(partner)
    work.session.flush()  # what hangs on it comes after it
    new_channel(work, partner, channel)
    if mailbox or channel.kind in BY_EMAIL:
        send_first_email_address_code(work, partner, mailbox)
    work.record("partner.registered", partner, platform=platform, fields=partner.allowed_fields)
    return partner


def change_partner(
    work: Work, partner: Partner, *, name: str, about: PartnerTerms, seen: str | None = None
) -> None:
    """Change a partner's details: name, kind, what they take, for whom, when, whom they can call.
    `seen` is the mark of what is changed.

    Who is called otherwise, or becomes something else to the platform, has to be vetted again: what
    reporters agreed to was of the name and the kind that they read, and that these are still the
    same people is not one person's to say. So whoever vets it next reads what it was called, also
    where it had never been vetted or was in doubt.
    """
    work.require(may_manage_partner, partner)
    lock_partner(work, partner)
    refuse_if_changed_since(seen, now=terms_mark_of(partner))
    _check(about)
    after = {"name": name, **_terms(about)}
    was = {one: getattr(partner, one) for one in after}
    changed = [one for one in after if was[one] != after[one]]
    if partner.reach_us != about.reach_us:
        changed.append("reach_us")
    for one, value in after.items():
        setattr(partner, one, value)
    partner.reach_us = about.reach_us
    partner.team.name = name
    partner.remember_changer(by=work.actor.id)
    work.record(
        "partner.changed", partner, changed=changed, was=_as_words(was), now=_as_words(after)
    )
    if READ_BY_REPORTERS.intersection(changed):
        partner.remember_name(was["name"], was["kind"])
        if partner.is_vetted:
            suspend_vetting(work, partner)


def retire_partner(work: Work, partner: Partner) -> None:
    """Retire a partner: they get no new requests, and what was approved and not sent waits for who
    wrote it. Their old requests, and their people's way to them, stay."""
    work.require(may_manage_partner, partner)
    if partner.is_retired:
        raise StalePage("They are already retired.")
    partner.retired_on = work.at.date()
    work.record("partner.retired", partner)


def reinstate_partner(work: Work, partner: Partner) -> None:
    """Reinstate a retired partner: they can be asked again."""
    work.require(may_manage_partner, partner)
    if not partner.is_retired:
        raise Conflict("They are not retired.")
    partner.retired_on = None
    work.record("partner.back", partner)


def change_allow_list(
    work: Work, partner: Partner, *, fields: Iterable[str], seen: str | None = None
) -> None:
    """Change a partner's allow-list: what a packet to them may hold. What is not on the list stays
    here. `seen` is the mark of the list that is changed: an old page gives nothing back."""
    work.require(may_manage_partner, partner)
    lock_partner(work, partner)
    refuse_if_changed_since(seen, now=allow_list_mark_of(partner))
    partner.allowed_fields = _known(fields)
    partner.remember_changer(by=work.actor.id)
    work.record("partner.allow_list_changed", partner, fields=partner.allowed_fields)


def confirm_vetting(
    work: Work, partner: Partner, *, on: date, seen: str | None = None, fingerprints: str = ""
) -> None:
    """Confirm, as a second person, that a partner is who they say, as was made sure on another
    channel.

    Nobody who registered them, changed them since they were vetted last, or brought in one of their
    people; and not before the first of these has enrolled: whoever makes their key reads along from
    then on. `seen` is the mark of the partner and of the people at its desk, as on the page;
    `fingerprints` those that they found at the partner's own website, one for each OpenPGP key.
    """
    work.require(may_vet_partner, partner)
    lock_partner(work, partner)
    refusal = why_vetting_is_refused(work, partner, work.actor.id)
    if refusal:
        raise Conflict(refusal)
    refuse_if_changed_since(seen, now=desk_mark_of(work, partner))
    if refusal := why_fingerprints_are_refused(work, partner, fingerprints):
        raise Conflict(refusal)
    if not is_plausible_past_day(on, today=work.at.date()):
        raise Conflict("Choose today or an earlier day, at most five years ago.")
    partner.vetted_on, partner.vetted_by = on, work.actor.id
    partner.changed_by, partner.earlier_names = [], []
    work.record("partner.vetted", partner, on=on.isoformat())
    work.announce(PartnerVettingChanged(partner.id, at=int(work.at.timestamp())))


def suspend_vetting(work: Work, partner: Partner) -> None:
    """Suspend a partner's vetting: nothing more is sent, and what was sent is on hold, until they
    are vetted again."""
    work.require(may_manage_partner, partner)
    partner.vetted_on = partner.vetted_by = None
    work.record("partner.doubted", partner)
    work.announce(PartnerVettingChanged(partner.id, at=int(work.at.timestamp())))


def _terms(about: PartnerTerms) -> dict[str, Any]:
    """What is kept of them by name; the words for them are kept apart, and not in history."""
    return {
        "kind": about.kind,
        "asks": list(about.asks),
        "timezone": about.timezone,
        "regions": list(about.regions),
        "languages": list(about.languages),
        "weekdays": sorted(about.hours.weekdays),
        "opens": about.hours.opens,
        "closes": about.hours.closes,
    }


def _as_words(terms: dict[str, Any]) -> dict[str, Any]:
    return {
        one: f"{value:%H:%M}" if isinstance(value, time) else value for one, value in terms.items()
    }


def _check(about: PartnerTerms) -> None:
    if set(about.asks) - set(EVERY_ASK):
        raise Conflict("There is no such kind of request.")
    if about.kind not in KINDS:
        raise Conflict("There is no such kind of partner.")
    refuse_unknown_terms(about)


def _known(fields: Iterable[str]) -> list[str]:
    """The fields in the order of our list; one that we do not know is refused."""
    wanted = set(fields)
    unknown = wanted - set(BY_NAME)
    if unknown:
        raise Conflict(f"There is no field called {', '.join(sorted(unknown))}.")
    return [name for name in BY_NAME if name in wanted]
