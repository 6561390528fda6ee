"""What happens to people that features above must act on."""

from dataclasses import dataclass

from helpdesk.core.events import Event


@dataclass(frozen=True)
class PartnerLostMember(Event):
    """Somebody of a partner's team opens nothing there any more: blocked, taken out or reset. `at`
    says since when."""

    team_id: str
    at: int
