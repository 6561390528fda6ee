"""Events of requests, which features above act on."""

from dataclasses import dataclass

from helpdesk.core.events import Event


@dataclass(frozen=True)
class OurMoveDue(Event):
    """Our own time is over, to answer a partner or to send them a request; `due` names the
    clock."""

    case_id: str
    request_id: str
    due: int
