"""Two people at one request: the second one is told so, and overwrites nothing."""

from sqlalchemy import select

from helpdesk.core.errors import NotNow
from helpdesk.core.work import Work
from helpdesk.escalations.models import Escalation

TOO_LATE = "Somebody was quicker: this request has just changed. Please look at it again."


def hold(work: Work, escalation: Escalation) -> None:
    """Keep the request for the rest of this piece of work; refuse if it is not as we read it."""
    now = (
        select(Escalation.standing, Escalation.packet_hash)
        .where(Escalation.id == escalation.id)
        .with_for_update()
    )
    if work.session.execute(now).one() != (escalation.standing, escalation.packet_hash):
        raise NotNow(TOO_LATE)
