"""Whom to ask of those who answer for one platform: one is proposed, with the reason, and a person
picks.

Region counts before language, and language before hours: who answers for another region mostly
passes a request on, who cannot read it waits for somebody who can, and who sleeps wakes up. What
nobody has told us speaks neither for a partner nor against it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from helpdesk.core.markup import bidi_isolate
from helpdesk.core.un_subregions import SUBREGIONS
from helpdesk.partners.models import Partner, PartnerContact
from helpdesk.partners.packet_fields import BY_NAME
from helpdesk.partners.partner_terms import KINDS, WEEKDAYS, OfficeHours

NOBODY: Final[Mapping[str, Sequence[PartnerContact]]] = MappingProxyType({})
LANGUAGES: Final[Mapping[str, str]] = dict(BY_NAME["language"].choices)


class Fit(IntEnum):
    """How one thing speaks for a partner; the lower, the better."""

    FITS = 0
    UNKNOWN = 1
    DOES_NOT = 2


# Of region, language and hours, in this order.
Fits = tuple[Fit, Fit, Fit]


@dataclass(frozen=True)
class RequestNeed:
    """What a request wants of whoever is asked. `region` is a UN subregion, where we know it."""

    region: str | None
    language: str
    at: datetime


@dataclass(frozen=True)
class PartnerProposal:
    """A partner, how it fits, and why nothing can be sent to it yet."""

    partner: Partner
    fits: Fits
    reasons: tuple[str, ...]
    obstacles: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[bool, Fits, str, str]:
        return bool(self.obstacles), self.fits, self.partner.name.casefold(), self.partner.id


def rank_partners(
    candidates: Iterable[tuple[Partner, Iterable[str]]],
    need: RequestNeed,
    contacts: Mapping[str, Sequence[PartnerContact]] = NOBODY,
) -> list[PartnerProposal]:
    """Partners with what stands in their way, the one to propose first. `contacts` are those of
    each on whom we can count: what one of them can do as a whole, the partner can."""
    weighed = [
        _weigh(partner, contacts.get(partner.id, ()), tuple(obstacles), need)
        for partner, obstacles in candidates
    ]
    return sorted(weighed, key=lambda one: one.rank)


def _weigh(
    partner: Partner,
    contacts: Sequence[PartnerContact],
    obstacles: tuple[str, ...],
    need: RequestNeed,
) -> PartnerProposal:
    fits, said = min(
        (_fit_of(one, partner, need) for one in (None, *contacts)), key=lambda found: found[0]
    )
    kind = () if partner.is_platform_itself else (f"{KINDS[partner.kind]}.",)
    return PartnerProposal(partner, fits, (*kind, *said), obstacles)


def _fit_of(
    contact: PartnerContact | None, partner: Partner, need: RequestNeed
) -> tuple[Fits, tuple[str, ...]]:
    """How the team fits, or one contact of it as a whole: that one reads it and another is there
    helps nobody. What is not known of a contact is as of the team."""
    found = (
        _region(contact if contact and contact.regions else partner, need),
        _language(contact if contact and contact.languages else partner, need),
        _hours(contact if contact and contact.weekdays else partner, need),
    )
    region, language, hours = (fit for fit, _said in found)
    whose = () if contact is None else (f"A contact of theirs, {bidi_isolate(contact.name)}:",)
    return (region, language, hours), (*whose, *(said for _fit, said in found if said))


def _region(partner: Partner | PartnerContact, need: RequestNeed) -> tuple[Fit, str]:
    if not partner.regions:
        return Fit.UNKNOWN, ""
    theirs = names_of_regions(partner.regions)
    # A case may hold any value in a database that was written into: one that is none says nothing.
    if need.region not in SUBREGIONS:
        return Fit.UNKNOWN, f"Acts for people in {theirs}."
    if need.region in partner.regions:
        return Fit.FITS, f"Acts for people in {SUBREGIONS[need.region]}."
    return Fit.DOES_NOT, f"Acts for people in {theirs}, not in {SUBREGIONS[need.region]}."


def _language(partner: Partner | PartnerContact, need: RequestNeed) -> tuple[Fit, str]:
    if not partner.languages:
        return Fit.UNKNOWN, ""
    wanted = LANGUAGES.get(need.language, need.language)
    if need.language in partner.languages:
        return Fit.FITS, f"Reads {wanted}, the language of the report."
    return Fit.DOES_NOT, f"Reads {names_of_languages(partner.languages)}, not {wanted}."


def _hours(partner: Partner | PartnerContact, need: RequestNeed) -> tuple[Fit, str]:
    hours = partner.hours
    if not hours.weekdays or hours.opens is None or hours.closes is None:
        return Fit.UNKNOWN, ""
    there = need.at.astimezone(ZoneInfo(partner.timezone))
    now = f"it’s {WEEKDAYS[there.isoweekday()]}, {there:%H:%M} there ({partner.timezone})"
    if is_open(hours, there):
        return Fit.FITS, f"Open now: {now}."
    return Fit.DOES_NOT, f"Closed now: {now}."


def is_open(hours: OfficeHours, there: datetime) -> bool:
    """Whether somebody is there at a moment of their own zone. What begins on a day and goes on
    over midnight belongs to that day; who opens when they close is there the whole day."""
    if hours.opens is None or hours.closes is None:
        return False
    now, today = there.time(), there.isoweekday()
    if hours.opens == hours.closes:
        return today in hours.weekdays
    if hours.opens < hours.closes:
        return today in hours.weekdays and hours.opens <= now < hours.closes
    began_yesterday = (there - timedelta(days=1)).isoweekday() in hours.weekdays
    return (today in hours.weekdays and now >= hours.opens) or (
        began_yesterday and now < hours.closes
    )


def names_of_regions(codes: Iterable[str]) -> str:
    """These regions in words, separated by commas."""
    return ", ".join(SUBREGIONS.get(one, one) for one in codes)


def names_of_languages(codes: Iterable[str]) -> str:
    """These languages in words, separated by commas."""
    return ", ".join(LANGUAGES.get(one, one) for one in codes)
