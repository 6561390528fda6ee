"""Whom to ask of those who answer for one platform: one is proposed, with the reason, and a person
picks.

Region counts before language, and language before hours: who answers for another region mostly
passes a request on, who cannot read it waits for somebody who can, and who sleeps wakes up. What
nobody has told us speaks neither for a partner nor against it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

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
    fits: tuple[Fit, Fit, Fit]
    reasons: tuple[str, ...]
    obstacles: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[bool, tuple[Fit, Fit, Fit], str, str]:
        return bool(self.obstacles), self.fits, self.partner.name.casefold(), self.partner.id


def rank_partners(
    candidates: Iterable[tuple[Partner, Iterable[str]]],
    need: RequestNeed,
    contacts: Mapping[str, Sequence[PartnerContact]] = NOBODY,
) -> list[PartnerProposal]:
    """Partners with what stands in their way, the one to propose first. `contacts` are those of
    each on whom we can count: what one of them can do, the partner can."""
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
    weighed = [_best(how, partner, contacts, need) for how in (_region, _language, _hours)]
    kind = () if partner.is_platform_itself else (f"{KINDS[partner.kind]}.",)
    reasons = (*kind, *(said for _fit, said in weighed if said))
    region, language, hours = (fit for fit, _said in weighed)
    return PartnerProposal(partner, (region, language, hours), reasons, obstacles)


def _best(
    how: Callable[[Partner | PartnerContact, RequestNeed], tuple[Fit, str]],
    partner: Partner,
    contacts: Sequence[PartnerContact],
    need: RequestNeed,
) -> tuple[Fit, str]:
    """What the team as a whole can do; where that does not fit, a contact of it who can."""
    whole = how(partner, need)
    if whole[0] is Fit.FITS:
        return whole
    return next((found for one in contacts if (found := how(one, need))[0] is Fit.FITS), whole)


def _region(partner: Partner | PartnerContact, need: RequestNeed) -> tuple[Fit, str]:
    if not partner.regions:
        return Fit.UNKNOWN, ""
    theirs = names_of_regions(partner.regions)
    if need.region is None:
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
    over midnight belongs to that day."""
    if hours.opens is None or hours.closes is None:
        return False
    now, today = there.time(), there.isoweekday()
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
