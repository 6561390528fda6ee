"""Past disputes of a case: what the reporter ever said was not them, or not their word, and who
answered.

A word of ours to them lets requests leave again, but not that of whoever had written it down: one
person would take the reporter's only alarm away. Where only that one has written, the reporter's
own later word does, so that a queue with one person in it is not shut for good. Neither makes true
what somebody else had told us: whoever reads a request sees who had written that down, and who
wrote to the reporter since.

Nor does who had written it down close the case over it, while anybody else could.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import or_, select

from helpdesk.cases.disputed_conversations import (
    HAS_UNANSWERED_DISPUTE,
    unanswered_dispute_message,
)
from helpdesk.cases.models import Case, LoggedConversation
from helpdesk.cases.queries import IN_ORDER, LISTED, LISTED_AT_MOST, NOT_CLOSED, visible_cases
from helpdesk.cases.reporter_objections import BY_REPORTER, DISPUTED, IS_DISPUTE, UNSEEN
from helpdesk.cases.states import ConsentKind
from helpdesk.core.history import HistoryEntry
from helpdesk.core.history_details import text_in
from helpdesk.core.work import Work

# What the reporter disputes, and as what one of us had recorded it.
RECORDED_AS: Final = {
    "conversation.denied": "conversation.recorded",
    "consent.denied": "consent.given",
    "escalation.verdict_denied": "escalation.verified",
}
ANSWER: Final = "message.sent"
# What is a reporter's own word on it afterwards: a message may say that it was not them once more.
OWN_WORD: Final = {**RECORDED_AS, "conversation.denied": "consent.given"}
# Of these cases something was disputed, ever.
_WAS_DISPUTED: Final = or_(
    Case.id.in_(
        select(LoggedConversation.case_id).where(LoggedConversation.objected_at.is_not(None))
    ),
    Case.id.in_(select(HistoryEntry.case_id).where(BY_REPORTER, IS_DISPUTE)),
)
ANSWERED_BY_RECORDER: Final = (
    "The reporter disputes something that we recorded. Only the person who recorded it has written"
    " to them since, so someone else has to."
)


class PastDispute(NamedTuple):
    """A past dispute: what and when, who had recorded it, and who has written to the reporter
    since."""

    action: str
    at: datetime
    recorded_by: str
    answered_by: str
    answered_at: datetime | None
    # Whether somebody else than who had recorded it has written to them, or they said it themselves
    # since that one wrote.
    is_settled: bool


def why_dispute_bars_requests(work: Work, case: Case) -> str:
    """The sentence that says why nothing is sent to a partner while the reporter disputes our
    record. Empty if they do not, or if it is settled."""
    if unanswered := unanswered_dispute_message(work, case):
        return unanswered
    return ANSWERED_BY_RECORDER if _unsettled(past_disputes(work, case)) else ""


def was_dispute_answered_only_by_recorder(work: Work, case: Case) -> bool:
    """Whether each dispute of a case was answered, and one of them only by who had recorded it."""
    return bool(_left_to_others(work, case))


def was_dispute_answered_only_by(work: Work, case: Case, actor_id: str) -> bool:
    """Whether a dispute was answered only by this colleague, who had recorded what is disputed."""
    return any(one.recorded_by == actor_id for one in _left_to_others(work, case))


def _left_to_others(work: Work, case: Case) -> list[PastDispute]:
    is_unanswered = bool(unanswered_dispute_message(work, case))
    return [] if is_unanswered else _unsettled(past_disputes(work, case))


def past_disputes(work: Work, case: Case) -> list[PastDispute]:
    """All disputes of a case, oldest first, answered or not."""
    return _disputes_by_case(work, [case.id])[case.id]


def cases_with_dispute_answered_only_by_recorder(
    work: Work, limit: int = LISTED_AT_MOST
) -> Sequence[Case]:
    """Open cases where only who had recorded it has answered a dispute, the most urgent first."""
    found = visible_cases(work.actor).where(NOT_CLOSED, _WAS_DISPUTED, ~HAS_UNANSWERED_DISPUTE)
    ids = work.session.scalars(found.with_only_columns(Case.id)).all()
    if not ids:
        return ()
    disputes_by_case = _disputes_by_case(work, ids).items()
    left = [one for one, disputes in disputes_by_case if _unsettled(disputes)]
    listed = select(Case).where(Case.id.in_(left)).options(*LISTED).order_by(*IN_ORDER)
    return work.session.scalars(listed.limit(limit)).all() if left else ()


def ids_of_cases_with_past_disputes(work: Work, case_ids: Collection[str]) -> frozenset[str]:
    """The ids of those of these cases that have any dispute."""
    work.session.flush()
    found = select(HistoryEntry.case_id).where(
        HistoryEntry.case_id.in_(sorted(case_ids)),
        BY_REPORTER,
        HistoryEntry.action.in_((*DISPUTED, "conversation.denied")),
    )
    return frozenset(one for one in work.session.scalars(found) if one is not None)


def _unsettled(disputes: Collection[PastDispute]) -> list[PastDispute]:
    return [one for one in disputes if not one.is_settled]


def _is_dispute(entry: HistoryEntry) -> bool:
    return entry.action in RECORDED_AS and _is_by_reporter(entry)


def _disputes_by_case(work: Work, case_ids: Collection[str]) -> Mapping[str, list[PastDispute]]:
    work.session.flush()
    actions = {*RECORDED_AS, *RECORDED_AS.values(), *OWN_WORD.values(), ANSWER}
    found = select(HistoryEntry).where(
        HistoryEntry.case_id.in_(sorted(case_ids)), HistoryEntry.action.in_(sorted(actions))
    )
    entries = defaultdict[str | None, list[HistoryEntry]](list)
    for one in work.session.scalars(found.order_by(HistoryEntry.id)):
        entries[one.case_id].append(one)
    return {
        case_id: [_told(one, entries[case_id]) for one in entries[case_id] if _is_dispute(one)]
        for case_id in case_ids
    }


def _told(dispute: HistoryEntry, entries: Sequence[HistoryEntry]) -> PastDispute:
    records = [
        one.actor_id
        for one in entries
        if one.id < dispute.id
        and one.action == RECORDED_AS[dispute.action]
        and one.subject_id == dispute.subject_id
        and not _is_by_reporter(one)
    ]
    answers = [
        one
        for one in entries
        if one.id > dispute.id and one.action == ANSWER and UNSEEN not in one.details
    ]
    answer = answers[0] if answers else None
    # Their own verdict cannot be said twice, so it counts from then on, not only since our answer.
    since = dispute if dispute.action == "escalation.verdict_denied" else answer
    # Of several verdicts on one request, the one that is disputed says who had noted it.
    recorded_by = text_in(dispute.details, "noted_by") or (records[-1] if records else "")
    return PastDispute(
        dispute.action,
        dispute.at,
        recorded_by,
        answer.actor_id if answer else "",
        answer.at if answer else None,
        any(one.actor_id != recorded_by for one in answers)
        or any(
            answer and since and one.id > since.id and _is_own_word(one, dispute) for one in entries
        ),
    )


def _is_own_word(entry: HistoryEntry, dispute: HistoryEntry) -> bool:
    """Whether the reporter says in it themselves what they dispute that they told us. Of a call
    nobody can say what was told: it is that they let us work on their case once more, not that they
    agree to something else meanwhile."""
    if not _is_by_reporter(entry) or entry.action != OWN_WORD[dispute.action]:
        return False
    if dispute.action == "consent.denied":
        return all(
            entry.details.get(one) == dispute.details.get(one) for one in ("kind", "platform")
        )
    if dispute.action == "conversation.denied":
        return entry.details.get("kind") == ConsentKind.HELP
    return entry.subject_id == dispute.subject_id


def _is_by_reporter(entry: HistoryEntry) -> bool:
    return entry.actor_id.startswith("reporter:")
