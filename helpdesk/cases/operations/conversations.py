"""Operations that record a conversation with the reporter outside the mailbox."""

from datetime import datetime
from typing import Final

from helpdesk.cases import clocks, response_targets
from helpdesk.cases.disputed_conversations import (
    latest_time_of_reporter_activity,
    newest_reporter_activity_ids,
    unanswered_dispute_message,
)
from helpdesk.cases.events import AnswerAwaitsReporter
from helpdesk.cases.models import Case, ConversationChannel, LoggedConversation
from helpdesk.cases.policy import may_see_case
from helpdesk.cases.queries import lock_case
from helpdesk.cases.states import CaseState
from helpdesk.core.errors import Conflict
from helpdesk.core.recent_times import is_ahead
from helpdesk.core.work import Work

LATE: Final = "late"


def earliest_conversation(case: Case, *, at: datetime) -> datetime | None:
    """The earliest time a conversation can have been: when the case began; None if that was written
    while the clock was ahead."""
    return None if is_ahead(case.opened_at, at=at) else case.opened_at


def record_conversation(
    work: Work,
    case: Case,
    *,
    way: ConversationChannel,
    spoke_at: datetime,
    reached: bool,
    summary: str,
    seen: str | None = None,
) -> LoggedConversation:
    """Record a conversation with the reporter outside the mailbox: it counts as a reply and an
    update, from when it was. Its clock says, too, when it was written down.

    `seen` is as for a message. A try that did not reach them keeps no promise. While the reporter
    says of another one that it was not them, or that they never told us what we wrote down, only a
    message answers.
    """
    lock_case(work, case)
    work.require(may_see_case, case)
    if case.is_closed:
        raise Conflict("The case is closed. Reopen it before you record a conversation.")
    began = earliest_conversation(case, at=work.at)
    if (began is not None and spoke_at < began) or spoke_at > work.at:
        raise Conflict("It must have been after the case began, and not in the future.")
    is_late = case.due_at is not None and case.due_at < work.at
    conversation = LoggedConversation(
        case=case,
        case_id=case.id,
        way=way,
        spoke_at=spoke_at,
        written_at=work.at,
        author=work.actor.id,
        reached=reached,
    )
    conversation.summary = work.keys.seal(conversation, "summary", summary)
    if reached:
        _keep_promises(work, case, conversation, seen)
        work.announce(AnswerAwaitsReporter(case.id))  # they are asked whether it was them
    work.session.add(conversation)
    response_targets.move_case_to_first_lane(work, case)
    work.record(
        "conversation.recorded" if reached else "conversation.tried",
        conversation,
        way=way,
        spoke_at=spoke_at.isoformat(timespec="minutes"),
        late=LATE if is_late else None,
    )
    return conversation


def _keep_promises(
    work: Work, case: Case, conversation: LoggedConversation, seen: str | None
) -> None:
    if unanswered_dispute_message(work, case):
        return
    if case.reply_due_at is not None and _answers(work, case, conversation.spoke_at, seen):
        conversation.answered_due_at = case.reply_due_at
        clocks.stop_reply_clock(work, case, at=conversation.spoke_at)
    if case.state is CaseState.NEW:
        case.open()
    response_targets.record_update_sent(work, case, at=conversation.spoke_at)


def _answers(work: Work, case: Case, spoke_at: datetime, seen: str | None) -> bool:
    """Not what may have been asked later, nor what whoever writes it down has not seen."""
    if seen is not None and seen != newest_reporter_activity_ids(work, case):
        return False
    since = clocks.clock_running_since(
        clocks.clock_events_of(work.session, case.id, clocks.FIRST_REPLY)
    )
    return since is None or spoke_at >= latest_time_of_reporter_activity(work, case, since)
