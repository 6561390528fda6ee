"""Events of accounts, which features above act on."""

from dataclasses import dataclass

from helpdesk.core.events import Event


@dataclass(frozen=True)
class PartnerLostMember(Event):
    """A partner's team lost a member, who opens nothing there any more: blocked, taken out or
    reset. `at` says since when."""

    team_id: str
    at: int
