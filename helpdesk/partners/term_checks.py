"""The check of a partner's terms, or a contact's: regions, languages, zones and hours exist."""

from helpdesk.core.errors import Conflict
from helpdesk.core.un_subregions import SUBREGIONS
from helpdesk.partners.partner_terms import (
    HALF_OF_HOURS,
    WEEKDAYS,
    ContactTerms,
    PartnerTerms,
    are_hours_whole,
)
from helpdesk.partners.proposals import LANGUAGES
from helpdesk.partners.response_times import is_time_zone


def refuse_unknown_terms(terms: PartnerTerms | ContactTerms) -> None:
    """Refuse what nobody could be proposed by."""
    if not is_time_zone(terms.timezone):
        raise Conflict("There is no such time zone. Names look like Europe/Lisbon or Asia/Beirut.")
    if set(terms.regions) - set(SUBREGIONS) or set(terms.languages) - set(LANGUAGES):
        raise Conflict("There is no such region or language.")
    if set(terms.hours.weekdays) - set(WEEKDAYS) or not are_hours_whole(terms.hours):
        raise Conflict(HALF_OF_HOURS)
