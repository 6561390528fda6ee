"""Closing a case: what is in the way, and the second person for an urgent one that is no report."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from sqlalchemy import select

from helpdesk.accounts import queries as accounts
from helpdesk.cases import news
from helpdesk.cases import operations as cases
from helpdesk.cases.disputed_conversations import (
    has_unanswered_reporter_activity,
    unanswered_dispute_message,
)
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, UrgentClosingRequest
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.operations.messages import write_note_without_history
from helpdesk.cases.past_disputes import was_dispute_answered_only_by
from helpdesk.cases.policy import may_close_case, may_work_on_case
from helpdesk.cases.queries import is_case_in_queues, lock_case
from helpdesk.cases.report_content import is_danger_told
from helpdesk.cases.reporter_objections import is_danger_unanswered
from helpdesk.cases.second_person_requests import end_undecided_requests, is_request_pending
from helpdesk.cases.stale_page_marks import case_mark_of
from helpdesk.cases.states import CaseOutcome
from helpdesk.core.errors import Conflict, NotAllowed, StalePage
from helpdesk.core.markup import bidi_isolate
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.work import Work
from helpdesk.escalations import queries as escalations
from helpdesk.escalations.states import MOVES, EscalationState
from helpdesk.playbooks.run_progress import NOT_OVER
from helpdesk.runs import queries as playbooks
from helpdesk.runs.queries import RunProgress

# Nobody is kept in a playbook who has left, or was never there.
LEFT: Final = frozenset({CaseOutcome.WITHDRAWN, CaseOutcome.SPAM})
# From here on one person alone does not say that it was no report.
URGENT: Final = Level.URGENT
# A partner may still act on it.
LIVE: Final = frozenset(
    one
    for one in EscalationState
    if EscalationState.WITHDRAWN in MOVES[one] and one is not EscalationState.DRAFT
)


def close_case(
    work: Work,
    case: Case,
    *,
    outcome: CaseOutcome,
    follow_up_on: date | None = None,
    note: str = "",
    seen: str | None = None,
) -> None:
    """Close a case, once nobody waits for us, no request is under way and the steps that must be
    done are done. An urgent case is no report at all only where two people say so. `seen` is the
    mark of the case on the page."""
    lock_case(work, case)
    work.require(may_close_case, case)
    refuse_if_changed_since(seen, now=case_mark_of(work, case))
    refusal = obstacles_to_closing(work, case, outcome=outcome)
    if refusal:
        raise Conflict(refusal)
    if needs_second_person(case, outcome):
        raise Conflict("This case is urgent: a second person has to agree that it is not a report.")
    cases.end_case_work(
        work,
        case,
        outcome=outcome,
        follow_up_on=follow_up_on,
        note=note,
        is_own_dispute=was_dispute_answered_only_by(work, case, work.actor.id),
    )


def request_closing(
    work: Work, case: Case, *, note: str = "", seen: str | None = None
) -> UrgentClosingRequest:
    """Request that a second person agrees to close an urgent case as no report."""
    lock_case(work, case)
    work.require(may_close_case, case)
    refuse_if_changed_since(seen, now=case_mark_of(work, case))
    refusal = obstacles_to_closing(work, case, outcome=CaseOutcome.SPAM)
    if refusal:
        raise Conflict(refusal)
    if pending_closing_request(work, case) is not None:
        raise StalePage("Someone has already asked for this. It is waiting for a second person.")
    end_undecided_requests(work, case, UrgentClosingRequest)
    request = UrgentClosingRequest(
        case=case, case_id=case.id, asked_by=work.actor.id, asked_at=work.at
    )
    work.session.add(request)
    if note:
        # the note alone: nobody has agreed yet that it may leave the second lane, or stay there
        write_note_without_history(work, case, note)
    work.record("case.closing_asked", request)
    return request


def decide_closing_request(
    work: Work, request: UrgentClosingRequest, *, granted: bool, seen: str | None = None
) -> None:
    """Decide, as the second person, whether an urgent case is closed as no report or kept open.
    `seen` is the mark of the case and of the wish on their page."""
    case = request.case
    lock_case(work, case)
    work.require(may_work_on_case, case)
    work.session.refresh(request, with_for_update=True)
    if request.decided_at is not None:
        raise StalePage("Someone else has already decided this.")
    if request.asked_by == work.actor.id or not work.keys.holds(case.key_id):
        raise NotAllowed("Someone else who can open the case has to decide this.")
    refuse_if_changed_since(seen, now=case_mark_of(work, case, request.id))
    refusal = obstacles_to_closing(work, case, outcome=CaseOutcome.SPAM) if granted else ""
    if refusal:
        raise Conflict(refusal)
    request.decided_by, request.decided_at, request.granted = work.actor.id, work.at, granted
    work.record("case.closing_decided", request, granted=granted)
    news.notify_person(work, case.id, request.asked_by, NewsKind.CLOSING_DECIDED)
    if granted:
        cases.close_after_agreement(work, case, outcome=CaseOutcome.SPAM)


def needs_second_person(case: Case, outcome: CaseOutcome) -> bool:
    """Whether closing this case with this outcome needs a second person: an urgent one as no
    report."""
    return outcome is CaseOutcome.SPAM and case.level.rank >= URGENT.rank


def obstacles_to_closing(work: Work, case: Case, *, outcome: CaseOutcome) -> str:
    """The obstacles to closing a case with this outcome; empty if there is none."""
    return " ".join(closing_obstacle_sentences(work, case, outcome))


def closing_obstacle_sentences(work: Work, case: Case, outcome: CaseOutcome) -> Iterator[str]:
    """The obstacles to closing a case, each in a sentence."""
    # Whoever denies what we wrote down, or judges a decision, is no machine.
    if dispute := unanswered_dispute_message(work, case):
        yield f"{dispute} Write to them first."
    elif is_danger_unanswered(work, case):
        yield (
            "The reporter told us that someone is in danger, and nobody has answered. Write to"
            " them, or speak to them and record it."
        )
    elif has_unanswered_reporter_activity(work, case):
        yield (
            "The reporter has written, and nobody has answered. Answer, or choose “It needs no"
            " answer” below the message."
        )
    elif case.reply_due_at and outcome is not CaseOutcome.SPAM:
        yield "Nobody has answered this report yet. Write to the reporter first."
    if _is_for_someone_else(work, case):
        yield (
            "You recorded what the reporter disputes, and nobody else has written to them since."
            " Someone else has to write to them, or close the case."
        )
    # That it is no report is for two people to say.
    if outcome is not CaseOutcome.SPAM and is_danger_told(work, case):
        yield (
            "The reporter told us that someone is in danger now. If that’s over, or you can no "
            "longer tell, correct the answers first. “I don’t know” is an answer."
        )
    for request in escalations.requests_of_case(work, case):
        if request.state in LIVE:
            yield (
                f"{bidi_isolate(request.partner.name)} still has request {request.ref}. Withdraw "
                "it, or wait for their answer."
            )
    left = [] if outcome in LEFT else unfinished_steps(playbooks.runs_of_case(work, case))
    if left:
        yield f"These steps must be done first: {', '.join(left)}."


def _is_for_someone_else(work: Work, case: Case) -> bool:
    """Whether somebody else has to end it, because only this one has answered what the reporter
    disputes of their record. Alone in a queue they may, and history says so: nobody else could."""
    if not was_dispute_answered_only_by(work, case, work.actor.id):
        return False
    inside = accounts.members_with_key(work.session, case.team_id)
    return any(one.id != work.actor.person_id for one in inside)


def unfinished_steps(runs: Iterable[RunProgress]) -> list[str]:
    """The steps of a case's playbooks that must still be done, in words."""
    return [
        f"“{now.step.title}”"
        for running in runs
        if running.run.ended_at is None
        for now in running.progress.steps
        if now.step.must and now.state in NOT_OVER
    ]


def pending_closing_request(work: Work, case: Case) -> UrgentClosingRequest | None:
    """The request to close this case that nobody has decided yet."""
    return work.session.scalar(
        select(UrgentClosingRequest).where(
            UrgentClosingRequest.case_id == case.id,
            is_request_pending(UrgentClosingRequest, case.team_id),
        )
    )


def pending_closing_requests(work: Work) -> Sequence[UrgentClosingRequest]:
    """The undecided requests to close cases of the actor's queues, oldest first; none of a case
    that is closed by now."""
    pending = (
        select(UrgentClosingRequest)
        .join(Case, Case.id == UrgentClosingRequest.case_id)
        .where(
            is_case_in_queues(work.actor.queues),
            is_request_pending(UrgentClosingRequest, Case.team_id),
        )
        .where(Case.state != "closed")
        .order_by(UrgentClosingRequest.asked_at)
    )
    return work.session.scalars(pending).all()
