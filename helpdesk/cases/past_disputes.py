"""What a reporter has ever said of our record, that it was not them or not their word.

A word of ours to them lets requests leave again, but not that of whoever had written it down: one
person would take the reporter's only alarm away. It does not make true what somebody else had told
us: whoever reads a request sees who had written that down, and who wrote to the reporter since.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import or_, select

from helpdesk.cases.disputed_conversations import unanswered_dispute_message
from helpdesk.cases.models import Case
from helpdesk.cases.reporter_objections import DISPUTED, UNSEEN
from helpdesk.core.history import HistoryEntry
from helpdesk.core.work import Work

# What the reporter disputes, and as what one of us had recorded it.
RECORDED_AS: Final = {
    "conversation.denied": "conversation.recorded",
    "consent.denied": "consent.given",
    "escalation.verdict_denied": "escalation.verified",
}
ANSWER: Final = "message.sent"
ANSWERED_BY_RECORDER: Final = (
    "The reporter disputes something that we recorded. Only the person who recorded it has written"
    " to them since, so someone else has to."
)


class PastDispute(NamedTuple):
    """One of them: what and when, who had recorded it, and who has written to them since."""

    action: str
    at: datetime
    recorded_by: str
    answered_by: str
    answered_at: datetime | None
    # Whether somebody else than who had recorded it has written to them.
    is_settled: bool


def dispute_barring_requests(work: Work, case: Case) -> str:
    """Why nothing leaves to a partner while the reporter disputes our record, in a sentence. Empty
    if they do not, or if somebody who had not recorded it has written to them since."""
    unanswered = unanswered_dispute_message(work, case)
    if unanswered or all(one.is_settled for one in past_disputes(work, case)):
        return unanswered
    return ANSWERED_BY_RECORDER


def past_disputes(work: Work, case: Case) -> list[PastDispute]:
    """All of a case, oldest first, whether they were answered or not."""
    work.session.flush()
    actions = [*RECORDED_AS, *RECORDED_AS.values(), ANSWER]
    found = select(HistoryEntry).where(
        HistoryEntry.case_id == case.id, HistoryEntry.action.in_(actions)
    )
    entries = work.session.scalars(found.order_by(HistoryEntry.id)).all()
    return [_told(one, entries) for one in entries if _is_dispute(one)]


def ids_of_cases_with_past_disputes(work: Work, case_ids: Collection[str]) -> frozenset[str]:
    """Those of these cases that have any."""
    work.session.flush()
    found = select(HistoryEntry.case_id).where(
        HistoryEntry.case_id.in_(sorted(case_ids)),
        HistoryEntry.actor_id.startswith("reporter:"),
        or_(HistoryEntry.action.in_(DISPUTED), HistoryEntry.action == "conversation.denied"),
    )
    return frozenset(one for one in work.session.scalars(found) if one is not None)


def _is_dispute(entry: HistoryEntry) -> bool:
    return entry.action in RECORDED_AS and entry.actor_id.startswith("reporter:")


def _told(dispute: HistoryEntry, entries: Sequence[HistoryEntry]) -> PastDispute:
    records = [
        one.actor_id
        for one in entries
        if one.id < dispute.id
        and one.action == RECORDED_AS[dispute.action]
        and one.subject_id == dispute.subject_id
        and not one.actor_id.startswith("reporter:")
    ]
    answers = [
        one
        for one in entries
        if one.id > dispute.id and one.action == ANSWER and UNSEEN not in one.details
    ]
    answer = answers[0] if answers else None
    # Of several verdicts on one request, the one that is disputed says who had noted it.
    recorded_by = dispute.details.get("noted_by") or (records[-1] if records else "")
    return PastDispute(
        dispute.action,
        dispute.at,
        recorded_by,
        answer.actor_id if answer else "",
        answer.at if answer else None,
        any(one.actor_id != recorded_by for one in answers),
    )
