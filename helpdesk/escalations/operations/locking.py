"""Locking requests and their cases: of two people at one request the second is told so, and
overwrites nothing.

One order everywhere, a case before its requests: of two who want both, one waits for the other.
"""

from sqlalchemy import select

from helpdesk.cases.models import Case
from helpdesk.cases.queries import lock_case
from helpdesk.core.errors import StalePage
from helpdesk.core.work import Work
from helpdesk.escalations.models import Escalation

TOO_LATE = "Someone else has just changed this request. Please check it again."


def lock_case_first(work: Work, case_id: str) -> None:
    """Lock a case before any of its requests; what was read of it stays as it was read."""
    work.session.execute(select(Case.id).where(Case.id == case_id).with_for_update())


def lock_request_if_unchanged(work: Work, escalation: Escalation) -> None:
    """Lock a request, behind its case, for the rest of this piece of work; refuse if it is not as
    we read it."""
    lock_case_first(work, escalation.case_id)
    _lock_unchanged(work, escalation)


def _lock_unchanged(work: Work, escalation: Escalation) -> None:
    now = (
        select(Escalation.state, Escalation.packet_hash, Escalation.reply_at)
        .where(Escalation.id == escalation.id)
        .with_for_update()
    )
    read = (escalation.state, escalation.packet_hash, escalation.reply_at)
    if work.session.execute(now).one() != read:
        raise StalePage(TOO_LATE)


def lock_request_and_case(work: Work, escalation: Escalation) -> None:
    """Lock a request that was not changed, and read its case as it is now, for what is sent:
    whether it is open, how urgent it is, what was agreed to and who had a part in it stay as the
    gates see them."""
    lock_case(work, escalation.case)
    _lock_unchanged(work, escalation)


def lock_request_for_reporter(work: Work, escalation: Escalation) -> None:
    """Lock a request for its reporter's word. No more is read again than what
    `lock_request_if_unchanged` compares: their pages' role cannot read its partner."""
    lock_case_first(work, escalation.case_id)
    work.session.execute(
        select(Escalation.id).where(Escalation.id == escalation.id).with_for_update()
    )
    work.session.refresh(escalation, ["state", "packet_hash", "reply_at"])


def lock_refreshed_request(work: Work, escalation: Escalation) -> None:
    """Lock a request and read it again, for who only opens it: they overwrite nothing, so what the
    worker has written of it meanwhile is no reason to refuse."""
    lock_case_first(work, escalation.case_id)
    work.session.execute(
        select(Escalation.id).where(Escalation.id == escalation.id).with_for_update()
    )
    work.session.refresh(escalation)
