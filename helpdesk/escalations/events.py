"""Events of requests, which features above act on."""

from dataclasses import dataclass

from helpdesk.core.events import Event


@dataclass(frozen=True)
class StaffFollowUpDue(Event):
    """A partner has been silent for so long that one of us has to act: `step` says how, `due` names
    the partner's time that is over."""

    case_id: str
    request_id: str
    due: int
    step: str


@dataclass(frozen=True)
class OurMoveDue(Event):
    """Our own time is over, to answer a partner or to send them a request; `due` names the
    clock."""

    case_id: str
    request_id: str
    due: int
