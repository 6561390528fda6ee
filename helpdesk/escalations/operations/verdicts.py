"""Operations on verdicts: only the person it happened to can say whether it is really fixed."""

from typing import Final

from helpdesk.cases import news
from helpdesk.cases.events import AnswerAwaitsReporter
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.policy import is_reporter_of
from helpdesk.core.errors import Conflict, StalePage, mark_translatable
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.work import Work
from helpdesk.escalations import case_pausing, clocks, queries
from helpdesk.escalations.models import Escalation, PartnerDecision, RecordedVerdict
from helpdesk.escalations.operations.locking import (
    lock_request_for_reporter,
    lock_request_if_unchanged,
)
from helpdesk.escalations.policy import may_dispute_verdict, may_record_verdict
from helpdesk.escalations.stale_page_marks import last_decision_mark
from helpdesk.escalations.states import EscalationState, Verdict

NOTHING_DECIDED: Final = mark_translatable("There is no decision waiting for your answer.")
CASE_CLOSED: Final = "The case is closed. Reopen it before you record what the reporter says."
VERDICT_DISPUTED: Final = (
    "The reporter says they didn’t tell us that. Only they can say whether it is fixed, in their "
    "mailbox. Write to them."
)
SAYS: Final = {
    Verdict.CONFIRMED: NewsKind.FIXED,
    Verdict.PARTIAL: NewsKind.NOT_FIXED,
    Verdict.NOT_EFFECTIVE: NewsKind.NOT_FIXED,
    Verdict.CANNOT_TELL: NewsKind.MOVED,
}


def record_verdict(
    work: Work, escalation: Escalation, *, verdict: Verdict, seen: str | None = None
) -> bool:
    """Record the reporter's verdict on the partner's decision. Who cannot tell yet can say so
    later. `seen` is the mark of the decision on the page.

    True if the reporter says something else than one of us had noted for them: then they never said
    that, and their own word counts. The same word of theirs stands as it was noted.
    """
    work.require(may_record_verdict, escalation)
    if is_reporter_of(work.actor, escalation.case):
        # What one of us notes for them, now or since their page was opened, does not refuse them.
        lock_request_for_reporter(work, escalation)
        noted = queries.verdict_noted_by_staff(work, escalation)
    else:
        lock_request_if_unchanged(work, escalation)
        if escalation.case.is_closed:  # it would go back to the partner with nobody behind it
            raise Conflict(CASE_CLOSED)
        noted = None
    if escalation.state is not EscalationState.DECIDED and noted is None:
        raise StalePage(NOTHING_DECIDED)
    refuse_if_changed_since(seen, now=last_decision_mark(work, escalation, without=noted))
    _refuse_disputed_verdict(work, escalation)
    is_otherwise = noted is not None and noted.verdict is not verdict
    if noted is not None and is_otherwise:
        dispute_verdict(work, escalation, noted)
        work.session.flush()  # for the database, one move back and then one on
    if verdict is not Verdict.CANNOT_TELL and (noted is None or is_otherwise):
        _settle(work, escalation, verdict)
    work.record("escalation.verified", escalation, verdict=verdict)
    if not is_reporter_of(work.actor, escalation.case) and verdict is not Verdict.CANNOT_TELL:
        work.announce(AnswerAwaitsReporter(escalation.case_id))  # they are asked whether it is so
    news.notify_owner(work, escalation.case_id, SAYS[verdict], request_id=escalation.id)
    return is_otherwise


def dispute_verdict(work: Work, escalation: Escalation, verification: RecordedVerdict) -> None:
    """Dispute a verdict, as the reporter, that one of us recorded: it counts for nothing, and only
    they can say whether it is fixed. What the partner has decided since stays. Safe to do twice."""
    work.require(may_dispute_verdict, escalation)
    lock_request_if_unchanged(work, escalation)
    if verification.objected_at is not None:
        return
    verification.objected_at = work.hour_for_reporter
    # The database lets a reporter move a request back only behind what they object to.
    work.session.flush()
    decided = [one.id for one in queries.decisions_of(work, escalation)]
    is_last = decided[-1:] == [verification.decision_id]
    if is_last and not queries.has_open_duplicate(work, escalation):
        escalation.forget_verdict()
        clocks.stop_both_clocks(work, escalation)
    case_pausing.resume_case_after_partner(work, escalation.case)
    work.record(
        "escalation.verdict_denied",
        escalation,
        verdict=verification.verdict,
        noted_by=verification.by,
    )
    news.notify_owner(work, escalation.case_id, NewsKind.DENIED, request_id=escalation.id)


def _refuse_disputed_verdict(work: Work, escalation: Escalation) -> None:
    """Of a decision of which they never told us what we wrote down, we write down nothing more."""
    if not is_reporter_of(work.actor, escalation.case) and queries.is_verdict_disputed(
        work, escalation
    ):
        raise Conflict(VERDICT_DISPUTED)


def _last_decision(work: Work, escalation: Escalation) -> PartnerDecision:
    """What can be judged: a request whose state alone says that it was decided has nothing."""
    decisions = queries.decisions_of(work, escalation)
    if not decisions:
        raise StalePage(NOTHING_DECIDED)
    return decisions[-1]


def _settle(work: Work, escalation: Escalation, verdict: Verdict) -> None:
    decision = _last_decision(work, escalation)
    work.session.add(
        RecordedVerdict(
            escalation_id=escalation.id,
            case_id=escalation.case_id,
            decision_id=decision.id,
            verdict=verdict,
            at=work.hour_for_reporter,
            by=work.actor.id,
        )
    )
    if escalation.state is not EscalationState.DECIDED:
        return  # the same is asked by another request by now, so this one cannot go on
    clocks.stop_both_clocks(work, escalation)
    if verdict is Verdict.CONFIRMED:
        escalation.move_to(EscalationState.CLOSED)
    elif (
        queries.consent_for_request(work, escalation) is None or not escalation.is_partner_available
    ):
        # Nothing more may be said to them, or they are in doubt; what is left to do is ours.
        escalation.move_to(EscalationState.CLOSED)
        case_pausing.resume_case_after_partner(work, escalation.case)
    else:
        # It goes back to them as it stands; the case stays awake, for a person to add what is new.
        escalation.move_to(EscalationState.IN_REVIEW)
        clocks.start_partner_clock(
            work, escalation, within=clocks.time_left_to_partner(work, escalation)
        )
        case_pausing.resume_case_after_partner(work, escalation.case)
        # The case may have risen while it was not their move.
        work.enqueue("escalations.follow_level", case_id=escalation.case_id)
        work.enqueue("escalations.tell_partner", escalation_id=escalation.id, about=decision.id)
