"""What happens to partners that features above must act on."""

from dataclasses import dataclass

from helpdesk.core.events import Event


@dataclass(frozen=True)
class PartnerEmailAddressConfirmed(Event):
    """Their address may be used from now on; `at` says since when."""

    partner_id: str
    at: int


@dataclass(frozen=True)
class PartnerVettingChanged(Event):
    """They are in doubt, or vetted again: which of the two is so stands with the partner; `at` says
    since when."""

    partner_id: str
    at: int
