"""The operation by which a reporter disputes a recorded conversation: it was not them with whom we
spoke."""

from sqlalchemy import update

from helpdesk.cases import news, response_targets
from helpdesk.cases.models import Case, LoggedConversation
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.policy import is_reporter_of
from helpdesk.cases.queries import lock_case
from helpdesk.core.work import Work
from helpdesk.intake import queries
from helpdesk.intake.operations.reopening import reopen_case_for_reporter
from helpdesk.triage.first_reply_clock import owe_reply_to_reporter


def dispute_conversation(work: Work, case: Case, conversation_id: str) -> None:
    """Dispute a recorded conversation: it counts for nothing from now on, the answer it was taken
    for was due when it was before, and another is owed. Safe to do twice."""
    work.require(is_reporter_of, case)
    lock_case(work, case)
    one = queries.conversation_by_id(work, case, conversation_id)
    if one.objected_at is not None:
        return
    theirs = (
        update(LoggedConversation)
        .where(LoggedConversation.id == one.id)
        .values(objected_at=work.hour_for_reporter)
    )
    work.session.execute(theirs.execution_options(synchronize_session=False))
    work.record_about(
        "conversation.denied",
        "conversations",
        one.id,
        case_id=case.id,
        way=one.way,
        spoke_at=one.spoke_at.isoformat(timespec="minutes"),
    )
    reopen_case_for_reporter(work, case)
    if one.answered_due_at is not None:
        response_targets.restore_reply_due(work, case, due_at=one.answered_due_at)
    else:
        owe_reply_to_reporter(work, case)
    news.notify_owner(work, case.id, NewsKind.DENIED)
