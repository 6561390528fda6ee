"""Events of partners, which features above act on."""

from dataclasses import dataclass

from helpdesk.core.events import Event


@dataclass(frozen=True)
class PartnerEmailAddressConfirmed(Event):
    """A partner's email address was confirmed and may be used from now on; `at` says since when."""

    partner_id: str
    at: int


@dataclass(frozen=True)
class PartnerVettingChanged(Event):
    """A partner came into doubt, or was vetted again: which of the two is so stands with the
    partner; `at` says since when."""

    partner_id: str
    at: int
