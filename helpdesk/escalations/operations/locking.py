"""Two people at one request: the second one is told so, and overwrites nothing."""

from sqlalchemy import select

from helpdesk.cases.queries import lock_case
from helpdesk.core.errors import Conflict
from helpdesk.core.work import Work
from helpdesk.escalations.models import Escalation

TOO_LATE = "Someone else has just changed this request. Please check it again."


def lock_unchanged(work: Work, escalation: Escalation) -> None:
    """Keep the request for the rest of this piece of work; refuse if it is not as we read it."""
    now = (
        select(Escalation.state, Escalation.packet_hash, Escalation.reply_at)
        .where(Escalation.id == escalation.id)
        .with_for_update()
    )
    read = (escalation.state, escalation.packet_hash, escalation.reply_at)
    if work.session.execute(now).one() != read:
        raise Conflict(TOO_LATE)


def lock_with_case(work: Work, escalation: Escalation) -> None:
    """The same, and its case as it is now, for what leaves the house: whether it is open, how
    urgent it is, what was agreed to and who had a part in it stay as the gates see them."""
    lock_unchanged(work, escalation)
    lock_case(work, escalation.case)


def lock_as_it_is(work: Work, escalation: Escalation) -> None:
    """Keep the request for who only opens it: they overwrite nothing, so what the worker has
    written of it meanwhile is no reason to refuse."""
    work.session.execute(
        select(Escalation.id).where(Escalation.id == escalation.id).with_for_update()
    )
    work.session.refresh(escalation)
